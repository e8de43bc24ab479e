package trace_test

import (
	"slices"
	"testing"

	"github.com/chaintrace/chaintrace/trace"
)

func TestNearest(t *testing.T) {
	tr := &trace.Trace{Spans: []trace.Span{
		spanOf(1, 0, 1, 9), // above
		with(spanOf(2, 1, 1, 9), func(s *trace.Span) { s.Name = "x" }),
		spanOf(3, 2, 1, 9),
		with(spanOf(4, 3, 1, 9), func(s *trace.Span) { s.Name = "x" }),
		spanOf(5, 4, 1, 9),
		spanOf(6, 99, 1, 9), // an orphan
		spanOf(7, 8, 1, 9),  // a circle
		spanOf(8, 7, 1, 9),
		spanOf(9, 8, 1, 9),
	}}
	want := []int{-1, 1, 1, 3, 3, -1, -1, -1, -1}
	named := func(s *trace.Span) bool { return s.Name == "x" }
	if got := tr.Nearest(named); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	slices.Reverse(tr.Spans)
	got := tr.Nearest(named)
	for i := range got {
		if got[i] >= 0 {
			got[i] = len(got) - 1 - got[i]
		}
	}
	if slices.Reverse(got); !slices.Equal(got, want) {
		t.Errorf("backwards: got %v, want %v", got, want)
	}
	// A chain that is too deep for recursion.
	deep := &trace.Trace{Spans: make([]trace.Span, 200_000)}
	for i := range deep.Spans {
		deep.Spans[i].SpanID = trace.SpanID{byte(i >> 16), byte(i >> 8), byte(i), 1}
		if i > 0 {
			deep.Spans[i].ParentID = deep.Spans[i-1].SpanID
		}
	}
	deep.Spans[0].Name = "x"
	slices.Reverse(deep.Spans)
	if got := deep.Nearest(named); got[0] != len(got)-1 {
		t.Errorf("the deepest finds %d", got[0])
	}
}
