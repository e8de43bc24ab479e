package render_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image"
	"image/png"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/awalterschulze/gographviz"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/render/format"
	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

const ms = time.Millisecond

// named returns a small start in which everything that can be named has the
// name.
func named(name string) *startup.Startup {
	failed := &startup.HookRun{Name: name, Origin: name, Interval: startup.Interval{Start: ms, End: 5 * ms}, Behavior: name, Outcome: attr.OutcomeFailed, Err: name}
	waits := &startup.HookRun{Name: name + "2", Origin: name, Interval: startup.Interval{Start: ms, End: 5 * ms}, Outcome: attr.OutcomeInterrupted,
		WaitsFor: []string{"hook:" + name, "cache:" + name, name}, BlockedOn: "hook:" + name, BecauseOf: name, Deadline: ms, AtDeadline: name}
	inner := &startup.Server{
		Name: name, Creator: name,
		PostStart: []*startup.Hook{{Name: name, Origin: name, Kind: attr.KindPostStart, RegisteredAt: name, Run: failed}, {Name: name + "2", Origin: name, Run: waits}},
		Checks:    []*startup.Check{{Name: name, Origin: name, Configured: true, Endpoints: []string{attr.Healthz}}},
		Routes:    []startup.Route{{Path: name, Match: name, Installer: name, Phase: name, Source: name}},
		Groups:    []startup.Group{{Name: name, Versions: []string{name}, Empty: []string{name}}},
		Signals:   []startup.MuxSignal{{Name: name}},
	}
	outer := &startup.Server{
		Name: name + "outer", Delegate: name,
		PostStart: []*startup.Hook{{Name: name, Origin: name, Inherited: true, Run: failed}},
		Disabled:  []*startup.Hook{{Name: name}},
		Checks: []*startup.Check{
			{Name: name, Origin: name, Endpoints: []string{attr.Readyz}},
			{Name: name, Origin: name, State: startup.CheckSkipped, SkippedBy: name},
			{Name: name, Origin: name, State: startup.CheckMasked, SkippedBy: name},
			{Name: name, Origin: name, State: startup.CheckLost, Endpoints: []string{attr.Livez}},
			{Name: name, Origin: name, State: startup.CheckInherited, Endpoints: []string{attr.Livez}},
		},
		Routes: []startup.Route{{Path: name, Match: name, Installer: name, Phase: name, Source: name}},
	}
	for i := range 6 { // enough for a panel of their own
		outer.Routes = append(outer.Routes, startup.Route{Path: "/" + name + "/" + name + strconv.Itoa(i), Match: attr.MatchPrefix, Installer: name})
	}
	return &startup.Startup{
		Service: name, Version: name, Preset: name, Source: "model", Clock: "simulated", Storage: name,
		Servers: []*startup.Server{inner, outer}, Runs: []*startup.HookRun{failed, waits},
		Phases:  []startup.Phase{{Name: name, Interval: startup.Interval{End: 3 * ms}}},
		Failure: &startup.Failure{Hook: name, Err: name, At: 5 * ms}, End: 6 * ms, Problems: []string{name},
	}
}

// write writes a start, beside some trace, in the format of this name.
func write(w io.Writer, s *startup.Startup, name string, o render.Options) error {
	f, err := format.Find(name, format.All())
	if err != nil {
		return err
	}
	return f.Write(w, format.Input{Trace: &trace.Trace{Spans: make([]trace.Span, 1)}, Start: s}, o)
}

// hostile are names that mean something to one format or another.
func hostile() map[string]string {
	return map[string]string{
		"plain": "plain", "empty": "", "quotes": `"'` + "`", "line ends": "a\nb\r\nc\u2028d", "port": "a:b", "semicolon": "a;b", "hash": "a#b",
		"backslash": `\N \G \\ \`, "markup": "<b>bold</b><!-- -->", "end of SVG": "</svg>", "end of CDATA": "]]>", "entity": "&amp;&lt;&#0;&nosuch;",
		"long": strings.Repeat("long name ", 1000), "invalid UTF-8": "a\xffb\xc3", "NUL": "a\x00b", "control": "\x1b[31m\x07\x7f", "emoji": "🚀 naïve Ω",
		"right to left": "\u202eabc\u202c שלום", "braces": "{a|b}", "percent": "%s %d %!", "script": "<script>alert(1)</script>", "html label": "<<TABLE>>",
	}
}

func TestHostileNamesSurvive(t *testing.T) {
	for what, name := range hostile() {
		t.Run(what, func(t *testing.T) {
			for _, view := range render.GraphViews() {
				for _, detail := range render.Details() {
					o := render.Options{View: view, Detail: detail}
					var dot bytes.Buffer
					if err := write(&dot, named(name), "dot", o); err != nil {
						t.Fatalf("%s: %v", view, err)
					}
					if _, err := gographviz.Read(dot.Bytes()); err != nil {
						t.Errorf("%s: the DOT cannot be parsed: %.300v", view, err)
					}
				}
				var svg bytes.Buffer
				if err := write(&svg, named(name), "svg", render.Options{View: view, Detail: render.DetailFull}); err != nil {
					t.Fatalf("%s: %v", view, err)
				}
				checkSVG(t, svg.Bytes())
			}
			var b bytes.Buffer
			if err := write(&b, named(name), "png", render.Options{}); err != nil {
				t.Fatal(err)
			}
			b.Reset()
			if err := render.WriteSummary(&b, named(name)); err != nil {
				t.Fatal(err)
			}
			if strings.ContainsAny(b.String(), "\x00\x1b\x07\r") || strings.Contains(b.String(), "\u202e") {
				t.Errorf("the summary passes control characters on: %q", b.String())
			}
		})
	}
}

// checkSVG reads all of an SVG as XML and looks for elements that do something.
func checkSVG(t *testing.T, svg []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(svg))
	texts, fonts := 0, 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("the SVG is not well-formed: %v", err)
		}
		if e, ok := token.(xml.StartElement); ok {
			switch e.Name.Local {
			case "script", "foreignObject", "image", "iframe":
				t.Errorf("the SVG has an element %s", e.Name.Local)
			case "text":
				texts++
			}
			for _, a := range e.Attr {
				if a.Name.Local == "font-family" {
					fonts++
					if !strings.Contains(a.Value, "Liberation Sans") {
						t.Fatalf("a text has the fonts %q alone", a.Value)
					}
				}
				if strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "href" {
					t.Errorf("the SVG has an attribute %s=%q", a.Name.Local, a.Value)
				}
			}
		}
	}
	if texts < 10 || fonts != 1 {
		t.Errorf("the SVG has %d texts, and fonts %d times", texts, fonts)
	}
}

func TestOutputIsTheSameEachTime(t *testing.T) {
	for _, name := range format.Names(format.All()) {
		var first, second bytes.Buffer
		if err := errors.Join(write(&first, named("x"), name, render.Options{}), write(&second, named("x"), name, render.Options{})); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("%s differs from one time to the next", name)
		}
	}
}

func TestUnknownNamesListTheKnown(t *testing.T) {
	for _, c := range []struct{ format, view, detail, want string }{
		{"gif", "", "", "use one of dot, svg, png, "},
		{"dot", "x", "", "use one of tree, hooks, checks, routes"},
		{"dot", "", "x", "use one of low, normal, full"},
	} {
		err := write(io.Discard, named("x"), c.format, render.Options{View: render.View(c.view), Detail: render.Detail(c.detail)})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// TestPNGHasLines: an image without them was what one library drew.
func TestPNGHasLines(t *testing.T) {
	g := &render.Graph{LeftToRight: true}
	node := func(shape render.Shape) render.NodeID {
		n := render.Node{Key: "n", Shape: shape, Role: render.RoleEnd}
		n.Label.Add(render.Cell{Text: "node"})
		return g.AddNode(n)
	}
	a, b := node(render.ShapeBox), node(render.ShapeEllipse)
	g.AddEdge(render.Edge{From: render.End{Node: a}, To: render.End{Node: b}, Role: render.RoleRequest, Span: 4})
	var out bytes.Buffer
	if err := render.WritePNG(&out, g); err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(&out)
	if err != nil {
		t.Fatal(err)
	}
	// Halfway between the nodes there is nothing but the edge.
	x, dark := img.Bounds().Dx()/2, 0
	for y := range img.Bounds().Dy() {
		if isDark(img, x, y) {
			dark++
		}
	}
	if dark < 2 || dark > 20 {
		t.Errorf("%d dark pixels cross the middle, want the edge's few", dark)
	}
	// The first row with anything dark is the top of a border: a long line.
	for y := range img.Bounds().Dy() {
		run := 0
		for x := range img.Bounds().Dx() {
			if isDark(img, x, y) {
				run++
			}
		}
		if run > 0 {
			if run < 10 {
				t.Errorf("the uppermost dark row has %d pixels, want a border's many", run)
			}
			return
		}
	}
	t.Error("the image is empty")
}

func isDark(img image.Image, x, y int) bool {
	r, g, b, _ := img.At(x, y).RGBA()
	return (r+g+b)/3 < 0x9000
}

func TestGraphIsCheckedBeforeWriting(t *testing.T) {
	for what, g := range map[string]*render.Graph{
		"edge to nowhere":    {Nodes: []render.Node{{}}, Edges: []render.Edge{{From: render.End{Node: 1}, To: render.End{Node: 2}}}},
		"row that is not":    {Nodes: []render.Node{{}}, Edges: []render.Edge{{From: render.End{Node: 1, Row: 3}, To: render.End{Node: 1}}}},
		"unknown cluster":    {Nodes: []render.Node{{Cluster: 1}}},
		"cluster in a later": {Clusters: []render.Cluster{{Parent: 2}, {}}},
	} {
		var b bytes.Buffer
		if err := render.WriteDOT(&b, g); err == nil || b.Len() > 0 {
			t.Errorf("%s: error %v, %d bytes written", what, err, b.Len())
		}
	}
}

func TestTooLargePicturesAreRefused(t *testing.T) {
	g := &render.Graph{}
	for range 30_000 {
		g.AddNode(render.Node{Key: "n"})
	}
	if err := render.WriteSVG(io.Discard, g); !errors.Is(err, render.ErrTooLarge) {
		t.Errorf("30,000 nodes: %v, want ErrTooLarge", err)
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestWriteErrorsAreReported(t *testing.T) {
	for _, name := range format.Names(format.All()) {
		if err := write(fullDisk{}, named("x"), name, render.Options{}); err == nil || !strings.Contains(err.Error(), "disk full") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestInlineDoesNothingToItsPage: what becomes a part of a page has nothing that
// acts on it, whatever things are called, and its parts can be found.
func TestInlineDoesNothingToItsPage(t *testing.T) {
	for what, name := range hostile() {
		g, err := render.Picture(named(name), render.Options{Detail: render.DetailFull})
		if err != nil {
			t.Fatal(err)
		}
		g.Title, g.Legend = nil, nil
		var b bytes.Buffer
		if err := render.WriteInline(&b, g, func(key string) string { return key }); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		keys := 0
		d := xml.NewDecoder(&b)
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: not well-formed: %v", what, err)
			}
			e, ok := token.(xml.StartElement)
			if !ok {
				continue
			}
			if !slices.Contains([]string{"svg", "g", "title", "text", "rect", "path", "polygon", "polyline", "ellipse"}, e.Name.Local) {
				t.Errorf("%s: there is an element %s", what, e.Name.Local)
			}
			for _, a := range e.Attr {
				switch {
				case a.Name.Local == "data-k":
					keys++
				case a.Name.Local == "id" || a.Name.Local == "style" || a.Name.Local == "href" || strings.HasPrefix(a.Name.Local, "on"):
					t.Errorf("%s: there is an attribute %s=%q", what, a.Name.Local, a.Value)
				}
			}
		}
		if keys < 10 {
			t.Errorf("%s: %d parts have a key", what, keys)
		}
	}
}
