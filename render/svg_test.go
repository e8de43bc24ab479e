package render

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"
)

// svgElement is an element of an SVG with its title.
type svgElement struct {
	id, title string
}

// svgElements returns the elements that have ids, by them, and fails when one is
// there twice.
func svgElements(t *testing.T, svg []byte) map[string]svgElement {
	t.Helper()
	found := map[string]svgElement{}
	d := xml.NewDecoder(bytes.NewReader(svg))
	var open []string
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return found
		}
		if err != nil {
			t.Fatalf("the SVG is not well-formed: %v", err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			id := ""
			for _, a := range e.Attr {
				if a.Name.Local == "id" {
					id = a.Value
				}
			}
			if _, twice := found[id]; twice && id != "" {
				t.Errorf("the id %q is there twice", id)
			}
			if e.Name.Local == "title" && id == "" {
				var text string
				if err := d.DecodeElement(&text, &e); err != nil {
					t.Fatal(err)
				}
				of := open[len(open)-1]
				if found[of].title != "" {
					t.Errorf("%q has two titles", of)
				}
				found[of] = svgElement{of, text}
				continue
			}
			if id != "" {
				found[id] = svgElement{id: id}
			}
			open = append(open, id)
		case xml.EndElement:
			open = open[:len(open)-1]
		}
	}
}

// TestSVGTooltips: nodes, frames, edges and rows have their tooltips as titles,
// letter by letter, and ids that tell what they are; nothing else has either.
func TestSVGTooltips(t *testing.T) {
	for _, tooltip := range []string{
		"plain", "two\nlines", `back\slash \N \n \\ \G`, `"quotes" 'and' <b>&amp; markup</b>`, "é 漢 🚀", "</title><script>alert(1)</script>", "a--b -->", "",
	} {
		g := &Graph{Name: "name", Description: "what it shows"}
		c := g.AddCluster(Cluster{Key: "the frame", Tooltip: tooltip})
		n := Node{Key: "the node", Cluster: c, Tooltip: tooltip, Role: RolePanel}
		n.Label.AddRow(Row{Tooltip: tooltip, Cells: []Cell{{Text: "the row"}, {Text: "second"}}})
		n.Label.AddRow(Row{Tooltip: tooltip, Cells: []Cell{{Text: "the row"}}})
		n.Label.AddRow(Row{Cells: []Cell{{Text: "without"}}})
		other := g.AddNode(Node{Key: "other", Shape: ShapeBox, Label: Table{Rows: []Row{{Cells: []Cell{{Text: "x"}}}}}})
		g.AddEdge(Edge{From: End{Node: g.AddNode(n), Row: 1, Side: SideEast}, To: End{Node: other}, Tooltip: tooltip, Label: []string{"label"}})
		var b bytes.Buffer
		if err := WriteSVG(&b, g); err != nil {
			t.Fatal(err)
		}
		found := svgElements(t, b.Bytes())
		want := map[string]string{
			"picture-title": "", "picture-description": "", "chain": "", "other": "",
			"the-frame": tooltip, "the-node": tooltip, "edge-the-node-other": tooltip,
		}
		if tooltip != "" {
			want["the-node-the-row"], want["the-node-the-row-2"] = tooltip, tooltip
		}
		for id, title := range want {
			e, ok := found[id]
			if !ok || e.title != title {
				t.Errorf("%q: %s has the title %q (%t)", tooltip, id, e.title, ok)
			}
			delete(found, id)
		}
		for id, e := range found {
			if !strings.HasSuffix(id, "-label") { // of an edge, which Graphviz gives one of its own
				t.Errorf("%q: there is %+v", tooltip, e)
			}
		}
		if s := b.String(); strings.Contains(s, "href") || strings.Contains(s, "xlink") || strings.Contains(s, "<!--") || strings.Contains(s, "<a") {
			t.Errorf("%q: there are links or comments left:\n%s", tooltip, s)
		}
	}
}

// TestContrast: text can be read on the ground that it stands on, on light pages
// and on dark ones.
func TestContrast(t *testing.T) {
	grounds, texts := darkColors()
	dark := map[string]string{}
	for _, c := range grounds {
		dark[c.light] = c.dark
	}
	darkText := map[string]string{}
	for _, c := range append(grounds, texts...) {
		darkText[c.light] = c.dark
	}
	of := func(m map[string]string, c string) string {
		if d, ok := m[c]; ok {
			return d
		}
		if c != colorWhite {
			t.Errorf("%s is not said to be anything on dark pages", c)
		}
		return c
	}
	for role, st := range styles() {
		for _, c := range []string{st.Fill, st.Line, st.Text, st.Ink} {
			if c != "" {
				of(dark, c)
			}
		}
		ground := st.Fill
		if ground == "" {
			ground = colorPage
		}
		if st.Text == "" {
			continue
		}
		const least = 4.5 // what WCAG's level AA asks of text
		if c := contrast(t, ground, st.Text); c < least {
			t.Errorf("role %d: text on its ground has a contrast of %.1f", role, c)
		}
		if c := contrast(t, of(dark, ground), of(darkText, st.Text)); c < least {
			t.Errorf("role %d on dark pages: text on its ground has a contrast of %.1f", role, c)
		}
		ink := orElse(st.Ink, st.Text)
		for _, page := range []string{colorPage, colorPanel} {
			if ink == colorWhite {
				continue
			}
			if c := contrast(t, page, ink); c < least {
				t.Errorf("role %d: ink on %s has a contrast of %.1f", role, page, c)
			}
			if c := contrast(t, of(dark, page), of(darkText, ink)); c < least {
				t.Errorf("role %d on dark pages: ink on %s has a contrast of %.1f", role, page, c)
			}
		}
	}
}

// contrast is WCAG's ratio of two colours.
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	luminance := func(c string) float64 {
		sum := 0.0
		for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
			n, err := strconv.ParseUint(c[1+2*i:3+2*i], 16, 8)
			if err != nil {
				t.Fatal(err)
			}
			v := float64(n) / 255
			if v <= 0.04045 {
				v /= 12.92
			} else {
				v = math.Pow((v+0.055)/1.055, 2.4)
			}
			sum += weight * v
		}
		return sum
	}
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}
