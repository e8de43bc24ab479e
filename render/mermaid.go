package render

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// What Mermaid draws with its default settings, which pages such as GitHub's do
// not let a diagram change.
const (
	mermaidMostText  = 50_000 // bytes of a diagram
	mermaidMostEdges = 500
)

// mermaidLine is the colour of lines that are black in pictures. They cross frames,
// which are light, and the page, which is dark in a dark theme.
const mermaidLine = "#6e7781"

// WriteMermaid writes the graph as a flowchart in Mermaid's language. Nodes and
// frames are named by their number. A node's rows are lines of its label; an edge
// that ends at a row ends at the row's node here, and edges that are alike then
// are one. Where the diagram would be longer than what Mermaid draws by default,
// the longest labels are cut, and say by how much. It returns an error, before
// anything is written, when that does not help, or when an edge refers to
// something that the graph does not have.
func WriteMermaid(w io.Writer, g *Graph) error {
	if err := g.check(); err != nil {
		return fmt.Errorf("writing Mermaid: %w", err)
	}
	edges := joinedEdges(g)
	if n := len(edges); n > mermaidMostEdges {
		return fmt.Errorf("writing Mermaid: %w: it has %d edges, Mermaid draws %d; show less with --max-nodes or a lower detail, or write DOT", ErrTooLarge, n, mermaidMostEdges)
	}
	most := 0
	for i := range g.Nodes {
		most = max(most, len(g.Nodes[i].Label.Rows))
	}
	for ; ; most /= 2 {
		m := mermaid{g: g, edges: edges, mostRows: most, used: map[Role]bool{}}
		m.build()
		if m.b.Len() <= mermaidMostText {
			if _, err := w.Write(m.b.Bytes()); err != nil {
				return fmt.Errorf("writing Mermaid: %w", err)
			}
			return nil
		}
		if most <= 1 {
			return fmt.Errorf("writing Mermaid: %w: it has %d characters, Mermaid draws %d; show less with --max-nodes or a lower detail, or write DOT", ErrTooLarge, m.b.Len(), mermaidMostText)
		}
	}
}

// mermaid is a diagram in the making.
type mermaid struct {
	g        *Graph
	edges    []joinedEdge
	mostRows int // of one label
	used     map[Role]bool
	marks    []string // of rows, in place of their colour
	b        bytes.Buffer
}

func (m *mermaid) line(format string, args ...any) {
	fmt.Fprintf(&m.b, format+"\n", args...)
}

func (m *mermaid) build() {
	m.line("---")
	m.line("title: %s", yamlString(m.title()))
	m.line("config:\n  flowchart:\n    wrappingWidth: 960") // lines are cut short enough already
	m.line("---")
	direction := "TB"
	if m.g.LeftToRight {
		direction = "LR"
	}
	m.line("flowchart %s", direction)
	m.line("accTitle: %s", mermaidText(m.g.Name))
	if d := strings.ReplaceAll(m.g.Description, "\n", " "); d != "" {
		m.line("accDescr: %s", mermaidText(d))
	}
	m.notes("about", m.aboutRows())
	m.members(0, "")
	for _, e := range m.edges {
		m.line("%s %s %s", nodeID(e.from), m.arrow(e), nodeID(e.to))
	}
	m.apart()
	m.legend()
	m.styles()
}

// title is the picture's name and how the start ended.
func (m *mermaid) title() string {
	if m.g.Title == nil {
		return m.g.Name
	}
	var parts []string
	for _, r := range m.g.Title.Rows[:min(2, len(m.g.Title.Rows))] {
		parts = append(parts, rowText(r))
	}
	return joinNonEmpty(". ", parts...)
}

// members adds the nodes of a cluster and the clusters in it.
func (m *mermaid) members(of ClusterID, indent string) {
	for i := range m.g.Nodes {
		if n := &m.g.Nodes[i]; n.Cluster == of {
			opening, closing := mermaidShape(n.Shape)
			m.line("%s%s%s\"%s\"%s:::%s", indent, nodeID(NodeID(i+1)), opening, m.label(&n.Label, roleMark(nodeRole(n))), closing, m.class(nodeRole(n)))
		}
	}
	for i := range m.g.Clusters {
		c := &m.g.Clusters[i]
		if c.Parent != of {
			continue
		}
		// A frame's label has room for one line; the others are a node in it.
		label, rest := mermaidText(c.Key), Table{}
		if c.Label != nil && len(c.Label.Rows) > 0 {
			label, rest.Rows = mermaidRow(c.Label.Rows[0]), c.Label.Rows[1:]
		}
		m.line("%ssubgraph %s[\"%s\"]", indent, clusterID(ClusterID(i+1)), label)
		if len(rest.Rows) > 0 {
			m.line("%s  %sabout[\"%s\"]:::%s", indent, clusterID(ClusterID(i+1)), m.label(&rest, ""), m.class(RolePanel))
		}
		m.members(ClusterID(i+1), indent+"  ")
		m.line("%send", indent)
		m.line("%sclass %s %s", indent, clusterID(ClusterID(i+1)), m.class(c.Role))
	}
}

func nodeID(n NodeID) string { return "n" + strconv.Itoa(int(n)) }

func clusterID(c ClusterID) string { return "s" + strconv.Itoa(int(c)) }

// nodeRole is the part that a node plays. A panel of many parts is told by its
// first row.
func nodeRole(n *Node) Role {
	if n.Role == RolePanel && len(n.Label.Rows) > 0 && n.Label.Rows[0].Role != RoleNone {
		return n.Label.Rows[0].Role
	}
	return n.Role
}

func mermaidShape(s Shape) (opening, closing string) {
	switch s {
	case ShapeEllipse:
		return "([", "])"
	case ShapeTerminal:
		return "{{", "}}"
	case ShapeBox:
		return "(", ")"
	}
	return "[", "]"
}

// label writes the rows of a table as lines, as many as there may be. What of them
// is marked by a colour that is not that of the whole has a mark in front.
func (m *mermaid) label(t *Table, whole string) string {
	var lines []string
	rest := 0
	for _, r := range t.Rows {
		line := m.marked(r, whole)
		switch {
		case line == "":
		case len(lines) < max(1, m.mostRows):
			lines = append(lines, line)
		default:
			rest++
		}
	}
	if rest > 0 {
		lines = append(lines, mermaidText(ellipsis+" and "+count(rest, "more line")))
	}
	return strings.Join(lines, "<br/>")
}

// marked writes a row with a mark in front where its ground says that it failed or
// did not end, or its bar that it decides: all else that has a colour says so in words.
func (m *mermaid) marked(r Row, whole string) string {
	told := Row{Cells: slices.DeleteFunc(slices.Clone(r.Cells), func(c Cell) bool { return c.Bar == nil })}
	if r.Role == RoleFailed || r.Role == RoleBecause {
		told.Role = r.Role
	}
	mark := rowMark(told)
	if mark == "" || mark == whole || allSmall(r) {
		return mermaidRow(r)
	}
	if !slices.Contains(m.marks, mark) {
		m.marks = append(m.marks, mark)
	}
	r.Cells = slices.Clone(r.Cells)
	name := strings.TrimLeft(r.Cells[0].Text, " ")
	r.Cells[0].Text = r.Cells[0].Text[:len(r.Cells[0].Text)-len(name)] + mark + name
	return mermaidRow(r)
}

// rowText is the text of a row's cells on one line.
func rowText(r Row) string {
	var texts []string
	for _, c := range r.Cells {
		texts = append(texts, strings.TrimSpace(c.Text))
	}
	return strings.ReplaceAll(joinNonEmpty(" · ", texts...), "  ·  ", " · ")
}

// mermaidRow writes a row's cells on one line of a label.
func mermaidRow(r Row) string {
	var cells []string
	for _, c := range r.Cells {
		text := strings.TrimLeft(c.Text, " ")
		if text == "" {
			continue
		}
		indent := ""
		if len(cells) == 0 {
			indent = strings.Repeat("#160;", len(c.Text)-len(text)) // spaces that HTML keeps
		}
		text = indent + mermaidText(strings.TrimRight(text, " "))
		switch c.Font {
		case FontBold, FontHeading, FontTitle:
			text = "<b>" + text + "</b>"
		}
		if c.Italic {
			text = "<i>" + text + "</i>"
		}
		cells = append(cells, text)
	}
	return strings.Join(cells, " · ")
}

// arrow writes the line between the nodes. Mermaid has no arrow that points
// backwards only, so that the label says so.
func (m *mermaid) arrow(e joinedEdge) string {
	length := strings.Repeat("-", max(1, e.span))
	line := "-" + length + ">"
	if e.backward || e.plain {
		line = "--" + length
	}
	if styleOf(e.role).Dash != "" {
		line = "-" + strings.Repeat(".", max(1, e.span)) + "-"
		if !e.backward && !e.plain {
			line += ">"
		}
	}
	label := mermaidText(e.label)
	if e.backward {
		label = joinNonEmpty(" ", "◀", label)
	}
	if label != "" {
		line += `|"` + label + `"|`
	}
	return line
}

// class returns the class of a role, and notes that it is used.
func (m *mermaid) class(r Role) string {
	m.used[r] = true
	return "role" + strconv.Itoa(int(r))
}

// styles says how the roles that are used look. What is drawn on the page's own
// ground keeps the colours of the page's theme, light or dark.
func (m *mermaid) styles() {
	for r := range roleCount {
		if !m.used[r] {
			continue
		}
		st := styleOf(r)
		css := []string{"text-align:left"}
		if st.Fill == "" {
			css = append(css, "fill:none", "stroke:none")
		} else {
			css = append(css, "fill:"+st.Fill, "color:"+st.Text)
			if st.Line != "" {
				css = append(css, "stroke:"+st.Line, "stroke-width:"+number(st.Pen)+"px")
			}
			if st.Dash != "" {
				css = append(css, "stroke-dasharray:5 3")
			}
		}
		m.line("classDef role%d %s", int(r), strings.Join(css, ","))
	}
	for i, e := range m.edges {
		st := styleOf(e.role)
		line := st.Line
		if line == colorInk {
			line = mermaidLine
		}
		m.line("linkStyle %d stroke-width:%spx,stroke:%s", i, number(st.Pen), line)
	}
}

// mermaidText writes s as text within the quotes of a label, or behind a keyword.
// What could mean anything to Mermaid, to the HTML that a label becomes, or to a
// style, is written as a number.
func mermaidText(s string) string {
	// Of fa:fa-car Mermaid makes an icon, after all else; this joins what it parts.
	s = strings.ReplaceAll(visible(s), ":fa-", ":\u2060fa-")
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r > 0x7e, strings.ContainsRune(" .,/()+='!?", r):
			b.WriteRune(r)
		case r == '-' && !strings.HasSuffix(b.String(), "-"):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, "#%d;", r)
		}
	}
	return b.String()
}

// yamlString writes s as a string of YAML's that neither YAML nor Mermaid, which
// looks for settings in it, finds anything in.
func yamlString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range visible(s) {
		if r > 0x7e || r == ' ' || r >= '(' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			b.WriteRune(r)
			continue
		}
		fmt.Fprintf(&b, `\u%04x`, r)
	}
	b.WriteByte('"')
	return b.String()
}
