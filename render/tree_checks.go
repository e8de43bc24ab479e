package render

import (
	"slices"
	"strconv"

	"github.com/chaintrace/chaintrace/trace/startup"
)

// addChecks adds the panel of a server's health checks and, beside it, the
// node of the delegate's checks that it passed by.
func (t *tree) addChecks(p *serverPart) {
	sv := p.sv
	n := Node{Key: "checks " + sv.Name, Cluster: p.cluster, Role: RolePanel, Label: Table{Width: panelWidth}, Tooltip: checksTip(sv)}
	head := []Cell{{Text: "Health checks", Font: FontHeading}}
	if slices.Contains(t.untold, startup.SubjectChecks) {
		head = append(head, Cell{Text: notTold, Font: FontSmall, Role: RoleMuted, Align: AlignRight})
		n.Tooltip = nothingOf("health checks")
	} else {
		for _, e := range startup.Endpoints() {
			head = append(head, Cell{Text: e + " " + strconv.Itoa(len(sv.Installed(e))), Font: FontSmall, Role: RoleMuted, Align: AlignCenter})
		}
	}
	n.Label.Add(head...)
	rows := checkRows{l: &n.Label, sv: sv, byName: map[string]int{}}
	p.checksFrom = rows.addGroup(startup.CheckInherited, t.detail == DetailFull)
	rows.addOwn(t.detail)
	for _, c := range sv.ChecksIn(startup.CheckLost) {
		rows.addRow(c.Name+", lost: "+c.Origin+" does not hand it up", RoleLost, []*startup.Check{c}, checkTip(sv, c))
	}
	p.checks = t.g.AddNode(n)
	t.addPassed(p, rows)
}

// maxCheck is the length of a check's name in a label: those of hooks are long.
const maxCheck = 76

// checkRows adds checks to a panel: a name and, by endpoint, whether it is in it.
type checkRows struct {
	l      *Table
	sv     *startup.Server
	byName map[string]int // the row of each check that the server has
}

func (r *checkRows) addRow(text string, role Role, checks []*startup.Check, tooltip string) int {
	cells := []Cell{{Text: clip(text, maxCheck), Italic: role == RoleInherited}}
	for _, e := range startup.Endpoints() {
		n := 0
		for _, c := range checks {
			if slices.Contains(c.Endpoints, e) {
				n++
			}
		}
		cell := Cell{Text: "-", Role: RoleMuted, Align: AlignCenter}
		if n > 0 {
			cell = Cell{Text: "yes", Font: FontSmall, Align: AlignCenter}
		}
		if len(checks) > 1 && n > 0 {
			cell.Text = strconv.Itoa(n)
		}
		cells = append(cells, cell)
	}
	line := Row{Role: role, Tooltip: tooltip, Cells: cells}
	if len(checks) == 1 {
		line.Key, line.Item = checkKey(checks[0]), Item{Noun: "check"}
	}
	row := r.l.AddRow(line)
	for _, c := range checks {
		r.byName[c.Name] = row
	}
	return row
}

// checkKey is the key of a row about a check, on whichever server. A hook's check
// is about the hook.
func checkKey(c *startup.Check) string {
	if hook := c.Hook(); hook != "" {
		return "hook " + hook
	}
	return "check " + c.Name
}

// addGroup adds the checks of a state as one row, or each as a row where all
// is set, and returns the first row's number, or 0 when there are none.
func (r *checkRows) addGroup(state startup.CheckState, all bool) int {
	checks := r.sv.ChecksIn(state)
	if len(checks) == 0 {
		return 0
	}
	what := count(len(checks), "check")
	if !slices.ContainsFunc(checks, func(c *startup.Check) bool { return c.Hook() == "" }) {
		what = count(len(checks), "hook's check")
		if len(checks) > 1 {
			what = strconv.Itoa(len(checks)) + " hooks' checks"
		}
	}
	first := r.addRow(what+" taken over", RoleInherited, checks, checksTip(r.sv))
	if all {
		for _, c := range checks {
			r.addRow(c.Name, RoleInherited, []*startup.Check{c}, checkTip(r.sv, c))
		}
	}
	return first
}

// addOwn adds the server's own checks: by name, but those of hooks as a group
// as the hooks are in the panel above.
func (r *checkRows) addOwn(detail Detail) {
	var hooks, rest []*startup.Check
	for _, c := range r.sv.ChecksIn(startup.CheckOwn) {
		if c.Hook() != "" && detail != DetailFull {
			hooks = append(hooks, c)
		} else {
			rest = append(rest, c)
		}
	}
	if detail == DetailLow && len(rest) > 1 {
		r.addRow(count(len(rest), "check")+" of its own", RoleOwn, rest, checksTip(r.sv))
		rest = nil
	}
	for _, c := range rest {
		r.addRow(c.Name, RoleOwn, []*startup.Check{c}, checkTip(r.sv, c))
	}
	if len(hooks) > 0 {
		r.addRow(strconv.Itoa(len(hooks))+" of its own hooks", RoleOwn, hooks, checksTip(r.sv))
	}
}

// addPassed adds the node of the delegate's checks that were skipped or masked.
func (t *tree) addPassed(p *serverPart, rows checkRows) {
	skipped, masked := p.sv.ChecksIn(startup.CheckSkipped), p.sv.ChecksIn(startup.CheckMasked)
	if len(skipped)+len(masked) == 0 {
		return
	}
	n := Node{Key: "skipped " + p.sv.Name, Cluster: p.cluster, Role: RoleSkipped, Tooltip: checksTip(p.sv)}
	n.Label.Add(Cell{Text: "skipped: not taken over", Font: FontBold, Role: RoleSkipped})
	add := func(c *startup.Check, text string, role Role, ground Role) {
		row := n.Label.AddRow(Row{Key: checkKey(c), Role: ground, Item: Item{Noun: "check"}, Tooltip: checkTip(p.sv, c), Cells: []Cell{{Text: text, Role: role, Italic: true}}})
		if won := rows.byName[c.Name]; won > 0 {
			p.winners = append(p.winners, winner{passed: row, won: won, role: role})
		}
	}
	if t.detail == DetailLow && len(masked) == 0 {
		add(skipped[0], count(len(skipped), "check"), RoleSkipped, RoleNone)
	} else {
		for _, c := range masked {
			add(c, name(c.Name)+": masked, it fails unseen", RoleLost, RoleLost)
		}
		for _, c := range skipped {
			add(c, name(c.Name), RoleSkipped, RoleNone)
		}
	}
	p.passed = t.g.AddNode(n)
}

// checksTip lists a server's checks with where they come from.
func checksTip(sv *startup.Server) string {
	t := &tip{}
	t.add("%s: %s", sv.Name, count(presentChecks(sv), "check"))
	by := map[startup.CheckState][]string{}
	for _, c := range sv.Checks {
		by[c.State] = append(by[c.State], c.Name)
	}
	for _, st := range []startup.CheckState{startup.CheckMasked, startup.CheckLost, startup.CheckSkipped, startup.CheckOwn, startup.CheckInherited} {
		t.list(st.String()+":", by[st])
	}
	return t.String()
}
