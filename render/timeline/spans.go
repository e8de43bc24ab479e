package timeline

import (
	"cmp"
	"slices"
	"time"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/render/internal/label"
	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// FromTrace draws any trace up as a waterfall: a bar for each span, behind that of
// its parent, with at most so many bars. Siblings of one name are counted where
// there are more, all but the slowest, and then what is deepest. A span whose parent
// is missing stands on the first level.
func FromTrace(t *trace.Trace, most int) *Timeline {
	f := newForest(t)
	words := render.SpansInWords(t)
	out := &Timeline{
		Title: words.Title + ": timeline", Result: words.Result, Bad: words.Failed > 0, Origin: words.Origin, Problems: words.Problems,
		Tree: true, Total: len(f.nodes), Whole: max(1, time.Duration(f.end-f.base)),
	}
	f.walk(f.limits(most), func(p piece) { out.Bars = append(out.Bars, f.bar(p)) })
	return out
}

// forest is the spans of a trace by their parents.
type forest struct {
	nodes     []node
	roots     []int32   // in order of time
	groups    [][]int32 // those of one name, as with children
	base, end int64     // of the trace, in nanoseconds since 1970
	deepest   int32
}

type node struct {
	span     *trace.Span
	children []int32   // in order of time
	groups   [][]int32 // those of one name, those in trouble and the slowest first; in order of first appearance
	depth    int32
	inside   int // how many spans are below it
}

// newForest puts the spans in order of time, those that contain others before them.
func newForest(t *trace.Trace) *forest {
	order := ByTime(t)
	f := &forest{nodes: make([]node, len(order))}
	place := make([]int32, len(order)) // of a span among the nodes
	for n, i := range order {
		s := &t.Spans[i]
		f.nodes[n].span, place[i] = s, int32(n)
		if s.Start > 0 && (f.base == 0 || s.Start < f.base) {
			f.base = s.Start
		}
		f.end = max(f.end, s.Start, s.End)
	}
	if f.base == 0 {
		f.base = f.end
	}
	parents := make([]int32, len(order))
	for i, parent := range t.Parents() {
		if parent >= 0 {
			parents[place[i]] = place[parent]
		} else {
			parents[place[i]] = -1
		}
	}
	f.grow(parents)
	return f
}

// ByTime returns the indexes of the spans in order of time. Of those that begin
// together the longest comes first, as it may contain the others.
func ByTime(t *trace.Trace) []int {
	order := make([]int, len(t.Spans))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return compareSpans(&t.Spans[i], &t.Spans[j]) })
	return order
}

func compareSpans(a, b *trace.Span) int {
	return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End), slices.Compare(a.SpanID[:], b.SpanID[:]), cmp.Compare(a.Name, b.Name))
}

// grow joins children with their parents, and finds how deep each is and how much
// is below it.
func (f *forest) grow(parents []int32) {
	for i, parent := range parents {
		if parent < 0 {
			f.roots = append(f.roots, int32(i))
		} else {
			f.nodes[parent].children = append(f.nodes[parent].children, int32(i))
		}
	}
	// Each parent comes before its children in this order.
	order := slices.Clone(f.roots)
	for i := 0; i < len(order); i++ {
		n := &f.nodes[order[i]]
		f.deepest = max(f.deepest, n.depth)
		for _, c := range n.children {
			f.nodes[c].depth = n.depth + 1
		}
		n.groups = f.byName(n.children)
		order = append(order, n.children...)
	}
	f.groups = f.byName(f.roots)
	for _, i := range slices.Backward(order) {
		if parent := parents[i]; parent >= 0 {
			f.nodes[parent].inside += 1 + f.nodes[i].inside
		}
	}
}

// byName returns the siblings of each name.
func (f *forest) byName(siblings []int32) [][]int32 {
	if len(siblings) < 2 {
		if len(siblings) == 0 {
			return nil
		}
		return [][]int32{siblings}
	}
	var groups [][]int32
	place := map[string]int{}
	for _, i := range siblings {
		name := f.nodes[i].span.Name
		at, ok := place[name]
		if !ok {
			at = len(groups)
			place[name] = at
			groups = append(groups, nil)
		}
		groups[at] = append(groups[at], i)
	}
	for _, g := range groups {
		slices.SortStableFunc(g, func(a, b int32) int {
			return cmp.Or(cmp.Compare(f.trouble(b), f.trouble(a)), cmp.Compare(f.took(b), f.took(a)))
		})
	}
	return groups
}

// trouble is 1 for a span that failed or did not end, and else 0.
func (f *forest) trouble(i int32) int {
	if s := f.nodes[i].span; s.Status.Code == trace.StatusError || s.End == 0 {
		return 1
	}
	return 0
}

// took is how long a span lasted, until the trace ends if nobody saw its end.
func (f *forest) took(i int32) int64 {
	s := f.nodes[i].span
	end := s.End
	if end == 0 {
		end = f.end
	}
	return max(0, end-max(s.Start, f.base))
}

// bar makes a bar of a piece.
func (f *forest) bar(p piece) Bar {
	if p.folded != nil {
		return f.foldedBar(p)
	}
	n := &f.nodes[p.node]
	b := Bar{
		Kind: KindSpan, Span: n.span, Name: label.Of(n.span), Server: n.span.Service(), Depth: int(n.depth), Start: time.Duration(max(n.span.Start, f.base) - f.base),
		Took: time.Duration(f.took(p.node)), Open: n.span.End == 0, How: render.Printable(n.span.Status.Message, 200),
	}
	if n.span.Status.Code == trace.StatusError {
		b.Conduct = startup.ConductFailed
	}
	if p.closed {
		b.Inside = n.inside
	}
	b.Stretches = []Stretch{{Start: b.Start, Took: b.Took}}
	return b
}

func (f *forest) foldedBar(p piece) Bar {
	first := f.nodes[p.folded[0]]
	b := Bar{Kind: KindSpan, Name: label.Name(first.span.Name), Server: first.span.Service(), Depth: int(first.depth), Folded: &Folded{Count: len(p.folded)}}
	start, end := int64(-1), int64(0)
	for _, i := range p.folded {
		n := f.nodes[i]
		at := max(n.span.Start, f.base)
		if start < 0 || at < start {
			start = at
		}
		end = max(end, at+f.took(i))
		b.Folded.add(time.Duration(f.took(i)))
		b.Inside += n.inside
		if n.span.Name != first.span.Name {
			b.Folded.Mixed = true
		}
		if n.span.Service() != first.span.Service() {
			b.Server = ""
		}
	}
	b.Start, b.Took = time.Duration(start-f.base), time.Duration(end-start)
	return b
}
