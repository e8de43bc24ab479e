package render

import (
	"strings"

	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// hooksView draws what the post-start hooks wait for: hooks with their steps,
// arrows from the hooks that others wait for, and the way that decides when
// the chain is ready. Time goes from left to right.
func hooksView(s *startup.Startup, detail Detail) *Graph {
	v := &hookGraph{
		s: s, detail: detail, nodes: map[*startup.HookRun]NodeID{}, critical: map[*startup.HookRun]bool{}, awaited: map[string]bool{},
		bars: &tree{s: s, longest: longestRun(s)},
		g: &Graph{
			Name:        pictureName(s, "post-start hooks"),
			Description: readyText(s) + ".",
			Title:       title(s, "post-start hooks"),
			LeftToRight: true, NodeGap: 12, RankGap: 70,
		},
	}
	v.hooks = hooksByRun(s)
	for _, r := range s.CriticalChain().Runs() {
		v.critical[r] = true
		v.last = r
	}
	for _, r := range s.Runs {
		for _, w := range r.HooksWaitedFor() {
			v.awaited[w] = true
		}
	}
	origins, runs := hookServers(s)
	for _, origin := range origins {
		v.addOrigin(origin, runs[origin])
	}
	v.addWaits()
	v.addReady()
	v.g.Legend = v.legend()
	return v.g
}

// hookGraph is a hooks view in the making.
type hookGraph struct {
	s        *startup.Startup
	detail   Detail
	g        *Graph
	bars     *tree // draws bars to the common scale
	hooks    map[*startup.HookRun]*startup.Hook
	nodes    map[*startup.HookRun]NodeID
	critical map[*startup.HookRun]bool
	last     *startup.HookRun // of the critical ones; nil: there are none
	awaited  map[string]bool
	waits    bool // there are arrows from hook to hook,
	steps    bool // and lines with what a hook waits for or does
}

func hooksByRun(s *startup.Startup) map[*startup.HookRun]*startup.Hook {
	m := map[*startup.HookRun]*startup.Hook{}
	for _, sv := range s.Servers {
		for _, h := range sv.PostStart {
			if h.Run != nil && m[h.Run] == nil {
				m[h.Run] = h
			}
		}
	}
	return m
}

// hookServers returns the servers of the trace, outermost first, and those that it
// knows nothing of but that their hooks ran; and the runs of each.
func hookServers(s *startup.Startup) (origins []string, runs map[string][]*startup.HookRun) {
	runs = map[string][]*startup.HookRun{}
	for _, sv := range s.OutermostFirst() {
		origins = append(origins, sv.Name)
		runs[sv.Name] = nil
	}
	for _, r := range s.Runs {
		if _, known := runs[r.Origin]; !known {
			origins = append(origins, r.Origin)
		}
		runs[r.Origin] = append(runs[r.Origin], r)
	}
	return origins, runs
}

// isPlainLaunch reports whether a hook did nothing but return at once, so that
// it is enough to name it.
func (v *hookGraph) isPlainLaunch(r *startup.HookRun) bool {
	return r.Outcome == attr.OutcomeLaunched && !v.awaited[r.Name]
}

func (v *hookGraph) addOrigin(origin string, runs []*startup.HookRun) {
	var launched, others []*startup.HookRun
	for _, r := range runs {
		if v.isPlainLaunch(r) && v.detail != DetailFull {
			launched = append(launched, r)
		} else {
			others = append(others, r)
		}
	}
	if len(launched)+len(others) == 0 {
		return
	}
	label := &Table{}
	label.Add(Cell{Text: name(origin), Font: FontHeading}, Cell{Text: "   registered " + count(len(launched)+len(others), "hook"), Font: FontSmall, Role: RoleMuted})
	cluster := v.g.AddCluster(Cluster{Key: "hooks of " + origin, Role: RoleServer, Label: label, Tooltip: "Hooks that " + name(origin) + " registered.", Item: Item{Noun: "server", InOrder: true}})
	for _, r := range others {
		v.addRun(cluster, r)
	}
	if len(launched) > 0 {
		v.addLaunched(cluster, origin, launched)
	}
}

// addRun adds a hook with its steps, and the state that it ended in.
func (v *hookGraph) addRun(cluster ClusterID, r *startup.HookRun) {
	role := RoleOwn
	switch {
	case r.Outcome == attr.OutcomeFailed:
		role = RoleFailed
	case r.InTrouble():
		role = RoleBecause
	case v.critical[r]:
		role = RoleCritical
	}
	n := Node{
		Key: "hook " + r.Origin + " " + r.Name, Cluster: cluster, Role: RolePanel, Tooltip: runTip(v.s, r, v.hooks[r]),
		Item: Item{Noun: "hook", Took: v.s.Elapsed(r)},
	}
	took := Cell{Text: duration(v.s.Elapsed(r)), Align: AlignRight}
	if r.InTrouble() {
		took.Text = outcomeWord(r) + " after " + took.Text
	}
	ink := barRole(r)
	switch role {
	case RoleCritical, RoleBecause:
		took.Font, ink = FontBold, RoleBarCritical
	case RoleFailed:
		took.Font, ink = FontBold, RoleBarFailed
	}
	bar := Cell{Bar: v.bars.bar(r, ink)}
	n.Label.AddRow(Row{Key: "hook " + r.Name, Role: role, Cells: []Cell{{Text: name(r.Name), Font: FontBold}, bar, took}})
	if v.detail != DetailLow {
		for _, w := range r.WaitsFor {
			v.addStep(&n.Label, r, w)
		}
	}
	if r.Err != "" && r.Outcome == attr.OutcomeFailed {
		n.Label.AddRow(Row{Cells: []Cell{{Text: clip(r.Err, maxLabel), Font: FontSmall, Role: RoleFailed}}})
	}
	if r.Deadline > 0 && v.detail == DetailFull {
		n.Label.Add(Cell{Text: "deadline " + duration(r.Deadline) + ", then " + orElse(clip(r.AtDeadline, 16), "unknown"), Font: FontSmall, Role: RoleMuted})
	}
	v.nodes[r] = v.g.AddNode(n)
}

// addStep adds a line for what a hook waits for or does.
func (v *hookGraph) addStep(l *Table, r *startup.HookRun, w string) {
	kind, what, _ := strings.Cut(w, ":")
	text := w
	switch kind {
	case "hook":
		text = "waits for " + what
	case "cache":
		text = "waits for the cache " + what
	case "timer":
		text = "waits a fixed " + what
	case "loopback":
		text = "asks the server itself: " + what
	case "work":
		text = what
	}
	most := 64
	if v.detail == DetailFull {
		most = 160
	}
	role := RoleMuted
	if r.InTrouble() && r.Outcome != attr.OutcomeFailed && r.BlockedOn == w {
		text, role = "got as far as: "+text, RoleLost
	}
	v.steps = true
	l.AddRow(Row{Item: Item{Noun: "step", InOrder: true}, Cells: []Cell{{Text: "  " + clip(text, most), Font: FontSmall, Role: role}}})
}

// addLaunched names the hooks that only start something, in one node.
func (v *hookGraph) addLaunched(cluster ClusterID, origin string, runs []*startup.HookRun) {
	n := Node{Key: "launched by " + origin, Cluster: cluster, Role: RolePanel}
	n.Label.AddRow(Row{Role: RoleLaunched, Cells: []Cell{{Text: count(len(runs), "hook") + " launched at once: their work goes on in the background"}}})
	t := (&tip{}).add("%s of %s", count(len(runs), "hook"), origin)
	for _, r := range runs {
		t.add("%s: %s", r.Name, duration(v.s.Elapsed(r)))
		if v.detail != DetailLow {
			n.Label.AddRow(Row{Key: "hook " + r.Name, Item: Item{Noun: "hook", Took: v.s.Elapsed(r)}, Cells: []Cell{{Text: "  " + name(r.Name), Font: FontSmall}}})
		}
	}
	n.Tooltip = t.String()
	v.g.AddNode(n)
}

// addWaits joins every hook with those that it waits for.
func (v *hookGraph) addWaits() {
	byName := v.s.RunsByName()
	for _, r := range v.s.Runs {
		to, ok := v.nodes[r]
		if !ok {
			continue
		}
		for _, w := range r.HooksWaitedFor() {
			from := byName[w]
			if from == nil || v.nodes[from] == 0 || from == r {
				continue
			}
			e := Edge{From: End{Node: v.nodes[from]}, To: End{Node: to}, Role: RoleOwn, Tooltip: name(r.Name) + " waits for " + name(w) + "."}
			switch {
			case r.BecauseOf != "":
				e.Role = RoleBecause
			case v.critical[r] && v.critical[from]:
				e.Role = RoleCritical
			}
			v.g.AddEdge(e)
			v.waits = true
		}
	}
}

// addReady adds the moment of readiness behind the hook that ended last.
func (v *hookGraph) addReady() {
	if v.last == nil {
		return
	}
	n := Node{Key: "ready", Shape: ShapeTerminal, Role: RoleEnd, Tooltip: readyText(v.s)}
	text, role, label := "not ready in this trace", RoleFailed, ""
	switch v.s.Outcome() {
	case startup.OutcomeReady:
		text, role, label = "ready after "+duration(v.s.Ready.At), RoleCritical, "ends last"
	case startup.OutcomeNotShown:
		text, role, label = "no readiness is shown", RoleCritical, "ends last"
	case startup.OutcomeFailed:
		text = "never ready"
		if v.s.Ready != nil {
			text = "ended after " + duration(v.s.Failure.At)
		}
	}
	if v.last.InTrouble() || !v.last.Finished() {
		label = "did not end"
	}
	n.Label.Add(Cell{Text: text, Font: FontBold, Align: AlignCenter})
	if from, ok := v.nodes[v.last]; ok {
		e := Edge{From: End{Node: from}, To: End{Node: v.g.AddNode(n)}, Role: role, Label: lines(label)}
		if v.s.Failure != nil && v.s.Failure.Hook != "" {
			e.Label = []string{"ended the process"}
			e.From.Node = v.failedNode(from)
		}
		v.g.AddEdge(e)
	}
}

func lines(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}

// failedNode returns the node of the hook that ended the process.
func (v *hookGraph) failedNode(otherwise NodeID) NodeID {
	for _, r := range v.s.Runs {
		if r.Name == v.s.Failure.Hook && v.nodes[r] != 0 {
			return v.nodes[r]
		}
	}
	return otherwise
}

func (v *hookGraph) legend() *Table {
	entries := []legendEntry{
		{RoleOwn, "hook"}, {RoleLaunched, "launched at once"}, {RoleCritical, criticalText(v.s)},
		{RoleFailed, "failed"}, {RoleBecause, "did not end"},
	}
	if v.s.Simulated() {
		entries = append(entries, legendEntry{RoleSimulated, "simulated time"})
	}
	arrows, steps := "", ""
	if v.waits {
		arrows = "An arrow goes from a hook to one that waits for it."
	}
	if v.steps {
		steps = "The lines in a box are its steps."
	}
	return legend(v.g, entries, joinNonEmpty(" ", "All hooks are started at once when the outermost server serves.", arrows, steps))
}
