package render

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-graphviz"
)

// WriteInline lays the graph out and writes it as an svg element that becomes a
// part of an HTML page. It has no ids, no fonts, no links and no styles, so that
// nothing in it acts on the page: fonts and the colours of text are the page's,
// all others are attributes that the page's style sheet can replace.
//
// The groups of the graph's parts have the classes cluster, node and edge. Behind
// each row of a node that has a key, and on each cluster, key(Key) is written as
// the attribute data-k, unless it is empty; a row has a rect of the class row over
// it, which can be seen through.
func WriteInline(w io.Writer, g *Graph, key func(string) string) error {
	var tips tooltips
	svg, err := layOut(g, graphviz.SVG, &tips)
	if err != nil {
		return fmt.Errorf("writing SVG: %w", err)
	}
	b := newDOTBuilder(g)
	in := &inliner{g: g, key: key, tips: tips, nodes: map[string]*Node{}, clusters: map[string]*Cluster{}}
	for i := range g.Nodes {
		in.nodes[b.nodeName(NodeID(i+1))] = &g.Nodes[i]
	}
	for i := range g.Clusters {
		in.clusters[b.clusterName(ClusterID(i+1))] = &g.Clusters[i]
	}
	if err := in.read(svg); err != nil {
		return fmt.Errorf("writing SVG: %w", err)
	}
	if _, err := w.Write(in.out.Bytes()); err != nil {
		return fmt.Errorf("writing SVG: %w", err)
	}
	return nil
}

// inliner turns Graphviz's SVG into a part of a page, element by element.
type inliner struct {
	g        *Graph
	key      func(string) string
	tips     tooltips
	nodes    map[string]*Node    // by Graphviz's name
	clusters map[string]*Cluster // by Graphviz's name

	out   bytes.Buffer
	open  []string // what ends each element that is open; "" for one left out
	class string   // of the part that is being read
	node  *Node    // that is being read
	x0    float64  // how far the node reaches, from left
	x1    float64  // to right
	texts []inlineText
}

// inlineText is where a text of a node stands.
type inlineText struct{ y, size float64 }

func (in *inliner) read(svg []byte) error {
	d := xml.NewDecoder(bytes.NewReader(svg))
	for {
		token, err := d.RawToken()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("Graphviz's output: %w", err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			if err := in.start(d, e); err != nil {
				return fmt.Errorf("Graphviz's output: %w", err)
			}
		case xml.EndElement:
			in.end()
		}
	}
}

func attrOf(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func (in *inliner) start(d *xml.Decoder, e xml.StartElement) error {
	switch e.Name.Local {
	case "svg":
		fmt.Fprintf(&in.out, "<svg viewBox=\"%s\" role=\"img\" aria-label=\"%s\">\n", html.EscapeString(attrOf(e, "viewBox")), html.EscapeString(visible(in.g.Name)))
		in.open = append(in.open, "</svg>\n")
	case "g":
		if class := attrOf(e, "class"); class != "" {
			in.class = class
			in.open = append(in.open, "</g>\n")
			return in.startPart(d, attrOf(e, "transform"))
		}
		in.open = append(in.open, "")
	case "a":
		if tip := in.tips.find(attrOf(e, "title")); tip != "" && in.class == "edge" {
			fmt.Fprintf(&in.out, "<title>%s</title>", escapeXML(tip))
		}
		in.open = append(in.open, "")
	case "text":
		return in.text(d, e)
	default:
		return in.shape(d, e)
	}
	return nil
}

// startPart begins a part of the graph. Its first element is a title: the name
// that the part has in the DOT.
func (in *inliner) startPart(d *xml.Decoder, transform string) error {
	name, err := firstTitle(d)
	if err != nil {
		return err
	}
	fmt.Fprintf(&in.out, "<g class=%q", in.class)
	if transform != "" {
		fmt.Fprintf(&in.out, " transform=\"%s\"", html.EscapeString(transform))
	}
	if c := in.clusters[name]; in.class == "cluster" && c != nil {
		in.writeKey(c.Key)
	}
	in.node, in.texts = nil, nil
	if in.class == "node" {
		in.node = in.nodes[name]
		in.x0, in.x1 = math.Inf(1), math.Inf(-1)
	}
	in.out.WriteString(">")
	return nil
}

func firstTitle(d *xml.Decoder) (string, error) {
	for {
		token, err := d.RawToken()
		if err != nil {
			return "", err
		}
		switch e := token.(type) {
		case xml.StartElement:
			if e.Name.Local != "title" {
				return "", fmt.Errorf("a group begins with %s, not with its title", e.Name.Local)
			}
			return content(d)
		case xml.EndElement:
			return "", errors.New("a group has no title")
		}
	}
}

// content reads the text of an element to the element's end.
func content(d *xml.Decoder) (string, error) {
	var b strings.Builder
	for depth := 1; depth > 0; {
		token, err := d.RawToken()
		if err != nil {
			return "", err
		}
		switch e := token.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		case xml.CharData:
			b.Write(e)
		}
	}
	return b.String(), nil
}

func (in *inliner) writeKey(key string) {
	if k := in.key(key); key != "" && k != "" {
		fmt.Fprintf(&in.out, " data-k=\"%s\"", html.EscapeString(visible(k)))
	}
}

// end ends an element. A node gets what lies over its rows.
func (in *inliner) end() {
	last := len(in.open) - 1
	if last < 0 {
		return
	}
	end := in.open[last]
	in.open = in.open[:last]
	if end == "" {
		return
	}
	if in.node != nil {
		in.rows()
		in.node = nil
	}
	in.out.WriteString(end)
}

func (in *inliner) text(d *xml.Decoder, e xml.StartElement) error {
	s, err := content(d)
	if err != nil {
		return err
	}
	size, _ := strconv.ParseFloat(attrOf(e, "font-size"), 64) // its absence is as good as an error
	y, _ := strconv.ParseFloat(attrOf(e, "y"), 64)
	in.texts = append(in.texts, inlineText{y, size})
	fmt.Fprintf(&in.out, "<text x=\"%s\" y=\"%s\"", html.EscapeString(shortNumbers(attrOf(e, "x"))), html.EscapeString(shortNumbers(attrOf(e, "y"))))
	if anchor := attrOf(e, "text-anchor"); anchor != "start" {
		fmt.Fprintf(&in.out, " text-anchor=\"%s\"", html.EscapeString(anchor))
	}
	if size != dotFontSize {
		fmt.Fprintf(&in.out, " font-size=\"%s\"", strconv.FormatFloat(size, 'f', -1, 64))
	}
	for _, name := range []string{"font-weight", "font-style", "fill"} {
		if v := attrOf(e, name); v != "" && v != colorInk {
			fmt.Fprintf(&in.out, " %s=\"%s\"", name, html.EscapeString(v))
		}
	}
	// Graphviz writes spaces side by side as ones that do not break.
	fmt.Fprintf(&in.out, ">%s</text>", escapeXML(strings.NewReplacer("\u00a0", " ", roomMark, "").Replace(s)))
	return nil
}

// rows lays a rect over each row of the node that has a key. Graphviz writes the
// texts of a table in the order of its cells; where their number is another than
// that of the cells, nobody knows which is which.
func (in *inliner) rows() {
	var rowOf []int
	for i, r := range in.node.Label.Rows {
		for _, c := range r.Cells {
			if c.Bar == nil && c.Table == nil && c.Text != "" {
				rowOf = append(rowOf, i)
			}
			if c.Table != nil || c.Bar != nil && slices.ContainsFunc(c.Bar.Segments, func(s Segment) bool { return s.Text != "" }) {
				return
			}
		}
	}
	if len(rowOf) != len(in.texts) {
		return
	}
	last := -1
	for i, row := range rowOf {
		r := in.node.Label.Rows[row]
		if row == last || r.Key == "" || in.key(r.Key) == "" {
			continue
		}
		last = row
		t := in.texts[i]
		fmt.Fprintf(&in.out, "\n<rect class=\"row\"")
		in.writeKey(r.Key)
		fmt.Fprintf(&in.out, " x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"none\">", in.x0+1, t.y-1.15*t.size, in.x1-in.x0-2, 1.6*t.size)
		if tooltip := in.tooltipOf(row); tooltip != "" {
			fmt.Fprintf(&in.out, "<title>%s</title>", escapeXML(tooltip))
		}
		in.out.WriteString("</rect>")
	}
}

// tooltipOf is a row's tooltip. The first row, which names the node, has the
// node's when it has none of its own.
func (in *inliner) tooltipOf(row int) string {
	tooltip := in.node.Label.Rows[row].Tooltip
	if tooltip == "" && row == 0 {
		return in.node.Tooltip
	}
	return tooltip
}
