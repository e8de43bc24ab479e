package follow_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/follow"
	"github.com/chaintrace/chaintrace/trace/startup"
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

// TestWatched: the latest start was seen to go on, unless it has ended.
func TestWatched(t *testing.T) {
	in := &trace.Trace{Spans: []trace.Span{
		span(1, attr.SpanStartup, 10, 0), span(2, attr.SpanStartup, 20, 0), span(3, attr.SpanHooksRun, 21, 0), span(4, attr.SpanHookRun, 22, 0),
	}}
	follow.Watched(in, 70)
	s, err := startup.FromTrace(in)
	if err != nil {
		t.Fatal(err)
	}
	if elapsed := s.Elapsed(s.Runs[0]); elapsed != 48 || s.Runs[0].Finished() || !s.CutOff {
		t.Errorf("the hook went on for %d ns, finished: %v, the trace is cut off: %v", elapsed, s.Runs[0].Finished(), s.CutOff)
	}
	if n := len(in.Spans[0].Events) + len(in.Spans[3].Events); n != 0 {
		t.Errorf("%d events on other spans", n)
	}
	in.Spans[1].End = 30
	follow.Watched(in, 90)
	if n := len(in.Spans[1].Events); n != 1 {
		t.Errorf("%d events on a start that has ended", n)
	}
}
