package follow

import (
	"slices"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
)

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
