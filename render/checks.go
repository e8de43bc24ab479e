package render

import (
	"fmt"
	"slices"

	"github.com/chaintrace/chaintrace/trace/startup"
)

// checksView draws what feeds the health endpoints of each server: its own
// checks, those taken over, and what became of the rest of the delegate's.
// The innermost server is on the left, as checks travel outwards.
func checksView(s *startup.Startup, detail Detail) *Graph {
	v := &checkGraph{
		s: s, detail: detail,
		g: &Graph{
			Name:        pictureName(s, "health checks"),
			Description: readyText(s) + ".",
			Title:       title(s, "health checks"),
			LeftToRight: true, NodeGap: 20, RankGap: 110,
		},
	}
	if slices.Contains(s.NotTold(), startup.SubjectChecks) {
		return v.g // not servers without any
	}
	for _, sv := range s.Servers {
		v.addServer(sv)
	}
	for i := 1; i < len(v.parts); i++ {
		v.join(v.parts[i-1], v.parts[i])
	}
	v.g.Legend = v.legend()
	return v.g
}

// checkGraph is a checks view in the making.
type checkGraph struct {
	s      *startup.Startup
	detail Detail
	g      *Graph
	parts  []checkPart // innermost first
}

// checkPart is one server's panel.
type checkPart struct {
	sv   *startup.Server
	node NodeID
	rows *checkRows
	own  int // the row that stands for all of its own that are handed on
	from int // the first row of what was taken over; 0: none
}

func (v *checkGraph) addServer(sv *startup.Server) {
	n := Node{Key: "checks " + sv.Name, Role: RolePanel, Label: Table{Width: panelWidth}, Tooltip: checksTip(sv), Item: Item{Noun: "server", InOrder: true}}
	n.Label.AddRow(Row{Key: "server " + sv.Name, Cells: []Cell{{Text: name(sv.Name), Font: FontTitle}, {}, {}, {}}})
	head := []Cell{{Text: count(presentChecks(sv), "check"), Font: FontBold}}
	for _, e := range startup.Endpoints() {
		head = append(head, Cell{Text: fmt.Sprintf("%s %d", e, len(sv.Installed(e))), Font: FontBold, Align: AlignCenter})
	}
	n.Label.Add(head...)
	p := checkPart{sv: sv, rows: &checkRows{l: &n.Label, sv: sv, byName: map[string]int{}}}
	v.addConfigured(&p)
	p.from = v.addInherited(p)
	p.own = v.addOwn(p)
	for _, c := range sv.ChecksIn(startup.CheckLost) {
		p.rows.addRow(c.Name+": lost", RoleLost, []*startup.Check{c}, checkTip(sv, c))
	}
	p.node = v.g.AddNode(n)
	v.parts = append(v.parts, p)
}

func (v *checkGraph) addConfigured(p *checkPart) {
	for _, c := range p.sv.ChecksIn(startup.CheckOwn) {
		if c.Configured {
			p.rows.addRow(c.Name+" (configured)", RoleOwn, []*startup.Check{c}, checkTip(p.sv, c))
			p.rows.byName[c.Name] = len(p.rows.l.Rows)
		}
	}
}

// addInherited adds what was taken over, as a group by origin, or in full
// detail by name.
func (v *checkGraph) addInherited(p checkPart) int {
	inherited := p.sv.ChecksIn(startup.CheckInherited)
	origins := make([]string, len(inherited))
	byOrigin := map[string][]*startup.Check{}
	for i, c := range inherited {
		origins[i] = c.Origin
		byOrigin[c.Origin] = append(byOrigin[c.Origin], c)
	}
	first, tooltip := 0, checksTip(p.sv)
	for _, o := range countOrigins(origins) {
		of := byOrigin[o.Origin]
		row := p.rows.addRow(count(o.N, "check")+" of "+o.Origin, RoleInherited, of, tooltip)
		p.rows.l.Rows[row-1].Item = Item{Noun: "server", Kind: "with checks that were taken over", InOrder: true}
		if first == 0 {
			first = row
		}
		if v.detail != DetailFull {
			continue
		}
		for _, c := range of {
			p.rows.addRow("    "+c.Name, RoleInherited, []*startup.Check{c}, checkTip(p.sv, c))
		}
	}
	return first
}

// addOwn adds the server's own checks that were not configured and returns the
// row that the arrow to the next server begins at.
func (v *checkGraph) addOwn(p checkPart) int {
	own := slices.DeleteFunc(p.sv.ChecksIn(startup.CheckOwn), func(c *startup.Check) bool { return c.Configured })
	if len(own) == 0 {
		return 0
	}
	row := p.rows.addRow(count(len(own), "check")+" of its own", RoleOwn, own, checksTip(p.sv))
	if v.detail != DetailLow {
		for _, c := range own {
			p.rows.addRow("    "+c.Name, RoleOwn, []*startup.Check{c}, checkTip(p.sv, c))
		}
	}
	return row
}

// join draws what went from a server to the next one out, and what did not.
func (v *checkGraph) join(inner, outer checkPart) {
	if outer.from > 0 {
		start := inner.own
		if start == 0 {
			start = max(inner.from, 1)
		}
		v.g.AddEdge(Edge{
			From: End{Node: inner.node, Row: start, Side: SideEast}, To: End{Node: outer.node, Row: outer.from, Side: SideWest},
			Role: RoleInherited, Weight: 10, Label: []string{count(len(outer.sv.ChecksIn(startup.CheckInherited)), "check"), "taken over"},
			Tooltip: "The checks in healthz of " + name(inner.sv.Name) + " whose name is not configured on " + name(outer.sv.Name) + ".",
		})
	}
	for _, c := range outer.sv.Checks {
		role, label := RoleSkipped, "skipped"
		switch c.State {
		case startup.CheckSkipped:
		case startup.CheckMasked:
			role, label = RoleLost, "masked: it fails unseen"
		case startup.CheckLost:
			role, label = RoleLost, "lost"
		default:
			continue
		}
		from, to := inner.rows.byName[c.Name], outer.rows.byName[c.Name]
		if from == 0 || to == 0 {
			continue
		}
		v.g.AddEdge(Edge{
			From: End{Node: inner.node, Row: from, Side: SideEast}, To: End{Node: outer.node, Row: to, Side: SideWest},
			Role: role, Label: []string{label}, About: c.Name, Tooltip: checkTip(outer.sv, c),
		})
	}
}

func (v *checkGraph) legend() *Table {
	var remarks []string
	if len(v.parts) > 1 {
		remarks = []string{
			"A server offers the next one out only what is in its healthz. Of that, what has the name of a check that is configured there is skipped (dashed, pointing at the check that won).",
			"Checks that are only in readyz or livez are not offered: they are lost, unless the next server has one of that name itself.",
		}
	}
	return legend(v.g, []legendEntry{
		{RoleOwn, "own"}, {RoleInherited, "taken over from the delegate"}, {RoleSkipped, "skipped"}, {RoleLost, "lost or masked"},
	}, remarks...)
}
