package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/trace/startup/diff"
)

// diffPart is a part of what differs, for text and for the page alike. The first
// column of its table is the mark of the change.
type diffPart struct {
	title string
	table *Table
	notes []string
}

// none reports whether there is nothing to tell.
func (a *Diff) none() bool {
	return len(a.Structure)+len(a.Errors)+len(a.Timing)+a.Consequences == 0
}

// parts returns the parts that have something to tell.
func (a *Diff) parts() []diffPart {
	var parts []diffPart
	for _, p := range []diffPart{a.structurePart(), a.errorsPart(), a.timingPart()} {
		if p.table.Len() > 0 || len(p.notes) > 0 {
			parts = append(parts, p)
		}
	}
	return parts
}

// changeColumns are the columns of changes.
func changeColumns() []Column {
	return []Column{{}, {Title: "WHAT"}, {Title: "SERVER"}, {Title: "DETAIL"}}
}

// structurePart has a row for each group of changes.
func (a *Diff) structurePart() diffPart {
	p := diffPart{title: "Structure", table: &Table{Columns: changeColumns()}}
	for _, g := range a.Groups {
		c := a.Structure[g.Members[0]]
		mark, ink := c.mark()
		name := strings.TrimSpace(c.Kind + " " + render.Printable(c.Name, 80))
		remark := a.remarks(c)
		if n := len(g.routes); n > 0 {
			name = fmt.Sprintf("%s at and below %s", render.Count(n, c.Kind), render.Printable(g.Name, 60))
			remark = strings.TrimPrefix(remark+"; "+g.below(), "; ")
		}
		p.table.Row(Cell{Text: "  " + mark, Ink: ink}, Cell{Text: name, Ink: ink}, Cell{Text: servers(g.Servers, c.Was)}, Cell{Text: remark})
	}
	all := ""
	if len(a.Structure) > p.table.Len() {
		all = render.Count(len(a.Structure), "difference") + " in all"
	}
	switch {
	case len(a.Structure) == 0 && a.Consequences > 0:
		p.notes = []string{fmt.Sprintf("only %s, as a start that died did not get so far", render.Count(a.Consequences, "difference"))}
	case a.Consequences > 0 && all != "":
		p.notes = []string{fmt.Sprintf("%s, and %d more that follow from these", all, a.Consequences)}
	case a.Consequences > 0:
		p.notes = []string{fmt.Sprintf("and %s that follow from these", render.Count(a.Consequences, "difference"))}
	case all != "":
		p.notes = []string{all}
	}
	return p
}

// below says which routes they are, from the path on that all are at or below.
func (g DiffGroup) below() string {
	var rest []string
	for _, route := range g.routes {
		path, _, _ := strings.Cut(route, " (")
		if path = strings.TrimPrefix(path, g.Name); strings.Trim(path, "/") != "" && !slices.Contains(rest, path) {
			rest = append(rest, path)
		}
	}
	return render.Printable(strings.Join(rest, ", "), 80)
}

// servers names servers, the first few of many.
func servers(names []string, was string) string {
	const most = 3
	var shown []string
	for i, name := range names {
		if i == most && len(names) > most+1 {
			shown = append(shown, fmt.Sprintf("and %d more", len(names)-most))
			break
		}
		shown = append(shown, render.Printable(name, 60))
	}
	text := strings.Join(shown, ", ")
	if was != "" {
		text = render.Printable(was, 60) + " → " + text
	}
	return text
}

// errorsPart has what went wrong, what may be chance among it.
func (a *Diff) errorsPart() diffPart {
	p := diffPart{title: "Errors", table: &Table{Columns: changeColumns()}}
	undecided := false
	for _, c := range a.Errors {
		mark, ink := c.mark()
		remark := a.remarks(c)
		switch {
		case c.Undecided:
			ink, undecided = InkMuted, true
			remark += fmt.Sprintf("; undecided (p=%.3f)", c.P)
		case c.P > 0:
			remark += fmt.Sprintf("; p=%.3f", c.P)
		}
		name := strings.TrimSpace(c.Kind + " " + render.Printable(c.Name, 80))
		p.table.Row(Cell{Text: "  " + mark, Ink: ink}, Cell{Text: name, Ink: ink}, Cell{Text: servers([]string{c.Server}, c.Was)}, Cell{Text: remark})
	}
	if undecided {
		p.notes = []string{"undecided: so few starts make such a difference by chance, too (Fisher's exact test)"}
	}
	return p
}

// timingPart has the times, those that may be chance among them.
func (a *Diff) timingPart() diffPart {
	p := diffPart{title: "Timing", table: &Table{Columns: []Column{
		{}, {Title: "WHAT"}, {Title: "SERVER"}, {Title: "A", Right: true}, {Title: "B", Right: true}, {Title: "CHANGE", Right: true}, {},
	}}}
	several := a.A.Runs > 1 || a.B.Runs > 1
	undecided := false
	for _, e := range a.Timing {
		mark, sign, ink, remark := "▼", "-", InkGood, ""
		if e.ToNS > e.FromNS {
			mark, sign, ink = "▲", "+", InkBad
		}
		change := sign + render.Duration(time.Duration(e.ToNS-e.FromNS).Abs())
		switch {
		case diff.Verdict(e.Verdict) == diff.Undecided:
			mark, ink, remark, undecided = "?", InkMuted, "undecided", true
		case several:
			remark = fmt.Sprintf("p=%.3f n=%d+%d", e.P, e.RunsA, e.RunsB)
		}
		if e.FromNS > 0 {
			change += fmt.Sprintf(" (%+.0f%%)", 100*float64(e.ToNS-e.FromNS)/float64(e.FromNS))
		}
		p.table.Row(Cell{Text: "  " + mark, Ink: ink}, Cell{Text: e.Kind + " " + render.Printable(e.Name, 80)}, Cell{Text: servers([]string{e.Server}, e.Was)},
			Cell{Text: withBand(e.FromNS, e.FromLo, e.FromHi)}, Cell{Text: withBand(e.ToNS, e.ToLo, e.ToHi)},
			Cell{Text: change, Ink: ink}, Cell{Text: remark})
	}
	switch {
	case undecided:
		p.notes = []string{"undecided: at least 4 starts a side are needed to tell a difference from chance"}
	case !several && len(a.Timing) > 0:
		p.notes = []string{"one start a side: chance is not told from change; give several with --a and --b"}
	}
	return p
}

// unchanged says how much is the same; "" where nothing was compared or is.
func (a *Diff) unchanged() string {
	counts := map[string]int{}
	for _, c := range a.Unchanged {
		counts[c.Kind] += c.Count
	}
	var texts []string
	for _, kind := range diff.Kinds() {
		if n := counts[kind]; n > 0 {
			texts = append(texts, render.Count(n, kind))
		}
	}
	if n := a.Compared - len(a.Timing); n > 0 {
		texts = append(texts, render.Count(n, "time"))
	}
	if len(texts) == 0 {
		return ""
	}
	return "unchanged: " + strings.Join(texts, ", ")
}
