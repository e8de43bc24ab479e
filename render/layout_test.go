package render

import (
	"bytes"
	"errors"
	"testing"

	"github.com/goccy/go-graphviz"
)

// TestWhatGraphvizGivesUpIsAnError: and not a picture with nothing in it. It gives up at
// a field that has no width.
func TestWhatGraphvizGivesUpIsAnError(t *testing.T) {
	bad := &Graph{}
	n := Node{Key: "bad", Shape: ShapePanel}
	n.Label.Add(Cell{Bar: &Bar{}})
	bad.AddNode(n)
	good := &Graph{}
	n.Label = Table{}
	n.Label.Add(Cell{Text: `<svg width="8pt" height="8pt" "bb": "0,0,0,0"`})
	good.AddNode(n)
	for _, format := range []graphviz.Format{graphviz.SVG, formatJSON} {
		if _, err := layOut(bad, format, nil); !errors.Is(err, errNotPlaced) {
			t.Errorf("%s: %v", format, err)
		}
		if _, err := layOut(good, format, nil); err != nil {
			t.Errorf("%s of what can be placed: %v", format, err)
		}
	}
	if err := WriteSVG(&bytes.Buffer{}, &Graph{}); err != nil {
		t.Errorf("an empty picture: %v", err)
	}
}
