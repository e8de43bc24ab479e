package page

import (
	"bytes"
	"html/template"
	"slices"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// maxDrawn is how many rows and edges the page's picture has. Reading a picture
// of more is no use, and laying it out takes more than linear time.
const maxDrawn = 1000

// picture is the delegation tree as a part of the page.
type picture struct {
	SVG         template.HTML // empty where there is too much to draw, or nothing
	None        bool          // there is nothing: the trace tells of no server
	Description string
	Less        string // the level of detail, where that is less than asked for
	Simulated   bool
}

// newPicture draws the tree in detail, or with as much of that as there is room
// for.
func newPicture(s *startup.Startup, detail render.Detail) (*picture, error) {
	p := &picture{Simulated: s.Simulated()}
	asked, err := render.ParseDetail(string(detail))
	if err != nil {
		return nil, err
	}
	if len(s.Servers) == 0 {
		p.None = true
		return p, nil
	}
	levels := render.Details()
	for _, detail := range slices.Backward(levels[:slices.Index(levels, asked)+1]) {
		g, err := render.Picture(s, render.Options{View: render.ViewTree, Detail: detail})
		if err != nil {
			return nil, err
		}
		if drawn(g) > maxDrawn {
			continue
		}
		g.Title, g.Legend = nil, nil // the page says this itself
		var b bytes.Buffer
		if err := render.WriteInline(&b, g, pictureKey); err != nil {
			return nil, err
		}
		p.SVG, p.Description = template.HTML(b.String()), g.Description
		if detail != asked {
			p.Less = string(detail)
		}
		return p, nil
	}
	return p, nil
}

func drawn(g *render.Graph) int {
	n := len(g.Edges)
	for i := range g.Nodes {
		n += len(g.Nodes[i].Label.Rows)
	}
	return n
}
