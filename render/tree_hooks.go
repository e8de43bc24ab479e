package render

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// addHooks adds the panel of a server's hooks.
func (t *tree) addHooks(p *serverPart) {
	sv := p.sv
	n := Node{Key: "hooks " + sv.Name, Cluster: p.cluster, Role: RolePanel, Label: Table{Width: panelWidth}}
	own, inherited := ownHooks(sv.PostStart), inheritedHooks(sv.PostStart)
	n.Tooltip = hooksTip(t.s, sv)
	right := splitText(len(own), len(inherited))
	if slices.Contains(t.untold, startup.SubjectHooks) {
		right = notTold
		n.Tooltip = nothingOf("hooks")
	}
	n.Label.Add(Cell{Text: "Post-start hooks", Font: FontHeading, Span: 2}, Cell{Text: "  " + right, Font: FontSmall, Role: RoleMuted, Align: AlignRight})
	p.hooksFrom = t.addInheritedHooks(&n.Label, sv, inherited)
	t.addOwnHooks(&n.Label, own)
	for _, h := range sv.Disabled {
		n.Label.AddRow(Row{Key: hookKey(h), Item: Item{Noun: "disabled hook"}, Tooltip: hookTip(t.s, h), Cells: []Cell{{Text: name(h.Name), Italic: true, Role: RoleMuted, Span: 2}, {Text: "disabled", Font: FontSmall, Role: RoleMuted, Align: AlignRight}}})
	}
	t.addPreShutdown(&n.Label, sv)
	p.hooks = t.g.AddNode(n)
}

// splitText says how many things are own and how many taken over.
func splitText(own, inherited int) string {
	if inherited == 0 {
		return strconv.Itoa(own) + " own"
	}
	return fmt.Sprintf("%d = %d own + %d taken over", own+inherited, own, inherited)
}

// addInheritedHooks adds the row, or in full detail the rows, of what was
// taken over, and returns the number of the first one.
func (t *tree) addInheritedHooks(l *Table, sv *startup.Server, hooks []*startup.Hook) int {
	if len(hooks) == 0 {
		return 0
	}
	first := l.AddRow(Row{Role: RoleInherited, Tooltip: hooksTip(t.s, sv), Cells: []Cell{
		{Text: count(len(hooks), "hook") + " taken over from " + clip(sv.Delegate, 40), Italic: true},
	}})
	if by := inheritedText(sv.Delegate, hookOrigins(hooks)); by != "" {
		l.AddRow(Row{Role: RoleInherited, Cells: []Cell{{Text: by, Font: FontSmall, Italic: true}}})
	}
	if t.detail == DetailFull {
		for _, h := range hooks {
			t.addHookRow(l, h, RoleInherited)
		}
	}
	return first
}

func (t *tree) addOwnHooks(l *Table, hooks []*startup.Hook) {
	if t.detail == DetailLow {
		t.addNotableHooks(l, hooks)
		return
	}
	for _, h := range hooks {
		t.addHookRow(l, h, RoleOwn)
	}
}

// addNotableHooks adds what even a picture without details must show: the
// hooks in trouble and those that end last.
func (t *tree) addNotableHooks(l *Table, hooks []*startup.Hook) {
	rest := 0
	for _, h := range hooks {
		if h.Run == nil || !h.Run.InTrouble() && !t.critical[h.Name] {
			rest++
			continue
		}
		t.addHookRow(l, h, RoleOwn)
	}
	if rest > 0 {
		l.AddRow(Row{Role: RoleOwn, Cells: []Cell{{Text: count(rest, "hook") + " of its own"}}})
	}
}

// addHookRow adds a hook with its bar and duration, or with what went wrong.
func (t *tree) addHookRow(l *Table, h *startup.Hook, ground Role) {
	tooltip := hookTip(t.s, h)
	label := Cell{Text: name(h.Name), Italic: h.Inherited}
	r := h.Run
	if r == nil {
		label.Span = 2
		l.AddRow(Row{Key: hookKey(h), Role: ground, Item: Item{Noun: "hook"}, Tooltip: tooltip, Cells: []Cell{label, {Text: "not run", Font: FontSmall, Role: RoleMuted, Align: AlignRight}}})
		return
	}
	took := duration(t.s.Elapsed(r))
	right := Cell{Text: took, Align: AlignRight}
	bar := Cell{Bar: t.bar(r, barRole(r))}
	note := ""
	switch {
	case r.BecauseOf != "":
		ground, note = RoleBecause, "stopped while it waited for "+clip(r.BecauseOf, 44)
		right.Text, bar.Bar = outcomeWord(r)+" after "+took, nil
	case r.Outcome == attr.OutcomeFailed:
		ground, note = RoleFailed, clip(r.Err, 60)
		right.Text, bar.Bar = "FAILED after "+took, nil
		label.Font, right.Font = FontBold, FontBold
	case r.Outcome == attr.OutcomeHung || r.Outcome == attr.OutcomeInterrupted:
		ground = RoleBecause
		right.Text, bar.Bar = outcomeWord(r)+" after "+took, nil
		if r.BlockedOn != "" {
			note = "was waiting for " + clip(r.BlockedOn, 50)
		}
	case r.Outcome == attr.OutcomeLaunched:
		right = Cell{Text: "launched", Font: FontSmall, Role: RoleMuted, Align: AlignRight}
		bar.Bar = nil
	case t.critical[h.Name]:
		bar.Bar = t.bar(r, RoleCritical)
		label.Font, right.Font = FontBold, FontBold
	}
	cells := []Cell{label, bar, right}
	if bar.Bar == nil {
		label.Span = 2
		cells = []Cell{label, right}
	}
	l.AddRow(Row{Key: hookKey(h), Role: ground, Item: Item{Noun: "hook", Took: t.s.Elapsed(r)}, Tooltip: tooltip, Cells: cells})
	if note != "" {
		l.AddRow(Row{Key: hookKey(h), Role: ground, Tooltip: tooltip, Cells: []Cell{{Text: "    " + note, Font: FontSmall}}})
	}
}

// hookKey is the key of a row about a hook, whichever server has it.
func hookKey(h *startup.Hook) string { return "hook " + h.Name }

func outcomeWord(r *startup.HookRun) string {
	switch r.Outcome {
	case attr.OutcomeHung:
		return "hangs"
	case attr.OutcomeInterrupted:
		return "stopped"
	case attr.OutcomeFailed:
		return "failed"
	}
	return orElse(clip(r.Outcome, 16), "open")
}

func barRole(r *startup.HookRun) Role {
	if r.Behavior == attr.BehaviorRuns {
		return RoleRan
	}
	return RoleWaited
}

// bar draws a run's duration to the scale of the longest one.
func (t *tree) bar(r *startup.HookRun, role Role) *Bar {
	took := t.s.Elapsed(r)
	length := int(float64(barTrack)*float64(took)/float64(t.longest) + 0.5)
	if took >= time.Millisecond {
		length = max(length, 1)
	}
	return &Bar{Track: barTrack, Segments: []Segment{{Length: length, Role: role}}}
}

func (t *tree) addPreShutdown(l *Table, sv *startup.Server) {
	if len(sv.PreShutdown) == 0 {
		return
	}
	own, inherited := ownHooks(sv.PreShutdown), inheritedHooks(sv.PreShutdown)
	l.AddRow(Row{Rule: true, Cells: []Cell{{Text: "Pre-shutdown hooks", Font: FontHeading, Span: 2}, {Text: splitText(len(own), len(inherited)), Font: FontSmall, Role: RoleMuted, Align: AlignRight}}})
	if len(inherited) > 0 {
		l.AddRow(Row{Role: RoleInherited, Cells: []Cell{{Text: count(len(inherited), "hook") + " taken over from " + clip(sv.Delegate, 40), Italic: true}}})
	}
	shown := own
	if t.detail == DetailFull {
		shown = sv.PreShutdown
	}
	if t.detail == DetailLow {
		return
	}
	for _, h := range shown {
		role := RoleOwn
		if h.Inherited {
			role = RoleInherited
		}
		l.AddRow(Row{Key: hookKey(h), Role: role, Item: Item{Noun: "pre-shutdown hook"}, Tooltip: hookTip(t.s, h), Cells: []Cell{{Text: name(h.Name), Italic: h.Inherited}}})
	}
}

// hooksTip lists a server's hooks with where they come from.
func hooksTip(s *startup.Startup, sv *startup.Server) string {
	t := (&tip{}).add("%s: %s", sv.Name, count(len(sv.PostStart), "post-start hook"))
	var lines []string
	for _, h := range sv.PostStart {
		line := h.Name + " (" + h.Origin + ")"
		if h.Run != nil {
			line += ": " + orElse(h.Run.Outcome, "ran") + ", " + duration(s.Elapsed(h.Run))
		}
		lines = append(lines, line)
	}
	return t.list("in order of registration:", lines).String()
}
