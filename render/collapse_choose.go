package render

import (
	"cmp"
	"container/heap"
	"slices"
	"strings"
)

// part is a frame, a node or rows of a picture that are shown or counted together.
type part struct {
	item   Item
	name   string
	group  groupKey
	own    urgency
	urgent urgency // the highest of it and of what is in it
	must   bool    // shown whatever the budget is
	cost   int     // entries of its own
	order  int     // its place among all
	indent int     // spaces before its row
	within *part

	cluster  ClusterID // it is this frame, or 0,
	node     NodeID    // or it is this node, or in it,
	row, end int       // or its rows from this one to that, which what is in it may be among

	parts    []*part // in it
	below    int     // those with its noun, in it and in those
	troubled int     // those that failed or did not end, itself and what is in it

	shown     bool
	groups    map[groupKey]*group // of what is in it, once it is shown
	untouched int                 // groups of which nothing is shown
	partial   int                 // groups of which something is shown but not all
}

// groupKey tells parts that are alike from others of the same place.
type groupKey struct {
	noun, kind string
	role       Role
	level      uint8 // frame, node or row
}

const (
	levelCluster = 1 + iota
	levelNode
	levelRow
)

// group is parts that are alike and in one place.
type group struct {
	members []*part // those first that are shown first
	shown   int
}

// parts are those of a picture.
type parts struct {
	root     *part
	all      []*part // what a part is in comes before it
	clusters []*part // by index of the cluster
	nodes    []*part // by index of the node
	rows     [][]*part
}

// partsOf takes a picture apart.
func partsOf(g *Graph) parts {
	ps := parts{root: &part{}, rows: make([][]*part, len(g.Nodes))}
	at := func(c ClusterID) *part {
		if c == 0 {
			return ps.root
		}
		return ps.clusters[c-1]
	}
	for i, c := range g.Clusters {
		p := &part{item: c.Item, name: labelName(c.Label, c.Key), within: at(c.Parent), cluster: ClusterID(i + 1), cost: 1}
		ps.clusters = append(ps.clusters, p)
		ps.add(p, levelCluster, c.Role)
	}
	for i := range g.Nodes {
		n := &g.Nodes[i]
		p := &part{item: n.Item, name: labelName(&n.Label, n.Key), within: at(n.Cluster), node: NodeID(i + 1)}
		if n.Under > 0 {
			p.within = ps.nodes[n.Under-1]
		}
		if len(n.Label.Rows) == 0 {
			p.cost = 1
		}
		ps.nodes = append(ps.nodes, p)
		ps.add(p, levelNode, nodeRole(n))
		ps.rows[i] = ps.addRows(p, n.Label.Rows)
	}
	ps.sumUp()
	return ps
}

// labelName is what a label says first, or else the key of what has it.
func labelName(t *Table, key string) string {
	if t != nil && len(t.Rows) > 0 {
		return orElse(rowName(t.Rows[0]), key)
	}
	return key
}

func (ps *parts) add(p *part, level uint8, role Role) {
	p.order = len(ps.all)
	p.group = groupKey{p.item.Noun, p.item.Kind, role, level}
	ps.all = append(ps.all, p)
	p.within.parts = append(p.within.parts, p)
}

// addRows returns the part of each row. What is indented further is in the row before,
// and all else in the row without an item before, such as a heading.
func (ps *parts) addRows(node *part, rows []Row) []*part {
	of := make([]*part, len(rows))
	open := []*part{node} // each in the one before
	for i, r := range rows {
		text := rowName(r)
		p := &part{item: r.Item, name: text, node: node.node, row: i + 1, indent: len(text) - len(strings.TrimLeft(text, " "))}
		switch {
		case i > 0 && r.Key != "" && r.Key == rows[i-1].Key && r.Item.Noun == "":
			p = of[i-1]
		case r.Item.Noun == "":
			p.within, p.indent = node, -1
			open = []*part{node, p}
			ps.add(p, levelRow, r.Role)
		default:
			for len(open) > 1 && open[len(open)-1].indent >= p.indent {
				open = open[:len(open)-1]
			}
			p.within = open[len(open)-1]
			open = append(open, p)
			ps.add(p, levelRow, r.Role)
		}
		of[i] = p
		p.count(i+1, r)
	}
	return of
}

// count counts one of the part's rows, and notes how its thing fared: that of a row
// without an item is the node's.
func (p *part) count(row int, r Row) {
	p.cost++
	node := p
	for ; node.row > 0; node = node.within {
		node.end = row
	}
	mark := rowMark(r)
	p.own = max(p.own, urgencyOf(mark, r))
	switch {
	case mark != markFailed && mark != markUnended:
	case p.item.Noun != "":
		p.troubled = 1
	case node.item.Noun != "":
		node.troubled = 1
	}
}

// sumUp hands what is known of parts on to those that they are in.
func (ps *parts) sumUp() {
	for _, p := range slices.Backward(ps.all) {
		w := p.within
		p.urgent = max(p.urgent, p.own)
		w.urgent = max(w.urgent, p.urgent)
		w.troubled += p.troubled
		for w.item.Noun == "" && w != ps.root { // a heading counts nothing
			w = w.within
		}
		if p.item.Noun == "" { // it is shown with w
			w.own = max(w.own, p.own)
		}
		if p.item.Noun == w.item.Noun {
			w.below += 1 + p.below
		}
	}
}

// chooser decides which parts are shown.
type chooser struct {
	parts  parts
	budget int
	used   int
	next   candidates
	missed bool // something that is in trouble or decides found no room
}

// choose shows the first of each group, then the second of each, and so on for as
// long as there is room, but before all others those that must not be overlooked.
// Where what is in trouble or decides finds no room, nothing that is neither is shown.
func (c *chooser) choose() {
	c.insist()
	c.used = c.parts.root.extent()
	c.show(c.parts.root)
	for c.next.Len() > 0 {
		g := heap.Pop(&c.next).(*group)
		p := g.members[g.shown]
		more := p.extent() + p.within.foldsWith(g) - p.within.folds()
		if !p.must && (c.used+more > c.budget || c.missed && p.urgent < decides) {
			c.missed = c.missed || p.urgent >= decides
			continue // and so are those behind it; what is in other groups may be smaller
		}
		c.used += more
		c.take(g)
		if g.shown < len(g.members) {
			heap.Push(&c.next, g)
		}
	}
	for _, p := range c.parts.all {
		if p.shown {
			c.showSingles(p)
		}
	}
	c.showSingles(c.parts.root)
}

// extent is how many entries there are when a part is shown, and nothing in it that
// needs not be.
func (p *part) extent() int {
	n, others := p.cost, 0
	for _, q := range p.parts {
		if q.item.Noun == "" {
			n += q.extent()
		} else {
			others = 1
		}
	}
	return n + others
}

// folds is how many entries the parts in p take that are not shown.
func (p *part) folds() int { return p.partial + min(1, p.untouched) }

// foldsWith is what folds is when one more of the group is shown.
func (p *part) foldsWith(g *group) int {
	partial, untouched := p.partial, p.untouched
	if g.shown == 0 {
		untouched--
		partial++
	}
	if g.shown+1 == len(g.members) {
		partial--
	}
	return partial + min(1, untouched)
}

// take shows the next of a group.
func (c *chooser) take(g *group) {
	p := g.members[g.shown]
	w := p.within
	if g.shown == 0 {
		w.untouched--
		w.partial++
	}
	if g.shown++; g.shown == len(g.members) {
		w.partial--
	}
	c.show(p)
}

// show shows a part, and makes candidates of what is in it.
func (c *chooser) show(p *part) {
	p.shown = true
	p.groups = map[groupKey]*group{}
	var groups []*group
	for _, q := range p.parts {
		if q.item.Noun == "" {
			c.show(q)
			continue
		}
		g := p.groups[q.group]
		if g == nil {
			g = &group{}
			p.groups[q.group] = g
			groups = append(groups, g)
		}
		g.members = append(g.members, q)
	}
	p.untouched = len(groups)
	for _, g := range groups {
		slices.SortFunc(g.members, compareParts)
		heap.Push(&c.next, g)
	}
}

// showSingles shows what would be counted alone in an entry that is no smaller.
func (c *chooser) showSingles(p *part) {
	var rest *group
	n := 0
	for _, g := range p.groups {
		switch left := len(g.members) - g.shown; {
		case g.shown == 0:
			n += left
			rest = g
		case left == 1 && g.members[g.shown].extent() == 1:
			c.take(g)
		}
	}
	if n == 1 && rest.members[0].extent() == 1 {
		c.take(rest)
	}
}

// compareParts puts those first that are to be shown first.
func compareParts(a, b *part) int {
	if a.must != b.must {
		if a.must {
			return -1
		}
		return 1
	}
	if n := cmp.Compare(b.urgent, a.urgent); n != 0 {
		return n
	}
	if !a.item.InOrder {
		if n := cmp.Compare(b.item.Took, a.item.Took); n != 0 {
			return n
		}
	}
	return cmp.Compare(a.order, b.order)
}

// candidates is a heap of groups of which more could be shown.
type candidates []*group

// Len, Less, Swap, Push and Pop implement heap.Interface.
func (c candidates) Len() int { return len(c) }

func (c candidates) Less(i, j int) bool {
	a, b := c[i], c[j]
	p, q := a.members[a.shown], b.members[b.shown]
	if p.must == q.must && p.urgent == q.urgent && a.shown != b.shown {
		return a.shown < b.shown
	}
	return compareParts(p, q) < 0
}

func (c candidates) Swap(i, j int) { c[i], c[j] = c[j], c[i] }

func (c *candidates) Push(g any) { *c = append(*c, g.(*group)) }

func (c *candidates) Pop() any {
	last := len(*c) - 1
	g := (*c)[last]
	*c = (*c)[:last]
	return g
}
