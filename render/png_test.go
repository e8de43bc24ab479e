package render

import (
	"slices"
	"strings"
	"testing"
)

// TestPNGOfWhatIsHuge: what is a little too large is scaled down, and what nobody
// could read then is an error.
func TestPNGOfWhatIsHuge(t *testing.T) {
	p, err := newPainter("0,0,100,10000")
	if err != nil {
		t.Fatal(err)
	}
	if size := p.dc.Image().Bounds().Size(); size.Y != 16_000 || size.X > 248 {
		t.Errorf("it has %v pixels", size)
	}
	if _, err := newPainter("0,0,100,20000"); err == nil || !strings.Contains(err.Error(), "248×40048 pixels") {
		t.Errorf("the error is %v", err)
	}
}

// TestPNGShowsBackslashes: texts are painted as they are, however many backslashes
// they have, and so is what follows them in a label.
func TestPNGShowsBackslashes(t *testing.T) {
	want := []string{`a\b`, `\\server\share`, `\N \l\\`, `\`, "the last row", `an\ellipse`, `an\\arrow`}
	g := &Graph{}
	table := Node{Key: "table"}
	for _, text := range want[:5] {
		table.Label.Add(Cell{Text: text})
	}
	ellipse := Node{Key: "ellipse", Shape: ShapeEllipse}
	ellipse.Label.Add(Cell{Text: want[5]})
	g.AddEdge(Edge{From: End{Node: g.AddNode(table)}, To: End{Node: g.AddNode(ellipse)}, Label: want[6:]})
	d, err := layOutDrawing(g)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, thing := range append(d.Objects, d.Edges...) {
		for _, op := range thing.Label {
			if op.Op == "T" {
				got = append(got, op.text())
			}
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestPNGOfBadges: a badge of any role can be painted, whatever its border.
func TestPNGOfBadges(t *testing.T) {
	for r := range roleCount {
		g := &Graph{Legend: &Table{}}
		g.Legend.Add(Cell{Text: "badge", Role: r, Badge: true})
		if _, err := layOutDrawing(g); err != nil {
			t.Errorf("role %d: %v", r, err)
		}
	}
}
