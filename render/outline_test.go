package render_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/chaintrace/chaintrace/render"
)

func cell(text string) render.Cell { return render.Cell{Text: text} }

// outlined is a small graph with everything that text shows in a way of its own.
func outlined() *render.Graph {
	g := &render.Graph{Name: "g", Title: &render.Table{}, Legend: &render.Table{}}
	g.Title.Add(render.Cell{Text: "the title"})
	frame := g.AddCluster(render.Cluster{Key: "frame", Label: &render.Table{Rows: []render.Row{
		{Cells: []render.Cell{cell("server"), {Text: "   the only one"}}}, {Cells: []render.Cell{{Text: "New 1 ms  ·  more", Font: render.FontSmall}}},
	}}})
	inner := g.AddCluster(render.Cluster{Key: "a frame in it", Parent: frame})
	n := render.Node{Key: "hooks", Cluster: frame}
	n.Label.Add(cell("Hooks"), cell("2"))
	bar := render.Cell{Bar: &render.Bar{Track: 60, Segments: []render.Segment{{Length: 30, Role: render.RoleRan}}}}
	n.Label.Add(cell("short"), bar, render.Cell{Text: "9 ms", Align: render.AlignRight})
	n.Label.Add(render.Cell{Text: "much longer name", Span: 2}, render.Cell{Text: "launched", Align: render.AlignRight})
	n.Label.AddRow(render.Row{Role: render.RoleFailed, Cells: []render.Cell{cell("failed"), {}, {Text: "1.00 s", Align: render.AlignRight}}})
	n.Label.Add(render.Cell{Text: "    no luck", Font: render.FontSmall})
	n.Label.AddRow(render.Row{Rule: true, Cells: []render.Cell{cell("Others")}})
	n.Label.Add(cell("a group"), cell("2"))
	n.Label.Add(cell("    é one"), cell("yes"))
	hooks := g.AddNode(n)
	other := render.Node{Key: "other", Cluster: inner}
	other.Label.Add(cell("Other"))
	second := g.AddNode(other)
	in := render.Node{Key: "requests"}
	in.Label.Add(cell("requests"))
	end := render.Node{Key: "end"}
	end.Label.Add(cell("404"))
	from, to := g.AddNode(in), g.AddNode(end)
	g.AddEdge(render.Edge{From: render.End{Node: from}, To: render.End{Node: hooks}, Role: render.RoleRequest})
	g.AddEdge(render.Edge{From: render.End{Node: hooks}, To: render.End{Node: to}, Role: render.RoleRequest})
	g.AddEdge(render.Edge{From: render.End{Node: to}, To: render.End{Node: from}, Role: render.RoleRequest, Label: []string{"back"}}) // a circle
	g.AddEdge(render.Edge{From: render.End{Node: hooks, Row: 2}, To: render.End{Node: second}, Role: render.RoleOwn, Label: []string{"leads", "to"}})
	for _, role := range []render.Role{render.RoleSkipped, render.RoleLost} { // one line says both
		g.AddEdge(render.Edge{From: render.End{Node: to}, To: render.End{Node: second}, Role: role, Backward: true})
	}
	return g
}

func outline(t *testing.T, g *render.Graph, o render.TextOptions) string {
	t.Helper()
	var b bytes.Buffer
	if err := render.WriteText(&b, g, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestText(t *testing.T) {
	want := `the title

requests
└─ server  the only one
   │  New 1 ms · more
   ├─ a frame in it
   │  └─ Other
   ├─ Hooks  2
   │  │  → leads to: Other
   │  ├─ short     ██████      9 ms
   │  ├─ much longer name  launched
   │  └─ ! failed            1.00 s
   │        no luck
   ├─ Others
   │  └─ a group   2
   │     └─ é one  yes
   └─ 404
         → back: requests
         ← server, Other

! failed, lost or masked
`
	if got := outline(t, outlined(), render.TextOptions{}); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestTextASCII(t *testing.T) {
	got := outline(t, outlined(), render.TextOptions{ASCII: true})
	for _, want := range []string{"`- server", "|  |- short     ######", "   |  |  -> leads to: Other", `\u00e9 one`, "New 1 ms - more"} {
		if !strings.Contains(got, want) {
			t.Errorf("there is no %q in\n%s", want, got)
		}
	}
	if i := strings.IndexFunc(got, func(r rune) bool { return r > '~' }); i >= 0 {
		t.Errorf("%q is not ASCII", got[i:i+4])
	}
}

// TestTextFits: no line is wider than there is room for, and none is lost.
func TestTextFits(t *testing.T) {
	for _, o := range []render.TextOptions{{Width: 24}, {Width: 24, ASCII: true}, {Width: 1}, {Width: 2, ASCII: true}} {
		got := outline(t, outlined(), o)
		for _, l := range strings.Split(got, "\n") {
			if utf8.RuneCountInString(l) > max(o.Width, 3) && strings.Contains(strings.TrimSpace(l), " ") {
				t.Errorf("%+v: %q is too long", o, l)
			}
		}
		if o.Width == 24 && !strings.Contains(got, "much lon") {
			t.Errorf("%+v:\n%s", o, got)
		}
	}
}

// TestNarrowText: where lines are short, names give way to what stands behind them, and
// notes are wrapped.
func TestNarrowText(t *testing.T) {
	g := &render.Graph{}
	n := render.Node{Key: "checks"}
	n.Label.Add(cell("server"), cell(""), cell(""), cell(""))
	long := "poststarthook/start-kube-apiserver-identity-lease-"
	for _, row := range []string{long + "controller", long + "garbage-collector", "ping"} {
		n.Label.Add(cell(row), cell("yes"), cell("no"), cell("a function that nobody needs to see"))
	}
	n.Label.Add(render.Cell{Text: "    a note of several words that is longer than a line", Font: render.FontSmall})
	g.AddNode(n)
	want := `server
├─ poststarthook/…er-identity-lease-controller  yes  no  …
├─ poststarthook/…tity-lease-garbage-collector  yes  no  …
└─ ping                                         yes  no  …
      a note of several words that is longer than a line
`
	if got := outline(t, g, render.TextOptions{Width: 58}); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	got := outline(t, g, render.TextOptions{Width: 40, ASCII: true})
	for _, want := range []string{"|- poststar...arbage-collector  yes  ...\n", "      a note of several words that is\n        longer than a line\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("there is no %q in\n%s", want, got)
		}
	}
	if wide := outline(t, g, render.TextOptions{Width: 200}); wide != outline(t, g, render.TextOptions{}) {
		t.Errorf("where there is room, something is shortened:\n%s", wide)
	}
}

// TestTextOfHostileNames: a name is nothing that a terminal acts on, and makes no
// lines of its own.
func TestTextOfHostileNames(t *testing.T) {
	for what, name := range hostile() {
		for _, view := range render.Views() {
			var b, plain bytes.Buffer
			o := render.Options{View: view, Detail: render.DetailFull}
			if err := errors.Join(write(&b, named(name), "txt", o), write(&plain, named("plain"), "txt", o)); err != nil {
				t.Fatal(err)
			}
			if strings.ContainsAny(b.String(), "\x00\x1b\x07\r\u202e\u2028") {
				t.Errorf("%s, %s: control characters are passed on: %q", what, view, b.String())
			}
			if what != "long" && what != "empty" {
				if got, want := strings.Count(b.String(), "\n"), strings.Count(plain.String(), "\n"); got > want+6 {
					t.Errorf("%s, %s: %d lines, a plain name makes %d", what, view, got, want)
				}
			}
		}
	}
}
