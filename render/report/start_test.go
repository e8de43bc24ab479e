package report_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/chaintrace/chaintrace/render/report"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

const ms = time.Millisecond

// none is when something was that the trace does not tell of.
var none = startup.Interval{Start: 0, End: -1}

// from is an interval in milliseconds.
func from(start, end time.Duration) startup.Interval {
	return startup.Interval{Start: start * ms, End: end * ms}
}

func text(t *testing.T, a answer) string {
	t.Helper()
	var b bytes.Buffer
	if err := a.WriteText(&b, report.Style{}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestHowAStartEnded: the trace's own words, no more.
func TestHowAStartEnded(t *testing.T) {
	run := &startup.HookRun{Name: "late", Interval: from(1, 9), Outcome: attr.OutcomeFailed, Err: "boom"}
	hook := &startup.Failure{Hook: "late", Run: run, Err: "boom", At: 9 * ms}
	watch := from(1, 5)
	for _, c := range []struct {
		name                string
		s                   startup.Startup
		blame, time, milest string
	}{
		{"ready", startup.Startup{Ready: &startup.Ready{At: 5 * ms, How: startup.ReadyBySignal}},
			"was ready after 5.0 ms", "was ready in 5.0 ms (unexplained)", "ready           @5.0 ms  the server says so: HasBeenReady\n"},
		{"failed and ready", startup.Startup{Runs: []*startup.HookRun{run}, Ready: &startup.Ready{At: 5 * ms}, Failure: hook},
			"failed after 9.0 ms: late: boom", "failed after 8.0 ms (hooks, unfinished)", "not done        1 hook: late\nready           @5.0 ms\nfailed          @9.0 ms  late: boom\n"},
		{"a phase failed", startup.Startup{Failure: &startup.Failure{Phase: attr.SpanServerCreate, Server: "s", At: 9 * ms}},
			"failed after 9.0 ms: server.create s: the trace does not say why", "failed after 9.0 ms (unexplained)", "failed          @9.0 ms  server.create s: the trace does not say why\n"},
		{"looked at", startup.Startup{Watch: &watch, End: 9 * ms},
			"was not ready after 9.0 ms", "was not ready after 9.0 ms (unexplained)", "ready           never, within 9.0 ms of this trace\n"},
		{"not looked at", startup.Startup{End: 9 * ms},
			"shows no readiness within 9.0 ms", "shows no readiness within 9.0 ms (unexplained)", "ready           not shown within 9.0 ms of this trace\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, _, _ := strings.Cut(text(t, report.NewBlame(&c.s, false)), "\n"); got != "the server chain "+c.blame {
				t.Errorf("blame begins %q", got)
			}
			first, rest, _ := strings.Cut(text(t, report.NewTime(&c.s)), "\n")
			if !strings.HasPrefix(first, "the server chain "+c.time) || rest != c.milest {
				t.Errorf("time is %q\n%s", first, rest)
			}
		})
	}
}

// TestBlameSaysHow: what a hook did is not hidden by what it did then, and
// headroom is never shown larger than it is.
func TestBlameSaysHow(t *testing.T) {
	launched := func(end time.Duration, steps ...startup.Step) *startup.HookRun {
		return &startup.HookRun{Name: "h", Interval: from(0, end), Outcome: attr.OutcomeLaunched, WaitsFor: []string{"cache:c"}, Steps: steps}
	}
	limited := func(took, deadline time.Duration) *startup.HookRun {
		return &startup.HookRun{Name: "h", Interval: startup.Interval{End: took}, Outcome: attr.OutcomeRan, Deadline: deadline}
	}
	for _, c := range []struct {
		run  *startup.HookRun
		want string
	}{
		{launched(0), "0 ms h launched: its work goes on in the background"},
		{launched(299), "299 ms h launched after 299 ms: its work goes on in the background"},
		{launched(3000, startup.Step{What: "timer:3s", Interval: from(0, 3000)}), "3.00 s h launched after a fixed wait of 3s: its work goes on in the background"},
		{launched(3000, startup.Step{What: "timer:5s", Interval: from(0, 3000)}), "3.00 s h launched after 3.00 s of a fixed wait of 5s: its work goes on in the background"},
		{launched(3000, startup.Step{What: "timer:long", Interval: from(0, 3000)}), "3.00 s h launched after 3.00 s of a fixed wait of long: its work goes on in the background"},
		{limited(2600*ms, 30*time.Second), "2.60 s h +27.4s of 30s (91%) ran"},
		{limited(203*ms, 5*time.Minute), "203 ms h +4m59.7s of 5m (99%) ran"},
		{limited(time.Millisecond, 2*time.Hour), "1.0 ms h +1h59m59s of 2h (99%) ran"},
		{limited(0, time.Minute), "0 ms h +1m of 1m (100%) ran"},
		{limited(31*time.Second, 30*time.Second), "31.00 s h -1s of 30s (-4%) ran"},
		{limited(49*ms, 1), "49 ms h -48ms of 1ns (<-999%) ran"},
		{limited(49*ms, 1<<63-1), "49 ms h +2562047h47m16s of 2562047h47m16.854775807s (99%) ran"},
	} {
		s := &startup.Startup{Runs: []*startup.HookRun{c.run}}
		rows := strings.Split(text(t, report.NewBlame(s, false)), "\n")
		if got := strings.Join(strings.Fields(rows[2]), " "); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
	if got, want := text(t, report.NewBlame(&startup.Startup{}, false)), "The trace shows no hook and no phase.\n"; !strings.HasSuffix(got, want) {
		t.Errorf("without rows it says %q", got)
	}
}

// TestCriticalChainBeside: what is no link is told below the chain.
func TestCriticalChainBeside(t *testing.T) {
	s := &startup.Startup{
		Runs: []*startup.HookRun{{Name: "a", Interval: from(1, 5), Outcome: attr.OutcomeRan}}, End: 9 * ms,
		Signals: []startup.Signal{{Name: "Complete", At: 6 * ms}},
		Passed:  []startup.Passed{{Check: "ping", At: 2 * ms}, {Check: "etcd", At: 6 * ms}},
		Servers: []*startup.Server{{Name: "s", Create: none, Prepare: none, PostStart: []*startup.Hook{{Name: "guilty"}}}},
	}
	for to, want := range map[string]string{
		"":         "never ready: the trace ends @9.0 ms\n└─(gap) @9.0 ms +9.0 ms\n\nRegistered, but without a run in this trace: guilty\n",
		"Complete": "signal Complete @6.0 ms\n└─(gap) @6.0 ms +6.0 ms\n\nDone last before it, but perhaps not its cause: a\n",
		"etcd":     "check etcd @6.0 ms +5.0 ms  had not passed @2.0 ms\n└─(gap) @1.0 ms +1.0 ms\n",
	} {
		a, err := report.NewCriticalChain(s, to, "")
		if err != nil {
			t.Fatal(err)
		}
		_, got, _ := strings.Cut(text(t, a), "\n\n")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: -want +got:\n%s", to, diff)
		}
	}
}

// TestCriticalChainTextIsLinear: each link of a long chain takes as much text as
// the last.
func TestCriticalChainTextIsLinear(t *testing.T) {
	size := func(links int) int { return len(text(t, hung(t, links))) }
	first, second, third := size(1000), size(2000), size(3000)
	if first == 0 || third-second != second-first {
		t.Errorf("1,000 links more take %d bytes, another 1,000 take %d", second-first, third-second)
	}
}

// hung is the chain of a start of hooks that all wait for the next one.
func hung(t testing.TB, hooks int) *report.CriticalChain {
	s := &startup.Startup{End: 9 * ms}
	for i := range hooks {
		s.Runs = append(s.Runs, &startup.HookRun{
			Name: fmt.Sprintf("h%06d", i), Interval: startup.Interval{Start: ms, End: -1}, WaitsFor: []string{fmt.Sprintf("hook:h%06d", i+1)},
		})
	}
	a, err := report.NewCriticalChain(s, "", "")
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// full is a disk without space.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestCriticalChainTellsOfWriteErrors(t *testing.T) {
	if err := hung(t, 3).WriteText(full{}, report.Style{}); err == nil {
		t.Error("it says that all was written")
	}
}

func BenchmarkCriticalChainText(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		a := hung(b, n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := a.WriteText(&bytes.Buffer{}, report.Style{}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/link")
		})
	}
}

// TestTimeTellsWhoSawReadiness: a client sees it from outside, the recorder in the
// server does not.
func TestTimeTellsWhoSawReadiness(t *testing.T) {
	for _, c := range []struct{ source, how, want string }{
		{attr.SourceModel, "computed", "/readyz of the model answered 200"},
		{attr.SourceInstrumented, "observed", "seen inside the server"},
		{attr.SourceObserved, "observed", "seen from outside"},
		{"", startup.ReadyBySignal, "the server says so: HasBeenReady"},
	} {
		s := &startup.Startup{Source: c.source, Ready: &startup.Ready{At: time.Second, How: c.how}}
		if got := text(t, report.NewTime(s)); !strings.Contains(got, "ready           @1.00 s  "+c.want+"\n") {
			t.Errorf("%s, %s: %q is not in\n%s", c.source, c.how, c.want, got)
		}
	}
}
