package follow

import (
	"slices"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
)

// Watched says of the latest start in a trace, if that has not ended, that the process
// was seen until a time, in Unix nanoseconds: what has no end went on as long. Until
// then the trace may be silent for long, as when a hook hangs.
func Watched(t *trace.Trace, until int64) {
	var latest *trace.Span
	for i := range t.Spans {
		if s := &t.Spans[i]; s.Name == attr.SpanStartup && (latest == nil || s.Start > latest.Start) {
			latest = s
		}
	}
	if latest != nil && latest.End == 0 {
		// Others may hold the same events.
		latest.Events = append(slices.Clip(latest.Events), trace.Event{Name: attr.EventWatched, Time: until})
	}
}

// Interrupt says of the hooks' runs in a trace that have no end that they were
// interrupted ([attr.OutcomeInterrupted]): that the process has ended is not in the
// trace itself. They still have no end, as nobody saw it.
func Interrupt(t *trace.Trace) {
	for i := range t.Spans {
		s := &t.Spans[i]
		if s.Name == attr.SpanHookRun && s.End == 0 && s.Attr(attr.HookOutcome).Str() == "" {
			// Others may hold the same attributes.
			s.Attrs = append(slices.Clip(s.Attrs), trace.Attr{Key: attr.HookOutcome, Value: trace.String(attr.OutcomeInterrupted)})
		}
	}
}
