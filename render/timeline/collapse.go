package timeline

import (
	"math"
	"slices"
	"sort"
)

// piece is a span that has a bar, or several that share one.
type piece struct {
	node   int32
	closed bool    // what is in it has no bars
	folded []int32 // in the order of their group; nil for a span of its own
}

// limits say how much of a forest is shown: siblings of each name, levels, and of
// what is then left still, bars.
type limits struct {
	siblings int
	depth    int
	bars     int
}

// limits returns those with which at most so many bars are shown. As many siblings
// as there is room for come first; where even one bar for all of a name is too
// much, as many levels.
func (f *forest) limits(most int) limits {
	l := limits{math.MaxInt - 1, int(f.deepest), max(1, most)}
	if len(f.nodes) <= l.bars {
		return l
	}
	fits := func(siblings, depth int) bool {
		n := 0
		f.walkUntil(limits{siblings, depth, math.MaxInt}, func(piece) bool { n++; return n <= l.bars })
		return n <= l.bars
	}
	if !fits(0, l.depth) {
		l.depth = max(0, sort.Search(int(f.deepest), func(d int) bool { return !fits(0, d) })-1)
	}
	l.siblings = max(0, sort.Search(l.bars, func(k int) bool { return !fits(k, l.depth) })-1)
	return l
}

// walk calls emit for each bar in its order.
func (f *forest) walk(l limits, emit func(piece)) {
	f.walkUntil(l, func(p piece) bool { emit(p); return true })
}

// walkUntil is walk until emit returns false. Where there are more bars than the
// limits allow, the last one stands for all that would follow on the first level.
func (f *forest) walkUntil(l limits, emit func(piece) bool) {
	roots := f.pieces(f.groups, l)
	if l.depth == 0 && len(roots) > l.bars {
		rest := piece{}
		for _, p := range roots[l.bars-1:] {
			if p.folded == nil {
				p.folded = []int32{p.node}
			}
			rest.folded = append(rest.folded, p.folded...)
		}
		roots = append(roots[:l.bars-1], rest)
	}
	stack := slices.Clone(roots)
	slices.Reverse(stack)
	for len(stack) > 0 {
		p := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		n := &f.nodes[p.node]
		open := p.folded == nil && len(n.children) > 0
		if open && int(n.depth) >= l.depth {
			p.closed, open = true, false
		}
		if !emit(p) {
			return
		}
		if open {
			below := f.pieces(n.groups, l)
			slices.Reverse(below)
			stack = append(stack, below...)
		}
	}
}

// pieces returns the siblings in order of time, and behind them what shares a bar.
func (f *forest) pieces(groups [][]int32, l limits) []piece {
	var shown []int32
	var folded []piece
	for _, g := range groups {
		if len(g) <= l.siblings+1 { // a bar for one span would save nothing
			shown = append(shown, g...)
			continue
		}
		shown = append(shown, g[:l.siblings]...)
		folded = append(folded, piece{folded: g[l.siblings:]})
	}
	slices.Sort(shown) // nodes are in order of time
	out := make([]piece, 0, len(shown)+len(folded))
	for _, i := range shown {
		out = append(out, piece{node: i})
	}
	return append(out, folded...)
}
