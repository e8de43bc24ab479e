package trace

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// Summary tells of one of the traces in a Trace.
type Summary struct {
	ID       TraceID
	Root     string   // name of the earliest root span; "" when there is none
	Services []string // service names, those whose spans begin first in front

	// Start is when the earliest span began and End when the last one ended or,
	// if that is later, began; nanoseconds since the Unix epoch. Both are 0
	// when no span has a valid time.
	Start, End int64

	Spans     int
	Anomalies []Anomaly // indexes are those of the Trace that was summed up
}

// Duration returns the time from Start to End, never less than 0.
func (s *Summary) Duration() time.Duration { return time.Duration(s.End - s.Start) }

// Summaries tells of each trace in t, the oldest first. Traces that began at
// the same time are in the order of their IDs.
func (t *Trace) Summaries() []Summary {
	f := newFamily(t.Spans)
	b := summarizer{family: f, index: map[TraceID]int{}, services: map[servedTrace]int64{}, of: make([]int, len(t.Spans))}
	for i := range t.Spans {
		b.add(i)
	}
	for _, a := range f.anomalies() {
		b.addAnomaly(a)
	}
	b.addServices()
	slices.SortFunc(b.out, func(a, c Summary) int {
		return cmp.Or(cmp.Compare(a.Start, c.Start), slices.Compare(a.ID[:], c.ID[:]))
	})
	return b.out
}

// servedTrace is a service in one trace.
type servedTrace struct {
	trace   int
	service string
}

// summarizer collects summaries.
type summarizer struct {
	family   *family
	out      []Summary // in order of first appearance
	index    map[TraceID]int
	of       []int                 // of each span, its trace's place in out
	roots    []*Span               // of each trace the earliest root, or nil
	services map[servedTrace]int64 // when each first began
}

func (b *summarizer) add(i int) {
	s := &b.family.spans[i]
	n, ok := b.index[s.TraceID]
	if !ok {
		n = len(b.out)
		b.index[s.TraceID] = n
		b.out = append(b.out, Summary{ID: s.TraceID})
		b.roots = append(b.roots, nil)
	}
	b.of[i] = n
	sum := &b.out[n]
	sum.Spans++
	if s.Start > 0 && (sum.Start == 0 || s.Start < sum.Start) {
		sum.Start = s.Start
	}
	if s.Start > 0 {
		// Of a span without a start, the end is not to be trusted either.
		sum.End = max(sum.End, s.Start, s.End)
	}
	if b.family.isRoot(i) && (b.roots[n] == nil || compareStarts(s, b.roots[n]) < 0) {
		b.roots[n], sum.Root = s, s.Name
	}
	if name := s.Service(); name != "" {
		key, start := servedTrace{n, name}, s.Start
		if start <= 0 {
			start = math.MaxInt64 // nothing is known: last
		}
		if first, ok := b.services[key]; !ok || start < first {
			b.services[key] = start
		}
	}
}

// compareStarts puts spans in order of time, those without one last, and those
// that begin together in an order that their content decides.
func compareStarts(a, b *Span) int {
	if (a.Start > 0) != (b.Start > 0) {
		return cmp.Compare(b.Start, a.Start)
	}
	return cmp.Or(cmp.Compare(a.Start, b.Start), slices.Compare(a.SpanID[:], b.SpanID[:]), cmp.Compare(a.Name, b.Name))
}

// addAnomaly hands an anomaly's spans out to their traces.
func (b *summarizer) addAnomaly(a Anomaly) {
	for _, i := range a.Spans {
		sum := &b.out[b.of[i]]
		if last := len(sum.Anomalies) - 1; last < 0 || sum.Anomalies[last].Kind != a.Kind {
			sum.Anomalies = append(sum.Anomalies, Anomaly{Kind: a.Kind})
		}
		last := &sum.Anomalies[len(sum.Anomalies)-1]
		last.Spans = append(last.Spans, i)
	}
}

func (b *summarizer) addServices() {
	keys := make([]servedTrace, 0, len(b.services))
	for key := range b.services {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(x, y servedTrace) int {
		return cmp.Or(cmp.Compare(b.services[x], b.services[y]), strings.Compare(x.service, y.service))
	})
	for _, key := range keys {
		sum := &b.out[key.trace]
		sum.Services = append(sum.Services, key.service)
	}
}

// Split returns the traces among the spans, in the order of their first spans.
func (t *Trace) Split() []*Trace {
	index := map[TraceID]int{}
	var out []*Trace
	for i := range t.Spans {
		id := t.Spans[i].TraceID
		n, ok := index[id]
		if !ok {
			n = len(out)
			index[id] = n
			out = append(out, &Trace{})
		}
		out[n].Spans = append(out[n].Spans, t.Spans[i])
	}
	return out
}

// Select returns the spans of one trace, which share their data with t's, in
// t's order. When t holds no other trace, it returns t itself.
func (t *Trace) Select(id TraceID) *Trace {
	n := 0
	for i := range t.Spans {
		if t.Spans[i].TraceID == id {
			n++
		}
	}
	if n == len(t.Spans) {
		return t
	}
	out := &Trace{Spans: make([]Span, 0, n)}
	for i := range t.Spans {
		if t.Spans[i].TraceID == id {
			out.Spans = append(out.Spans, t.Spans[i])
		}
	}
	return out
}

// ParseTraceID reads a trace ID: 1 to 32 hex digits in either case. Leading
// zeros may be missing, as some tools leave them out.
func ParseTraceID(s string) (TraceID, error) {
	var id TraceID
	if s == "" || len(s) > 2*len(id) {
		return TraceID{}, fmt.Errorf("%q is not a trace ID: want 1 to 32 hex digits", clip(s))
	}
	padded := strings.Repeat("0", 2*len(id)-len(s)) + s
	if _, err := hex.Decode(id[:], []byte(padded)); err != nil {
		return TraceID{}, fmt.Errorf("%q is not a trace ID: want 1 to 32 hex digits", clip(s))
	}
	return id, nil
}
