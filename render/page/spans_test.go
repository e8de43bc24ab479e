package page_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"github.com/chaintrace/chaintrace/render/page"
	"github.com/chaintrace/chaintrace/trace"
)

// readTrace reads a trace out of a file.
func readTrace(tb testing.TB, file string) *trace.Trace {
	tb.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	t, err := trace.Read(bytes.NewReader(b), trace.ReadOptions{})
	if err != nil {
		tb.Fatal(err)
	}
	return t
}

// shop is a trace of a program that is no API server.
func shop(tb testing.TB) *trace.Trace {
	tb.Helper()
	return readTrace(tb, "../../cmd/chaintrace/testdata/foreign.json")
}

// writeSpans returns the page of the spans of t.
func writeSpans(tb testing.TB, t *trace.Trace) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := page.WriteSpans(&b, t, page.Options{}); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// spanOf makes a span. Times are in milliseconds from some moment on; the end 0 is
// none.
func spanOf(name, service string, id, parent uint64, start, end int64) trace.Span {
	const moment = 1_735_689_600_000_000_000
	s := trace.Span{Name: name, Start: moment + start*1_000_000, Resource: &trace.Resource{Attrs: []trace.Attr{{Key: "service.name", Value: trace.String(service)}}}}
	if end > 0 {
		s.End = moment + end*1_000_000
	}
	s.TraceID[0] = 1
	binary.BigEndian.PutUint64(s.SpanID[:], id)
	binary.BigEndian.PutUint64(s.ParentID[:], parent)
	return s
}

// brokenSpans is a trace in which everything is called by the name, and is wrong
// that can be.
func brokenSpans(name string) *trace.Trace {
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
		spanOf(name, name, 9, 1, 70, 0),
	}}
	t.Spans[1].Kind, t.Spans[2].Kind = trace.KindClient, trace.KindServer
	t.Spans[2].Status = trace.Status{Code: trace.StatusError, Message: name}
	t.Spans[9].Status = trace.Status{Code: trace.StatusError}
	t.Spans[1].Attrs = []trace.Attr{{Key: name, Value: trace.String(name)}, {Key: name, Value: trace.Strings(name, name)}}
	t.Spans[1].Events = []trace.Event{{Name: name, Time: t.Spans[1].Start}, {Name: name}}
	t.Spans[3].Links = []trace.Link{{TraceID: t.Spans[0].TraceID, SpanID: t.Spans[2].SpanID}}
	return t
}

// manySpans is a trace of so many spans: requests of a service with what they made
// others do, of which some take long and one failed.
func manySpans(n int) *trace.Trace {
	t := &trace.Trace{Spans: []trace.Span{spanOf("load test", "client", 1, 0, 0, int64(n))}}
	request := uint64(1)
	for i := 1; i < n; i++ {
		id, at := uint64(i+1), int64(i)
		if i%10 == 1 {
			request = id
			t.Spans = append(t.Spans, spanOf("request", "front", id, 1, at, at+50+at%97))
			continue
		}
		s := spanOf(fmt.Sprint("call ", i%10), fmt.Sprint("back ", i%3), id, request, at, at+1+at%31)
		s.Attrs = []trace.Attr{{Key: "rpc.method", Value: trace.String("Get")}, {Key: "n", Value: trace.Int(at)}}
		if i == n/2 {
			s.Status = trace.Status{Code: trace.StatusError, Message: "no luck"}
		}
		t.Spans = append(t.Spans, s)
	}
	return t
}

// TestHostileSpansAreOnlyText: whatever spans are called, the page is made of the
// same elements.
func TestHostileSpansAreOnlyText(t *testing.T) {
	want := shape(t, writeSpans(t, brokenSpans("plain")))
	if len(want) < 200 {
		t.Fatalf("a plain page has %d elements", len(want))
	}
	for what, name := range hostile() {
		t.Run(what, func(t *testing.T) {
			content := writeSpans(t, brokenSpans(name))
			if d := cmp.Diff(want, shape(t, content)); d != "" {
				t.Errorf("the name changes the page's elements (-plain +%s):\n%s", what, d)
			}
			if bytes.ContainsAny(content, "\x00\x1b\x07\x7f\u202e\u2028") {
				t.Error("the page passes characters on that are not seen")
			}
			if n := len(content); n > 200_000 {
				t.Errorf("the page has %d bytes", n)
			}
		})
	}
	writeSpans(t, brokenSpans(""))
}

// tableOf is the text of the cells of the table in a part of a page, in rows.
func tableOf(t *testing.T, content []byte, id string) [][]string {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(section(t, content, id)))
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]string
	for n := range doc.Descendants() {
		switch {
		case n.Type == html.ElementNode && n.Data == "tr":
			rows = append(rows, nil)
		case n.Type == html.ElementNode && (n.Data == "th" || n.Data == "td"):
			var b strings.Builder
			for c := range n.Descendants() {
				if c.Type == html.TextNode {
					b.WriteString(c.Data)
				}
			}
			rows[len(rows)-1] = append(rows[len(rows)-1], b.String())
		}
	}
	return rows
}

func TestTableOfSpans(t *testing.T) {
	want := [][]string{
		{"Span", "Service", "Kind", "Status", "In", "Began", "Took", "Remarks", "Attributes", "ID"},
		{"x", "x", "", "ok", "", "0 ms", "100 ms", "", "", "0000000000000001"},
		{"x", "x", "", "ok", "x", "5.0 ms", "0 ms", "it ends before it starts; it starts before its parent: clocks disagree", "", "0000000000000008"},
		{"x", "x", "client", "ok", "x", "10 ms", "40 ms", "event x at 10 ms; event x", "x = x, x = 2 values", "0000000000000002"},
		{"x", "x", "", "ok", "", "10 ms", "10 ms", "its parent is not in the trace", "", "0000000000000005"},
		{"x", "x", "", "ok", "", "10 ms", "10 ms", "it is its own ancestor: the circle is cut here or above", "", "0000000000000006"},
		{"x", "x", "", "ok", "x", "11 ms", "9.0 ms", "it is its own ancestor: the circle is cut here or above", "", "0000000000000007"},
		{"x", "x", "", "ok", "x", "12 ms", "8.0 ms", "another span has its ID", "", "0000000000000002"},
		{"x", "x2", "server", "error", "x", "20 ms", "20 ms", "x", "", "0000000000000003"},
		{"x", "x", "", "unfinished", "x", "60 ms", "", "1 link", "", "0000000000000004"},
		{"x", "x", "", "error, unfinished", "x", "70 ms", "", "", "", "0000000000000009"},
	}
	if d := cmp.Diff(want, tableOf(t, writeSpans(t, brokenSpans("x")), "spans")); d != "" {
		t.Errorf("the table of spans (-want +got):\n%s", d)
	}
}

// TestColumnsOfSpansSaySomething: of what no span has there is none.
func TestColumnsOfSpansSaySomething(t *testing.T) {
	alone := &trace.Trace{Spans: []trace.Span{spanOf("x", "y", 1, 0, 0, 5)}}
	want := [][]string{{"Span", "Service", "Status", "Began", "Took", "ID"}, {"x", "y", "ok", "0 ms", "5.0 ms", "0000000000000001"}}
	if d := cmp.Diff(want, tableOf(t, writeSpans(t, alone), "spans")); d != "" {
		t.Errorf("the table of one span (-want +got):\n%s", d)
	}
}

func TestOverviewOfSpans(t *testing.T) {
	content := writeSpans(t, brokenSpans("x"))
	want := [][]string{
		{"Service", "Spans", "Errors", "Unfinished", "Began", "Longest span", "which is"},
		{"x", "9", "1", "2", "0 ms", "100 ms", "x"},
		{"x2", "1", "1", "0", "20 ms", "20 ms", "x"},
	}
	if d := cmp.Diff(want, tableOf(t, content, "overview")); d != "" {
		t.Errorf("the services (-want +got):\n%s", d)
	}
	overview := section(t, content, "overview")
	for _, want := range []string{
		"10 spans of 2 services in 100 ms, 2 errors", "No server chain: these are the spans of the trace 01000000000000000000000000000000",
		"<b>10</b> spans", "<b>2</b> services", "<b>3</b> levels", "<b>100 ms</b> from beginning to end", "<b>2</b> errors", "<b>2</b> unfinished spans", "<b>2025-01-01 00:00:00 UTC</b> beginning",
		`<li data-k="span:0000000000000003"><span class="took">20 ms</span> <span class="pick">x</span> <span class="muted">x2</span> <span class="muted">error: x, began at 20 ms</span></li>`,
		`<li data-k="span:0000000000000001"><span class="took">100 ms</span>`,
	} {
		if !strings.Contains(overview, want) {
			t.Errorf("the overview does not say %q", want)
		}
	}
	for _, a := range brokenSpans("x").Anomalies() {
		if !strings.Contains(overview, "<li>"+a.String()+"</li>") {
			t.Errorf("the overview does not say that %v", a)
		}
	}
}

// TestSpansCanBeSelected: the picture, the timeline and the table have the same
// spans, all of them, each once but for what the picture says of it below its row.
func TestSpansCanBeSelected(t *testing.T) {
	for what, in := range map[string]*trace.Trace{"shop": shop(t), "broken": brokenSpans("x")} {
		content := writeSpans(t, in)
		keys := func(id string) map[string]int {
			out := map[string]int{}
			for _, part := range strings.Split(section(t, content, id), ` data-k="`)[1:] {
				key, _, _ := strings.Cut(part, `"`)
				out[key]++
			}
			return out
		}
		rows, bars, drawn := keys("spans"), keys("timeline"), keys("tree")
		if len(rows) != len(in.Spans) {
			t.Errorf("%s: the table has %d spans of %d", what, len(rows), len(in.Spans))
		}
		for key := range rows {
			if rows[key] != 1 || bars[key] != 1 || drawn[key] < 1 {
				t.Errorf("%s: %s is %d times in the table, %d in the timeline, %d in the picture", what, key, rows[key], bars[key], drawn[key])
			}
		}
		if len(bars) != len(rows) || len(drawn) != len(rows) {
			t.Errorf("%s: %d rows, %d bars, %d things in the picture", what, len(rows), len(bars), len(drawn))
		}
	}
}

func TestSpansPageIsTheSameEachTime(t *testing.T) {
	for _, in := range []*trace.Trace{shop(t), brokenSpans("x"), manySpans(5000), {}} {
		if !bytes.Equal(writeSpans(t, in), writeSpans(t, in)) {
			t.Error("a second page is another")
		}
	}
}

// deepSpans is a trace in which each span is in the one before it.
func deepSpans(n int) *trace.Trace {
	t := &trace.Trace{}
	for i := range n {
		t.Spans = append(t.Spans, spanOf("call", "deep", uint64(i+1), uint64(i), int64(i), int64(3*n-i)))
	}
	return t
}

// TestLargeTracesAreFoldedAndSaySo: the page does not grow with the trace for ever,
// what failed stays on it, and readers learn what they do not see.
func TestLargeTracesAreFoldedAndSaySo(t *testing.T) {
	content := writeSpans(t, manySpans(100_000))
	if n := len(content); n > 1_500_000 {
		t.Errorf("the page has %d bytes", n)
	}
	for _, want := range []string{
		"rows stand for 100,000", "bars stand for 100,000", "of 100000 spans shown, the others are counted: those in trouble and the slowest are drawn. The table below has more of them.",
		"no luck", "more request", "more call 3", "<b>100,000</b> spans",
	} {
		if !strings.Contains(string(content), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if strings.Contains(string(writeSpans(t, shop(t))), `class="folded"`) {
		t.Error("the page of a small trace is folded")
	}
	deep := writeSpans(t, deepSpans(20_000))
	if !strings.Contains(string(deep), "<b>20,000</b> levels") || len(deep) > 1_500_000 {
		t.Errorf("the page of a deep trace has %d bytes", len(deep))
	}
}

func TestSpansWriteErrorsAreReported(t *testing.T) {
	if err := page.WriteSpans(fullDisk{}, shop(t), page.Options{}); err == nil || !strings.Contains(err.Error(), "writing HTML: disk full") {
		t.Errorf("%v", err)
	}
	if err := page.WriteSpans(&bytes.Buffer{}, shop(t), page.Options{Detail: "no"}); err == nil || !strings.Contains(err.Error(), "detail") {
		t.Errorf("a level of detail that there is not: %v", err)
	}
}

// BenchmarkWriteSpans writes pages of so many spans; the time per span should not
// grow, and the page should not either.
func BenchmarkWriteSpans(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		in := manySpans(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var size int
			for b.Loop() {
				size = len(writeSpans(b, in))
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/span")
			b.ReportMetric(float64(size), "B/page")
		})
	}
}
