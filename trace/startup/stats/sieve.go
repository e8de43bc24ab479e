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
	read  map[trace.TraceID]*gathered // of the input that is being read
	open  map[trace.TraceID]*gathered // of earlier inputs
	made  map[trace.TraceID][]Record
	again int
}

// gathered is what is kept of a trace.
type gathered struct {
	spans []trace.Span // those that passed; while an input is read, not yet
	kept  int          // how many of the input
	chain bool         // a span of it tells of a server chain

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

func (f *first) see(s *trace.Span) { f.merge(first{s.SpanID, s.Start, s.End, s.Resource}) }

// merge takes the other one if that is earlier. One without a time is not.
func (f *first) merge(other first) {
	timed := other.start > 0
	if f.resource == nil || timed && f.start <= 0 ||
		timed == (f.start > 0) && cmp.Or(cmp.Compare(other.start, f.start), slices.Compare(other.id[:], f.id[:])) < 0 {
		*f = other
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
	p := v.read[s.TraceID]
	if p == nil {
		if v.read == nil {
			v.read = map[trace.TraceID]*gathered{}
		}
		p = &gathered{}
		v.read[s.TraceID] = p
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
		case attr.ServerName, attr.HookName, attr.HookOrigin, attr.HookOutcome, attr.HookWaitsFor,
			attr.HookBlockedOn, attr.HookError, attr.SignalName:
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
		name := s.Attr(attr.SignalName).Str()
		return name == startup.SignalReady || name == startup.MuxComplete
	}
	return false
}

// Add takes what Keep let pass of an input, as the next one begins. Starts that
// have ended, and of which this input had nothing more, are summed up.
func (v *Sieve) Add(t *trace.Trace) {
	if v.open == nil {
		v.open, v.made = map[trace.TraceID]*gathered{}, map[trace.TraceID][]Record{}
	}
	for _, one := range t.Split() {
		if g := v.read[one.Spans[0].TraceID]; g != nil {
			g.spans = one.Spans
		}
	}
	for id, g := range v.read {
		before := v.open[id]
		if before != nil && contradict(before.spans, g.spans) {
			v.sumUp(id) // another start has the same ID, as reproducible runs do
			before = nil
		}
		if before == nil {
			v.open[id] = g
			continue
		}
		before.spans = append(before.spans, g.spans...)
		before.chain = before.chain || g.chain
		if g.first.resource != nil {
			before.first.merge(g.first)
		}
	}
	for id, g := range v.open {
		if root := findRoot(g.spans); v.read[id] == nil && root != nil && root.End > 0 {
			v.sumUp(id)
		}
	}
	v.read = nil
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
	g := v.open[id]
	delete(v.open, id)
	spans := g.spans
	if root := findRoot(spans); g.first.resource != nil && (root == nil || root.Start <= 0) {
		spans = append(spans, g.first.span(id))
	}
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
	for id, g := range v.open {
		if g.chain {
			v.sumUp(id)
		}
	}
	for _, id := range slices.SortedFunc(maps.Keys(v.made), compareIDs) {
		records = append(records, v.made[id]...)
	}
	return records, v.again, len(v.open)
}

func compareIDs(a, b trace.TraceID) int { return slices.Compare(a[:], b[:]) }
