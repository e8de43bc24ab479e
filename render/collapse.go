package render

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Collapse returns a picture of about most entries at the most: one for each frame
// and each row, or for a node without rows. Of the parts that are alike and in one
// place, as many are shown in each place, those first that are in trouble or decide
// when the chain is ready, and then those that took longest. The rest becomes one
// entry that says how many they are, how long they took together and how long the
// slowest of them did. Arrows from and to them end there, and are one where they are
// alike. Parts without an Item stay, so that there may be more entries than most, as
// where one part that is in trouble, or else decides, would find no room: it is shown
// if it takes no more than twice most. The Title says what is left out. Collapse changes
// nothing of g, and returns g itself where it has no more entries than that, or most is
// not positive.
func Collapse(g *Graph, most int) *Graph {
	if most <= 0 || entries(g) <= most {
		return g
	}
	c := chooser{budget: most, parts: partsOf(g)}
	c.choose()
	b := collapser{g: g, parts: c.parts}
	return b.build()
}

// entries counts what the reader of a picture sees.
func entries(g *Graph) int {
	n := len(g.Clusters)
	for i := range g.Nodes {
		n += max(1, len(g.Nodes[i].Label.Rows))
	}
	return n
}

// collapser makes a picture in which parts are counted.
type collapser struct {
	g        *Graph
	parts    parts
	out      Graph
	clusters []ClusterID // by the number in g; 0: counted
	nodes    []NodeID    // the same
	rows     [][]int     // by node and row in g; 0: counted
	folds    []*fold     // in order of their first members
	of       map[*part]*fold
}

// fold is an entry that stands for several parts.
type fold struct {
	within  *part
	members []*part
	alike   []*part // the members, and what is shown of their group
	end     End     // where it is in the new picture
}

func (b *collapser) build() *Graph {
	b.out = *b.g
	b.out.Clusters, b.out.Nodes, b.out.Edges = nil, nil, nil
	b.gather()
	b.addClusters()
	b.addNodes()
	for _, f := range b.folds {
		if f.within.node == 0 {
			b.addFoldNode(f)
		}
	}
	b.addEdges()
	b.addNote()
	return &b.out
}

// gather puts the parts that are not shown into folds.
func (b *collapser) gather() {
	b.of = map[*part]*fold{}
	type place struct {
		within *part
		group  groupKey
	}
	known := map[place]*fold{}
	for _, p := range b.parts.all {
		switch {
		case p.shown:
			continue
		case !p.within.shown:
			b.of[p] = b.of[p.within]
			continue
		}
		at := place{p.within, p.group}
		if p.within.groups[p.group].shown == 0 {
			at.group = groupKey{} // of what nothing is shown, together
		}
		f := known[at]
		if f == nil {
			f = &fold{within: p.within}
			if at.group == p.group {
				f.alike = p.within.groups[p.group].members
			}
			known[at] = f
			b.folds = append(b.folds, f)
		}
		f.members = append(f.members, p)
		b.of[p] = f
	}
}

func (b *collapser) addClusters() {
	b.clusters = make([]ClusterID, len(b.g.Clusters)+1)
	for i, c := range b.g.Clusters {
		if b.parts.clusters[i].shown {
			c.Parent = b.clusters[c.Parent]
			b.clusters[i+1] = b.out.AddCluster(c)
		}
	}
}

func (b *collapser) addNodes() {
	b.nodes = make([]NodeID, len(b.g.Nodes)+1)
	b.rows = make([][]int, len(b.g.Nodes)+1)
	within := map[NodeID][]*fold{}
	for _, f := range b.folds {
		within[f.within.node] = append(within[f.within.node], f)
	}
	for i := range b.g.Nodes {
		p := b.parts.nodes[i]
		if !p.shown {
			continue
		}
		n := b.g.Nodes[i]
		n.Cluster, n.Under = b.clusters[n.Cluster], b.nodes[n.Under]
		id := NodeID(len(b.out.Nodes) + 1)
		n.Label.Rows, b.rows[i+1] = b.labelRows(i, id, within[p.node])
		b.nodes[i+1] = b.out.AddNode(n)
	}
}

// labelRows returns the rows of a node that are shown, with those of its folds
// behind the last row of each, and the new number of each of its rows.
func (b *collapser) labelRows(node int, id NodeID, folds []*fold) (rows []Row, numbers []int) {
	old := &b.g.Nodes[node].Label
	last := map[int][]*fold{} // by the row that they stand behind
	for _, f := range folds {
		at := f.lastRow()
		if at == 0 {
			at = len(old.Rows)
		}
		last[at] = append(last[at], f)
	}
	columns := columnsOf(old)
	numbers = make([]int, len(old.Rows)+1)
	for i, r := range old.Rows {
		if b.parts.rows[node][i].shown {
			rows = append(rows, r)
			numbers[i+1] = len(rows)
		}
		for _, f := range last[i+1] {
			rows = append(rows, f.asRow(columns))
			f.end = End{Node: id, Row: len(rows)}
		}
	}
	return rows, numbers
}

// lastRow is the last row of what the fold is of; 0 where that is nodes.
func (f *fold) lastRow() int {
	last := 0
	for _, parts := range [][]*part{f.members, f.alike} {
		for _, p := range parts {
			if p.row == 0 {
				return 0
			}
			last = max(last, p.end)
		}
	}
	return last
}

// addFoldNode adds the node that stands for nodes and frames of a frame.
func (b *collapser) addFoldNode(f *fold) {
	n := Node{Cluster: b.clusters[f.within.cluster], Role: RolePanel, Key: "more"}
	if f.within.cluster > 0 {
		n.Key += " of " + b.g.Clusters[f.within.cluster-1].Key
	}
	n.Label.AddRow(f.asRow(1))
	f.end = End{Node: b.out.AddNode(n), Row: 1}
}

// addEdges adds the edges between what is shown.
func (b *collapser) addEdges() {
	type key struct {
		from, to End
		role     Role
		backward bool
		label    string
	}
	known := map[key]int{} // by number of the edge, from 1 on
	for _, e := range b.g.Edges {
		from, counted := b.end(e.From)
		to, too := b.end(e.To)
		e.From, e.To = from, to
		if counted || too {
			k := key{from, to, e.Role, e.Backward, strings.Join(e.Label, "\n")}
			if from.Node == to.Node {
				continue
			}
			if i := known[k]; i > 0 {
				if b.out.Edges[i-1].About != e.About {
					b.out.Edges[i-1].About = "" // it stands for several
				}
				continue
			}
			known[k] = len(b.out.Edges) + 1
		}
		b.out.AddEdge(e)
	}
}

// end returns where an end of an edge is now, and whether that is a fold.
func (b *collapser) end(e End) (End, bool) {
	p := b.parts.nodes[e.Node-1]
	if p.shown && e.Row > 0 {
		p = b.parts.rows[e.Node-1][e.Row-1]
	}
	if f := b.of[p]; f != nil {
		return End{Node: f.end.Node, Row: f.end.Row, Side: e.Side}, true
	}
	e.Row, e.Node = b.rows[e.Node][e.Row], b.nodes[e.Node]
	return e, false
}

// addNote says in the title how much is shown.
func (b *collapser) addNote() {
	shown, all, noun := 0, 0, ""
	for _, p := range b.parts.all {
		if p.item.Noun == "" {
			continue
		}
		if all++; p.shown {
			shown++
		}
		if all == 1 {
			noun = p.item.Noun
		} else if noun != p.item.Noun {
			noun = "entry"
		}
	}
	b.out.Note = fmt.Sprintf("%d of %s shown, the others are counted; --max-nodes 0 draws all", shown, count(all, noun))
	b.out.Description = joinNonEmpty("\n", b.g.Description, b.out.Note+".")
	if b.g.Title != nil {
		t := *b.g.Title
		t.Rows = append(slices.Clone(t.Rows), Row{Cells: []Cell{{Text: b.out.Note, Italic: true, Role: RoleMuted}}})
		b.out.Title = &t
	}
}

// asRow is the fold as a row of a table with so many columns.
func (f *fold) asRow(columns int) Row {
	first := f.members[0]
	text := strings.Repeat(" ", first.indent) + f.text()
	r := Row{Cells: []Cell{{Text: text, Italic: true, Span: columns}}, Role: first.group.role}
	t := (&tip{}).add("%s", f.text())
	var names []string
	for _, m := range f.members {
		if m.group.role != r.Role {
			r.Role = RoleNone
		}
		if len(names) <= maxList {
			names = append(names, m.name)
		} else {
			names = append(names, "")
		}
	}
	r.Tooltip = t.list("among them:", names).String()
	return r
}

// text says what the fold stands for.
func (f *fold) text() string {
	var nouns []string
	byNoun, kinds := map[string]int{}, map[string]bool{}
	var total, slowest time.Duration
	below, trouble := 0, 0
	for _, m := range f.members {
		if byNoun[m.item.Noun]++; byNoun[m.item.Noun] == 1 {
			nouns = append(nouns, m.item.Noun)
		}
		kinds[m.item.Kind] = true
		total = plus(total, m.item.Took)
		slowest = max(slowest, m.item.Took)
		below += m.below
		trouble += m.troubled
	}
	words := make([]string, len(nouns))
	for i, noun := range nouns {
		words[i] = count(byNoun[noun], "more "+noun)
	}
	text := "and " + strings.Join(words, ", ")
	if len(kinds) > 1 {
		text += " of " + strconv.Itoa(len(kinds)) + " kinds"
	} else if kind := f.members[0].item.Kind; kind != "" {
		text += " " + clip(kind, maxLabel)
	}
	if total > 0 && len(f.members) == 1 {
		text += ": " + duration(total)
	} else if total > 0 {
		text += ": " + duration(total) + " together, the slowest " + duration(slowest)
	}
	if below > 0 {
		text += ", " + strconv.Itoa(below) + " below them"
	}
	if trouble > 0 {
		text += ", " + strconv.Itoa(trouble) + " in trouble"
	}
	return text
}

// plus adds durations, which both are not negative, up to the longest there is.
func plus(a, b time.Duration) time.Duration {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}
