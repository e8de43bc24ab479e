package report

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/trace/startup"
)

var blameSchema = register[Blame]("blame/v1")

// Blame is the answer of chaintrace blame.
type Blame struct {
	Schema string `json:"schema" jsonschema:"blame/v1"`
	Start
	Failure *Failure      `json:"failure" jsonschema:"what ended the process; null when nothing did"`
	Entries []BlameEntry  `json:"entries" jsonschema:"hooks and phases, the slowest first; no phase contains another. Where the trace has no hooks' runs, checks too"`
	Servers []BlameServer `json:"servers" jsonschema:"with --by server, the entries' time by server, the most first; else empty"`

	byServer bool
}

// BlameEntry is a hook, a phase or a check.
type BlameEntry struct {
	Kind       string    `json:"kind" jsonschema:"hook, phase or check (from when somebody began to look at readyz until it was seen to pass)"`
	Name       string    `json:"name" jsonschema:"hook.name, check.name, or the name of the phase's span"`
	Server     string    `json:"server" jsonschema:"the server that registered the hook, or that the phase is about; empty when unknown"`
	BeginNS    int64     `json:"begin_ns" jsonschema:"nanoseconds from the start"`
	DurationNS int64     `json:"duration_ns" jsonschema:"nanoseconds; of what was unfinished, until the trace ends or, of a phase, a later one begins"`
	Unfinished bool      `json:"unfinished" jsonschema:"whether the trace does not show its end"`
	Conduct    string    `json:"conduct" jsonschema:"of a hook: ran, launched (its work goes on in the background), waited, swallowed (a timeout), failed, hung or interrupted; of a phase, failed where its error ended the process; else empty"`
	Parts      []Part    `json:"parts" jsonschema:"what a hook did with its time"`
	BlockedOn  string    `json:"blocked_on" jsonschema:"hook.blocked_on: what a hook that did not end was in"`
	Because    string    `json:"because_of" jsonschema:"the failed hook that a hook that did not end was waiting for, directly or through others"`
	Error      string    `json:"error" jsonschema:"what a failed hook returned, or the error of a failed phase"`
	Headroom   *Headroom `json:"headroom" jsonschema:"how far the hook stayed from its deadline; null when it has none"`
}

// Headroom is how far a hook stayed from its deadline.
type Headroom struct {
	DeadlineNS int64   `json:"deadline_ns" jsonschema:"nanoseconds from the hook's beginning"`
	LeftNS     int64   `json:"left_ns" jsonschema:"nanoseconds; negative when the deadline had passed"`
	Share      float64 `json:"share" jsonschema:"left_ns of deadline_ns, 1 for all of it"`
	Enforced   bool    `json:"enforced" jsonschema:"false where the deadline does not cut off an attempt that hangs"`
}

// BlameServer is what the entries of one server took together.
type BlameServer struct {
	Server  string `json:"server" jsonschema:"its name; empty for what belongs to none"`
	HookNS  int64  `json:"hooks_ns" jsonschema:"nanoseconds of its hooks, which run side by side, in sum"`
	PhaseNS int64  `json:"phases_ns" jsonschema:"nanoseconds of its phases, one after the other"`
}

// NewBlame answers what took how long.
func NewBlame(s *startup.Startup, byServer bool) *Blame {
	a := &Blame{
		Schema: blameSchema, Start: newStart(s), Failure: newFailure(s.Failure),
		Entries: []BlameEntry{}, Servers: []BlameServer{}, byServer: byServer,
	}
	for _, b := range s.BlameWithChecks() {
		a.Entries = append(a.Entries, newBlameEntry(s, b))
	}
	if byServer {
		a.sumByServer()
	}
	return a
}

func newBlameEntry(s *startup.Startup, b startup.Blame) BlameEntry {
	e := BlameEntry{
		Kind: b.Kind, Name: b.Name, Server: b.Server, BeginNS: int64(b.Start), DurationNS: int64(b.Took),
		Unfinished: b.End < b.Start, Conduct: string(b.Conduct), Parts: newParts(b.Parts),
	}
	if b.Kind == startup.KindPhase && b.Conduct == startup.ConductFailed {
		e.Error = s.Failure.Err
	}
	if b.Run != nil {
		e.BlockedOn, e.Because, e.Error = b.Run.BlockedOn, b.Run.BecauseOf, b.Run.Err
	}
	if h, ok := b.Headroom(); ok {
		e.Headroom = &Headroom{int64(h.Deadline), int64(h.Left), float64(h.Left) / float64(h.Deadline), h.Enforced}
	}
	return e
}

func (a *Blame) sumByServer() {
	index := map[string]int{}
	for _, e := range a.Entries {
		i, ok := index[e.Server]
		if !ok {
			i = len(a.Servers)
			index[e.Server] = i
			a.Servers = append(a.Servers, BlameServer{Server: e.Server})
		}
		switch e.Kind {
		case startup.KindHook:
			a.Servers[i].HookNS += e.DurationNS
		case startup.KindPhase:
			a.Servers[i].PhaseNS += e.DurationNS
		}
	}
	slices.SortStableFunc(a.Servers, func(x, y BlameServer) int {
		return int(min(1, max(-1, y.HookNS+y.PhaseNS-x.HookNS-x.PhaseNS)))
	})
}

// WriteText writes a table, or with --by server one for each.
func (a *Blame) WriteText(w io.Writer, style Style) error {
	var b strings.Builder
	why := ""
	if a.Failure != nil {
		why = ": " + a.Failure.text()
	}
	fmt.Fprintf(&b, "%s %s %s%s%s\n", a.title(), a.ended(), duration(a.OverNS), a.clock(), why)
	if len(a.Entries) == 0 {
		b.WriteString("The trace shows no hook and no phase.\n")
	} else if !a.byServer {
		a.writeEntries(&b, style, a.Entries, true)
	}
	for _, server := range a.Servers {
		name := render.Printable(server.Server, 60)
		if name == "" {
			name = "the process"
		}
		fmt.Fprintf(&b, "\n%s: %s in phases, %s in hooks, which run side by side\n", style.Paint(InkStrong, name), duration(server.PhaseNS), duration(server.HookNS))
		var of []BlameEntry
		for _, e := range a.Entries {
			if e.Server == server.Server {
				of = append(of, e)
			}
		}
		a.writeEntries(&b, style, of, false)
	}
	a.writeProblems(&b, style)
	_, err := io.WriteString(w, b.String())
	return err
}

func (a *Blame) writeEntries(b *strings.Builder, style Style, entries []BlameEntry, servers bool) {
	t := &Table{Columns: []Column{{Title: "TIME", Right: true}, {Title: "HOOK OR PHASE"}}}
	if servers {
		t.Columns = append(t.Columns, Column{Title: "SERVER"})
	}
	t.Columns = append(t.Columns, Column{Title: "HEADROOM", Right: true}, Column{Title: "HOW"})
	for _, e := range entries {
		name := Cell{Text: render.Printable(e.Name, 80)}
		switch e.Kind {
		case startup.KindPhase:
			name.Ink = InkMuted
		case startup.KindCheck:
			name.Text = "check " + name.Text
		}
		row := []Cell{{Text: duration(e.DurationNS), Ink: e.ink()}, name}
		if servers {
			row = append(row, Cell{Text: render.Printable(e.Server, 40)})
		}
		t.Row(append(row, e.headroomCell(), Cell{Text: e.how(narrow), Ink: e.ink()})...)
	}
	_ = t.Write(b, style) // a strings.Builder takes everything
}

// ink marks what is not as it should be.
func (e BlameEntry) ink() Ink {
	switch startup.Conduct(e.Conduct) {
	case startup.ConductFailed, startup.ConductHung:
		return InkBad
	case startup.ConductInterrupted, startup.ConductSwallowed:
		return InkWarn
	case startup.ConductLaunched:
		if e.DurationNS < atOnce {
			return InkMuted
		}
	}
	return InkNone
}

// atOnce is below how many nanoseconds a hook that launched something returned at
// once.
const atOnce = 1e6

// tight is the share of its deadline below which a hook's headroom is marked.
const tight = 0.2

func (e BlameEntry) headroomCell() Cell {
	h := e.Headroom
	if h == nil {
		return Cell{}
	}
	c := Cell{Text: h.text()}
	if !h.Enforced {
		c.Text += " not kept"
	}
	switch {
	case h.LeftNS <= 0:
		c.Ink = InkBad
	case h.Share < tight:
		c.Ink = InkWarn
	}
	return c
}

// text says it to people, as in "+27.4s of 30s (91%)".
func (h *Headroom) text() string {
	left, percent := time.Duration(h.LeftNS), math.Floor(100*h.Share) // nothing is all of it but all of it
	sign, bound := "+", ""
	if left < 0 {
		sign = "" // the number has one
	}
	if percent < -999 {
		percent, bound = -999, "<"
	}
	return fmt.Sprintf("%s%s of %s (%s%.0f%%)", sign, shortened(roundedDown(left)), shortened(time.Duration(h.DeadlineNS)), bound, percent)
}

// roundedDown takes off a duration what nobody reads.
func roundedDown(d time.Duration) time.Duration {
	switch size := d.Abs(); {
	case size >= time.Hour:
		return d.Truncate(time.Second)
	case size >= time.Second:
		return d.Truncate(100 * time.Millisecond)
	case size >= time.Millisecond:
		return d.Truncate(time.Millisecond)
	}
	return d
}

// shortened writes a duration without the units at its end that are zero: 5m, not
// 5m0s.
func shortened(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// how says in words how an entry spent its time.
func (e BlameEntry) how(width int) string {
	parts := partsText(e.Parts, width)
	in := ""
	if e.BlockedOn != "" {
		in = ", in: " + render.Printable(partText(e.BlockedOn), width)
	} else if parts != "" {
		in = ": " + parts
	}
	text := ""
	switch startup.Conduct(e.Conduct) {
	case startup.ConductLaunched:
		text = "launched" + e.blocked(parts) + ": its work goes on in the background"
	case startup.ConductRan, startup.ConductWaited:
		text = strings.TrimSuffix(e.Conduct+": "+parts, ": ")
	case startup.ConductSwallowed:
		text = "swallowed a timeout" + in
	case startup.ConductFailed:
		text = "failed: " + render.Printable(e.Error, 160) + in
	case startup.ConductHung:
		text = "had not ended" + in
	case startup.ConductInterrupted:
		text = "interrupted" + in
		if e.Because != "" {
			text += ", because of " + render.Printable(e.Because, width)
		}
	default:
		switch {
		case e.Unfinished && e.Kind == startup.KindCheck:
			text = "never seen to pass"
		case e.Unfinished:
			text = "unfinished"
		}
	}
	return text
}

// blocked says what a hook did before it launched something, if that took time.
func (e BlameEntry) blocked(parts string) string {
	if e.DurationNS < atOnce {
		return ""
	}
	if !slices.ContainsFunc(e.Parts, func(p Part) bool { return p.DurationNS != nil }) {
		parts = duration(e.DurationNS)
	}
	return " after " + parts
}
