package render

import (
	"math"
	"slices"
	"strings"
)

const (
	// maxRanks is how many nodes may hang under one another: a picture of more from
	// left to right is too wide to be read.
	maxRanks = 8
	// maxIndents is how many levels rows are indented: they become wider with each.
	maxIndents = 60
	// levelSpaces is how many spaces in a font of the usual size each level is further
	// right. The first has one more, as browsers drop that at the beginning of a text.
	levelSpaces = 2
)

// Indent returns a picture in which no more than eight nodes hang under one another.
// Where more would, one node is made of that which hangs under nothing and of all that is
// below it, with the rows of each further right than those of the one that it is under,
// as an outline has them. Nodes that hang under one must follow it, before those that
// do not. Edges within such a node are left out. Indent changes nothing of g, and
// returns g itself where nothing is too deep, or where g refers to something that it
// does not have, which is an error once it is written.
func Indent(g *Graph) *Graph {
	in := indenter{g: g, level: make([]int, len(g.Nodes)), top: make([]NodeID, len(g.Nodes))}
	if g.check() != nil || !in.measure() {
		return g
	}
	return in.build()
}

// indenter makes one node of those that hang under one.
type indenter struct {
	g     *Graph
	level []int    // how deep a node hangs, by its index
	top   []NodeID // what it hangs under in the end
	deep  []bool   // of what hangs under nothing: it becomes one node with all below it
	ends  []End    // where the first row of a node, or else the node, is in the new picture
}

// measure notes how deep nodes hang, and reports whether any hangs too deep.
func (in *indenter) measure() bool {
	in.deep = make([]bool, len(in.g.Nodes))
	found := false
	for i, n := range in.g.Nodes {
		in.top[i] = NodeID(i + 1)
		if n.Under == 0 {
			continue
		}
		in.level[i], in.top[i] = in.level[n.Under-1]+1, in.top[n.Under-1]
		if in.level[i] >= maxRanks {
			in.deep[in.top[i]-1], found = true, true
		}
	}
	return found
}

func (in *indenter) build() *Graph {
	out := *in.g
	out.Nodes, out.Edges = nil, nil
	in.ends = make([]End, len(in.g.Nodes))
	for i, n := range in.g.Nodes {
		if !in.deep[in.top[i]-1] {
			if n.Under > 0 {
				n.Under = in.ends[n.Under-1].Node
			}
			in.ends[i].Node = out.AddNode(n)
			continue
		}
		if n.Under == 0 {
			whole := n
			whole.Label.Rows = nil
			in.ends[i].Node = out.AddNode(whole)
		} else {
			in.ends[i].Node = in.ends[in.top[i]-1].Node
		}
		label := &out.Nodes[in.ends[i].Node-1].Label
		in.ends[i].Row = len(label.Rows) + 1
		label.Rows = append(label.Rows, indented(n.Label.Rows, in.level[i])...)
	}
	for _, e := range in.g.Edges {
		e.From, e.To = in.end(e.From), in.end(e.To)
		if e.From.Node != e.To.Node {
			out.AddEdge(e)
		}
	}
	return &out
}

// end returns where an end of an edge is now.
func (in *indenter) end(e End) End {
	to := in.ends[e.Node-1]
	if to.Row > 0 && e.Row > 0 {
		e.Row += to.Row - 1
	} else if to.Row > 0 {
		e.Row = to.Row
	}
	e.Node = to.Node
	return e
}

// indented returns the rows of a node on a level: those about the node itself stand
// there, and those below them one level further right.
func indented(rows []Row, level int) []Row {
	out := make([]Row, len(rows))
	for i, r := range rows {
		at := level
		if i > 0 && (r.Key == "" || r.Key != rows[0].Key) {
			at++
		}
		if len(r.Cells) > 0 && at > 0 {
			r.Cells = slices.Clone(r.Cells)
			c := &r.Cells[0]
			spaces := float64(min(at, maxIndents)*levelSpaces+1) * dotFontSize / fontOf(c.Font).Size
			c.Text = strings.Repeat(" ", int(math.Round(spaces))) + c.Text
		}
		out[i] = r
	}
	return out
}
