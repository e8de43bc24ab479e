package render

import (
	"encoding/json"
	"fmt"
	"image/png"
	"io"
	"math"
	"strings"

	"github.com/fogleman/gg"

	"github.com/chaintrace/chaintrace/render/internal/canvas"
	"github.com/chaintrace/chaintrace/render/internal/gofont"
)

const pngMargin = 12 // points round the picture

// WritePNG lays the graph out and paints it, two pixels to a point, and fewer where
// a side would have more than 16,000; where that would be fewer than one, it is an
// error. The image is made from the drawing operations that Graphviz writes with its
// layout.
func WritePNG(w io.Writer, g *Graph) error {
	d, err := layOutDrawing(g)
	if err != nil {
		return fmt.Errorf("writing PNG: %w", err)
	}
	p, err := newPainter(d.Box)
	if err != nil {
		return fmt.Errorf("writing PNG: %w", err)
	}
	if err := p.paint(d); err != nil {
		return fmt.Errorf("writing PNG: %w", err)
	}
	if err := png.Encode(w, p.dc.Image()); err != nil {
		return fmt.Errorf("writing PNG: %w", err)
	}
	return nil
}

// layOutDrawing lays the graph out.
func layOutDrawing(g *Graph) (drawing, error) {
	var d drawing
	out, err := layOut(g, formatJSON, nil)
	if err != nil {
		return d, err
	}
	if err := json.Unmarshal(out, &d); err != nil {
		return d, fmt.Errorf("reading Graphviz's layout: %w", err)
	}
	return d, nil
}

// drawing is Graphviz's JSON, as far as painting needs it.
type drawing struct {
	Box string `json:"bb"` // left, bottom, right, top in points
	drawn
	Objects []drawn `json:"objects"` // clusters, then nodes
	Edges   []drawn `json:"edges"`
}

// drawn is one thing with its operations.
type drawn struct {
	Draw      []operation `json:"_draw_"`
	Label     []operation `json:"_ldraw_"`
	Head      []operation `json:"_hdraw_"`
	Tail      []operation `json:"_tdraw_"`
	Nodes     []int       `json:"nodes"`     // of clusters
	Subgraphs []int       `json:"subgraphs"` // of clusters
}

// operation is one of xdot's drawing operations.
type operation struct {
	Op     string       `json:"op"`
	Color  string       `json:"color"`
	Style  string       `json:"style"`
	Points [][2]float64 `json:"points"`
	Rect   [4]float64   `json:"rect"` // centre, half width, half height
	Point  [2]float64   `json:"pt"`
	Align  string       `json:"align"`
	Width  float64      `json:"width"`
	Text   string       `json:"text"`
	Size   float64      `json:"size"`
	Traits int          `json:"fontchar"` // 1 bold, 2 italic
}

// text is what is to be written, without what layOut put in for Graphviz.
func (op *operation) text() string {
	return strings.ReplaceAll(strings.TrimRight(op.Text, roomMark), backslashMark, `\`)
}

// painter paints operations; the pen's state lasts from one to the next.
type painter struct {
	dc         *gg.Context
	scale      float64
	left, top  float64 // of the picture, in points
	line, fill string
	pen        float64
	dash       []float64
	size       float64
	traits     int
	fonts      *gofont.Set
}

func newPainter(box string) (*painter, error) {
	var left, bottom, right, top float64
	if _, err := fmt.Sscanf(box, "%g,%g,%g,%g", &left, &bottom, &right, &top); err != nil {
		return nil, fmt.Errorf("the layout's size %q: %w", box, err)
	}
	width, height := right-left+2*pngMargin, top-bottom+2*pngMargin
	scale, err := canvas.PNGScale(width, height)
	if err != nil {
		return nil, err
	}
	fonts, err := gofont.NewSet()
	if err != nil {
		return nil, err
	}
	p := &painter{
		dc:    gg.NewContext(int(math.Ceil(width*scale)), int(math.Ceil(height*scale))),
		scale: scale, left: left - pngMargin, top: top + pngMargin, fonts: fonts,
	}
	p.dc.SetHexColor(colorPage)
	p.dc.Clear()
	return p, nil
}

// paint paints frames first, then edges, then nodes, as Graphviz does.
func (p *painter) paint(d drawing) error {
	var frames, nodes []drawn
	for _, o := range d.Objects {
		if o.Nodes != nil || o.Subgraphs != nil {
			frames = append(frames, o)
		} else {
			nodes = append(nodes, o)
		}
	}
	for _, kind := range [][]drawn{{d.drawn}, frames, d.Edges, nodes} {
		// Graphviz repeats the traits of text only when they change, in the
		// labels of one kind of thing after another.
		p.traits = 0
		for _, thing := range kind {
			if err := p.paintThing(thing); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *painter) paintThing(thing drawn) error {
	for _, ops := range [][]operation{thing.Draw, thing.Tail, thing.Head, thing.Label} {
		p.line, p.fill, p.pen, p.dash = colorInk, colorPage, 1, nil
		for _, op := range ops {
			if err := p.operate(op); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *painter) operate(op operation) error {
	switch op.Op {
	case "c":
		p.line = op.Color
	case "C":
		p.fill = op.Color
	case "S":
		p.setStyle(op.Style)
	case "F":
		p.size = op.Size
	case "t":
		p.traits = op.Traits
	case "P", "p", "L":
		p.polygon(op)
	case "B", "b":
		p.bezier(op)
	case "E", "e":
		x, y := p.at(op.Rect[0], op.Rect[1])
		p.dc.DrawEllipse(x, y, op.Rect[2]*p.scale, op.Rect[3]*p.scale)
		p.finish(op.Op == "E")
	case "T":
		return p.text(op)
	}
	return nil
}

func (p *painter) setStyle(style string) {
	switch style {
	case "solid":
		p.dash = nil
	case "dashed":
		p.dash = []float64{5 * p.scale, 2 * p.scale}
	case "dotted":
		p.dash = []float64{1 * p.scale, 4 * p.scale}
	default:
		var pen float64
		if _, err := fmt.Sscanf(style, "setlinewidth(%g)", &pen); err == nil {
			p.pen = pen
		}
	}
}

// at turns points from the lower left into pixels from the upper left.
func (p *painter) at(x, y float64) (float64, float64) {
	return (x - p.left) * p.scale, (p.top - y) * p.scale
}

func (p *painter) polygon(op operation) {
	for i, pt := range op.Points {
		x, y := p.at(pt[0], pt[1])
		if i == 0 {
			p.dc.MoveTo(x, y)
		} else {
			p.dc.LineTo(x, y)
		}
	}
	if op.Op != "L" {
		p.dc.ClosePath()
	}
	p.finish(op.Op == "P")
}

func (p *painter) bezier(op operation) {
	for i := 0; i < len(op.Points); i++ {
		x, y := p.at(op.Points[i][0], op.Points[i][1])
		if i == 0 {
			p.dc.MoveTo(x, y)
			continue
		}
		if i+2 >= len(op.Points) {
			break
		}
		x2, y2 := p.at(op.Points[i+1][0], op.Points[i+1][1])
		x3, y3 := p.at(op.Points[i+2][0], op.Points[i+2][1])
		p.dc.CubicTo(x, y, x2, y2, x3, y3)
		i += 2
	}
	p.finish(op.Op == "B")
}

// finish fills and strokes the path.
func (p *painter) finish(filled bool) {
	if filled && visibleColor(p.fill) {
		p.dc.SetHexColor(p.fill)
		p.dc.FillPreserve()
	}
	if visibleColor(p.line) {
		p.dc.SetHexColor(p.line)
		p.dc.SetLineWidth(p.pen * p.scale)
		p.dc.SetDash(p.dash...)
		p.dc.StrokePreserve()
	}
	p.dc.ClearPath()
}

// visibleColor reports whether a colour of the layout is one to paint with.
// All that this package asks for are written in hex.
func visibleColor(c string) bool {
	return len(c) == 7 && c[0] == '#' || len(c) == 9 && c[0] == '#' && c[7:] != "00"
}

// text writes a line; where the font at hand is wider than the one that was
// laid out, the letters become a little smaller.
func (p *painter) text(op operation) error {
	text, err := p.fonts.Shown(op.text())
	if err != nil {
		return err
	}
	face, err := p.fonts.Face(p.traits, p.size*p.scale)
	if err != nil {
		return err
	}
	p.dc.SetFontFace(face)
	room := op.Width * p.scale
	if wide, _ := p.dc.MeasureString(text); wide > room && room > 0 {
		if face, err = p.fonts.Face(p.traits, p.size*p.scale*room/wide); err != nil {
			return err
		}
		p.dc.SetFontFace(face)
	}
	x, y := p.at(op.Point[0], op.Point[1])
	align := map[string]float64{"l": 0, "c": 0.5, "r": 1}[op.Align]
	if visibleColor(p.line) {
		p.dc.SetHexColor(p.line)
	}
	p.dc.DrawStringAnchored(text, x, y, align, 0)
	return nil
}
