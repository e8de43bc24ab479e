package stats_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

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
		stats.NewRecord(id(201), &startup.Startup{End: time.Minute}))
	s := stats.Sum(records)
	if s.Starts != 103 || s.Ready != 101 || s.Failed != 1 || s.NotReady != 1 {
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
}
