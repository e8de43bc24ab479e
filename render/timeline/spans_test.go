package timeline_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chaintrace/chaintrace/render/timeline"
	"github.com/chaintrace/chaintrace/trace"
)

// span returns a span of a foreign trace. Times are in milliseconds.
func span(id, parent byte, name string, start, end int64) trace.Span {
	s := trace.Span{
		TraceID: trace.TraceID{1}, SpanID: trace.SpanID{id}, ParentID: trace.SpanID{parent}, Name: name, Start: 1e9 + start*1e6, End: 1e9 + end*1e6,
		Resource: &trace.Resource{Attrs: []trace.Attr{{Key: "service.name", Value: trace.String("shop")}}}, Scope: &trace.Scope{},
	}
	if end < 0 {
		s.End = 0
	}
	return s
}

func TestOfATrace(t *testing.T) {
	failed := span(4, 2, "query", 30, 40)
	failed.Status = trace.Status{Code: trace.StatusError, Message: "no\nluck"}
	early := span(8, 1, "too early", 0, 5)
	early.Start = 0
	for _, c := range []struct {
		what  string
		spans []trace.Span
		want  string
	}{
		{"none", nil, ""},
		{"a tree", []trace.Span{span(3, 1, "later", 60, 90), failed, span(2, 1, "first", 10, 50), span(1, 0, "root", 0, 100)}, `span root 0s+100ms
 span first 10ms+40ms
  span query 30ms+10ms failed
 span later 60ms+30ms
`},
		{"what never ended", []trace.Span{span(1, 0, "root", 0, -1), span(2, 1, "child", 10, 50)}, `span root 0s+50ms open
 span child 10ms+40ms
`},
		{"a missing parent, and a span twice", []trace.Span{span(2, 9, "child", 10, 50), span(1, 0, "root", 0, 20), span(1, 0, "root", 0, 20)}, `span root 0s+20ms
span root 0s+20ms
span child 10ms+40ms
`},
		{"a circle", []trace.Span{span(1, 2, "one", 0, 20), span(2, 1, "two", 10, 20), span(3, 3, "itself", 15, 20)}, `span one 0s+20ms
 span two 10ms+10ms
span itself 15ms+5ms
`},
		{"a span without a time", []trace.Span{span(1, 0, "root", 0, 20), early}, `span root 0s+20ms
 span too early 0s+5ms
`},
		{"no times at all", []trace.Span{{Name: "x", TraceID: trace.TraceID{1}, SpanID: trace.SpanID{1}}}, "span x 0s+0s open\n"},
	} {
		tl := timeline.FromTrace(&trace.Trace{Spans: c.spans}, 100)
		if got := outline(tl); got != c.want {
			t.Errorf("%s:\n%swant\n%s", c.what, got, c.want)
		}
		written(t, tl)
	}
	tl := timeline.FromTrace(&trace.Trace{Spans: []trace.Span{failed}}, 100)
	if !tl.Bad || tl.Result != "1 span in 10 ms, 1 error" || tl.Bars[0].How != `no\nluck` || tl.Title != "shop: timeline" {
		t.Errorf("%+v", tl)
	}
}

// tree returns a trace that n spans wide and deep.
func tree(n int, parent func(i int) int, name func(i int) string) *trace.Trace {
	t := &trace.Trace{}
	for i := range n {
		s := span(1, 0, name(i), int64(i), int64(i)+1+int64(i%7))
		s.SpanID = trace.SpanID{1, byte(i >> 16), byte(i >> 8), byte(i)}
		if p := parent(i); p >= 0 {
			s.ParentID = trace.SpanID{1, byte(p >> 16), byte(p >> 8), byte(p)}
		}
		t.Spans = append(t.Spans, s)
	}
	return t
}

// TestOfLargeTraces: whatever the form of a trace, there are not more bars than
// there may be, and they stand for all spans.
func TestOfLargeTraces(t *testing.T) {
	same := func(int) string { return "same" }
	another := func(i int) string { return fmt.Sprintf("name %d", i) }
	first := func(i int) int { return min(i, 1) - 1 }
	before := func(i int) int { return i - 1 }
	none := func(int) int { return -1 }
	binary := func(i int) int { return (i+1)/2 - 1 }
	const n = 20_000
	for what, tr := range map[string]*trace.Trace{
		"many children of one name": tree(n, first, same), "many children": tree(n, first, another), "a chain": tree(n, before, same), "a chain of other names": tree(n, before, another),
		"roots of one name": tree(n, none, same), "roots": tree(n, none, another), "a tree": tree(n, binary, same), "a tree of other names": tree(n, binary, another),
	} {
		for _, most := range []int{1, 2, 7, 200, n} {
			tl := timeline.FromTrace(tr, most)
			stand := 0
			for _, b := range tl.Bars {
				stand += 1 + b.Inside
				if b.Folded != nil {
					stand += b.Folded.Count - 1
				}
			}
			if len(tl.Bars) > most || len(tl.Bars) < min(most, 1) || stand != n || tl.Total != n {
				t.Errorf("%s: %d bars of at most %d stand for %d", what, len(tl.Bars), most, stand)
			}
		}
	}
}

// TestSlowestSiblingsStay: of those of one name the slowest have bars of their own,
// in order of time, and the bar of the others comes behind them.
func TestSlowestSiblingsStay(t *testing.T) {
	tr := &trace.Trace{Spans: []trace.Span{
		span(1, 0, "root", 0, 100), span(2, 1, "get", 10, 11), span(3, 1, "get", 20, 40), span(4, 1, "get", 50, 52), span(5, 1, "get", 60, 90), span(6, 2, "within", 10, 11),
	}}
	want := `span root 0s+100ms
 span get 20ms+20ms
 span get 60ms+30ms
 span get 10ms+42ms inside=1 2 together 3ms slowest 2ms mixed false
`
	if got := outline(timeline.FromTrace(tr, 4)); got != want {
		t.Errorf("the timeline is\n%swant\n%s", got, want)
	}
}

// TestSpansInTroubleStay: one that failed and one that has no end keep their names
// before those that took longer.
func TestSpansInTroubleStay(t *testing.T) {
	tr := &trace.Trace{Spans: []trace.Span{
		span(1, 0, "root", 0, 100), span(2, 1, "get", 10, 11), span(3, 1, "get", 20, 40), span(4, 1, "get", 99, -1), span(5, 1, "get", 60, 90),
	}}
	tr.Spans[1].Status.Code = trace.StatusError
	got := outline(timeline.FromTrace(tr, 4))
	for _, want := range []string{" span get 10ms+1ms failed", " span get 99ms+1ms open", "2 together 50ms"} {
		if !strings.Contains(got, want) {
			t.Errorf("the timeline lacks %q:\n%s", want, got)
		}
	}
}
