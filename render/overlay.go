package render

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/chaintrace/chaintrace/trace/startup"
	"github.com/chaintrace/chaintrace/trace/startup/diff"
)

// OverlayFormats returns the names of the formats that WriteOverlay knows.
func OverlayFormats() []string { return []string{"dot", "svg", "png"} }

// WriteOverlay draws both chains in one picture, with what d says differs between
// them, and writes it to w in a format of OverlayFormats. Where a side has several
// starts, a and b are one of each.
func WriteOverlay(w io.Writer, a, b *startup.Startup, d *diff.Diff, format string) error {
	write, err := graphWriter(format)
	if err != nil {
		return err
	}
	return write(w, overlay(a, b, d))
}

// overlay draws the delegation tree of both sides: a panel for each server with
// what was added, removed, moved or changed on it and what got slower or faster.
func overlay(a, b *startup.Startup, d *diff.Diff) *Graph {
	what := "what changed"
	g := &Graph{Name: pictureName(b, what), Description: overlayText(d) + ".", LeftToRight: true, RankGap: 60, Title: &Table{}}
	g.Title.Add(Cell{Text: overlaySide(a) + " → " + overlaySide(b), Font: FontTitle})
	g.Title.Add(Cell{Text: overlayText(d), Font: FontBold})
	if a.Simulated() || b.Simulated() {
		g.Title.Add(Cell{Text: "with simulated time", Font: FontSmall, Role: RoleSimulated})
	}
	servers := b.OutermostFirst()
	for _, sv := range a.OutermostFirst() {
		if b.Server(sv.Name) == nil {
			servers = append(servers, sv)
		}
	}
	nodes := map[string]NodeID{}
	for _, sv := range servers {
		nodes[sv.Name] = g.AddNode(overlayNode(sv.Name, d))
	}
	for _, sv := range servers {
		if to, ok := nodes[sv.Delegate]; ok && sv.Delegate != sv.Name {
			g.AddEdge(Edge{From: End{Node: nodes[sv.Name]}, To: End{Node: to}, Role: RoleRequest, Label: []string{"delegates to"}})
		}
	}
	if slices.ContainsFunc(slices.Concat(d.Structure, d.Errors), func(c diff.Change) bool { return c.Server == "" }) ||
		slices.ContainsFunc(d.Timing, func(t diff.Timing) bool { return t.Server == "" }) {
		g.AddNode(overlayNode("", d))
	}
	g.Legend = legend([]legendEntry{
		{RoleInherited, "+ added"}, {RoleLost, "− removed"}, {RoleProblem, "~ changed or moved"}, {RoleCritical, "slower"}, {RoleOwn, "faster"},
	}, "What did not change is not shown.")
	return g
}

func overlaySide(s *startup.Startup) string {
	return orElse(joinNonEmpty(" ", clip(s.Service, maxLabel), clip(s.Version, 24)), "server chain")
}

// overlayText counts the differences.
func overlayText(d *diff.Diff) string {
	if d.Empty() {
		return "no differences"
	}
	text := fmt.Sprintf("%s in structure, %d in errors, %d in time", count(len(d.Structure), "difference"), len(d.Errors), len(d.Timing))
	if d.Consequences > 0 {
		text += fmt.Sprintf("; %d more follow from these", d.Consequences)
	}
	return text
}

// mostOverlayRows is how many rows of one kind are shown by name.
const mostOverlayRows = 8

// overlayNode is the panel of a server, or with no name that of the start.
func overlayNode(server string, d *diff.Diff) Node {
	n := Node{Key: "changes of " + server, Role: RolePanel}
	heading := "the start"
	if server != "" {
		heading = name(server)
	}
	n.Label.Add(Cell{Text: heading, Font: FontHeading, Span: 2})
	var rows []overlayRow
	for _, c := range d.Structure {
		if c.Server == server {
			rows = append(rows, overlayChange(c))
		}
	}
	for _, c := range d.Errors {
		if c.Server == server {
			rows = append(rows, overlayError(c))
		}
	}
	for _, t := range d.Timing {
		if t.Server == server && t.Verdict != diff.Undecided {
			rows = append(rows, overlayTiming(t))
		}
	}
	shown := map[string]int{}
	for _, r := range rows {
		if shown[r.group]++; shown[r.group] <= mostOverlayRows {
			n.Label.AddRow(Row{Role: r.role, Tooltip: r.tooltip, Cells: []Cell{{Text: r.text}, {Text: r.remark, Font: FontSmall, Align: AlignRight}}})
		}
	}
	for _, r := range rows {
		if rest := shown[r.group] - mostOverlayRows; rest > 0 {
			n.Label.AddRow(Row{Role: r.role, Cells: []Cell{{Text: fmt.Sprintf("%s and %s", r.mark, count(rest, "more "+r.kind)), Span: 2}}})
			shown[r.group] = 0
		}
	}
	if len(rows) == 0 {
		n.Label.Add(Cell{Text: "no change", Role: RoleMuted, Span: 2})
	}
	return n
}

// overlayRow is a difference as a row of a panel.
type overlayRow struct {
	group        string // rows of one group are counted together
	mark, kind   string
	role         Role
	text, remark string
	tooltip      string
}

func overlayChange(c diff.Change) overlayRow {
	r := overlayRow{kind: c.Kind, role: RoleProblem, mark: "~"}
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
	r := overlayRow{group: string(t.Verdict), kind: "time", role: RoleOwn, mark: "▼"}
	sign := "−"
	if t.Verdict == diff.Slower {
		r.role, r.mark, sign = RoleCritical, "▲", "+"
	}
	r.text = joinNonEmpty(" ", r.mark, t.Kind, clip(t.Name, 48))
	r.remark = fmt.Sprintf("%s → %s (%s%s)", duration(t.From), duration(t.To), sign, duration(time.Duration.Abs(t.Delta())))
	r.tooltip = (&tip{}).add("%s %s %s", t.Kind, t.Name, string(t.Verdict)).add("%s", r.remark).String()
	return r
}
