package trace

import (
	"cmp"
	"slices"

	"github.com/chaintrace/chaintrace/trace/attr"
)

// Nearest returns for each span the index of the first one, going up from the
// span itself to its parent and so on, for which is returns true; -1 where
// there is none. It takes linear time and does not mind circles.
func (t *Trace) Nearest(is func(*Span) bool) []int {
	f := newFamily(t.Spans)
	const unknown = -2
	nearest := make([]int, len(t.Spans))
	for i := range nearest {
		nearest[i] = unknown
	}
	var walk []int
	for i := range nearest {
		walk = walk[:0]
		found, at := -1, i
		for at >= 0 {
			if nearest[at] != unknown {
				found = nearest[at]
				break
			}
			walk = append(walk, at)
			if is(&t.Spans[at]) {
				found = at
				break
			}
			nearest[at] = -1 // so that a circle ends
			at = int(f.parents[at])
		}
		for _, j := range walk {
			nearest[j] = found
		}
	}
	return nearest
}

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
