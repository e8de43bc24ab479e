package trace_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/internal/tracegen"
)

func TestWriteJSONFormat(t *testing.T) {
	got := string(mustWriteJSON(t, &trace.Trace{Spans: []trace.Span{
		{
			TraceID: trace.TraceID{0xAB}, SpanID: trace.SpanID{0xCD}, Name: "n", Kind: trace.KindInternal, Start: 1, End: 2,
			Attrs:    []trace.Attr{{"i", trace.Int(-7)}, {"l", trace.Strings("x")}, {"e", trace.List()}},
			Resource: &trace.Resource{Attrs: []trace.Attr{{"service.name", trace.String("s")}}}, Scope: &trace.Scope{Name: "sc"},
		},
		{SpanID: trace.SpanID{1}, ParentID: trace.SpanID{0xCD}, Status: trace.Status{Code: trace.StatusError, Message: "m"}},
	}}))
	want := `{"resourceSpans":[` +
		`{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"s"}}]},"scopeSpans":[{"scope":{"name":"sc"},"spans":[` +
		`{"traceId":"ab000000000000000000000000000000","spanId":"cd00000000000000","name":"n","kind":1,` +
		`"startTimeUnixNano":"1","endTimeUnixNano":"2","attributes":[{"key":"i","value":{"intValue":"-7"}},` +
		`{"key":"l","value":{"arrayValue":{"values":[{"stringValue":"x"}]}}},{"key":"e","value":{"arrayValue":{}}}],"status":{}}]}]},` +
		`{"resource":{},"scopeSpans":[{"scope":{},"spans":[` +
		`{"spanId":"0100000000000000","parentSpanId":"cd00000000000000","status":{"message":"m","code":2}}]}]}]}` + "\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("WriteJSON (-want +got):\n%s", diff)
	}
}

// Spans of interleaved resources are grouped by what the resources hold.
func TestWriteJSONGroups(t *testing.T) {
	service := func(name string) *trace.Resource {
		return &trace.Resource{Attrs: []trace.Attr{{"service.name", trace.String(name)}}}
	}
	a, b := service("a"), service("b")
	x, y := &trace.Scope{Name: "x"}, &trace.Scope{Name: "y"}
	in := &trace.Trace{Spans: []trace.Span{
		{Name: "1", Resource: b, Scope: x}, {Name: "2", Resource: a, Scope: x}, {Name: "3", Resource: b, Scope: y},
		{Name: "4", Resource: service("b"), Scope: &trace.Scope{Name: "x"}}, {Name: "5", Resource: a, Scope: x},
	}}
	got, err := read(bytes.NewReader(mustWriteJSON(t, in)))
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	for _, s := range got.Spans {
		order = append(order, s.Service()+"/"+s.Scope.Name+"/"+s.Name)
	}
	want := []string{"b/x/1", "b/x/4", "b/y/3", "a/x/2", "a/x/5"}
	if diff := cmp.Diff(want, order); diff != "" {
		t.Errorf("order after writing (-want +got):\n%s", diff)
	}
	if got.Spans[0].Resource != got.Spans[2].Resource || got.Spans[0].Scope != got.Spans[3].Scope {
		t.Error("equal resources and scopes are not shared")
	}
}

func TestWriteJSONLines(t *testing.T) {
	out := mustWriteJSON(t, tracegen.Chain(10_000, 1))
	lines := bytes.SplitAfter(bytes.TrimSuffix(out, []byte("\n")), []byte("\n"))
	if len(lines) < 2 {
		t.Fatalf("%d bytes on %d line", len(out), len(lines))
	}
	for i, line := range lines {
		if len(line) > 1<<20 {
			t.Errorf("line %d has %d bytes", i+1, len(line))
		}
		if one, err := read(bytes.NewReader(line)); err != nil || len(one.Spans) == 0 {
			t.Errorf("line %d alone: %d spans, %v", i+1, len(one.Spans), err)
		}
	}
	if out := mustWriteJSON(t, tracegen.Chain(600, 1)); bytes.Count(out, []byte("\n")) != 1 {
		t.Errorf("a trace of a chain's size takes %d lines", bytes.Count(out, []byte("\n")))
	}
}

func TestWriteJSONStrings(t *testing.T) {
	for _, s := range []string{
		"", "plain", `"\/`, "\x00\x01\x1f\x7f", "a:b;c#d", "<b>&amp;</svg>]]>", "é漢🚀", "\u2028\u2029\ufffd\ufeff",
		"bad \xff\xfe", "\xc3", "a\xe2\x82", "\xed\xa0\x80", strings.Repeat("long ", 2000),
	} {
		out := mustWriteJSON(t, &trace.Trace{Spans: []trace.Span{{Name: s, Attrs: []trace.Attr{{s, trace.String(s)}}}}})
		if !json.Valid(out) || !utf8.Valid(out) {
			t.Errorf("%q gives invalid JSON: %q", s, out)
		}
		if strings.ContainsAny(string(out[:len(out)-1]), "\n\r\u2028\u2029") {
			t.Errorf("%q breaks the line: %q", s, out)
		}
		// What encoding/json makes of it is the reference.
		ref, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var want string
		if err := json.Unmarshal(ref, &want); err != nil {
			t.Fatal(err)
		}
		got, err := read(bytes.NewReader(out))
		if err != nil || got.Spans[0].Name != want || got.Spans[0].Attrs[0].Key != want || got.Spans[0].Attr(want).Str() != want {
			t.Errorf("%q comes back as %q (%v)", s, got.Spans[0].Name, err)
		}
	}
}

type failingWriter struct {
	left int
	err  error
}

func (w *failingWriter) Write(p []byte) (int, error) {
	if w.left--; w.left < 0 {
		return 0, w.err
	}
	return len(p), nil
}

func TestWriteJSONError(t *testing.T) {
	full := errors.New("disk full")
	for left, want := range map[int]string{0: "line 1", 5: "line 1", 20: "line 2"} {
		err := trace.WriteJSON(&failingWriter{left: left, err: full}, tracegen.Chain(10_000, 1))
		if !errors.Is(err, full) || !strings.Contains(err.Error(), want) {
			t.Errorf("after %d writes: error %v lacks %q", left, err, want)
		}
	}
	if err := trace.WriteJSON(&failingWriter{err: full}, &trace.Trace{}); !errors.Is(err, full) {
		t.Errorf("an empty trace: error %v", err)
	}
}
