package render

import "strings"

// levelChars is how many characters further right each level of a tree begins.
const levelChars = 3

// leveledRow is a row with how deep below the first column's beginning it stands.
type leveledRow struct {
	Row
	level int
}

// rowLevels returns how deep each row of a table stands. What begins with the first
// row, or with a rule, is on level 0; what is indented further belongs to the row
// before; what is in small letters is a note of it, and has no level: -1.
func rowLevels(t *Table) []int {
	levels := make([]int, len(t.Rows))
	open := 0
	for i, r := range t.Rows {
		switch {
		case i == 0:
		case r.Rule:
			open = 0
		case allSmall(r):
			levels[i] = -1
		default:
			depth := min(indentation(r), open)
			levels[i], open = 1+depth, depth+1
		}
	}
	return levels
}

// indentation is how many levels a row's text is indented.
func indentation(r Row) int {
	if len(r.Cells) == 0 {
		return 0
	}
	text := r.Cells[0].Text
	return (len(text) - len(strings.TrimLeft(text, " ")) + 2) / len(pathIndent)
}

// leveled returns the rows of a table that stand in columns.
func leveled(t *Table, levels []int, base int, head bool) []leveledRow {
	var rows []leveledRow
	for i, r := range t.Rows {
		if len(r.Cells) > 1 && levels[i] >= 0 && (i > 0 && !r.Rule || i == 0 && head) {
			rows = append(rows, leveledRow{r, base + levels[i]})
		}
	}
	return rows
}

// outlineLayout says which node takes the place of which row, and how wide columns
// are.
type outlineLayout struct {
	nodes   []outlinedNode      // by number of the node
	columns map[NodeID]*columns // of all nodes of an owner
}

// outlinedNode is where a node stands in an outline.
type outlinedNode struct {
	lead    End    // the row whose place it takes
	owner   NodeID // whose columns its rows are in: its own, or those of the node that leads to it
	base    int    // how deep its first row is in these columns
	aligned bool   // its first row is in them too
	levels  []int  // of its rows
}

func newOutlineLayout(g *Graph) *outlineLayout {
	l := &outlineLayout{nodes: make([]outlinedNode, len(g.Nodes)), columns: map[NodeID]*columns{}}
	for i := range g.Nodes {
		l.nodes[i] = outlinedNode{owner: NodeID(i + 1), levels: rowLevels(&g.Nodes[i].Label)}
	}
	for _, e := range g.Edges {
		// Only a node that comes later: there are no circles then.
		if e.Role == RoleBranch && e.From.Row > 1 && e.From.Node < e.To.Node && len(g.Nodes[e.To.Node-1].Label.Rows) > 0 {
			from, to := &l.nodes[e.From.Node-1], &l.nodes[e.To.Node-1]
			if to.lead.Node == 0 && from.levels[e.From.Row-1] > 0 {
				to.lead = e.From
			}
		}
	}
	rows := map[NodeID][]leveledRow{}
	for i := range l.nodes {
		n := &l.nodes[i]
		if n.lead.Node > 0 {
			from := &l.nodes[n.lead.Node-1]
			n.owner, n.base = from.owner, from.base+from.levels[n.lead.Row-1]
			n.aligned, l.nodes[n.owner-1].aligned = true, true
		}
	}
	for i := range l.nodes {
		n := &l.nodes[i]
		rows[n.owner] = append(rows[n.owner], leveled(&g.Nodes[i].Label, n.levels, n.base, n.aligned)...)
	}
	for owner, r := range rows {
		l.columns[owner] = newColumns(r)
	}
	return l
}
