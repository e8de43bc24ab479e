package startup

import (
	"cmp"
	"slices"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
)

// Latest decides which of several traces is read when nobody says: the one
// whose startup span began last; where there is no such span, the one whose
// spans of the vocabulary began last; else the one with the last span of all.
// When times are equal the greater ID wins. It returns false when there are no
// spans.
func Latest(t *trace.Trace) (trace.TraceID, bool) {
	var best *trace.Span
	for i := range t.Spans {
		if s := &t.Spans[i]; best == nil || comparePromise(s, best) > 0 {
			best = s
		}
	}
	if best == nil {
		return trace.TraceID{}, false
	}
	return best.TraceID, true
}

// comparePromise puts the span last whose trace is to be read.
func comparePromise(a, b *trace.Span) int {
	return cmp.Or(
		cmp.Compare(promise(a.Name), promise(b.Name)),
		cmp.Compare(a.Start, b.Start),
		slices.Compare(a.TraceID[:], b.TraceID[:]),
	)
}

// promise is how much a span of this name says for its trace.
func promise(name string) int {
	switch {
	case name == attr.SpanStartup:
		return 2
	case InVocabulary(name):
		return 1
	}
	return 0
}
