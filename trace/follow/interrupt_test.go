package follow_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/follow"
)

// TestInterrupt: only hooks' runs without an end are interrupted, and get none.
func TestInterrupt(t *testing.T) {
	hung := text(attr.HookOutcome, attr.OutcomeHung)
	in := &trace.Trace{Spans: []trace.Span{
		span(1, attr.SpanStartup, 10, 0),
		span(2, attr.SpanHookRun, 11, 0),
		span(3, attr.SpanHookRun, 11, 12),
		span(4, attr.SpanHookRun, 11, 0, hung),
		span(5, attr.SpanReady, 11, 0),
	}}
	follow.Interrupt(in)
	var got []string
	for i := range in.Spans {
		got = append(got, in.Spans[i].Attr(attr.HookOutcome).Str())
	}
	if diff := cmp.Diff([]string{"", attr.OutcomeInterrupted, "", attr.OutcomeHung, ""}, got); diff != "" {
		t.Errorf("outcomes (-want +got)\n%s", diff)
	}
	if end := in.Spans[1].End; end != 0 {
		t.Errorf("the interrupted run ends at %d", end)
	}
}
