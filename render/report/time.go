package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// Start is what every answer about one start says of it.
type Start struct {
	Service   string `json:"service" jsonschema:"service.name of the process"`
	Version   string `json:"version" jsonschema:"service.version"`
	Source    string `json:"source" jsonschema:"where the trace comes from: model, instrumented or observed; empty when unknown"`
	Simulated bool   `json:"simulated" jsonschema:"whether the times are those of a simulated clock"`
	Outcome   string `json:"outcome" jsonschema:"ready, failed (a hook's error ended the process) or not-ready (the trace ends before)"`
	OverNS    int64  `json:"over_ns" jsonschema:"nanoseconds from the start until it was ready, had failed, or the trace ends"`

	Problems []string `json:"problems" jsonschema:"what the trace lacks or contradicts, in words"`
}

// newStart says what every answer says of a start.
func newStart(s *startup.Startup) Start {
	return Start{
		Service: s.Service, Version: s.Version, Source: s.Source, Simulated: s.Simulated(),
		Outcome: string(s.Outcome()), OverNS: int64(s.Over()), Problems: append([]string{}, s.Problems...),
	}
}

// title names the start, for people.
func (a Start) title() string {
	title := strings.TrimSpace(render.Printable(a.Service, 60) + " " + render.Printable(a.Version, 24))
	if title == "" {
		return "the server chain"
	}
	return title
}

// clock says, for people, what the times are.
func (a Start) clock() string {
	if a.Simulated {
		return ", simulated time"
	}
	return ""
}

// writeProblems tells people what is wrong with the trace.
func (a Start) writeProblems(w io.Writer, style Style) {
	for _, p := range a.Problems {
		fmt.Fprintln(w, style.Paint(InkWarn, "note: "+render.Printable(p, 200)))
	}
}

var timeSchema = register[Time]("time/v1")

// Time is the answer of chaintrace time.
type Time struct {
	Schema string `json:"schema" jsonschema:"time/v1"`
	Start

	Stages        []TimeStage `json:"stages" jsonschema:"the stages that there were, in order of time; with unexplained_ns they add up to over_ns"`
	UnexplainedNS int64       `json:"unexplained_ns" jsonschema:"nanoseconds that no stage explains"`
	LastHook      *TimeHook   `json:"last_hook" jsonschema:"the post-start hook that ended last; null when none ended"`
	Ready         *TimeReady  `json:"ready" jsonschema:"when readiness was seen; null when it never was"`
	Failure       *TimeFailed `json:"failure" jsonschema:"the hook whose error ended the process; null when none did"`
}

// TimeStage is a stage of a start.
type TimeStage struct {
	Name       string `json:"name" jsonschema:"config, construction, prepare, listening, hooks (until the last is done) or ready (from then until readiness is seen)"`
	BeginNS    int64  `json:"begin_ns" jsonschema:"nanoseconds from the start"`
	DurationNS int64  `json:"duration_ns" jsonschema:"nanoseconds"`
	Unfinished bool   `json:"unfinished" jsonschema:"whether the trace does not show its end"`
}

// TimeHook is the hook that ended last.
type TimeHook struct {
	Name  string `json:"name" jsonschema:"hook.name"`
	EndNS int64  `json:"end_ns" jsonschema:"nanoseconds from the start"`
}

// TimeReady is when readiness was seen.
type TimeReady struct {
	AtNS int64  `json:"at_ns" jsonschema:"nanoseconds from the start"`
	How  string `json:"how" jsonschema:"computed (from the model's checks) or observed (a client saw it)"`
}

// TimeFailed is what ended the process.
type TimeFailed struct {
	Hook  string `json:"hook" jsonschema:"hook.name"`
	Error string `json:"error" jsonschema:"what it returned"`
	AtNS  int64  `json:"at_ns" jsonschema:"nanoseconds from the start"`
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
	if s.Failure != nil {
		a.Failure = &TimeFailed{s.Failure.Hook, s.Failure.Err, int64(s.Failure.At)}
	}
	return a
}

// WriteText writes one line of stages and one for each milestone.
func (a *Time) WriteText(w io.Writer, style Style) error {
	var b strings.Builder
	how := map[string]string{"ready": "was ready in", "failed": "failed after", "not-ready": "was not ready after"}[a.Outcome]
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
	switch {
	case a.Failure != nil:
		fmt.Fprintf(w, "%s          @%s  %s: %s\n", style.Paint(InkBad, "failed"), duration(a.Failure.AtNS),
			render.Printable(a.Failure.Hook, 80), render.Printable(a.Failure.Error, 160))
	case a.Ready == nil:
		fmt.Fprintf(w, "%s           never, within %s of this trace\n", style.Paint(InkBad, "ready"), duration(a.OverNS))
	default:
		how := map[string]string{"computed": "/readyz of the model answered 200", "observed": "seen from outside"}[a.Ready.How]
		if how != "" {
			how = "  " + how
		}
		fmt.Fprintf(w, "ready           @%s%s\n", duration(a.Ready.AtNS), how)
	}
}
