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

// event adds an event to the span added last. The time is milliseconds from the
// start.
func (b *builder) event(name string, at int64, attrs ...trace.Attr) {
	s := &b.Spans[len(b.Spans)-1]
	s.Events = append(s.Events, trace.Event{Name: name, Time: base + at*1e6, Attrs: attrs})
}

// hook adds a run.
func (b *builder) hook(name string, start, end int64, attrs ...trace.Attr) {
	b.add(trace.SpanID{}, attr.SpanHookRun, start, end, append([]trace.Attr{kv(attr.HookName, name), kv(attr.HookOrigin, "s")}, attrs...)...)
}

func outcome(o string) trace.Attr           { return kv(attr.HookOutcome, o) }
func waits(what ...string) trace.Attr       { return list(attr.HookWaitsFor, what...) }
func number(key string, n int64) trace.Attr { return trace.Attr{Key: key, Value: trace.Int(n)} }

// oneServer is a chain of one up to where its hooks begin, at 100 ms.
func oneServer() *builder {
	b := newBuilder()
	b.add(trace.SpanID{}, attr.SpanStartup, 0, 500)
	b.add(trace.SpanID{}, attr.SpanConfigBuild, 10, 30)
	b.add(trace.SpanID{}, attr.SpanChainCreate, 30, 62)
	b.of("s", attr.SpanServerCreate, 32, 60)
	b.of("s", attr.SpanServerPrepare, 62, 80)
	b.of("s", attr.SpanListenerServe, 80, 90)
	b.of("s", attr.SpanHooksRun, 100, 400)
	return b
}

// beginning is the chain of oneServer from where its first hook begins.
const beginning = `phase hooks.run @101 +1
gap @100 +10
phase listener.serve s @90 +10
phase server.prepare s @80 +18
phase chain.create @62 +2
phase server.create s @60 +28
phase chain.create @32 +2
phase config.build @30 +20
gap @10 +10
`

// lines writes a critical chain, in milliseconds.
func lines(c startup.CriticalChain) string {
	var b strings.Builder
	for _, l := range c.Links {
		words := strings.Join(strings.Fields(fmt.Sprintf("%s %s %s", l.Kind, l.Name, l.Server)), " ")
		if l.Kind == startup.LinkHook {
			words = strings.TrimSuffix(words, " s")
		}
		fmt.Fprintf(&b, "%s @%d +%d", words, l.At.Milliseconds(), l.Took.Milliseconds())
		if l.NotYet > 0 {
			fmt.Fprintf(&b, ", not yet @%d", l.NotYet.Milliseconds())
		}
		for _, p := range l.Parts {
			fmt.Fprintf(&b, ", %s", p.What)
			if p.Known {
				fmt.Fprintf(&b, " %d", p.Took.Milliseconds())
			}
		}
		b.WriteByte('\n')
	}
	if len(c.Others) > 0 {
		fmt.Fprintf(&b, "others: %s\n", strings.Join(c.Others, " "))
	}
	if len(c.WithoutRun) > 0 {
		fmt.Fprintf(&b, "without run: %s\n", strings.Join(c.WithoutRun, " "))
	}
	if c.Before != nil {
		fmt.Fprintf(&b, "before: %s\n", c.Before.Name)
	}
	return b.String()
}

// Cases worked out by hand.
func TestCriticalChain(t *testing.T) {
	for _, c := range []struct {
		name string
		add  func(b *builder)
		want string
	}{
		{"the hook that ends last, and what it waited for", func(b *builder) {
			b.hook("a", 101, 150, outcome(attr.OutcomeRan))
			b.hook("b", 101, 260, outcome(attr.OutcomeRan), waits("hook:a", "cache:c"))
			b.hook("other", 101, 240, outcome(attr.OutcomeRan))
			b.of("s", attr.SpanReady, 100, 270)
		}, "ready @270 +0\ngap @270 +10\nhook b @260 +110, hook:a, cache:c\nhook a @150 +49\n" + beginning},
		{"of two that were waited for, the later", func(b *builder) {
			b.hook("a", 101, 150, outcome(attr.OutcomeRan))
			b.hook("a2", 101, 160, outcome(attr.OutcomeRan))
			b.hook("b", 101, 260, outcome(attr.OutcomeRan), waits("hook:a2", "hook:a"))
			b.of("s", attr.SpanReady, 100, 260)
		}, "ready @260 +0\nhook b @260 +100, hook:a2, hook:a\nhook a2 @160 +59\n" + beginning},
		{"one that was done when it came to be waited for held up nobody", func(b *builder) {
			b.hook("a", 101, 150, outcome(attr.OutcomeRan))
			b.hook("b", 101, 260, outcome(attr.OutcomeRan), waits("timer:100ms", "hook:a", "work:w"))
			b.event(attr.EventHookStep, 101, kv(attr.HookStep, "timer:100ms"))
			b.event(attr.EventHookStep, 201, kv(attr.HookStep, "hook:a"))
			b.event(attr.EventHookStep, 201, kv(attr.HookStep, "work:w"))
			b.of("s", attr.SpanReady, 100, 260)
		}, "ready @260 +0\nhook b @260 +159, timer:100ms 100, work:w 59\n" + beginning},
		{"steps after the wait belong to the hook, those before to nobody", func(b *builder) {
			b.hook("a", 101, 150, outcome(attr.OutcomeRan))
			b.hook("b", 101, 260, outcome(attr.OutcomeRan), waits("timer:20ms", "hook:a", "work:w"))
			b.event(attr.EventHookStep, 121, kv(attr.HookStep, "hook:a"))
			b.event(attr.EventHookStep, 101, kv(attr.HookStep, "timer:20ms"))
			b.event(attr.EventHookStep, 160, kv(attr.HookStep, "work:w"))
			b.of("s", attr.SpanReady, 100, 260)
		}, "ready @260 +0\nhook b @260 +110, hook:a 10, work:w 100\nhook a @150 +49\n" + beginning},
		{"readiness is seen at the next look, and no later for that", func(b *builder) {
			b.hook("a", 101, 150, outcome(attr.OutcomeRan))
			b.of("s", attr.SpanReady, 100, 200, number(attr.ReadyInterval, 20e6))
		}, "ready @200 +20\ngap @180 +30\nhook a @150 +49\n" + beginning},
		{"a check that is no hook's", func(b *builder) {
			b.hook("a", 101, 150, outcome(attr.OutcomeRan))
			b.of("s", attr.SpanReady, 100, 300, number(attr.ReadyInterval, 20e6))
			b.event(attr.EventCheckPassed, 160, kv(attr.CheckName, "poststarthook/a"))
			b.event(attr.EventCheckPassed, 300, kv(attr.CheckName, "registered"))
		}, "ready @300 +0\ncheck registered @300 +200, not yet @160\n" + strings.TrimPrefix(beginning, "phase hooks.run @101 +1\n")},
		{"a check that passed at the same look as the hook may not have held anything up", func(b *builder) {
			b.hook("a", 101, 290, outcome(attr.OutcomeRan))
			b.of("s", attr.SpanReady, 100, 300, number(attr.ReadyInterval, 20e6))
			b.event(attr.EventCheckPassed, 300, kv(attr.CheckName, "poststarthook/a"))
			b.event(attr.EventCheckPassed, 300, kv(attr.CheckName, "registered"))
		}, "ready @300 +10\nhook a @290 +189\n" + beginning},
		{"a hook that goes on after readiness", func(b *builder) {
			b.hook("a", 101, 150, outcome(attr.OutcomeRan))
			b.hook("late", 101, 390, outcome(attr.OutcomeRan))
			b.of("s", attr.SpanReady, 100, 150)
		}, "ready @150 +0\nhook a @150 +49\n" + beginning},
		{"hooks that wait for each other", func(b *builder) {
			b.hook("a", 101, 150, outcome(attr.OutcomeRan), waits("hook:b"))
			b.hook("b", 101, 150, outcome(attr.OutcomeRan), waits("hook:a"))
			b.of("s", attr.SpanReady, 100, 150)
		}, "ready @150 +0\nhook a @150 +0, hook:b\nhook b @150 +49, hook:a\n" + beginning},
		{"to the failure", func(b *builder) {
			b.hook("a", 101, 190, outcome(attr.OutcomeRan))
			b.hook("b", 101, 200, outcome(attr.OutcomeFailed), kv(attr.HookError, "no"), waits("hook:a"))
			b.hook("c", 101, 200, outcome(attr.OutcomeInterrupted), waits("hook:b"))
		}, "failed @200 +0\nhook b @200 +10, hook:a\nhook a @190 +89\n" + beginning},
		{"to the failure of one that gave up waiting", func(b *builder) {
			b.hook("a", 101, 200, outcome(attr.OutcomeInterrupted), kv(attr.HookBlockedOn, "cache:c"), waits("cache:c"))
			b.hook("b", 101, 200, outcome(attr.OutcomeFailed), kv(attr.HookBlockedOn, "hook:a"), waits("hook:a"))
		}, "failed @200 +0\nhook b @200 +0, hook:a\nhook a @200 +99, cache:c\n" + beginning},
		{"never ready, by the longest way to who is to blame", func(b *builder) {
			b.hook("c", 101, 0, waits("hook:b"))
			b.hook("b", 101, 0, waits("hook:a"))
			b.hook("a", 101, 0, waits("cache:c"))
			b.hook("d", 101, 0, waits("hook:a"))
			b.hook("e", 101, 120, outcome(attr.OutcomeRan))
		}, "not-ready @500 +0\nhook c @500 +0, hook:b\nhook b @500 +0, hook:a\nhook a @500 +399, cache:c\n" + beginning + "others: d\n"},
		{"never ready, with all hooks done and a check that fails", func(b *builder) {
			b.of("s", attr.SpanCheckAdd, 40, 40, kv(attr.CheckName, "good"), list(attr.CheckEndpoints, "readyz"))
			b.of("s", attr.SpanCheckAdd, 41, 41, kv(attr.CheckName, "bad"), list(attr.CheckEndpoints, "readyz"))
			b.of("s", attr.SpanCheckAdd, 42, 42, kv(attr.CheckName, "worse"), list(attr.CheckEndpoints, "readyz"))
			b.hook("a", 101, 150, outcome(attr.OutcomeRan))
			b.of("s", attr.SpanReady, 100, 0)
			b.event(attr.EventCheckPassed, 120, kv(attr.CheckName, "good"))
		}, "not-ready @500 +0\ncheck bad @500 +400, not yet @120\n" + strings.TrimPrefix(beginning, "phase hooks.run @101 +1\n") + "others: worse\n"},
		{"never ready, and nobody says why", func(b *builder) {
			b.hook("a", 101, 150, outcome(attr.OutcomeRan))
		}, "not-ready @500 +0\ngap @500 +350\nhook a @150 +49\n" + beginning},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := oneServer()
			c.add(b)
			if diff := cmp.Diff(c.want, lines(b.read(t).CriticalChain())); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// A server that died while it was being made.
func TestCriticalChainWithoutHooks(t *testing.T) {
	b := newBuilder()
	b.add(trace.SpanID{}, attr.SpanStartup, 0, 0)
	b.add(trace.SpanID{}, attr.SpanConfigBuild, 10, 30)
	b.of("s", attr.SpanServerCreate, 32, 0)
	b.of("s", attr.SpanHookRegister, 40, 41, kv(attr.HookName, "h"))
	want := "not-ready @41 +0\nphase server.create s @41 +9\ngap @32 +2\nphase config.build @30 +20\ngap @10 +10\n"
	if diff := cmp.Diff(want, lines(b.read(t).CriticalChain())); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestCriticalChainTo(t *testing.T) {
	b := oneServer()
	b.hook("a", 101, 150, outcome(attr.OutcomeRan))
	b.hook("b", 101, 260, outcome(attr.OutcomeRan), waits("hook:a"))
	b.add(trace.SpanID{}, attr.SpanSignal, 280, 280, kv(attr.SignalName, "Complete"))
	b.add(trace.SpanID{}, attr.SpanSignal, 150, 150, kv(attr.SignalName, "Synced"))
	b.add(trace.SpanID{}, attr.SpanSignal, 300, 300, kv(attr.SignalName, "HasBeenReady"))
	b.of("s", attr.SpanReady, 100, 300)
	b.event(attr.EventCheckPassed, 220, kv(attr.CheckName, "registered"))
	s := b.read(t)
	_, afterPrepare, _ := strings.Cut(beginning, "server.prepare s @80 +18\n")
	_, afterCreate, _ := strings.Cut(beginning, "chain.create @62 +2\n")
	_, afterHooks, _ := strings.Cut(beginning, "gap @100 +10\n")
	hookA := "hook a @150 +49\n" + beginning
	for name, want := range map[string]string{
		"a":                hookA,
		"poststarthook/a":  hookA,
		"b":                "hook b @260 +110, hook:a\n" + hookA,
		"Complete":         "signal Complete @280 +0\ngap @280 +190\n" + afterHooks + "before: b\n",
		"Synced":           "signal Synced @150 +0\n" + hookA,
		"HasBeenReady":     "signal HasBeenReady @300 +0\ngap @300 +40\nhook b @260 +110, hook:a\n" + hookA,
		"hooks.run":        "phase hooks.run s @400 +0\ngap @400 +140\nhook b @260 +110, hook:a\n" + hookA,
		"chain.create":     "phase chain.create @62 +2\n" + afterCreate,
		"registered":       "check registered @220 +120\n" + strings.TrimPrefix(beginning, "phase hooks.run @101 +1\n"),
		"config.build":     "phase config.build @30 +20\ngap @10 +10\n",
		"server.prepare s": "phase server.prepare s @80 +18\n" + afterPrepare,
		"server.prepare":   "phase server.prepare s @80 +18\n" + afterPrepare,
	} {
		c, err := s.CriticalChainTo(name, "")
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if diff := cmp.Diff(want, lines(c)); diff != "" {
			t.Errorf("%s: -want +got:\n%s", name, diff)
		}
	}
	for name, want := range map[string]string{
		"nothing":  `"nothing" is no hook, check, signal or phase of this start; there are ["Complete" "HasBeenReady" "Synced" "a" "b" "chain.create" "config.build" "hooks.run" "listener.serve s" "registered" "server.create s" "server.prepare s"]`,
		"SERVER.P": `"SERVER.P" is no hook, check, signal or phase of this start; there are ["server.prepare s"]`,
		"server":   `"server" is no hook, check, signal or phase of this start; there are ["server.create s" "server.prepare s"]`,
	} {
		if _, err := s.CriticalChainTo(name, ""); err == nil || err.Error() != want {
			t.Errorf("%s: error %v, want %s", name, err, want)
		}
	}
}

// TestCriticalChainToNamesakes: of two servers' hooks or phases of one name none is
// taken in silence.
func TestCriticalChainToNamesakes(t *testing.T) {
	b := oneServer()
	b.of("t", attr.SpanServerCreate, 32, 0)
	b.of("t", attr.SpanHookRegister, 40, 41, kv(attr.HookName, "h"))
	b.hook("h", 101, 150, outcome(attr.OutcomeRan))
	b.add(trace.SpanID{}, attr.SpanHookRun, 102, 250, kv(attr.HookName, "h"), kv(attr.HookOrigin, "t"), outcome(attr.OutcomeRan))
	s := b.read(t)
	for server, took := range map[string]time.Duration{"s": 49 * time.Millisecond, "t": 148 * time.Millisecond} {
		c, err := s.CriticalChainTo("h", server)
		if err != nil || c.Links[0].Server != server || c.Links[0].Took != took {
			t.Errorf("%s: %+v, %v", server, c.Links, err)
		}
	}
	for _, c := range []struct{ name, server, want string }{
		{"h", "", `"h" is a hook of several servers, ["s" "t"]; say which of them is meant`},
		{"poststarthook/h", "", `"h" is a hook of several servers, ["s" "t"]; say which of them is meant`},
		{"server.create", "", `"server.create" is a phase of several servers, ["s" "t"]; say which of them is meant`},
		{"server.prepare", "t", `"server.prepare" is no hook or phase of "t" in this start; there are ["h" "server.create"]`},
		{"h", "u", `"u" has no hook that ran and no phase in this start`},
	} {
		if _, err := s.CriticalChainTo(c.name, c.server); err == nil || err.Error() != c.want {
			t.Errorf("%s of %q: error %v, want %s", c.name, c.server, err, c.want)
		}
	}
	if _, err := s.CriticalChainTo("server.create t", ""); err != nil {
		t.Error(err)
	}
}

// TestHookWithSeveralRuns: which of the runs of one server's hook is meant is told.
func TestHookWithSeveralRuns(t *testing.T) {
	b := oneServer()
	b.hook("h", 101, 150, outcome(attr.OutcomeRan))
	if s := b.read(t); len(s.Problems) != 0 {
		t.Errorf("of one run: %q", s.Problems)
	}
	b.hook("h", 120, 180, outcome(attr.OutcomeRan))
	const end = "is all that is told, the first is meant"
	s := b.read(t)
	if diff := cmp.Diff([]string{"hook h has several runs; where its name " + end}, s.Problems); diff != "" {
		t.Error(diff)
	}
	if c, err := s.CriticalChainTo("h", ""); err != nil || c.Links[0].At != 150*ms {
		t.Errorf("%+v, %v", c, err)
	}
	for range 2 {
		b.hook("i", 130, 190, outcome(attr.OutcomeRan))
	}
	if diff := cmp.Diff([]string{"2 hooks have several runs, as h; where a name " + end}, b.read(t).Problems); diff != "" {
		t.Error(diff)
	}
}
