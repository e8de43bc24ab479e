package stats

import (
	"cmp"
	"maps"
	"slices"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// Sieve makes records of the starts in any number of inputs. It lets pass only
// what a record is made of, some fifty spans of a start with a few attributes
// each, so that memory depends on how many starts there are, not on their spans.
// The spans of a start may come in any order, between those of others, and out of
// several inputs, as a collector's rotated files have them.
//
// Keep is for [trace.ReadOptions]; what was read goes to Add. The zero value is
// ready to use. Its methods must not be called concurrently.
type Sieve struct {
	passed map[trace.TraceID]*passed      // traces of the input that is being read
	open   map[trace.TraceID][]trace.Span // starts of earlier inputs that did not end there
	made   map[trace.TraceID][]Record

	foreign map[trace.TraceID]bool // traces that show no server chain
	again   int
}

// passed is what is known of a trace beside the spans that passed.
type passed struct {
	kept  int
	chain bool // a span of it tells of a server chain

	// first is the earliest span that did not pass: where the startup span is
	// missing, times are offsets from the earliest one.
	first first
}

// first is what is kept of a span that may be the first one.
type first struct {
	id         trace.SpanID
	start, end int64
	resource   *trace.Resource
}

func (f *first) see(s *trace.Span) {
	timed := s.Start > 0
	if f.resource == nil || timed && f.start <= 0 ||
		timed == (f.start > 0) && cmp.Or(cmp.Compare(s.Start, f.start), slices.Compare(s.SpanID[:], f.id[:])) < 0 {
		*f = first{s.SpanID, s.Start, s.End, s.Resource}
	}
}

// span makes a span again of what is kept. Its name is one of the vocabulary that
// no time hangs on: the trace is known to show a server chain, and what of it does
// may not have passed.
func (f first) span(id trace.TraceID) trace.Span {
	return trace.Span{TraceID: id, SpanID: f.id, Name: attr.SpanSignal, Start: f.start, End: f.end, Resource: f.resource}
}

// mostSpans bounds what is kept of a start. No sound one has as many.
const mostSpans = 4 * mostTimes

// Keep reports whether a record is made of this span, and takes off it what is
// not needed for that.
func (v *Sieve) Keep(s *trace.Span) bool {
	p := v.passed[s.TraceID]
	if p == nil {
		if v.passed == nil {
			v.passed = map[trace.TraceID]*passed{}
		}
		p = &passed{}
		v.passed[s.TraceID] = p
	}
	p.chain = p.chain || startup.InVocabulary(s.Name)
	if !takesTime(s) || p.kept == mostSpans {
		p.first.see(s)
		return false
	}
	p.kept++
	s.Events, s.Links = nil, nil
	s.Attrs = slices.DeleteFunc(s.Attrs, func(a trace.Attr) bool {
		switch a.Key {
		case attr.ServerName, attr.HookName, attr.HookOrigin, attr.HookOutcome, attr.HookWaitsFor, attr.SignalName:
			return false
		}
		return true
	})
	return true
}

// takesTime reports whether a span tells of a time that is summed up.
func takesTime(s *trace.Span) bool {
	switch s.Name {
	case attr.SpanStartup, attr.SpanConfigBuild, attr.SpanConfigComplete, attr.SpanChainCreate, attr.SpanServerCreate,
		attr.SpanServerPrepare, attr.SpanListenerServe, attr.SpanHooksRun, attr.SpanHookRun, attr.SpanReady:
		return true
	case attr.SpanSignal:
		return s.Attr(attr.SignalName).Str() == startup.SignalReady
	}
	return false
}

// Add takes what Keep let pass of an input, as the next one begins. Starts that
// have ended, and of which this input had nothing more, are summed up.
func (v *Sieve) Add(t *trace.Trace) {
	if v.open == nil {
		v.open, v.made, v.foreign = map[trace.TraceID][]trace.Span{}, map[trace.TraceID][]Record{}, map[trace.TraceID]bool{}
	}
	for _, one := range t.Split() {
		id := one.Spans[0].TraceID
		if contradict(v.open[id], one.Spans) {
			v.sumUp(id) // another start has the same ID, as reproducible runs do
		}
		v.open[id] = append(v.open[id], one.Spans...)
	}
	for id, p := range v.passed {
		if !p.chain {
			v.foreign[id] = true
		} else if root := findRoot(v.open[id]); p.first.resource != nil && (root == nil || root.Start <= 0) {
			v.open[id] = append(v.open[id], p.first.span(id))
		}
	}
	for id, spans := range v.open {
		if root := findRoot(spans); v.passed[id] == nil && root != nil && root.End > 0 {
			v.sumUp(id)
		}
	}
	v.passed = nil
}

// findRoot returns the startup span that says most; nil when there is none.
func findRoot(spans []trace.Span) *trace.Span {
	var root *trace.Span
	for i := range spans {
		if s := &spans[i]; s.Name == attr.SpanStartup && (root == nil || s.End > root.End) {
			root = s
		}
	}
	return root
}

// contradict reports whether two lots of spans cannot be of the same start: one
// says of a span what the other denies. A span may have ended in one of them only.
func contradict(some, more []trace.Span) bool {
	known := make(map[trace.SpanID]*trace.Span, len(some))
	for i := range some {
		known[some[i].SpanID] = &some[i]
	}
	return slices.ContainsFunc(more, func(s trace.Span) bool {
		k := known[s.SpanID]
		return k != nil && (k.Name != s.Name || k.Start != s.Start || k.End != s.End && k.End > 0 && s.End > 0)
	})
}

// sumUp makes a record of an open start, unless it is one that was read before.
func (v *Sieve) sumUp(id trace.TraceID) {
	spans := v.open[id]
	delete(v.open, id)
	type identity struct {
		id         trace.SpanID
		name       string
		start, end int64
	}
	seen := make(map[identity]bool, len(spans))
	twice := 0
	spans = slices.DeleteFunc(spans, func(s trace.Span) bool {
		i := identity{s.SpanID, s.Name, s.Start, s.End}
		known := seen[i]
		seen[i] = true
		if known {
			twice++
		}
		return known
	})
	s, err := startup.FromTrace(&trace.Trace{Spans: spans})
	if err != nil {
		return // there are spans of the vocabulary, and it fails for lack of those alone
	}
	r := NewRecord(id, s)
	if slices.ContainsFunc(v.made[id], r.equal) {
		v.again++
		return
	}
	if twice == len(spans) {
		v.again++
	}
	v.made[id] = append(v.made[id], r)
}

// Records returns the records of all starts, those that never ended too; again is
// how many starts were in the inputs more than once, and foreign how many traces
// show no server chain. Nothing must be added afterwards.
func (v *Sieve) Records() (records []Record, again, foreign int) {
	for id := range v.open {
		v.sumUp(id)
	}
	for _, id := range slices.SortedFunc(maps.Keys(v.made), compareIDs) {
		records = append(records, v.made[id]...)
		delete(v.foreign, id)
	}
	return records, v.again, len(v.foreign)
}

func compareIDs(a, b trace.TraceID) int { return slices.Compare(a[:], b[:]) }
