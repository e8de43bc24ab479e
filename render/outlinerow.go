package render

import (
	"slices"
	"strings"
)

func allSmall(r Row) bool {
	return !slices.ContainsFunc(r.Cells, func(c Cell) bool { return c.Font != FontSmall || c.Bar != nil })
}

// columns are what rows stand in.
type columns struct {
	widths   []int
	deepest  int    // level of a row in them
	ellipsis string // what shortened names have in place of their middle; "": none is shortened
}

// newColumns returns the columns of rows, or nil where there is nothing in columns.
func newColumns(rows []leveledRow) *columns {
	c := &columns{widths: columnWidths(rows)}
	if len(c.widths) == 0 {
		return nil
	}
	for _, r := range rows {
		c.deepest = max(c.deepest, r.level)
	}
	return c
}

// columnWidths returns how wide the columns of rows are. The first one is as wide
// as what is furthest to the right in it.
func columnWidths(rows []leveledRow) []int {
	var widths []int
	for _, r := range rows {
		column := 0
		for i, c := range r.Cells {
			for len(widths) < column+max(1, c.Span) {
				widths = append(widths, 0)
			}
			if c.Span <= 1 {
				width := cellWidth(r.Row, i)
				if column == 0 {
					width += r.level * levelChars
				}
				widths[column] = max(widths[column], width)
			}
			column += max(1, c.Span)
		}
	}
	// What is wider than its columns together widens the first.
	for _, r := range rows {
		if len(r.Cells) > 0 && r.Cells[0].Span > 1 {
			widths[0] += max(0, cellWidth(r.Row, 0)+r.level*levelChars-spanned(widths[:r.Cells[0].Span]))
		}
	}
	return widths
}

// gap is what stands between columns.
const gap = "  "

func spanned(widths []int) int {
	n := (len(widths) - 1) * len(gap)
	for _, w := range widths {
		n += w
	}
	return n
}

// rowColumns writes a row's cells, in columns if there are any. The first is narrower
// the deeper the row's level, as its line begins further right.
func rowColumns(r Row, in *columns, level int) string {
	var b strings.Builder
	var widths []int
	if in != nil {
		widths = in.widths
	}
	column := 0
	for i, c := range r.Cells {
		text := cellText(c)
		if i == 0 {
			text = rowMark(r) + text
		}
		span := max(1, c.Span)
		if column+span <= len(widths) && len(r.Cells) > 1 {
			width := spanned(widths[column : column+span])
			if i == 0 {
				width -= level * levelChars
				text = in.shortened(text, width)
			}
			pad := strings.Repeat(" ", max(0, width-TextWidth(text)))
			if c.Align == AlignRight {
				text = pad + text
			} else {
				text += pad
			}
		}
		column += span
		if b.Len() > 0 && (text != "" || widths != nil) {
			b.WriteString(gap)
		}
		b.WriteString(text)
	}
	return strings.TrimRight(b.String(), " ")
}

// cellWidth is how many characters a cell of a row takes.
func cellWidth(r Row, cell int) int {
	n := TextWidth(cellText(r.Cells[cell]))
	if cell == 0 {
		n += len(rowMark(r))
	}
	return n
}

// barChars is how long a bar can be.
const barChars = 12

func cellText(c Cell) string {
	if c.Bar == nil {
		return strings.Trim(visible(c.Text), " ")
	}
	chars := func(length int) int { return min(barChars, (length*barChars+c.Bar.Track/2)/max(1, c.Bar.Track)) }
	var b strings.Builder
	at, length := 0, 0 // in characters, in points
	for _, s := range c.Bar.Segments {
		length += s.Length
		n := chars(length) - at
		if s.Role == RoleNone {
			n = min(n, barChars-1-at) // leaves room for what is behind the gap
			b.WriteString(strings.Repeat(" ", max(0, n)))
		} else {
			if s.Length > 0 {
				n = max(n, 1)
			}
			b.WriteString(strings.Repeat("█", min(max(0, n), barChars-at)))
		}
		at = min(barChars, at+max(0, n))
	}
	return b.String()
}

// Marks say what pictures tell by colour.
const (
	markCritical  = "* "
	markFailed    = "! "
	markUnended   = "? "
	markInherited = "< "
	markPassed    = "~ "
)

func roleMark(r Role) string {
	switch r {
	case RoleCritical:
		return markCritical
	case RoleFailed, RoleLost:
		return markFailed
	case RoleBecause:
		return markUnended
	case RoleInherited:
		return markInherited
	case RoleShadowed, RoleSkipped:
		return markPassed
	}
	return ""
}

// rowMark returns the mark of a row's ground, or else of a cell: of its colour,
// or of its bar's.
func rowMark(r Row) string {
	if m := roleMark(r.Role); m != "" {
		return m
	}
	for _, c := range r.Cells {
		if m := roleMark(c.Role); m != "" {
			return m
		}
		if c.Bar == nil {
			continue
		}
		for _, s := range c.Bar.Segments {
			if m := roleMark(s.Role); m != "" {
				return m
			}
		}
	}
	return ""
}

// marksText explains the marks, in a fixed order.
func marksText(g *Graph, marks []string) string {
	critical := "decides when the chain is ready"
	samples, _ := ReadLegend(g.Legend)
	for _, s := range samples {
		if s.Role == RoleCritical {
			critical = s.Text
		}
	}
	var texts []string
	for _, m := range []struct{ mark, text string }{
		{markCritical, critical},
		{markFailed, "failed, lost or masked"},
		{markUnended, "did not end"},
		{markInherited, "taken over from the delegate"},
		{markPassed, "passed by: skipped, or covered by a server further out"},
	} {
		if slices.Contains(marks, m.mark) {
			texts = append(texts, m.mark+m.text)
		}
	}
	return strings.Join(texts, "; ")
}
