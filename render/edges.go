package render

import "strings"

// joinedEdge stands for all edges of a kind between two nodes, for formats in
// which edges end at nodes and not at rows.
type joinedEdge struct {
	from, to NodeID
	role     Role
	backward bool
	plain    bool
	beside   bool
	span     int
	label    string
}

// joinedEdges puts edges together that only differ in the rows at which they
// end.
func joinedEdges(g *Graph) []joinedEdge {
	type key struct {
		from, to NodeID
		role     Role
		backward bool
	}
	var edges []joinedEdge
	known := map[key]int{}
	for _, e := range g.Edges {
		label := orElse(strings.Join(e.Label, " "), e.Word)
		k := key{e.From.Node, e.To.Node, e.Role, e.Backward}
		i, ok := known[k]
		if !ok {
			known[k] = len(edges)
			edges = append(edges, joinedEdge{k.from, k.to, k.role, k.backward, e.Plain, e.Beside, e.Span, label})
			continue
		}
		if !strings.Contains(edges[i].label, label) {
			edges[i].label = joinNonEmpty(", ", edges[i].label, label)
		}
	}
	return edges
}
