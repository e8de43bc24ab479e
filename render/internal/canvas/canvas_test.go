package canvas

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image/color"
	"image/png"
	"io"
	"strings"
	"testing"
)

// drawing has one of everything.
func drawing(text string) *Drawing {
	return &Drawing{
		Title: text, Description: text, Width: 120, Height: 60, Ground: "#ffffff",
		Groups: []Group{
			{Shapes: []Shape{Line{X1: 0, Y1: 30, X2: 120, Y2: 30, Color: "#00ff00", Pen: 4}}},
			{ID: "one", Tip: text, Shapes: []Shape{
				Rect{X: 10, Y: 10, Width: 40, Height: 40, Fill: "#ff0000", Line: "#000000", Pen: 1, Dashed: true},
				Rect{X: 60, Y: 10, Width: 40, Height: 40, Fill: "#ffffff", Hatch: "#0000ff"},
				Text{X: 5, Y: 58, Text: text, Size: 10, Bold: true, Color: "#000000", Align: AlignRight, Tail: Tail{Text: text, Gap: 3, Size: 8, Color: "#ff0000"}},
			}},
		},
	}
}

func TestSVGIsXMLWhateverIsWritten(t *testing.T) {
	for _, text := range []string{"plain", "</text><script>alert(1)</script>", "a & b", "two\nlines", `"quotes" 'and' more`, "]]>", "<!-- -->", "漢 🚀"} {
		var b bytes.Buffer
		if err := WriteSVG(&b, drawing(text), SVGOptions{Fonts: "sans-serif", Class: "c", Style: "x{}"}); err != nil {
			t.Fatal(err)
		}
		var texts []string
		d := xml.NewDecoder(&b)
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%q: %v", text, err)
			}
			switch e := token.(type) {
			case xml.StartElement:
				if e.Name.Local == "script" {
					t.Errorf("%q became an element", text)
				}
			case xml.CharData:
				if s := strings.Trim(string(e), "\n"); s != "" && s != "x{}" {
					texts = append(texts, s)
				}
			}
		}
		if len(texts) != 5 {
			t.Errorf("%q: there are the texts %q", text, texts)
		}
		for _, s := range texts {
			if s != text {
				t.Errorf("%q is read back as %q", text, s)
			}
		}
	}
}

// TestPNGPaintsWhatSVGSays looks at single pixels.
func TestPNGPaintsWhatSVGSays(t *testing.T) {
	var b bytes.Buffer
	if err := WritePNG(&b, drawing("x")); err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	if size := img.Bounds().Size(); size.X != 240 || size.Y != 120 {
		t.Fatalf("it has %v pixels", size)
	}
	for _, c := range []struct {
		x, y int
		want color.Color
	}{
		{2, 2, color.White}, {60, 60, color.RGBA{R: 255, A: 255}}, {110, 60, color.RGBA{G: 255, A: 255}},
	} {
		if got := color.RGBAModel.Convert(img.At(c.x, c.y)); got != color.RGBAModel.Convert(c.want) {
			t.Errorf("at %d,%d there is %v, not %v", c.x, c.y, got, c.want)
		}
	}
	blue, white := 0, 0
	for x := 122; x < 198; x++ {
		for y := 22; y < 98; y++ {
			switch color.RGBAModel.Convert(img.At(x, y)) {
			case color.RGBA{B: 255, A: 255}:
				blue++
			case color.RGBA{R: 255, G: 255, B: 255, A: 255}:
				white++
			}
		}
	}
	if share := float64(blue) / float64(76*76); share < 0.15 || share > 0.4 || white < blue {
		t.Errorf("of the hatched ground %d pixels are stripes, %d are not", blue, white)
	}
}

// TestPNGOfWhatIsHuge stays within what viewers open, and what can be read.
func TestPNGOfWhatIsHuge(t *testing.T) {
	var b bytes.Buffer
	if err := WritePNG(&b, &Drawing{Width: 100, Height: 16_000, Ground: "#ffffff"}); err != nil {
		t.Fatal(err)
	}
	config, err := png.DecodeConfig(&b)
	if err != nil || config.Height != pngMax || config.Width != 100 {
		t.Errorf("%+v, %v", config, err)
	}
	for _, d := range []Drawing{{Width: 100, Height: 16_001}, {Width: 1e6, Height: 10}} {
		d.Ground = "#ffffff"
		b.Reset()
		err := WritePNG(&b, &d)
		if err == nil || b.Len() > 0 {
			t.Fatalf("%v×%v: %d bytes were written", d.Width, d.Height, b.Len())
		}
		for _, want := range []string{fmt.Sprintf("%.0f×%.0f pixels", 2*d.Width, 2*d.Height), "svg", "--max-nodes", "--detail"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("the error %q lacks %q", err, want)
			}
		}
	}
}
