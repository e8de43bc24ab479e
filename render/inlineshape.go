package render

import (
	"encoding/xml"
	"fmt"
	"html"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// shape copies an element that is drawn. Most are rectangles, which are much
// shorter as such.
func (in *inliner) shape(d *xml.Decoder, e xml.StartElement) error {
	if _, err := content(d); err != nil {
		return err
	}
	if in.class == "graph" {
		return nil // the ground is the page's
	}
	points := pointsOf(attrOf(e, "points") + attrOf(e, "d"))
	if in.node != nil {
		for _, p := range points {
			in.x0, in.x1 = min(in.x0, p.x), max(in.x1, p.x)
		}
	}
	r, isRect := rectangleOf(e.Name.Local, points)
	if isRect {
		in.out.WriteString("<rect" + r)
	} else {
		in.out.WriteString("<" + e.Name.Local)
	}
	for _, a := range e.Attr {
		switch name := a.Name.Local; name {
		case "stroke":
			if a.Value == "none" {
				continue // as is what has no such attribute
			}
		case "fill", "stroke-width", "stroke-dasharray":
		case "points", "d", "cx", "cy", "rx", "ry":
			if isRect {
				continue
			}
		default:
			continue
		}
		fmt.Fprintf(&in.out, " %s=\"%s\"", a.Name.Local, html.EscapeString(shortNumbers(a.Value)))
	}
	in.out.WriteString("/>")
	return nil
}

type point struct{ x, y float64 }

// pointsOf returns the points of a polygon, or those that a path goes through and
// is drawn to.
func pointsOf(s string) []point {
	var numbers []float64
	for _, f := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("MCLZ, ", r) }) {
		if n, err := strconv.ParseFloat(f, 64); err == nil {
			numbers = append(numbers, n)
		}
	}
	points := make([]point, len(numbers)/2)
	for i := range points {
		points[i] = point{numbers[2*i], numbers[2*i+1]}
	}
	return points
}

// Graphviz writes a rectangle as five points, and one with round corners as a path
// of eight pieces.
const (
	rectPoints  = 5
	roundPoints = 1 + 8*3
)

// rectangleOf returns the attributes of the rect element that is the same as a
// polygon or a path, if there is one: all its points lie on the rectangle's sides.
func rectangleOf(element string, points []point) (string, bool) {
	n := len(points)
	if n != rectPoints && (n != roundPoints || element != "path") || points[0] != points[n-1] {
		return "", false
	}
	low, high := bounds(points)
	if low.x == high.x || low.y == high.y {
		return "", false // a line, which would not be drawn
	}
	for _, p := range points {
		sides := 0
		if p.x == low.x || p.x == high.x {
			sides++
		}
		if p.y == low.y || p.y == high.y {
			sides++
		}
		if sides == 0 || n == rectPoints && sides == 1 {
			return "", false
		}
	}
	out := fmt.Sprintf(` x="%s" y="%s" width="%s" height="%s"`, short(low.x), short(low.y), short(high.x-low.x), short(high.y-low.y))
	if n == roundPoints {
		out += fmt.Sprintf(` rx="%s"`, short(radius(points[0], low, high)))
	}
	return out, true
}

// radius is that of a rectangle's corners, one of which ends where its path begins.
func radius(begin, low, high point) float64 {
	if r := min(begin.x-low.x, high.x-begin.x); r > 0 {
		return r
	}
	return min(begin.y-low.y, high.y-begin.y)
}

// bounds returns the corners of what the points lie in.
func bounds(points []point) (low, high point) {
	low, high = points[0], points[0]
	for _, p := range points {
		low = point{min(low.x, p.x), min(low.y, p.y)}
		high = point{max(high.x, p.x), max(high.y, p.y)}
	}
	return low, high
}

var decimals = regexp.MustCompile(`-?\d+\.\d+`)

// shortNumbers leaves the numbers in s one digit behind the point. A tenth of a
// point is less than anybody sees.
func shortNumbers(s string) string {
	return decimals.ReplaceAllStringFunc(s, func(n string) string {
		v, err := strconv.ParseFloat(n, 64)
		if err != nil {
			return n
		}
		return short(v)
	})
}

func short(v float64) string { return strconv.FormatFloat(math.Round(10*v)/10, 'f', -1, 64) }
