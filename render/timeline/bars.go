package timeline

import (
	"slices"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/render/internal/canvas"
	"github.com/chaintrace/chaintrace/render/internal/gofont"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// columnWidth is how much room there is left of the bars: for servers, or in a
// tree for names.
func (a *artist) columnWidth() float64 {
	widest := 0.0
	for i := range a.t.Bars {
		text, at := a.column(&a.t.Bars[i])
		widest = max(widest, at+a.meter.Width(text, gofont.Regular, smallSize))
	}
	if widest == 0 {
		return 0
	}
	return max(min(widest, mostColumn), leastColumn) + 12
}

// column returns what stands left of a bar, and how far it is indented.
func (a *artist) column(b *Bar) (text string, at float64) {
	if a.t.Tree {
		return barName(b), min(indent*float64(b.Depth), mostColumn/2)
	}
	return render.Printable(b.Server, maxName), 0
}

// label returns what stands beside a bar: what it is called and how long it took;
// in a tree, in which the name stands elsewhere, of which service it is.
func (a *artist) label(b *Bar, l look) (name, took string) {
	if !a.t.Tree {
		return barName(b), barTook(b, l)
	}
	if a.services {
		name = render.Printable(b.Server, maxName)
	}
	return name, barTook(b, l)
}

// severalServices reports whether the bars are of more than one.
func (t *Timeline) severalServices() bool {
	return slices.ContainsFunc(t.Bars, func(b Bar) bool { return b.Server != t.Bars[0].Server })
}

// bar draws a row.
func (a *artist) bar(b *Bar) {
	l := a.t.lookOf(b)
	x0 := a.left + a.t.at(b.Start, chartWidth)
	x1 := a.left + a.t.at(b.Start+b.Took, chartWidth)
	if x1-x0 < leastBar {
		x1 = min(x0+leastBar, a.left+chartWidth)
		x0 = x1 - leastBar
	}
	muted := render.LookOf(render.RoleMuted).Text
	middle := a.y + rowHeight/2
	var shapes []canvas.Shape
	if text, at := a.column(b); text != "" {
		shapes = append(shapes, canvas.Text{X: margin + at, Y: middle + 3.5, Text: a.meter.Fit(text, gofont.Regular, smallSize, mostColumn-at), Size: smallSize, Color: a.columnColor(muted)})
	}
	body := a.body(b, l, x0, x1, middle)
	shapes = append(shapes, body...)
	shapes = append(shapes, a.labels(b, l, x0, x1, middle)...)
	a.d.Groups = append(a.d.Groups, canvas.Group{ID: a.newID(b.Kind + " " + b.Name + " " + b.Server), Tip: a.t.barTip(b), Shapes: shapes})
	a.y += rowHeight
	a.explain(l)
	if hasWait(b) && b.Kind == startup.KindHook {
		a.explain(look{role: render.RoleRan, hatch: true, text: "waiting"})
	}
}

func (a *artist) columnColor(muted string) string {
	if a.t.Tree {
		return render.LookOf(render.RoleTitle).Text
	}
	return muted
}

// body draws the bar itself: its ground, over that where it waited, and then its
// border.
func (a *artist) body(b *Bar, l look, x0, x1, middle float64) []canvas.Shape {
	height := barHeight
	if l.thin {
		height = thinHeight
	}
	s := style(l)
	ground := canvas.Rect{X: x0, Y: middle - height/2, Width: x1 - x0, Height: height, Fill: s.fill}
	shapes := []canvas.Shape{ground}
	for _, st := range b.Stretches {
		if !st.Wait {
			continue
		}
		r := ground
		r.X = max(x0, a.left+a.t.at(st.Start, chartWidth))
		r.Width = min(x1, a.left+a.t.at(st.Start+st.Took, chartWidth)) - r.X
		if r.Width >= leastBar/2 {
			r.Fill, r.Hatch = render.PageColor, s.line
			shapes = append(shapes, r)
		}
	}
	border := ground
	border.Fill, border.Line, border.Pen, border.Dashed = "", s.line, s.pen, s.dashed
	if len(shapes) == 1 { // one rectangle is enough
		border.Fill = ground.Fill
		shapes = nil
	}
	return append(shapes, border)
}

// barStyle is the colours of a bar.
type barStyle struct {
	fill, line string
	pen        float64
	dashed     bool
}

func style(l look) barStyle {
	look := render.LookOf(l.role)
	s := barStyle{look.Fill, look.Line, 1, look.Dash != ""}
	if s.line == "" {
		s.line = render.LookOf(render.RoleServer).Line
	}
	if l.role == render.RoleCritical || l.role == render.RoleFailed {
		s.pen = 1.6
	}
	return s
}

// labels puts the name and the time beside the bar: right of it, left of it, or
// within, where there is room, and else where there is most.
func (a *artist) labels(b *Bar, l look, x0, x1, middle float64) []canvas.Shape {
	look := render.LookOf(l.role)
	name, took := a.label(b, l)
	text := canvas.Text{Y: middle + 4, Text: name, Size: textSize, Bold: b.Critical || b.InTrouble(), Color: render.LookOf(render.RoleTitle).Text}
	tail := canvas.Tail{Text: took, Gap: 6, Size: smallSize, Color: render.LookOf(render.RoleMuted).Text}
	traits := gofont.Regular
	if text.Bold {
		traits = gofont.Bold
	}
	if name == "" {
		tail.Gap = 0
	}
	right, left, inside := a.left+chartWidth-x1-labelGap, x0-a.left-labelGap, x1-x0-2*labelGap
	if l.thin {
		inside = 0
	}
	tookWidth := tail.Gap + a.meter.Width(took, gofont.Regular, smallSize)
	text.Text = a.meter.Fit(name, traits, textSize, max(right, left, inside)-tookWidth)
	width := tookWidth + a.meter.Width(text.Text, traits, textSize)
	// What lies behind the text must not be in its way: other lines, or stripes.
	ground := canvas.Rect{X: x1 + labelGap - 2, Y: middle - barHeight/2 + 0.5, Width: width + 4, Height: barHeight - 1, Fill: render.PageColor}
	plain := false // the ground is the bar's own
	switch {
	case width <= right:
		text.X = x1 + labelGap
	case width <= left:
		text.X, text.Align = x0-labelGap, canvas.AlignRight
		ground.X = text.X - width - 2
	default:
		text.X, ground.X = x0+labelGap, x0+labelGap-2
		if l.role == render.RoleBecause {
			ground.Fill = look.Fill
		}
		if plain = !hasWait(b) && l.role != render.RoleFailed; plain {
			text.Color, tail.Color = look.Text, look.Text
		} else {
			text.Color, tail.Color = ink(look), ink(look)
		}
	}
	if b.InTrouble() {
		text.Color, tail.Color = ink(look), ink(look)
	}
	if text.Tail = tail; text.Text == "" {
		text = canvas.Text{X: text.X, Y: text.Y, Text: took, Size: tail.Size, Color: tail.Color, Align: text.Align}
	}
	if plain {
		return []canvas.Shape{text}
	}
	return []canvas.Shape{ground, text}
}

func hasWait(b *Bar) bool {
	for _, s := range b.Stretches {
		if s.Wait {
			return true
		}
	}
	return false
}
