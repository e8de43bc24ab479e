package trace_test

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/internal/tracegen"
)

// spanOf returns a span of trace 1 without anything wrong in it.
func spanOf(id, parent byte, start, end int64) trace.Span {
	return trace.Span{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{id}, ParentID: trace.SpanID{parent}, Name: "span " + strconv.Itoa(int(id)), Start: start, End: end}
}

func inTrace(id byte, s trace.Span) trace.Span {
	s.TraceID = trace.TraceID{id}
	return s
}

func with(s trace.Span, change func(*trace.Span)) trace.Span {
	change(&s)
	return s
}

func TestAnomalies(t *testing.T) {
	root := spanOf(1, 0, 10, 90)
	for _, c := range []struct {
		name  string
		spans []trace.Span
		want  []trace.Anomaly
	}{
		{"nothing", nil, nil},
		{"nothing wrong", []trace.Span{spanOf(2, 1, 10, 10), root}, nil},
		{"orphan", []trace.Span{root, spanOf(2, 9, 20, 30)}, []trace.Anomaly{{trace.AnomalyOrphan, []int{1}}}},
		{"a parent in another trace is none", []trace.Span{root, inTrace(2, spanOf(2, 1, 20, 30))}, []trace.Anomaly{{trace.AnomalyOrphan, []int{1}}}},
		{"a remote parent is elsewhere", []trace.Span{with(spanOf(2, 9, 20, 30), func(s *trace.Span) { s.Flags = 0x301 })}, nil},
		{"a parent that is known not to be remote", []trace.Span{with(spanOf(2, 9, 20, 30), func(s *trace.Span) { s.Flags = 0x101 })}, []trace.Anomaly{{trace.AnomalyOrphan, []int{0}}}},
		{"a start has its parent elsewhere", []trace.Span{with(spanOf(2, 9, 20, 30), func(s *trace.Span) { s.Name = attr.SpanStartup })}, nil},
		{"own parent", []trace.Span{root, spanOf(2, 2, 20, 30)}, []trace.Anomaly{{trace.AnomalyCycle, []int{1}}}},
		{"circle with a tail", []trace.Span{spanOf(2, 3, 20, 30), spanOf(3, 4, 20, 30), spanOf(4, 2, 20, 30), spanOf(5, 3, 20, 30), root}, []trace.Anomaly{{trace.AnomalyCycle, []int{0, 1, 2}}}},
		{"two circles", []trace.Span{spanOf(2, 3, 20, 30), spanOf(4, 5, 20, 30), spanOf(3, 2, 20, 30), spanOf(5, 4, 20, 30)}, []trace.Anomaly{{trace.AnomalyCycle, []int{0, 1, 2, 3}}}},
		{"a file sent twice", []trace.Span{root, spanOf(2, 1, 20, 30), root, spanOf(2, 1, 20, 30)}, []trace.Anomaly{{trace.AnomalyDuplicateID, []int{2, 3}}}},
		{"the later one is the duplicate", []trace.Span{spanOf(2, 1, 40, 50), spanOf(2, 1, 20, 30), root}, []trace.Anomaly{{trace.AnomalyDuplicateID, []int{0}}}},
		{"one ID in two traces", []trace.Span{root, inTrace(2, root)}, nil},
		{"unfinished", []trace.Span{spanOf(1, 0, 10, 0)}, []trace.Anomaly{{trace.AnomalyUnfinished, []int{0}}}},
		{"backward", []trace.Span{spanOf(1, 0, 10, 9)}, []trace.Anomaly{{trace.AnomalyBackward, []int{0}}}},
		{"no time at all", []trace.Span{spanOf(1, 0, 0, 0)}, []trace.Anomaly{{trace.AnomalyUnfinished, []int{0}}, {trace.AnomalyNoTime, []int{0}}}},
		{"before 1970", []trace.Span{spanOf(1, 0, math.MinInt64, 5)}, []trace.Anomaly{{trace.AnomalyNoTime, []int{0}}}},
		{"clocks disagree", []trace.Span{root, spanOf(2, 1, 9, 20)}, []trace.Anomaly{{trace.AnomalyEarly, []int{1}}}},
		{"nothing is early without a time", []trace.Span{root, spanOf(2, 1, 0, 20)}, []trace.Anomaly{{trace.AnomalyNoTime, []int{1}}}},
		{"no IDs", []trace.Span{with(root, func(s *trace.Span) { s.SpanID = trace.SpanID{} }), inTrace(0, root), with(root, func(s *trace.Span) { s.SpanID = trace.SpanID{} })}, []trace.Anomaly{{trace.AnomalyNoID, []int{0, 1, 2}}}},
		{"several at once", []trace.Span{spanOf(2, 9, 20, 0), spanOf(3, 9, 20, 0)}, []trace.Anomaly{{trace.AnomalyOrphan, []int{0, 1}}, {trace.AnomalyUnfinished, []int{0, 1}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, (&trace.Trace{Spans: c.spans}).Anomalies()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAnomaliesInWords(t *testing.T) {
	for _, kind := range trace.AnomalyKinds() {
		one, many := trace.Anomaly{kind, []int{3}}.String(), trace.Anomaly{kind, []int{3, 4, 9}}.String()
		if one[:7] != "1 span " || many[:8] != "3 spans " || one[7:] == many[8:] {
			t.Errorf("%s reads as %q and %q", kind, one, many)
		}
	}
	if got, want := (trace.Anomaly{trace.AnomalyOrphan, []int{0, 1}}).String(), "2 spans have a parent that is not in the trace"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := (trace.Anomaly{trace.AnomalyCycle, []int{0}}).String(), "1 span is its own ancestor"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// broken returns a trace with everything wrong in it, the same for the same seed.
func broken(n int, seed uint64) *trace.Trace {
	rnd := rand.New(rand.NewPCG(seed, 2))
	t := tracegen.Chain(n, seed)
	for i := range t.Spans {
		s := &t.Spans[i]
		switch rnd.IntN(12) {
		case 0:
			s.ParentID = t.Spans[rnd.IntN(n)].SpanID
		case 1:
			s.SpanID = t.Spans[rnd.IntN(n)].SpanID
		case 2:
			s.End = 0
		case 3:
			s.Start, s.End = s.End, s.Start
		case 4:
			s.Start = 0
		case 5:
			s.Start -= 1e9
		case 6:
			binary.BigEndian.PutUint64(s.ParentID[:], 1<<60)
		case 7:
			s.TraceID[0] = byte(rnd.IntN(3))
		case 8:
			s.SpanID = trace.SpanID{}
		}
	}
	return t
}

// TestAnomaliesDoNotDependOnOrder: files hold spans in any order.
func TestAnomaliesDoNotDependOnOrder(t *testing.T) {
	for seed := range uint64(20) {
		tr := broken(300, seed)
		want := describeAnomalies(tr)
		if len(want) < 100 {
			t.Fatalf("seed %d: the trace is hardly broken: %q", seed, want)
		}
		rand.New(rand.NewPCG(seed, 3)).Shuffle(len(tr.Spans), func(i, j int) { tr.Spans[i], tr.Spans[j] = tr.Spans[j], tr.Spans[i] })
		if diff := cmp.Diff(want, describeAnomalies(tr)); diff != "" {
			t.Fatalf("seed %d: %s", seed, diff)
		}
	}
}

// describeAnomalies names the spans instead of their places.
func describeAnomalies(t *trace.Trace) []string {
	var lines []string
	for _, a := range t.Anomalies() {
		if !slices.IsSorted(a.Spans) {
			lines = append(lines, string(a.Kind)+" is not sorted")
		}
		for _, i := range a.Spans {
			s := &t.Spans[i]
			lines = append(lines, string(a.Kind)+" "+s.TraceID.String()+" "+s.SpanID.String()+" "+strconv.FormatInt(s.Start, 10)+" "+s.Attr("hook.name").Str())
		}
	}
	slices.Sort(lines)
	return lines
}

// chainOf returns spans each of which is the child of the one before.
func chainOf(n int) *trace.Trace {
	t := &trace.Trace{Spans: make([]trace.Span, n)}
	for i := range t.Spans {
		s := &t.Spans[i]
		s.TraceID, s.Start, s.End = trace.TraceID{1}, 10, 20
		binary.BigEndian.PutUint64(s.SpanID[:], uint64(i+1))
		binary.BigEndian.PutUint64(s.ParentID[:], uint64(i))
	}
	return t
}

func TestAnomaliesOfDeepTraces(t *testing.T) {
	const n = 200_000
	deep := chainOf(n)
	if got := deep.Anomalies(); got != nil {
		t.Errorf("a chain of %d spans has %v", n, got)
	}
	binary.BigEndian.PutUint64(deep.Spans[0].ParentID[:], n)
	if got := deep.Anomalies(); len(got) != 1 || got[0].Kind != trace.AnomalyCycle || len(got[0].Spans) != n {
		t.Errorf("a circle of %d spans has %d anomalies", n, len(got))
	}
}

func TestSpanDuration(t *testing.T) {
	for _, c := range []struct {
		start, end int64
		want       time.Duration
	}{{10, 30, 20}, {10, 10, 0}, {10, 0, 0}, {30, 10, 0}, {0, math.MaxInt64, math.MaxInt64}, {math.MinInt64, math.MaxInt64, math.MaxInt64}, {math.MaxInt64, math.MinInt64, 0}} {
		s := spanOf(1, 0, c.start, c.end)
		if got := s.Duration(); got != c.want {
			t.Errorf("from %d to %d is %d, want %d", c.start, c.end, got, c.want)
		}
	}
}

func BenchmarkAnomalies(b *testing.B) {
	for _, n := range []int{10_000, 100_000, 1_000_000} {
		tr := chainOf(n)
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				tr.Anomalies()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/span")
		})
	}
}
