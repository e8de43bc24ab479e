package startup_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// checkOffsets holds every time of a start to what Startup promises.
func checkOffsets(t *testing.T, s *startup.Startup) {
	t.Helper()
	interval := func(what string, i startup.Interval) {
		if i.Start < 0 || i.Duration() < 0 || i.End != -1 && i.End < i.Start {
			t.Errorf("%s is from %d to %d", what, i.Start, i.End)
		}
		if i.End > s.End || i.Start > s.End {
			t.Errorf("%s is from %d to %d, and the trace ends at %d", what, i.Start, i.End, s.End)
		}
	}
	moment := func(what string, d time.Duration) { interval(what, startup.Interval{Start: d, End: d}) }
	for _, sv := range s.Servers {
		interval("Create", sv.Create)
		interval("New", sv.New)
		interval("Prepare", sv.Prepare)
	}
	for _, p := range s.Phases {
		interval(p.Name, p.Interval)
	}
	for _, r := range s.Runs {
		interval("a run", r.Interval)
	}
	for _, sig := range s.Signals {
		moment("a signal", sig.At)
	}
	if s.Ready != nil {
		moment("ready", s.Ready.At)
	}
	if s.Failure != nil {
		moment("the failure", s.Failure.At)
	}
	moment("the end", s.End)
}

// TestTimesThatCannotBe: whatever the times of one span are, the others keep
// theirs, and what is shown otherwise is said.
func TestTimesThatCannotBe(t *testing.T) {
	for _, c := range []struct {
		name       string
		start, end int64
		want       startup.Interval
		problem    string
	}{
		{"in order", base + 30e6, base + 40e6, startup.Interval{Start: 30 * ms, End: 40 * ms}, ""},
		{"before the start", base - 30e6, base + 40e6, startup.Interval{Start: 0, End: 40 * ms}, "1 span begins before the start itself; shown at the beginning"},
		{"all of it before", base - 30e6, base - 20e6, startup.Interval{}, "1 span begins before the start itself"},
		{"no start", 0, base + 40e6, startup.Interval{Start: 0, End: 40 * ms}, "1 span has no valid start time; shown at the beginning"},
		{"nothing at all", 0, 0, startup.Interval{Start: 0, End: -1}, "1 span has no valid start time; shown at the beginning"},
		{"before 1970", -5, -3, startup.Interval{}, "1 span has no valid start time"},
		{"the smallest number", math.MinInt64, math.MinInt64, startup.Interval{}, "1 span has no valid start time"},
		{"backward", base + 30e6, base + 20e6, startup.Interval{Start: 30 * ms, End: 30 * ms}, "1 span has an end before the start"},
		{"as far backward as can be", math.MaxInt64, math.MinInt64, startup.Interval{Start: time.Duration(math.MaxInt64 - base), End: time.Duration(math.MaxInt64 - base)}, "1 span has an end before the start"},
		{"no end", base + 30e6, 0, startup.Interval{Start: 30 * ms, End: -1}, "1 span has no end"},
		{"never to end", base + 30e6, math.MaxInt64, startup.Interval{Start: 30 * ms, End: time.Duration(math.MaxInt64 - base)}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBuilder()
			root := b.add(trace.SpanID{}, attr.SpanStartup, 0, 100)
			b.add(trace.SpanID{}, attr.SpanHookRun, 10, 20, kv(attr.HookName, "hook"))
			b.Spans[1].Start, b.Spans[1].End = c.start, c.end
			b.add(root, attr.SpanReady, 50, 60)
			s := b.read(t)
			checkOffsets(t, s)
			if s.Runs[0].Interval != c.want {
				t.Errorf("it is read as %v to %v, want %v to %v", s.Runs[0].Start, s.Runs[0].End, c.want.Start, c.want.End)
			}
			if s.Ready.At != 60*ms || !s.Start.Equal(time.Unix(0, base)) {
				t.Errorf("the start at %v is ready after %v", s.Start, s.Ready.At)
			}
			all := strings.Join(s.Problems, "\n")
			if (all == "") != (c.problem == "") || !strings.Contains(all, c.problem) {
				t.Errorf("the problems are %q, want %q", s.Problems, c.problem)
			}
		})
	}
}

// TestHostileTimes: no mixture of times breaks what Startup promises, nor does
// it make the order of the spans count.
func TestHostileTimes(t *testing.T) {
	times := []int64{math.MinInt64, -1, 0, 0, 1, base - 1, base, base + 1e6, base + 2e6, math.MaxInt64}
	for seed := range uint64(300) {
		rnd := rand.New(rand.NewPCG(seed, 0))
		b := chainOfTwo()
		for i := range b.Spans {
			b.Spans[i].Start, b.Spans[i].End = times[rnd.IntN(len(times))], times[rnd.IntN(len(times))]
			if b.Spans[i].Name == attr.SpanHookRun && rnd.IntN(2) == 0 {
				b.Spans[i].Attrs = append([]trace.Attr{kv(attr.HookOutcome, attr.OutcomeFailed)}, b.Spans[i].Attrs...)
			}
		}
		want := b.read(t)
		checkOffsets(t, want)
		rnd.Shuffle(len(b.Spans), func(i, j int) { b.Spans[i], b.Spans[j] = b.Spans[j], b.Spans[i] })
		if diff := cmp.Diff(want, b.read(t)); diff != "" {
			t.Errorf("the order of spans matters: %s", diff)
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// TestWhereTimeBegins: with the span startup, or else with the earliest span
// that has a time.
func TestWhereTimeBegins(t *testing.T) {
	b := newBuilder()
	b.add(trace.SpanID{}, attr.SpanStartup, 20, 100)
	b.add(trace.SpanID{}, attr.SpanHookRun, 0, 90)
	b.add(trace.SpanID{}, attr.SpanHookRun, 30, 90)
	b.add(trace.SpanID{}, attr.SpanSignal, 10, 10)
	b.add(trace.SpanID{}, attr.SpanSignal, 50, 50)
	b.Spans[1].Start = 0
	s := b.read(t)
	if got := s.Start.UnixNano() - base; got != 20e6 || s.End != 80*ms {
		t.Errorf("time begins at %d and ends at %v", got, s.End)
	}
	if s.Signals[0].At != 0 || s.Signals[1].At != 30*ms {
		t.Errorf("the signals are %v", s.Signals)
	}

	for i := range 3 {
		b.Spans[i].Name = "other"
	}
	if s := b.read(t); s.Start.UnixNano()-base != 10e6 || s.End != 90*ms {
		t.Errorf("without a startup span, time begins at %v and ends at %v", s.Start, s.End)
	}

	for i := range b.Spans {
		b.Spans[i].Start, b.Spans[i].End = 0, 0
	}
	if s := b.read(t); s.Start.UnixNano() != 0 || s.End != 0 {
		t.Errorf("without times, time begins at %v and ends at %v", s.Start, s.End)
	}
}

// TestFailureThatNobodySawEnd: the recorder may have died before the process.
func TestFailureThatNobodySawEnd(t *testing.T) {
	b := newBuilder()
	b.add(trace.SpanID{}, attr.SpanStartup, 0, 0)
	b.add(trace.SpanID{}, attr.SpanHookRun, 10, 0, kv(attr.HookName, "hook"), kv(attr.HookOutcome, attr.OutcomeFailed))
	b.add(trace.SpanID{}, attr.SpanSignal, 30, 30)
	s := b.read(t)
	checkOffsets(t, s)
	if s.Failure == nil || s.Failure.At != 30*ms {
		t.Errorf("the failure is %+v, want one at the end of the trace", s.Failure)
	}
}

// TestEachProblemIsToldOnce: one mechanism counts what is wrong with spans.
func TestEachProblemIsToldOnce(t *testing.T) {
	b := newBuilder()
	root := b.add(trace.SpanID{99}, attr.SpanStartup, 10, 100) // called by something elsewhere
	child := b.add(root, attr.SpanSignal, 5, 6)
	b.add(trace.SpanID{98}, attr.SpanSignal, 20, 20)
	self := b.add(trace.SpanID{}, attr.SpanHooksRun, 30, 40)
	b.Spans[3].ParentID = self
	b.add(root, attr.SpanHookRun, 50, 0)
	b.Spans = append(b.Spans, b.Spans[1])
	b.add(child, attr.SpanReady, 60, 70)
	b.Spans[6].SpanID = trace.SpanID{}
	want := []string{
		"1 span has a parent that is not in the trace",
		"1 span is its own ancestor",
		"1 span has an ID that another span has",
		"1 span has no end",
		"2 spans start before their parents, as clocks disagree",
		"1 span has no ID, or no trace ID",
		"1 span begins before the start itself; shown at the beginning",
	}
	if diff := cmp.Diff(want, b.read(t).Problems); diff != "" {
		t.Error(diff)
	}
}

// TestLargeTraces: no step may take the square of what there is.
func TestLargeTraces(t *testing.T) {
	const n = 30_000
	b := newBuilder()
	root := b.add(trace.SpanID{}, attr.SpanStartup, 0, 0)
	parent := root
	b.add(root, attr.SpanReady, 1, 0)
	for i := range n {
		hook, next := "hook-"+time.Duration(i).String(), "hook-"+time.Duration(i+1).String()
		outcome := attr.OutcomeHung
		if i == n-1 {
			outcome = attr.OutcomeFailed
		}
		b.of("inner", attr.SpanHookRegister, 1, 2, kv(attr.HookName, hook))
		b.of("inner", attr.SpanCheckAdd, 1, 2, kv(attr.CheckName, hook))
		b.of("outer", attr.SpanCheckSkip, 1, 2, kv(attr.CheckName, hook))
		b.add(root, attr.SpanHookRun, 3, 4, kv(attr.HookName, hook), kv(attr.HookOutcome, outcome), list(attr.HookWaitsFor, "hook:"+next))
		parent = b.add(parent, attr.SpanServerPrepare, 2, 3, kv(attr.ServerName, "inner"))
		b.Spans[1].Events = append(b.Spans[1].Events, trace.Event{Name: attr.EventCheckMasked, Attrs: []trace.Attr{kv(attr.CheckName, hook), kv(attr.CheckSkippedBy, "outer")}})
		b.of("inner", attr.SpanCheckAdd, 1, 2, kv(attr.CheckName, "ready-"+hook), list(attr.CheckEndpoints, attr.Readyz))
		b.Spans[1].Events = append(b.Spans[1].Events, trace.Event{Name: attr.EventCheckMasked, Attrs: []trace.Attr{
			kv(attr.CheckName, "ready-"+hook), kv(attr.CheckOrigin, "inner"), kv(attr.CheckSkippedBy, "outer")}})
	}
	b.of("outer", attr.SpanServerNew, 1, 2, kv(attr.ServerDelegate, "inner"))
	s := b.read(t)
	checkOffsets(t, s)
	if s.Runs[0].BecauseOf == "" || len(s.Server("outer").Checks) != 3*n || s.Server("outer").Checks[0].State != startup.CheckMasked {
		t.Errorf("of a large trace it reads %+v and %+v", s.Runs[0], s.Server("outer").Checks[0])
	}
}
