package startup_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// stages writes where the time went, in milliseconds.
func stages(timing startup.Timing) string {
	var all []string
	for _, stage := range timing.Stages {
		open := ""
		if stage.Unfinished {
			open = "?"
		}
		all = append(all, fmt.Sprintf("%s %d-%d%s", stage.Name, stage.Interval.Start.Milliseconds(), stage.End.Milliseconds(), open))
	}
	return fmt.Sprintf("%s, unexplained %d of %d", strings.Join(all, ", "), timing.Unexplained.Milliseconds(), timing.Total.Milliseconds())
}

// without leaves out the spans of a name, as a recorder does that died before
// they ended.
func (b *builder) without(name string) {
	kept := b.Spans[:0]
	for _, s := range b.Spans {
		if s.Name != name {
			kept = append(kept, s)
		}
	}
	b.Spans = kept
}

// Cases worked out by hand.
func TestTiming(t *testing.T) {
	const before = "config 10-30, construction 30-62, prepare 62-80, listening 80-90, "
	for _, c := range []struct {
		name string
		add  func(b *builder)
		want string
	}{
		{"a hook that goes on after readiness", func(b *builder) {
			b.hook("a", 101, 150, outcome(attr.OutcomeRan))
			b.hook("late", 101, 390, outcome(attr.OutcomeRan))
			b.of("s", attr.SpanReady, 100, 170)
		}, before + "hooks 100-150, ready 150-170, unexplained 20 of 170"},
		{"a failure", func(b *builder) {
			b.hook("a", 101, 150, outcome(attr.OutcomeRan))
			b.hook("b", 101, 160, outcome(attr.OutcomeFailed))
		}, before + "hooks 100-160?, unexplained 20 of 160"},
		{"a failure after readiness", func(b *builder) {
			b.hook("a", 101, 150, outcome(attr.OutcomeRan))
			b.hook("late", 101, 390, outcome(attr.OutcomeFailed))
			b.of("s", attr.SpanReady, 100, 160)
		}, before + "hooks 100-390?, unexplained 20 of 390"},
		{"no span of the hooks together", func(b *builder) {
			b.without(attr.SpanHooksRun)
			b.hook("a", 101, 150, outcome(attr.OutcomeRan))
			b.of("s", attr.SpanReady, 100, 170)
		}, before + "hooks 101-150, ready 150-170, unexplained 21 of 170"},
		{"no span of the hooks together, and a failure", func(b *builder) {
			b.without(attr.SpanHooksRun)
			b.hook("a", 101, 150, outcome(attr.OutcomeRan))
			b.hook("b", 101, 160, outcome(attr.OutcomeFailed))
		}, before + "hooks 101-160?, unexplained 21 of 160"},
		{"no hook that was done", func(b *builder) {
			b.hook("a", 101, 0)
			b.of("s", attr.SpanReady, 100, 160)
		}, before[:len(before)-2] + ", unexplained 80 of 160"},
		{"a hook that hangs", func(b *builder) {
			b.hook("a", 101, 150, outcome(attr.OutcomeRan))
			b.hook("b", 101, 400, outcome(attr.OutcomeHung))
		}, before + "hooks 100-400?, unexplained 120 of 500"},
		{"only what was finished", func(b *builder) {
			b.without(attr.SpanHooksRun)
			b.noRun("guilty")
			b.hook("a", 101, 150, outcome(attr.OutcomeRan))
		}, before + "hooks 101-500?, unexplained 21 of 500"},
		{"a listener's span that has no end", func(b *builder) {
			b.Spans[5].End = 0
			b.hook("a", 101, 150, outcome(attr.OutcomeRan))
			b.of("s", attr.SpanReady, 100, 160)
		}, strings.Replace(before, "80-90", "80-100?", 1) + "hooks 100-150, ready 150-160, unexplained 10 of 160"},
		{"a listener's span that lasts as long as it listens", func(b *builder) {
			b.Spans[5].End = base + 500e6
			b.hook("a", 101, 150, outcome(attr.OutcomeRan))
			b.of("s", attr.SpanReady, 100, 160)
		}, strings.Replace(before, "80-90", "80-100", 1) + "hooks 100-150, ready 150-160, unexplained 10 of 160"},
		{"never ready, though all hooks were done", func(b *builder) {
			b.hook("a", 101, 150, outcome(attr.OutcomeRan))
			b.of("s", attr.SpanReady, 100, 0)
		}, before + "hooks 100-150, unexplained 370 of 500"},
		{"a config that is completed within the construction", func(b *builder) {
			b.add(trace.SpanID{}, attr.SpanConfigComplete, 40, 45)
			b.hook("a", 101, 150, outcome(attr.OutcomeRan))
			b.of("s", attr.SpanReady, 100, 150)
		}, "config 10-30, construction 30-40, config 40-45, construction 45-62, prepare 62-80, listening 80-90, hooks 100-150, unexplained 20 of 150"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := oneServer()
			c.add(b)
			if got := stages(b.read(t).Timing()); c.want != got {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// TestTimingOfOverlappingPhases: the later of two counts.
func TestTimingOfOverlappingPhases(t *testing.T) {
	b := newBuilder()
	b.add(trace.SpanID{}, attr.SpanStartup, 0, 100)
	b.add(trace.SpanID{}, attr.SpanConfigBuild, 0, 50)
	b.add(trace.SpanID{}, attr.SpanConfigComplete, 10, 20)
	b.add(trace.SpanID{}, attr.SpanChainCreate, 40, 60)
	b.add(trace.SpanID{}, attr.SpanReady, 70, 90)
	s := b.read(t)
	if got, want := stages(s.Timing()), "config 0-40, construction 40-60, unexplained 30 of 90"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	const want = "ready @90 +0\ngap @90 +30\nphase chain.create @60 +20\nphase config.build @40 +20\nphase config.complete @20 +10\nphase config.build @10 +10\n"
	if diff := cmp.Diff(want, lines(s.CriticalChain())); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestLastHook: one that failed was not done, one that goes on after readiness was.
func TestLastHook(t *testing.T) {
	b := oneServer()
	b.hook("a", 101, 150, outcome(attr.OutcomeRan))
	b.hook("b", 101, 160, outcome(attr.OutcomeFailed))
	s := b.read(t)
	if s.LastHook().Name != "a" {
		t.Errorf("the hook that was done last is %s", s.LastHook().Name)
	}
	b.noRun("guilty")
	if diff := cmp.Diff([]string{"b", "guilty"}, b.read(t).NotDone()); diff != "" {
		t.Error(diff)
	}
	b = oneServer()
	b.hook("a", 101, 150, outcome(attr.OutcomeRan))
	b.hook("late", 101, 390, outcome(attr.OutcomeRan))
	b.hook("later", 101, 0)
	b.of("s", attr.SpanReady, 100, 150)
	if s = b.read(t); s.LastHook().Name != "late" || s.NotDone() != nil {
		t.Errorf("the hook that was done last is %s; not done %v", s.LastHook().Name, s.NotDone())
	}
}

// TestOutcome: that nobody saw a start get ready is not taken for its not getting
// ready.
func TestOutcome(t *testing.T) {
	hooks := func(b *builder) {
		b.hook("a", 101, 150, outcome(attr.OutcomeRan))
		b.of("s", attr.SpanHookRegister, 40, 40, kv(attr.HookName, "a"))
	}
	remove := func(b *builder, name string) {
		b.Spans = slices.DeleteFunc(b.Spans, func(s trace.Span) bool { return s.Name == name })
	}
	for _, c := range []struct {
		name string
		add  func(b *builder)
		want startup.Outcome
	}{
		{"seen to be ready", func(b *builder) { hooks(b); b.of("s", attr.SpanReady, 100, 160) }, startup.OutcomeReady},
		{"somebody looked", func(b *builder) { hooks(b); b.of("s", attr.SpanReady, 100, 0) }, startup.OutcomeNotReady},
		{"all hooks done", hooks, startup.OutcomeNotShown},
		{"all hooks done, and the process killed", func(b *builder) { hooks(b); remove(b, attr.SpanStartup) }, startup.OutcomeNotShown},
		{"a hook had not ended", func(b *builder) { hooks(b); b.hook("b", 101, 0) }, startup.OutcomeNotReady},
		{"only what has ended is there", func(b *builder) { hooks(b); remove(b, attr.SpanHooksRun) }, startup.OutcomeNotReady},
		{"cut off before the hooks", func(b *builder) { remove(b, attr.SpanHooksRun); b.Spans[0].End = 0 }, startup.OutcomeNotReady},
		{"cut off, and what was open is not there", func(b *builder) { remove(b, attr.SpanHooksRun); remove(b, attr.SpanStartup) }, startup.OutcomeNotReady},
		{"no hooks", func(b *builder) { remove(b, attr.SpanHooksRun) }, startup.OutcomeNotShown},
		{"failed", func(b *builder) { hooks(b); b.hook("b", 101, 160, outcome(attr.OutcomeFailed)) }, startup.OutcomeFailed},
	} {
		b := oneServer()
		c.add(b)
		if got := b.read(t).Outcome(); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestNotTold: of what a trace has nothing it does not tell that there is none.
func TestNotTold(t *testing.T) {
	all := &startup.Server{Checks: []*startup.Check{{}}, Routes: []startup.Route{{}}, Rejected: []startup.RejectedHook{{}}}
	for want, s := range map[string]*startup.Startup{
		"[hooks checks routes readiness]": {},
		"[hooks checks routes]":           {Watch: &startup.Interval{}},
		"[checks routes]":                 {Runs: []*startup.HookRun{{}}},
		"[]":                              {Ready: &startup.Ready{}, Servers: []*startup.Server{{}, all}},
	} {
		if got := fmt.Sprint(s.NotTold()); got != want {
			t.Errorf("it tells nothing of %s, want %s", got, want)
		}
	}
	runs := &startup.Startup{Ready: &startup.Ready{}, Runs: []*startup.HookRun{{}}, Servers: []*startup.Server{{}}}
	if got := fmt.Sprint(runs.NotToldOfServers()); got != "[hooks checks routes]" {
		t.Errorf("where there are runs of hooks alone it tells nothing of %s that a server has", got)
	}
	runs.Servers = append(runs.Servers, all)
	if got := runs.NotToldOfServers(); len(got) > 0 {
		t.Errorf("it tells nothing of %s that a server has", got)
	}
}
