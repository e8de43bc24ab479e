package render

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/goccy/go-graphviz"
)

// svgFonts are fonts whose letters are as wide as those that were laid out,
// one of which nearly every system has.
const svgFonts = "Helvetica,Arial,'Liberation Sans',Arimo,'Nimbus Sans',sans-serif"

// WriteSVG lays the graph out and writes it as SVG that stands alone: without
// scripts, links or fonts, with a title and a description for those who cannot see
// it, and with colours for pages that are dark. Tooltips are titles; ids are the
// keys of nodes, clusters, edges and rows.
func WriteSVG(w io.Writer, g *Graph) error {
	var tips tooltips
	out, err := layOut(g, graphviz.SVG, &tips)
	if err != nil {
		return fmt.Errorf("writing SVG: %w", err)
	}
	begin := bytes.Index(out, []byte("<svg "))
	if begin < 0 {
		return errors.New("writing SVG: Graphviz's output has no svg element")
	}
	var b bytes.Buffer
	r := svgRewriter{b: &b, g: g, tips: tips}
	for line := range strings.Lines(string(out[begin:])) {
		r.line(strings.TrimSuffix(line, "\n"))
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("writing SVG: %w", err)
	}
	return nil
}

// Lines of Graphviz's SVG, which has every element on a line of its own. In texts
// and attributes there are no line ends and no angle brackets.
var (
	svgAnchor  = regexp.MustCompile(`^<g id="a_([^"]*)"><a [^>]*xlink:title="([^"]*)"[^>]*>$`)
	svgTitle   = regexp.MustCompile(`^<title>.*</title>$`)
	svgComment = regexp.MustCompile(`^<!-- .* -->$`)
	svgFont    = regexp.MustCompile(` font-family="` + dotFont + `,[^"]*"`)
)

// tooltips are those of a picture, which go round Graphviz: it reads escapes in
// them, some of them twice, and leaves out those of cells that are no links.
type tooltips []string

// add returns what stands for a tooltip.
func (t *tooltips) add(s string) string {
	*t = append(*t, s)
	return tipPrefix + strconv.Itoa(len(*t)-1)
}

// find returns the tooltip that something stands for, or "".
func (t tooltips) find(s string) string {
	n, err := strconv.Atoi(strings.TrimPrefix(s, tipPrefix))
	if err != nil || n < 0 || n >= len(t) {
		return ""
	}
	return t[n]
}

const tipPrefix = "tip"

// svgRewriter writes the lines of Graphviz's SVG with its own titles and links
// replaced by our tooltips.
type svgRewriter struct {
	b       *bytes.Buffer
	g       *Graph
	tips    tooltips
	titled  bool   // the line before was a title, that of the element it is in
	anchors []bool // the open ones: whether their group is kept
	closing bool   // the line before closed an anchor whose group is not kept
	rest    bool   // the opening of the svg element is over
}

func (r *svgRewriter) line(line string) {
	titled, closing := r.titled, r.closing
	r.titled, r.closing = false, false
	anchor := svgAnchor.FindStringSubmatch(line)
	switch {
	case !r.rest:
		r.opening(line)
	case svgComment.MatchString(line), closing && line == "</g>":
	case svgTitle.MatchString(line):
		r.titled = true
	case anchor != nil:
		if !titled {
			r.write(`<g id="` + anchor[1] + `">`)
		}
		if tooltip := r.tips.find(anchor[2]); tooltip != "" {
			r.b.WriteString("<title>" + escapeXML(tooltip) + "</title>\n")
		}
		r.anchors = append(r.anchors, !titled)
	case line == "</a>" && len(r.anchors) > 0:
		r.closing = !r.anchors[len(r.anchors)-1]
		r.anchors = r.anchors[:len(r.anchors)-1]
	default:
		r.write(line)
	}
}

// opening writes the lines of the svg element's tag, and behind it what describes
// the picture and how it looks.
func (r *svgRewriter) opening(line string) {
	end := strings.IndexByte(line, '>')
	if end < 0 {
		if strings.HasPrefix(line, "<svg ") {
			r.write(`<?xml version="1.0" encoding="UTF-8"?>`)
		}
		r.write(line)
		return
	}
	r.rest = true
	r.b.WriteString(strings.TrimSuffix(line[:end], ` xmlns:xlink="http://www.w3.org/1999/xlink"`) +
		` class="chaintrace" font-family="` + svgFonts + `" role="img" aria-labelledby="picture-title picture-description">` + "\n")
	r.write(`<title id="picture-title">` + escapeXML(r.g.Name) + `</title>`)
	r.write(`<desc id="picture-description">` + escapeXML(r.g.Description) + `</desc>`)
	r.write("<style>" + DarkStyle(".chaintrace", "(prefers-color-scheme: dark)") + "</style>")
}

// write writes a line, with hyphens as they are, and without the font that all texts
// have and what made room for them.
func (r *svgRewriter) write(line string) {
	line = strings.ReplaceAll(strings.ReplaceAll(line, roomMark, ""), "&#45;", "-")
	r.b.WriteString(svgFont.ReplaceAllString(line, "") + "\n")
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
