package render

import (
	"fmt"
	"strconv"
	"strings"
)

// tableLook is how a label's table looks beyond what the Table itself says.
type tableLook struct {
	padding int
	fill    string
	text    string // colour of text without a role
	below   int    // points kept free below the last row
	border  *style // nil: none
	ports   portSet
	// rowAttrs, when set, are attributes of rows with a tooltip.
	rowAttrs func(r Row) string
}

// portSet holds the rows of one node at which edges end, by port name.
type portSet map[string]bool

// usedPorts returns the ports of every node at which edges end.
func usedPorts(g *Graph) map[NodeID]portSet {
	used := map[NodeID]portSet{}
	for _, e := range g.Edges {
		for _, end := range []End{e.From, e.To} {
			if end.Row == 0 {
				continue
			}
			if used[end.Node] == nil {
				used[end.Node] = portSet{}
			}
			used[end.Node][portName(end.Row, end.Side, &g.Nodes[end.Node-1].Label)] = true
		}
	}
	return used
}

// portName names the cell at which an edge meets a row: the last one for the
// east side, else the first.
func portName(row int, side Side, t *Table) string {
	cell := 0
	if side == SideEast {
		cell = max(0, len(t.Rows[row-1].Cells)-1)
	}
	return cellPort(row, cell)
}

func cellPort(row, cell int) string { return fmt.Sprintf("r%dc%d", row, cell+1) }

// htmlLabel writes a table as an HTML-like label of Graphviz's.
func htmlLabel(t *Table, look tableLook) string {
	var b strings.Builder
	b.WriteString("<")
	writeTable(&b, t, look)
	b.WriteString(">")
	return b.String()
}

func writeTable(b *strings.Builder, t *Table, look tableLook) {
	b.WriteString(`<TABLE CELLBORDER="0" CELLSPACING="0" CELLPADDING="` + strconv.Itoa(look.padding) + `"`)
	if look.border == nil {
		b.WriteString(` BORDER="0"`)
	} else {
		border := max(1, int(look.border.Pen+0.5))
		fmt.Fprintf(b, ` BORDER="%d" COLOR="%s" STYLE="ROUNDED"`, border, look.border.Line)
	}
	ground := look.fill
	if ground != "" {
		// Most rows are of one ground: that of the table. Its cells need none of
		// their own, which is quicker to draw and leaves no seams.
		ground = commonGround(t, look.fill)
		b.WriteString(` BGCOLOR="` + ground + `"`)
	}
	b.WriteString(">")
	columns := columnsOf(t)
	if len(t.Rows) == 0 {
		// A table without rows is an error to Graphviz.
		b.WriteString("<TR><TD></TD></TR>")
	}
	for i, r := range t.Rows {
		if r.Rule && i > 0 {
			b.WriteString("<HR/>")
		}
		writeRow(b, i+1, r, columns, look, ground)
	}
	if t.Width > 0 {
		// A table's own WIDTH would leave its cells narrow.
		fmt.Fprintf(b, `<TR><TD COLSPAN="%d" CELLPADDING="0" WIDTH="%d" HEIGHT="1"></TD></TR>`, columns, t.Width)
	}
	if look.below > 0 {
		fmt.Fprintf(b, `<TR><TD COLSPAN="%d" CELLPADDING="0" WIDTH="1" HEIGHT="%d"></TD></TR>`, columns, look.below)
	}
	b.WriteString("</TABLE>")
}

func columnsOf(t *Table) int {
	most := 1
	for _, r := range t.Rows {
		n := 0
		for _, c := range r.Cells {
			n += max(1, c.Span)
		}
		most = max(most, n)
	}
	return most
}

// commonGround returns the ground that most rows have.
func commonGround(t *Table, fill string) string {
	counts := map[string]int{}
	best := fill
	for _, r := range t.Rows {
		ground := rowGround(r, fill)
		if counts[ground]++; counts[ground] > counts[best] {
			best = ground
		}
	}
	return best
}

// rowGround returns a row's ground, on a table of the given one.
func rowGround(r Row, fill string) string {
	if r.Role == RoleNone {
		return fill
	}
	return orElse(styleOf(r.Role).Fill, fill)
}

func writeRow(b *strings.Builder, number int, r Row, columns int, look tableLook, tableGround string) {
	ground, text := rowGround(r, look.fill), look.text
	if r.Role != RoleNone {
		text = styleOf(r.Role).Text
	}
	if ground == tableGround {
		ground = ""
	}
	b.WriteString("<TR>")
	attrs := ""
	if look.rowAttrs != nil && r.Tooltip != "" {
		attrs = look.rowAttrs(r)
	}
	if len(r.Cells) == 0 {
		b.WriteString("<TD></TD>")
	}
	left := columns
	for i, c := range r.Cells {
		span := max(1, c.Span)
		left -= span
		if i == len(r.Cells)-1 {
			span += left // a short row's last cell takes the rest
		}
		b.WriteString("<TD")
		if port := cellPort(number, i); look.ports[port] {
			b.WriteString(` PORT="` + port + `"`)
		}
		if span > 1 {
			fmt.Fprintf(b, ` COLSPAN="%d"`, span)
		}
		if i == 0 {
			b.WriteString(attrs)
		}
		writeCell(b, c, ground, text)
		b.WriteString("</TD>")
	}
	b.WriteString("</TR>")
}

// rowName is the text of a row's first cell, which tells it from the others.
func rowName(r Row) string {
	if len(r.Cells) == 0 {
		return ""
	}
	return r.Cells[0].Text
}

// writeCell writes the attributes of a TD that are left to write, and its content.
func writeCell(b *strings.Builder, c Cell, ground, text string) {
	if c.Role != RoleNone {
		st := styleOf(c.Role)
		text = orElse(st.Ink, st.Text)
		if c.Badge {
			ground, text = st.Fill, st.Text
			if st.Dash != "" {
				fmt.Fprintf(b, ` BORDER="1" COLOR="%s" STYLE="%s"`, st.Line, st.Dash)
			}
		}
	}
	switch c.Align {
	case AlignLeft:
		b.WriteString(` ALIGN="LEFT"`)
	case AlignRight:
		b.WriteString(` ALIGN="RIGHT"`)
	}
	if ground != "" {
		b.WriteString(` BGCOLOR="` + ground + `"`)
	}
	b.WriteString(">")
	switch {
	case c.Bar != nil:
		writeBar(b, c.Bar)
		return
	case c.Table != nil:
		writeTable(b, c.Table, tableLook{padding: 2})
		return
	}
	if c.Text != "" {
		writeText(b, c, text)
	}
}

func writeText(b *strings.Builder, c Cell, text string) {
	fs := fontOf(c.Font)
	open, closing := "", ""
	if fs.Size != dotFontSize {
		open += ` POINT-SIZE="` + strconv.FormatFloat(fs.Size, 'f', -1, 64) + `"`
	}
	if text != "" && text != colorInk {
		open += ` COLOR="` + text + `"`
	}
	if open != "" {
		open, closing = "<FONT"+open+">", "</FONT>"
	}
	if fs.Bold {
		open, closing = open+"<B>", "</B>"+closing
	}
	if c.Italic {
		open, closing = open+"<I>", "</I>"+closing
	}
	b.WriteString(open + escapeHTML(c.Text) + closing)
}

// writeBar writes a bar as a row of cells of fixed width.
func writeBar(b *strings.Builder, bar *Bar) {
	height := bar.Height
	if height == 0 {
		height = 8
	}
	b.WriteString(`<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0"><TR>`)
	rest := bar.Track
	for _, s := range bar.Segments {
		n := min(s.Length, rest)
		if n <= 0 {
			continue
		}
		rest -= n
		s.Length = n
		writeSegment(b, s, height)
	}
	writeSegment(b, Segment{Length: rest}, height)
	b.WriteString("</TR></TABLE>")
}

func writeSegment(b *strings.Builder, s Segment, height int) {
	if s.Length <= 0 {
		return
	}
	fmt.Fprintf(b, `<TD FIXEDSIZE="TRUE" WIDTH="%d" HEIGHT="%d"`, s.Length, height)
	st := styleOf(s.Role)
	if s.Role != RoleNone && st.Fill != "" {
		b.WriteString(` BGCOLOR="` + st.Fill + `"`)
	}
	b.WriteString(">")
	if s.Text != "" {
		writeText(b, Cell{Text: s.Text, Font: FontSmall}, st.Text)
	}
	b.WriteString("</TD>")
}

// escapeHTML writes s as text within an HTML-like label. Graphviz parses the
// label as XML and afterwards still reads a backslash as the beginning of an
// escape, such as \N for the node's name. What is not ASCII is written as a
// character reference, as gographviz cannot read it here.
func escapeHTML(s string) string {
	s = visible(s)
	if isPlain(s) && !strings.ContainsAny(s, "&<>\"'\\") {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\\':
			b.WriteString(escapedBackslash)
		case r > 0x7e || strings.ContainsRune("&<>\"'", r):
			fmt.Fprintf(&b, "&#%d;", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
