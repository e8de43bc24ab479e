package trace_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/internal/tracegen"
)

func mustWriteJaeger(tb testing.TB, t *trace.Trace) []byte {
	tb.Helper()
	var buf bytes.Buffer
	if err := trace.WriteJaeger(&buf, t); err != nil {
		tb.Fatal(err)
	}
	return buf.Bytes()
}

// jaegerDocument is what Jaeger's query API answers with.
type jaegerDocument struct {
	Data []struct {
		TraceID   string                   `json:"traceID"`
		Spans     []map[string]any         `json:"spans"`
		Processes map[string]jaegerProcess `json:"processes"`
		Warnings  any                      `json:"warnings"`
	} `json:"data"`
	Total, Limit, Offset int
	Errors               any `json:"errors"`
}

type jaegerProcess struct {
	ServiceName string `json:"serviceName"`
	Tags        any    `json:"tags"`
}

// decodeJaeger reads a document strictly, and takes off what is a matter of
// chance or of the receiver: the order of spans, the numbers of processes,
// chaintrace's marks, and how JSON within text is spaced.
func decodeJaeger(tb testing.TB, in []byte) jaegerDocument {
	tb.Helper()
	d := json.NewDecoder(bytes.NewReader(in))
	d.DisallowUnknownFields()
	d.UseNumber()
	var doc jaegerDocument
	if err := d.Decode(&doc); err != nil {
		tb.Fatal(err)
	}
	for i := range doc.Data {
		t := &doc.Data[i]
		for _, s := range t.Spans {
			process := t.Processes[s["processID"].(string)]
			process.Tags = plainTags(process.Tags)
			s["process"] = process
			delete(s, "processID")
			s["tags"] = plainTags(s["tags"])
			for _, l := range s["logs"].([]any) {
				log := l.(map[string]any)
				log["fields"] = plainTags(log["fields"])
			}
		}
		t.Processes = nil
		slices.SortFunc(t.Spans, func(a, b map[string]any) int { return cmp.Compare(a["spanID"].(string), b["spanID"].(string)) })
	}
	return doc
}

func plainTags(tags any) any {
	var out []any
	for _, t := range tags.([]any) {
		tag := t.(map[string]any)
		key := tag["key"].(string)
		if key == "internal.span.format" || strings.HasPrefix(key, "chaintrace.") && key != "chaintrace.source" {
			continue
		}
		if text, ok := tag["value"].(string); ok && (strings.HasPrefix(text, "[") || strings.HasPrefix(text, "{")) {
			var parsed any
			if json.Unmarshal([]byte(text), &parsed) == nil {
				tag["value"] = parsed
			}
		}
		out = append(out, tag)
	}
	return out
}

// What is written is what a real Jaeger answers of the same spans: field by
// field and tag by tag.
func TestWriteJaegerAsJaegerDoes(t *testing.T) {
	theirs := decodeJaeger(t, readFile(t, "jaeger", "api-v2-trace-raw.json"))
	id, err := trace.ParseTraceID(theirs.Data[0].TraceID)
	if err != nil {
		t.Fatal(err)
	}
	sent := mustRead(t, readFile(t, "jaeger", "sent.json"))
	ours := decodeJaeger(t, mustWriteJaeger(t, only(sent, id)))
	negative := 0
	for i, s := range theirs.Data[0].Spans {
		// What ends before it starts, or never, has a duration there that wrapped
		// around, which no page can show.
		if _, err := s["duration"].(json.Number).Int64(); err != nil {
			s["duration"] = ours.Data[0].Spans[i]["duration"]
			negative++
		}
	}
	if negative != 2 {
		t.Errorf("%d spans of Jaeger's have a negative duration", negative)
	}
	if d := gocmp.Diff(theirs, ours); d != "" {
		t.Errorf("Jaeger's and ours (-theirs +ours):\n%s", d)
	}
}

// What is written is read again, but for what Jaeger has no place for.
func TestWriteJaegerIsReadAgain(t *testing.T) {
	for name, tr := range map[string]*trace.Trace{"everything": tracegen.Everything(), "chain": tracegen.Chain(3000, 1)} {
		back := mustRead(t, mustWriteJaeger(t, tr))
		want := afterJaeger(tr, true)
		for i := range want.Spans {
			s := &want.Spans[i]
			if i < len(back.Spans) {
				back.Spans[i].Attrs = flattened(back.Spans[i].Attrs)
				for j := range back.Spans[i].Events {
					back.Spans[i].Events[j].Attrs = flattened(back.Spans[i].Events[j].Attrs)
				}
			}
			s.Resource = &trace.Resource{Attrs: s.Resource.Attrs}
		}
		if d := diffTraces(want, back); d != "" {
			t.Errorf("%s (-want +got):\n%.3000s", name, d)
		}
	}
}

func TestWriteJaegerOfNothing(t *testing.T) {
	if got, want := string(mustWriteJaeger(t, &trace.Trace{})), `{"data":[],"total":0,"limit":0,"offset":0,"errors":null}`+"\n"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	// Nil resources and scopes are those of spans that were made by hand.
	if doc := decodeJaeger(t, mustWriteJaeger(t, &trace.Trace{Spans: []trace.Span{{}}})); len(doc.Data) != 1 {
		t.Errorf("%+v", doc)
	}
}

// A resource without a service, or with an empty name or what is none, has the name that
// Jaeger gives it, and is again as it was once that is read.
func TestWriteJaegerWithoutService(t *testing.T) {
	k := trace.Attr{Key: "k", Value: trace.String("v")}
	empty := trace.Attr{Key: "service.name", Value: trace.String("")}
	five := trace.Attr{Key: "service.name", Value: trace.Int(5)}
	for name, tt := range map[string]struct {
		resource *trace.Resource
		service  string
		back     []trace.Attr
	}{
		"nil":       {nil, "OTLPResourceNoServiceName", nil},
		"nothing":   {&trace.Resource{}, "OTLPResourceNoServiceName", nil},
		"others":    {&trace.Resource{Attrs: []trace.Attr{k}}, "empty-service-name", []trace.Attr{k}},
		"empty one": {&trace.Resource{Attrs: []trace.Attr{empty}}, "empty-service-name", []trace.Attr{empty}},
		"both":      {&trace.Resource{Attrs: []trace.Attr{empty, k}}, "empty-service-name", []trace.Attr{empty, k}},
		"a number":  {&trace.Resource{Attrs: []trace.Attr{five, k}}, "empty-service-name", []trace.Attr{five, k}},
	} {
		b := mustWriteJaeger(t, &trace.Trace{Spans: []trace.Span{{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{1}, Resource: tt.resource}}})
		if got := decodeJaeger(t, b).Data[0].Spans[0]["process"].(jaegerProcess).ServiceName; got != tt.service {
			t.Errorf("%s: the service is %q, want %q", name, got, tt.service)
		}
		of := func(attrs []trace.Attr) *trace.Trace {
			return &trace.Trace{Spans: []trace.Span{{Resource: &trace.Resource{Attrs: attrs}}}}
		}
		if d := diffTraces(of(tt.back), of(mustRead(t, b).Spans[0].Resource.Attrs)); d != "" {
			t.Errorf("%s: what is read again (-want +got):\n%s", name, d)
		}
	}
}

// Several traces stay apart, each with processes of its own.
func TestWriteJaegerOfSeveral(t *testing.T) {
	tr := &trace.Trace{Spans: slices.Concat(tracegen.Chain(10, 1).Spans, tracegen.Chain(20, 2).Spans, tracegen.Chain(5, 1).Spans)}
	doc := decodeJaeger(t, mustWriteJaeger(t, tr))
	if len(doc.Data) != 2 || len(doc.Data[0].Spans) != 15 || len(doc.Data[1].Spans) != 20 {
		t.Fatalf("%d traces", len(doc.Data))
	}
	for _, s := range doc.Data[1].Spans {
		if s["process"].(jaegerProcess).ServiceName == "" {
			t.Errorf("span %v has no service", s["spanID"])
		}
	}
}

func TestWriteJaegerErrors(t *testing.T) {
	full := errors.New("disk full")
	for _, left := range []int{0, 1, 40} {
		err := trace.WriteJaeger(&failingWriter{left: left, err: full}, tracegen.Chain(10_000, 1))
		if !errors.Is(err, full) || !strings.Contains(err.Error(), "writing the trace") {
			t.Errorf("%v", err)
		}
	}
}

func BenchmarkWriteJaeger(b *testing.B) {
	perSpan(b, func(b *testing.B, t *trace.Trace) {
		b.SetBytes(int64(len(mustWriteJaeger(b, t))))
		for b.Loop() {
			if err := trace.WriteJaeger(io.Discard, t); err != nil {
				b.Fatal(err)
			}
		}
	})
}
