package timeline

import (
	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/render/internal/canvas"
	"github.com/chaintrace/chaintrace/render/internal/gofont"
)

// lanes are the lines of text above the axis in which milestones are named.
type lanes struct {
	count  int
	labels []laneLabel
}

type laneLabel struct {
	lane     int // 0 is the lowest
	x        float64
	from, to float64
	align    canvas.Align
}

// placeMilestones finds a lane for each milestone in which its name covers no
// other's. A name stands right of its line, or left of it where it would run out
// of the picture.
func (a *artist) placeMilestones() lanes {
	var l lanes
	const gap = 8.0
	for _, m := range a.t.Milestones {
		x := a.left + a.t.at(m.At, chartWidth)
		width := a.meter.Width(m.text(), gofont.Bold, textSize)
		label := laneLabel{x: x + 4, from: x, to: x + 4 + width + gap}
		if label.to > a.left+chartWidth {
			label = laneLabel{x: x - 4, from: x - 4 - width - gap, to: x, align: canvas.AlignRight}
		}
		for _, other := range l.labels {
			if label.from < other.to && other.from < label.to {
				label.lane = max(label.lane, other.lane+1)
			}
		}
		l.count = max(l.count, label.lane+1)
		l.labels = append(l.labels, label)
	}
	return l
}

// drawMilestones draws their lines through all bars, and then their names over
// these.
func (a *artist) drawMilestones(l lanes, top, bottom float64) {
	var lines, names []canvas.Shape
	for i, m := range a.t.Milestones {
		look := render.LookOf(m.role())
		label := l.labels[i]
		y := top + float64(l.count-label.lane)*laneHeight - 4
		x := a.left + a.t.at(m.At, chartWidth)
		color := ink(look)
		lines = append(lines, canvas.Line{X1: x, Y1: y - textSize + 1, X2: x, Y2: bottom, Color: color, Pen: 1.2, Dashed: m.Kind == Passed})
		names = append(names,
			canvas.Rect{X: label.from + 1, Y: y - textSize + 1, Width: label.to - label.from - 2, Height: textSize + 2, Fill: render.PageColor},
			canvas.Text{X: label.x, Y: y, Text: m.text(), Size: textSize, Bold: true, Color: color, Align: label.align})
	}
	a.d.Groups = append(a.d.Groups, canvas.Group{Shapes: append(lines, names...)})
}
