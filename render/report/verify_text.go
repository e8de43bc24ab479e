package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/trace/startup/verify"
)

// suppressionNames names suppressions by what they accept and their lines.
func suppressionNames(list verify.Suppressions) []string {
	names := []string{}
	for _, s := range list {
		names = append(names, fmt.Sprintf("%s (line %d)", s, s.Line))
	}
	return names
}

// WriteText writes for each finding that is not suppressed a row and, below it,
// what was found and where that is in the source.
func (a *Verify) WriteText(w io.Writer, style Style) error {
	t := &Table{Columns: []Column{{Title: "SEVERITY"}, {Title: "CODE"}, {Title: "FINDING"}, {Title: "SERVER"}}}
	var below []string
	for _, f := range a.Findings {
		if f.Suppressed != nil {
			continue
		}
		t.Row(Cell{f.Severity, severityInk(f.Severity)}, Cell{Text: f.Code}, Cell{f.Rule, InkStrong}, Cell{Text: render.Printable(f.Server, 60)})
		text := "  " + render.Printable(f.Message, 500) + "\n"
		if f.Source != "" {
			text += "  " + style.Paint(InkMuted, "at "+render.Printable(f.Source, 200)) + "\n"
		}
		below = append(below, text)
	}
	var b strings.Builder
	if len(below) > 0 {
		var rows strings.Builder
		_ = t.Write(&rows, style) // a strings.Builder takes everything
		for i, row := range strings.SplitAfter(rows.String(), "\n") {
			b.WriteString(row)
			if i > 0 && i <= len(below) {
				b.WriteString(below[i-1])
			}
		}
		b.WriteByte('\n')
	}
	b.WriteString(a.summary(style) + "\n")
	if text := a.notTold(); text != "" {
		b.WriteString(style.Paint(InkWarn, "note: "+text) + "\n")
	}
	a.writeProblems(&b, style)
	_, err := io.WriteString(w, b.String())
	return err
}

func severityInk(severity string) Ink {
	switch severity {
	case verify.Error.String():
		return InkBad
	case verify.Warning.String():
		return InkWarn
	}
	return InkMuted
}

// summary counts the findings.
func (a *Verify) summary(style Style) string {
	text := fmt.Sprintf("%s: %s", a.title(), style.Paint(InkStrong, things(a.Counts.Total(), "finding")))
	if a.Counts.Total() > 0 {
		text += fmt.Sprintf(": %s, %s, %s", things(a.Counts.Errors, "error"), things(a.Counts.Warnings, "warning"), things(a.Counts.Notes, "note"))
	}
	if n := a.Counts.Suppressed; n > 0 {
		text += fmt.Sprintf("; %d suppressed", n)
	}
	if a.Counts.Total() > 0 {
		text += "; chaintrace explain CODE says what to do"
	}
	return text
}

// notTold says what no finding could be about; "" when there is no such thing.
func (a *Verify) notTold() string {
	if len(a.NotTold) == 0 {
		return ""
	}
	last := len(a.NotTold) - 1
	list := a.NotTold[last]
	if last > 0 {
		list = strings.Join(a.NotTold[:last], ", ") + " and " + list
	}
	return "the trace tells nothing of " + list + ": no rule about that could find anything"
}

func things(n int, one string) string {
	switch n {
	case 0:
		return "no " + one + "s"
	case 1:
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}
