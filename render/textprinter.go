package render

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// glyphs draw the lines of a tree.
type glyphs struct {
	branch, last, pass, none string
}

var (
	boxGlyphs   = glyphs{"├─ ", "└─ ", "│  ", "   "}
	asciiGlyphs = glyphs{"|- ", "`- ", "|  ", "   "}
)

// textPrinter writes lines.
type textPrinter struct {
	o        TextOptions
	glyphs   glyphs
	ellipsis string
	b        strings.Builder
}

// mostIndents is how many levels are indented: lines become longer with each. Of what
// is deeper, the level stands in front.
const mostIndents = 60

// item writes an item on a level and what is below it. The first line begins with
// first, the others with rest.
func (p *textPrinter) item(it *item, level int, first, rest string) {
	p.line(first + rowColumns(it.row, it.columns, it.level))
	below := p.glyphs.none
	if len(it.children) > 0 {
		below = p.glyphs.pass
	}
	for _, n := range it.notes {
		p.note(rest+below, n)
	}
	for i, c := range it.children {
		switch {
		case level >= mostIndents:
			p.item(c, level+1, rest+"("+strconv.Itoa(level+1)+") ", rest)
		case i == len(it.children)-1:
			p.item(c, level+1, rest+p.glyphs.last, rest+p.glyphs.none)
		default:
			p.item(c, level+1, rest+p.glyphs.branch, rest+p.glyphs.pass)
		}
	}
}

// line writes a line, cut to the width.
func (p *textPrinter) line(s string) {
	if p.o.ASCII {
		s = toASCII(s)
	}
	if n := p.o.Width; n > 0 && TextWidth(s) > n {
		s = TextHead(s, n-TextWidth(p.ellipsis)) + p.ellipsis
	}
	p.b.WriteString(strings.TrimRight(s, " ") + "\n")
}

// sentenceWidth is how long lines of sentences are where nothing limits them.
const sentenceWidth = 100

// sentence writes text in lines of the width.
func (p *textPrinter) sentence(s string) {
	n := p.o.Width
	if n == 0 {
		n = sentenceWidth
	}
	for _, l := range wrap(strings.Split(s, " "), "", n) {
		p.line(l)
	}
}

// toASCII spells out what is not ASCII, as people do where there is a way.
func toASCII(s string) string {
	if isPlain(s) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r < utf8.RuneSelf:
			b.WriteRune(r)
		case r == '…':
			b.WriteString("...")
		case r == '→':
			b.WriteString("->")
		case r == '←':
			b.WriteString("<-")
		case r == '·', r == '−':
			b.WriteByte('-')
		case r == '█':
			b.WriteByte('#')
		case r == '▲':
			b.WriteByte('^')
		case r == '▼':
			b.WriteByte('v')
		default:
			q := strconv.QuoteRuneToASCII(r)
			b.WriteString(q[1 : len(q)-1])
		}
	}
	return b.String()
}
