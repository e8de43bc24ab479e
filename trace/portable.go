package trace

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/chaintrace/chaintrace/trace/attr"
)

// Portable returns a copy of t to send: one that survives a backend which
// holds times in microseconds, forgets the order of spans and knows of no
// unfinished ones. What such a backend would lose is put in attributes, the
// marks of package attr; an unfinished span gets its start as its end. Read
// undoes all of it, whether the backend lost anything or not.
func Portable(t *Trace) *Trace {
	out := &Trace{Spans: slices.Clone(t.Spans)}
	places := make(map[TraceID]int64)
	for i := range out.Spans {
		s := &out.Spans[i]
		marks := []Attr{{attr.MarkSequence, Int(places[s.TraceID])}}
		places[s.TraceID]++
		if rest := s.Start % 1000; rest > 0 {
			marks = append(marks, Attr{attr.MarkStart, Int(rest)})
		}
		if s.End == 0 {
			s.End = s.Start
			marks = append(marks, Attr{attr.MarkUnfinished, Bool(true)})
		} else if rest := (s.End - s.Start) % 1000; rest > 0 {
			marks = append(marks, Attr{attr.MarkDuration, Int(rest)})
		}
		s.Attrs = slices.Concat(s.Attrs, marks)
		s.Events = slices.Clone(s.Events)
		for j := range s.Events {
			e := &s.Events[j]
			if rest := e.Time % 1000; rest > 0 {
				e.Attrs = slices.Concat(e.Attrs, []Attr{{attr.MarkTime, Int(rest)}})
			}
		}
	}
	return out
}

// restore undoes on one span what Portable did, and takes the marks off.
func (b *builder) restore(s *Span) {
	duration, unfinished := s.End-s.Start, false
	s.Attrs = slices.DeleteFunc(s.Attrs, func(a Attr) bool {
		switch a.Key {
		case attr.MarkSequence:
			b.setSequence(a.Value.Int())
		case attr.MarkStart:
			s.Start = withRest(s.Start, a.Value.Int())
		case attr.MarkDuration:
			duration = withRest(duration, a.Value.Int())
		case attr.MarkUnfinished:
			unfinished = a.Value.Bool()
		default:
			return false
		}
		return true
	})
	if s.End = endOf(s.Start, duration); unfinished {
		s.End = 0
	}
	for i := range s.Events {
		e := &s.Events[i]
		e.Attrs = slices.DeleteFunc(e.Attrs, func(a Attr) bool {
			if a.Key != attr.MarkTime {
				return false
			}
			e.Time = withRest(e.Time, a.Value.Int())
			return true
		})
	}
}

// withRest returns ns with the part below microseconds that it has lost, if it
// has.
func withRest(ns, rest int64) int64 {
	if ns%1000 != 0 || ns < 0 || rest < 0 || rest > 999 || ns > math.MaxInt64-rest {
		return ns
	}
	return ns + rest
}

// endOf returns start+duration, at least 0 and at most what an int64 holds.
func endOf(start, duration int64) int64 {
	if duration > math.MaxInt64-start {
		return math.MaxInt64
	}
	return max(start+duration, 0)
}

// noSequence is the place of a span that has no such mark.
const noSequence = -1

// setSequence notes the place of the last span added.
func (b *builder) setSequence(place int64) {
	for len(b.sequence) < b.count {
		b.sequence = append(b.sequence, noSequence)
	}
	b.sequence[b.count-1] = max(place, noSequence)
}

// inSequence puts the spans of each trace in the order of their places. Spans
// without one stay where they are.
func inSequence(spans []Span, sequence []int64) {
	byTrace := make(map[TraceID][]int)
	for i, place := range sequence[:min(len(sequence), len(spans))] {
		if place != noSequence {
			byTrace[spans[i].TraceID] = append(byTrace[spans[i].TraceID], i)
		}
	}
	for _, at := range byTrace {
		order := slices.Clone(at)
		slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(sequence[i], sequence[j]) })
		sorted := make([]Span, len(order))
		for k, i := range order {
			sorted[k] = spans[i]
		}
		for k, i := range at {
			spans[i] = sorted[k]
		}
	}
}

// isMark reports whether an attribute may be a mark of Portable.
func isMark(key string) bool { return strings.HasPrefix(key, markPrefix) }

const markPrefix = "chaintrace."
