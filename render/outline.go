package render

import (
	"fmt"
	"io"
	"slices"
)

// TextOptions says how to write text. The zero value is for files: lines as long
// as they are, with characters that draw boxes.
type TextOptions struct {
	Width int  // characters of a line; 0: no limit
	ASCII bool // nothing but ASCII, names included
}

// WriteText writes the graph as a tree in plain text: frames and nodes with their
// rows below them, and the way of requests from one to the next. Other edges are
// lines that begin with an arrow. What a picture tells by colour has a mark in
// front, which the last line explains. Longer lines than o allows are cut, but
// for the sentences, which are wrapped. It returns an error, before anything is
// written, when an edge refers to something that the graph does not have.
func WriteText(w io.Writer, g *Graph, o TextOptions) error {
	if err := g.check(); err != nil {
		return fmt.Errorf("writing text: %w", err)
	}
	b := outliner{g: g}
	items := b.forest()
	p := textPrinter{o: o, glyphs: boxGlyphs}
	if o.ASCII {
		p.glyphs = asciiGlyphs
	}
	if g.Title != nil {
		for _, r := range g.Title.Rows {
			p.sentence(rowText(r))
		}
		p.line("")
	}
	for _, it := range items {
		p.item(it, "", "")
	}
	if legend := b.legend(); legend != "" {
		p.line("")
		p.sentence(legend)
	}
	if _, err := io.WriteString(w, p.b.String()); err != nil {
		return fmt.Errorf("writing text: %w", err)
	}
	return nil
}

// item is an entry of an outline.
type item struct {
	name     string // the first column of the text
	text     string
	notes    []string // lines below the text
	children []*item
}

// outliner turns a graph into an outline.
type outliner struct {
	g     *Graph
	marks []string // that are in it
	nodes []*item  // by number of the node
	units []*item  // what stands alone or in another: that of each node, or of its frame
}

// forest returns what is in no frame and on no way from another.
func (o *outliner) forest() []*item {
	clusters := make([]*item, len(o.g.Clusters))
	for i := range o.g.Clusters {
		c := &o.g.Clusters[i]
		label := c.Label
		if label == nil {
			label = &Table{Rows: []Row{{Cells: []Cell{{Text: c.Key}}}}}
		}
		clusters[i] = o.table(label, nil)
	}
	heads := o.headWidths()
	var top []*item
	for i, c := range o.g.Clusters {
		if c.Parent == 0 {
			top = append(top, clusters[i])
		} else {
			parent := clusters[c.Parent-1]
			parent.children = append(parent.children, clusters[i])
		}
	}
	for i := range o.g.Nodes {
		n := &o.g.Nodes[i]
		it := o.table(&n.Label, heads[n.Cluster])
		unit := it
		if n.Cluster > 0 {
			unit = clusters[n.Cluster-1]
			unit.children = append(unit.children, it)
			for c := o.g.Clusters[n.Cluster-1].Parent; c > 0; c = o.g.Clusters[c-1].Parent {
				unit = clusters[c-1]
			}
		} else {
			top = append(top, it)
		}
		o.nodes, o.units = append(o.nodes, it), append(o.units, unit)
	}
	return o.joined(top)
}

// joined puts what requests come to next below where they come from, and adds
// the other edges as lines.
func (o *outliner) joined(top []*item) []*item {
	parent := map[*item]*item{}
	below := func(it, other *item) bool {
		for ; it != nil; it = parent[it] {
			if it == other {
				return true
			}
		}
		return false
	}
	for _, e := range joinedEdges(o.g) {
		from, to := o.units[e.from-1], o.units[e.to-1]
		if e.role == RoleRequest && parent[to] == nil && !below(from, to) {
			parent[to] = from
			continue
		}
		arrow := "→"
		if e.backward {
			arrow = "←"
		}
		it := o.nodes[e.from-1]
		it.notes = append(it.notes, arrow+" "+joinNonEmpty(": ", e.label, o.place(e.to, from)))
	}
	for _, it := range top {
		if p := parent[it]; p != nil {
			p.children = append(p.children, it)
		}
	}
	return slices.DeleteFunc(slices.Clone(top), func(it *item) bool { return parent[it] != nil })
}

// place names a node, with its frame where that is another.
func (o *outliner) place(n NodeID, from *item) string {
	it, unit := o.nodes[n-1], o.units[n-1]
	if unit == it || unit == from {
		return it.name
	}
	return unit.name + ", " + it.name
}

// table makes an item of a table: its first row, in columns of these widths, with
// the others below it. What follows a rule, is in small letters, or is indented
// belongs to the row before.
func (o *outliner) table(t *Table, head []int) *item {
	root := &item{}
	var below []Row
	for i, r := range t.Rows {
		if i > 0 && !r.Rule && len(r.Cells) > 1 {
			below = append(below, r)
		}
	}
	widths := columnWidths(below)
	group, last, parent := root, root, root // of rows, of notes, of indented rows
	for i, r := range t.Rows {
		switch {
		case i == 0:
			if len(r.Cells) < leastColumns {
				head = nil
			}
			*root = o.row(r, head)
		case r.Rule:
			group = ptr(o.row(r, nil))
			root.children = append(root.children, group)
			last, parent = group, group
		case allSmall(r):
			last.notes = append(last.notes, rowText(r))
		case isIndented(r) && parent != root:
			last = ptr(o.row(r, widths))
			parent.children = append(parent.children, last)
		default:
			last = ptr(o.row(r, widths))
			group.children = append(group.children, last)
			parent = last
		}
	}
	return root
}

// row makes an item of a row, and notes its mark.
func (o *outliner) row(r Row, widths []int) item {
	if m := rowMark(r); m != "" && !slices.Contains(o.marks, m) {
		o.marks = append(o.marks, m)
	}
	it := item{text: rowColumns(r, widths)}
	if len(r.Cells) > 0 {
		it.name = cellText(r.Cells[0])
	}
	return it
}

func ptr[T any](v T) *T { return &v }

// leastColumns is how many columns rows of different nodes have that are
// aligned.
const leastColumns = 3

// headWidths returns how wide the columns of the first rows of each frame's nodes
// are.
func (o *outliner) headWidths() map[ClusterID][]int {
	heads := map[ClusterID][]Row{}
	for i := range o.g.Nodes {
		n := &o.g.Nodes[i]
		if n.Cluster > 0 && len(n.Label.Rows) > 0 && len(n.Label.Rows[0].Cells) >= leastColumns {
			heads[n.Cluster] = append(heads[n.Cluster], n.Label.Rows[0])
		}
	}
	widths := map[ClusterID][]int{}
	for c, rows := range heads {
		widths[c] = columnWidths(rows)
	}
	return widths
}
