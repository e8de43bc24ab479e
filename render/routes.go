package render

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/chaintrace/chaintrace/trace/startup"
)

const (
	fewRows     = 4   // rows of a directory that needs no panel of its own
	oneColumn   = 64  // rows of panels that stand below one another
	tallPicture = 200 // rows
	pathsWidth  = 620 // points of every panel of a directory, so that they line up
)

// routesView draws the paths of all servers as one tree, with the server that
// answers each and those that have it too.
func routesView(s *startup.Startup, detail Detail) *Graph {
	v := newRouteGraph(s, detail)
	v.g.Description += "\n" + v.describe()
	chain, root := v.addChain(), v.addRoot()
	if chain > 0 {
		v.g.AddEdge(Edge{From: End{Node: chain}, To: End{Node: root}, Role: RoleRequest, Beside: true, Tooltip: "Every request asks the servers in turn until one has its path."})
	}
	v.g.Words = v.words()
	v.g.Legend = legend(v.g, nil, v.g.Words...)
	return v.g
}

func newRouteGraph(s *startup.Startup, detail Detail) *routeGraph {
	v := &routeGraph{
		s: s, detail: detail, router: s.Router(), shadows: s.Shadows(), places: map[string]int{},
		g: &Graph{
			Name:        pictureName(s, "paths"),
			Description: readyText(s) + ".",
			Title:       title(s, "paths and the servers that answer them"),
			LeftToRight: true, NodeGap: 14, RankGap: 70,
		},
	}
	v.servers = v.router.Chain()
	v.chained = len(v.servers)
	for i, sv := range v.servers {
		v.places[sv.Name] = i
	}
	for _, sv := range s.OutermostFirst() {
		if _, asked := v.places[sv.Name]; !asked {
			v.places[sv.Name] = len(v.servers)
			v.servers = append(v.servers, sv)
		}
	}
	v.root = pathTree(v.servers, v.chained, v.shadows)
	return v
}

// routeGraph is a routes view in the making.
type routeGraph struct {
	s       *startup.Startup
	detail  Detail
	router  *startup.Router
	shadows startup.Shadows
	servers []*startup.Server // in the order of asking, and then those that nobody asks
	chained int               // how many of them are asked
	places  map[string]int    // by name
	root    *pathNode
	g       *Graph
}

// addChain adds the panel of the servers in the order in which they are asked, the
// key to their colours.
func (v *routeGraph) addChain() NodeID {
	if len(v.servers) == 0 {
		return 0
	}
	n := Node{Key: "requests", Role: RoleRequest, Tooltip: "A server that does not have the path of a request hands it to the next one."}
	n.Label.Add(Cell{Text: "Requests ask these in turn", Font: FontHeading})
	untold := slices.Contains(v.s.NotTold(), startup.SubjectRoutes)
	for i, sv := range v.servers {
		covered := v.coveredOn(sv)
		text, role, tooltip := count(len(sv.Routes), "route"), RoleMuted, routesTip(sv)
		if untold {
			text, tooltip = "routes "+notTold, nothingOf("paths")
		}
		if covered > 0 {
			text += ", " + strconv.Itoa(covered) + " covered"
		}
		if i >= v.chained {
			text, role = text+", never asked: no server delegates to it", RoleProblem
		}
		n.Label.AddRow(Row{Key: "server " + sv.Name, Tooltip: tooltip, Item: Item{Noun: "server", InOrder: true}, Cells: []Cell{
			{Text: v.serverText(i), Font: FontBold, Role: serverRole(i), Badge: true}, {Text: columnGap + text, Font: FontSmall, Role: role},
		}})
	}
	end, why := "404 not found", "when none of them has the path"
	if m := v.s.Mux(); m.Waits && m.Fired == nil {
		end, why = "503 unavailable", "as not every path is known yet"
	}
	n.Label.AddRow(Row{Cells: []Cell{{Text: end, Font: FontBold}, {Text: columnGap + why, Font: FontSmall, Role: RoleMuted}}})
	return v.g.AddNode(n)
}

// addRoot adds the panel of the root, and one for each large directory in it.
func (v *routeGraph) addRoot() NodeID {
	n := Node{Key: "path /", Role: RolePanel}
	var panels []pathPanel
	if v.root.paths == 0 {
		n.Label.Add(Cell{Text: "/", Font: FontHeading})
		n.Label.AddRow(Row{Role: RoleProblem, Cells: []Cell{{Text: nothingOf("paths")}}})
		return v.g.AddNode(n)
	}
	n.Label.Rows, panels = v.rootRows()
	id := v.g.AddNode(n)
	wide := spread(panels)
	if len(wide) > 0 {
		rows := len(n.Label.Rows)
		for _, p := range panels {
			rows += len(p.rows)
		}
		if rows > tallPicture {
			v.g.RankGap *= 2 // steep lines need room
		}
	}
	for i, p := range panels {
		panel := Node{Key: pathKey(p.dir), Role: RolePanel, Label: Table{Rows: p.rows, Width: pathsWidth}, Tooltip: directoryTip(p.dir), Item: Item{Noun: "directory"}}
		e := Edge{From: End{Node: id, Row: p.row, Side: SideEast}, To: End{Node: v.g.AddNode(panel), Row: 1, Side: SideWest}, Role: RoleBranch, Plain: true}
		if wide[i] {
			e.Span = 2
		}
		v.g.AddEdge(e)
	}
	return id
}

// pathPanel is a directory with a panel of its own, and the row that leads to it.
type pathPanel struct {
	dir  *pathNode
	rows []Row
	row  int
}

// rootRows makes the rows of the root, and the panels that some of them lead to.
func (v *routeGraph) rootRows() ([]Row, []pathPanel) {
	rows := v.rootHead()
	var panels []pathPanel
	single, groups := v.root.children, []alike(nil)
	if v.detail != DetailFull {
		single, groups = v.foldAlike(v.root)
	}
	for _, c := range single {
		if v.detail == DetailLow {
			rows = append(rows, v.countedRow(c))
			continue
		}
		p := pathRows{v: v}
		p.add(c, c.name, 0)
		if len(p.rows) <= fewRows || len(c.children) == 0 {
			rows = append(rows, p.rows...)
			continue
		}
		rows = append(rows, Row{Key: pathKey(c), Tooltip: directoryTip(c), Item: Item{Noun: "directory"}, Cells: []Cell{
			{Text: clip(c.name, maxLabel), Font: FontBold}, {Text: columnGap + count(c.paths, "path"), Font: FontSmall, Role: RoleMuted},
		}})
		own := pathRows{v: v}
		own.add(c, c.name, -1)
		panels = append(panels, pathPanel{c, own.rows, len(rows)})
	}
	last := pathRows{v: v}
	for _, g := range groups {
		last.addGroup(v.root, g, "", 0)
	}
	return append(rows, last.rows...), panels
}

// rootHead makes the rows of the root path itself.
func (v *routeGraph) rootHead() []Row {
	top := *v.root
	top.children = nil
	if len(top.routes) == 0 {
		return []Row{{Key: pathKey(&top), Cells: []Cell{{Text: "/", Font: FontHeading}}}}
	}
	if v.detail == DetailLow {
		top.paths, top.name = 1, "/"
		row := v.countedRow(&top)
		row.Cells[0].Font = FontHeading
		return []Row{row}
	}
	head := pathRows{v: v}
	head.add(&top, "/", -1)
	return head.rows
}

// countedRow is the row of a directory of which only is told how many of its paths
// each server answers.
func (v *routeGraph) countedRow(n *pathNode) Row {
	counts := map[int]int{}
	v.countAnswers(n, counts)
	row := Row{Key: pathKey(n), Tooltip: directoryTip(n), Item: Item{Noun: "directory"}, Cells: []Cell{{Text: clip(orElse(n.name, "(no path)"), maxLabel)}}}
	if len(counts) == 1 {
		for place := range counts {
			a := pathAnswer{place: place}
			row.Cells = append(row.Cells, v.badge(&a), Cell{Text: columnGap + count(n.paths, "path"), Font: FontSmall, Align: AlignRight})
		}
		return row
	}
	var words []string
	for _, place := range slices.Sorted(maps.Keys(counts)) {
		if place >= 0 {
			words = append(words, strconv.Itoa(counts[place])+" by "+strconv.Itoa(place+1))
		}
	}
	row.Cells = append(row.Cells, Cell{Text: strings.Join(words, ", "), Font: FontSmall}, Cell{Text: columnGap + count(n.paths, "path"), Font: FontSmall, Align: AlignRight})
	return row
}

func (v *routeGraph) countAnswers(n *pathNode, counts map[int]int) {
	if len(n.routes) > 0 {
		a := v.answer(n.variants()[0].takers)
		counts[a.place]++
	}
	for _, c := range n.children {
		v.countAnswers(c, counts)
	}
}

// spread decides which panels stand one column further right, so that the picture
// becomes no tower: the largest of them, of about half of all rows.
func spread(panels []pathPanel) map[int]bool {
	order, total := make([]int, len(panels)), 0
	for i, p := range panels {
		order[i] = i
		total += len(p.rows)
	}
	if total <= oneColumn {
		return nil
	}
	slices.SortStableFunc(order, func(a, b int) int { return len(panels[b].rows) - len(panels[a].rows) })
	further, here, there := map[int]bool{}, 0, 0
	for _, i := range order {
		if there <= here {
			further[i] = true
			there += len(panels[i].rows)
		} else {
			here += len(panels[i].rows)
		}
	}
	return further
}

// describe says in words what the picture shows.
func (v *routeGraph) describe() string {
	if slices.Contains(v.s.NotTold(), startup.SubjectRoutes) {
		return nothingOf("paths")
	}
	t := &tip{}
	counts := map[int]int{}
	v.countAnswers(v.root, counts)
	const most = 12
	for i, sv := range v.servers[:min(most, len(v.servers))] {
		t.add("%s answers %s and has %s that others answer.", sv.Name, count(counts[i], "path"), count(v.coveredOn(sv), "route"))
	}
	return t.String()
}

// coveredOn counts the routes of a server that others answer.
func (v *routeGraph) coveredOn(sv *startup.Server) int {
	n := 0
	for _, r := range sv.Routes {
		if v.shadows.By(sv.Name, r) != "" {
			n++
		}
	}
	return n
}

// words explains what the rows say.
func (v *routeGraph) words() []string {
	if v.detail == DetailLow {
		return []string{"Numbers are those of servers."}
	}
	words := []string{
		"Each path with the server that answers it, how that takes it (exact: this path alone; prefix: what begins with it; webservice: it and what continues it with a slash), and the function that installed it.",
	}
	if len(v.servers) < 2 {
		return words
	}
	return append(words,
		"Numbers are those of servers. Covers 2: server 2 has the path too and is not asked for it. Through 1: server 1, which is asked first, hands the request on. "+
			"Below it 3: server 3 is asked for what continues the path. Fetches 2: gets the document of server 2 by itself.")
}
