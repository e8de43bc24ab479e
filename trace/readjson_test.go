package trace_test

import (
	"bytes"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/internal/tracegen"
)

const readableSpan = `{"traceId":"ab000000000000000000000000000000","spanId":"cd00000000000000","name":"n"}`

func document(spans string) string {
	return `{"resourceSpans":[{"scopeSpans":[{"spans":[` + spans + `]}]}]}`
}

func TestReadJSONForms(t *testing.T) {
	base := trace.Span{TraceID: trace.TraceID{0xab}, SpanID: trace.SpanID{0xcd}, Name: "n", Resource: &trace.Resource{}, Scope: &trace.Scope{}}
	with := func(change func(*trace.Span)) []trace.Span {
		s := base
		change(&s)
		return []trace.Span{s}
	}
	value := func(v trace.Value) []trace.Span {
		return with(func(s *trace.Span) { s.Attrs = []trace.Attr{{"k", v}} })
	}
	field := func(fields string) string {
		return document(strings.TrimSuffix(readableSpan, "}") + "," + fields + "}")
	}
	attr := func(v string) string { return field(`"attributes":[{"key":"k","value":` + v + `}]`) }
	tests := []struct {
		name, in string
		want     []trace.Span
	}{
		{"plain", document(readableSpan), []trace.Span{base}},
		{"upper-case ids", document(strings.NewReplacer("ab0", "AB0", "cd0", "CD0").Replace(readableSpan)), []trace.Span{base}},
		{"two lines", document(readableSpan) + "\n" + document(readableSpan) + "\n", []trace.Span{base, base}},
		{"no line end between", document(readableSpan) + document(readableSpan), []trace.Span{base, base}},
		{"other signals' lines", `{"resourceMetrics":[{"x":1}]}` + "\n" + document(readableSpan), []trace.Span{base}},
		{"unknown fields", `{"future":{"a":[1,{}]},"resourceSpans":[{"x":null,"scopeSpans":[{"y":[[]],"spans":[` +
			strings.TrimSuffix(readableSpan, "}") + `,"z":{"q":[1]}}]}]}]}`, []trace.Span{base}},
		{"nulls", `{"resourceSpans":[{"resource":null,"scopeSpans":null},{"scopeSpans":[{"scope":null,"spans":[` +
			strings.TrimSuffix(readableSpan, "}") + `,"attributes":null,"kind":null,"startTimeUnixNano":null,"status":null,"flags":null}]}]}]}`, []trace.Span{base}},
		{"empty", `{"resourceSpans":[]}`, nil},
		{"older names", strings.NewReplacer("resourceSpans", "batches", "scopeSpans", "instrumentationLibrarySpans").Replace(document(readableSpan)), []trace.Span{base}},
		{"older scope", `{"resourceSpans":[{"instrumentationLibrarySpans":[{"instrumentationLibrary":{"name":"s"},"spans":[` + readableSpan + `]}]}]}`,
			with(func(s *trace.Span) { s.Scope = &trace.Scope{Name: "s"} })},
		{"base64 ids", document(`{"traceId":"qwAAAAAAAAAAAAAAAAAAAA==","spanId":"zQAAAAAAAAA=","name":"n"}`), []trace.Span{base}},
		{"base64 ids unpadded", document(`{"traceId":"qwAAAAAAAAAAAAAAAAAAAA","spanId":"zQAAAAAAAAA","name":"n"}`), []trace.Span{base}},
		{"api/v3", `{"result":` + document(readableSpan) + `}`, []trace.Span{base}},
		{"api/v3 in parts", `{"result":` + document(readableSpan) + "}\n" + `{"result":` + document(readableSpan) + `}`, []trace.Span{base, base}},
		{"Tempo's api/v2", `{"trace":` + document(readableSpan) + `,"metrics":{"inspectedBytes":"7"}}`, []trace.Span{base}},
		{"fields in another order", document(`{"name":"n","spanId":"cd00000000000000","traceId":"ab000000000000000000000000000000"}`), []trace.Span{base}},
		{"spaces everywhere", strings.NewReplacer(":", " : ", ",", " ,\n ", "{", "{ ", "[", "[\t").Replace(document(readableSpan)), []trace.Span{base}},
		{"resource behind its spans", `{"resourceSpans":[{"scopeSpans":[{"spans":[` + readableSpan + `],"scope":{"name":"s"}}],"resource":{"attributes":[{"key":"a","value":{"boolValue":true}}]}}]}`,
			with(func(s *trace.Span) {
				s.Resource, s.Scope = &trace.Resource{Attrs: []trace.Attr{{"a", trace.Bool(true)}}}, &trace.Scope{Name: "s"}
			})},
		{"times as strings", field(`"startTimeUnixNano":"5","endTimeUnixNano":"7"`), with(func(s *trace.Span) { s.Start, s.End = 5, 7 })},
		{"times as numbers", field(`"startTimeUnixNano":1581452772000000321,"endTimeUnixNano":1.5e18`),
			with(func(s *trace.Span) { s.Start, s.End = 1581452772000000321, 1_500_000_000_000_000_000 })},
		{"times before 1970", field(`"startTimeUnixNano":"-5","endTimeUnixNano":-1e9`), []trace.Span{base}},
		{"times beyond 2262", field(`"startTimeUnixNano":"18446744073709551615","endTimeUnixNano":99999999999999999999`), []trace.Span{base}},
		{"times just beyond", field(`"startTimeUnixNano":"9223372036854775808","endTimeUnixNano":"9999999999999999999"`), []trace.Span{base}},
		{"the last time", field(`"startTimeUnixNano":"9223372036854775807","endTimeUnixNano":9223372036854775807`), with(func(s *trace.Span) { s.Start, s.End = math.MaxInt64, math.MaxInt64 })},
		{"enums as numbers", field(`"kind":3,"status":{"code":2}`), with(func(s *trace.Span) { s.Kind, s.Status.Code = trace.KindClient, trace.StatusError })},
		{"enums as names", field(`"kind":"SPAN_KIND_CLIENT","status":{"code":"STATUS_CODE_ERROR"}`),
			with(func(s *trace.Span) { s.Kind, s.Status.Code = trace.KindClient, trace.StatusError })},
		{"enums of the future", field(`"kind":17,"status":{"code":-1}`), []trace.Span{base}},
		{"counts as strings", field(`"flags":"257","droppedEventsCount":3`), with(func(s *trace.Span) { s.Flags, s.DroppedEvents = 257, 3 })},
		{"int as string", attr(`{"intValue":"-9223372036854775808"}`), value(trace.Int(math.MinInt64))},
		{"int as number", attr(`{"intValue":-12}`), value(trace.Int(-12))},
		{"double as string", attr(`{"doubleValue":"-Infinity"}`), value(trace.Float(math.Inf(-1)))},
		{"double as integer", attr(`{"doubleValue":3}`), value(trace.Float(3))},
		{"bytes unpadded, url alphabet", attr(`{"bytesValue":"_-8"}`), value(trace.Bytes([]byte{0xff, 0xef}))},
		{"two values", attr(`{"stringValue":"x","intValue":7}`), value(trace.Int(7))},
		{"an unknown value", attr(`{"stringValue":"x","colorValue":{"r":1}}`), value(trace.String("x"))},
		{"a null value", attr(`{"stringValue":null}`), value(trace.Value{})},
		{"a key alone", field(`"attributes":[{"key":"k"},{"value":{"boolValue":true}},null,{"key":"k","x":[{}],"value":{"boolValue":true}}]`),
			with(func(s *trace.Span) {
				s.Attrs = []trace.Attr{{"k", trace.Value{}}, {"", trace.Bool(true)}, {}, {"k", trace.Bool(true)}}
			})},
		{"no value", attr(`{}`), value(trace.Value{})},
		{"lone surrogate", attr(`{"stringValue":"\ud800"}`), value(trace.String("\ufffd"))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := read(strings.NewReader(tt.in))
			if err != nil {
				t.Fatal(err)
			}
			if diff := diffTraces(&trace.Trace{Spans: tt.want}, got); diff != "" {
				t.Errorf("Read(%s) (-want +got):\n%s", tt.in, diff)
			}
		})
	}
}

func TestReadJSONErrors(t *testing.T) {
	line := document(readableSpan) + "\n"
	spanWith := func(fields string) string { return document("{" + fields + "}") }
	nested := strings.Repeat(`{"arrayValue":{"values":[`, 200) + strings.Repeat(`]}}`, 200)
	tests := []struct {
		name, in string
		want     []string // each is in the error
		spans    int
	}{
		{"not JSON", line + "I1109 starting\n", []string{"line 2", "invalid character"}, 1},
		{"not an object", `[1]`, []string{"line 1, byte 1", "looking for an object"}, 0},
		{"array expected", `{"resourceSpans":{}}`, []string{"byte 17", "looking for an array"}, 0},
		{"bad id", line + line + spanWith(`"spanId":"12"`), []string{"line 3", "spanId", "16 hex digits"}, 2},
		{"short base64 id", spanWith(`"name":"x","traceId":"q83vEjRWeJCrze8S"`), []string{`span "x"`, "traceId", "32 hex digits"}, 0},
		{"bad link id", spanWith(`"links":[{"spanId":"xx"}]`), []string{"spanId", `"xx"`}, 0},
		{"bad time", spanWith(`"startTimeUnixNano":"yesterday"`), []string{"yesterday", "nanoseconds"}, 0},
		{"bad kind", spanWith(`"kind":"FRIENDLY"`), []string{"FRIENDLY", "SPAN_KIND_SERVER"}, 0},
		{"bad code", spanWith(`"status":{"code":"BAD"}`), []string{"BAD", "STATUS_CODE_ERROR"}, 0},
		{"bad count", spanWith(`"flags":4294967296`), []string{"4294967296", "32-bit"}, 0},
		{"bad int", spanWith(`"attributes":[{"key":"k","value":{"intValue":"1.5"}}]`), []string{"1.5", "64-bit"}, 0},
		{"bad double", spanWith(`"attributes":[{"key":"k","value":{"doubleValue":"x"}}]`), []string{"floating-point"}, 0},
		{"bad bytes", spanWith(`"attributes":[{"key":"k","value":{"bytesValue":"!"}}]`), []string{"bytesValue", "base64"}, 0},
		{"deep value", spanWith(`"attributes":[{"key":"k","value":` + nested + `}]`), []string{"deeper", "128"}, 0},
		{"deep unknown", `{"x":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `}`, []string{"deeper", "128"}, 0},
		{"wrong type", spanWith(`"name":5`), []string{"byte 51", "a string"}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := read(strings.NewReader(tt.in))
			if err == nil {
				t.Fatalf("no error, %d spans", len(got.Spans))
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q lacks %q", err, want)
				}
			}
			if errors.Is(err, trace.ErrTruncated) {
				t.Errorf("error %q claims that the input was cut", err)
			}
			if len(got.Spans) != tt.spans {
				t.Errorf("%d spans come with the error, want %d", len(got.Spans), tt.spans)
			}
		})
	}
}

// Wherever a file is cut, the spans before the cut are there, and the error
// says that it was cut unless that cannot be seen.
func TestReadJSONTruncated(t *testing.T) {
	whole := tracegen.Everything()
	in := append(mustWriteJSON(t, whole), mustWriteJSON(t, whole)...)
	end := bytes.IndexByte(in, '\n')
	for n := 1; n < len(in)-1; n++ {
		got, err := read(bytes.NewReader(in[:n]))
		if n == end || n == end+1 {
			if err != nil {
				t.Errorf("cut between the lines: %v", err)
			}
			continue
		}
		if !errors.Is(err, trace.ErrTruncated) {
			t.Fatalf("cut after %d bytes: error %v", n, err)
		}
		if line := "line 2"; n > end && !strings.Contains(err.Error(), line) {
			t.Fatalf("cut after %d bytes: error %q lacks %q", n, err, line)
		}
		if n > end && len(got.Spans) < 3 {
			t.Fatalf("cut after %d bytes: %d spans", n, len(got.Spans))
		}
		for _, s := range got.Spans {
			if s.Resource == nil || s.Scope == nil {
				t.Fatalf("cut after %d bytes: span %q lacks resource or scope", n, s.Name)
			}
		}
	}
}
