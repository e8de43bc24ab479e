package report

import (
	"io"
	"strings"
	"unicode/utf8"
)

// Ink is what a piece of text means, which a Style turns into colour. No meaning
// is told by colour alone.
type Ink uint8

// The inks.
const (
	InkNone   Ink = iota
	InkStrong     // headings and what the eye shall find first
	InkMuted      // remarks
	InkGood       // as it should be
	InkWarn       // worth a look
	InkBad        // time is lost here, or something is wrong
)

// Style says how text is written.
type Style struct {
	Color bool // with the escape sequences of a terminal
}

// Paint returns the text in the ink's colour, if there is colour.
func (s Style) Paint(ink Ink, text string) string {
	code := map[Ink]string{
		InkStrong: "1", InkMuted: "2", InkGood: "32", InkWarn: "33", InkBad: "31",
	}[ink]
	if !s.Color || code == "" || text == "" {
		return text
	}
	return "\033[" + code + "m" + text + "\033[0m"
}

// Cell is a cell of a Table.
type Cell struct {
	Text string // printable; see render.Printable
	Ink  Ink
}

// Column is a column of a Table.
type Column struct {
	Title string
	Right bool // aligned right, as numbers are
}

// Table aligns cells in columns. Its zero value has no columns and no heading.
type Table struct {
	Columns []Column
	rows    [][]Cell
}

// Row adds a row. Missing cells are empty.
func (t *Table) Row(cells ...Cell) { t.rows = append(t.rows, cells) }

// Len returns the number of rows.
func (t *Table) Len() int { return len(t.rows) }

// gap is what stands between columns.
const gap = "  "

// Write writes the heading, if any column has a title, and the rows.
func (t *Table) Write(w io.Writer, style Style) error {
	rows := t.rows
	var heading []Cell
	titled := false
	for _, c := range t.Columns {
		heading = append(heading, Cell{c.Title, InkStrong})
		titled = titled || c.Title != ""
	}
	if titled {
		rows = append([][]Cell{heading}, rows...)
	}
	widths := make([]int, len(t.Columns))
	for _, row := range rows {
		for i, c := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(c.Text))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		b.WriteString(t.line(row, widths, style))
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// line aligns one row. Nothing but space is left off at its end.
func (t *Table) line(row []Cell, widths []int, style Style) string {
	last := len(row) - 1
	for last >= 0 && row[last].Text == "" {
		last--
	}
	var b strings.Builder
	for i, c := range row[:last+1] {
		if i > 0 {
			b.WriteString(gap)
		}
		pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(c.Text))
		switch {
		case t.Columns[i].Right:
			b.WriteString(pad + style.Paint(c.Ink, c.Text))
		case i == last:
			b.WriteString(style.Paint(c.Ink, c.Text))
		default:
			b.WriteString(style.Paint(c.Ink, c.Text) + pad)
		}
	}
	return b.String()
}
