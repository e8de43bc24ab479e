package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/trace/startup/diff"
)

// WriteText writes the three parts, or that nothing differs.
func (a *Diff) WriteText(w io.Writer, style Style) error {
	var b strings.Builder
	for _, side := range []struct {
		mark string
		DiffSide
	}{{"a", a.A}, {"b", a.B}} {
		fmt.Fprintln(&b, style.Paint(InkMuted, side.mark+": "+side.text()))
	}
	if len(a.Structure)+len(a.Errors)+len(a.Timing) == 0 && a.Consequences == 0 {
		b.WriteString("no differences\n")
	}
	a.writeChanges(&b, style, "Structure", a.Structure)
	switch {
	case len(a.Structure) > 0 && a.Consequences > 0:
		fmt.Fprintln(&b, style.Paint(InkMuted, fmt.Sprintf("  and %s that follow from these", render.Count(a.Consequences, "difference"))))
	case a.Consequences > 0:
		fmt.Fprintf(&b, "\n%s\n%s\n", style.Paint(InkStrong, "Structure"),
			style.Paint(InkMuted, fmt.Sprintf("  only %s, as a start that died did not get so far", render.Count(a.Consequences, "difference"))))
	}
	a.writeChanges(&b, style, "Errors", a.Errors)
	a.writeTiming(&b, style)
	_, err := io.WriteString(w, b.String())
	return err
}

func (s DiffSide) text() string {
	const most = 3
	var names []string
	for i, name := range s.Inputs {
		if i == most {
			names = append(names, fmt.Sprintf("and %d more", len(s.Inputs)-most))
			break
		}
		names = append(names, render.Printable(name, 100))
	}
	text := strings.Join(names, ", ") + " (" + strings.TrimSpace(render.Printable(s.Service, 60)+" "+render.Printable(s.Version, 24))
	if s.Runs != 1 {
		text += fmt.Sprintf(", %d starts", s.Runs)
	}
	if s.Simulated {
		text += ", simulated time"
	}
	return text + ")"
}

// mark is what stands before a change, and its colour.
func (c DiffChange) mark() (string, Ink) {
	switch diff.Op(c.Op) {
	case diff.Added:
		return "+", InkGood
	case diff.Removed:
		return "-", InkBad
	case diff.Moved:
		return ">", InkWarn
	}
	return "~", InkWarn
}

func (a *Diff) writeChanges(b *strings.Builder, style Style, title string, changes []DiffChange) {
	if len(changes) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s\n", style.Paint(InkStrong, title))
	t := &Table{Columns: []Column{{}, {}, {}, {}}}
	for _, c := range changes {
		mark, ink := c.mark()
		name := c.Kind
		if c.Name != "" {
			name += " " + render.Printable(c.Name, 80)
		}
		server := render.Printable(c.Server, 60)
		if c.Was != "" {
			server = render.Printable(c.Was, 60) + " → " + server
		}
		t.Row(Cell{Text: "  " + mark, Ink: ink}, Cell{Text: name, Ink: ink}, Cell{Text: server}, Cell{Text: a.remarks(c)})
	}
	_ = t.Write(b, style) // a strings.Builder takes everything
}

// remarks says what changed, and in how many starts a thing is if not in all.
func (a *Diff) remarks(c DiffChange) string {
	var remarks []string
	for _, f := range c.Fields {
		switch from, to := render.Printable(f.From, 60), render.Printable(f.To, 60); {
		case from == "" || to == "":
			remarks = append(remarks, f.Name+": "+from+to)
		default:
			remarks = append(remarks, f.Name+": "+from+" → "+to)
		}
	}
	switch diff.Op(c.Op) {
	case diff.Added:
		if c.RunsB < a.B.Runs {
			remarks = append(remarks, fmt.Sprintf("in %d of %d starts", c.RunsB, a.B.Runs))
		}
	case diff.Removed:
		if c.RunsA < a.A.Runs {
			remarks = append(remarks, fmt.Sprintf("in %d of %d starts", c.RunsA, a.A.Runs))
		}
	}
	return strings.Join(remarks, "; ")
}

func (a *Diff) writeTiming(b *strings.Builder, style Style) {
	if len(a.Timing) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s\n", style.Paint(InkStrong, "Timing"))
	t := &Table{Columns: []Column{{}, {}, {}, {Title: "A", Right: true}, {Title: "B", Right: true}, {Title: "CHANGE", Right: true}, {}}}
	several := a.A.Runs > 1 || a.B.Runs > 1
	undecided := false
	for _, e := range a.Timing {
		ink, remark := InkGood, ""
		switch diff.Verdict(e.Verdict) {
		case diff.Slower:
			ink = InkBad
		case diff.Undecided:
			ink, remark, undecided = InkMuted, "undecided", true
		}
		if several && !strings.HasPrefix(remark, "u") {
			remark = fmt.Sprintf("p=%.3f n=%d+%d", e.P, e.RunsA, e.RunsB)
		}
		sign := "+"
		if e.ToNS < e.FromNS {
			sign = "-"
		}
		change := sign + render.Duration(time.Duration(e.ToNS-e.FromNS).Abs())
		if e.FromNS > 0 {
			change += fmt.Sprintf(" (%+.0f%%)", 100*float64(e.ToNS-e.FromNS)/float64(e.FromNS))
		}
		t.Row(Cell{Text: "  " + e.Kind}, Cell{Text: render.Printable(e.Name, 80)}, Cell{Text: render.Printable(e.Server, 60)},
			Cell{Text: withBand(e.FromNS, e.FromLo, e.FromHi)}, Cell{Text: withBand(e.ToNS, e.ToLo, e.ToHi)},
			Cell{Text: change, Ink: ink}, Cell{Text: remark})
	}
	_ = t.Write(b, style) // a strings.Builder takes everything
	switch {
	case undecided:
		fmt.Fprintln(b, style.Paint(InkMuted, "  undecided: at least 4 starts a side are needed to tell a difference from chance"))
	case !several:
		fmt.Fprintln(b, style.Paint(InkMuted, "  one start a side: chance is not told from change; give several with --a and --b"))
	}
}

// withBand writes a median with its confidence interval, if it has one.
func withBand(ns, low, high int64) string {
	if low == ns && high == ns {
		return duration(ns)
	}
	return duration(ns) + " (" + duration(low) + " … " + duration(high) + ")"
}
