package canvas

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// SVGOptions says what is the same in all pictures.
type SVGOptions struct {
	Fonts string // a list as of CSS
	Class string // of the svg element
	Style string // a style sheet; "" for none
}

// WriteSVG writes a drawing as SVG that stands alone: without scripts, links or
// fonts.
func WriteSVG(w io.Writer, d *Drawing, o SVGOptions) error {
	s := &svgWriter{hatches: hatches(d)}
	s.begin(d, o)
	for i := range d.Groups {
		s.group(&d.Groups[i])
	}
	s.b.WriteString("</svg>\n")
	if _, err := w.Write(s.b.Bytes()); err != nil {
		return fmt.Errorf("writing SVG: %w", err)
	}
	return nil
}

// hatches returns the colours of stripes, in order of first appearance.
func hatches(d *Drawing) []string {
	var colors []string
	seen := map[string]bool{"": true}
	for i := range d.Groups {
		for _, shape := range d.Groups[i].Shapes {
			if r, ok := shape.(Rect); ok && !seen[r.Hatch] {
				seen[r.Hatch] = true
				colors = append(colors, r.Hatch)
			}
		}
	}
	return colors
}

// svgWriter writes elements, each on a line of its own.
type svgWriter struct {
	b       bytes.Buffer
	hatches []string
}

func (s *svgWriter) begin(d *Drawing, o SVGOptions) {
	s.b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n<svg")
	s.number("width", d.Width)
	s.number("height", d.Height)
	s.attr("viewBox", "0 0 "+short(d.Width)+" "+short(d.Height))
	s.attr("xmlns", "http://www.w3.org/2000/svg")
	s.attr("class", o.Class)
	s.attr("font-family", o.Fonts)
	s.b.WriteString(` role="img" aria-labelledby="picture-title picture-description">` + "\n")
	s.b.WriteString(`<title id="picture-title">` + escape(d.Title) + "</title>\n")
	s.b.WriteString(`<desc id="picture-description">` + escape(d.Description) + "</desc>\n")
	if o.Style != "" {
		s.b.WriteString("<style>" + o.Style + "</style>\n")
	}
	if len(s.hatches) > 0 {
		s.b.WriteString("<defs>\n")
		for _, color := range s.hatches {
			fmt.Fprintf(&s.b, `<pattern id="%s" width="%s" height="%s" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">`, hatchID(color), short(hatchStep), short(hatchStep))
			fmt.Fprintf(&s.b, `<rect width="%s" height="%s" fill="%s"/></pattern>`+"\n", short(hatchPen), short(hatchStep), color)
		}
		s.b.WriteString("</defs>\n")
	}
	s.rect(Rect{Width: d.Width, Height: d.Height, Fill: d.Ground})
}

func hatchID(color string) string { return "hatch-" + strings.TrimPrefix(color, "#") }

func (s *svgWriter) group(g *Group) {
	named := g.ID != "" || g.Tip != ""
	if named {
		s.b.WriteString("<g")
		if g.ID != "" {
			s.attr("id", g.ID)
		}
		s.b.WriteString(">\n")
	}
	if g.Tip != "" {
		s.b.WriteString("<title>" + escape(g.Tip) + "</title>\n")
	}
	for _, shape := range g.Shapes {
		switch e := shape.(type) {
		case Rect:
			s.rect(e)
		case Line:
			s.line(e)
		case Text:
			s.text(e)
		}
	}
	if named {
		s.b.WriteString("</g>\n")
	}
}

func (s *svgWriter) rect(r Rect) {
	place := func() {
		s.b.WriteString("<rect")
		if r.X != 0 || r.Y != 0 {
			s.number("x", r.X)
			s.number("y", r.Y)
		}
		s.number("width", r.Width)
		s.number("height", r.Height)
	}
	if r.Hatch != "" && r.Fill != "" { // the stripes lie over the ground
		place()
		s.attr("fill", r.Fill)
		s.b.WriteString("/>\n")
	}
	place()
	switch {
	case r.Hatch != "":
		s.attr("fill", "url(#"+hatchID(r.Hatch)+")")
	case r.Fill != "":
		s.attr("fill", r.Fill)
	default:
		s.attr("fill", "none")
	}
	s.pen(r.Line, r.Pen, r.Dashed)
	s.b.WriteString("/>\n")
}

func (s *svgWriter) line(l Line) {
	s.b.WriteString("<line")
	s.number("x1", l.X1)
	s.number("y1", l.Y1)
	s.number("x2", l.X2)
	s.number("y2", l.Y2)
	s.pen(l.Color, l.Pen, l.Dashed)
	s.b.WriteString("/>\n")
}

func (s *svgWriter) text(t Text) {
	s.b.WriteString("<text")
	s.number("x", t.X)
	s.number("y", t.Y)
	s.number("font-size", t.Size)
	if t.Bold {
		s.attr("font-weight", "bold")
	}
	switch t.Align {
	case AlignCenter:
		s.attr("text-anchor", "middle")
	case AlignRight:
		s.attr("text-anchor", "end")
	}
	s.attr("fill", t.Color)
	s.b.WriteString(">" + escape(t.Text))
	if t.Tail.Text != "" {
		s.tail(t)
	}
	s.b.WriteString("</text>\n")
}

func (s *svgWriter) tail(t Text) {
	s.b.WriteString("<tspan")
	s.number("dx", t.Tail.Gap)
	s.number("font-size", t.Tail.Size)
	if t.Bold {
		s.attr("font-weight", "normal")
	}
	if t.Tail.Color != t.Color {
		s.attr("fill", t.Tail.Color)
	}
	s.b.WriteString(">" + escape(t.Tail.Text) + "</tspan>")
}

func (s *svgWriter) pen(color string, pen float64, dashed bool) {
	if color == "" {
		return
	}
	s.attr("stroke", color)
	if pen != 1 {
		s.number("stroke-width", pen)
	}
	if dashed {
		s.attr("stroke-dasharray", "4 3")
	}
}

// attr writes an attribute whose value needs no escapes, as all but texts.
func (s *svgWriter) attr(name, value string) {
	s.b.WriteString(" " + name + `="` + value + `"`)
}

func (s *svgWriter) number(name string, value float64) { s.attr(name, short(value)) }

// short writes a number with at most two digits behind its point.
func short(f float64) string { return strconv.FormatFloat(math.Round(f*100)/100, 'f', -1, 64) }

// escape writes a string as text of an element. Line ends stay as they are.
func escape(s string) string {
	if !strings.ContainsAny(s, "&<>\"'") {
		return s
	}
	var b strings.Builder
	for i, line := range strings.Split(s, "\n") {
		if i > 0 {
			b.WriteByte('\n')
		}
		_ = xml.EscapeText(&b, []byte(line)) // a strings.Builder takes everything
	}
	return b.String()
}
