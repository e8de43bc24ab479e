package page

import (
	"bytes"
	"html/template"
	"strings"

	"github.com/chaintrace/chaintrace/render"
)

const (
	// maxDrawn is how many rows and edges a picture of the page has at the most.
	// Reading a picture of more is no use, and laying it out takes more than linear
	// time.
	maxDrawn = 1000
	// maxShown is how many entries a picture has before parts that are alike are
	// counted, unless all detail is asked for.
	maxShown = 300
)

// pictures are the views of the page's subject, of which readers see one at a time.
type pictures struct {
	ID, Title string
	About     string    // what holds for all of them; may be empty
	Pictures  []picture // never none, unless Missing says why
	Missing   string
}

// picture is a view as a part of the page.
type picture struct {
	View, Title string        // no title where it is the only one
	About       string        // what to look for in it
	SVG         template.HTML // empty where there is too much to draw
	Description string
	Folded      []string // what is not drawn, in sentences
	Samples     []render.Sample
	Remarks     []string
}

// draw draws the graph, with parts that are alike counted where there are more than
// so many, and reports whether there is room for it. What it has by way of title and
// legend stands beside it, and below it more says where else on the page things are.
func (p *picture) draw(g *render.Graph, shown int, more string, key func(string) string) (bool, error) {
	p.Description = g.Description
	if g = render.Indent(render.Collapse(g, shown)); drawn(g) > maxDrawn {
		return false, nil
	}
	if counted, _, _ := strings.Cut(g.Note, ";"); counted != "" {
		p.Folded = append(p.Folded, counted+": those in trouble and the slowest are drawn. "+more)
	}
	p.Samples, p.Remarks = render.ReadLegend(g.Legend)
	g.Title, g.Legend = nil, nil // the page says this itself
	var b bytes.Buffer
	if err := render.WriteInline(&b, g, key); err != nil {
		return false, err
	}
	p.SVG = template.HTML(b.String())
	return true, nil
}

// mostShown is how many entries a picture has in detail.
func mostShown(detail render.Detail) int {
	if detail == render.DetailFull {
		return maxDrawn
	}
	return maxShown
}

func drawn(g *render.Graph) int {
	n := len(g.Edges)
	for i := range g.Nodes {
		n += len(g.Nodes[i].Label.Rows)
	}
	return n
}
