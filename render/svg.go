package render

import (
	"fmt"
	"io"

	"github.com/goccy/go-graphviz"
)

// WriteSVG lays the graph out and writes it as SVG that stands alone. Tooltips
// are titles; ids are the keys of nodes, clusters and edges.
func WriteSVG(w io.Writer, g *Graph) error {
	out, err := layOut(g, graphviz.SVG)
	if err != nil {
		return fmt.Errorf("writing SVG: %w", err)
	}
	if _, err := w.Write(out); err != nil {
		return fmt.Errorf("writing SVG: %w", err)
	}
	return nil
}
