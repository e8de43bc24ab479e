package trace_test

import (
	"slices"
	"testing"

	"github.com/chaintrace/chaintrace/trace"
)

func TestParents(t *testing.T) {
	span := func(id, parent byte, start int64) trace.Span {
		s := trace.Span{Start: start}
		s.TraceID[0], s.SpanID[0], s.ParentID[0] = 1, id, parent
		return s
	}
	other := span(8, 1, 1)
	other.TraceID[0] = 2
	in := &trace.Trace{Spans: []trace.Span{
		span(1, 0, 10), // a root
		span(2, 1, 20), // its child
		span(3, 9, 30), // an orphan
		span(4, 5, 50), // a circle of two, cut above the other
		span(5, 4, 40),
		span(6, 6, 60), // a circle of one
		span(7, 4, 70), // below a circle
		span(1, 0, 15), // another of that ID
		other,          // of another trace
	}}
	want := []int{-1, 0, -1, 4, -1, -1, 3, -1, -1}
	if got := in.Parents(); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
