package timeline

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/chaintrace/chaintrace/render"
)

// WriteMermaid writes a timeline as a Gantt chart in Mermaid's language: a section
// for each server, and one for the milestones. Where there are more bars than
// Mermaid draws by default, those that are least in the order of the timeline are
// left out, and the chart says how many.
func WriteMermaid(w io.Writer, t *Timeline) error {
	text := t.mermaid(len(t.Bars))
	for n := len(t.Bars); len(text) > render.MermaidMost && n > 0; {
		n = n * 3 / 4
		text = t.mermaid(n)
	}
	if _, err := io.WriteString(w, text); err != nil {
		return fmt.Errorf("writing Mermaid: %w", err)
	}
	return nil
}

// mermaidPixels is how wide a chart is drawn at least.
const mermaidPixels = 400

// gantt is a chart in the making.
type gantt struct {
	b    strings.Builder
	unit time.Duration // what Mermaid takes for a millisecond
}

func (g *gantt) line(format string, args ...any) { fmt.Fprintf(&g.b, format+"\n", args...) }

// mermaid writes a chart of the first n bars.
func (t *Timeline) mermaid(n int) string {
	unit, axis := t.mermaidAxis()
	g := &gantt{unit: unit}
	g.line("---")
	g.line("title: %s", render.MermaidTitle(t.Title+". "+t.Result))
	g.line("config:\n  gantt:\n    leftPadding: 150\n    barHeight: 18\n    fontSize: 11")
	g.line("---")
	g.line("gantt")
	g.line("accTitle: %s", render.MermaidText(t.Title))
	g.line("accDescr: %s", render.MermaidText(t.description()))
	g.line("dateFormat x")
	g.line("axisFormat %s", axis)
	g.line("tickInterval %dmillisecond", max(1, tickStep(t.Whole, mostTicks)/unit))
	g.line("todayMarker off")
	g.section("milestones")
	g.task("start", "milestone", "m0", 0, 0) // or the axis would begin with the first bar
	for i, m := range t.Milestones {
		tag := "milestone"
		if m.Kind == Bad {
			tag = "crit, milestone"
		}
		g.task(m.text(), tag, fmt.Sprintf("m%d", i+1), m.At, 0)
	}
	if t.lastEnd(n) < t.Whole {
		g.task("end "+render.Duration(t.Whole), "milestone", "end", t.Whole, 0)
	}
	least := max(unit, t.Whole/mermaidPixels) // what is shorter would not be seen
	for _, s := range t.sections(n) {
		g.section(s.name)
		for _, i := range s.bars {
			b := &t.Bars[i]
			l := t.lookOf(b)
			g.task(strings.Repeat("› ", min(b.Depth, 8))+barName(b)+"  "+barTook(b, l)+t.criticalWords(b), ganttTags(l), fmt.Sprintf("b%d", i+1), b.Start, max(b.Took, least))
		}
	}
	if left := len(t.Bars) - n; left > 0 {
		g.section("not shown")
		g.task(Number(left)+" more bars, for which Mermaid has no room", "milestone", "rest", t.Bars[n].Start, 0)
	}
	if text := t.FoldedText(); text != "" {
		g.section("counted")
		g.task(text, "milestone", "counted", 0, 0)
	}
	return g.b.String()
}

// lastEnd returns when the last of the milestones and of the first n bars is over.
func (t *Timeline) lastEnd(n int) time.Duration {
	end := time.Duration(0)
	for _, m := range t.Milestones {
		end = max(end, m.At)
	}
	for _, b := range t.Bars[:n] {
		end = max(end, b.Start+b.Took)
	}
	return end
}

// mermaidAxis returns what a millisecond of Mermaid's stands for, as it knows
// nothing shorter, and how it writes the time. All of that is without time zones.
func (t *Timeline) mermaidAxis() (unit time.Duration, format string) {
	switch {
	case t.Whole < 200*time.Microsecond:
		return time.Nanosecond, "%Q ns"
	case t.Whole < 200*time.Millisecond:
		return time.Microsecond, "%Q µs"
	case t.Whole < time.Second:
		return time.Millisecond, "%Q ms"
	case t.Whole < 10*time.Second:
		return time.Millisecond, "%s.%L s"
	}
	return time.Millisecond, "%s s"
}

// mermaidSection is the bars of a server.
type mermaidSection struct {
	name string
	bars []int
}

// sections returns the first n bars by their servers, which come in order of their
// first bar. Those of a tree stay in their order.
func (t *Timeline) sections(n int) []mermaidSection {
	var out []mermaidSection
	place := map[string]int{}
	for i := range t.Bars[:n] {
		name := "process"
		if t.Tree {
			name = "spans"
		} else if s := t.Bars[i].Server; s != "" {
			name = render.Printable(s, maxName)
		}
		at, ok := place[name]
		if !ok {
			at = len(out)
			place[name] = at
			out = append(out, mermaidSection{name: name})
		}
		out[at].bars = append(out[at].bars, i)
	}
	return out
}

func (g *gantt) section(name string) { g.line("section %s", ganttText(name)) }

// task writes a bar. Its end is told by its length, which each version of Mermaid
// reads alike.
func (g *gantt) task(name, tags, id string, start, took time.Duration) {
	meta := ""
	for _, part := range []string{tags, id} {
		if part != "" {
			meta += part + ", "
		}
	}
	g.line("%s :%s%d, %dms", ganttText(name), meta, start/g.unit, took/g.unit)
}

func ganttTags(l look) string {
	switch l.role {
	case render.RoleFailed, render.RoleBecause:
		return "crit"
	case render.RoleCritical:
		return "active"
	case render.RoleLaunched, render.RoleSkipped:
		return "done"
	}
	return ""
}

func (t *Timeline) criticalWords(b *Bar) string {
	if b.Critical {
		return ", " + t.decides()
	}
	return ""
}

// ganttKeyword finds what Mermaid takes for the beginning of something else than a
// task, or for a date.
var ganttKeyword = regexp.MustCompile(`^(?i)(gantt|dateFormat|inclusiveEndDates|topAxis|axisFormat|tickInterval|includes|excludes|todayMarker|weekday|weekend|title|acc|section|click|call|href|\d)`)

// ganttText writes a string as the text of a task, or of a section.
func ganttText(s string) string {
	if s = strings.TrimSpace(s); s == "" {
		s = "(no name)"
	}
	text := render.MermaidText(s)
	if ganttKeyword.MatchString(text) {
		text = fmt.Sprintf("#%d;", s[0]) + text[1:]
	}
	return text
}
