package render

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

const (
	pathIndent    = "    "
	columnGap     = "  "
	maxPathIndent = 8  // levels; what is further down stands below one another
	maxMatch      = 12 // characters of how a route matches
	maxInstaller  = 48 // characters of a function's name
	fewAlike      = 8  // paths of a directory that are shown by name although they are alike
	tipRoutes     = 8  // routes of one path that its tooltip tells of
)

// pathRows collects the rows about a directory of paths.
type pathRows struct {
	v    *routeGraph
	rows []Row
}

// add adds the rows of a node, under a name, and of all below it.
func (p *pathRows) add(n *pathNode, name string, level int) {
	single, groups := n.children, []alike(nil)
	if p.v.detail != DetailFull {
		single, groups = p.v.foldAlike(n)
	}
	switch {
	case len(n.routes) == 0 && len(single) == 0 && len(groups) == 1 && level >= 0:
		p.addGroup(n, groups[0], name+"/", level)
		return
	case len(n.routes) == 0:
		p.rows = append(p.rows, Row{Key: pathKey(n), Tooltip: directoryTip(n), Item: pathItem("directory", level), Cells: []Cell{
			p.nameCell(name, level), {Text: columnGap + count(n.paths, "path"), Font: FontSmall, Role: RoleMuted},
		}})
	default:
		for _, vt := range p.v.shown(n) {
			p.addVariant(n, &vt, name, level)
		}
	}
	for _, c := range single {
		below, relative := level+1, c.name
		if level >= maxPathIndent {
			below, relative = level, name+"/"+c.name
		}
		p.add(c, relative, below)
	}
	for _, g := range groups {
		p.addGroup(n, g, "", max(0, level+1))
	}
}

// nameCell is the first cell of a row on a level. That of what a panel is about
// stands out.
func (p *pathRows) nameCell(name string, level int) Cell {
	c := Cell{Text: clip(orElse(name, "(no path)"), maxLabel)}
	if level < 0 {
		c.Font = FontHeading
		return c
	}
	c.Text = strings.Repeat(pathIndent, min(level, maxPathIndent)) + c.Text
	return c
}

// pathItem is how a row on a level is counted: not that of what a panel is about.
func pathItem(noun string, level int) Item {
	if level < 0 {
		return Item{}
	}
	return Item{Noun: noun}
}

// addRow adds the row of a path with what answers it.
func (p *pathRows) addRow(n *pathNode, routes []pathRoute, a *pathAnswer, name string, level int) {
	row := Row{Key: pathKey(n), Tooltip: p.v.pathTip(routes), Item: pathItem("path", level), Cells: append([]Cell{p.nameCell(name, level)},
		p.v.badge(a), Cell{Text: columnGap + a.match(), Font: FontSmall},
		Cell{Text: columnGap + a.note(numbers(a.covers)), Font: FontSmall, Role: RoleMuted}, installerCell(a.installers()))}
	if len(a.takers) == 0 {
		row.Cells[0].Role = RoleShadowed
	}
	p.rows = append(p.rows, row)
}

func installerCell(text string) Cell {
	return Cell{Text: columnGap + text, Font: FontSmall, Role: RoleMuted}
}

// addVariant adds the row of a path, and in full detail one below it for each other
// route of it.
func (p *pathRows) addVariant(n *pathNode, vt *variant, name string, level int) {
	if vt.slashed {
		name += "/"
	}
	a := p.v.answer(vt.takers)
	if p.v.detail != DetailFull {
		p.addRow(n, vt.routes, &a, name, level)
		return
	}
	brief := a
	brief.covers, brief.below, brief.fetched = nil, nil, nil // they have rows of their own
	p.addRow(n, vt.routes, &brief, name, level)
	for _, r := range vt.routes {
		if a.takes(r) {
			continue
		}
		p.rows = append(p.rows, Row{Key: pathKey(n), Tooltip: p.v.pathTip([]pathRoute{r}), Cells: []Cell{
			{Text: p.nameCell("also", max(0, level+1)).Text, Role: RoleShadowed}, {Text: p.v.serverText(r.place), Font: FontSmall, Role: RoleShadowed},
			{Text: columnGap + clip(orElse(r.route.Match, "?"), maxMatch), Font: FontSmall, Role: RoleShadowed},
			{Text: columnGap + p.v.state(r, &a), Font: FontSmall, Role: RoleShadowed}, installerCell(clip(r.route.Installer, maxInstaller)),
		}})
	}
}

// addGroup adds the row that stands for paths of a directory that are alike, below a
// name if they are all that it holds.
func (p *pathRows) addGroup(n *pathNode, g alike, name string, level int) {
	var names []string
	covered := map[int]int{}
	for i, c := range g.nodes {
		names = append(names, c.name)
		for _, place := range g.answers[i].covers {
			covered[place]++
		}
	}
	var covers []string
	for _, place := range slices.Sorted(maps.Keys(covered)) {
		covers = append(covers, strconv.Itoa(covered[place])+" of "+strconv.Itoa(place+1))
	}
	const most = 3
	if len(covers) > most {
		covers = append(covers[:most], ellipsis)
	}
	a := g.answers[0]
	row := Row{Item: Item{Noun: "group", Kind: "of paths"}, Tooltip: (&tip{}).list(count(len(names), "path")+" below "+n.path+":", names).String(), Cells: []Cell{
		p.nameCell(name+ellipsis, level), p.v.badge(&a), {Text: columnGap + count(len(names), "path") + ", " + a.match(), Font: FontSmall},
		{Text: columnGap + a.note(strings.Join(covers, ", ")), Font: FontSmall, Role: RoleMuted}, installerCell(a.installers()),
	}}
	if len(a.takers) == 0 {
		row.Cells[0].Role = RoleShadowed
	}
	p.rows = append(p.rows, row)
}

// alike is paths of one directory that nothing tells apart but their names and
// which servers have them too.
type alike struct {
	nodes   []*pathNode
	answers []pathAnswer
}

// foldAlike parts the paths of a directory into those to show by name and those to
// count.
func (v *routeGraph) foldAlike(n *pathNode) (single []*pathNode, groups []alike) {
	if len(n.children) <= fewAlike {
		return n.children, nil
	}
	keys, index := make([]string, len(n.children)), map[string]*alike{}
	for i, c := range n.children {
		shown := v.shown(c)
		if len(c.children) > 0 || len(shown) > 1 {
			continue
		}
		a := v.answer(shown[0].takers)
		keys[i] = fmt.Sprintf("%d %d %q %q %v %v %v", a.place, a.onward, a.match(), a.installers(), a.through, a.below, a.fetched)
		g := index[keys[i]]
		if g == nil {
			g = &alike{}
			index[keys[i]] = g
		}
		g.nodes, g.answers = append(g.nodes, c), append(g.answers, a)
	}
	for i, c := range n.children {
		g := index[keys[i]]
		switch {
		case g == nil || len(g.nodes) <= fewAlike:
			single = append(single, c)
		case g.nodes[0] == c:
			groups = append(groups, *g)
		}
	}
	return single, groups
}

// badge is the cell that names the server that answers.
func (v *routeGraph) badge(a *pathAnswer) Cell {
	if a.place < 0 {
		return Cell{Text: "nobody is asked", Font: FontSmall, Role: RoleProblem, Badge: true}
	}
	return Cell{Text: v.serverText(a.place), Font: FontSmall, Role: serverRole(a.place), Badge: true}
}

// serverText is a server's number and name.
func (v *routeGraph) serverText(place int) string {
	return strconv.Itoa(place+1) + " " + clip(orElse(v.servers[place].Name, "(no name)"), 28)
}

// serverRole is the colour of a server. The more servers, the more share one.
func serverRole(place int) Role {
	return RoleServerA + Role(place)%(RoleServerLast-RoleServerA+1)
}

func pathKey(n *pathNode) string { return "path " + n.path }

// pathTip writes down what is known of the routes of a path.
func (v *routeGraph) pathTip(routes []pathRoute) string {
	t := &tip{}
	for i, r := range routes {
		if i == tipRoutes {
			t.add("%s and %d more", ellipsis, len(routes)-i)
			break
		}
		t.lines = append(t.lines, routeTip(v.servers[r.place], *r.route, r.by))
	}
	return t.String()
}

// directoryTip counts what is below a directory that is no path itself.
func directoryTip(n *pathNode) string {
	return (&tip{}).add("%s/: %s", n.path, count(n.paths, "path")).String()
}
