package render_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/trace"
)

// nested is a trace of so many spans, each within the one before, with another beside
// each that has none in it.
func nested(levels int) *trace.Trace {
	t := &trace.Trace{}
	for i := range levels {
		t.Spans = append(t.Spans, spanOf(fmt.Sprint("level ", i), "deep", byte(2*i+1), byte(max(0, 2*i-1)), int64(i), int64(1000-i)))
		t.Spans = append(t.Spans, spanOf(fmt.Sprint("beside ", i), "deep", byte(2*i+2), byte(max(0, 2*i-1)), int64(i), int64(i+1)))
	}
	return t
}

// TestDeepTreesAreIndented: what hangs more than eight nodes deep is rows of one node,
// each further right than what it is in, and up to that nothing changes.
func TestDeepTreesAreIndented(t *testing.T) {
	for levels, want := range map[int]int{3: 3, 9: 9, 10: 2, 60: 2} {
		g, err := render.SpanTree(nested(levels), render.Options{})
		if err != nil {
			t.Fatal(err)
		}
		before := fmt.Sprint(*g)
		out := render.Indent(g)
		if len(out.Nodes) != want {
			t.Errorf("%d levels: %d nodes, want %d", levels, len(out.Nodes), want)
		}
		if fmt.Sprint(*g) != before {
			t.Error("the picture itself was changed")
		}
		if levels < 10 {
			if out != g {
				t.Errorf("%d levels: another picture", levels)
			}
			continue
		}
		indents := map[string]int{}
		for _, r := range out.Nodes[0].Label.Rows {
			text := r.Cells[0].Text
			indents[strings.TrimLeft(text, " ")] = len(text) - len(strings.TrimLeft(text, " "))
		}
		if len(indents) != 2*levels-1 || indents["level 0"] != 0 {
			t.Errorf("%d levels: the rows are %v", levels, indents)
		}
		for i := 1; i < levels; i++ {
			if got, above := indents[fmt.Sprint("level ", i)], indents[fmt.Sprint("level ", i-1)]; got <= above || indents[fmt.Sprint("beside ", i)] != got {
				t.Errorf("level %d of %d is indented by %d, the one above it by %d, the one beside it by %d", i, levels, got, above, indents[fmt.Sprint("beside ", i)])
			}
		}
	}
}

// TestIndentKeepsWhatBelongsTogether: an error stands below its span, what is counted
// below what it is in, and a link leads from and to the rows of its spans.
func TestIndentKeepsWhatBelongsTogether(t *testing.T) {
	in := nested(20)
	failed := &in.Spans[10] // level 5
	failed.Status = trace.Status{Code: trace.StatusError, Message: "no luck"}
	for i := range 9 {
		in.Spans = append(in.Spans, spanOf("many", "deep", byte(100+i), 11, 5, 6))
	}
	other := spanOf("other", "deep", 200, 0, 0, 10)
	other.Links = []trace.Link{{TraceID: failed.TraceID, SpanID: failed.SpanID}}
	in.Spans = append(in.Spans, other, spanOf("in the other", "deep", 201, 200, 1, 9))
	g, err := render.SpanTree(in, render.Options{MaxNodes: 40})
	if err != nil {
		t.Fatal(err)
	}
	out := render.Indent(g)
	var b strings.Builder
	if err := render.WriteDOT(&b, out); err != nil {
		t.Fatal(err)
	}
	rows := out.Nodes[0].Label.Rows
	at := func(text string) int {
		for i, r := range rows {
			if strings.HasPrefix(strings.TrimLeft(r.Cells[0].Text, " "), text) {
				return i
			}
		}
		t.Fatalf("there is no row %q", text)
		return 0
	}
	indent := func(row int) int {
		return len(rows[row].Cells[0].Text) - len(strings.TrimLeft(rows[row].Cells[0].Text, " "))
	}
	if row := at("level 5"); at("no luck") != row+1 || indent(row+1) <= indent(row) {
		t.Errorf("the error stands in row %d, indented by %d, and its span in row %d, indented by %d", at("no luck"), indent(at("no luck")), row, indent(row))
	}
	if row := at("and "); row < at("level 5") || row > at("level 6") || indent(row) != indent(at("level 6")) {
		t.Errorf("what is counted stands in row %d, level 5 in %d and level 6 in %d", row, at("level 5"), at("level 6"))
	}
	if len(out.Edges) != 1 || out.Edges[0].To.Node != 1 || out.Edges[0].To.Row != 1+at("level 5") {
		t.Errorf("the edges are %+v, and level 5 is row %d", out.Edges, 1+at("level 5"))
	}
}

// TestIndentLeavesErrorsToTheWriter: what refers to nothing is no reason to panic.
func TestIndentLeavesErrorsToTheWriter(t *testing.T) {
	for what, change := range map[string]func(*render.Graph){
		"an edge to nothing":      func(g *render.Graph) { g.Edges[0].To = render.End{} },
		"an edge from beyond":     func(g *render.Graph) { g.Edges[0].From.Node = 1000 },
		"a node under a later":    func(g *render.Graph) { g.Nodes[3].Under = 5 },
		"a node under one beyond": func(g *render.Graph) { g.Nodes[3].Under = 1000 },
	} {
		g, err := render.SpanTree(nested(20), render.Options{})
		if err != nil {
			t.Fatal(err)
		}
		change(g)
		if err := render.WriteDOT(&strings.Builder{}, render.Indent(g)); err == nil {
			t.Errorf("%s is no error", what)
		}
	}
}
