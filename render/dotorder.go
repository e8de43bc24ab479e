package render

import "slices"

// order has nodes that hang under the same, or under nothing, stand in their order, from
// the top down, by edges that are not seen. Versions of Graphviz differ in where they
// begin with those under nothing; the others they order themselves, unless edges lead
// across.
func (b *dotBuilder) order() error {
	if !b.in.Ordered || !b.in.LeftToRight {
		return nil
	}
	under := map[NodeID][]NodeID{}
	for i, n := range b.in.Nodes {
		if n.Under == 0 || !b.ordered {
			under[n.Under] = append(under[n.Under], NodeID(i+1))
		}
	}
	for i := range len(b.in.Nodes) + 1 {
		same := under[NodeID(i)]
		if len(same) < 2 {
			continue
		}
		if b.in.Title != nil {
			slices.Reverse(same) // Graphviz fills the ranks of the title's frame upwards
		}
		if err := b.oneRank(len(b.in.Edges)+i, same...); err != nil { // behind those of edges
			return err
		}
		for j, n := range same[1:] {
			if err := b.out.AddEdge(b.nodeName(same[j]), b.nodeName(n), true, map[string]string{"style": "invis"}); err != nil {
				return err
			}
		}
	}
	return nil
}

// across reports whether an edge leads from one node to another that does not hang
// under it.
func (g *Graph) across(e Edge) bool { return g.Nodes[e.To.Node-1].Under != e.From.Node }

// roomAbove is how many points are kept free below the title: what goes past
// a rank may be led round all that is in it, which Graphviz leaves no room for.
func (b *dotBuilder) roomAbove() int {
	if slices.ContainsFunc(b.in.Edges, func(e Edge) bool { return e.Plain && e.Span > 1 || b.in.Ordered && b.in.across(e) }) {
		return 18
	}
	return 0
}
