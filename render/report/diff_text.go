package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/trace/startup/diff"
)

// WriteText writes the three parts, or that nothing differs, and what is unchanged.
func (a *Diff) WriteText(w io.Writer, style Style) error {
	var b strings.Builder
	for _, side := range []struct {
		mark string
		DiffSide
	}{{"a", a.A}, {"b", a.B}} {
		fmt.Fprintln(&b, style.Paint(InkMuted, side.mark+": "+side.text()))
	}
	if a.none() {
		fmt.Fprintf(&b, "%s\n", a.nothing())
	}
	for _, part := range a.parts() {
		fmt.Fprintf(&b, "\n%s\n", style.Paint(InkStrong, part.title))
		if part.table.Len() > 0 {
			_ = part.table.Write(&b, style) // a strings.Builder takes everything
		}
		for _, note := range part.notes {
			fmt.Fprintln(&b, style.Paint(InkMuted, "  "+note))
		}
	}
	for i, line := range a.rest() {
		if i == 0 && !a.none() {
			b.WriteByte('\n')
		}
		fmt.Fprintln(&b, style.Paint(InkMuted, line))
	}
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
	mark, ink := "~", InkWarn
	switch diff.Op(c.Op) {
	case diff.Added:
		mark, ink = "+", InkGood
	case diff.Removed:
		mark, ink = "-", InkBad
	case diff.Moved:
		mark = ">"
	}
	if c.Undecided {
		ink = InkMuted
	}
	return mark, ink
}

// remarks says what changed, in how many starts a thing is if not in all of which
// that is known, and how likely chance makes that.
func (c DiffChange) remarks() string {
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
		if c.RunsB < c.KnownB {
			remarks = append(remarks, fmt.Sprintf("in %d of %d starts", c.RunsB, c.KnownB))
		}
	case diff.Removed:
		if c.RunsA < c.KnownA {
			remarks = append(remarks, fmt.Sprintf("in %d of %d starts", c.RunsA, c.KnownA))
		}
	}
	switch {
	case c.Undecided:
		remarks = append(remarks, fmt.Sprintf("undecided (p=%.3f)", c.Adjusted))
	case c.P > 0:
		remarks = append(remarks, fmt.Sprintf("p=%.3f", c.Adjusted))
	}
	return strings.Join(remarks, "; ")
}

// withBand writes a median with its confidence interval, if it has one.
func withBand(ns, low, high int64) string {
	if low == ns && high == ns {
		return duration(ns)
	}
	return duration(ns) + " (" + duration(low) + " … " + duration(high) + ")"
}
