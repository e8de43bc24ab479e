package report

import (
	"fmt"
	"strings"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/trace/startup"
	"github.com/chaintrace/chaintrace/trace/startup/stats"
)

// StatsHook is a hook or a phase that kept starts from getting ready.
type StatsHook struct {
	Kind       string `json:"kind" jsonschema:"hook, or phase where that failed"`
	Server     string `json:"server" jsonschema:"the hook's or phase's; empty when unknown"`
	Name       string `json:"name" jsonschema:"its name"`
	Failed     int    `json:"failed" jsonschema:"how many starts its error ended"`
	Unfinished int    `json:"unfinished" jsonschema:"in how many that were not ready it had not ended, without waiting for another hook"`
}

// StatsStart is a start that did not get ready, or is not shown to be.
type StatsStart struct {
	TraceID string         `json:"trace_id" jsonschema:"of the start"`
	Begun   string         `json:"begun" jsonschema:"when it began, RFC 3339 with nanoseconds"`
	Outcome string         `json:"outcome" jsonschema:"failed, not-ready or not-shown (the trace does not show whether it was ready)"`
	Hooks   []StatsTrouble `json:"hooks" jsonschema:"the hooks that kept it from getting ready, of many the first few; or the phase that failed"`
}

// StatsTrouble is what a hook of such a start did.
type StatsTrouble struct {
	Kind       string `json:"kind" jsonschema:"hook, or phase where that failed"`
	Server     string `json:"server" jsonschema:"the hook's or phase's; empty when unknown"`
	Name       string `json:"name" jsonschema:"its name"`
	Failed     bool   `json:"failed" jsonschema:"whether it returned an error; else it had not ended"`
	DurationNS int64  `json:"duration_ns" jsonschema:"nanoseconds that it had run; 0 where the trace does not show its end"`
	Why        string `json:"why" jsonschema:"the error, or what it was in; empty when the trace does not say"`
}

func newStatsHooks(hooks []stats.TroubledHook) []StatsHook {
	out := []StatsHook{}
	for _, h := range hooks {
		out = append(out, StatsHook{h.Kind, h.Server, h.Name, h.Failed, h.Unfinished})
	}
	return out
}

func newStatsStarts(starts []stats.Troubled) []StatsStart {
	out := []StatsStart{}
	for _, s := range starts {
		start := StatsStart{s.TraceID.String(), rfc3339(s.Begun), string(s.Outcome), []StatsTrouble{}}
		for _, t := range s.Troubles {
			start.Hooks = append(start.Hooks, StatsTrouble{t.Kind, t.Server, t.Name, t.Failed, int64(t.Took), t.Why})
		}
		out = append(out, start)
	}
	return out
}

// mostNotReady is how many starts and hooks the text names.
const mostNotReady = 20

// writeNotReady names the starts that did not get ready, and why not; below that,
// where there are several, in how many each hook was why.
func (g StatsGroup) writeNotReady(b *strings.Builder, style Style) {
	if len(g.NotReadyStarts) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s\n", style.Paint(InkStrong, "Not ready"))
	t := &Table{Columns: make([]Column, 4)}
	for _, s := range g.NotReadyStarts[:min(mostNotReady, len(g.NotReadyStarts))] {
		ink := InkBad
		if s.Outcome == string(startup.OutcomeNotShown) {
			ink = InkWarn
		}
		t.Row(Cell{Text: "  " + s.Outcome, Ink: ink}, Cell{Text: s.why()}, Cell{Text: seconds(s.Begun)}, Cell{Text: s.TraceID})
	}
	_ = t.Write(b, style) // a strings.Builder takes everything
	if rest := len(g.NotReadyStarts) - mostNotReady; rest > 0 {
		fmt.Fprintln(b, style.Paint(InkMuted, fmt.Sprintf("  and %d more; --output json has all", rest)))
	}
	if len(g.NotReadyStarts) < 2 || len(g.Troubled) == 0 {
		return
	}
	t = &Table{Columns: []Column{{Title: "  FAILED", Right: true}, {Title: "UNFINISHED", Right: true}, {Title: "WHAT"}, {Title: "SERVER"}}}
	for _, h := range g.Troubled[:min(mostNotReady, len(g.Troubled))] {
		t.Row(Cell{Text: times(h.Failed)}, Cell{Text: times(h.Unfinished)}, Cell{Text: h.Kind + " " + render.Printable(h.Name, 80)}, Cell{Text: render.Printable(h.Server, 40)})
	}
	_ = t.Write(b, style)
	if rest := len(g.Troubled) - mostNotReady; rest > 0 {
		fmt.Fprintln(b, style.Paint(InkMuted, fmt.Sprintf("  and %d more; --output json has all", rest)))
	}
}

// times leaves a cell empty for none.
func times(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

// why says in words what kept a start from getting ready: the first of the hooks.
func (s StatsStart) why() string {
	switch {
	case s.Outcome == string(startup.OutcomeNotShown):
		return "nobody asked whether it was ready"
	case len(s.Hooks) == 0:
		return "no run of a hook in the trace says why; critical-chain may"
	}
	h := s.Hooks[0]
	text := h.Kind + " " + render.Printable(h.Name, 80)
	if h.Server != "" {
		text += " of " + render.Printable(h.Server, 40)
	}
	if h.Failed {
		text += " failed"
	} else {
		text += " had not ended"
	}
	if h.DurationNS > 0 {
		text += " after " + duration(h.DurationNS)
	}
	switch {
	case h.Why == "":
	case h.Failed:
		text += ": " + render.Printable(h.Why, 120)
	default:
		text += ", in " + render.Printable(h.Why, 120)
	}
	if rest := len(s.Hooks) - 1; rest > 0 {
		text += fmt.Sprintf("; and %d more", rest)
	}
	return text
}
