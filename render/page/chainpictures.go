package page

import (
	"slices"
	"strings"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// chainViews are the views that the page of a chain has, the first of which is seen first.
func chainViews() []picture {
	return []picture{
		{View: string(render.ViewTree), Title: "Delegation tree", About: "Requests go from left to right; what is taken over when the chain is built goes from right to left."},
		{View: string(render.ViewHooks), Title: "Hooks", About: "Which post-start hook waits for which, and what decides when the chain is ready."},
		{View: string(render.ViewChecks), Title: "Health checks", About: "What feeds the health endpoints of each server, and what became of the checks of the server that it delegates to."},
		{View: string(render.ViewRoutes), Title: "Paths", About: "Which server answers which path."},
	}
}

// moreNames says where the names are that a picture lacks.
const moreNames = "The tables below have more names."

// chainPictures draws the views in detail, or with as much of that as there is room
// for. Views of which the trace tells nothing are left out.
func chainPictures(s *startup.Startup, detail render.Detail) (*pictures, error) {
	asked, err := render.ParseDetail(string(detail))
	if err != nil {
		return nil, err
	}
	out := &pictures{ID: "chain", Title: "Chain"}
	if len(s.Servers) == 0 {
		out.Missing = "The trace tells of no server."
		return out, nil
	}
	if s.Simulated() {
		out.About = "All times are simulated."
	}
	for _, p := range chainViews() {
		some, err := p.drawView(s, asked)
		if err != nil {
			return nil, err
		}
		if some {
			out.Pictures = append(out.Pictures, p)
		}
	}
	return out, nil
}

// drawView draws the view, if there is anything to draw: with less detail than asked
// for where that is too much.
func (p *picture) drawView(s *startup.Startup, asked render.Detail) (bool, error) {
	levels := render.Details()
	for _, detail := range slices.Backward(levels[:slices.Index(levels, asked)+1]) {
		g, err := render.Picture(s, render.Options{View: render.View(p.View), Detail: detail, MaxNodes: -1})
		if err != nil {
			return false, err
		}
		if len(g.Nodes) == 0 {
			return false, nil
		}
		if detail != asked {
			p.Folded = []string{"There is too much to draw it all: the picture has the detail " + string(detail) + ". " + moreNames}
		}
		dropTips(g, "path ") // what these say is in the table of routes
		fits, err := p.draw(g, mostShown(asked), moreNames, pictureKey)
		if err != nil {
			return false, err
		}
		if fits {
			p.Samples = slices.DeleteFunc(p.Samples, func(s render.Sample) bool { return s.Role == render.RoleSimulated }) // the page says this once
			return true, nil
		}
	}
	p.Folded = []string{"There is too much to be drawn here. The tables below have everything."}
	return true, nil
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
