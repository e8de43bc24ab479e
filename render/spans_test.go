package render_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/awalterschulze/gographviz"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/render/format"
	"github.com/chaintrace/chaintrace/trace"
)

// spanOf makes a span. Times are in milliseconds from some moment on; the end 0 is
// none.
func spanOf(name, service string, id, parent byte, start, end int64) trace.Span {
	const moment = 1_700_000_000_000_000_000
	s := trace.Span{Name: name, Start: moment + start*1_000_000, Resource: &trace.Resource{Attrs: []trace.Attr{{Key: "service.name", Value: trace.String(service)}}}}
	if end > 0 {
		s.End = moment + end*1_000_000
	}
	s.TraceID[0], s.SpanID[7], s.ParentID[7] = 1, id, parent
	return s
}

// foreign is a trace of no server chain, in which all is called by the name and
// everything is broken that can be.
func foreign(name string) *trace.Trace {
	t := &trace.Trace{Spans: []trace.Span{
		spanOf(name, name, 1, 0, 0, 100),
		spanOf(name, name, 2, 1, 10, 50),
		spanOf(name, name+"2", 3, 2, 20, 40),
		spanOf(name, name, 4, 1, 60, 0),   // has no end
		spanOf(name, name, 5, 99, 10, 20), // an orphan
		spanOf(name, name, 6, 7, 10, 20),  // a circle
		spanOf(name, name, 7, 6, 11, 20),
		spanOf(name, name, 2, 1, 12, 20), // the ID of another
		spanOf(name, name, 8, 2, 5, 3),   // early, and backward
	}}
	t.Spans[2].Status = trace.Status{Code: trace.StatusError, Message: name}
	t.Spans[1].Attrs = []trace.Attr{{Key: name, Value: trace.String(name)}}
	t.Spans[1].Events = []trace.Event{{Name: name, Time: t.Spans[1].Start}}
	t.Spans[3].Links = []trace.Link{{TraceID: t.Spans[0].TraceID, SpanID: t.Spans[2].SpanID}}
	return t
}

// writeForeign writes a trace that shows no server chain.
func writeForeign(t *testing.T, in *trace.Trace, name string, o render.Options) []byte {
	t.Helper()
	f, err := format.Find(name, format.All())
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b, format.Input{Trace: in}, o); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return b.Bytes()
}

func TestForeignTracesSurviveHostileNames(t *testing.T) {
	for what, name := range hostile() {
		t.Run(what, func(t *testing.T) {
			for _, o := range []render.Options{{}, {MaxNodes: 3}} {
				if _, err := gographviz.Read(writeForeign(t, foreign(name), "dot", o)); err != nil {
					t.Errorf("the DOT cannot be parsed: %.300v", err)
				}
				for _, f := range []string{"svg", "txt", "mmd"} {
					out := writeForeign(t, foreign(name), f, o)
					if bytes.ContainsAny(out, "\x00\x1b\x07\r\u202e\u2028") || f != "txt" && bytes.Contains(out, []byte("<script")) {
						t.Errorf("%s passes on what is not only text", f)
					}
				}
			}
			checkSVG(t, writeForeign(t, foreign(name), "svg", render.Options{}))
			var b bytes.Buffer
			if err := render.WriteSpanSummary(&b, foreign(name)); err != nil || bytes.ContainsAny(b.Bytes(), "\x00\x1b\x07\r\u202e") {
				t.Errorf("the summary: %v, %q", err, b.String())
			}
		})
	}
}

// TestForeignTracesNameWhatIsBroken: every span is drawn, with what is wrong with it.
func TestForeignTracesNameWhatIsBroken(t *testing.T) {
	in := foreign("x")
	text := string(writeForeign(t, in, "txt", render.Options{}))
	for _, want := range []string{
		"9 spans of 2 services in 100 ms, 1 error", "No server chain", "unfinished", "its parent is not in the trace", "it is its own ancestor",
		"another span has its ID", "it ends before it starts", "clocks disagree", "→ link: ",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the text lacks %q:\n%s", want, text)
		}
	}
	if n := strings.Count(text, "█") + strings.Count(text, "unfinished"); n < len(in.Spans) {
		t.Errorf("%d bars:\n%s", n, text)
	}
}

// TestLinksAreTold: also where no arrow can lead from one to the other, or the other
// is not in the trace.
func TestLinksAreTold(t *testing.T) {
	tr := &trace.Trace{Spans: []trace.Span{spanOf("root", "s", 1, 0, 0, 100), spanOf("one", "s", 2, 1, 0, 10), spanOf("two", "s", 3, 1, 10, 20)}}
	tr.Spans[2].Links = []trace.Link{{TraceID: tr.Spans[1].TraceID, SpanID: tr.Spans[1].SpanID}, {TraceID: trace.TraceID{9}, SpanID: trace.SpanID{8}}}
	svg := string(writeForeign(t, tr, "svg", render.Options{}))
	if want := "links to:\n  one\n  span 0800000000000000 of trace 09000000000000000000000000000000"; !strings.Contains(svg, want) {
		t.Errorf("the picture lacks %q:\n%s", want, svg)
	}
}

// TestForeignTracesDoNotDependOnOrder: what is drawn follows from the spans alone.
func TestForeignTracesDoNotDependOnOrder(t *testing.T) {
	want := writeForeign(t, foreign("x"), "dot", render.Options{})
	turned := foreign("x")
	for i, j := 0, len(turned.Spans)-1; i < j; i, j = i+1, j-1 {
		turned.Spans[i], turned.Spans[j] = turned.Spans[j], turned.Spans[i]
	}
	if got := writeForeign(t, turned, "dot", render.Options{}); !bytes.Equal(got, want) {
		t.Errorf("turned round it is\n%s\nwant\n%s", got, want)
	}
}

// TestForeignTracesHaveNoHooks: views that only a chain has say so, and what to use.
func TestForeignTracesHaveNoHooks(t *testing.T) {
	for _, view := range []render.View{render.ViewHooks, render.ViewChecks, render.ViewRoutes} {
		_, err := render.SpanTree(foreign("x"), render.Options{View: view})
		if err == nil || !strings.Contains(err.Error(), "no server chain") || !strings.Contains(err.Error(), "tree") {
			t.Errorf("%s: %v", view, err)
		}
	}
}

// TestDeepTextStaysNarrow: each level costs its line only what the first ones do.
func TestDeepTextStaysNarrow(t *testing.T) {
	in := &trace.Trace{}
	for i := range 3000 {
		s := spanOf("level", "x", 0, 0, 0, 1)
		s.SpanID[0], s.SpanID[1] = byte((i+1)>>8), byte(i+1)
		s.ParentID[0], s.ParentID[1] = byte(i>>8), byte(i)
		in.Spans = append(in.Spans, s)
	}
	text := string(writeForeign(t, in, "txt", render.Options{MaxNodes: -1}))
	if !strings.Contains(text, "(2998) level") {
		t.Errorf("the last level is not there: %s", text[len(text)-300:])
	}
	for l := range strings.Lines(text) {
		if len(l) > 600 {
			t.Fatalf("a line of %d bytes", len(l))
		}
	}
}

// TestTooMuchIsCountedWhereNobodySaid: in full detail a picture that is too large for
// its format shows less; with a number it is an error.
func TestTooMuchIsCountedWhereNobodySaid(t *testing.T) {
	s := named("x")
	for i := range 30_000 {
		h := *s.Servers[0].PostStart[0]
		h.Name = fmt.Sprint("hook-", i)
		s.Servers[0].PostStart = append(s.Servers[0].PostStart, &h)
	}
	var b bytes.Buffer
	if err := write(&b, s, "svg", render.Options{Detail: render.DetailFull}); err != nil || !strings.Contains(b.String(), "the others are counted") {
		t.Errorf("%v, %.300s", err, b.String())
	}
	if err := write(&bytes.Buffer{}, s, "svg", render.Options{MaxNodes: -1}); err == nil || !strings.Contains(err.Error(), "--max-nodes") {
		t.Errorf("all at once: %v", err)
	}
}

// TestRootsStandInOrder: what begins first stands above what begins later, with a title
// and without.
func TestRootsStandInOrder(t *testing.T) {
	in := &trace.Trace{}
	for i := range 5 {
		root := byte(10 * (i + 1))
		in.Spans = append(in.Spans, spanOf(fmt.Sprint("root ", i), "s", root, 0, int64(root), int64(root)+5))
		if i%2 == 1 {
			in.Spans = append(in.Spans, spanOf("in it", "s", root+1, root, int64(root), int64(root)+4), spanOf("in that", "s", root+2, root+1, int64(root), int64(root)+3))
		}
	}
	g, err := render.SpanTree(in, render.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, title := range []*render.Table{g.Title, nil} {
		g.Title = title
		var b bytes.Buffer
		if err := render.WriteSVG(&b, g); err != nil {
			t.Fatal(err)
		}
		above := math.Inf(-1)
		for i := range 5 {
			found := regexp.MustCompile(fmt.Sprintf(` y="([-.0-9]+)"[^>]*>root %d<`, i)).FindSubmatch(b.Bytes())
			if found == nil {
				t.Fatalf("there is no root %d: %s", i, b.Bytes())
			}
			y, err := strconv.ParseFloat(string(found[1]), 64)
			if err != nil || y <= above {
				t.Errorf("title %t: root %d is at %g, the one before at %g, %v", title != nil, i, y, above, err)
			}
			above = y
		}
	}
}

// TestTracesWithLinksAreDrawn: whatever leads where. Graphviz crashes on a good part of
// such pictures when it has to keep an order too.
func TestTracesWithLinksAreDrawn(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 7))
		in := &trace.Trace{}
		n := 2 + r.IntN(40)
		for i := range n {
			parent := 0
			if r.IntN(4) > 0 {
				parent = r.IntN(i + 1)
			}
			s := spanOf("n", "s", byte(i+1), byte(parent), int64(i), int64(i+1))
			for r.IntN(3) == 0 {
				s.Links = append(s.Links, trace.Link{TraceID: s.TraceID, SpanID: trace.SpanID{7: byte(1 + r.IntN(n))}})
			}
			in.Spans = append(in.Spans, s)
		}
		if svg := writeForeign(t, in, "svg", render.Options{}); bytes.Count(svg, []byte(">n</text>")) != n {
			t.Fatalf("seed %d: of %d spans there are %d", seed, n, bytes.Count(svg, []byte(">n</text>")))
		}
	}
}
