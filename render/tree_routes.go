package render

import (
	"slices"
	"strconv"
	"strings"

	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// addRoutes adds the panel of a server's paths, by the phase that installed them.
func (t *tree) addRoutes(p *serverPart) {
	sv := p.sv
	n := Node{Key: "routes " + sv.Name, Cluster: p.cluster, Role: RolePanel, Label: Table{Width: panelWidth}, Tooltip: routesTip(sv)}
	right := count(len(sv.Routes), "path")
	if slices.Contains(t.untold, startup.SubjectRoutes) {
		right = notTold
		n.Tooltip = nothingOf("paths")
	}
	n.Label.Add(Cell{Text: "Paths", Font: FontHeading}, Cell{Text: right, Font: FontSmall, Role: RoleMuted, Align: AlignRight})
	apis, rest := splitAPIs(sv)
	t.addAPIs(&n.Label, sv, apis)
	phases, of := byPhase(rest)
	for _, phase := range phases {
		t.addPhase(&n.Label, phase, of[phase], func(r startup.Route) bool { return t.shadows.By(sv.Name, r) != "" })
	}
	p.routes = t.g.AddNode(n)
}

// splitAPIs parts the web services of API groups from the other paths.
func splitAPIs(sv *startup.Server) (apis, rest []startup.Route) {
	paths := map[string]bool{}
	for _, g := range sv.Groups {
		root := "/apis/" + g.Name
		if g.Name == "" {
			root = "/api"
		}
		paths[root] = true
		for _, v := range g.Versions {
			paths[root+"/"+v] = true
		}
	}
	for _, r := range sv.Routes {
		if r.Match == attr.MatchWebService && paths[r.Path] {
			apis = append(apis, r)
		} else {
			rest = append(rest, r)
		}
	}
	return apis, rest
}

// addAPIs adds the API groups, which are what a server is there for.
func (t *tree) addAPIs(l *Table, sv *startup.Server, apis []startup.Route) {
	if len(sv.Groups) == 0 {
		return
	}
	var versions []string
	for _, g := range sv.Groups {
		for _, v := range g.Versions {
			versions = append(versions, clip(joinNonEmpty("/", g.Name, v), 48))
		}
	}
	l.AddRow(Row{Role: RoleOwn, Tooltip: routesTip(sv), Cells: []Cell{
		{Text: count(len(sv.Groups), "API group") + ", " + count(len(versions), "version"), Font: FontBold},
		{Text: count(len(apis), "web service"), Font: FontSmall, Align: AlignRight},
	}})
	t.addLines(l, RoleOwn, versions, 4)
}

// addPhase adds the paths that one phase installed.
func (t *tree) addPhase(l *Table, phase string, routes []startup.Route, hidden func(startup.Route) bool) {
	shadowed := 0
	for _, r := range routes {
		if hidden(r) {
			shadowed++
		}
	}
	ground, role := RoleOwn, RoleNone
	right := count(len(routes), "path")
	switch {
	case shadowed == len(routes):
		ground, role = RoleNone, RoleShadowed
		right += ", all covered"
	case shadowed > 0:
		right += ", " + strconv.Itoa(shadowed) + " covered"
	}
	l.AddRow(Row{Role: ground, Cells: []Cell{
		{Text: phaseTitle(phase), Font: FontBold, Role: role},
		{Text: right, Font: FontSmall, Align: AlignRight, Role: role},
	}})
	words := bundleWords(bundles(routes))
	if t.detail == DetailFull {
		words = nil
		for _, r := range routes {
			words = append(words, clip(r.Path, 2*lineChars))
		}
	}
	most := 3
	if role == RoleShadowed {
		most = 1
	}
	t.addTinted(l, ground, role, words, most)
}

func phaseTitle(phase string) string {
	switch phase {
	case attr.PhaseInstallAPI:
		return "by installAPI"
	case attr.PhaseConstruction:
		return "by the server's own construction"
	case attr.PhasePrepareRun:
		return "by PrepareRun"
	case attr.PhaseRuntime:
		return "while running"
	case "":
		return "other"
	}
	return clip(phase, 32)
}

func (t *tree) addLines(l *Table, ground Role, words []string, most int) {
	t.addTinted(l, ground, RoleNone, words, most)
}

// addTinted adds words as lines, at most so many unless everything is wanted,
// and none in low detail.
func (t *tree) addTinted(l *Table, ground, role Role, words []string, most int) {
	if t.detail == DetailLow {
		return
	}
	if t.detail == DetailFull {
		most = len(words)
	}
	lines := wrap(words, ",", lineChars)
	for i, line := range lines {
		if i == most-1 && len(lines) > most {
			rest := strings.Count(strings.Join(lines[i+1:], " "), ",") + 1
			line += " and " + strconv.Itoa(rest) + " more"
		}
		if i == most {
			return
		}
		l.AddRow(Row{Role: ground, Item: Item{Noun: "line", Kind: "of paths", InOrder: true}, Cells: []Cell{{Text: line, Font: FontSmall, Role: role}}})
	}
}

// mostPhases is how many phases are told apart. A server has four.
const mostPhases = 12

// otherPhases are those that are not told apart.
const otherPhases = "in other phases"

// byPhase parts routes by phase, in order of first appearance.
func byPhase(routes []startup.Route) (phases []string, of map[string][]startup.Route) {
	of = map[string][]startup.Route{}
	for _, r := range routes {
		phase := r.Phase
		if of[phase] == nil && len(phases) >= mostPhases {
			phase = otherPhases
		}
		if of[phase] == nil {
			phases = append(phases, phase)
		}
		of[phase] = append(of[phase], r)
	}
	return phases, of
}

// bundle is paths that one installer put in together.
type bundle struct {
	installer string
	routes    []startup.Route
}

// bundles groups routes by installer, in order of first appearance.
func bundles(routes []startup.Route) []bundle {
	var out []bundle
	index := map[string]int{}
	for _, r := range routes {
		i, ok := index[r.Installer]
		if !ok {
			i = len(out)
			index[r.Installer] = i
			out = append(out, bundle{installer: r.Installer})
		}
		out[i].routes = append(out[i].routes, r)
	}
	return out
}

func bundleWords(bs []bundle) []string {
	var words []string
	for _, b := range bs {
		words = append(words, b.words()...)
	}
	return words
}

// words names the paths of a bundle briefly: two paths as they are, more as
// the path that they have in common and their number.
func (b bundle) words() []string {
	var paths []string
	seen := make(map[string]bool, len(b.routes))
	for _, r := range b.routes {
		if !seen[r.Path] {
			seen[r.Path] = true
			paths = append(paths, r.Path)
		}
	}
	switch {
	case len(paths) <= 2:
		for i, p := range paths {
			paths[i] = clip(p, 48)
		}
		return paths
	case commonPath(paths) == "":
		return b.wordsByFirstSegment()
	}
	if slices.Contains(paths, commonPath(paths)) {
		return []string{clip(commonPath(paths), 40) + " + " + strconv.Itoa(len(paths)-1)}
	}
	return []string{clip(commonPath(paths), 40) + "/... (" + strconv.Itoa(len(paths)) + ")"}
}

// wordsByFirstSegment names paths that have nothing in common, part by part.
func (b bundle) wordsByFirstSegment() []string {
	var parts []bundle
	index := map[string]int{}
	for _, r := range b.routes {
		first, _, _ := strings.Cut(strings.TrimPrefix(r.Path, "/"), "/")
		i, ok := index[first]
		if !ok {
			i = len(parts)
			index[first] = i
			parts = append(parts, bundle{installer: b.installer})
		}
		parts[i].routes = append(parts[i].routes, r)
	}
	if len(parts) == 1 {
		return []string{"/... (" + strconv.Itoa(len(b.routes)) + ")"}
	}
	return bundleWords(parts)
}

// commonPath returns the leading path segments that all paths share.
func commonPath(paths []string) string {
	common := strings.Split(paths[0], "/")
	for _, p := range paths[1:] {
		segments := strings.Split(p, "/")
		n := 0
		for n < len(common) && n < len(segments) && common[n] == segments[n] {
			n++
		}
		common = common[:n]
	}
	return strings.Join(common, "/")
}

// routesTip lists a server's paths with who installed them.
func routesTip(sv *startup.Server) string {
	t := (&tip{}).add("%s: %s", sv.Name, count(len(sv.Routes), "path"))
	for _, b := range bundles(sv.Routes) {
		t.add("%s: %s", orElse(b.installer, "unknown installer"), strings.Join(b.words(), ", "))
	}
	return t.String()
}

// serverTip writes down what is known of a server as a whole.
func serverTip(s *startup.Startup, sv *startup.Server) string {
	t := (&tip{}).add("%s", sv.Name)
	if sv.Delegate == "" {
		t.add("the innermost server: its delegate is the empty one")
	} else {
		t.add("delegates to %s", sv.Delegate)
	}
	add := func(what string, i startup.Interval) {
		if i.Duration() > 0 {
			t.add("%s: %s from %s on", what, duration(i.Duration()), duration(i.Start))
		}
	}
	add(orElse(sv.Creator, "create"), sv.Create)
	add("New", sv.New)
	add("its own part of PrepareRun", sv.Prepare)
	if s.Simulated() {
		t.add("times are simulated")
	}
	for _, m := range sv.Signals {
		how := "its own"
		if m.Inherited {
			how = "taken over"
		}
		t.add("waits for the signal %s (%s) before all its paths are known", m.Name, how)
	}
	return t.String()
}
