package stats

import (
	"maps"
	"slices"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// Sieve makes records of the starts in any number of inputs. Of each start it
// keeps the times of some fifty spans, in a few kilobytes, so that memory depends
// on how many starts there are, not on their spans. The spans of a start may come
// in any order, between those of others, and out of several inputs in any order,
// as several collectors' rotated files have them.
//
// Take is for [trace.ReadOptions]; after each input comes Next. The zero value is
// ready to use. Its methods must not be called concurrently.
type Sieve struct {
	read map[trace.TraceID]*gathered   // of the input that is being read
	all  map[trace.TraceID][]*gathered // of those before; several starts may share an ID, as reproducible runs do
}

// gathered is what is kept of a start, or of a trace that shows none.
type gathered struct {
	spans []kept
	chain bool // a span of it tells of a server chain

	// root is the latest of the startup spans; first the earliest of all spans,
	// since times are offsets from that where the startup span is missing.
	root, first about

	end int64 // when the last of all spans ended or began: what has no end goes on until then

	again int // how many further inputs had nothing but what was known
}

// mostSpans bounds what is kept of a start. No sound one has as many.
const mostSpans = 4 * mostTimes

// Take keeps of a span what a record is made of. It returns false: the span
// itself is not needed any more.
func (v *Sieve) Take(s *trace.Span) bool {
	g := v.read[s.TraceID]
	if g == nil {
		if v.read == nil {
			v.read = map[trace.TraceID]*gathered{}
		}
		g = &gathered{}
		v.read[s.TraceID] = g
	}
	g.chain = g.chain || startup.InVocabulary(s.Name)
	g.first.earliest(newAbout(s))
	g.end = max(g.end, s.Start, s.End)
	if s.Name == attr.SpanStartup {
		g.root.latest(newAbout(s))
	}
	if takesTime(s) && len(g.spans) < mostSpans {
		g.spans = append(g.spans, newKept(s))
	}
	return false
}

// Next ends an input.
func (v *Sieve) Next() {
	if v.all == nil {
		v.all = map[trace.TraceID][]*gathered{}
	}
	for id, g := range v.read {
		g.spans = slices.Clip(g.spans)
		known := v.all[id]
		i := slices.IndexFunc(known, g.agrees)
		if i < 0 {
			v.all[id] = append(known, g)
			continue
		}
		known[i].merge(g)
	}
	v.read = nil
}

// agrees reports whether both may be of the same start.
func (g *gathered) agrees(other *gathered) bool {
	known := make(map[trace.SpanID]kept, len(g.spans))
	for _, k := range g.spans {
		known[k.id] = k
	}
	return !slices.ContainsFunc(other.spans, func(k kept) bool {
		same, ok := known[k.id]
		return ok && k.contradicts(same)
	})
}

// merge adds what another input knows of the same start.
func (g *gathered) merge(other *gathered) {
	known := make(map[kept]bool, len(g.spans))
	for _, k := range g.spans {
		known[k] = true
	}
	was := len(g.spans)
	for _, k := range other.spans {
		if !known[k] {
			g.spans = append(g.spans, k)
		}
	}
	if len(g.spans) == was && len(other.spans) > 0 {
		g.again++
	}
	g.chain = g.chain || other.chain
	g.root.latest(other.root)
	g.first.earliest(other.first)
	g.end = max(g.end, other.end)
}

// startup reads the start out of what is kept of it.
func (g *gathered) startup(id trace.TraceID) (*startup.Startup, error) {
	t := &trace.Trace{Spans: make([]trace.Span, 0, len(g.spans)+1)}
	timed := false // whether the startup span tells when the start began
	found := false // whether the first span is among those kept
	chain := false // whether one of those kept tells of a server chain
	told := make(map[kept]bool, len(g.spans))
	for _, k := range g.spans {
		if told[k] {
			continue // it came twice
		}
		told[k] = true
		s := k.span(id)
		s.Resource = g.first.resource
		if s.Name == attr.SpanStartup {
			timed = timed || s.Start > 0
			s.Resource = g.root.resource
		}
		found = found || s.SpanID == g.first.id && s.Start == g.first.start
		chain = chain || startup.InVocabulary(s.Name)
		t.Spans = append(t.Spans, s)
	}
	// Spans that were not kept are stood for by one of a name that no time hangs on.
	stand := func(start, end int64) {
		t.Spans = append(t.Spans, trace.Span{TraceID: id, Name: attr.SpanSignal, Start: start, End: end, Resource: g.first.resource})
	}
	if !timed && (!found || !chain) {
		stand(g.first.start, g.first.end)
	}
	if g.first.start > 0 { // else there are only ends, of which times are offsets from the first
		stand(g.end, g.end)
	}
	t.Supersede()
	return startup.FromTrace(t)
}

// Gathered is what a Sieve has found.
type Gathered struct {
	Records []Record
	Again   int // starts that were in several inputs, whole in each
	Foreign int // traces that show no server chain
}

// Gathered returns the records of all starts, those that never ended too.
func (v *Sieve) Gathered() Gathered {
	var out Gathered
	for _, id := range slices.SortedFunc(maps.Keys(v.all), func(a, b trace.TraceID) int { return slices.Compare(a[:], b[:]) }) {
		for _, g := range v.all[id] {
			if !g.chain {
				out.Foreign++
				continue
			}
			s, err := g.startup(id)
			if err != nil {
				continue // cannot be: a span is of the vocabulary
			}
			out.Records = append(out.Records, NewRecord(id, s))
			if g.again > 0 {
				out.Again++
			}
		}
	}
	return out
}
