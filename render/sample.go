package render

import "strings"

// Sample shows how the role that something plays looks, and says what it means.
type Sample struct {
	Role Role
	Text string
	Fill string // a colour, or "none"
	Line string // a colour, or "none"
	Dash string // as stroke-dasharray of SVG; "" for a line without gaps
}

// ReadLegend returns the samples of a picture's legend, for writers that have
// another place for them than the picture, and the remarks that go with them. A
// legend that is nil has none.
func ReadLegend(legend *Table) (samples []Sample, remarks []string) {
	if legend == nil {
		return nil, nil
	}
	for _, r := range legend.Rows {
		for _, c := range r.Cells {
			switch {
			case c.Table != nil:
				s, more := ReadLegend(c.Table)
				samples, remarks = append(samples, s...), append(remarks, more...)
			case c.Badge:
				samples = append(samples, sampleOf(c))
			case strings.TrimSpace(c.Text) != "":
				remarks = append(remarks, c.Text)
			}
		}
	}
	return samples, remarks
}

func sampleOf(c Cell) Sample {
	st := styleOf(c.Role)
	return Sample{
		Role: c.Role, Text: c.Text, Fill: orElse(st.Fill, "none"), Line: orElse(st.Line, "none"),
		Dash: map[string]string{"dashed": "4 2", "dotted": "1 2"}[st.Dash],
	}
}
