package render

import (
	"bufio"
	"fmt"
	"strconv"
	"strings"

	"github.com/awalterschulze/gographviz/ast"
)

// writeDOTTree writes the statements one by one: gographviz's own String
// builds the text by appending to it, which takes quadratic time. Frames and
// nodes come before the edges, as Graphviz places things in the order in which
// they are first mentioned.
func writeDOTTree(w *bufio.Writer, t *ast.Graph) {
	fmt.Fprintf(w, "digraph %s {\n", t.ID)
	d := dotStmts{w, map[string]bool{}}
	var edges []ast.Stmt
	defaults := []string{
		"node [shape=plain, fontname=" + quote(dotFont) + ", fontsize=" + number(dotFontSize) + ", fontcolor=" + quote(colorInk) + "]",
		"edge [fontname=" + quote(dotFont) + ", fontsize=" + number(dotFontSize) + ", fontcolor=" + quote(colorInk) + ", arrowsize=0.8]",
	}
	for _, s := range t.StmtList {
		switch s.(type) {
		case *ast.EdgeStmt:
			edges = append(edges, s)
			continue
		case *ast.Attr:
		default:
			// The attributes come first; the defaults follow them.
			writeLines(w, defaults)
			defaults = nil
		}
		d.write(s, "\t")
	}
	writeLines(w, defaults)
	for _, s := range edges {
		d.write(s, "\t")
	}
	fmt.Fprint(w, "}\n")
}

func writeLines(w *bufio.Writer, lines []string) {
	for _, l := range lines {
		fmt.Fprintf(w, "\t%s;\n", l)
	}
}

// dotStmts writes statements.
type dotStmts struct {
	w       *bufio.Writer
	written map[string]bool // the nodes that are, by name
}

func (d *dotStmts) write(s ast.Stmt, indent string) {
	switch s := s.(type) {
	case *ast.SubGraph:
		fmt.Fprintf(d.w, "%ssubgraph %s {\n", indent, s.ID)
		for _, inner := range s.StmtList {
			d.write(inner, indent+"\t")
		}
		fmt.Fprintf(d.w, "%s}\n", indent)
	case *ast.NodeStmt:
		id := s.NodeID.String()
		if d.written[id] {
			fmt.Fprintf(d.w, "%s%s;\n", indent, id) // its attributes stand where it was first
			return
		}
		d.written[id] = true
		fmt.Fprintf(d.w, "%s%s;\n", indent, s)
	default:
		fmt.Fprintf(d.w, "%s%s;\n", indent, s)
	}
}

// quote writes s as a quoted string of Graphviz's language that stands for s
// itself. Such a string is read in three steps (the quotes, the escapes such
// as \N for a node's name, and character references), and s passes through
// them unchanged; its line ends stay line ends.
func quote(s string) string {
	s = visibleLines(s)
	var b strings.Builder
	b.Grow(len(s) + 2)
	b.WriteByte('"')
	for i := range len(s) {
		switch c := s[i]; c {
		case '&':
			b.WriteString("&amp;")
		case '\\', '"':
			b.WriteByte('\\')
			b.WriteByte(c)
		case '\n':
			b.WriteString(`\n`)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// visibleLines is visible for text of several lines.
func visibleLines(s string) string {
	if isPlain(s) {
		return s
	}
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = visible(l)
	}
	return strings.Join(lines, "\n")
}

// idSet makes ids unique.
type idSet struct {
	used map[string]int
}

func newIDSet() *idSet { return &idSet{used: map[string]int{}} }

// unique returns the slug of key, with a number behind it when it is taken.
func (s *idSet) unique(key string) string {
	base := slug(key)
	id := base
	for {
		n := s.used[id]
		if n == 0 {
			s.used[id] = 1
			return id
		}
		s.used[base]++
		id = base + "-" + strconv.Itoa(s.used[base])
	}
}

func inches(points float64) string { return number(points / 72) }

func number(f float64) string { return strconv.FormatFloat(f, 'g', 4, 64) }

func joinWords(words ...string) string {
	var some []string
	for _, w := range words {
		if w != "" {
			some = append(some, w)
		}
	}
	return strings.Join(some, ",")
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
