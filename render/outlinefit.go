package render

import "strings"

// leastShortened is how many characters of a name are left where it is shortened.
const leastShortened = 24

// narrow makes the first columns of what would be longer than a line narrower, so that
// as many others as can be are seen. What is shortened has the ellipsis in place
// of its middle.
func narrow(items []*item, width int, ellipsis string) {
	begins := map[*columns]int{} // where rows on level 0 begin, furthest right
	measure(items, 0, 0, begins)
	for c, begin := range begins {
		for n := len(c.widths); n > 1; n-- {
			room := width - begin
			if n < len(c.widths) {
				room -= len(gap) + TextWidth(ellipsis) // which says that there is more
			}
			over := spanned(c.widths[:n]) - room
			if over <= 0 {
				break
			}
			if first := c.widths[0] - over; first >= leastShortened+c.deepest*levelChars {
				c.widths[0], c.ellipsis = first, ellipsis
				break
			}
		}
	}
}

// measure notes where the lines of items begin that have so many characters in front.
func measure(items []*item, level, indent int, begins map[*columns]int) {
	for _, it := range items {
		if it.columns != nil {
			begins[it.columns] = max(begins[it.columns], indent-it.level*levelChars)
		}
		measure(it.children, level+1, min(level+1, mostIndents)*levelChars, begins)
	}
}

// shortened returns a name as one of at most n columns, if names are to be
// shortened. Ends tell names apart more than beginnings do.
func (c *columns) shortened(s string, n int) string {
	if c.ellipsis == "" || TextWidth(s) <= n {
		return s
	}
	rest := max(0, n-TextWidth(c.ellipsis))
	head := rest / 3
	return TextHead(s, head) + c.ellipsis + textTail(s, rest-head)
}

// leastNote is how many characters of a line a note needs to be wrapped.
const leastNote = 20

// note writes a line below an item, or several where it is longer than one.
func (p *textPrinter) note(indent, text string) {
	room := p.o.Width - TextWidth(indent)
	if p.o.ASCII {
		text = toASCII(text)
	}
	if p.o.Width == 0 || room < leastNote || TextWidth(text) <= room {
		p.line(indent + text)
		return
	}
	const further = "  "
	for i, l := range wrap(strings.Split(text, " "), "", room-len(further)) {
		if i > 0 {
			l = further + l
		}
		p.line(indent + l)
	}
}
