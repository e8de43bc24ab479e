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

// nothing says that nothing differs, as far as was compared.
func (a *Diff) nothing() string {
	if len(a.Unknown) > 0 {
		return "no differences in what both sides tell of"
	}
	return "no differences"
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
	told, rows := 0, 0
	for _, g := range a.Groups {
		c := a.Structure[g.Members[0]]
		mark, ink := c.mark()
		if !c.Undecided {
			told, rows = told+len(g.Members), rows+1
		}
		name := strings.TrimSpace(c.Kind + " " + render.Printable(c.Name, 80))
		remark := c.remarks()
		if n := len(g.routes); n > 0 {
			name = fmt.Sprintf("%s at and below %s", render.Count(n, c.Kind), render.Printable(g.Name, 60))
			remark = strings.TrimPrefix(remark+"; "+g.below(), "; ")
		}
		p.table.Row(Cell{Text: "  " + mark, Ink: ink}, Cell{Text: name, Ink: ink}, Cell{Text: servers(g.Servers, c.Was)}, Cell{Text: remark})
	}
	all := ""
	if told > rows {
		all = render.Count(told, "difference") + " in all"
	}
	switch {
	case a.Consequences > 0 && all != "":
		p.notes = []string{fmt.Sprintf("%s, and %d more that follow from these", all, a.Consequences)}
	case a.Consequences > 0:
		p.notes = []string{fmt.Sprintf("and %s that follow from these", render.Count(a.Consequences, "difference"))}
	case all != "":
		p.notes = []string{all}
	}
	if rows < len(a.Groups) {
		p.notes = append(p.notes, undecidedStarts)
	}
	return p
}

// undecidedStarts explains what is undecided of what only some starts have.
const undecidedStarts = "undecided: so few starts make such a difference by chance, too (Fisher's exact test)"

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
		undecided = undecided || c.Undecided
		name := strings.TrimSpace(c.Kind + " " + render.Printable(c.Name, 80))
		p.table.Row(Cell{Text: "  " + mark, Ink: ink}, Cell{Text: name, Ink: ink}, Cell{Text: servers([]string{c.Server}, c.Was)}, Cell{Text: c.remarks()})
	}
	if undecided {
		p.notes = []string{undecidedStarts}
	}
	return p
}

// timingPart has the times, those that may be chance among them.
func (a *Diff) timingPart() diffPart {
	p := diffPart{title: "Timing", table: &Table{Columns: []Column{
		{}, {Title: "WHAT"}, {Title: "SERVER"}, {Title: "A", Right: true}, {Title: "B", Right: true}, {Title: "CHANGE", Right: true}, {},
	}}}
	several := a.A.Runs > 1 || a.B.Runs > 1
	undecided := []DiffTiming{}
	for _, e := range a.Timing {
		mark, sign, ink, remark := "▼", "-", InkGood, ""
		if e.ToNS > e.FromNS {
			mark, sign, ink = "▲", "+", InkBad
		}
		change := sign + render.Duration(time.Duration(e.ToNS-e.FromNS).Abs())
		switch {
		case diff.Verdict(e.Verdict) == diff.Undecided:
			mark, ink, undecided = "?", InkMuted, append(undecided, e)
			remark = fmt.Sprintf("undecided (p=%.3f n=%d+%d)", e.Adjusted, e.RunsA, e.RunsB)
		case several:
			remark = fmt.Sprintf("p=%.3f n=%d+%d", e.Adjusted, e.RunsA, e.RunsB)
		}
		if e.FromNS > 0 {
			change += fmt.Sprintf(" (%+.0f%%)", 100*float64(e.ToNS-e.FromNS)/float64(e.FromNS))
		}
		p.table.Row(Cell{Text: "  " + mark, Ink: ink}, Cell{Text: e.Kind + " " + render.Printable(e.Name, 80)}, Cell{Text: servers([]string{e.Server}, e.Was)},
			Cell{Text: withBand(e.FromNS, e.FromLo, e.FromHi)}, Cell{Text: withBand(e.ToNS, e.ToLo, e.ToHi)},
			Cell{Text: change, Ink: ink}, Cell{Text: remark})
	}
	switch {
	case len(undecided) > 0:
		p.notes = []string{a.why(undecided)}
	case !several && len(a.Timing) > 0:
		p.notes = []string{"one start a side: chance is not told from change; give several with --a and --b"}
	}
	return p
}

// why says why times may have changed by chance, and what helps.
func (a *Diff) why(undecided []DiffTiming) string {
	for _, e := range undecided {
		if min(e.RunsA, e.RunsB) < a.Enough {
			return fmt.Sprintf("undecided: to tell one of %d differences from chance takes at least %d starts a side that have it", a.Tested, a.Enough)
		}
	}
	return fmt.Sprintf("undecided: of %d differences that were tested, some are so great by chance", a.Tested)
}

// rest says what is not compared, and how much is the same.
func (a *Diff) rest() []string {
	lines := a.unknown()
	if unchanged := a.unchanged(); unchanged != "" {
		lines = append(lines, unchanged)
	}
	return lines
}

// unknown says what is not compared, a line for each side and reason.
func (a *Diff) unknown() []string {
	var lines []string
	for i := 0; i < len(a.Unknown); {
		first := a.Unknown[i]
		var texts []string
		for ; i < len(a.Unknown) && a.Unknown[i].Side == first.Side && a.Unknown[i].Died == first.Died; i++ {
			texts = append(texts, render.Count(a.Unknown[i].Count, a.Unknown[i].Kind))
		}
		side := a.A
		if first.Side == "b" {
			side = a.B
		}
		why := "does not tell of such"
		if side.Runs > 1 {
			why = "does not tell of such in any start"
		}
		if first.Died {
			why = "did not get so far before it died"
			if side.Runs > 1 {
				why = "did not get so far in any start before it died"
			}
		}
		lines = append(lines, fmt.Sprintf("not compared, as %s %s: %s", first.Side, why, strings.Join(texts, ", ")))
	}
	return lines
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
