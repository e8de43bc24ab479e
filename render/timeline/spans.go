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
// there are more, all but the slowest, and then what is deepest. Of several traces
// it takes the one that startup.Latest names.
func FromTrace(t *trace.Trace, most int) *Timeline {
	id, _ := startup.Latest(t)
	f := newForest(t.Select(id))
	out := &Timeline{Tree: true, Total: len(f.nodes), Whole: max(1, time.Duration(f.end-f.base)), Title: "trace: timeline"}
	failed := 0
	for i := range f.nodes {
		if f.nodes[i].span.Status.Code == trace.StatusError {
			failed++
		}
	}
	if len(f.roots) > 0 {
		root := f.nodes[f.roots[0]].span
		service := root.Service()
		if service == "" {
			service = "trace"
		}
		out.Title = render.Printable(service, 56) + ": " + label.Of(root)
	}
	out.Result = render.Count(len(f.nodes), "span") + " in " + render.Duration(out.Whole)
	if failed > 0 {
		out.Bad = true
		out.Result += ", " + Number(failed) + " with an error"
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
	groups   [][]int32 // those of one name, the slowest first; in order of first appearance
	depth    int32
	inside   int // how many spans are below it
}

// newForest sorts the spans. Of what was delivered twice, the first counts. A span
// whose parent is missing is a root, and so is one of each circle.
func newForest(t *trace.Trace) *forest {
	spans := make([]*trace.Span, len(t.Spans))
	for i := range t.Spans {
		spans[i] = &t.Spans[i]
	}
	slices.SortStableFunc(spans, func(a, b *trace.Span) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End), slices.Compare(a.SpanID[:], b.SpanID[:]), cmp.Compare(a.Name, b.Name))
	})
	f := &forest{nodes: make([]node, 0, len(spans))}
	byID := make(map[trace.SpanID]int32, len(spans))
	for _, s := range spans {
		if _, twice := byID[s.SpanID]; twice && !s.SpanID.IsZero() {
			continue
		}
		byID[s.SpanID] = int32(len(f.nodes))
		f.nodes = append(f.nodes, node{span: s})
		if s.Start > 0 && (f.base == 0 || s.Start < f.base) {
			f.base = s.Start
		}
		f.end = max(f.end, s.Start, s.End)
	}
	if f.base == 0 {
		f.base = f.end
	}
	f.grow(byID)
	return f
}

// grow joins children with their parents, and finds how deep each is and how much
// is below it.
func (f *forest) grow(byID map[trace.SpanID]int32) {
	parents := make([]int32, len(f.nodes))
	for i := range f.nodes {
		s := f.nodes[i].span
		parent, ok := byID[s.ParentID]
		if s.ParentID.IsZero() || !ok || parent == int32(i) {
			parent = -1
		}
		parents[i] = parent
	}
	breakCircles(parents)
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

// breakCircles makes the first of each circle of parents a root.
func breakCircles(parents []int32) {
	met := make([]int32, len(parents)) // 1 + the one that the way up began with; 0: not met
	for i := range parents {
		way, at := int32(i+1), int32(i)
		for at >= 0 && met[at] == 0 {
			met[at] = way
			at = parents[at]
		}
		if at >= 0 && met[at] == way {
			parents[at] = -1
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
		slices.SortStableFunc(g, func(a, b int32) int { return cmp.Compare(f.took(b), f.took(a)) })
	}
	return groups
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
		Kind: KindSpan, Name: label.Of(n.span), Server: n.span.Service(), Depth: int(n.depth), Start: time.Duration(max(n.span.Start, f.base) - f.base),
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
