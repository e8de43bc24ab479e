package canvas

import (
	"fmt"
	"image/png"
	"io"
	"math"

	"github.com/fogleman/gg"
	"golang.org/x/image/font"

	"github.com/chaintrace/chaintrace/render/internal/gofont"
)

const (
	pngScale    = 2      // pixels per point
	pngMinScale = 1      // below that nobody can read it
	pngMax      = 16_000 // pixels of the longer side; beyond, the scale goes down
)

// PNGScale returns how many pixels to a point a picture of this size in points has:
// two, or fewer where its longer side would have more than 16,000 pixels. It is an
// error where that is less than one, as nobody could read it.
func PNGScale(width, height float64) (float64, error) {
	scale := min(pngScale, pngMax/max(width, height))
	if scale < pngMinScale {
		return 0, fmt.Errorf("the picture would have %.0f×%.0f pixels, and cannot be read once it is scaled down to %d: "+
			"write it as svg, or show less of it with --max-nodes or a lower --detail", math.Ceil(width*pngScale), math.Ceil(height*pngScale), pngMax)
	}
	return scale, nil
}

// WritePNG paints a drawing, two pixels to a point, or as PNGScale says.
func WritePNG(w io.Writer, d *Drawing) error {
	scale, err := PNGScale(d.Width, d.Height)
	if err != nil {
		return fmt.Errorf("writing PNG: %w", err)
	}
	fonts, err := gofont.NewSet()
	if err != nil {
		return fmt.Errorf("writing PNG: %w", err)
	}
	p := &painter{
		dc:    gg.NewContext(max(1, int(math.Ceil(d.Width*scale))), max(1, int(math.Ceil(d.Height*scale)))),
		fonts: fonts, scale: scale,
	}
	p.dc.SetHexColor(d.Ground)
	p.dc.Clear()
	for i := range d.Groups {
		for _, shape := range d.Groups[i].Shapes {
			if err := p.paint(shape); err != nil {
				return fmt.Errorf("writing PNG: %w", err)
			}
		}
	}
	if err := png.Encode(w, p.dc.Image()); err != nil {
		return fmt.Errorf("writing PNG: %w", err)
	}
	return nil
}

type painter struct {
	dc    *gg.Context
	fonts *gofont.Set
	scale float64
}

func (p *painter) paint(shape Shape) error {
	switch e := shape.(type) {
	case Rect:
		p.rect(e)
	case Line:
		p.dc.DrawLine(e.X1*p.scale, e.Y1*p.scale, e.X2*p.scale, e.Y2*p.scale)
		p.stroke(e.Color, e.Pen, e.Dashed)
	case Text:
		return p.text(e)
	}
	return nil
}

func (p *painter) rect(r Rect) {
	x, y, width, height := r.X*p.scale, r.Y*p.scale, r.Width*p.scale, r.Height*p.scale
	if r.Fill != "" {
		p.dc.SetHexColor(r.Fill)
		p.dc.DrawRectangle(x, y, width, height)
		p.dc.Fill()
	}
	if r.Hatch != "" {
		p.hatch(r)
	}
	if r.Line != "" {
		p.dc.DrawRectangle(x, y, width, height)
		p.stroke(r.Line, r.Pen, r.Dashed)
	}
}

// hatch draws the stripes as lines that are cut where they leave the rectangle.
// They lie on the lines x+y = n·step, wherever the rectangle is, so that those of
// neighbours meet.
func (p *painter) hatch(r Rect) {
	step := hatchStep * math.Sqrt2
	x1, y1 := r.X+r.Width, r.Y+r.Height
	for sum := math.Ceil((r.X+r.Y)/step) * step; sum < x1+y1; sum += step {
		left, right := max(r.X, sum-y1), min(x1, sum-r.Y)
		p.dc.DrawLine(left*p.scale, (sum-left)*p.scale, right*p.scale, (sum-right)*p.scale)
	}
	p.dc.SetLineCapButt()
	p.stroke(r.Hatch, hatchPen, false)
}

func (p *painter) stroke(color string, pen float64, dashed bool) {
	p.dc.SetHexColor(color)
	p.dc.SetLineWidth(pen * p.scale)
	if dashed {
		p.dc.SetDash(4*p.scale, 3*p.scale)
	} else {
		p.dc.SetDash()
	}
	p.dc.Stroke()
}

// text writes a line, and its tail behind it.
func (p *painter) text(t Text) error {
	var err error
	if t.Text, err = p.fonts.Shown(t.Text); err != nil {
		return err
	}
	if t.Tail.Text, err = p.fonts.Shown(t.Tail.Text); err != nil {
		return err
	}
	traits := gofont.Regular
	if t.Bold {
		traits = gofont.Bold
	}
	face, err := p.fonts.Face(traits, t.Size*p.scale)
	if err != nil {
		return err
	}
	tailFace, err := p.fonts.Face(gofont.Regular, t.Tail.Size*p.scale)
	if err != nil {
		return err
	}
	width, tailWidth := float64(font.MeasureString(face, t.Text))/64, 0.0
	if t.Tail.Text != "" {
		tailWidth = t.Tail.Gap*p.scale + float64(font.MeasureString(tailFace, t.Tail.Text))/64
	}
	x, y := t.X*p.scale-map[Align]float64{AlignLeft: 0, AlignCenter: 0.5, AlignRight: 1}[t.Align]*(width+tailWidth), t.Y*p.scale
	p.write(t.Text, face, t.Color, x, y)
	if t.Tail.Text != "" {
		p.write(t.Tail.Text, tailFace, t.Tail.Color, x+width+t.Tail.Gap*p.scale, y)
	}
	return nil
}

func (p *painter) write(s string, face font.Face, color string, x, y float64) {
	p.dc.SetFontFace(face)
	p.dc.SetHexColor(color)
	p.dc.DrawString(s, x, y)
}
