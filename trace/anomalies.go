package trace

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/chaintrace/chaintrace/trace/attr"
)

// AnomalyKind is a way in which a span is not as it should be. Its text is
// stable.
type AnomalyKind string

// The kinds of anomalies, in the order in which [Trace.Anomalies] returns them.
const (
	// AnomalyOrphan: the parent is not in the trace. A span whose flags say
	// that its parent is remote is none, and no startup span is: it may be the
	// child of what started the process, and not every format keeps the flags.
	AnomalyOrphan AnomalyKind = "orphan"
	// AnomalyCycle: the span is its own ancestor.
	AnomalyCycle AnomalyKind = "cycle"
	// AnomalyDuplicateID: an earlier span of the trace has the same ID, or the
	// span is there twice. The earliest one is not counted, and is the one that
	// the ID stands for.
	AnomalyDuplicateID AnomalyKind = "duplicate-id"
	// AnomalyUnfinished: the span has no end, as what it tells of went on when
	// the trace ended, or the process died.
	AnomalyUnfinished AnomalyKind = "unfinished"
	// AnomalyBackward: the span ends before it starts.
	AnomalyBackward AnomalyKind = "backward"
	// AnomalyNoTime: the span has no start, or one before 1970.
	AnomalyNoTime AnomalyKind = "no-time"
	// AnomalyEarly: the span starts before its parent started, so the clocks
	// that the two were timed with disagree.
	AnomalyEarly AnomalyKind = "early"
	// AnomalyNoID: the span's own ID or that of its trace is unset.
	AnomalyNoID AnomalyKind = "no-id"
)

// AnomalyKinds returns the kinds in their order.
func AnomalyKinds() []AnomalyKind {
	return []AnomalyKind{
		AnomalyOrphan, AnomalyCycle, AnomalyDuplicateID, AnomalyUnfinished,
		AnomalyBackward, AnomalyNoTime, AnomalyEarly, AnomalyNoID,
	}
}

// Anomaly is what is wrong with some spans of a trace.
type Anomaly struct {
	Kind  AnomalyKind
	Spans []int // indexes into Trace.Spans, ascending; never empty
}

// String says it in words, such as "2 spans have no end".
func (a Anomaly) String() string {
	one, many := a.Kind.words()
	if len(a.Spans) == 1 {
		return "1 span " + one
	}
	return fmt.Sprintf("%d spans %s", len(a.Spans), many)
}

// words returns what is said of one span, and of several.
func (k AnomalyKind) words() (one, many string) {
	switch k {
	case AnomalyOrphan:
		return "has a parent that is not in the trace", "have a parent that is not in the trace"
	case AnomalyCycle:
		return "is its own ancestor", "are their own ancestors"
	case AnomalyDuplicateID:
		return "has an ID that another span has", "have an ID that another span has"
	case AnomalyUnfinished:
		return "has no end", "have no end"
	case AnomalyBackward:
		return "has an end before the start and counts as taking no time", "have an end before the start and count as taking no time"
	case AnomalyNoTime:
		return "has no valid start time", "have no valid start time"
	case AnomalyEarly:
		return "starts before its parent, as clocks disagree", "start before their parents, as clocks disagree"
	case AnomalyNoID:
		return "has no ID, or no trace ID", "have no ID, or no trace ID"
	}
	return "is of the kind " + string(k), "are of the kind " + string(k)
}

// Anomalies returns what is wrong with the trace: one Anomaly for each kind
// that there is, in the order of [AnomalyKinds]. A span can be in several.
// Spans are matched with others of their own trace ID only. It takes linear
// time, however deep the spans are nested, and which spans it finds does not
// depend on their order, except among duplicates that differ in nothing but
// what is attached to them.
func (t *Trace) Anomalies() []Anomaly { return newFamily(t.Spans).anomalies() }

// family knows how the spans of a Trace are related.
type family struct {
	spans     []Span
	parents   []int32 // of each span the parent's index; -1: it is not there, or there is none
	duplicate []bool  // another span stands for the span's ID
}

// newFamily relates spans by their IDs.
func newFamily(spans []Span) *family {
	type key struct {
		trace TraceID
		span  SpanID
	}
	f := &family{spans: spans, parents: make([]int32, len(spans)), duplicate: make([]bool, len(spans))}
	byID := make(map[key]int32, len(spans))
	for i := range spans {
		s := &spans[i]
		if s.SpanID.IsZero() {
			continue // a zero parent means that there is none
		}
		id := key{s.TraceID, s.SpanID}
		first, ok := byID[id]
		switch {
		case !ok:
			byID[id] = int32(i)
		case compareDuplicates(s, &spans[first]) < 0:
			byID[id] = int32(i)
			f.duplicate[first] = true
		default:
			f.duplicate[i] = true
		}
	}
	for i := range spans {
		f.parents[i] = -1
		if spans[i].ParentID.IsZero() {
			continue
		}
		if parent, ok := byID[key{spans[i].TraceID, spans[i].ParentID}]; ok {
			f.parents[i] = parent
		}
	}
	return f
}

// compareDuplicates decides, by content, which of several spans stands for
// their ID, so that the order of the input decides nothing.
func compareDuplicates(a, b *Span) int {
	return cmp.Or(
		cmp.Compare(a.Start, b.Start),
		cmp.Compare(a.Name, b.Name),
		cmp.Compare(a.End, b.End),
		slices.Compare(a.ParentID[:], b.ParentID[:]),
		cmp.Compare(a.Flags, b.Flags),
	)
}

// isRoot reports whether a span begins a tree by right: it names no parent, or
// one that is meant to be elsewhere.
func (f *family) isRoot(i int) bool {
	s := &f.spans[i]
	return f.parents[i] < 0 && (s.ParentID.IsZero() || s.Flags&flagIsRemote != 0 || s.Name == attr.SpanStartup)
}

func (f *family) anomalies() []Anomaly {
	inCycle := f.cycles()
	found := map[AnomalyKind][]int{}
	for i := range f.spans {
		s := &f.spans[i]
		add := func(kind AnomalyKind, yes bool) {
			if yes {
				found[kind] = append(found[kind], i)
			}
		}
		add(AnomalyOrphan, f.parents[i] < 0 && !f.isRoot(i))
		add(AnomalyCycle, inCycle[i])
		add(AnomalyDuplicateID, f.duplicate[i])
		add(AnomalyUnfinished, s.End == 0)
		add(AnomalyBackward, s.End != 0 && s.End < s.Start)
		add(AnomalyNoTime, s.Start <= 0)
		// Round a circle somebody always starts too early.
		add(AnomalyEarly, !inCycle[i] && f.startsEarly(i))
		add(AnomalyNoID, s.SpanID.IsZero() || s.TraceID.IsZero())
	}
	var out []Anomaly
	for _, kind := range AnomalyKinds() {
		if len(found[kind]) > 0 {
			out = append(out, Anomaly{kind, found[kind]})
		}
	}
	return out
}

func (f *family) startsEarly(i int) bool {
	start := f.spans[i].Start
	return f.parents[i] >= 0 && start > 0 && start < f.spans[f.parents[i]].Start
}

// cycles finds the spans that are their own ancestors. Each walk goes up until
// it meets a span that was met before; if that was on the same walk, it has
// closed a circle.
func (f *family) cycles() []bool {
	inCycle := make([]bool, len(f.spans))
	met := make([]int32, len(f.spans)) // 1 + the span that the walk began with; 0: not met
	for i := range f.spans {
		walk, at := int32(i+1), int32(i)
		for at >= 0 && met[at] == 0 {
			met[at] = walk
			at = f.parents[at]
		}
		if at < 0 || met[at] != walk {
			continue
		}
		for !inCycle[at] {
			inCycle[at] = true
			at = f.parents[at]
		}
	}
	return inCycle
}
