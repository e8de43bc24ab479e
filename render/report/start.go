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
	Outcome   string `json:"outcome" jsonschema:"ready, failed (the error of a hook or a phase ended the process), not-ready (the trace ends, and shows that it was not ready by then: somebody looked, a hook was not done, or none had begun) or not-shown (the trace does not show whether it was ready)"`
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

// ended says, for people, how the start ended, before how long that took.
func (a Start) ended() string {
	switch startup.Outcome(a.Outcome) {
	case startup.OutcomeReady:
		return "was ready after"
	case startup.OutcomeFailed:
		return "failed after"
	case startup.OutcomeNotShown:
		return "shows no readiness within"
	}
	return "was not ready after"
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

// Failure is what ended the process.
type Failure struct {
	Hook   string `json:"hook" jsonschema:"hook.name of the hook whose error it was; empty where it was no hook's"`
	Error  string `json:"error" jsonschema:"what the hook returned, or the error of the phase"`
	AtNS   int64  `json:"at_ns" jsonschema:"nanoseconds from the start"`
	Phase  string `json:"phase" jsonschema:"name of the span of the phase whose error it was, or startup where the trace says no more; empty where it was a hook's"`
	Server string `json:"server" jsonschema:"the server of the hook or phase; empty when unknown"`

	what string
}

// newFailure says what ended the process; nil when nothing did.
func newFailure(f *startup.Failure) *Failure {
	if f == nil {
		return nil
	}
	return &Failure{f.Hook, f.Err, int64(f.At), f.Phase, f.Server, f.What()}
}

// text says it to people.
func (f *Failure) text() string {
	err := f.Error
	if err == "" {
		err = "the trace does not say why"
	}
	return render.Printable(f.what, 80) + ": " + render.Printable(err, 160)
}

// few names some of many, for people.
func few(names []string, most int) string {
	shown := make([]string, 0, most)
	for _, name := range names[:min(most, len(names))] {
		shown = append(shown, render.Printable(name, 60))
	}
	text := strings.Join(shown, ", ")
	if len(names) > most {
		text += fmt.Sprintf(" and %d more", len(names)-most)
	}
	return text
}
