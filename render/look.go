package render

// Look is how a role looks. Colours are written as #rrggbb; DarkStyle knows what
// they are on dark pages.
type Look struct {
	Fill string  // of the ground; "" for none
	Line string  // of borders
	Text string  // of text on the ground
	Ink  string  // of text on any other ground; "" for the same as Text
	Dash string  // of borders: "", dashed or dotted
	Pen  float64 // of borders, in points
}

// LookOf returns how a role looks, for drawings that are no graphs.
func LookOf(r Role) Look { return Look(styleOf(r)) }

// PageColor is the ground of pictures.
const PageColor = colorPage

// SVGFonts is the list of fonts of text in an SVG, one of which nearly every
// system has.
const SVGFonts = svgFonts
