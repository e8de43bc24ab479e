package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

var timeSchema = register[Time]("time/v1")

// Time is the answer of chaintrace time.
type Time struct {
	Schema string `json:"schema" jsonschema:"time/v1"`
	Start

	Stages        []TimeStage `json:"stages" jsonschema:"the stages that there were, in order of time; with unexplained_ns they add up to over_ns"`
	UnexplainedNS int64       `json:"unexplained_ns" jsonschema:"nanoseconds that no stage explains"`
	LastHook      *TimeHook   `json:"last_hook" jsonschema:"the post-start hook that ended last; null when none ended"`
	NotDone       []string    `json:"not_done" jsonschema:"of a start that did not get ready: hooks that did not end, or not well, or have no run in the trace"`
	Ready         *TimeReady  `json:"ready" jsonschema:"when readiness was seen; null when the trace does not show it"`
	Failure       *Failure    `json:"failure" jsonschema:"what ended the process, after readiness too; null when nothing did"`
}

// TimeStage is a stage of a start.
type TimeStage struct {
	Name       string `json:"name" jsonschema:"config, construction, prepare, listening, hooks (until the last is done) or ready (from then until readiness is seen)"`
	BeginNS    int64  `json:"begin_ns" jsonschema:"nanoseconds from the start"`
	DurationNS int64  `json:"duration_ns" jsonschema:"nanoseconds"`
	Unfinished bool   `json:"unfinished" jsonschema:"whether the trace does not show its end, or of the hooks not all were done"`
}

// TimeHook is the hook that ended last.
type TimeHook struct {
	Name  string `json:"name" jsonschema:"hook.name"`
	EndNS int64  `json:"end_ns" jsonschema:"nanoseconds from the start"`
}

// TimeReady is when readiness was seen.
type TimeReady struct {
	AtNS int64  `json:"at_ns" jsonschema:"nanoseconds from the start"`
	How  string `json:"how" jsonschema:"computed (from the model's checks), observed (somebody looked, outside the server or inside) or signal (only the server's own HasBeenReady tells it)"`
}

// NewTime answers where the time of a start went.
func NewTime(s *startup.Startup) *Time {
	timing := s.Timing()
	a := &Time{Schema: timeSchema, Start: newStart(s), Stages: []TimeStage{}, UnexplainedNS: int64(timing.Unexplained)}
	for _, stage := range timing.Stages {
		a.Stages = append(a.Stages, TimeStage{stage.Name, int64(stage.Interval.Start), int64(stage.Duration()), stage.Unfinished})
	}
	if last := s.LastHook(); last != nil {
		a.LastHook = &TimeHook{last.Name, int64(last.End)}
	}
	if s.Ready != nil {
		a.Ready = &TimeReady{int64(s.Ready.At), s.Ready.How}
	}
	a.NotDone = append([]string{}, s.NotDone()...)
	a.Failure = newFailure(s.Failure)
	return a
}

// WriteText writes one line of stages and one for each milestone.
func (a *Time) WriteText(w io.Writer, style Style) error {
	var b strings.Builder
	how := a.ended()
	if a.Outcome == string(startup.OutcomeReady) {
		how = "was ready in"
	}
	var parts []string
	for _, stage := range a.Stages {
		part := duration(stage.DurationNS) + " (" + stage.Name
		if stage.Unfinished {
			part += ", unfinished"
		}
		parts = append(parts, part+")")
	}
	if a.UnexplainedNS > 0 {
		parts = append(parts, duration(a.UnexplainedNS)+" (unexplained)")
	}
	fmt.Fprintf(&b, "%s %s %s", a.title(), how, strings.Join(parts, " + "))
	if len(parts) > 0 {
		b.WriteString(" = ")
	}
	fmt.Fprintf(&b, "%s%s\n", style.Paint(InkStrong, duration(a.OverNS)), a.clock())
	a.writeMilestones(&b, style)
	a.writeProblems(&b, style)
	_, err := io.WriteString(w, b.String())
	return err
}

func (a *Time) writeMilestones(w io.Writer, style Style) {
	if a.LastHook != nil {
		fmt.Fprintf(w, "last hook done  @%s  %s\n", duration(a.LastHook.EndNS), render.Printable(a.LastHook.Name, 80))
	}
	if n := len(a.NotDone); n > 0 {
		fmt.Fprintf(w, "not done        %s: %s\n", render.Count(n, "hook"), few(a.NotDone, 3))
	}
	switch {
	case a.Ready != nil:
		how := a.seen()
		if how != "" {
			how = "  " + how
		}
		fmt.Fprintf(w, "ready           @%s%s\n", duration(a.Ready.AtNS), how)
	case a.Failure != nil:
	case a.Outcome == string(startup.OutcomeNotReady):
		fmt.Fprintf(w, "%s           never, within %s of this trace\n", style.Paint(InkBad, "ready"), duration(a.OverNS))
	default:
		fmt.Fprintf(w, "%s           not shown within %s of this trace\n", style.Paint(InkWarn, "ready"), duration(a.OverNS))
	}
	if a.Failure != nil {
		fmt.Fprintf(w, "%s          @%s  %s\n", style.Paint(InkBad, "failed"), duration(a.Failure.AtNS), a.Failure.text())
	}
}

// seen says in words how readiness is known.
func (a *Time) seen() string {
	switch a.Ready.How {
	case "computed":
		return "/readyz of the model answered 200"
	case "observed":
		if a.Source == attr.SourceInstrumented {
			return "seen inside the server"
		}
		return "seen from outside"
	case startup.ReadyBySignal:
		return "the server says so: " + startup.SignalReady
	}
	return ""
}
