package gofont

import (
	"fmt"
	"unicode/utf8"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
)

// Meter tells how wide text is. The Go fonts are a little wider than those that
// browsers take for sans-serif, so that there is room in these too. It is for one
// goroutine at a time.
type Meter struct {
	fonts  [2]*opentype.Font
	known  [2]map[rune]float64       // widths by size
	simple [2][utf8.RuneSelf]float64 // the same of ASCII
	buffer sfnt.Buffer
}

// NewMeter returns a meter for upright text.
func NewMeter() (*Meter, error) {
	set, err := NewSet()
	if err != nil {
		return nil, err
	}
	m := &Meter{}
	for _, traits := range []int{Regular, Bold} {
		m.fonts[traits], m.known[traits] = set.fonts[traits], map[rune]float64{}
		for r := rune(' '); r < utf8.RuneSelf; r++ {
			w, err := m.advance(traits, r)
			if err != nil {
				return nil, fmt.Errorf("measuring %q: %w", r, err)
			}
			m.simple[traits][r] = w
		}
	}
	return m, nil
}

// Width returns how wide a text is, in the units of the size. A character that the
// fonts lack counts as a square.
func (m *Meter) Width(s string, traits int, size float64) float64 {
	traits &= Bold
	total := 0.0
	for _, r := range s {
		if r < utf8.RuneSelf {
			total += m.simple[traits][r]
			continue
		}
		w, ok := m.known[traits][r]
		if !ok {
			var err error
			if w, err = m.advance(traits, r); err != nil {
				w = 1
			}
			m.known[traits][r] = w
		}
		total += w
	}
	return total * size
}

// advance is how wide a character is at the size 1.
func (m *Meter) advance(traits int, r rune) (float64, error) {
	f := m.fonts[traits]
	glyph, err := f.GlyphIndex(&m.buffer, r)
	if err != nil || glyph == 0 {
		return 1, err
	}
	const ppem = 64
	w, err := f.GlyphAdvance(&m.buffer, glyph, ppem<<6, font.HintingNone)
	return float64(w) / (ppem << 6), err
}

// Fit returns as much of a text as the room holds, with an ellipsis where that is
// not all.
func (m *Meter) Fit(s string, traits int, size, room float64) string {
	if m.Width(s, traits, size) <= room {
		return s
	}
	const ellipsis = "…"
	room -= m.Width(ellipsis, traits, size)
	for i, r := range s {
		if room -= m.Width(string(r), traits, size); room < 0 {
			return s[:i] + ellipsis
		}
	}
	return s
}
