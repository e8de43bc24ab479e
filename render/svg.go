package render

import (
	"bytes"
	"fmt"
	"io"

	"github.com/goccy/go-graphviz"
)

// svgFonts are fonts whose letters are as wide as those that were laid out,
// one of which nearly every system has.
const svgFonts = "Helvetica,Arial,'Liberation Sans',Arimo,'Nimbus Sans',sans-serif"

// WriteSVG lays the graph out and writes it as SVG that stands alone, with a
// title and a description for those who cannot see it. Tooltips are titles; ids
// are the keys of nodes, clusters and edges.
func WriteSVG(w io.Writer, g *Graph) error {
	out, err := layOut(g, graphviz.SVG)
	if err != nil {
		return fmt.Errorf("writing SVG: %w", err)
	}
	out = bytes.ReplaceAll(out, []byte(`font-family="`+dotFont+`,sans-Serif"`), []byte(`font-family="`+svgFonts+`"`))
	out, err = describeSVG(out, g)
	if err != nil {
		return fmt.Errorf("writing SVG: %w", err)
	}
	if _, err := w.Write(out); err != nil {
		return fmt.Errorf("writing SVG: %w", err)
	}
	return nil
}

// describeSVG puts title and description at the beginning, in place of what
// Graphviz says of itself there.
func describeSVG(svg []byte, g *Graph) ([]byte, error) {
	begin := bytes.Index(svg, []byte("<svg "))
	if begin < 0 {
		return nil, fmt.Errorf("Graphviz's output has no svg element")
	}
	end := bytes.IndexByte(svg[begin:], '>')
	if end < 0 {
		return nil, fmt.Errorf("the svg element in Graphviz's output does not end")
	}
	var b bytes.Buffer
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
	b.Write(svg[begin : begin+end])
	b.WriteString(` role="img" aria-labelledby="picture-title picture-description">` + "\n")
	fmt.Fprintf(&b, "<title id=\"picture-title\">%s</title>\n<desc id=\"picture-description\">%s</desc>\n",
		escapeXML(g.Name), escapeXML(g.Description))
	b.Write(svg[begin+end+1:])
	return b.Bytes(), nil
}

// escapeXML writes s as text of an XML element.
func escapeXML(s string) string {
	var b bytes.Buffer
	for _, r := range visibleLines(s) {
		switch r {
		case '&':
			b.WriteString("&amp;")
		case '<':
			b.WriteString("&lt;")
		case '>':
			b.WriteString("&gt;")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
