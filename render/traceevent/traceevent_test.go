package traceevent_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/chaintrace/chaintrace/render/traceevent"
	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
)

// schema is what the description of the format says of the events that are used:
// which fields each kind has to have, and of what type.
const schema = `{
  "type": "object",
  "required": ["traceEvents"],
  "additionalProperties": false,
  "properties": {
    "displayTimeUnit": {"enum": ["ms", "ns"]},
    "otherData": {"type": "object"},
    "traceEvents": {"type": "array", "items": {
      "type": "object",
      "required": ["ph", "name", "pid", "tid"],
      "additionalProperties": false,
      "properties": {
        "ph": {"enum": ["X", "i", "b", "e", "n", "M"]},
        "name": {"type": "string", "minLength": 1},
        "cat": {"type": "string"},
        "pid": {"type": "integer", "minimum": 1},
        "tid": {"type": "integer", "minimum": 1},
        "ts": {"type": "number", "minimum": 0},
        "dur": {"type": "number", "minimum": 0},
        "id": {"type": "string", "pattern": "^0x[0-9a-f]+$"},
        "s": {"enum": ["g", "p", "t"]},
        "args": {"type": "object"}
      },
      "oneOf": [
        {"properties": {"ph": {"const": "X"}}, "required": ["ts", "dur", "cat"], "not": {"anyOf": [{"required": ["id"]}, {"required": ["s"]}]}},
        {"properties": {"ph": {"const": "i"}}, "required": ["ts", "s"], "not": {"anyOf": [{"required": ["id"]}, {"required": ["dur"]}]}},
        {"properties": {"ph": {"enum": ["b", "e", "n"]}}, "required": ["ts", "cat", "id"], "not": {"anyOf": [{"required": ["dur"]}, {"required": ["s"]}]}},
        {"properties": {"ph": {"const": "M"}, "name": {"enum": ["process_name", "process_sort_index", "thread_name", "thread_sort_index"]}}, "required": ["args"], "not": {"required": ["ts"]}}
      ]
    }}
  }
}`

// event is an event as its readers see it, with times in nanoseconds.
type event struct {
	Ph, Name, Cat, ID string
	Pid, Tid          int
	Ts, Dur           json.Number
	Args              map[string]any
	begin, end        int64
}

// events writes a trace, holds it against the schema and the rules that no schema
// can tell, and returns the events.
func events(tb testing.TB, t *trace.Trace) []event {
	tb.Helper()
	var b, again bytes.Buffer
	if err := errors.Join(traceevent.Write(&b, t), traceevent.Write(&again, t)); err != nil {
		tb.Fatal(err)
	}
	if !bytes.Equal(b.Bytes(), again.Bytes()) {
		tb.Error("written twice it differs")
	}
	var s jsonschema.Schema
	if err := json.Unmarshal([]byte(schema), &s); err != nil {
		tb.Fatal(err)
	}
	resolved, err := s.Resolve(nil)
	if err != nil {
		tb.Fatal(err)
	}
	var document any
	if err := json.Unmarshal(b.Bytes(), &document); err != nil {
		tb.Fatal(err)
	}
	if err := resolved.Validate(document); err != nil {
		tb.Errorf("against the schema: %v", err)
	}
	var typed struct{ TraceEvents []event }
	d := json.NewDecoder(&b)
	d.UseNumber()
	if err := d.Decode(&typed); err != nil {
		tb.Fatal(err)
	}
	for i := range typed.TraceEvents {
		e := &typed.TraceEvents[i]
		e.begin = nanos(tb, e.Ts)
		e.end = e.begin + nanos(tb, e.Dur)
	}
	checkNesting(tb, typed.TraceEvents)
	checkWithin(tb, t, typed.TraceEvents)
	return typed.TraceEvents
}

// nanos reads microseconds with decimals, without rounding.
func nanos(tb testing.TB, n json.Number) int64 {
	tb.Helper()
	if n == "" {
		return 0
	}
	whole, part, _ := strings.Cut(n.String(), ".")
	if len(part) != 0 && len(part) != 3 {
		tb.Fatalf("%s microseconds are no whole nanoseconds", n)
	}
	ns, err := strconv.ParseInt(whole+(part + "000")[:3], 10, 64)
	if err != nil {
		tb.Fatal(err)
	}
	return ns
}

// checkNesting checks that whole events on a thread lie one within the other or
// apart, and come outer ones first; that each asynchronous one ends after it
// began; and that every process has a name.
func checkNesting(tb testing.TB, all []event) {
	tb.Helper()
	open := map[int][]event{}     // by thread
	begun := map[string][]event{} // by ID, the innermost last
	named := map[int]bool{}
	for _, e := range all {
		if e.Ph != "M" && !named[e.Pid] {
			tb.Fatalf("%s is in process %d, which has no name", e.Name, e.Pid)
		}
		switch e.Ph {
		case "M":
			named[e.Pid] = named[e.Pid] || e.Name == "process_name"
		case "X":
			stack := open[e.Tid]
			for len(stack) > 0 && stack[len(stack)-1].end <= e.begin {
				stack = stack[:len(stack)-1]
			}
			if n := len(stack); n > 0 && (stack[n-1].end < e.end || stack[n-1].begin > e.begin) {
				tb.Errorf("%s [%d, %d] does not lie within %s [%d, %d]", e.Name, e.begin, e.end, stack[n-1].Name, stack[n-1].begin, stack[n-1].end)
			}
			open[e.Tid] = append(stack, e)
		case "b":
			begun[e.ID] = append(begun[e.ID], e)
		case "e":
			n := len(begun[e.ID])
			if n == 0 {
				tb.Fatalf("%s ends without a beginning", e.Name)
			}
			b := begun[e.ID][n-1]
			if b.Name != e.Name || b.Cat != e.Cat || b.begin > e.begin {
				tb.Errorf("%s of %d ends as %s at %d", b.Name, b.begin, e.Name, e.begin)
			}
			begun[e.ID] = begun[e.ID][:n-1]
		}
	}
	for id, left := range begun {
		if len(left) > 0 {
			tb.Errorf("%s (%s) never ends", left[0].Name, id)
		}
	}
}

// checkWithin checks that what readers show within something is of that: of those
// open on its line, the innermost is a span that it descends from.
func checkWithin(tb testing.TB, t *trace.Trace, all []event) {
	tb.Helper()
	parents := map[string]string{}
	for i := range slices.Backward(t.Spans) {
		s := &t.Spans[i]
		parents[s.SpanID.String()] = s.ParentID.String()
	}
	slices.SortStableFunc(all, func(a, b event) int { return cmp.Compare(a.begin, b.begin) }) // as Perfetto does it
	open := map[string][]event{}
	for _, e := range all {
		line := fmt.Sprint(e.Tid)
		if e.ID != "" {
			line = e.ID + " of " + e.Cat
		}
		stack := open[line]
		switch e.Ph {
		case "X":
			for len(stack) > 0 && stack[len(stack)-1].end <= e.begin {
				stack = stack[:len(stack)-1]
			}
		case "e":
			if len(stack) == 0 || stack[len(stack)-1].Name != e.Name {
				tb.Errorf("%s ends, but what is open on its line is %+v", e.Name, stack)
				return
			}
			open[line] = stack[:len(stack)-1]
			continue
		case "b":
		default:
			continue
		}
		id, isSpan := e.Args["span.id"].(string)
		if n := len(stack); n > 0 && isSpan {
			around, found := stack[n-1].Args["span.id"], false
			for p, left := parents[id], len(parents); left > 0 && !found; p, left = parents[p], left-1 {
				found = p == around
			}
			if !found {
				tb.Errorf("%s is shown within %s, which it is not of", e.Name, stack[n-1].Name)
			}
		}
		open[line] = append(stack, e)
	}
}

func golden(tb testing.TB, file string) *trace.Trace {
	tb.Helper()
	f, err := os.Open("../../" + file)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	t, err := trace.Read(f, trace.ReadOptions{})
	if err != nil {
		tb.Fatal(err)
	}
	return t
}

func find(all []event, ph, name string) []event {
	return slices.DeleteFunc(slices.Clone(all), func(e event) bool { return e.Ph != ph || e.Name != name })
}

// TestChain: every span of a chain's start is an event, with its time to the
// nanosecond; hooks are asynchronous, with their steps in them.
func TestChain(t *testing.T) {
	tr := golden(t, "testdata/golden/kube-apiserver-1.37.trace.json")
	all := events(t, tr)
	byID := map[string]event{}
	for _, e := range all {
		if id, ok := e.Args["span.id"].(string); ok {
			byID[id] = e
		}
	}
	begin := tr.Spans[0].Start
	for i := range tr.Spans {
		begin = min(begin, tr.Spans[i].Start)
	}
	async := 0
	for i := range tr.Spans {
		s := &tr.Spans[i]
		e, ok := byID[s.SpanID.String()]
		if !ok {
			t.Errorf("there is no event of %s", s.Name)
			continue
		}
		if e.begin != s.Start-begin || e.Ph == "X" && e.end != s.End-begin || e.Cat != s.Name {
			t.Errorf("%s is %+v", s.Name, e)
		}
		if s.Name == attr.SpanHookRun {
			async++
			if e.Ph != "b" || e.Name != s.Attr(attr.HookName).Str() {
				t.Errorf("a hook's run is %+v", e)
			}
		}
	}
	if async < 20 {
		t.Errorf("%d hooks", async)
	}
	if got := find(all, "b", "timer:1s"); len(got) == 0 || got[0].Cat != attr.SpanHookRun {
		t.Errorf("the step of a hook is %+v", got)
	}
	if len(find(all, "i", "lifecycle.signal HasBeenReady")) != 1 || len(find(all, "M", "process_name")) != 3 {
		t.Error("a signal, or a server, is not shown")
	}
}

// TestBroken: what cannot be right is shown all the same, and says so.
func TestBroken(t *testing.T) {
	problems := map[string]int{}
	for _, e := range events(t, golden(t, "cmd/chaintrace/testdata/broken.json")) {
		if p, ok := e.Args["span.problem"].(string); ok {
			problems[p]++
		}
	}
	for _, p := range []string{"never ended; shown until the trace's end", "ends before it starts"} {
		if problems[p] == 0 {
			t.Errorf("no event %q: %v", p, problems)
		}
	}
}

// TestOverlap: a line shows what is of one thing; what goes on beside that has a
// line of its own, with what is of it.
func TestOverlap(t *testing.T) {
	span := func(id, parent byte, name string, begin, end int64) trace.Span {
		s := trace.Span{SpanID: trace.SpanID{id}, Name: name, Start: 1000 + begin, End: 1000 + end}
		if parent > 0 {
			s.ParentID = trace.SpanID{parent}
		}
		return s
	}
	tr := &trace.Trace{Spans: []trace.Span{
		span(1, 0, "around", 0, 100), span(2, 1, "first", 0, 60), span(3, 1, "beside", 30, 90), span(4, 2, "in the first", 10, 60),
		span(5, 1, "later", 60, 70), span(6, 1, "none", 100, 100), span(7, 1, "at its time only", 35, 40), span(8, 3, "of beside", 30, 90),
		{}, {SpanID: trace.SpanID{9}, ParentID: trace.SpanID{1}, Name: "unfinished", Start: 1095},
	}}
	tr.Spans[8].Attrs = []trace.Attr{{Key: "n", Value: trace.Float(math.NaN())}, {Key: "big", Value: trace.Int(math.MaxInt64)}, {Key: "b", Value: trace.Bytes([]byte{255})}}
	all := events(t, tr)
	for name, ph := range map[string]string{
		"around": "X", "first": "X", "beside": "X", "in the first": "X", "later": "X", "none": "X", "unfinished": "X", "at its time only": "X", "of beside": "X", "(no name)": "X",
	} {
		if len(find(all, ph, name)) != 1 {
			t.Fatalf("%s is not %s: %+v", name, ph, all)
		}
	}
	for name, like := range map[string]string{"first": "around", "of beside": "beside", "later": "around"} {
		if a, b := find(all, "X", name)[0], find(all, "X", like)[0]; a.Tid != b.Tid || a.Pid != b.Pid {
			t.Errorf("%+v is not on the thread of %+v", a, b)
		}
	}
	if n := len(find(all, "M", "thread_name")); n != 4 {
		t.Errorf("%d threads, but four things go on at once", n)
	}
	if e := find(all, "X", "(no name)")[0]; e.Args["big"] != "9223372036854775807" {
		t.Errorf("%+v", e)
	}
}

// TestRandomTraces: whatever spans overlap, belong to whom and are of which service,
// what is within something is of that.
func TestRandomTraces(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	services := []*trace.Resource{nil, {Attrs: []trace.Attr{{Key: "service.name", Value: trace.String("a")}}}}
	for range 300 {
		tr := &trace.Trace{}
		for i := range 1 + random.IntN(20) {
			s := trace.Span{SpanID: trace.SpanID{byte(1 + i)}, Name: fmt.Sprint(random.IntN(3)), Start: 100 + random.Int64N(10), Resource: services[random.IntN(2)]}
			s.End = s.Start + random.Int64N(10)
			s.ParentID[0] = byte(random.IntN(i + 2))
			if random.IntN(10) == 0 {
				s.Name = attr.SpanHookRun
			}
			tr.Spans = append(tr.Spans, s)
		}
		if events(t, tr); t.Failed() {
			t.Fatalf("%+v", tr.Spans)
		}
	}
}

// TestHostile: names mean nothing to the format, and are shown whole.
func TestHostile(t *testing.T) {
	for _, name := range []string{"", `"'\`, "a\nb\u2028", "</script>", "\x00\x1b[31m", "\u202eabc", "a\xffb", strings.Repeat("long ", 1000), "%s", "🚀"} {
		tr := &trace.Trace{Spans: []trace.Span{
			{SpanID: trace.SpanID{1}, Name: name, Start: 5, End: 9, Resource: &trace.Resource{Attrs: []trace.Attr{{Key: "service.name", Value: trace.String(name)}}}},
			{
				SpanID: trace.SpanID{2}, Name: attr.SpanHookRun, Start: 6, End: 8, Attrs: []trace.Attr{{Key: attr.HookName, Value: trace.String(name)}, {Key: name, Value: trace.String(name)}},
				Events: []trace.Event{{Name: attr.EventHookStep, Time: 1, Attrs: []trace.Attr{{Key: attr.HookStep, Value: trace.String(name)}}}, {Name: name, Time: 99}},
			},
		}}
		for _, e := range events(t, tr) {
			if strings.ContainsAny(e.Name, "\x00\x1b\n\u202e\u2028") || len(e.Name) > 1000 {
				t.Errorf("%q is shown as %q", name, e.Name)
			}
		}
	}
}

func TestNothing(t *testing.T) {
	if got := events(t, &trace.Trace{}); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestErrors(t *testing.T) {
	if err := traceevent.Write(fullDisk{}, &trace.Trace{}); err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("%v", err)
	}
}

// Time per span should be the same at every size.
func BenchmarkWrite(b *testing.B) {
	one := golden(b, "testdata/golden/kube-apiserver-1.37.trace.json")
	for _, n := range []int{1_000, 10_000, 100_000} {
		t := &trace.Trace{}
		for len(t.Spans) < n {
			t.Spans = append(t.Spans, one.Spans[:min(n-len(t.Spans), len(one.Spans))]...)
		}
		b.Run(fmt.Sprintf("spans=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := traceevent.Write(io.Discard, t); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/span")
		})
	}
}
