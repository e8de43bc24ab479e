package render_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/trace"
)

// mermaidLines are the only lines that a flowchart is made of, whatever names are
// in it.
var mermaidLines = regexp.MustCompile(`^(?:` + strings.Join([]string{
	`---`, `title: "[^"]*"`, `config:`, `  flowchart:`, `    wrappingWidth: 960`,
	`flowchart (LR|TB)`, `acc(Title|Descr): [^"<>%{}]*`,
	` *[a-z]+\d*[a-z]*(\(\[|\{\{|\(|\[)"[^"]*"(\]\)|\}\}|\)|\]):::role\d+`,
	` *subgraph [a-z]+\d*\["[^"]*"\]`, ` *end`, ` *class [a-z]+\d* role\d+`,
	`n\d+ [-.]+>?(\|"[^"]*"\|)? n\d+`, `about1 ~~~ n\d+`,
	`classDef role\d+ [a-z0-9:#,. -]+`, `linkStyle \d+ [a-z0-9:#,. -]+`,
}, "|") + `)$`)

// mermaidMarkup is what of HTML is in labels.
var mermaidMarkup = regexp.MustCompile(`<(/?[bi]|br/)>`)

func checkMermaid(t *testing.T, out string) {
	t.Helper()
	for i, l := range strings.Split(strings.TrimSuffix(out, "\n"), "\n") {
		if !mermaidLines.MatchString(l) {
			t.Errorf("line %d is no line of a flowchart: %q", i+1, l)
		}
		for _, label := range regexp.MustCompile(`"[^"]*"`).FindAllString(l, -1) {
			if plain := mermaidMarkup.ReplaceAllString(label, ""); strings.ContainsAny(plain, "<>&`%{}\r\x00\x1b") {
				t.Errorf("line %d has %q", i+1, plain)
			}
		}
	}
	if len(out) > 50_000 {
		t.Errorf("%d bytes are more than Mermaid draws", len(out))
	}
}

func TestMermaidOfHostileNames(t *testing.T) {
	for what, name := range hostile() {
		for _, view := range render.GraphViews() {
			var b bytes.Buffer
			if err := write(&b, named(name), "mmd", render.Options{View: view, Detail: render.DetailFull}); err != nil {
				t.Fatalf("%s, %s: %v", what, view, err)
			}
			checkMermaid(t, b.String())
		}
	}
}

// TestMermaidMeaning: directives, keywords and markup in names stay text.
func TestMermaidMeaning(t *testing.T) {
	g := &render.Graph{Name: `%%{init: {"theme":"dark"}}%%`, Title: &render.Table{}, LeftToRight: true}
	g.Title.Add(render.Cell{Text: "---\nend"})
	n := render.Node{Key: "n", Role: render.RolePanel}
	n.Label.Add(render.Cell{Text: `<img src=x onerror=alert(1)> "quoted" #quot; end`}, render.Cell{Text: "  12 ms "})
	n.Label.Add(render.Cell{Text: "  `indented` **x** - 1. y", Font: render.FontBold, Italic: true})
	a, b := g.AddNode(n), g.AddNode(n)
	g.AddEdge(render.Edge{From: render.End{Node: a, Row: 1}, To: render.End{Node: b}, Role: render.RoleSkipped, Label: []string{"one|", "two"}, Backward: true, Span: 2})
	g.AddEdge(render.Edge{From: render.End{Node: a, Row: 2}, To: render.End{Node: b}, Role: render.RoleSkipped, Label: []string{"three"}, Backward: true})
	var out bytes.Buffer
	if err := render.WriteMermaid(&out, g); err != nil {
		t.Fatal(err)
	}
	checkMermaid(t, out.String())
	for _, want := range []string{
		`accTitle: #37;#37;#123;init#58;`,
		`title: "`,
		`n1["#60;img src=x onerror=alert(1)#62; #34;quoted#34; #35;quot#59; end · 12 ms<br/><i><b>#160;#160;#96;indented#96; #42;#42;x#42;#42; - 1. y</b></i>"]:::role4`,
		`n1 -..-|"◀ one#124; two, three"| n2`,
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("there is no %s in\n%s", want, out.String())
		}
	}
}

// TestMermaidIsCutToWhatIsDrawn: a diagram that is too long loses lines, and says
// how many.
func TestMermaidIsCutToWhatIsDrawn(t *testing.T) {
	g := &render.Graph{}
	for i := range 3 {
		n := render.Node{Key: fmt.Sprint(i), Role: render.RolePanel}
		for j := range 1000 {
			n.Label.Add(render.Cell{Text: fmt.Sprintf("row %d of a node that has many", j)})
		}
		g.AddNode(n)
	}
	var b bytes.Buffer
	if err := render.WriteMermaid(&b, g); err != nil {
		t.Fatal(err)
	}
	checkMermaid(t, b.String())
	if n := strings.Count(b.String(), "… and 750 more lines"); n != 3 {
		t.Errorf("%d of the 3 labels say that they were cut", n)
	}
	for range 2000 {
		g.AddNode(render.Node{Key: "x", Label: render.Table{Rows: []render.Row{{Cells: []render.Cell{{Text: strings.Repeat("x", 56)}}}}}})
	}
	if err := render.WriteMermaid(io.Discard, g); !errors.Is(err, render.ErrTooLarge) {
		t.Errorf("2003 nodes: %v", err)
	}
	many := &render.Graph{}
	for i := range 600 {
		id := many.AddNode(render.Node{Key: "x"})
		if i > 0 {
			many.AddEdge(render.Edge{From: render.End{Node: id - 1}, To: render.End{Node: id}})
		}
	}
	if err := render.WriteMermaid(io.Discard, many); !errors.Is(err, render.ErrTooLarge) {
		t.Errorf("599 edges: %v", err)
	}
}

// TestMermaidLinesAreSeenOnAnyGround: lines cross light frames and a page that may be
// dark, so none has the colour of the theme.
func TestMermaidLinesAreSeenOnAnyGround(t *testing.T) {
	for _, view := range render.GraphViews() {
		var b bytes.Buffer
		if err := write(&b, named("x"), "mmd", render.Options{View: view}); err != nil {
			t.Fatal(err)
		}
		lines := 0
		for _, l := range strings.Split(b.String(), "\n") {
			if strings.HasPrefix(l, "linkStyle") {
				lines++
				if !strings.Contains(l, "stroke:#") || strings.Contains(l, "stroke:#1b1f24") {
					t.Errorf("%s: %s", view, l)
				}
			}
		}
		if lines == 0 {
			t.Errorf("%s: no lines", view)
		}
	}
}

// TestLegendsHoldInTheDark: what is black on a light page is white on a dark one.
func TestLegendsHoldInTheDark(t *testing.T) {
	for _, view := range render.GraphViews() {
		for _, f := range []string{"svg", "mmd", "dot", "txt"} {
			var b bytes.Buffer
			if err := write(&b, named("x"), f, render.Options{View: view}); err != nil {
				t.Fatal(err)
			}
			for _, word := range []string{"Black ", "black arrow", "White ", "white arrow"} {
				if strings.Contains(b.String(), word) {
					t.Errorf("%s, %s: says %q", view, f, word)
				}
			}
		}
	}
}

// TestMermaidMarksRows: in a label, which has one colour, a row that failed or did not
// end has a mark, which a remark explains; and nothing is said of bars, as it has none.
func TestMermaidMarksRows(t *testing.T) {
	in := &trace.Trace{Spans: []trace.Span{
		spanOf("root", "s", 1, 0, 0, 100), spanOf("one", "s", 2, 1, 0, 10), spanOf("two", "s", 3, 1, 10, 20), spanOf("three", "s", 4, 1, 20, 0),
	}}
	in.Spans[2].Status.Code = trace.StatusError
	out := string(writeForeign(t, in, "mmd", render.Options{}))
	for _, want := range []string{"<br/>one · 10 ms<br/>! two · 10 ms<br/>? three · unfinished\"", "! failed, lost or masked#59; ? did not end"} {
		if !strings.Contains(out, want) {
			t.Errorf("it lacks %q:\n%s", want, out)
		}
	}
	if strings.Contains(out, "A bar") {
		t.Errorf("it tells of bars:\n%s", out)
	}
	in.Spans[0].Status.Code, in.Spans[2].Status.Code = trace.StatusError, trace.StatusUnset
	if out := string(writeForeign(t, in, "mmd", render.Options{})); strings.Contains(out, "!") {
		t.Errorf("what its colour says has a mark too:\n%s", out)
	}
}
