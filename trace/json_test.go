package trace

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// everything is a trace that uses every field of every type.
func everything() *Trace {
	res := &Resource{Attrs: []Attr{{"service.name", String("kube-apiserver")}}, SchemaURL: "https://example.com/r", Dropped: 1}
	other := &Resource{Attrs: []Attr{{"service.name", String("kube-aggregator")}}}
	scope := &Scope{Name: "chain", Version: "v1", Attrs: []Attr{{"a", Bool(true)}}, SchemaURL: "https://example.com/s", Dropped: 2}
	plain := &Scope{}
	return &Trace{Spans: []Span{
		{
			TraceID: TraceID{1, 2, 0xab}, SpanID: SpanID{3, 0xcd}, Name: "root", Kind: KindServer,
			Start: 1_581_452_772_000_000_321, End: 1_581_452_773_000_000_789,
			TraceState: "a=b", Flags: 0x301, DroppedAttrs: 4, DroppedEvents: 5, DroppedLinks: 6,
			Attrs: []Attr{
				{"string", String("x")}, {"empty string", String("")}, {"true", Bool(true)}, {"false", Bool(false)},
				{"int", Int(math.MinInt64)}, {"zero", Int(0)}, {"float", Float(-1.5e300)}, {"whole", Float(3)},
				{"nan", Float(math.NaN())}, {"inf", Float(math.Inf(1))}, {"-inf", Float(math.Inf(-1))}, {"-0", Float(math.Copysign(0, -1))},
				{"bytes", Bytes([]byte{0, 1, 0xff, 0xfe})}, {"no bytes", Bytes(nil)}, {"nothing", Value{}},
				{"strings", Strings("a", "", "c")}, {"no list", List()}, {"no map", Map()},
				{"nested", Map(Attr{"l", List(Int(1), Map(Attr{"deep", List(List())}), Value{})}, Attr{"", String("no key")})},
				{"text", String("quote \" back \\ line \n\r\t\x00\x1f\x7f <b>&' é 漢 🚀 \u2028\u2029")},
			},
			Events: []Event{
				{Name: "e", Time: 1_581_452_772_500_000_000, Attrs: []Attr{{"k", Int(1)}}, Dropped: 7},
				{},
			},
			Links: []Link{
				{TraceID: TraceID{9}, SpanID: SpanID{8}, TraceState: "c=d", Attrs: []Attr{{"k", Int(2)}}, Flags: 0x100, Dropped: 8},
				{},
			},
			Status:   Status{Code: StatusError, Message: "failed"},
			Resource: res, Scope: scope,
		},
		{
			TraceID: TraceID{1, 2, 0xab}, SpanID: SpanID{4}, ParentID: SpanID{3, 0xcd}, Name: "unfinished",
			Start: 1_581_452_772_000_000_400, Status: Status{Code: StatusOK}, Resource: res, Scope: plain,
		},
		{TraceID: TraceID{1}, SpanID: SpanID{5}, Start: -1, End: math.MaxInt64, Resource: other, Scope: plain},
	}}
}

func TestJSONRoundTrip(t *testing.T) {
	for _, want := range []*Trace{{}, everything(), generate(1000, 1)} {
		got, err := ReadJSON(bytes.NewReader(mustWriteJSON(t, want)))
		if err != nil {
			t.Fatal(err)
		}
		if diff := diffTraces(want, got); diff != "" {
			t.Errorf("reading back what was written (-want +got):\n%s", diff)
		}
	}
}

func TestWriteJSONFormat(t *testing.T) {
	got := string(mustWriteJSON(t, &Trace{Spans: []Span{
		{
			TraceID: TraceID{0xAB}, SpanID: SpanID{0xCD}, Name: "n", Kind: KindInternal, Start: 1, End: 2,
			Attrs:    []Attr{{"i", Int(-7)}, {"l", Strings("x")}, {"e", List()}},
			Resource: &Resource{Attrs: []Attr{{"service.name", String("s")}}}, Scope: &Scope{Name: "sc"},
		},
		{SpanID: SpanID{1}, ParentID: SpanID{0xCD}, Status: Status{Code: StatusError, Message: "m"}},
	}}))
	want := `{"resourceSpans":[` +
		`{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"s"}}]},"scopeSpans":[{"scope":{"name":"sc"},"spans":[` +
		`{"traceId":"ab000000000000000000000000000000","spanId":"cd00000000000000","parentSpanId":"","name":"n","kind":1,` +
		`"startTimeUnixNano":"1","endTimeUnixNano":"2","attributes":[{"key":"i","value":{"intValue":"-7"}},` +
		`{"key":"l","value":{"arrayValue":{"values":[{"stringValue":"x"}]}}},{"key":"e","value":{"arrayValue":{}}}],"status":{}}]}]},` +
		`{"resource":{},"scopeSpans":[{"scope":{},"spans":[` +
		`{"traceId":"","spanId":"0100000000000000","parentSpanId":"cd00000000000000","status":{"message":"m","code":2}}]}]}]}` + "\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("WriteJSON (-want +got):\n%s", diff)
	}
}

// Spans of interleaved resources are grouped by what the resources hold.
func TestWriteJSONGroups(t *testing.T) {
	service := func(name string) *Resource { return &Resource{Attrs: []Attr{{"service.name", String(name)}}} }
	a, b := service("a"), service("b")
	x, y := &Scope{Name: "x"}, &Scope{Name: "y"}
	in := &Trace{Spans: []Span{
		{Name: "1", Resource: b, Scope: x}, {Name: "2", Resource: a, Scope: x}, {Name: "3", Resource: b, Scope: y},
		{Name: "4", Resource: service("b"), Scope: &Scope{Name: "x"}}, {Name: "5", Resource: a, Scope: x},
	}}
	got, err := ReadJSON(bytes.NewReader(mustWriteJSON(t, in)))
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
	out := mustWriteJSON(t, generate(10_000, 1))
	lines := bytes.SplitAfter(bytes.TrimSuffix(out, []byte("\n")), []byte("\n"))
	if len(lines) < 2 {
		t.Fatalf("%d bytes on %d line", len(out), len(lines))
	}
	for i, line := range lines {
		if len(line) > 1<<20 {
			t.Errorf("line %d has %d bytes", i+1, len(line))
		}
		if one, err := ReadJSON(bytes.NewReader(line)); err != nil || len(one.Spans) == 0 {
			t.Errorf("line %d alone: %d spans, %v", i+1, len(one.Spans), err)
		}
	}
	if out := mustWriteJSON(t, generate(600, 1)); bytes.Count(out, []byte("\n")) != 1 {
		t.Errorf("a trace of a chain's size takes %d lines", bytes.Count(out, []byte("\n")))
	}
}

func TestWriteJSONStrings(t *testing.T) {
	for _, s := range []string{
		"", "plain", `"\/`, "\x00\x01\x1f\x7f", "a:b;c#d", "<b>&amp;</svg>]]>", "é漢🚀", "\u2028\u2029\ufffd\ufeff",
		"bad \xff\xfe", "\xc3", "a\xe2\x82", "\xed\xa0\x80", strings.Repeat("long ", 2000),
	} {
		out := mustWriteJSON(t, &Trace{Spans: []Span{{Name: s, Attrs: []Attr{{s, String(s)}}}}})
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
		got, err := ReadJSON(bytes.NewReader(out))
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
		err := WriteJSON(&failingWriter{left: left, err: full}, generate(10_000, 1))
		if !errors.Is(err, full) || !strings.Contains(err.Error(), want) {
			t.Errorf("after %d writes: error %v lacks %q", left, err, want)
		}
	}
	if err := WriteJSON(&failingWriter{err: full}, &Trace{}); !errors.Is(err, full) {
		t.Errorf("an empty trace: error %v", err)
	}
}

const readableSpan = `{"traceId":"ab000000000000000000000000000000","spanId":"cd00000000000000","name":"n"}`

func document(spans string) string {
	return `{"resourceSpans":[{"scopeSpans":[{"spans":[` + spans + `]}]}]}`
}

func TestReadJSONForms(t *testing.T) {
	base := Span{TraceID: TraceID{0xab}, SpanID: SpanID{0xcd}, Name: "n", Resource: &Resource{}, Scope: &Scope{}}
	with := func(change func(*Span)) []Span {
		s := base
		change(&s)
		return []Span{s}
	}
	value := func(v Value) []Span {
		return with(func(s *Span) { s.Attrs = []Attr{{"k", v}} })
	}
	field := func(fields string) string {
		return document(strings.TrimSuffix(readableSpan, "}") + "," + fields + "}")
	}
	attr := func(v string) string { return field(`"attributes":[{"key":"k","value":` + v + `}]`) }
	tests := []struct {
		name, in string
		want     []Span
	}{
		{"plain", document(readableSpan), []Span{base}},
		{"upper-case ids", document(strings.NewReplacer("ab0", "AB0", "cd0", "CD0").Replace(readableSpan)), []Span{base}},
		{"two lines", document(readableSpan) + "\n" + document(readableSpan) + "\n", []Span{base, base}},
		{"no line end between", document(readableSpan) + document(readableSpan), []Span{base, base}},
		{"other signals' lines", `{"resourceMetrics":[{"x":1}]}` + "\n" + document(readableSpan), []Span{base}},
		{"unknown fields", `{"future":{"a":[1,{}]},"resourceSpans":[{"x":null,"scopeSpans":[{"y":[[]],"spans":[` +
			strings.TrimSuffix(readableSpan, "}") + `,"z":{"q":[1]}}]}]}]}`, []Span{base}},
		{"nulls", `{"resourceSpans":[{"resource":null,"scopeSpans":null},{"scopeSpans":[{"scope":null,"spans":[` +
			strings.TrimSuffix(readableSpan, "}") + `,"attributes":null,"kind":null,"startTimeUnixNano":null,"status":null,"flags":null}]}]}]}`, []Span{base}},
		{"empty", `{"resourceSpans":[]}`, nil},
		{"resource behind its spans", `{"resourceSpans":[{"scopeSpans":[{"spans":[` + readableSpan + `],"scope":{"name":"s"}}],"resource":{"attributes":[{"key":"a","value":{"boolValue":true}}]}}]}`,
			with(func(s *Span) { s.Resource, s.Scope = &Resource{Attrs: []Attr{{"a", Bool(true)}}}, &Scope{Name: "s"} })},
		{"times as strings", field(`"startTimeUnixNano":"5","endTimeUnixNano":"7"`), with(func(s *Span) { s.Start, s.End = 5, 7 })},
		{"times as numbers", field(`"startTimeUnixNano":1581452772000000321,"endTimeUnixNano":1.5e18`),
			with(func(s *Span) { s.Start, s.End = 1581452772000000321, 1_500_000_000_000_000_000 })},
		{"enums as numbers", field(`"kind":3,"status":{"code":2}`), with(func(s *Span) { s.Kind, s.Status.Code = KindClient, StatusError })},
		{"enums as names", field(`"kind":"SPAN_KIND_CLIENT","status":{"code":"STATUS_CODE_ERROR"}`),
			with(func(s *Span) { s.Kind, s.Status.Code = KindClient, StatusError })},
		{"enums of the future", field(`"kind":17,"status":{"code":-1}`), []Span{base}},
		{"counts as strings", field(`"flags":"257","droppedEventsCount":3`), with(func(s *Span) { s.Flags, s.DroppedEvents = 257, 3 })},
		{"int as string", attr(`{"intValue":"-9223372036854775808"}`), value(Int(math.MinInt64))},
		{"int as number", attr(`{"intValue":-12}`), value(Int(-12))},
		{"double as string", attr(`{"doubleValue":"-Infinity"}`), value(Float(math.Inf(-1)))},
		{"double as integer", attr(`{"doubleValue":3}`), value(Float(3))},
		{"bytes unpadded, url alphabet", attr(`{"bytesValue":"_-8"}`), value(Bytes([]byte{0xff, 0xef}))},
		{"no value", attr(`{}`), value(Value{})},
		{"lone surrogate", attr(`{"stringValue":"\ud800"}`), value(String("\ufffd"))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ReadJSON(strings.NewReader(tt.in))
			if err != nil {
				t.Fatal(err)
			}
			if diff := diffTraces(&Trace{Spans: tt.want}, got); diff != "" {
				t.Errorf("ReadJSON(%s) (-want +got):\n%s", tt.in, diff)
			}
		})
	}
}

func TestReadJSONPrettyAndGzip(t *testing.T) {
	want := everything()
	var pretty, packed bytes.Buffer
	if err := json.Indent(&pretty, mustWriteJSON(t, want), "", "  "); err != nil {
		t.Fatal(err)
	}
	zw := gzip.NewWriter(&packed)
	if _, err := zw.Write(pretty.Bytes()); err != nil {
		t.Fatal(err)
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	for name, in := range map[string]io.Reader{"pretty": &pretty, "gzip": &packed} {
		got, err := ReadJSON(in)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := diffTraces(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
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
		{"nothing", "", []string{"empty", "resourceSpans"}, 0},
		{"blank", " \n\t\n", []string{"empty"}, 0},
		{"another format", `{"data":[{"traceID":"x"}]}`, []string{`"data"`, "another format"}, 0},
		{"not JSON", line + "I1109 starting\n", []string{"line 2", "invalid character"}, 1},
		{"not an object", `[1]`, []string{"not an object"}, 0},
		{"array expected", `{"resourceSpans":{}}`, []string{"resourceSpans is not an array"}, 0},
		{"bad id", line + line + spanWith(`"spanId":"12"`), []string{"line 3", "spanId", "16 hex digits"}, 2},
		{"base64 id", spanWith(`"name":"x","traceId":"q83vEjRWeJCrze8SNFZ4kA=="`), []string{`span "x"`, "traceId", "32 hex digits"}, 0},
		{"bad link id", spanWith(`"links":[{"spanId":"xx"}]`), []string{"link 0", "spanId"}, 0},
		{"bad time", spanWith(`"startTimeUnixNano":"yesterday"`), []string{"yesterday", "nanoseconds"}, 0},
		{"negative time", spanWith(`"startTimeUnixNano":-5`), []string{"-5"}, 0},
		{"bad kind", spanWith(`"kind":"FRIENDLY"`), []string{"FRIENDLY", "SPAN_KIND_SERVER"}, 0},
		{"bad code", spanWith(`"status":{"code":"BAD"}`), []string{"BAD", "STATUS_CODE_ERROR"}, 0},
		{"bad count", spanWith(`"flags":4294967296`), []string{"4294967296", "32-bit"}, 0},
		{"bad int", spanWith(`"attributes":[{"key":"k","value":{"intValue":"1.5"}}]`), []string{"1.5", "64-bit"}, 0},
		{"bad double", spanWith(`"attributes":[{"key":"k","value":{"doubleValue":"x"}}]`), []string{"floating-point"}, 0},
		{"bad bytes", spanWith(`"attributes":[{"key":"k","value":{"bytesValue":"!"}}]`), []string{`"k"`, "base64"}, 0},
		{"deep value", spanWith(`"attributes":[{"key":"k","value":` + nested + `}]`), []string{"deeper", "128"}, 0},
		{"deep unknown", `{"x":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `}`, []string{"depth"}, 0},
		{"wrong type", spanWith(`"name":5`), []string{"name", "string"}, 0},
		{"bad gzip", "\x1f\x8bxxxxxxxxxxxx", []string{"gzip"}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ReadJSON(strings.NewReader(tt.in))
			if err == nil {
				t.Fatalf("no error, %d spans", len(got.Spans))
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q lacks %q", err, want)
				}
			}
			if errors.Is(err, ErrTruncated) {
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
	whole := everything()
	in := append(mustWriteJSON(t, whole), mustWriteJSON(t, whole)...)
	end := bytes.IndexByte(in, '\n')
	for n := 1; n < len(in)-1; n++ {
		got, err := ReadJSON(bytes.NewReader(in[:n]))
		if n == end || n == end+1 {
			if err != nil {
				t.Errorf("cut between the lines: %v", err)
			}
			continue
		}
		if !errors.Is(err, ErrTruncated) {
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

func TestReadJSONLimits(t *testing.T) {
	in := mustWriteJSON(t, generate(2000, 1))
	for name, tt := range map[string]struct {
		limits readLimits
		want   string
		spans  int
	}{
		"input": {readLimits{input: 100_000, value: 1 << 20}, "limit of 100000 bytes", 1},
		"value": {readLimits{input: 1 << 30, value: 200}, "limit of 200 bytes", 0},
		"fits":  {readLimits{input: int64(len(in)) + 1, value: 16 << 10}, "", 2000},
	} {
		got, err := readJSON(bytes.NewReader(in), tt.limits)
		switch {
		case tt.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("%s: error %v lacks %q", name, err, tt.want)
		case len(got.Spans) < tt.spans:
			t.Errorf("%s: %d spans, want %d or more", name, len(got.Spans), tt.spans)
		}
	}
}

func FuzzReadJSON(f *testing.F) {
	f.Add(mustWriteJSON(f, everything()))
	f.Add(mustWriteJSON(f, generate(3, 1)))
	f.Add([]byte(document(readableSpan)))
	f.Add([]byte(document(`{"kind":"SPAN_KIND_SERVER","startTimeUnixNano":1e3,"attributes":[{"key":"\ud800","value":{"doubleValue":"NaN"}}]}`)))
	f.Add([]byte(`{"resourceSpans":[{"resource":{"attributes":[{}]},"scopeSpans":[null,{"spans":[{},null]}]}]}`))
	f.Add([]byte("\x1f\x8b\x08\x00\x00"))
	f.Fuzz(func(t *testing.T, in []byte) {
		read, err := readJSON(bytes.NewReader(in), readLimits{input: 1 << 20, value: 1 << 20})
		for _, s := range read.Spans {
			if s.Resource == nil || s.Scope == nil {
				t.Fatalf("span %q lacks resource or scope", s.Name)
			}
		}
		if err != nil {
			return
		}
		once := mustWriteJSON(t, read)
		again, err := ReadJSON(bytes.NewReader(once))
		if err != nil {
			t.Fatalf("cannot read what was written: %v\n%s", err, once)
		}
		if diff := diffTraces(grouped(read), again); diff != "" {
			t.Fatalf("read, written and read again (-want +got):\n%s", diff)
		}
	})
}

// grouped returns what ReadJSON returned in the order in which WriteJSON writes.
func grouped(t *Trace) *Trace {
	var resources []*Resource
	scopes := make(map[*Resource][]*Scope)
	spans := make(map[groupKey][]Span)
	for _, s := range t.Spans {
		if !slices.Contains(resources, s.Resource) {
			resources = append(resources, s.Resource)
		}
		if !slices.Contains(scopes[s.Resource], s.Scope) {
			scopes[s.Resource] = append(scopes[s.Resource], s.Scope)
		}
		key := groupKey{s.Resource, s.Scope}
		spans[key] = append(spans[key], s)
	}
	out := &Trace{}
	for _, r := range resources {
		for _, sc := range scopes[r] {
			out.Spans = append(out.Spans, spans[groupKey{r, sc}]...)
		}
	}
	return out
}
