package render

import (
	"fmt"
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gobolditalic"
	"golang.org/x/image/font/gofont/goitalic"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
)

// fontSet holds the Go fonts, which need nothing of the system, by traits: 1
// for bold, 2 for italic.
type fontSet struct {
	fonts [4]*opentype.Font
	faces map[faceKey]font.Face
}

type faceKey struct {
	traits int
	size   float64
}

func newFontSet() (fontSet, error) {
	set := fontSet{faces: map[faceKey]font.Face{}}
	for i, ttf := range [][]byte{goregular.TTF, gobold.TTF, goitalic.TTF, gobolditalic.TTF} {
		f, err := opentype.Parse(ttf)
		if err != nil {
			return fontSet{}, fmt.Errorf("reading the Go fonts: %w", err)
		}
		set.fonts[i] = f
	}
	return set, nil
}

// face returns a font of a size in pixels, in steps of a quarter.
func (s fontSet) face(traits int, size float64) (font.Face, error) {
	key := faceKey{traits & 3, max(1, math.Floor(size*4)/4)}
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
