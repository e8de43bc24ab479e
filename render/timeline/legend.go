package timeline

import (
	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/render/internal/canvas"
	"github.com/chaintrace/chaintrace/render/internal/gofont"
)

const sampleWidth = 26.0

// explain puts a look into the legend, once.
func (a *artist) explain(l look) {
	if a.used[l.text] {
		return
	}
	a.used[l.text] = true
	a.legend = append(a.legend, legendEntry{l.text, func(x, y float64) []canvas.Shape {
		s := style(l)
		height := barHeight
		if l.thin {
			height = thinHeight
		}
		r := canvas.Rect{X: x, Y: y - height/2, Width: sampleWidth, Height: height, Fill: s.fill, Line: s.line, Pen: s.pen, Dashed: s.dashed}
		if l.hatch {
			r.Fill, r.Hatch = render.PageColor, s.line
		}
		return []canvas.Shape{r}
	}})
}

// drawLegend explains what there is, in as many lines as that takes.
func (a *artist) drawLegend() {
	if len(a.t.Milestones) > 0 {
		a.legend = append(a.legend, legendEntry{"milestone", func(x, y float64) []canvas.Shape {
			return []canvas.Shape{canvas.Line{X1: x + sampleWidth/2, Y1: y - 7, X2: x + sampleWidth/2, Y2: y + 7, Color: render.LookOf(render.RoleTitle).Text, Pen: 1.2, Dashed: true}}
		}})
	}
	var shapes []canvas.Shape
	a.y += 18
	x := margin
	for _, e := range a.legend {
		width := sampleWidth + 6 + a.meter.Width(e.text, gofont.Regular, smallSize)
		if x > margin && x+width > a.d.Width-margin {
			x = margin
			a.y += 18
		}
		shapes = append(shapes, e.shape(x, a.y)...)
		shapes = append(shapes, canvas.Text{X: x + sampleWidth + 6, Y: a.y + 3.5, Text: e.text, Size: smallSize, Color: render.LookOf(render.RoleMuted).Text})
		x += width + 18
	}
	a.y += 8
	a.d.Groups = append(a.d.Groups, canvas.Group{Shapes: shapes})
}
