package timeline_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/render/timeline"
	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// hostile are names that mean something to one format or another.
var hostile = map[string]string{
	"plain": "plain", "empty": "", "spaces": "   ", "quotes": `"'` + "`", "line ends": "a\nb\r\nc\u2028d", "colon": "a:b", "semicolon": "a;b", "hash": "a#b",
	"markup": "<b>bold</b><!-- -->", "end of SVG": "</svg>", "entity": "&amp;&lt;&#0;", "long": strings.Repeat("long name ", 1000), "one long word": strings.Repeat("W", 500),
	"invalid UTF-8": "a\xffb\xc3", "NUL": "a\x00b", "control": "\x1b[31m\x07\x7f", "emoji": "🚀 naïve Ω 漢字", "right to left": "\u202eabc\u202c שלום", "percent": "%s %d %% %%{init: {}}%%",
	"script": "<script>alert(1)</script>", "section": "section x", "title": "title x", "date": "2026-01-01", "click": "click b1 call alert()", "comment": "%% x", "front matter": "---",
	"gantt": "gantt", "tags": "x :crit, milestone, 0, 1ms", "excludes": "excludes weekends", "accTitle": "accTitle: x", "accDescr": "accDescr {", "arrow": "-->",
}

// named returns starts and a trace in which everything has the name.
func named(name string) map[string]*timeline.Timeline {
	s := many(5)
	s.Service, s.Version, s.Preset, s.Storage, s.Problems = name, name, name, name, []string{name}
	s.Failure.Hook, s.Failure.Err = name, name
	s.Phases = []startup.Phase{{Name: name, Server: name, Interval: startup.Interval{End: ms}}, {Name: attr.SpanChainCreate, Interval: startup.Interval{End: ms}}}
	for _, r := range s.Runs {
		r.Name, r.Origin, r.Err = name, name, name
		r.WaitsFor = []string{name}
	}
	s.Servers = []*startup.Server{{Name: name, PostStart: []*startup.Hook{{Name: name}}}}
	seen := &startup.Startup{Service: name, End: ms, Watch: &startup.Interval{End: -1}, Passed: []startup.Passed{{Check: name, At: ms}}}
	sp := span(1, 0, name, 0, 10)
	sp.Status = trace.Status{Code: trace.StatusError, Message: name}
	child := span(2, 1, name, 2, 8)
	child.Resource = &trace.Resource{Attrs: []trace.Attr{{Key: "service.name", Value: trace.String(name)}}}
	return map[string]*timeline.Timeline{
		"a start": timeline.FromStart(s, 100), "a start in few bars": timeline.FromStart(s, 2), "seen from outside": timeline.FromStart(seen, 100),
		"a trace": timeline.FromTrace(&trace.Trace{Spans: []trace.Span{sp, child}}, 100),
	}
}

func TestHostileNames(t *testing.T) {
	for what, name := range hostile {
		plain := named("plain")
		for of, tl := range named(name) {
			out := written(t, tl)
			checkSVG(t, what+", "+of, out["svg"])
			checkMermaid(t, what+", "+of, out["mmd"])
			if strings.ContainsAny(out["txt"], "\x00\x1b\x07\r\u202e\u2028") || !utf8.ValidString(out["txt"]) {
				t.Errorf("%s, %s: the text passes on %q", what, of, out["txt"])
			}
			if got, want := len(tl.Bars), len(plain[of].Bars); got != want {
				t.Errorf("%s, %s: there are %d bars, of plain names %d", what, of, got, want)
			}
		}
	}
}

// checkSVG reads an SVG as XML: there is nothing in it that acts, no id is there
// twice, and all is within the picture.
func checkSVG(t *testing.T, what, svg string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(svg))
	ids := map[string]bool{}
	width, height := 0.0, 0.0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%s: the SVG is not well-formed: %v", what, err)
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		at := map[string]string{}
		for _, a := range e.Attr {
			at[a.Name.Local] = a.Value
		}
		number := func(name string) float64 { f, _ := strconv.ParseFloat(at[name], 64); return f } // 0 where there is none
		switch e.Name.Local {
		case "svg":
			width, height = number("width"), number("height")
		case "g", "title", "desc", "style", "defs", "pattern", "tspan":
		case "rect", "text", "line":
			if number("x") < 0 || number("x")+number("width") > width+0.1 || number("y") < 0 || number("y")+number("height") > height+0.1 || number("x2") > width || number("y2") > height {
				t.Errorf("%s: %v is not in the picture of %g x %g", what, e, width, height)
			}
		default:
			t.Errorf("%s: there is an element %s", what, e.Name.Local)
		}
		if id := at["id"]; id != "" {
			if ids[id] {
				t.Errorf("%s: the id %q is there twice", what, id)
			}
			ids[id] = true
		}
		for _, a := range e.Attr {
			if strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "href" {
				t.Errorf("%s: there is an attribute %s=%q", what, a.Name.Local, a.Value)
			}
		}
	}
	if len(ids) < 4 {
		t.Errorf("%s: there are the ids %v alone", what, ids)
	}
}

var ganttLine = regexp.MustCompile(`^(---|title: "[^"\\]*(\\u[0-9a-f]{4}[^"\\]*)*"|config:|  gantt:|    (leftPadding|barHeight|fontSize): \d+|gantt|acc(Title|Descr): [^;]*(#\d+;[^;]*)*|dateFormat x|axisFormat %[a-zA-Z.%]+ (s|ms|µs|ns)|tickInterval \d+millisecond|todayMarker off|` +
	`section [^:;#%]*(#\d+;[^:;#%]*)*|[^:;#%]*(#\d+;[^:;#%]*)* :(crit, |done, |active, |milestone, )*[bm]?[a-z0-9]+, \d+, \d+ms)$`)

var ganttTask = regexp.MustCompile(` :.*, \d+ms$`)

// checkMermaid: each line is what it should be, and no name begins as Mermaid's own
// words do.
func checkMermaid(t *testing.T, what, chart string) {
	t.Helper()
	for line := range strings.Lines(chart) {
		line = strings.TrimSuffix(line, "\n")
		if !ganttLine.MatchString(line) {
			t.Errorf("%s: %q is no line of a chart", what, line)
		}
		if ganttTask.MatchString(line) {
			for _, word := range []string{"section ", "title ", "click ", "excludes ", "acc", "gantt ", "2026"} {
				if strings.HasPrefix(line, word) {
					t.Errorf("%s: the task %q begins as something else", what, line)
				}
			}
		}
	}
}

func TestTextFits(t *testing.T) {
	s := recorded(t, "../../testdata/golden/kube-apiserver-1.37.trace.json")
	for _, tl := range []*timeline.Timeline{timeline.FromStart(s, 100), timeline.FromStart(s, 12), timeline.FromStart(many(40), 100), timeline.FromTrace(tree(50, func(i int) int { return i - 1 }, func(int) string { return "name" }), 100)} {
		for _, width := range []int{3, 8, 20, 24, 31, 32, 33, 40, 60, 80, 89, 90, 120, 250} {
			for _, ascii := range []bool{false, true} {
				var b bytes.Buffer
				if err := timeline.WriteText(&b, tl, render.TextOptions{Width: width, ASCII: ascii}); err != nil {
					t.Fatal(err)
				}
				for line := range strings.Lines(b.String()) {
					line = strings.TrimSuffix(line, "\n")
					if n := utf8.RuneCountInString(line); n > width {
						t.Errorf("%d characters, %d wide: %s", n, width, line)
					}
					if ascii && len(line) != utf8.RuneCountInString(line) {
						t.Errorf("this is not ASCII: %s", line)
					}
				}
			}
		}
	}
}

// TestTextDraws: bars are where their times are.
func TestTextDraws(t *testing.T) {
	var b bytes.Buffer
	if err := timeline.WriteText(&b, timeline.FromStart(start(), 100), render.TextOptions{Width: 60, ASCII: true}); err != nil {
		t.Fatal(err)
	}
	want := `s: timeline
Not ready within the 100 ms of this trace: hangs had not
ended

                    v constructed 10 ms
                    |  v listening 20 ms
             not ready, the trace ends 100 ms v
                  0             50 ms         100 ms
  chain.create    ###  |                      |  10 ms
  listener.serve    ####                      |  10 ms
? hangs             |  ###---------------------  80 ms, hung
* worker            |  -------#####           |  40 ms
  launched          |  .                      |  0 ms

# at work; - waiting; . only launched; * on the way to the
end; ? did not end; | milestone
`
	if got := b.String(); got != want {
		t.Errorf("it is\n%s\nwant\n%s", got, want)
	}
}

// TestPNG: it is the picture of the SVG, at two pixels to a point.
func TestPNG(t *testing.T) {
	for _, tl := range []*timeline.Timeline{
		timeline.FromStart(start(), 100), named(hostile["emoji"])["a start"], named(hostile["one long word"])["a trace"], {Whole: 1},
	} {
		var svg, first, second bytes.Buffer
		if err := errors.Join(timeline.WriteSVG(&svg, tl), timeline.WritePNG(&first, tl), timeline.WritePNG(&second, tl)); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Error("another time it is another one")
		}
		img, err := png.Decode(&first)
		if err != nil {
			t.Fatal(err)
		}
		var size struct {
			Width  float64 `xml:"width,attr"`
			Height float64 `xml:"height,attr"`
		}
		if err := xml.Unmarshal(svg.Bytes(), &size); err != nil {
			t.Fatal(err)
		}
		if got := img.Bounds().Size(); math.Abs(float64(got.X)-2*size.Width) > 1.1 || math.Abs(float64(got.Y)-2*size.Height) > 1.1 {
			t.Errorf("it has %v pixels, the SVG %+v points", got, size)
		}
	}
}

// TestLargeMermaid: what Mermaid has no room for is left out and counted.
func TestLargeMermaid(t *testing.T) {
	s := many(2000)
	for _, r := range s.Runs {
		r.Name = strings.Repeat("#", 60) + r.Name
	}
	out := written(t, timeline.FromStart(s, math.MaxInt))["mmd"]
	if len(out) > render.MermaidMost || !strings.Contains(out, "more bars, for which Mermaid has no room") {
		t.Errorf("%d bytes: %.3000s", len(out), out)
	}
	checkMermaid(t, "large", out)
}

// TestMermaidUnits: times are whole numbers of what Mermaid takes for milliseconds,
// fine enough for what is short.
func TestMermaidUnits(t *testing.T) {
	for whole, want := range map[time.Duration]string{
		100 * time.Nanosecond: "axisFormat %Q ns\ntickInterval 20m", 90 * time.Microsecond: "axisFormat %Q ns\ntickInterval 20000m",
		90 * time.Millisecond: "axisFormat %Q µs\ntickInterval 20000m", 900 * time.Millisecond: "axisFormat %Q ms\ntickInterval 200m",
		2 * time.Second: "axisFormat %s.%L s\ntickInterval 500m", time.Hour: "axisFormat %s s\ntickInterval 500000m",
	} {
		tl := &timeline.Timeline{Whole: whole, Bars: []timeline.Bar{{Kind: timeline.KindSpan, Name: "x", Took: whole}}, Total: 1}
		if out := written(t, tl)["mmd"]; !strings.Contains(out, want) {
			t.Errorf("%s: there is no %q in\n%s", whole, want, out)
		}
	}
}

func TestTicksAreRound(t *testing.T) {
	for whole, want := range map[time.Duration]string{
		1:                       "0, 1 ns",
		2140 * time.Millisecond: "0, 500 ms, 1 s, 1.5 s, 2 s",
		999 * time.Microsecond:  "0, 200 µs, 400 µs, 600 µs, 800 µs",
		5 * time.Second:         "0, 1 s, 2 s, 3 s, 4 s, 5 s",
		time.Hour:               "0, 1000 s, 2000 s, 3000 s",
		math.MaxInt64:           "0, 2000000000 s, 4000000000 s, 6000000000 s, 8000000000 s",
	} {
		var texts []string
		for _, tick := range (&timeline.Timeline{Whole: whole}).Ticks(5) {
			texts = append(texts, tick.Text)
		}
		if got := strings.Join(texts, ", "); got != want {
			t.Errorf("%s: %s, want %s", whole, got, want)
		}
	}
}
