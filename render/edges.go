package render

import (
	"fmt"
	"slices"
	"strings"
)

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

// joinedEdges puts edges together that only differ in the rows at which they end.
// What they are about stands behind their label.
func joinedEdges(g *Graph) []joinedEdge {
	type key struct {
		from, to NodeID
		role     Role
		backward bool
	}
	var edges []joinedEdge
	var labels [][]joinedLabel
	known := map[key]int{}
	for _, e := range g.Edges {
		k := key{e.From.Node, e.To.Node, e.Role, e.Backward}
		i, ok := known[k]
		if !ok {
			i = len(edges)
			known[k] = i
			edges = append(edges, joinedEdge{k.from, k.to, k.role, k.backward, e.Plain, e.Beside, e.Span, ""})
			labels = append(labels, nil)
		}
		labels[i] = addLabel(labels[i], orElse(strings.Join(e.Label, " "), e.Word), e.About)
	}
	for i := range edges {
		edges[i].label = joinedText(labels[i])
	}
	return edges
}

// joinedLabel is a label with all that edges of that label are about.
type joinedLabel struct {
	text  string
	about []string
}

func addLabel(labels []joinedLabel, text, about string) []joinedLabel {
	i := slices.IndexFunc(labels, func(l joinedLabel) bool { return l.text == text })
	if i < 0 {
		i = len(labels)
		labels = append(labels, joinedLabel{text: text})
	}
	if about != "" && !slices.Contains(labels[i].about, about) {
		labels[i].about = append(labels[i].about, about)
	}
	return labels
}

// mostAbout is how many names stand behind a label.
const mostAbout = 8

func joinedText(labels []joinedLabel) string {
	texts := make([]string, len(labels))
	for i, l := range labels {
		texts[i] = l.text
		if len(l.about) == 0 {
			continue
		}
		var names []string
		for _, a := range l.about[:min(mostAbout, len(l.about))] {
			names = append(names, name(a))
		}
		list := strings.Join(names, ", ")
		if more := len(l.about) - mostAbout; more > 0 {
			list += fmt.Sprintf(" and %d more", more)
		}
		texts[i] = joinNonEmpty(" ", l.text, "("+list+")")
	}
	return joinNonEmpty(", ", texts...)
}
