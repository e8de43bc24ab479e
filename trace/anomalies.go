package trace

import (
	"fmt"
	"slices"
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
	// AnomalyEventNoTime: an event of the span has no time, or one before 1970.
	AnomalyEventNoTime AnomalyKind = "event-no-time"
	// AnomalyNoID: the span's own ID or that of its trace is unset.
	AnomalyNoID AnomalyKind = "no-id"
)

// AnomalyKinds returns the kinds in their order.
func AnomalyKinds() []AnomalyKind {
	return []AnomalyKind{
		AnomalyOrphan, AnomalyCycle, AnomalyDuplicateID, AnomalyUnfinished,
		AnomalyBackward, AnomalyNoTime, AnomalyEarly, AnomalyEventNoTime, AnomalyNoID,
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
	case AnomalyEventNoTime:
		return "has an event without a valid time", "have an event without a valid time"
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
		add(AnomalyEventNoTime, slices.ContainsFunc(s.Events, func(e Event) bool { return e.Time <= 0 }))
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
