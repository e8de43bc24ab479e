// Package canvas is a drawing as data: rectangles, lines and texts at their
// places, with one writer for SVG and one for PNG. It knows nothing of what the
// drawing shows. Texts are written as they are, so that names out of a trace must
// be made printable before.
package canvas

// Drawing is a picture. Its measures are points, from the upper left corner.
type Drawing struct {
	Title       string // for those who cannot see it
	Description string
	Width       float64
	Height      float64
	Ground      string // colour, as all of them in the form #rrggbb
	Groups      []Group
}

// Group is what belongs together. Later ones lie over earlier ones.
type Group struct {
	ID     string // of the SVG's element; "" for none
	Tip    string // shown when the pointer is over it; "" for none
	Shapes []Shape
}

// Shape is a Rect, a Line or a Text.
type Shape interface{ isShape() }

// Rect is an upright rectangle.
type Rect struct {
	X, Y, Width, Height float64
	Fill                string // "" for none
	Hatch               string // the colour of stripes on the ground; "" for none
	Line                string // of the border; "" for none
	Pen                 float64
	Dashed              bool
}

// Line is a straight line.
type Line struct {
	X1, Y1, X2, Y2 float64
	Color          string
	Pen            float64
	Dashed         bool
}

// Text is a line of text, with Y at its base.
type Text struct {
	X, Y  float64
	Text  string
	Size  float64
	Bold  bool
	Color string
	Align Align
	Tail  Tail // behind the text, as a part of the line
}

// Tail is the end of a line of text that looks other than its beginning.
type Tail struct {
	Text  string  // "" for none
	Gap   float64 // before it
	Size  float64
	Color string
}

func (Rect) isShape() {}
func (Line) isShape() {}
func (Text) isShape() {}

// Align says where a text stands.
type Align uint8

// The ways to align.
const (
	AlignLeft   Align = iota // X is its beginning
	AlignCenter              // X is its middle
	AlignRight               // X is its end
)

// The stripes of hatched grounds.
const (
	hatchStep = 6.0 // from one to the next, measured across
	hatchPen  = 2.0
)
