package main

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/term"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/render/report"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/follow"
)

// liveView shows the start in the last lines of a terminal. The server writes to
// the same terminal and nobody can know when, so those lines are taken out of
// what scrolls, and each update is one write that leaves the cursor where it was.
type liveView struct {
	terminal *os.File
	style    report.Style
	size     func() (columns, rows int)
	now      func() time.Time

	columns, rows int  // of the terminal, when lines of it were taken
	height        int  // of what was taken
	closed        bool // nothing is shown any more
	shown         string
}

// Limits of what is shown.
const (
	narrowest = 20 // columns of a terminal for it to be used at all
	lowest    = 6  // rows of the same
	cellWidth = 46 // of one hook, about
)

func newLiveView(terminal *os.File, style report.Style) *liveView {
	return &liveView{terminal: terminal, style: style, now: time.Now, size: func() (int, int) {
		columns, rows, err := term.GetSize(int(terminal.Fd()))
		if err != nil {
			return 0, 0
		}
		return columns, rows
	}}
}

// Escape sequences of the VT100, which all terminals have: apt uses the same.
const (
	saveCursor    = "\0337"
	restoreCursor = "\0338"
	scrollAll     = "\033[r"
	clearBelow    = "\033[J"
	clearLine     = "\033[2K"
)

func moveTo(row int) string { return fmt.Sprintf("\033[%d;1H", row) }

// changed leaves it to tick to draw, once for all that was read.
func (v *liveView) changed(*follow.Start, []follow.Change) {}

func (v *liveView) tick(s *follow.Start) { v.draw(s) }

// pause gives the lines back, until something is drawn.
func (v *liveView) pause() {
	if v.height > 0 {
		v.write(v.release())
	}
	v.height, v.shown = 0, ""
}

// close gives the lines back and leaves one in their place.
func (v *liveView) close(s *follow.Start) {
	if v.closed {
		return
	}
	v.closed = true
	v.pause()
	if s.Begin != 0 && s.Ready != 0 {
		v.write(fmt.Sprintf("chaintrace: %s after %s\n", v.style.Paint(report.InkGood, "ready"), render.Duration(time.Duration(s.Ready-s.Begin))))
	}
}

// write writes at once. A terminal that is gone is nothing to end for.
func (v *liveView) write(text string) { _, _ = v.terminal.WriteString(text) }

// release gives the lines back, empty. Where the size has changed the terminal itself
// has moved what was there, and nobody knows where to.
func (v *liveView) release() string {
	if columns, rows := v.size(); columns != v.columns || rows != v.rows {
		return saveCursor + scrollAll + restoreCursor
	}
	return saveCursor + scrollAll + moveTo(v.rows-v.height+1) + clearBelow + restoreCursor
}

// reserve takes lines, after what was there has moved up.
func (v *liveView) reserve(height int) string {
	return strings.Repeat("\n", height) + saveCursor + fmt.Sprintf("\033[1;%dr", v.rows-height) + restoreCursor + fmt.Sprintf("\033[%dA", height)
}

// draw shows what is known now, if that looks otherwise than what is shown.
func (v *liveView) draw(s *follow.Start) {
	columns, rows := v.size()
	if v.closed || s.Begin == 0 {
		return
	}
	if columns < narrowest || rows < lowest {
		v.pause()
		return
	}
	var b strings.Builder
	lines := v.lines(s, columns, max(3, rows/2))
	if columns != v.columns || rows != v.rows {
		if v.height > 0 {
			b.WriteString(v.release())
		}
		v.columns, v.rows, v.height = columns, rows, 0
	}
	if len(lines) > v.height { // never less, or the log would jump up and down
		if v.height > 0 {
			b.WriteString(v.release())
		}
		b.WriteString(v.reserve(len(lines)))
		v.height = len(lines)
	}
	b.WriteString(saveCursor)
	for i := range v.height {
		b.WriteString(moveTo(rows-v.height+1+i) + clearLine)
		if i < len(lines) {
			b.WriteString(lines[i])
		}
	}
	b.WriteString(restoreCursor)
	if text := b.String(); text != v.shown {
		v.shown = text
		v.write(text)
	}
}

// lines returns what to show in at most so many lines: how far the start is, and
// the hooks, those in trouble first.
func (v *liveView) lines(s *follow.Start, columns, most int) []string {
	now := v.now().UnixNano()
	what := render.Printable(strings.TrimSpace(s.Service+" "+s.Version), 60) + ": " + stageText(s.Stage)
	if s.Stage.Name == attr.SpanHooksRun {
		what += fmt.Sprintf(", %d of %d done", s.Ended(), len(s.Hooks))
	}
	what += ", " + seconds(now-s.Begin)
	lines := []string{v.style.Paint(report.InkStrong, cut(what, columns))}
	if s.Stage.Name != attr.SpanHooksRun {
		return lines
	}
	perLine := max(1, columns/cellWidth)
	width := columns / perLine
	hooks := slices.Clone(s.Hooks)
	slices.SortStableFunc(hooks, func(a, b *follow.Hook) int { return cmp.Compare(urgency(a), urgency(b)) })
	left := 0
	if room := (most - 1) * perLine; len(hooks) > room {
		left = len(hooks) - room + 1
		hooks = hooks[:room-1]
	}
	var line strings.Builder
	for i, h := range hooks {
		text, ink := hookCell(h, now, width-2)
		line.WriteString(v.style.Paint(ink, text) + strings.Repeat(" ", width-utf8.RuneCountInString(text)))
		if (i+1)%perLine == 0 {
			lines = append(lines, strings.TrimRight(line.String(), " "))
			line.Reset()
		}
	}
	if left > 0 {
		line.WriteString(v.style.Paint(report.InkMuted, cut(fmt.Sprintf("and %d more", left), width)))
	}
	if line.Len() > 0 {
		lines = append(lines, strings.TrimRight(line.String(), " "))
	}
	return lines
}

// urgency puts hooks in the order in which they are shown.
func urgency(h *follow.Hook) int {
	switch h.State {
	case follow.HookFailed:
		return 0
	case follow.HookRunning:
		return 1
	case follow.HookPending:
		return 2
	}
	return 3
}

// hookCell shows a hook within so many columns.
func hookCell(h *follow.Hook, now int64, width int) (string, report.Ink) {
	var state string
	var ink report.Ink
	switch h.State {
	case follow.HookPending:
		state, ink = "pending", report.InkMuted
	case follow.HookRunning:
		state, ink = "running "+seconds(now-h.Begin), report.InkWarn
	case follow.HookFailed:
		state, ink = "failed "+render.Duration(time.Duration(h.End-h.Begin)), report.InkBad
	default:
		state, ink = "done "+render.Duration(time.Duration(h.End-h.Begin)), report.InkGood
	}
	name := render.Printable(h.Name, max(4, width-1-utf8.RuneCountInString(state)))
	return cut(name+" "+state, width), ink
}

// seconds writes a time that goes by, in steps that can be read.
func seconds(ns int64) string {
	return fmt.Sprintf("%.1f s", time.Duration(max(0, ns)).Seconds())
}

// cut shortens a text that is printable already.
func cut(text string, columns int) string {
	if utf8.RuneCountInString(text) <= columns {
		return text
	}
	return string([]rune(text)[:columns])
}
