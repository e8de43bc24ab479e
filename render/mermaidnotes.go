package render

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// aboutRows are the rows of the title that are not in the diagram's own.
func (m *mermaid) aboutRows() []Row {
	if m.g.Title == nil || len(m.g.Title.Rows) < 2 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(m.g.Title.Rows[2:]), func(r Row) bool { return rowText(r) == "" })
}

// notes adds a node of its own for each of the rows.
func (m *mermaid) notes(key string, rows []Row) {
	for i, r := range rows {
		role := RoleMuted
		for _, c := range r.Cells {
			if c.Role != RoleNone {
				role = c.Role
			}
		}
		m.line("%s%d[\"%s\"]:::%s", key, i+1, mermaidRow(r), m.class(role))
	}
}

// apart puts what fans out behind what is said about the diagram, or its arrows
// would cross that.
func (m *mermaid) apart() {
	if len(m.g.Clusters) > 0 || len(m.aboutRows()) == 0 {
		return // frames are laid out otherwise when a line leads into them
	}
	first, several, reached := map[NodeID]NodeID{}, map[NodeID]bool{}, map[NodeID]bool{}
	for _, e := range m.edges {
		if e.from >= e.to {
			continue // it goes back
		}
		reached[e.to] = true
		if first[e.from] == 0 {
			first[e.from] = e.to
		}
		several[e.from] = several[e.from] || first[e.from] != e.to
	}
	for i := range m.g.Nodes {
		if n := NodeID(i + 1); several[n] && !reached[n] {
			m.line("about1 ~~~ %s", nodeID(n))
		}
	}
}

// legend adds the samples of those roles that are in the diagram, the remarks and
// what marks mean.
func (m *mermaid) legend() {
	if m.g.Legend == nil {
		return
	}
	var remarks []Row
	if text := marksText(m.g, m.marks); text != "" {
		remarks = append(remarks, Row{Cells: []Cell{{Text: text}}})
	}
	drawn := map[Role]bool{}
	for r := range m.used {
		drawn[r] = true
	}
	for _, e := range m.edges {
		drawn[e.role] = true
	}
	var samples []string
	for _, r := range m.g.Legend.Rows {
		if len(r.Cells) != 1 || r.Cells[0].Table == nil {
			if rowText(r) != barRemark {
				remarks = append(remarks, r)
			}
			continue
		}
		for _, sample := range r.Cells[0].Table.Rows {
			for _, c := range sample.Cells {
				if c.Badge && drawn[c.Role] {
					samples = append(samples, fmt.Sprintf("  k%d[\"%s\"]:::%s", len(samples)+1, mermaidText(c.Text), m.class(c.Role)))
				}
			}
		}
	}
	if len(samples) > 0 {
		m.line("subgraph key[\"colours\"]\n%s\nend\nclass key %s", strings.Join(samples, "\n"), m.class(RoleMuted))
	}
	m.notes("remark", remarks)
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
