package startup_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
)

// gapBeginning is beginning after a gap that reaches to where the hooks began.
func gapBeginning(link string) string {
	return link + strings.TrimPrefix(beginning, "phase hooks.run @101 +1\ngap @100 +10\n")
}

// noRun adds a hook that was registered and of whose run the trace tells nothing.
func (b *builder) noRun(name string) {
	b.of("s", attr.SpanHookRegister, 40, 41, kv(attr.HookName, name), kv(attr.HookKind, attr.KindPostStart))
}

// passed adds the checks of the span added last that were seen to pass at a time.
func (b *builder) passed(at int64, checks ...string) {
	for _, name := range checks {
		b.event(attr.EventCheckPassed, at, kv(attr.CheckName, name))
	}
}

// Cases worked out by hand: nothing is blamed for time without evidence.
func TestCriticalChainEvidence(t *testing.T) {
	hookA := "hook a @150 +49\n" + beginning
	for _, c := range []struct {
		name string
		add  func(b *builder)
		want string
	}{
		{"checks that pass at the first look say nothing", func(b *builder) {
			b.hook("a", 101, 150, outcome(attr.OutcomeRan))
			b.of("s", attr.SpanReady, 100, 300, number(attr.ReadyInterval, 20e6))
			b.passed(300, "ping", "poststarthook/a")
		}, "ready @300 +20\ngap @280 +130\n" + hookA},
		{"what passes with a hook that was done long before says nothing", func(b *builder) {
			b.hook("a", 101, 150, outcome(attr.OutcomeRan))
			b.of("s", attr.SpanReady, 100, 160)
			b.passed(120, "ping")
			b.passed(160, "etcd", "poststarthook/a")
		}, "ready @160 +0\ngap @160 +10\n" + hookA},
		{"nobody knows why readiness came later than the last check", func(b *builder) {
			b.hook("a", 101, 150, outcome(attr.OutcomeRan))
			b.of("s", attr.SpanReady, 100, 300, number(attr.ReadyInterval, 20e6))
			b.passed(160, "poststarthook/a")
			b.passed(200, "etcd")
		}, "ready @300 +20\ngap @280 +80\ncheck etcd @200 +100, not yet @160\n" + strings.TrimPrefix(beginning, "phase hooks.run @101 +1\n")},
		{"a wait that was over before the other hook was", func(b *builder) {
			b.hook("a", 101, 200, outcome(attr.OutcomeRan))
			b.hook("r", 101, 260, outcome(attr.OutcomeRan), waits("hook:a", "work:w"))
			b.event(attr.EventHookStep, 101, kv(attr.HookStep, "hook:a"))
			b.event(attr.EventHookStep, 120, kv(attr.HookStep, "work:w"))
			b.of("s", attr.SpanReady, 100, 260)
		}, "ready @260 +0\nhook r @260 +140, work:w 140\nhook a @120 +19\n" + beginning},
		{"of two waits that were given up, the later", func(b *builder) {
			b.hook("a", 101, 250, outcome(attr.OutcomeRan))
			b.hook("z", 101, 190, outcome(attr.OutcomeRan))
			b.hook("r", 101, 260, outcome(attr.OutcomeRan), waits("hook:a", "hook:z"))
			b.event(attr.EventHookStep, 101, kv(attr.HookStep, "hook:a"))
			b.event(attr.EventHookStep, 120, kv(attr.HookStep, "hook:z"))
			b.event(attr.EventHookStep, 180, kv(attr.HookStep, "work:w"))
			b.of("s", attr.SpanReady, 100, 260)
		}, "ready @260 +0\nhook r @260 +80, work:w 80\nhook z @180 +79\n" + beginning},
		{"a hook that began later than the first", func(b *builder) {
			b.hook("r", 101, 260, outcome(attr.OutcomeRan), waits("hook:a"))
			b.hook("a", 180, 250, outcome(attr.OutcomeRan))
			b.of("s", attr.SpanReady, 100, 260)
		}, "ready @260 +0\nhook r @260 +10, hook:a\nhook a @250 +70\ngap @180 +79\n" + beginning},
		{"two hooks of one name", func(b *builder) {
			b.hook("x", 101, 110, outcome(attr.OutcomeRan))
			b.hook("x", 101, 200, outcome(attr.OutcomeRan))
			b.hook("y", 105, 220, outcome(attr.OutcomeRan), waits("hook:x"))
			b.of("s", attr.SpanReady, 100, 220)
		}, "ready @220 +0\nhook y @220 +20, hook:x\nhook x @200 +99\n" + beginning},
		{"the one of two of a name that failed", func(b *builder) {
			b.hook("x", 101, 110, outcome(attr.OutcomeRan))
			b.hook("x", 101, 200, outcome(attr.OutcomeFailed))
		}, "failed @200 +0\nhook x @200 +99\n" + beginning},
		{"only what was finished: the hook that hung has no run", func(b *builder) {
			b.noRun("a")
			b.noRun("guilty")
			b.hook("a", 101, 150, outcome(attr.OutcomeRan))
		}, gapBeginning("not-ready @500 +0\ngap @500 +410\n") + "without run: guilty\n"},
		{"only what was finished, of a start that got ready", func(b *builder) {
			b.noRun("guilty")
			b.hook("a", 101, 150, outcome(attr.OutcomeRan))
			b.of("s", attr.SpanReady, 100, 300)
		}, gapBeginning("ready @300 +0\ngap @300 +210\n") + "without run: guilty\n"},
		{"a hook that hangs, and one without a run", func(b *builder) {
			b.noRun("guilty")
			b.hook("open", 101, 0)
		}, "not-ready @500 +0\nhook open @500 +399\n" + beginning + "without run: guilty\n"},
		{"the check of a hook without a run never passed", func(b *builder) {
			b.noRun("guilty")
			b.of("s", attr.SpanCheckAdd, 41, 41, kv(attr.CheckName, "poststarthook/a"), list(attr.CheckEndpoints, "readyz"))
			b.of("s", attr.SpanCheckAdd, 41, 41, kv(attr.CheckName, "poststarthook/guilty"), list(attr.CheckEndpoints, "readyz"))
			b.hook("a", 101, 150, outcome(attr.OutcomeRan))
			b.of("s", attr.SpanReady, 100, 0)
			b.passed(120, "ping")
		}, "not-ready @500 +0\ncheck poststarthook/guilty @500 +400, not yet @120\n" + strings.TrimPrefix(beginning, "phase hooks.run @101 +1\n")},
		{"a listener's span that lasts as long as it listens", func(b *builder) {
			b.Spans[5].End = base + 500e6
			b.hook("a", 101, 150, outcome(attr.OutcomeRan))
			b.of("s", attr.SpanReady, 100, 150)
		}, strings.ReplaceAll("ready @150 +0\n"+hookA, "gap @100 +10\nphase listener.serve s @90 +10\n", "phase listener.serve s @100 +20\n")},
		{"spans that were delivered twice", func(b *builder) {
			b.hook("a", 101, 150, outcome(attr.OutcomeRan))
			b.of("s", attr.SpanReady, 100, 150)
			b.Spans = append(b.Spans, b.Spans...)
		}, "ready @150 +0\n" + hookA},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := oneServer()
			c.add(b)
			s := b.read(t)
			if diff := cmp.Diff(c.want, lines(s.CriticalChain())); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestCriticalChainFromOutside: a trace without hooks' runs tells of its checks.
func TestCriticalChainFromOutside(t *testing.T) {
	b := newBuilder()
	b.add(trace.SpanID{}, attr.SpanStartup, 0, 500)
	b.of("s", attr.SpanReady, 100, 300, number(attr.ReadyInterval, 20e6))
	b.passed(120, "ping")
	b.passed(160, "poststarthook/a")
	b.passed(300, "poststarthook/b")
	s := b.read(t)
	if diff := cmp.Diff("ready @300 +0\ncheck poststarthook/b @300 +200, not yet @160\ngap @100 +100\n", lines(s.CriticalChain())); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	c, err := s.CriticalChainTo("poststarthook/a", "")
	if diff := cmp.Diff("check poststarthook/a @160 +60, not yet @120\ngap @100 +100\n", lines(c)); diff != "" || err != nil {
		t.Errorf("%v, -want +got:\n%s", err, diff)
	}
	if diff := cmp.Diff("200 check poststarthook/b\n60 check poststarthook/a\n20 check ping\n", blamed(s.BlameWithChecks())); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestCriticalChainPhases: phases that took no time or overlap have the time that
// is theirs, and can be asked for.
func TestCriticalChainPhases(t *testing.T) {
	b := newBuilder()
	b.add(trace.SpanID{}, attr.SpanStartup, 0, 100)
	b.add(trace.SpanID{}, attr.SpanConfigBuild, 1, 1)
	b.add(trace.SpanID{}, attr.SpanConfigComplete, 1, 1)
	b.add(trace.SpanID{}, attr.SpanChainCreate, 1, 46)
	b.of("inner", attr.SpanServerCreate, 1, 23)
	b.of("outer", attr.SpanServerCreate, 23, 46, kv(attr.ServerDelegate, "inner"))
	b.of("outer", attr.SpanListenerServe, 50, 50)
	s := b.read(t)
	const construction = "phase server.create outer @46 +23\nphase server.create inner @23 +22\n"
	const config = "phase config.complete @1 +0\nphase config.build @1 +0\ngap @1 +1\n"
	for name, want := range map[string]string{
		"":                    "not-ready @100 +0\ngap @100 +50\nphase listener.serve outer @50 +0\ngap @50 +4\n" + construction + config,
		"listener.serve":      "phase listener.serve outer @50 +0\ngap @50 +4\n" + construction + config,
		"server.create inner": "phase server.create inner @23 +22\n" + config,
		"chain.create":        "phase chain.create @46 +45\n" + config,
		"config.build":        "phase config.build @1 +0\ngap @1 +1\n",
	} {
		c := s.CriticalChain()
		if name != "" {
			var err error
			if c, err = s.CriticalChainTo(name, ""); err != nil {
				t.Error(err)
				continue
			}
		}
		if diff := cmp.Diff(want, lines(c)); diff != "" {
			t.Errorf("%q: -want +got:\n%s", name, diff)
		}
	}
}

// TestCriticalChainOfOneServer: what is as long as what contains it comes first.
func TestCriticalChainOfOneServer(t *testing.T) {
	b := newBuilder()
	b.add(trace.SpanID{}, attr.SpanStartup, 0, 46)
	b.add(trace.SpanID{}, attr.SpanChainCreate, 1, 46)
	b.of("s", attr.SpanServerCreate, 1, 46)
	if diff := cmp.Diff("not-ready @46 +0\nphase server.create s @46 +45\ngap @1 +1\n", lines(b.read(t).CriticalChain())); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestCriticalChainToWhatIsNotThere: what there is but the trace does not tell of
// is no unknown name.
func TestCriticalChainToWhatIsNotThere(t *testing.T) {
	b := oneServer()
	b.noRun("guilty")
	b.of("s", attr.SpanCheckAdd, 41, 41, kv(attr.CheckName, "bad"), list(attr.CheckEndpoints, "readyz"))
	b.hook("a", 101, 150, outcome(attr.OutcomeRan))
	for name, want := range map[string]string{
		"guilty":               `hook "guilty" has no run in this trace`,
		"poststarthook/guilty": `hook "guilty" has no run in this trace`,
		"bad":                  `the trace does not say when check "bad" passed`,
	} {
		if _, err := b.read(t).CriticalChainTo(name, ""); err == nil || err.Error() != want {
			t.Errorf("%s: error %v, want %s", name, err, want)
		}
	}
	b.of("s", attr.SpanReady, 100, 0)
	b.passed(120, "good")
	c, err := b.read(t).CriticalChainTo("bad", "")
	want := "check bad @500 +400, not yet @120\n" + strings.TrimPrefix(beginning, "phase hooks.run @101 +1\n")
	if diff := cmp.Diff(want, lines(c)); diff != "" || err != nil {
		t.Errorf("%v, -want +got:\n%s", err, diff)
	}
}
