package startup

import (
	"time"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
)

// findBase finds the moment that times are offsets from. A span without a time
// does not count, or the start would seem to have taken all the years since
// 1970; where none has one, the earliest end does.
func (r *reader) findBase() {
	var earliest, ended *trace.Span
	for _, s := range r.spans { // in order of time
		if s.Name == attr.SpanStartup && (r.root == nil || r.root.Start <= 0) {
			r.root = s
		}
		if earliest == nil && s.Start > 0 {
			earliest = s
		}
		if s.End > 0 && (ended == nil || s.End < ended.End) {
			ended = s
		}
	}
	switch {
	case r.root != nil && r.root.Start > 0:
		r.base = r.root.Start
	case earliest != nil:
		r.base = earliest.Start
	case ended != nil:
		r.base = ended.End
	}
}

// at returns a moment as an offset from the start. What was before it, by a
// clock that disagrees, counts as its beginning.
func (r *reader) at(ns int64) time.Duration { return time.Duration(max(ns, r.base) - r.base) }

// interval returns a span's stretch of time. One that ends before it begins
// takes no time.
func (r *reader) interval(s *trace.Span) Interval {
	start := r.at(s.Start)
	if s.End == 0 {
		return Interval{start, -1}
	}
	return Interval{start, max(start, r.at(s.End))}
}

// clamped tells of spans that are shown later than they say they began.
func (r *reader) clamped() {
	n := 0
	for _, s := range r.spans {
		if s.Start > 0 && s.Start < r.base {
			n++
		}
	}
	switch n {
	case 0:
	case 1:
		r.problem("1 span begins before the start itself; shown at the beginning")
	default:
		r.problem("%d spans begin before the start itself; shown at the beginning", n)
	}
}
