package trace_test

import (
	"bytes"
	"cmp"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chaintrace/chaintrace/trace"
)

func readFile(tb testing.TB, elem ...string) []byte {
	tb.Helper()
	b, err := os.ReadFile(filepath.Join(append([]string{"testdata"}, elem...)...))
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// bySpanID sorts what Jaeger gives back in an order of its own.
func bySpanID(t *trace.Trace) *trace.Trace {
	slices.SortStableFunc(t.Spans, func(a, b trace.Span) int {
		return cmp.Or(slices.Compare(a.TraceID[:], b.TraceID[:]), slices.Compare(a.SpanID[:], b.SpanID[:]))
	})
	return t
}

// afterJaeger returns what is left of a trace that went through Jaeger: see
// testdata/jaeger/README.md for what it loses.
func afterJaeger(t *trace.Trace, v2 bool) *trace.Trace {
	out := &trace.Trace{Spans: slices.Clone(t.Spans)}
	for i := range out.Spans {
		s := &out.Spans[i]
		s.Flags, s.DroppedAttrs, s.DroppedEvents, s.DroppedLinks = 0, 0, 0, 0
		s.Attrs = slices.DeleteFunc(flattened(s.Attrs), func(a trace.Attr) bool { return a.Key == "span.kind" || a.Key == "error" && !v2 })
		s.Resource = &trace.Resource{Attrs: flattened(s.Resource.Attrs)}
		s.Scope = &trace.Scope{Name: s.Scope.Name, Version: s.Scope.Version}
		s.Events = slices.Clone(s.Events)
		for j := range s.Events {
			s.Events[j].Dropped = 0
			s.Events[j].Attrs = flattened(s.Events[j].Attrs)
			// An attribute of the name that Jaeger uses takes its place.
			if k := slices.IndexFunc(s.Events[j].Attrs, func(a trace.Attr) bool { return a.Key == "event" }); k >= 0 {
				s.Events[j].Name = s.Events[j].Attrs[k].Value.Str()
				s.Events[j].Attrs = slices.Delete(s.Events[j].Attrs, k, k+1)
			}
		}
		s.Links = slices.Clone(s.Links)
		for j, l := range s.Links {
			s.Links[j] = trace.Link{TraceID: l.TraceID, SpanID: l.SpanID}
		}
	}
	return out
}

// flattened leaves of lists and maps, whose text is Jaeger's affair, only that
// they are some text, and of equal keys the last.
func flattened(attrs []trace.Attr) []trace.Attr {
	var out []trace.Attr
	for _, a := range attrs {
		switch a.Value.Kind() {
		case trace.ValueList, trace.ValueMap:
			a.Value = trace.String("…")
		case trace.ValueEmpty:
			a.Value = trace.String("")
		case trace.ValueString:
			if s := a.Value.Str(); strings.HasPrefix(s, "[") || strings.HasPrefix(s, "{") {
				a.Value = trace.String("…")
			}
		}
		if i := slices.IndexFunc(out, func(o trace.Attr) bool { return o.Key == a.Key }); i >= 0 {
			out[i] = a
			continue
		}
		out = append(out, a)
	}
	return out
}

// What a real Jaeger answered is what was sent to it, but for what it loses.
func TestReadAnswersOfJaeger(t *testing.T) {
	sent := bySpanID(mustRead(t, readFile(t, "jaeger", "sent.json")))
	if len(sent.Spans) < 5 {
		t.Fatalf("only %d spans were sent", len(sent.Spans))
	}
	for file, coarse := range map[string]bool{"api-v3-trace.json": false, "api-v2-trace.json": true, "api-v2-trace-raw.json": true} {
		t.Run(file, func(t *testing.T) {
			got := bySpanID(mustRead(t, readFile(t, "jaeger", file)))
			want := bySpanID(afterJaeger(only(sent, got.Spans[0].TraceID), coarse))
			for i := range want.Spans {
				if coarse {
					inMicroseconds(&want.Spans[i])
				}
			}
			for i := range got.Spans {
				// Jaeger sorts some of it.
				s := &got.Spans[i]
				s.Attrs, s.Resource = flattened(s.Attrs), &trace.Resource{Attrs: flattened(s.Resource.Attrs)}
				for j := range s.Events {
					s.Events[j].Attrs = flattened(s.Events[j].Attrs)
				}
			}
			for _, tr := range []*trace.Trace{want, got} {
				for i := range tr.Spans {
					sortAttrs(&tr.Spans[i])
				}
			}
			if d := diffTraces(want, got); d != "" {
				t.Errorf("sent and answered (-want +got):\n%s", d)
			}
		})
	}
}

func only(t *trace.Trace, id trace.TraceID) *trace.Trace {
	return &trace.Trace{Spans: slices.DeleteFunc(slices.Clone(t.Spans), func(s trace.Span) bool { return s.TraceID != id })}
}

func inMicroseconds(s *trace.Span) {
	duration := (s.End - s.Start) / 1000 * 1000
	s.Start -= s.Start % 1000
	s.End = max(s.Start+duration, 0)
	for i := range s.Events {
		s.Events[i].Time -= s.Events[i].Time % 1000
	}
}

func sortAttrs(s *trace.Span) {
	byKey := func(attrs []trace.Attr) []trace.Attr {
		return slices.SortedStableFunc(slices.Values(attrs), func(a, b trace.Attr) int { return strings.Compare(a.Key, b.Key) })
	}
	s.Attrs = byKey(s.Attrs)
	s.Resource = &trace.Resource{Attrs: byKey(s.Resource.Attrs)}
	for i := range s.Events {
		s.Events[i].Attrs = byKey(s.Events[i].Attrs)
	}
}

func TestReadJaegerForms(t *testing.T) {
	spans := `"traceID":"ab","spans":[{"traceID":"ab","spanID":"1","operationName":"n","startTime":5,"duration":2,"processID":"p1"}]`
	processes := `"processes":{"p1":{"serviceName":"s","tags":[{"key":"k","type":"int64","value":7}]}}`
	want := trace.Span{
		TraceID: trace.TraceID{15: 0xab}, SpanID: trace.SpanID{7: 1}, Name: "n", Start: 5000, End: 7000,
		Resource: &trace.Resource{Attrs: []trace.Attr{{"service.name", trace.String("s")}, {"k", trace.Int(7)}}}, Scope: &trace.Scope{},
	}
	with := func(change func(*trace.Span)) []trace.Span {
		s := want
		change(&s)
		return []trace.Span{s}
	}
	span := func(fields string) string {
		return `{"data":[{"traceID":"ab","spans":[{"traceID":"ab","spanID":"1","operationName":"n","startTime":5,"duration":2,"processID":"p1",` +
			fields + `}],` + processes + `}]}`
	}
	tag := func(typ, value string) string {
		return span(`"tags":[{"key":"k","type":"` + typ + `","value":` + value + `}]`)
	}
	value := func(v trace.Value) []trace.Span {
		return with(func(s *trace.Span) { s.Attrs = []trace.Attr{{"k", v}} })
	}
	for name, tt := range map[string]struct {
		in   string
		want []trace.Span
	}{
		"an answer":           {`{"data":[{` + spans + `,` + processes + `}],"total":0,"limit":0,"offset":0,"errors":null}`, []trace.Span{want}},
		"one trace":           {`{` + spans + `,` + processes + `}`, []trace.Span{want}},
		"traces in an array":  {`[{` + spans + `,` + processes + `}]`, []trace.Span{want}},
		"processes first":     {`{` + processes + `,` + spans + `}`, []trace.Span{want}},
		"data that is none":   {`{"data":[]}`, nil},
		"data that is object": {`{"data":{` + spans + `,` + processes + `}}`, []trace.Span{want}},
		"no such process":     {`{` + spans + `}`, with(func(s *trace.Span) { s.Resource = &trace.Resource{} })},
		"process within": {span(`"process":{"serviceName":"t"}`), with(func(s *trace.Span) {
			s.Resource = &trace.Resource{Attrs: []trace.Attr{{"service.name", trace.String("t")}}}
		})},
		"parent of old": {span(`"parentSpanID":"2"`), with(func(s *trace.Span) { s.ParentID = trace.SpanID{7: 2} })},
		"parent and link": {span(`"references":[{"refType":"FOLLOWS_FROM","traceID":"cd","spanID":"3"},{"refType":"CHILD_OF","traceID":"ab","spanID":"2"}]`),
			with(func(s *trace.Span) {
				s.ParentID, s.Links = trace.SpanID{7: 2}, []trace.Link{{TraceID: trace.TraceID{15: 0xcd}, SpanID: trace.SpanID{7: 3}}}
			})},
		"parent that it follows": {span(`"references":[{"refType":"FOLLOWS_FROM","traceID":"cd","spanID":"3"},{"refType":"FOLLOWS_FROM","traceID":"ab","spanID":"2"}]`),
			with(func(s *trace.Span) {
				s.ParentID = trace.SpanID{7: 2}
				s.Links = []trace.Link{{TraceID: trace.TraceID{15: 0xcd}, SpanID: trace.SpanID{7: 3}}, {TraceID: trace.TraceID{15: 0xab}, SpanID: trace.SpanID{7: 2}}}
			})},
		"parent elsewhere": {span(`"references":[{"refType":"CHILD_OF","traceID":"cd","spanID":"3"}]`),
			with(func(s *trace.Span) {
				s.Links = []trace.Link{{TraceID: trace.TraceID{15: 0xcd}, SpanID: trace.SpanID{7: 3}}}
			})},
		"unfinished": {strings.Replace(span(`"flags":1`), `"duration":2`, `"duration":18446744073709551611`, 1),
			with(func(s *trace.Span) { s.End, s.Flags = 0, 1 })},
		"backward":              {strings.Replace(span(`"flags":0`), `"duration":2`, `"duration":-2`, 1), with(func(s *trace.Span) { s.End = 3000 })},
		"a time of a fraction":  {strings.Replace(span(`"flags":0`), `"duration":2`, `"duration":2.5`, 1), with(func(s *trace.Span) { s.End = 7500 })},
		"a time beyond all":     {strings.Replace(span(`"flags":0`), `"duration":2`, `"duration":9223372036854775807`, 1), with(func(s *trace.Span) { s.End = math.MaxInt64 })},
		"a failed span":         {span(`"tags":[{"key":"error","type":"bool","value":true}]`), with(func(s *trace.Span) { s.Status.Code = trace.StatusError })},
		"an error that is none": {tag("bool", "true"), value(trace.Bool(true))},
		"a small integer":       {tag("int64", "-7"), value(trace.Int(-7))},
		"a large integer":       {tag("int64", `"9223372036854775807"`), value(trace.Int(math.MaxInt64))},
		"a whole float":         {tag("float64", "3"), value(trace.Float(3))},
		"a float":               {tag("float64", "0.5"), value(trace.Float(0.5))},
		"bytes":                 {tag("binary", `"AAE="`), value(trace.Bytes([]byte{0, 1}))},
		"a string":              {tag("string", `"7"`), value(trace.String("7"))},
		"a bool as string":      {tag("bool", `"true"`), value(trace.Bool(true))},
		"no type":               {span(`"tags":[{"key":"k","value":true}]`), value(trace.Bool(true))},
		"type behind the value": {span(`"tags":[{"value":"7","key":"k","type":"int64"}]`), value(trace.Int(7))},
		"what the page expands": {tag("string", `{"a":[1]}`), value(trace.Value{})},
		"a list of the vocabulary": {span(`"tags":[{"key":"hook.waits_for","type":"string","value":"[\"hook:a\",\"timer:1s\"]"},{"key":"other","type":"string","value":"[\"x\"]"}]`),
			with(func(s *trace.Span) {
				s.Attrs = []trace.Attr{{"hook.waits_for", trace.Strings("hook:a", "timer:1s")}, {"other", trace.String(`["x"]`)}}
			})},
		"no list after all": {span(`"tags":[{"key":"hook.waits_for","type":"string","value":"[1"}]`),
			with(func(s *trace.Span) { s.Attrs = []trace.Attr{{"hook.waits_for", trace.String("[1")}} })},
		"an event": {span(`"logs":[{"timestamp":6,"fields":[{"key":"event","type":"string","value":"e"},{"key":"k","type":"bool","value":true}]},{}]`),
			with(func(s *trace.Span) {
				s.Events = []trace.Event{{Name: "e", Time: 6000, Attrs: []trace.Attr{{"k", trace.Bool(true)}}}, {}}
			})},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := read(strings.NewReader(tt.in))
			if err != nil {
				t.Fatal(err)
			}
			if d := diffTraces(&trace.Trace{Spans: tt.want}, got); d != "" {
				t.Errorf("Read(%s) (-want +got):\n%s", tt.in, d)
			}
		})
	}
}

func TestReadJaegerErrors(t *testing.T) {
	for in, want := range map[string]string{
		`{"data":[{"spans":[{"traceID":"xyz"}]}]}`:                    `traceID "xyz" is not up to 32 hex digits`,
		`{"data":[{"spans":[{"spanID":"12345678901234567"}]}]}`:       `spanID "12345678901234567" is not up to 16 hex digits`,
		`{"data":[{"spans":[{"startTime":"soon"}]}]}`:                 `"soon" is not a number of microseconds`,
		`{"data":[{"spans":[{"operationName":"n","tags":[{"key":7}]}`: "looking for a string",
		`{"data":[{"spans":[{"operationName":"n"`:                     "ends in the middle of a value after 0 whole spans",
		`{"data":7}`: "looking for an object",
	} {
		if _, err := read(strings.NewReader(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v lacks %q", in, err, want)
		}
	}
}

// Two traces of one answer keep their own processes, though both call them p1.
func TestReadJaegerProcessesOfEachTrace(t *testing.T) {
	one := func(id, service string) string {
		return `{"traceID":"` + id + `","spans":[{"traceID":"` + id + `","spanID":"1","processID":"p1"},{"traceID":"` + id + `","spanID":"2","processID":"p1"}],` +
			`"processes":{"p1":{"serviceName":"` + service + `"}}}`
	}
	got := mustRead(t, []byte(`{"data":[`+one("a", "x")+","+one("b", "y")+","+one("c", "x")+`]}`))
	var services []string
	for i := range got.Spans {
		services = append(services, got.Spans[i].Service())
	}
	if strings.Join(services, " ") != "x x y y x x" {
		t.Errorf("services %q", services)
	}
	if got.Spans[0].Resource != got.Spans[4].Resource {
		t.Error("equal resources are not shared")
	}
}

// Processes may stand in front of the spans, or have none. However many traces
// there are, what was read is not gone through again for each.
func TestReadJaegerSortedByKey(t *testing.T) {
	var in bytes.Buffer
	const n = 50_000
	for range n {
		in.WriteString(`{"processes":{"p1":{"serviceName":"s"}},"spans":[{"processID":"p1","spanID":"1","traceID":"a"}],"traceID":"a"}` + "\n")
	}
	in.WriteString(strings.Repeat(`{"processes":{"":{}}}`+"\n", n))
	got := mustRead(t, in.Bytes())
	if len(got.Spans) != n || got.Spans[n-1].Service() != "s" || got.Spans[0].Resource != got.Spans[n-1].Resource {
		t.Errorf("%d spans, the last of %q", len(got.Spans), got.Spans[len(got.Spans)-1].Service())
	}
}

// An answer may come with spans and still say that it is not all.
func TestReadIncompleteAnswers(t *testing.T) {
	for in, want := range map[string]string{
		`{"result":` + document(readableSpan) + `}{"error":{"httpCode":503,"message":"storage: connection lost"}}`:          `it says "storage: connection lost"`,
		`{"data":[{"traceID":"a","spans":[{"traceID":"a","spanID":"1"}]}],"errors":[{"code":500,"msg":"3 shards failed"}]}`: `it says "3 shards failed"`,
		`{"errors":[{"msg":"\u001b[31mRED\u202e"}]}`: `says "\x1b[31mRED\u202e"`,
	} {
		got, err := read(strings.NewReader(in))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v lacks %s", in, err, want)
		}
		if strings.Contains(in, "panID") && len(got.Spans) != 1 {
			t.Errorf("%s: %d spans", in, len(got.Spans))
		}
	}
	whole := `{"data":[{"traceID":"a","spans":[{"traceID":"a","spanID":"1"}]}],"errors":null}`
	if _, err := read(strings.NewReader(whole)); err != nil {
		t.Errorf("an answer without errors: %v", err)
	}
}

func TestReadManyJaegerSpans(t *testing.T) {
	var in bytes.Buffer
	in.WriteString(`{"data":[{"traceID":"ab","spans":[`)
	const n = 10_000
	for i := range n {
		if i > 0 {
			in.WriteByte(',')
		}
		in.WriteString(`{"traceID":"ab","spanID":"1","processID":"p1"}`)
	}
	in.WriteString(`],"processes":{"p1":{"serviceName":"s"}}}]}`)
	got := mustRead(t, in.Bytes())
	for i := range got.Spans {
		if got.Spans[i].Service() != "s" {
			t.Fatalf("span %d is of service %q", i, got.Spans[i].Service())
		}
	}
	if len(got.Spans) != n {
		t.Errorf("%d spans", len(got.Spans))
	}
}
