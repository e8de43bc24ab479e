package diff_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
	"github.com/chaintrace/chaintrace/trace/startup/diff"
)

// noisy is n starts of one server with 40 hooks, each of which takes as long as
// chance has it: about as far off as jitter says. In some starts one hook fails, in
// others there is a route more. The first hook takes so many times as long as it would.
func noisy(r *rand.Rand, n int, jitter, first float64) []*startup.Startup {
	const hooks = 40
	var out []*startup.Startup
	for range n {
		s := &startup.Startup{Servers: []*startup.Server{{Name: "s", Routes: []startup.Route{route("/a")}}}}
		last := time.Duration(0)
		for i := range hooks {
			took := 30e6 * math.Exp(jitter*r.NormFloat64())
			if i == 0 {
				took *= first
			}
			run := &startup.HookRun{Name: fmt.Sprint(i), Origin: "s", Outcome: attr.OutcomeRan, Interval: startup.Interval{Start: 100 * ms, End: 100*ms + time.Duration(took)}}
			last = max(last, run.End)
			s.Runs = append(s.Runs, run)
		}
		if r.IntN(2) == 0 {
			s.Servers[0].Routes = append(s.Servers[0].Routes, route("/b"))
		}
		if r.IntN(3) == 0 {
			s.Runs[1].Outcome = attr.OutcomeInterrupted
		}
		s.Ready, s.End = &startup.Ready{At: last + ms}, last+2*ms
		s.Signals = []startup.Signal{{Name: startup.SignalReady, At: s.Ready.At}}
		out = append(out, s)
	}
	return out
}

// TestFalseAlarms: of comparisons of starts that differ by chance alone, one in twenty
// may find a change, and no more.
func TestFalseAlarms(t *testing.T) {
	const each = 100
	alarms, comparisons := 0, 0
	for _, jitter := range []float64{0.1, 0.3} {
		for _, n := range []int{4, 6, 10, 20} {
			r := rand.New(rand.NewPCG(uint64(n), uint64(100*jitter)))
			before := alarms
			for range each {
				if d := diff.Compare(noisy(r, n, jitter, 1), noisy(r, n, jitter, 1), diff.DefaultOptions()); !d.Empty() {
					alarms++
				}
			}
			comparisons += each
			t.Logf("%d starts a side, jitter %v: %d alarms in %d", n, jitter, alarms-before, each)
		}
	}
	if alarms > comparisons/20 {
		t.Errorf("%d alarms in %d comparisons", alarms, comparisons)
	}
}

// TestRealChangeIsFound: a hook that takes 30 % longer in each start is found among
// the noise of all others, most times.
func TestRealChangeIsFound(t *testing.T) {
	const comparisons = 100
	r := rand.New(rand.NewPCG(1, 2))
	found, wrong := 0, 0
	for range comparisons {
		for _, one := range diff.Compare(noisy(r, 10, 0.1, 1), noisy(r, 10, 0.1, 1.3), diff.DefaultOptions()).Timing {
			switch {
			case one.Verdict == diff.Undecided, one.Kind != diff.KindHookRun: // the whole may take longer with it
			case one.Name == "0" && one.Verdict == diff.Slower:
				found++
			default:
				wrong++
			}
		}
	}
	t.Logf("found in %d of %d comparisons, with %d wrong ones", found, comparisons, wrong)
	if found < comparisons*9/10 || wrong > found/10 {
		t.Errorf("found in %d of %d comparisons, with %d wrong ones", found, comparisons, wrong)
	}
}

// TestBand: a median within the other side's band is no change, however small p is.
func TestBand(t *testing.T) {
	side := func(tooks ...time.Duration) []*startup.Startup {
		var out []*startup.Startup
		for _, took := range tooks {
			s := chain()
			s.Runs[0].End = s.Runs[0].Start + took*ms
			out = append(out, s)
		}
		return out
	}
	// B is greater but for a few, and A goes up to where B's median is: p is 0.02.
	a := side(50, 51, 52, 53, 54, 55, 150, 151)
	b := side(100, 101, 102, 103, 152, 153, 154, 155)
	d := diff.Compare(a, b, diff.DefaultOptions())
	i := slices.IndexFunc(d.Timing, func(t diff.Timing) bool { return t.Kind == diff.KindHookRun })
	if i < 0 {
		t.Fatal("it is not even told that it may be one")
	}
	if got := d.Timing[i]; got.Verdict != diff.Undecided || got.Adjusted >= 0.05 || got.To > got.FromHigh {
		t.Errorf("%+v", got)
	}
}

// TestFewHaveIt: that a time is of one start on each side does not make it one of a
// comparison of single starts.
func TestFewHaveIt(t *testing.T) {
	side := func(took time.Duration) []*startup.Startup {
		var out []*startup.Startup
		for range 5 {
			out = append(out, chain())
		}
		rare := run("rare", took)
		out[0].Runs = append(out[0].Runs, rare)
		return out
	}
	d := diff.Compare(side(50*ms), side(90*ms), diff.DefaultOptions())
	if !d.Empty() || len(d.Timing) != 1 || d.Timing[0].Verdict != diff.Undecided {
		t.Errorf("%v", lines(d))
	}
}

// TestReadinessIsOneTime: where the signal is what tells of readiness, a change of it
// is one.
func TestReadinessIsOneTime(t *testing.T) {
	late := func(signal, ready time.Duration) *startup.Startup {
		s := chain()
		s.Ready.At, s.Signals = ready, []startup.Signal{{Name: startup.SignalReady, At: signal}}
		return s
	}
	for _, c := range []struct {
		a, b *startup.Startup
		want []string
	}{
		{late(120*ms, 120*ms), late(150*ms, 150*ms), []string{"slower milestone ready 120ms 150ms"}},
		{late(120*ms, 120*ms), late(150*ms, 151*ms), []string{"slower milestone HasBeenReady 120ms 150ms", "slower milestone ready 120ms 151ms"}},
	} {
		got := slices.DeleteFunc(lines(compare(c.a, c.b)), func(s string) bool { return s[:len("slower stage")] == "slower stage" })
		if !slices.Equal(got, c.want) {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
