package page

import (
	"bytes"
	"html/template"
	"slices"
	"strings"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/trace/startup"
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

// pictures are the views of the chain, of which readers see one at a time.
type pictures struct {
	Pictures  []picture // empty where there is nothing to draw
	Simulated bool
}

// picture is a view of the chain as a part of the page.
type picture struct {
	View, Title string
	About       string        // what to look for in it
	SVG         template.HTML // empty where there is too much to draw
	Description string
	Less        string // the level of detail, where that is less than asked for
	Counted     string // how many parts are shown, where the others are counted
	Samples     []render.Sample
	Remarks     []string
}

// pictureViews are the views that the page has, the first of which is seen first.
func pictureViews() []picture {
	return []picture{
		{View: string(render.ViewTree), Title: "Delegation tree", About: "Requests go from left to right; what is taken over when the chain is built goes from right to left."},
		{View: string(render.ViewHooks), Title: "Hooks", About: "Which post-start hook waits for which, and what decides when the chain is ready."},
		{View: string(render.ViewChecks), Title: "Health checks", About: "What feeds the health endpoints of each server, and what became of the checks of the server that it delegates to."},
		{View: string(render.ViewRoutes), Title: "Paths", About: "Which server answers which path."},
	}
}

// newPictures draws the views in detail, or with as much of that as there is room
// for. Views of which the trace tells nothing are left out.
func newPictures(s *startup.Startup, detail render.Detail) (*pictures, error) {
	asked, err := render.ParseDetail(string(detail))
	if err != nil {
		return nil, err
	}
	out := &pictures{Simulated: s.Simulated()}
	if len(s.Servers) == 0 {
		return out, nil
	}
	for _, p := range pictureViews() {
		some, err := p.draw(s, asked)
		if err != nil {
			return nil, err
		}
		if some {
			out.Pictures = append(out.Pictures, p)
		}
	}
	return out, nil
}

// draw draws the picture, if there is anything to draw: with parts that are alike
// counted where there are many, and with less detail where that is still too much.
func (p *picture) draw(s *startup.Startup, asked render.Detail) (bool, error) {
	levels := render.Details()
	for _, detail := range slices.Backward(levels[:slices.Index(levels, asked)+1]) {
		g, err := render.Picture(s, render.Options{View: render.View(p.View), Detail: detail, MaxNodes: -1})
		if err != nil {
			return false, err
		}
		if len(g.Nodes) == 0 {
			return false, nil
		}
		shown := maxShown
		if asked == render.DetailFull {
			shown = maxDrawn
		}
		p.Description = g.Description
		if g = render.Collapse(g, shown); drawn(g) > maxDrawn {
			continue
		}
		p.Counted, _, _ = strings.Cut(g.Note, ";")
		samples, remarks := render.ReadLegend(g.Legend)
		p.Samples = slices.DeleteFunc(samples, func(s render.Sample) bool { return s.Role == render.RoleSimulated }) // the page says this once
		p.Remarks = remarks
		g.Title, g.Legend = nil, nil // the page says this itself, and
		dropTips(g, "path ")         // what these say is in its table of routes
		var b bytes.Buffer
		if err := render.WriteInline(&b, g, pictureKey); err != nil {
			return false, err
		}
		p.SVG = template.HTML(b.String())
		if detail != asked {
			p.Less = string(detail)
		}
		break
	}
	return true, nil
}

func drawn(g *render.Graph) int {
	n := len(g.Edges)
	for i := range g.Nodes {
		n += len(g.Nodes[i].Label.Rows)
	}
	return n
}

// dropTips drops the tooltips of the rows whose keys begin so.
func dropTips(g *render.Graph, prefix string) {
	for i := range g.Nodes {
		for j := range g.Nodes[i].Label.Rows {
			if r := &g.Nodes[i].Label.Rows[j]; strings.HasPrefix(r.Key, prefix) {
				r.Tooltip = ""
			}
		}
		if strings.HasPrefix(g.Nodes[i].Key, prefix) {
			g.Nodes[i].Tooltip = ""
		}
	}
}
