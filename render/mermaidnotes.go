package render

import (
	"fmt"
	"slices"
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
