package render

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/chaintrace/chaintrace/trace/startup"
)

const (
	panelWidth = 340 // points of every panel of the tree, so that they line up
	barTrack   = 72  // points of the longest run's bar
	lineChars  = 54  // characters of a line of listed names in a panel
)

// treeView draws the delegation tree. Requests travel from left to right, from
// the outermost server to the end of the chain; what is taken over when the
// chain is built travels the other way.
func treeView(s *startup.Startup, detail Detail) *Graph {
	t := &tree{
		s: s, detail: detail, untold: s.NotToldOfServers(), shadows: s.Shadows(), longest: longestRun(s), critical: map[string]bool{},
		g: &Graph{
			Name:        pictureName(s, "server chain"),
			Description: treeDescription(s),
			Title:       title(s, "server chain"),
			LeftToRight: true,
			NodeGap:     16,
			RankGap:     64,
		},
	}
	for _, r := range s.CriticalChain().Runs() {
		t.critical[r.Name] = true
	}
	for i, sv := range s.OutermostFirst() {
		t.addServer(i, sv)
	}
	t.addRequestWay()
	t.addMerges()
	t.g.Legend = t.legend()
	return t.g
}

// tree is a tree view in the making.
type tree struct {
	s        *startup.Startup
	detail   Detail
	untold   []string // subjects of which the trace tells nothing
	shadows  startup.Shadows
	longest  time.Duration
	critical map[string]bool // the hooks that decide when the chain is ready
	g        *Graph
	parts    []serverPart // outermost first
}

// serverPart is what the tree shows of one server.
type serverPart struct {
	sv                    *startup.Server
	cluster               ClusterID
	routes, hooks, checks NodeID
	passed                NodeID // the delegate's checks that it passed by; 0: none
	hooksFrom, checksFrom int    // rows that say what was taken over; 0: none
	winners               []winner
}

// winner joins a row of the checks passed by with the row of the check that won.
type winner struct {
	passed, won int
	role        Role
}

func (t *tree) addServer(place int, sv *startup.Server) {
	role, outer := RoleServer, ""
	if place == 0 {
		role = RoleOuter
	} else {
		outer = t.parts[place-1].sv.Name
	}
	p := serverPart{sv: sv}
	p.cluster = t.g.AddCluster(Cluster{
		Key: "server " + sv.Name, Role: role,
		Label:   serverLabel(sv, outer, place, len(t.s.Servers)),
		Tooltip: serverTip(t.s, sv),
		Item:    Item{Noun: "server", Took: sv.Create.Duration(), InOrder: true},
	})
	t.addRoutes(&p)
	t.addHooks(&p)
	t.addChecks(&p)
	t.parts = append(t.parts, p)
}

// serverLabel names a server, its place in the chain, where outer is the server
// that delegates to it, and what building it took.
func serverLabel(sv *startup.Server, outer string, place, of int) *Table {
	l := &Table{}
	var where string
	switch {
	case of == 1:
		where = "the whole chain"
	case place == 0:
		where = "outermost: requests come in here"
	case place == of-1:
		where = "innermost: end of the chain"
	default:
		where = "delegate of " + clip(outer, 40)
	}
	l.Add(Cell{Text: name(sv.Name), Font: FontHeading}, Cell{Text: "   " + where, Font: FontSmall, Role: RoleMuted})
	var took []string
	add := func(what string, i startup.Interval) {
		if i.Duration() > 0 {
			took = append(took, what+" "+duration(i.Duration()))
		}
	}
	add(clip(orElse(sv.Creator, "create"), 40), sv.Create)
	add("New", sv.New)
	add("PrepareRun", sv.Prepare)
	if len(took) > 0 {
		l.Add(Cell{Text: joinNonEmpty("  ·  ", took...), Font: FontSmall, Role: RoleMuted})
	}
	return l
}

// addRequestWay draws the way of a request that no server of the chain answers.
func (t *tree) addRequestWay() {
	if len(t.parts) == 0 {
		return
	}
	in := Node{Key: "requests", Shape: ShapeEllipse, Role: RoleRequest, Tooltip: "Every request goes to the outermost server first."}
	in.Label.Add(Cell{Text: "requests", Font: FontBold, Align: AlignCenter})
	from := End{Node: t.g.AddNode(in), Side: SideEast}
	for i, p := range t.parts {
		e := Edge{From: from, To: End{Node: p.routes, Row: 1, Side: SideWest}, Role: RoleRequest, Weight: 20}
		if i > 0 {
			e.Span = 2 // leaves room for what was passed by
			e.Label = []string{"delegates what", "it has no path for"}
			e.Tooltip = fmt.Sprintf("%s hands a request for a path that it does not have to %s (NotFound).", name(t.parts[i-1].sv.Name), name(p.sv.Name))
		}
		t.g.AddEdge(e)
		from = End{Node: p.routes, Row: 1, Side: SideEast}
	}
	end := Node{Key: "end of the chain", Shape: ShapeTerminal, Role: RoleEnd, Tooltip: "Behind the innermost server stands the handler for paths that nobody has."}
	end.Label.Add(Cell{Text: "nobody has the path", Font: FontBold, Align: AlignCenter})
	end.Label.Add(Cell{Text: "404 not found", Align: AlignCenter})
	if t.hasSignals() {
		end.Label.Add(Cell{Text: "503 until all paths are known", Font: FontSmall, Role: RoleMuted, Align: AlignCenter})
	}
	t.g.AddEdge(Edge{From: from, To: End{Node: t.g.AddNode(end), Side: SideWest}, Role: RoleRequest, Weight: 20})
}

// hasSignals reports whether the chain knows when all its paths are installed.
func (t *tree) hasSignals() bool {
	return slices.ContainsFunc(t.s.Servers, func(sv *startup.Server) bool { return len(sv.Signals) > 0 })
}

// addMerges draws what each server took over from its delegate, and what it
// passed by.
func (t *tree) addMerges() {
	for i, p := range t.parts {
		if i+1 == len(t.parts) {
			return
		}
		d := t.parts[i+1]
		t.addMerge(p, p.hooks, p.hooksFrom, d.hooks, count(len(inheritedHooks(p.sv.PostStart)), "hook"))
		t.addMerge(p, p.checks, p.checksFrom, d.checks, count(len(p.sv.ChecksIn(startup.CheckInherited)), "check"))
		// The panels of a server stand below one another in this order.
		if p.passed == 0 {
			continue
		}
		for _, w := range p.winners {
			t.g.AddEdge(Edge{
				From: End{Node: p.checks, Row: w.won, Side: SideEast}, To: End{Node: p.passed, Row: w.passed, Side: SideWest},
				Role: w.role, Backward: true,
				Tooltip: "The configured check of this name won.",
			})
		}
		t.g.AddEdge(Edge{
			From: End{Node: p.passed, Row: 1, Side: SideEast}, To: End{Node: d.checks, Row: 1, Side: SideWest},
			Role: RoleSkipped, Backward: true,
			Tooltip: fmt.Sprintf("Checks of %s that %s did not take over.", name(d.sv.Name), name(p.sv.Name)),
		})
	}
}

func (t *tree) addMerge(p serverPart, to NodeID, row int, from NodeID, what string) {
	if row == 0 {
		return
	}
	t.g.AddEdge(Edge{
		From: End{Node: to, Row: row, Side: SideEast}, To: End{Node: from, Row: 1, Side: SideWest},
		Role: RoleInherited, Backward: true, Weight: 4, Span: 2,
		Label:   []string{what, "taken over"},
		Tooltip: fmt.Sprintf("%s takes these over from %s when it is built.", name(p.sv.Name), name(p.sv.Delegate)),
	})
}

func (t *tree) legend() *Table {
	entries := []legendEntry{
		{RoleOwn, "own"},
		{RoleInherited, "taken over from the delegate"},
		{RoleSkipped, "skipped: not taken over"},
		{RoleLost, "lost or masked check"},
		{RoleFailed, "failed hook"},
		{RoleBecause, "did not end because of it"},
		{RoleCritical, criticalText(t.s)},
	}
	if t.s.Simulated() {
		entries = append(entries, legendEntry{RoleSimulated, "simulated time"})
	}
	var arrows []string
	for _, e := range present(t.g, []legendEntry{
		{RoleRequest, "Arrows to the right: the way of a request that no path of a server matches."},
		{RoleInherited, "Green arrows: hooks and checks taken over while the chain is built."},
		{RoleSkipped, "Dashed arrows: a check that was passed by, pointing at the one that won."},
	}) {
		arrows = append(arrows, e.text)
	}
	covered := ""
	if rolesIn(t.g)[RoleShadowed] {
		covered = "Grey paths are covered: a server further out answers them first."
	}
	return legend(t.g, entries, joinNonEmpty(" ", arrows...), covered)
}

// criticalText says what the mark of the critical chain means: of a start that did not
// get ready, what is in it decided nothing.
func criticalText(s *startup.Startup) string {
	if s.Outcome() == startup.OutcomeReady {
		return "decides when the chain is ready"
	}
	return "on the way to the end"
}

func pictureName(s *startup.Startup, what string) string {
	return joinNonEmpty(" ", clip(orElse(s.Service, "server chain"), maxLabel), clip(s.Version, 24)) + ": " + what
}

// treeDescription says in words what the picture shows.
func treeDescription(s *startup.Startup) string {
	t, untold := &tip{}, s.NotToldOfServers()
	t.add("%s.", readyText(s))
	for _, sv := range s.OutermostFirst() {
		own, inherited := len(ownHooks(sv.PostStart)), len(inheritedHooks(sv.PostStart))
		var has []string
		if !slices.Contains(untold, startup.SubjectHooks) {
			has = append(has, fmt.Sprintf("%s of its own and %d taken over", count(own, "post-start hook"), inherited))
		}
		if !slices.Contains(untold, startup.SubjectChecks) {
			has = append(has, fmt.Sprintf("%s, %d of them taken over", count(presentChecks(sv), "check"), len(sv.ChecksIn(startup.CheckInherited))))
		}
		if !slices.Contains(untold, startup.SubjectRoutes) {
			has = append(has, count(len(sv.Routes), "path"))
		}
		if last := len(has) - 1; last > 0 {
			has[last] = "and " + has[last]
		}
		if len(has) > 0 {
			t.add("%s has %s.", sv.Name, strings.Join(has, ", "))
		}
	}
	return t.String()
}

func presentChecks(sv *startup.Server) int {
	n := 0
	for _, c := range sv.Checks {
		if c.Present() {
			n++
		}
	}
	return n
}
