package render

import (
	"slices"
	"strconv"
	"strings"

	"github.com/chaintrace/chaintrace/trace/startup"
)

// routesView draws the paths of each server, by the phase and the function
// that installed them, and the way of a request from server to server.
func routesView(s *startup.Startup, detail Detail) *Graph {
	v := &routeGraph{
		s: s, detail: detail, shadows: s.Shadows(),
		g: &Graph{
			Name:        pictureName(s, "paths"),
			Description: readyText(s) + ".",
			Title:       title(s, "paths"),
			LeftToRight: true, NodeGap: 16, RankGap: 90,
		},
	}
	for i, sv := range s.OutermostFirst() {
		v.addServer(i, sv)
	}
	v.addWay()
	v.g.Legend = legend([]legendEntry{
		{RoleOwn, "answered here"}, {RoleShadowed, "covered: a server further out answers the path"},
	}, "Black arrows: where a request goes that nothing matches. A web service takes its path and what continues it with a slash; a prefix ends in a slash and takes what begins with it.")
	return v.g
}

// routeGraph is a routes view in the making.
type routeGraph struct {
	s       *startup.Startup
	detail  Detail
	g       *Graph
	shadows startup.Shadows
	nodes   []NodeID // outermost first
}

func (v *routeGraph) addServer(place int, sv *startup.Server) {
	role := RolePanel
	if place == 0 {
		role = RoleOuter
	}
	n := Node{Key: "paths " + sv.Name, Role: role, Label: Table{Width: panelWidth}, Tooltip: routesTip(sv)}
	n.Label.Add(Cell{Text: name(sv.Name), Font: FontTitle}, Cell{}, Cell{Text: count(len(sv.Routes), "path"), Font: FontSmall, Role: RoleMuted, Align: AlignRight})
	for _, phase := range phasesOf(sv.Routes) {
		of := routesOfPhase(sv.Routes, phase)
		n.Label.AddRow(Row{Rule: true, Cells: []Cell{
			{Text: phaseTitle(phase), Font: FontHeading}, {}, {Text: count(len(of), "path"), Font: FontSmall, Role: RoleMuted, Align: AlignRight},
		}})
		if v.detail == DetailLow {
			continue
		}
		for _, b := range bundles(of) {
			v.addBundle(&n.Label, sv, b)
		}
	}
	v.nodes = append(v.nodes, v.g.AddNode(n))
}

// addBundle adds the paths of one installer: a row when they are many, unless
// everything is wanted, else each.
func (v *routeGraph) addBundle(l *Table, sv *startup.Server, b bundle) {
	const few = 3
	if len(b.routes) <= few || v.detail == DetailFull {
		for _, r := range b.routes {
			v.addRow(l, sv, b.installer, []startup.Route{r}, clip(r.Path, maxLabel), routeTip(sv, r, v.shadows.By(sv.Name, r)))
		}
		return
	}
	for _, part := range splitShadowed(v.shadows, sv, b) {
		v.addRow(l, sv, b.installer, part.routes, strings.Join(part.words(), ", "), routesTip(sv))
	}
}

// splitShadowed parts what is reached from what is not.
func splitShadowed(s startup.Shadows, sv *startup.Server, b bundle) []bundle {
	var parts []bundle
	for _, hidden := range []bool{false, true} {
		routes := slices.DeleteFunc(slices.Clone(b.routes), func(r startup.Route) bool { return (s.By(sv.Name, r) != "") != hidden })
		if len(routes) > 0 {
			parts = append(parts, bundle{b.installer, routes})
		}
	}
	return parts
}

func (v *routeGraph) addRow(l *Table, sv *startup.Server, installer string, routes []startup.Route, text, tooltip string) {
	ground, role, by := RoleOwn, RoleNone, v.shadows.By(sv.Name, routes[0])
	match := clip(routes[0].Match, 12)
	if len(routes) > 1 {
		match = strconv.Itoa(len(routes)) + " paths"
	}
	if by != "" {
		ground, role = RoleNone, RoleShadowed
		match += ", covered by " + clip(by, 24)
	}
	l.AddRow(Row{Role: ground, Tooltip: tooltip, Cells: []Cell{
		{Text: text, Role: role}, {Text: "  " + match + "  ", Font: FontSmall, Role: role},
		{Text: clip(installer, 40), Font: FontSmall, Role: RoleMuted, Align: AlignRight},
	}})
}

// addWay draws the way of a request that nothing matches.
func (v *routeGraph) addWay() {
	in := Node{Key: "requests", Shape: ShapeEllipse, Role: RoleRequest, Tooltip: "Every request goes to the outermost server first."}
	in.Label.Add(Cell{Text: "requests", Font: FontBold, Align: AlignCenter})
	from := End{Node: v.g.AddNode(in)}
	for i, n := range v.nodes {
		e := Edge{From: from, To: End{Node: n, Row: 1, Side: SideWest}, Role: RoleRequest, Weight: 10}
		if i > 0 {
			e.Label = []string{"delegates"}
		}
		v.g.AddEdge(e)
		from = End{Node: n, Row: 1, Side: SideEast}
	}
	end := Node{Key: "end of the chain", Shape: ShapeTerminal, Role: RoleEnd, Tooltip: "Behind the innermost server stands the handler for paths that nobody has."}
	end.Label.Add(Cell{Text: "404 not found", Font: FontBold, Align: AlignCenter})
	v.g.AddEdge(Edge{From: from, To: End{Node: v.g.AddNode(end)}, Role: RoleRequest, Weight: 10})
}
