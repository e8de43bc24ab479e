package render

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/chaintrace/chaintrace/trace/startup"
	"github.com/chaintrace/chaintrace/trace/startup/diff"
)

// Overlay draws the delegation tree of both sides in one picture: a panel for
// each server with what was added, removed, moved or changed on it and what got
// slower or faster, as d says. Of several starts of a side it draws the one with the
// most servers, as others may have died early. Each side must have at least one.
func Overlay(a, b []*startup.Startup, d *diff.Diff) *Graph {
	return overlay(fullest(a), fullest(b), d)
}

// fullest returns the first start with the most servers.
func fullest(starts []*startup.Startup) *startup.Startup {
	return slices.MaxFunc(starts, func(x, y *startup.Startup) int { return cmp.Compare(len(x.Servers), len(y.Servers)) })
}

func overlay(a, b *startup.Startup, d *diff.Diff) *Graph {
	what := "what changed"
	g := &Graph{Name: pictureName(b, what), Description: overlayText(d) + ".", LeftToRight: true, RankGap: 60, Title: &Table{}}
	g.Title.Add(Cell{Text: overlaySide(a) + " → " + overlaySide(b), Font: FontTitle})
	g.Title.Add(Cell{Text: overlayText(d), Font: FontBold})
	if a.Simulated() || b.Simulated() {
		g.Title.Add(Cell{Text: "with simulated time", Font: FontSmall, Role: RoleSimulated})
	}
	rows := overlayRows(d)
	servers := overlayServers(a, b, rows)
	nodes := map[string]NodeID{}
	for _, sv := range servers {
		nodes[sv.Name] = g.AddNode(overlayNode(sv.Name, rows[sv.Name], d))
	}
	for _, e := range overlayEdges(servers, a, b, d) {
		from, to := nodes[e.from], nodes[e.to]
		if to != 0 && from != to {
			g.AddEdge(Edge{From: End{Node: from}, To: End{Node: to}, Role: e.role, Label: []string{e.label}})
		}
	}
	if len(rows[""]) > 0 {
		g.AddNode(overlayNode("", rows[""], d))
	}
	g.Legend = legend(g, []legendEntry{
		{RoleInherited, "+ added"}, {RoleLost, "− removed"}, {RoleProblem, "~ changed or moved"}, {RoleCritical, "slower"}, {RoleOwn, "faster"},
	}, "What did not change is only counted.")
	return g
}

// overlayServers returns the servers of both starts, outermost first, and those that
// only others have of which something is told.
func overlayServers(a, b *startup.Startup, rows map[string][]overlayRow) []*startup.Server {
	servers := b.OutermostFirst()
	for _, sv := range a.OutermostFirst() {
		if b.Server(sv.Name) == nil {
			servers = append(servers, sv)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(rows)) {
		if name != "" && a.Server(name) == nil && b.Server(name) == nil {
			servers = append(servers, &startup.Server{Name: name})
		}
	}
	return servers
}

// overlayEdge is that one server delegates to another.
type overlayEdge struct {
	from, to string
	role     Role
	label    string
}

// overlayEdges are the delegations of both sides. What d does not tell of was not
// changed, even where one side's trace does not tell whom a server delegates to.
func overlayEdges(servers []*startup.Server, a, b *startup.Startup, d *diff.Diff) []overlayEdge {
	ops := map[string]diff.Op{}
	for _, c := range d.Structure {
		if c.Kind == diff.KindServer && !c.Undecided {
			ops[c.Server] = c.Op
		}
	}
	delegate := func(s *startup.Startup, server string) string {
		if sv := s.Server(server); sv != nil {
			return sv.Delegate
		}
		return ""
	}
	var edges []overlayEdge
	for _, sv := range servers {
		was, is := delegate(a, sv.Name), delegate(b, sv.Name)
		if op, changed := ops[sv.Name]; changed && was != is {
			if is != "" {
				edges = append(edges, overlayEdge{sv.Name, is, RoleInherited, "+ delegates to"})
			}
			if was != "" && op != diff.Added {
				edges = append(edges, overlayEdge{sv.Name, was, RoleLost, "− delegated to"})
			}
			continue
		}
		if to := orElse(is, was); to != "" {
			edges = append(edges, overlayEdge{sv.Name, to, RoleRequest, "delegates to"})
		}
	}
	return edges
}

func overlaySide(s *startup.Startup) string {
	return orElse(joinNonEmpty(" ", clip(s.Service, maxLabel), clip(s.Version, 24)), "server chain")
}

// overlayText counts the differences. What may be chance is none.
func overlayText(d *diff.Diff) string {
	structure, errors, times, undecided := d.Decided()
	text := "no differences"
	if !d.Empty() {
		text = fmt.Sprintf("%s in structure, %d in errors, %d in time", count(structure, "difference"), errors, times)
	}
	if d.Consequences > 0 {
		text += fmt.Sprintf("; %d more follow from these", d.Consequences)
	}
	if undecided > 0 {
		text += fmt.Sprintf("; %d undecided", undecided)
	}
	unknown := 0
	for _, u := range d.Unknown {
		unknown += u.N
	}
	if unknown > 0 {
		text += fmt.Sprintf("; %d not compared, as one side does not tell", unknown)
	}
	return text
}

// mostOverlayRows is how many rows of one kind are shown by name.
const mostOverlayRows = 8

// mostTipRoutes is how many routes of a row are named in its tooltip.
const mostTipRoutes = 20

// overlayRows makes the rows of every server's panel, and under no name those of
// the start's.
func overlayRows(d *diff.Diff) map[string][]overlayRow {
	rows := map[string][]overlayRow{}
	for _, g := range d.Groups() {
		c := d.Structure[g.Members[0]]
		if c.Undecided {
			continue
		}
		r := overlayChange(c)
		if n := len(g.Routes); n > 0 {
			r.n = n
			r.text = fmt.Sprintf("%s %s at and below %s", r.mark, count(n, c.Kind), clip(g.Name, 48))
			t := (&tip{}).add("%s", string(g.Op))
			for _, route := range g.Routes[:min(n, mostTipRoutes)] {
				t.add("%s", route)
			}
			r.tooltip = t.String()
		}
		for _, server := range g.Servers {
			rows[server] = append(rows[server], r)
		}
	}
	for _, c := range d.Errors {
		if !c.Undecided {
			rows[c.Server] = append(rows[c.Server], overlayError(c))
		}
	}
	for _, t := range d.Timing {
		if t.Verdict != diff.Undecided {
			rows[t.Server] = append(rows[t.Server], overlayTiming(t))
		}
	}
	return rows
}

// overlayNode is the panel of a server, or with no name that of the start.
func overlayNode(server string, rows []overlayRow, d *diff.Diff) Node {
	n := Node{Key: "changes of " + server, Role: RolePanel}
	heading := "the start"
	if server != "" {
		heading = name(server)
	}
	n.Label.Add(Cell{Text: heading, Font: FontHeading, Span: 2})
	all, shown, rest := map[string]int{}, map[string]int{}, map[string]int{}
	for _, r := range rows {
		all[r.group]++
	}
	for _, r := range rows {
		// A row that says "and 1 more" would take the place of the one left out.
		if shown[r.group]++; shown[r.group] > mostOverlayRows && all[r.group] > mostOverlayRows+1 {
			rest[r.group] += r.n
			continue
		}
		n.Label.AddRow(Row{Role: r.role, Tooltip: r.tooltip, Cells: []Cell{{Text: r.text}, {Text: r.remark, Font: FontSmall, Align: AlignRight}}})
	}
	for _, r := range rows {
		if more := rest[r.group]; more > 0 {
			n.Label.AddRow(Row{Role: r.role, Cells: []Cell{{Text: fmt.Sprintf("%s and %s", r.mark, count(more, "more "+r.kind)), Span: 2}}})
			rest[r.group] = 0
		}
	}
	if len(rows) == 0 {
		n.Label.Add(Cell{Text: "no change", Role: RoleMuted, Span: 2})
	}
	for _, line := range overlayUnchanged(server, d) {
		n.Label.Add(Cell{Text: line, Font: FontSmall, Role: RoleMuted, Span: 2})
	}
	return n
}

// overlayUnchanged says in lines how much of a server is the same on both sides.
func overlayUnchanged(server string, d *diff.Diff) []string {
	var texts []string
	for _, c := range d.Unchanged {
		if c.Server == server && c.Kind != diff.KindServer {
			texts = append(texts, count(c.N, c.Kind))
		}
	}
	const aLine = 4
	var lines []string
	for part := range slices.Chunk(texts, aLine) {
		lines = append(lines, strings.Join(part, ", "))
	}
	if len(lines) > 0 {
		lines[0] = "unchanged: " + lines[0]
	}
	return lines
}

// overlayRow is a difference as a row of a panel.
type overlayRow struct {
	n            int    // how many things it tells of
	group        string // rows of one group are counted together
	mark, kind   string
	role         Role
	text, remark string
	tooltip      string
}

func overlayChange(c diff.Change) overlayRow {
	r := overlayRow{n: 1, kind: c.Kind, role: RoleProblem, mark: "~"}
	switch c.Op {
	case diff.Added:
		r.role, r.mark = RoleInherited, "+"
	case diff.Removed:
		r.role, r.mark = RoleLost, "−"
	}
	r.group = string(c.Op) + " " + c.Kind
	r.text = joinNonEmpty(" ", r.mark, c.Kind, clip(c.Name, 48))
	t := (&tip{}).add("%s %s %s", string(c.Op), c.Kind, c.Name)
	var remarks []string
	if c.Was != "" {
		remarks = append(remarks, "was on "+name(c.Was))
	}
	for _, f := range c.Fields {
		value := joinNonEmpty(" → ", f.From, f.To)
		t.add("%s: %s", f.Name, value)
		if len(value) > mostFieldText {
			value = "…"
		}
		remarks = append(remarks, f.Name+": "+value)
	}
	r.remark, r.tooltip = clip(strings.Join(remarks, ", "), 60), t.String()
	return r
}

// mostFieldText is how long a changed property may be to stand in a row.
const mostFieldText = 32

// overlayError is a difference in what went wrong: what came is red, what went is
// green.
func overlayError(c diff.Change) overlayRow {
	r := overlayChange(c)
	r.group = "error " + r.group
	switch c.Op {
	case diff.Added:
		r.role = RoleLost
	case diff.Removed:
		r.role = RoleInherited
	}
	return r
}

func overlayTiming(t diff.Timing) overlayRow {
	r := overlayRow{n: 1, group: string(t.Verdict), kind: "time", role: RoleOwn, mark: "▼"}
	sign := "−"
	if t.Verdict == diff.Slower {
		r.role, r.mark, sign = RoleCritical, "▲", "+"
	}
	r.text = joinNonEmpty(" ", r.mark, t.Kind, clip(t.Name, 48))
	r.remark = fmt.Sprintf("%s → %s (%s%s)", duration(t.From), duration(t.To), sign, duration(time.Duration.Abs(t.Delta())))
	if t.Was != "" {
		r.remark += ", was on " + name(t.Was)
	}
	r.tooltip = (&tip{}).add("%s %s %s", t.Kind, t.Name, string(t.Verdict)).add("%s", r.remark).String()
	return r
}
