package timeline

import (
	"fmt"
	"io"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/render/internal/canvas"
	"github.com/chaintrace/chaintrace/render/internal/gofont"
)

// Measures of the picture, in points.
const (
	margin      = 18.0
	chartWidth  = 940.0
	mostColumn  = 240.0 // of what stands left of the bars
	leastColumn = 40.0
	rowHeight   = 20.0
	barHeight   = 12.0
	thinHeight  = 4.0
	leastBar    = 1.5 // of what took next to no time
	laneHeight  = 15.0
	titleSize   = 20.0
	textSize    = 11.0
	smallSize   = 10.0
	labelGap    = 5.0
	indent      = 9.0 // of each level of a tree
	mostTicks   = 8
	longPicture = 25 // rows from which on there is an axis below, too
)

// WriteSVG writes a timeline as SVG that stands alone: without scripts, links or
// fonts, with colours for dark pages, and with a title and an id for each bar.
func WriteSVG(w io.Writer, t *Timeline) error {
	d, err := draw(t)
	if err != nil {
		return fmt.Errorf("writing SVG: %w", err)
	}
	const class = "chaintrace"
	return canvas.WriteSVG(w, d, canvas.SVGOptions{
		Fonts: render.SVGFonts, Class: class,
		Style: render.DarkStyle("."+class, "(prefers-color-scheme: dark)"),
	})
}

// WritePNG paints a timeline, two pixels to a point, and fewer where it would be
// taller than what viewers open. It is an error where nobody could read it then.
func WritePNG(w io.Writer, t *Timeline) error {
	d, err := draw(t)
	if err != nil {
		return fmt.Errorf("writing PNG: %w", err)
	}
	return canvas.WritePNG(w, d)
}

// artist draws a timeline from top to bottom.
type artist struct {
	t        *Timeline
	meter    *gofont.Meter
	newID    func(string) string
	services bool // which differ, and so are to be named
	d        *canvas.Drawing
	left     float64         // where the bars' time 0 is
	y        float64         // how far it has come
	used     map[string]bool // what the legend explains
	legend   []legendEntry
}

type legendEntry struct {
	text  string
	shape func(x, y float64) []canvas.Shape
}

// draw lays a timeline out.
func draw(t *Timeline) (*canvas.Drawing, error) {
	meter, err := gofont.NewMeter()
	if err != nil {
		return nil, err
	}
	a := &artist{t: t, meter: meter, newID: render.NewIDs(), used: map[string]bool{}, services: t.severalServices(), d: &canvas.Drawing{
		Title: t.Title, Description: t.description(), Ground: render.PageColor,
	}}
	a.newID("picture title") // which the picture has
	a.newID("picture description")
	a.left = margin + a.columnWidth()
	a.d.Width = a.left + chartWidth + margin
	a.y = margin
	a.header()
	a.chart()
	a.drawLegend()
	a.d.Height = a.y + margin
	return a.d, nil
}

// header draws the title and what is said below it.
func (a *artist) header() {
	room := a.d.Width - 2*margin
	a.y += titleSize
	shapes := []canvas.Shape{canvas.Text{
		X: margin, Y: a.y - 2, Text: a.meter.Fit(a.t.Title, gofont.Bold, titleSize, room), Size: titleSize, Bold: true, Color: render.LookOf(render.RoleTitle).Text,
	}}
	a.y += 4
	for _, l := range a.t.header() {
		size, traits := textSize, gofont.Regular
		if l.bold {
			size, traits = 12, gofont.Bold
		}
		a.y += size + 5
		look := render.LookOf(l.role)
		text := a.meter.Fit(l.text, traits, size, room-8)
		x := margin
		if l.role == render.RoleProblem || l.role == render.RoleSimulated {
			shapes = append(shapes, canvas.Rect{X: margin, Y: a.y - size, Width: a.meter.Width(text, traits, size) + 8, Height: size + 4, Fill: look.Fill})
			x += 4
		}
		shapes = append(shapes, canvas.Text{X: x, Y: a.y, Text: text, Size: size, Bold: l.bold, Color: ink(look)})
	}
	a.d.Groups = append(a.d.Groups, canvas.Group{Shapes: shapes})
	a.y += 14
}

// ink is the colour of a role's text where the role has no ground of its own.
func ink(l render.Look) string {
	if l.Ink != "" {
		return l.Ink
	}
	return l.Text
}

// chart draws the axis, the milestones and the bars.
func (a *artist) chart() {
	lanes := a.placeMilestones()
	top := a.y
	a.y += float64(lanes.count) * laneHeight
	axis := a.y + smallSize
	rows := axis + 6
	bottom := rows + rowHeight*float64(len(a.t.Bars)) + 2

	grid := render.LookOf(render.RoleMuted)
	ticks := a.t.Ticks(mostTicks)
	var lines []canvas.Shape
	for _, tick := range ticks {
		x := a.left + a.t.at(tick.At, chartWidth)
		lines = append(lines, canvas.Line{X1: x, Y1: rows - 3, X2: x, Y2: bottom, Color: grid.Line, Pen: 0.6})
	}
	a.d.Groups = append(a.d.Groups, canvas.Group{Shapes: lines})
	a.drawMilestones(lanes, top, bottom)
	a.axis(ticks, axis)
	if len(a.t.Bars) > longPicture {
		a.axis(ticks, bottom+12)
	}
	if a.left > margin {
		heading := "server"
		if a.t.Tree {
			heading = "span"
		}
		a.d.Groups = append(a.d.Groups, canvas.Group{Shapes: []canvas.Shape{canvas.Text{X: margin, Y: axis, Text: heading, Size: smallSize, Bold: true, Color: grid.Text}}})
	}
	a.y = rows
	for i := range a.t.Bars {
		a.bar(&a.t.Bars[i])
	}
	a.y = bottom
	if len(a.t.Bars) > longPicture {
		a.y += 16
	}
}

// axis writes the times of the ticks, on a ground that nothing runs through.
func (a *artist) axis(ticks []Tick, y float64) {
	color := render.LookOf(render.RoleMuted).Text
	var shapes []canvas.Shape
	for _, tick := range ticks {
		x := a.left + a.t.at(tick.At, chartWidth)
		width := a.meter.Width(tick.Text, gofont.Regular, smallSize)
		shapes = append(shapes,
			canvas.Rect{X: x - width/2, Y: y - smallSize + 1, Width: width, Height: smallSize + 1, Fill: render.PageColor},
			canvas.Text{X: x, Y: y, Text: tick.Text, Size: smallSize, Color: color, Align: canvas.AlignCenter})
	}
	a.d.Groups = append(a.d.Groups, canvas.Group{Shapes: shapes})
}
