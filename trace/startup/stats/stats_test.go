package stats_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
	"github.com/chaintrace/chaintrace/trace/startup/stats"
)

const ms = time.Millisecond

// start is one whose hook takes so long, and which is ready then.
func start(i int, took time.Duration) stats.Record {
	run := &startup.HookRun{Name: "slow", Origin: "s", Interval: startup.Interval{Start: 10 * ms, End: 10*ms + took}, Outcome: attr.OutcomeRan}
	quick := &startup.HookRun{Name: "quick", Origin: "s", Interval: startup.Interval{Start: 10 * ms, End: 11 * ms}, Outcome: attr.OutcomeLaunched}
	return stats.NewRecord(id(i), &startup.Startup{
		Start: time.Unix(1_700_000_000+int64(i)*60, 0), Version: "v1", Runs: []*startup.HookRun{run, quick}, Ready: &startup.Ready{At: run.End + 5*ms}, End: time.Hour,
	})
}

func id(i int) trace.TraceID { return trace.TraceID{1, byte(i >> 8), byte(i)} }

func row(t *testing.T, s *stats.Stats, k stats.Key) stats.Row {
	t.Helper()
	for _, r := range s.Rows {
		if r.Key == k {
			return r
		}
	}
	t.Fatalf("there is no row %v among %v", k, s.Rows)
	return stats.Row{}
}

func TestSum(t *testing.T) {
	var records []stats.Record
	for i := range 101 { // 100 to 200 ms, in no order
		records = append(records, start(i, time.Duration(100+i*37%101)*ms))
	}
	failed := &startup.HookRun{Name: "slow", Origin: "s", Interval: startup.Interval{Start: 0, End: time.Hour}, Outcome: attr.OutcomeFailed}
	records = append(records,
		stats.NewRecord(id(200), &startup.Startup{Runs: []*startup.HookRun{failed}, Failure: &startup.Failure{Hook: "slow", At: time.Hour}, End: time.Hour}),
		stats.NewRecord(id(201), &startup.Startup{End: time.Minute, CutOff: true}),
		stats.NewRecord(id(202), &startup.Startup{End: time.Minute}))
	s := stats.Sum(records)
	if s.Starts != 104 || s.Ready != 101 || s.Failed != 1 || s.NotReady != 1 || s.NotShown != 1 {
		t.Errorf("it counts %+v", s)
	}
	slow := row(t, s, stats.Key{Kind: stats.KindHook, Server: "s", Name: "slow"})
	near := func(got, want time.Duration) bool { return (got - want).Abs() < ms }
	if slow.N != 101 || slow.Min != 100*ms || slow.Median != 150*ms || !near(slow.P90, 190*ms) || !near(slow.P95, 195*ms) || slow.Max != 200*ms || slow.Last != 101 {
		t.Errorf("the slow hook: %+v", slow)
	}
	if want := id(30); slow.Worst != want { // 30·37 mod 101 = 100
		t.Errorf("the worst is %v, want %v", slow.Worst, want)
	}
	if quick := row(t, s, stats.Key{Kind: stats.KindHook, Server: "s", Name: "quick"}); quick.Last != 0 || quick.Max != ms {
		t.Errorf("the quick hook: %+v", quick)
	}
	if ready := row(t, s, stats.Key{Kind: stats.KindMilestone, Name: "ready"}); ready.Median != 165*ms || ready.N != 101 {
		t.Errorf("ready: %+v", ready)
	}
	if len(s.Outliers) != 0 {
		t.Errorf("outliers among evenly spread times: %+v", s.Outliers)
	}
	if s.Rows[0].P95 < s.Rows[1].P95 {
		t.Error("the slowest does not come first")
	}
}

// TestNotReadyStarts: what is told of a start that did not get ready are the hooks
// that kept it from it, and not those that only waited for them.
func TestNotReadyStarts(t *testing.T) {
	hung := func(name, in string, end time.Duration) *startup.HookRun {
		return &startup.HookRun{Name: name, Origin: "s", Interval: startup.Interval{Start: 0, End: end}, Outcome: attr.OutcomeHung, BlockedOn: in}
	}
	failed := &startup.HookRun{Name: "fails", Origin: "s", Interval: startup.Interval{Start: 0, End: 5 * ms}, Outcome: attr.OutcomeFailed, Err: "no luck"}
	done := &startup.HookRun{Name: "done", Origin: "s", Interval: startup.Interval{Start: 0, End: 5 * ms}, Outcome: attr.OutcomeRan}
	starts := map[int]*startup.Startup{
		1: {Runs: []*startup.HookRun{hung("waits", "hook:hangs", -1), hung("hangs", "cache:things", -1), done}},
		2: {Runs: []*startup.HookRun{hung("hangs", "cache:things", 7*ms)}},
		3: {Runs: []*startup.HookRun{hung("hangs", "cache:things", -1), failed}, Failure: &startup.Failure{Hook: "fails"}},
		4: {Runs: []*startup.HookRun{hung("egg", "hook:hen", -1), hung("hen", "hook:egg", -1)}},
		5: {Runs: []*startup.HookRun{hung("hangs", "cache:things", -1)}, Ready: &startup.Ready{}},
		6: {},
		7: {Failure: &startup.Failure{Phase: attr.SpanListenerServe, Server: "s", Err: "address in use"}},
	}
	var records []stats.Record
	for i := range 8 {
		if s := starts[i]; s != nil {
			s.Start, s.End = time.Unix(int64(i), 0), time.Hour
			records = append(records, stats.NewRecord(id(i), s))
		}
	}
	sum := stats.Sum(records)
	key := func(name string) stats.Key { return stats.Key{Kind: stats.KindHook, Server: "s", Name: name} }
	start := func(i int, outcome startup.Outcome, troubles ...stats.Trouble) stats.Troubled {
		return stats.Troubled{TraceID: id(i), Begun: time.Unix(int64(i), 0), Outcome: outcome, Troubles: troubles}
	}
	want := []stats.Troubled{
		start(1, startup.OutcomeNotReady, stats.Trouble{Key: key("hangs"), Why: "cache:things"}),
		start(2, startup.OutcomeNotReady, stats.Trouble{Key: key("hangs"), Took: 7 * ms, Why: "cache:things"}),
		start(3, startup.OutcomeFailed, stats.Trouble{Key: key("fails"), Failed: true, Took: 5 * ms, Why: "no luck"}),
		start(4, startup.OutcomeNotReady, stats.Trouble{Key: key("egg"), Why: "hook:hen"}, stats.Trouble{Key: key("hen"), Why: "hook:egg"}),
		start(6, startup.OutcomeNotShown),
		start(7, startup.OutcomeFailed, stats.Trouble{Key: stats.Key{Kind: stats.KindPhase, Server: "s", Name: attr.SpanListenerServe}, Failed: true, Why: "address in use"}),
	}
	if diff := cmp.Diff(want, sum.NotReadyStarts); diff != "" {
		t.Error(diff)
	}
	hooks := []stats.TroubledHook{
		{Key: key("hangs"), Unfinished: 2}, {Key: key("egg"), Unfinished: 1}, {Key: key("fails"), Failed: 1}, {Key: key("hen"), Unfinished: 1},
		{Key: stats.Key{Kind: stats.KindPhase, Server: "s", Name: attr.SpanListenerServe}, Failed: 1},
	}
	if diff := cmp.Diff(hooks, sum.TroubledHooks); diff != "" {
		t.Error(diff)
	}
}

// TestMilestones: also of a start that did not get ready.
func TestMilestones(t *testing.T) {
	s := &startup.Startup{
		Phases:  []startup.Phase{{Name: attr.SpanListenerServe, Interval: startup.Interval{Start: 3 * ms, End: 4 * ms}}},
		Signals: []startup.Signal{{Name: startup.MuxComplete, At: 9 * ms}}, End: time.Hour,
	}
	sum := stats.Sum([]stats.Record{stats.NewRecord(id(1), s)})
	for name, want := range map[string]time.Duration{"listening": 4 * ms, startup.MuxComplete: 9 * ms} {
		if r := row(t, sum, stats.Key{Kind: stats.KindMilestone, Name: name}); r.Max != want {
			t.Errorf("%s: %+v, want %v", name, r, want)
		}
	}
}

func TestOutliers(t *testing.T) {
	var records []stats.Record
	for i := range 20 {
		records = append(records, start(i, 100*ms)) // always the same, as in simulated time
	}
	records[7] = start(7, 101*ms) // within a twentieth
	records[9] = start(9, 900*ms)
	s := stats.Sum(records)
	hooks := 0
	for _, o := range s.Outliers {
		if o.TraceID != id(9) {
			t.Errorf("%+v is none", o)
		}
		if o.Kind == stats.KindHook && o.Took == 900*ms && o.Median == 100*ms {
			hooks++
		}
	}
	if hooks != 1 {
		t.Errorf("the outliers are %+v", s.Outliers)
	}
	if few := stats.Sum(records[5:12]); len(few.Outliers) != 0 {
		t.Errorf("outliers among 7 starts: %+v", few.Outliers)
	}
}

func TestTrend(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for want, took := range map[stats.Direction]func(i int) time.Duration{
		stats.Slower: func(i int) time.Duration { return time.Duration(1000+10*i) * ms },
		stats.Faster: func(i int) time.Duration { return time.Duration(2000-10*i) * ms },
		stats.Steady: func(int) time.Duration { return 1000 * ms },
	} {
		var records []stats.Record
		for i := range 50 {
			records = append(records, start(i, took(i)+time.Duration(r.Int64N(int64(20*ms)))))
		}
		r.Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
		got := stats.Sum(records).Trend
		n := 0
		for _, g := range got.Groups {
			n += g.N
		}
		if got.Direction != want || len(got.Groups) != 12 || n != 50 || got.P < 0 || got.P > 1 {
			t.Errorf("%s: %+v", want, got)
		}
		if few := stats.Sum(records[:5]).Trend; few.Direction != stats.Undecided || len(few.Groups) != 5 {
			t.Errorf("of 5 starts: %+v", few)
		}
	}
	if none := stats.Sum(nil); none.Starts != 0 || len(none.Trend.Groups) != 0 || len(none.Rows) != 0 {
		t.Errorf("of nothing: %+v", none)
	}
}

// TestRecordsAreBounded: a hostile start makes no more of a record than a sound
// one can.
func TestRecordsAreBounded(t *testing.T) {
	s := &startup.Startup{End: time.Hour}
	for i := range 100_000 {
		s.Runs = append(s.Runs, &startup.HookRun{Name: fmt.Sprint(i), Interval: startup.Interval{Start: 0, End: time.Duration(i)}, Outcome: attr.OutcomeRan})
	}
	sum := stats.Sum([]stats.Record{stats.NewRecord(id(1), s)})
	if len(sum.Rows) > 1010 || sum.Rows[0].Name != "99999" {
		t.Errorf("%d times are kept, first %+v", len(sum.Rows), sum.Rows[0])
	}
	for _, r := range s.Runs {
		r.Outcome, r.Err = attr.OutcomeFailed, strings.Repeat("é", 10_000)
	}
	troubles := stats.Sum([]stats.Record{stats.NewRecord(id(1), s)}).NotReadyStarts[0].Troubles
	if len(troubles) > 8 || len(troubles[0].Why) > 210 || !utf8.ValidString(troubles[0].Why) {
		t.Errorf("%d hooks are kept, with %d bytes of an error", len(troubles), len(troubles[0].Why))
	}
}
