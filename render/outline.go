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
// front, which the last line explains. Where lines are longer than o allows, names are
// shortened in their middle, so that what stands in columns behind them is seen; what
// has no columns is wrapped; and what is longer nevertheless is cut. It returns an error, before anything is
// written, when an edge refers to something that the graph does not have.
func WriteText(w io.Writer, g *Graph, o TextOptions) error {
	if err := g.check(); err != nil {
		return fmt.Errorf("writing text: %w", err)
	}
	b := outliner{g: g}
	items := b.forest()
	p := textPrinter{o: o, glyphs: boxGlyphs, ellipsis: ellipsis}
	if o.ASCII {
		p.glyphs, p.ellipsis = asciiGlyphs, "..."
	}
	if o.Width > 0 {
		narrow(items, o.Width, p.ellipsis)
	}
	if g.Title != nil {
		for _, r := range g.Title.Rows {
			p.sentence(rowText(r))
		}
		p.line("")
	}
	for _, it := range items {
		p.item(it, 0, "", "")
	}
	if legend := marksText(g, b.marks); legend != "" {
		p.line("")
		p.sentence(legend)
	}
	if len(g.Words) > 0 {
		p.line("")
	}
	for _, s := range g.Words {
		p.sentence(s)
	}
	if _, err := io.WriteString(w, p.b.String()); err != nil {
		return fmt.Errorf("writing text: %w", err)
	}
	return nil
}

// item is an entry of an outline.
type item struct {
	name     string // the first column of the text
	row      Row
	columns  *columns // that the row is in; nil: none
	level    int      // of the row in its columns
	notes    []string // lines below the text
	children []*item
}

// outliner turns a graph into an outline.
type outliner struct {
	g      *Graph
	marks  []string // that are in it
	layout *outlineLayout
	rows   [][]*item // by number of the node; nil for a row that is a note
	nodes  []*item   // by number of the node
	units  []*item   // what stands alone or in another: that of each node, or of its frame
}

// forest returns what is in no frame and on no way from another.
func (o *outliner) forest() []*item {
	o.layout = newOutlineLayout(o.g)
	clusters := make([]*item, len(o.g.Clusters))
	for i := range o.g.Clusters {
		c := &o.g.Clusters[i]
		label := c.Label
		if label == nil {
			label = &Table{Rows: []Row{{Cells: []Cell{{Text: c.Key}}}}}
		}
		levels := rowLevels(label)
		clusters[i] = o.table(label, levels, 0, nil, newColumns(leveled(label, levels, 0, false)))[0]
	}
	heads := o.heads()
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
		n, at := &o.g.Nodes[i], o.layout.nodes[i]
		head := heads[n.Cluster]
		switch {
		case at.aligned:
			head = o.layout.columns[at.owner]
		case len(n.Label.Rows) > 0 && len(n.Label.Rows[0].Cells) < leastColumns:
			head = nil
		}
		rows := o.table(&n.Label, at.levels, at.base, head, o.layout.columns[at.owner])
		o.rows = append(o.rows, rows)
		if at.lead.Node > 0 {
			// It takes the place of the row that leads to it.
			it := o.rows[at.lead.Node-1][at.lead.Row-1]
			rows[0].children = append(rows[0].children, sections(rows, at.levels)...)
			rows[0].notes = append(rows[0].notes, it.notes...)
			*it = *rows[0]
			rows[0] = it
			o.nodes, o.units = append(o.nodes, it), append(o.units, o.units[at.lead.Node-1])
			continue
		}
		it := rows[0]
		unit := it
		if n.Cluster > 0 {
			unit = clusters[n.Cluster-1]
			unit.children = append(append(unit.children, it), sections(rows, at.levels)...)
			for c := o.g.Clusters[n.Cluster-1].Parent; c > 0; c = o.g.Clusters[c-1].Parent {
				unit = clusters[c-1]
			}
		} else {
			it.children = append(it.children, sections(rows, at.levels)...)
			top = append(top, it)
		}
		o.nodes, o.units = append(o.nodes, it), append(o.units, unit)
	}
	return o.joined(top)
}

// sections returns what stands beside the first of a table's items: what begins with a
// rule.
func sections(items []*item, levels []int) []*item {
	var some []*item
	for i, it := range items {
		if i > 0 && it != nil && levels[i] == 0 {
			some = append(some, it)
		}
	}
	return some
}

// joined puts what requests come to next below where they come from, and adds
// the other edges as lines.
func (o *outliner) joined(top []*item) []*item {
	parent := map[*item]*item{}
	up := map[*item]*item{} // as parent, or further up, so that ways stay short
	head := func(it *item) *item {
		for up[it] != nil {
			if up[up[it]] != nil {
				up[it] = up[up[it]]
			}
			it = up[it]
		}
		return it
	}
	for _, e := range joinedEdges(o.g) {
		if e.beside || e.role == RoleBranch && o.layout.nodes[e.to-1].lead.Node == e.from {
			continue // where they stand says it
		}
		from, to := o.units[e.from-1], o.units[e.to-1]
		if e.role == RoleRequest && parent[to] == nil && head(from) != to {
			parent[to], up[to] = from, from
			continue
		}
		arrow := "→"
		if e.backward {
			arrow = "←"
		}
		it := o.nodes[e.from-1]
		if note := arrow + " " + joinNonEmpty(": ", e.label, o.place(e.to, from)); !slices.Contains(it.notes, note) {
			it.notes = append(it.notes, note)
		}
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

// table makes the items of a table's rows: that of its first row, in the columns head,
// with the others below it in theirs. A row in small letters is a note
// of the row before, and has none.
func (o *outliner) table(t *Table, levels []int, base int, head, others *columns) []*item {
	if len(t.Rows) == 0 {
		return []*item{{}}
	}
	items := make([]*item, len(t.Rows))
	var open []*item // the last item of each level
	var last *item
	for i, r := range t.Rows {
		level := levels[i]
		switch {
		case level < 0:
			last.notes = append(last.notes, rowText(r))
			continue
		case i > 0 && r.Rule:
			last = ptr(o.row(r, nil, 0))
		case i == 0:
			last = ptr(o.row(r, head, base))
		default:
			last = ptr(o.row(r, others, base+level))
		}
		items[i] = last
		if level > 0 {
			parent := open[level-1]
			parent.children = append(parent.children, last)
		}
		open = append(open[:level], last)
	}
	return items
}

// row makes an item of a row on a level of the columns, and notes its mark.
func (o *outliner) row(r Row, in *columns, level int) item {
	if m := rowMark(r); m != "" && !slices.Contains(o.marks, m) {
		o.marks = append(o.marks, m)
	}
	it := item{row: r, columns: in, level: level}
	if len(r.Cells) > 0 {
		it.name = cellText(r.Cells[0])
	}
	return it
}

func ptr[T any](v T) *T { return &v }

// leastColumns is how many columns rows of different nodes have that are
// aligned.
const leastColumns = 3

// heads returns the columns of the first rows of each frame's nodes.
func (o *outliner) heads() map[ClusterID]*columns {
	heads := map[ClusterID][]leveledRow{}
	for i := range o.g.Nodes {
		n := &o.g.Nodes[i]
		if n.Cluster > 0 && len(n.Label.Rows) > 0 && len(n.Label.Rows[0].Cells) >= leastColumns {
			heads[n.Cluster] = append(heads[n.Cluster], leveledRow{n.Label.Rows[0], 0})
		}
	}
	all := map[ClusterID]*columns{}
	for c, rows := range heads {
		all[c] = newColumns(rows)
	}
	return all
}
