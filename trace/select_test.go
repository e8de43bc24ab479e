package trace_test

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
)

func service(name string) *trace.Resource {
	return &trace.Resource{Attrs: []trace.Attr{{Key: "service.name", Value: trace.String(name)}}}
}

func TestSummaries(t *testing.T) {
	of := func(id byte, name, serviceName string, s trace.Span) trace.Span {
		s.TraceID, s.Name = trace.TraceID{id}, name
		if serviceName != "" {
			s.Resource = service(serviceName)
		}
		return s
	}
	tr := &trace.Trace{Spans: []trace.Span{
		of(3, "late root", "b", spanOf(1, 0, 700, 800)),
		of(2, "child", "c", spanOf(2, 1, 120, 0)),
		of(2, "second root", "b", spanOf(3, 0, 130, 140)),
		of(2, "root", "a", spanOf(1, 0, 110, 200)),
		of(3, "root", "", spanOf(2, 0, 600, 650)),
		of(1, "lost", "", spanOf(1, 9, 100, 90)),
		of(1, "timeless root", "z", spanOf(2, 0, 0, math.MaxInt64)),
		of(1, "again", "y", spanOf(1, 9, 105, 190)),
		of(4, "nothing", "", spanOf(1, 9, 0, 0)),
	}}
	want := []trace.Summary{
		{ID: trace.TraceID{4}, Spans: 1, Anomalies: []trace.Anomaly{{trace.AnomalyOrphan, []int{8}}, {trace.AnomalyUnfinished, []int{8}}, {trace.AnomalyNoTime, []int{8}}}},
		{ID: trace.TraceID{1}, Root: "timeless root", Services: []string{"y", "z"}, Start: 100, End: 190, Spans: 3, Anomalies: []trace.Anomaly{
			{trace.AnomalyOrphan, []int{5, 7}}, {trace.AnomalyDuplicateID, []int{7}}, {trace.AnomalyBackward, []int{5}}, {trace.AnomalyNoTime, []int{6}},
		}},
		{ID: trace.TraceID{2}, Root: "root", Services: []string{"a", "c", "b"}, Start: 110, End: 200, Spans: 3, Anomalies: []trace.Anomaly{{trace.AnomalyUnfinished, []int{1}}}},
		{ID: trace.TraceID{3}, Root: "root", Services: []string{"b"}, Start: 600, End: 800, Spans: 2},
	}
	got := tr.Summaries()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got[2].Duration() != 90*time.Nanosecond {
		t.Errorf("trace 2 took %v, want 90ns", got[2].Duration())
	}
	if got := (&trace.Trace{}).Summaries(); len(got) != 0 {
		t.Errorf("no spans make %d traces", len(got))
	}
}

// TestRootOfSummary: a start that something else called has a parent, and is
// the root all the same.
func TestRootOfSummary(t *testing.T) {
	called := with(spanOf(2, 9, 20, 30), func(s *trace.Span) { s.Name = attr.SpanStartup })
	tr := &trace.Trace{Spans: []trace.Span{spanOf(3, 2, 25, 26), called, spanOf(4, 8, 10, 11)}}
	if got := tr.Summaries()[0].Root; got != attr.SpanStartup {
		t.Errorf("the root is %q, want %q", got, attr.SpanStartup)
	}
}

func TestSummariesDoNotDependOnOrder(t *testing.T) {
	ignore := cmpopts.IgnoreFields(trace.Anomaly{}, "Spans")
	for seed := range uint64(20) {
		tr := broken(300, seed)
		want := tr.Summaries()
		rand.New(rand.NewPCG(seed, 3)).Shuffle(len(tr.Spans), func(i, j int) { tr.Spans[i], tr.Spans[j] = tr.Spans[j], tr.Spans[i] })
		got := tr.Summaries()
		if diff := cmp.Diff(want, got, ignore); diff != "" {
			t.Fatalf("seed %d: %s", seed, diff)
		}
		for _, s := range got {
			if s.Duration() < 0 {
				t.Errorf("seed %d: trace %v takes %v", seed, s.ID, s.Duration())
			}
		}
	}
}

// TestManyTraces: what is found in one trace is not looked for in all others.
func TestManyTraces(t *testing.T) {
	const n = 100_000
	tr := &trace.Trace{Spans: make([]trace.Span, n)}
	for i := range tr.Spans {
		s := &tr.Spans[i]
		*s = spanOf(1, 0, int64(i+1), 0)
		binary.BigEndian.PutUint32(s.TraceID[:], uint32(i))
	}
	got := tr.Summaries()
	if len(got) != n || len(got[n-1].Anomalies) != 1 || got[n-1].Start != n {
		t.Errorf("%d traces of a span each are summed up as %d, the last one as %+v", n, len(got), got[len(got)-1])
	}
}

func TestSelect(t *testing.T) {
	tr := &trace.Trace{Spans: []trace.Span{spanOf(1, 0, 1, 2), inTrace(2, spanOf(1, 0, 3, 4)), spanOf(2, 1, 5, 6)}}
	want := []trace.Span{tr.Spans[0], tr.Spans[2]}
	if diff := cmp.Diff(want, tr.Select(trace.TraceID{1}).Spans); diff != "" {
		t.Error(diff)
	}
	if got := tr.Select(trace.TraceID{9}); len(got.Spans) != 0 {
		t.Errorf("an unknown trace has %d spans", len(got.Spans))
	}
	whole := &trace.Trace{Spans: slices.Clone(want)}
	if whole.Select(trace.TraceID{1}) != whole {
		t.Error("a trace that is the whole is copied")
	}
}

func TestParseTraceID(t *testing.T) {
	full := "0af7651916cd43dd8448eb211c80319c"
	for in, want := range map[string]string{
		full: full, strings.ToUpper(full): full, full[1:]: full, "f": strings.Repeat("0", 31) + "f", "0": strings.Repeat("0", 32),
	} {
		if got, err := trace.ParseTraceID(in); err != nil || got.String() != want {
			t.Errorf("ParseTraceID(%q) = %v, %v; want %s", in, got, err, want)
		}
	}
	for _, in := range []string{"", full + "0", "0x1", "g", " 1", "1\n", "é", strings.Repeat("\x00", 1<<20)} {
		if got, err := trace.ParseTraceID(in); err == nil || !got.IsZero() || !strings.Contains(err.Error(), "want 1 to 32 hex digits") || len(err.Error()) > 500 {
			t.Errorf("ParseTraceID(%.40q) = %v, %v", in, got, err)
		}
	}
}

func TestSplit(t *testing.T) {
	span := func(id byte, name string) trace.Span { return trace.Span{TraceID: trace.TraceID{id}, Name: name} }
	all := trace.Trace{Spans: []trace.Span{span(2, "a"), span(1, "b"), span(2, "c")}}
	var got []string
	for _, one := range all.Split() {
		names := ""
		for _, s := range one.Spans {
			names += s.Name
		}
		got = append(got, names)
	}
	if !slices.Equal(got, []string{"ac", "b"}) {
		t.Errorf("split into %q", got)
	}
	if none := (&trace.Trace{}).Split(); len(none) != 0 {
		t.Errorf("nothing is split into %d traces", len(none))
	}
}
