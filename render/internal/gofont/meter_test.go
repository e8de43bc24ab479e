package gofont

import (
	"math"
	"testing"
	"unicode/utf8"

	"golang.org/x/image/font"
)

// TestMeterIsThePainters: text is as wide as it is told, whatever its size.
func TestMeterIsThePainters(t *testing.T) {
	m, err := NewMeter()
	if err != nil {
		t.Fatal(err)
	}
	set, err := NewSet()
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", "rbac/bootstrap-roles", "1.45 s", "naïve Ω", "WWWW", "iiii"} {
		for _, traits := range []int{Regular, Bold} {
			for _, size := range []float64{10, 22, 40} {
				face, err := set.Face(traits, size)
				if err != nil {
					t.Fatal(err)
				}
				painted, told := float64(font.MeasureString(face, text))/64, m.Width(text, traits, size)
				if math.Abs(painted-told) > 0.05*float64(utf8.RuneCountInString(text))+0.01 {
					t.Errorf("%q at %g, traits %d: told %g, painted %g", text, size, traits, told, painted)
				}
			}
		}
	}
	if w := m.Width("漢", Regular, 10); w != 10 {
		t.Errorf("a character that the fonts lack is %g wide, not a square", w)
	}
}

func TestFit(t *testing.T) {
	m, err := NewMeter()
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", "a", "start-kube-apiserver-identity-lease-controller", "漢字漢字", "🚀"} {
		for room := 0.0; room < 400; room += 7 {
			got := m.Fit(text, Regular, 11, room)
			width := m.Width(got, Regular, 11)
			if got != text && got != "…" && width > room+0.001 {
				t.Errorf("%q in %g is %q, %g wide", text, room, got, width)
			}
			if (got == text) != (m.Width(text, Regular, 11) <= room) || !utf8.ValidString(got) {
				t.Errorf("%q in %g is %q", text, room, got)
			}
		}
	}
}

// TestShown: what the fonts lack is seen to be missing, and what stands for it is in
// all of them.
func TestShown(t *testing.T) {
	set, err := NewSet()
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{"": "", "plain · naïve Ω Ж …": "plain · naïve Ω Ж …", "漢字 ok": "□□ ok", "🚀": "□"} {
		if got, err := set.Shown(text); err != nil || got != want {
			t.Errorf("%q is shown as %q, not %q; %v", text, got, want, err)
		}
	}
	for traits, f := range set.fonts {
		if glyph, err := f.GlyphIndex(&set.buffer, missing); err != nil || glyph == 0 {
			t.Errorf("traits %d lack %c: %v", traits, missing, err)
		}
	}
}
