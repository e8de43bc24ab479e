package render_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/chaintrace/chaintrace/render"
)

// skipping is a graph in which checks of one server are not those of the next.
func skipping(checks ...string) *render.Graph {
	g := &render.Graph{Name: "g"}
	for i, server := range []string{"inner", "outer"} {
		n := render.Node{Key: server, Item: render.Item{Noun: "server", InOrder: true}}
		n.Label.Add(cell(server))
		for _, c := range checks {
			n.Label.AddRow(render.Row{Key: "check " + c, Item: render.Item{Noun: "check", InOrder: true}, Cells: []render.Cell{cell(c)}})
		}
		g.AddNode(n)
		for row, c := range checks {
			if i == 0 {
				continue
			}
			label := "skipped"
			if c == "db" {
				label = "masked"
			}
			g.AddEdge(render.Edge{From: render.End{Node: 1, Row: row + 2}, To: render.End{Node: 2, Row: row + 2}, Role: render.RoleSkipped, Label: []string{label}, About: c})
		}
	}
	return g
}

// TestJoinedEdgesSayWhatTheyAreAbout: where edges end at nodes, their labels name
// the rows.
func TestJoinedEdgesSayWhatTheyAreAbout(t *testing.T) {
	g := skipping("ping", "db", "log")
	if text := outline(t, g, render.TextOptions{}); !strings.Contains(text, "→ skipped (ping, log), masked (db): outer\n") {
		t.Errorf("text:\n%s", text)
	}
	var b bytes.Buffer
	if err := render.WriteMermaid(&b, g); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), `|"skipped (ping, log), masked (db)"|`) {
		t.Errorf("Mermaid:\n%s", b.String())
	}
	var many []string
	for i := range 30 {
		many = append(many, fmt.Sprintf("check-%d", i))
	}
	if text := outline(t, skipping(many...), render.TextOptions{}); !strings.Contains(text, "check-7 and 22 more): outer\n") {
		t.Errorf("many:\n%s", text)
	}
	// An arrow between what is only counted is about no single one of them.
	few := outline(t, render.Collapse(skipping(many...), 4), render.TextOptions{})
	if !strings.Contains(few, "more checks") || strings.Contains(few, "check-29") {
		t.Errorf("counted:\n%s", few)
	}
	for _, l := range strings.Split(few, "\n") {
		if strings.Contains(l, "→") && strings.Count(l, "check-") > 3 {
			t.Errorf("counted: %s", l)
		}
	}
}
