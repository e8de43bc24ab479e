// Package gofont has the Go fonts, which need nothing of the system: to paint
// text, and to tell how much room text takes.
package gofont

import (
	"fmt"
	"math"
	"unicode/utf8"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gobolditalic"
	"golang.org/x/image/font/gofont/goitalic"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
)

// The traits of a font, to be added up.
const (
	Regular = 0
	Bold    = 1
	Italic  = 2
)

// missing stands for each character that the fonts lack.
const missing = '□'

// Set holds the fonts by their traits. It is for one goroutine at a time.
type Set struct {
	fonts  [4]*opentype.Font
	faces  map[faceKey]font.Face
	buffer sfnt.Buffer
}

type faceKey struct {
	traits int
	size   float64
}

// NewSet returns all of the fonts.
func NewSet() (*Set, error) {
	set := &Set{faces: map[faceKey]font.Face{}}
	for i, ttf := range [][]byte{goregular.TTF, gobold.TTF, goitalic.TTF, gobolditalic.TTF} {
		f, err := opentype.Parse(ttf)
		if err != nil {
			return nil, fmt.Errorf("reading the Go fonts: %w", err)
		}
		set.fonts[i] = f
	}
	return set, nil
}

// Face returns a font of a size in pixels, in steps of a quarter.
func (s *Set) Face(traits int, size float64) (font.Face, error) {
	key := faceKey{traits & (Bold | Italic), max(1, math.Floor(size*4)/4)}
	if f, ok := s.faces[key]; ok {
		return f, nil
	}
	f, err := opentype.NewFace(s.fonts[key.traits], &opentype.FaceOptions{Size: key.size, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		return nil, fmt.Errorf("a font of %g pixels: %w", key.size, err)
	}
	s.faces[key] = f
	return f, nil
}

// Shown returns a text as it can be painted: instead of characters that the fonts
// lack, which would be left out without a trace, there are empty squares.
func (s *Set) Shown(text string) (string, error) {
	shown := []rune(text)
	for i, r := range shown {
		if r < utf8.RuneSelf {
			continue
		}
		glyph, err := s.fonts[Regular].GlyphIndex(&s.buffer, r)
		if err != nil {
			return "", fmt.Errorf("looking %q up in the Go fonts: %w", r, err)
		}
		if glyph == 0 {
			shown[i] = missing
		}
	}
	return string(shown), nil
}
