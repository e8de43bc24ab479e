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
		b.WriteString("no differences\n")
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
	if unchanged := a.unchanged(); unchanged != "" {
		if !a.none() {
			b.WriteByte('\n')
		}
		fmt.Fprintln(&b, style.Paint(InkMuted, unchanged))
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

// withBand writes a median with its confidence interval, if it has one.
func withBand(ns, low, high int64) string {
	if low == ns && high == ns {
		return duration(ns)
	}
	return duration(ns) + " (" + duration(low) + " … " + duration(high) + ")"
}
