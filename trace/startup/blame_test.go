package startup_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// blamed writes what is to blame, in milliseconds.
func blamed(all []startup.Blame) string {
	var b strings.Builder
	for _, e := range all {
		fmt.Fprint(&b, strings.Join(strings.Fields(fmt.Sprintf("%d %s %s %s %s", e.Took.Milliseconds(), e.Kind, e.Name, e.Server, e.Conduct)), " "))
		for _, p := range e.Parts {
			fmt.Fprintf(&b, ", %s", p.What)
			if p.Known {
				fmt.Fprintf(&b, " %d", p.Took.Milliseconds())
			}
		}
		if h, ok := e.Headroom(); ok {
			fmt.Fprintf(&b, "; %d of %d, enforced %v", h.Left.Milliseconds(), h.Deadline.Milliseconds(), h.Enforced)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestBlame(t *testing.T) {
	b := oneServer()
	b.hook("launched", 101, 101, outcome(attr.OutcomeLaunched), kv(attr.HookBehavior, attr.BehaviorLaunches))
	b.hook("ran", 101, 131, outcome(attr.OutcomeRan), kv(attr.HookBehavior, attr.BehaviorRuns))
	b.hook("waited", 101, 201, outcome(attr.OutcomeRan), kv(attr.HookBehavior, attr.BehaviorWaits), waits("timer:60ms", "hook:ran"), number(attr.HookDeadline, 400e6), kv(attr.HookAtDeadline, attr.DeadlineFails))
	b.event(attr.EventHookStep, 101, kv(attr.HookStep, "timer:60ms"))
	b.event(attr.EventHookStep, 161, kv(attr.HookStep, "hook:ran"))
	b.hook("swallowed", 101, 222, outcome(attr.OutcomeRan), kv(attr.HookBehavior, attr.BehaviorWaits), waits("cache:c"), number(attr.HookDeadline, 120e6), kv(attr.HookAtDeadline, attr.DeadlinePasses), flag(attr.HookDeadlineHit))
	b.hook("failed", 101, 450, outcome(attr.OutcomeFailed), number(attr.HookDeadline, 1000e6), kv(attr.HookAtDeadline, attr.DeadlineIgnored))
	b.hook("interrupted", 102, 450, outcome(attr.OutcomeInterrupted))
	b.hook("unfinished", 110, 0, waits("cache:d"))
	const want = `390 hook unfinished s hung, cache:d
349 hook failed s failed; 651 of 1000, enforced false
348 hook interrupted s interrupted
121 hook swallowed s swallowed, cache:c; -1 of 120, enforced true
100 hook waited s waited, timer:60ms 60, hook:ran 40; 300 of 400, enforced true
30 hook ran s ran
28 phase server.create s
20 phase config.build
18 phase server.prepare s
10 phase listener.serve s
0 hook launched s launched
`
	if diff := cmp.Diff(want, blamed(b.read(t).Blame())); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestConductWithoutBehavior: where nobody says how a hook behaves, what it did
// does.
func TestConductWithoutBehavior(t *testing.T) {
	b := oneServer()
	b.hook("waited", 101, 201, outcome(attr.OutcomeRan), waits("hook:ran", "work:w"))
	b.event(attr.EventHookStep, 101, kv(attr.HookStep, "hook:ran"))
	b.event(attr.EventHookStep, 161, kv(attr.HookStep, "work:w"))
	b.hook("worked", 101, 200, outcome(attr.OutcomeRan), waits("cache:c", "work:w"))
	b.event(attr.EventHookStep, 101, kv(attr.HookStep, "cache:c"))
	b.event(attr.EventHookStep, 121, kv(attr.HookStep, "work:w"))
	b.hook("only waits", 101, 199, outcome(attr.OutcomeRan), waits("timer:1s", "cache:c"))
	b.hook("both", 101, 198, outcome(attr.OutcomeRan), waits("timer:1s", "loopback:x"))
	b.hook("told", 101, 197, outcome(attr.OutcomeRan), kv(attr.HookBehavior, attr.BehaviorRuns), waits("cache:c"))
	var got []string
	for _, e := range b.read(t).Blame()[:5] {
		got = append(got, e.Name+" "+string(e.Conduct))
	}
	if diff := cmp.Diff([]string{"waited waited", "worked ran", "only waits waited", "both ran", "told ran"}, got); diff != "" {
		t.Error(diff)
	}
}

// TestBlamePhases: a phase without an end took until a later kind began, and the
// one whose error ended the process is marked.
func TestBlamePhases(t *testing.T) {
	b := newBuilder()
	b.add(trace.SpanID{}, attr.SpanStartup, 0, 0)
	b.add(trace.SpanID{}, attr.SpanConfigBuild, 10, 0)
	b.of("s", attr.SpanServerCreate, 40, 60)
	b.fails("no")
	if diff := cmp.Diff("30 phase config.build\n20 phase server.create s failed\n", blamed(b.read(t).Blame())); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestStepsAreKeptWithinTheRun(t *testing.T) {
	b := oneServer()
	b.hook("a", 101, 150, outcome(attr.OutcomeRan))
	b.event(attr.EventHookStep, 50, kv(attr.HookStep, "timer:1s"))
	b.event("of no account", 60)
	b.event(attr.EventHookStep, 120, kv(attr.HookStep, "cache:c"))
	b.event(attr.EventHookStep, 900, kv(attr.HookStep, "work:w"))
	b.hook("open", 101, 0)
	b.event(attr.EventHookStep, 130, kv(attr.HookStep, "cache:c"))
	s := b.read(t)
	at := func(start, end time.Duration) startup.Interval {
		return startup.Interval{Start: start * ms, End: end * ms}
	}
	want := []startup.Step{{What: "timer:1s", Interval: at(101, 120)}, {What: "cache:c", Interval: at(120, 150)}, {What: "work:w", Interval: at(150, 150)}}
	if diff := cmp.Diff(want, s.Runs[0].Steps); diff != "" {
		t.Error(diff)
	}
	if steps := s.Runs[1].Steps; len(steps) != 1 || steps[0].Start != 130*ms || steps[0].End >= 0 {
		t.Errorf("the steps of a run that did not end: %+v", steps)
	}
}
