package timeline

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// How text is laid out, in characters.
const (
	chartChars  = 60 // of the chart where nothing limits a line
	serverWidth = 90 // from which on there is a column for the server
	leastWidth  = 32 // from which on there is a chart, which then has room for names
	leastChart  = 10
	tickRoom    = 12
	columnGap   = "  "
)

// chars draw what pictures draw with lines and colours.
type chars struct {
	work, wait, thin, folded, milestone, pointer, ellipsis string
}

var (
	blockChars = chars{"█", "▒", "▁", "░", "│", "▼", "…"}
	asciiChars = chars{"#", "-", ".", "=", "|", "v", "..."}
)

// WriteText writes a timeline as text: a line for each bar, and above them the
// milestones and the axis. What pictures tell by colour has a mark in front. No
// line is longer than o allows, from 3 characters on; the chart takes what names and
// times leave of it, and where that is no room, in less than 32, there is none.
func WriteText(w io.Writer, t *Timeline, o render.TextOptions) error {
	p := &textWriter{t: t, ascii: o.ASCII, width: o.Width, chars: blockChars, used: map[string]bool{}}
	if o.ASCII {
		p.chars = asciiChars
	}
	p.rows()
	p.columns()
	p.header()
	p.axis()
	for i := range p.lines {
		p.bar(i)
	}
	p.legend()
	if _, err := io.WriteString(w, p.b.String()); err != nil {
		return fmt.Errorf("writing text: %w", err)
	}
	return nil
}

// textWriter writes a timeline line by line.
type textWriter struct {
	t     *Timeline
	ascii bool
	width int
	chars chars
	b     strings.Builder
	lines []textLine
	used  map[string]bool // what the legend explains

	name, server, chart, took int    // widths of the columns; server and chart may be 0: there is none
	empty                     []rune // a chart without a bar
}

// textLine is what stands beside a bar.
type textLine struct{ mark, name, server, took string }

// printable returns text as it can be written.
func (p *textWriter) printable(s string) string {
	if p.ascii {
		return render.ASCII(s)
	}
	return s
}

// rows finds what stands beside the bars.
func (p *textWriter) rows() {
	const most = 20 // levels that are told apart
	p.lines = make([]textLine, len(p.t.Bars))
	for i := range p.t.Bars {
		b := &p.t.Bars[i]
		name, server := strings.Repeat("  ", min(b.Depth, most))+barName(b), render.Printable(b.Server, maxName)
		if b.Kind == startup.KindPhase && 0 < p.width && p.width < serverWidth && server != "" {
			name += " " + server // each server has a phase of this name
		}
		p.lines[i] = textLine{p.mark(b), p.printable(name), p.printable(server), p.printable(barTook(b, p.t.lookOf(b)))}
	}
}

// Marks tell what pictures tell by colour, as in the text of the other views.
const (
	markNone     = "  "
	markCritical = "* "
	markFailed   = "! "
	markUnended  = "? "
)

func (p *textWriter) mark(b *Bar) string {
	mark := markNone
	switch p.t.lookOf(b).role {
	case render.RoleFailed:
		mark = markFailed
	case render.RoleBecause:
		mark = markUnended
	case render.RoleCritical:
		mark = markCritical
	}
	p.used[mark] = true
	return mark
}

// columns shares the width out. Where it is small, first the servers go, and then
// names are cut.
func (p *textWriter) columns() {
	for _, l := range p.lines {
		p.name = max(p.name, render.TextWidth(l.name))
		p.server = max(p.server, render.TextWidth(l.server))
		p.took = max(p.took, render.TextWidth(l.took))
	}
	if p.width <= 0 {
		p.chart = chartChars
		p.width = len(markNone) + p.name + p.server + p.chart + p.took + 3*len(columnGap)
		p.blank()
		return
	}
	if p.width < serverWidth {
		p.server = 0
	}
	p.server = min(p.server, p.width/5)
	p.took = min(p.took, max(8, p.width/5))
	if p.width < leastWidth {
		p.name = min(p.name, max(1, p.width-len(markNone)-len(columnGap)-p.took))
		return
	}
	p.name = min(p.name, max(8, p.width*2/5))
	fixed := func() int {
		n := len(markNone) + p.name + len(columnGap) + len(columnGap) + p.took
		if p.server > 0 {
			n += len(columnGap) + p.server
		}
		return n
	}
	p.chart = max(leastChart, p.width-fixed())
	p.name -= max(0, fixed()+p.chart-p.width)
	p.blank()
}

// blank draws a chart without a bar.
func (p *textWriter) blank() {
	p.empty = []rune(strings.Repeat(" ", p.chart))
	for _, m := range p.t.Milestones {
		p.empty[p.cell(m.At)] = []rune(p.chars.milestone)[0]
	}
}

// cell is where in the chart a moment is.
func (p *textWriter) cell(at time.Duration) int {
	return min(p.chart-1, int(p.t.at(at, float64(p.chart))))
}

func (p *textWriter) header() {
	p.sentence(p.t.Title)
	for _, l := range p.t.header() {
		p.sentence(l.text)
	}
	p.line("")
}

func (p *textWriter) sentence(s string) {
	for _, l := range render.Wrapped(p.printable(s), p.width) {
		p.line(l)
	}
}

// axis writes the milestones, each above its line, and the ticks.
func (p *textWriter) axis() {
	if p.chart == 0 {
		for _, m := range p.t.Milestones {
			p.sentence(m.text())
		}
		return
	}
	before := len(markNone) + p.name + len(columnGap)
	if p.server > 0 {
		before += p.server + len(columnGap)
	}
	above := []rune(strings.Repeat(" ", p.chart)) // the lines of those above
	for _, m := range p.t.Milestones {
		at := p.cell(m.At)
		text := []rune(p.printable(m.text()))
		row := slices.Clone(above)
		row[at] = []rune(p.chars.pointer)[0]
		line := append([]rune(strings.Repeat(" ", before)), row...)
		switch from := before + at - len(text) - 1; {
		case before+at+2+len(text) <= p.width && at <= p.chart/2:
			line = append(line[:before+at+1], append([]rune{' '}, text...)...)
		case from >= 0:
			copy(line[from:], text)
		default:
			line = append([]rune(nil), text...)
		}
		p.line(string(line))
		above[at] = p.empty[at]
	}
	ticks := []rune(strings.Repeat(" ", p.chart+tickRoom))
	for _, tick := range p.t.Ticks(max(1, p.chart/tickRoom)) {
		copy(ticks[p.cell(tick.At):], []rune(p.printable(tick.Text)))
	}
	p.line(strings.Repeat(" ", before) + string(ticks))
}

// bar writes the line of a bar.
func (p *textWriter) bar(i int) {
	l := p.lines[i]
	if p.chart == 0 {
		p.line(l.mark + p.padded(l.name, p.name) + columnGap + p.cut(l.took, p.took))
		return
	}
	p.b.WriteString(l.mark)
	p.b.WriteString(p.padded(l.name, p.name))
	p.b.WriteString(columnGap)
	if p.server > 0 {
		p.b.WriteString(p.padded(l.server, p.server) + columnGap)
	}
	p.b.WriteString(string(p.cells(&p.t.Bars[i])) + columnGap)
	p.b.WriteString(p.cut(l.took, p.took) + "\n")
}

// cells draws a bar over the lines of the milestones.
func (p *textWriter) cells(b *Bar) []rune {
	row := slices.Clone(p.empty)
	char := p.chars.work
	switch look := p.t.lookOf(b); {
	case b.Folded != nil:
		char = p.chars.folded
	case look.thin:
		char = p.chars.thin
	}
	first := p.cell(b.Start)
	last := max(first, p.last(b.Start+b.Took))
	for i := first; i <= last; i++ {
		row[i] = []rune(char)[0]
	}
	for _, s := range b.Stretches {
		if !s.Wait || char == p.chars.thin {
			continue
		}
		for i := p.cell(s.Start); i <= min(last, max(p.cell(s.Start), p.last(s.Start+s.Took))); i++ {
			row[i] = []rune(p.chars.wait)[0]
		}
	}
	for _, r := range row[first : last+1] {
		p.used[string(r)] = true
	}
	return row
}

// last is the last cell that something reaches which ends at this moment: one of
// which it covers at least half.
func (p *textWriter) last(end time.Duration) int {
	return min(p.chart-1, int(p.t.at(end, float64(p.chart))+0.5)-1)
}

// cut returns as much of a text as there is room for.
func (p *textWriter) cut(s string, n int) string {
	if render.TextWidth(s) <= n {
		return s
	}
	end := p.chars.ellipsis
	return render.TextHead(s, n-render.TextWidth(end)) + end
}

func (p *textWriter) padded(s string, n int) string {
	s = p.cut(s, n)
	return s + strings.Repeat(" ", max(0, n-render.TextWidth(s)))
}

// line writes a line, cut to the width.
func (p *textWriter) line(s string) {
	p.b.WriteString(strings.TrimRight(p.cut(strings.TrimRight(s, " "), p.width), " ") + "\n")
}

// legend explains the characters and marks that there are.
func (p *textWriter) legend() {
	kind := "at work"
	if p.t.Tree {
		kind = "span"
	}
	var texts []string
	for _, e := range [][2]string{
		{p.chars.work, kind}, {p.chars.wait, "waiting"}, {p.chars.thin, "only launched"}, {p.chars.folded, "several that are alike"},
		{markCritical, p.t.decides()}, {markFailed, "failed"}, {markUnended, "did not end"},
	} {
		if p.used[e[0]] {
			texts = append(texts, strings.TrimSpace(e[0])+" "+e[1])
		}
	}
	if len(p.t.Milestones) > 0 && p.chart > 0 {
		texts = append(texts, p.chars.milestone+" milestone")
	}
	if len(texts) > 0 {
		p.line("")
		p.sentence(strings.Join(texts, "; "))
	}
}
