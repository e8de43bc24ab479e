package diff_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
	"github.com/chaintrace/chaintrace/trace/startup/diff"
)

// late is a chain with a route that is installed while the server runs.
func late() *startup.Startup {
	s := chain()
	r := route("/late")
	r.Phase = attr.PhaseRuntime
	s.Servers[1].Routes = append(s.Servers[1].Routes, r)
	return s
}

// dead is late, but died of its hook before.
func dead() *startup.Startup {
	return failing(1, 1)[0]
}

// TestStartsThatDied: what they did not get to is not missing in them.
func TestStartsThatDied(t *testing.T) {
	d := diff.Compare(starts(late(), late(), late(), late()), starts(late(), late(), late(), dead()), diff.DefaultOptions())
	if len(d.Structure) > 0 || len(d.Unknown) > 0 {
		t.Errorf("one of four died: %v, %+v", lines(d), d.Unknown)
	}
	d = diff.Compare(starts(late(), late(), late(), late()), starts(dead(), dead(), dead()), diff.DefaultOptions())
	want := []diff.Unknown{{Side: "b", Kind: diff.KindRoute, Died: true, N: 1}}
	if df := cmp.Diff(want, d.Unknown); df != "" || len(d.Structure) > 0 || d.Consequences > 0 {
		t.Errorf("all of one side died: %v, %d; -want +got:\n%s", lines(d), d.Consequences, df)
	}
	without := late()
	without.Servers[1].Routes = without.Servers[1].Routes[:2]
	d = diff.Compare(starts(late(), late(), late()), starts(without, dead(), without), diff.DefaultOptions())
	if got := d.Structure; len(got) != 1 || got[0].Op != diff.Removed || got[0].OfB != 2 || got[0].Undecided {
		t.Errorf("those that got so far have it not: %+v", got)
	}
}

// TestHowFarAStartGot: what a start has not done that died before counts as unknown,
// and what it would have done by then as missing.
func TestHowFarAStartGot(t *testing.T) {
	finished, unseen := startup.Interval{Start: 1, End: 2}, startup.Interval{Start: 0, End: -1}
	full := func() *startup.Startup {
		s := chain()
		built := route("/built")
		built.Phase = attr.PhaseConstruction
		for _, sv := range s.Servers {
			sv.Create, sv.Prepare, sv.Routes = finished, finished, append(sv.Routes, built)
		}
		return s
	}
	for _, c := range []struct {
		name    string
		died    func(s *startup.Startup)
		want    []string
		unknown []diff.Unknown
	}{
		{"before there was any server", func(s *startup.Startup) {
			s.Servers = nil
			s.Failure = &startup.Failure{Phase: attr.SpanConfigBuild}
		}, nil, []diff.Unknown{
			{Side: "b", Kind: diff.KindServer, Died: true, N: 2}, {Side: "b", Kind: diff.KindHook, Died: true, N: 2}, {Side: "b", Kind: diff.KindCheck, Died: true, N: 4},
			{Side: "b", Kind: diff.KindSkippedCheck, Died: true, N: 1}, {Side: "b", Kind: diff.KindRoute, Died: true, N: 5}, {Side: "b", Kind: diff.KindGroup, Died: true, N: 1},
		}},
		{"while it created the outer server", func(s *startup.Startup) {
			s.Servers = s.Servers[:1]
			s.Servers[0].Prepare, s.Servers[0].Groups = unseen, nil
			s.Servers[0].Routes = s.Servers[0].Routes[1:]
			s.Failure = &startup.Failure{Phase: attr.SpanServerCreate, Server: "outer"}
		}, []string{"removed API group g: inner"}, []diff.Unknown{
			{Side: "b", Kind: diff.KindServer, Died: true, N: 1}, {Side: "b", Kind: diff.KindHook, Died: true, N: 1}, {Side: "b", Kind: diff.KindCheck, Died: true, N: 2},
			{Side: "b", Kind: diff.KindSkippedCheck, Died: true, N: 1}, {Side: "b", Kind: diff.KindRoute, Died: true, N: 4},
		}},
		{"while it prepared the outer server", func(s *startup.Startup) {
			s.Phases = []startup.Phase{{Name: attr.SpanServerPrepare, Server: "outer", Interval: finished}}
			s.Servers[0].Routes, s.Servers[1].Routes = s.Servers[0].Routes[1:], nil
			s.Failure = &startup.Failure{Phase: attr.SpanServerPrepare, Server: "outer"}
		}, []string{"removed route /built (exact): outer", "removed route /healthz/poststarthook/a (exact): inner"}, []diff.Unknown{
			{Side: "b", Kind: diff.KindRoute, Died: true, N: 2},
		}},
		{"before the outer server added a check of a name that it takes over", func(s *startup.Startup) {
			s.Phases = []startup.Phase{{Name: attr.SpanServerPrepare, Server: "outer", Interval: finished}}
			s.Servers[1].Checks[0].State = startup.CheckLost
			s.Failure = &startup.Failure{Phase: attr.SpanServerPrepare, Server: "outer"}
		}, nil, []diff.Unknown{{Side: "b", Kind: diff.KindCheck, Died: true, N: 1}}},
		{"of a hook", func(s *startup.Startup) {
			s.Runs, s.Failure = []*startup.HookRun{run("a", ms)}, &startup.Failure{Hook: "a"}
			s.Servers[0].Routes = s.Servers[0].Routes[1:]
		}, []string{"removed route /healthz/poststarthook/a (exact): inner"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := full()
			b.Ready, b.Runs = nil, nil
			c.died(b)
			d := compare(full(), b)
			d.Only(map[string]bool{"structure": true})
			if df := cmp.Diff(c.want, lines(d)); df != "" {
				t.Errorf("-want +got:\n%s", df)
			}
			if len(c.unknown)+len(d.Unknown) > 0 && !slices.Equal(c.unknown, d.Unknown) {
				t.Errorf("unknown: %s", cmp.Diff(c.unknown, d.Unknown))
			}
			back := compare(b, full())
			if len(back.Structure) != len(c.want) || len(back.Unknown) != len(c.unknown) {
				t.Errorf("back: %v, %+v", lines(back), back.Unknown)
			}
		})
	}
}

// TestKindsThatATraceDoesNotTellOf: that a source records no routes is not to say
// that there were none.
func TestKindsThatATraceDoesNotTellOf(t *testing.T) {
	b := chain()
	for _, sv := range b.Servers {
		sv.Checks, sv.Routes, sv.Groups = nil, nil, nil
	}
	b.Servers[1].PostStart = nil
	d := compare(chain(), b)
	want := []diff.Unknown{
		{Side: "b", Kind: diff.KindCheck, N: 4}, {Side: "b", Kind: diff.KindSkippedCheck, N: 1}, {Side: "b", Kind: diff.KindRoute, N: 3}, {Side: "b", Kind: diff.KindGroup, N: 1},
	}
	if df := cmp.Diff(want, d.Unknown); df != "" {
		t.Errorf("-want +got:\n%s", df)
	}
	if got := lines(d); !slices.Equal(got, []string{"removed post-start hook a: outer"}) {
		t.Errorf("of the hooks it tells: %q", got)
	}
	observed := &startup.Startup{Source: attr.SourceObserved, Ready: &startup.Ready{At: 120 * ms}, End: time.Second}
	for _, d := range []*diff.Diff{compare(chain(), observed), compare(observed, chain())} {
		if !d.Empty() || len(d.Unknown) == 0 || d.Compared == 0 {
			t.Errorf("seen from outside: %v, %+v", lines(d), d.Unknown)
		}
	}
}

// TestTroubleOfHooksThatDidNotRun: a hook that failed before did not get well where
// the start died before it ran.
func TestTroubleOfHooksThatDidNotRun(t *testing.T) {
	b := chain()
	b.Runs, b.Ready, b.Failure = nil, nil, &startup.Failure{Phase: attr.SpanServerPrepare, Server: "outer"}
	for _, c := range diff.Compare(failing(1, 1), starts(b), diff.DefaultOptions()).Errors {
		t.Errorf("%+v", c)
	}
	if d := diff.Compare(failing(1, 1), starts(chain()), diff.DefaultOptions()); len(d.Errors) != 2 {
		t.Errorf("it got well: %v", lines(d))
	}
}

// TestPhasesThatDied: how long a phase took of which the start died is not how long it
// takes.
func TestPhasesThatDied(t *testing.T) {
	phases := func(config, create time.Duration) *startup.Startup {
		s := chain()
		s.Phases = []startup.Phase{{Name: attr.SpanConfigBuild, Interval: startup.Interval{Start: 0, End: config}}, {Name: attr.SpanChainCreate, Interval: startup.Interval{Start: config, End: config + create}}}
		return s
	}
	a, b := phases(20*ms, 50*ms), phases(30*ms, 7*ms)
	b.Ready, b.Runs, b.Failure = nil, nil, &startup.Failure{Phase: attr.SpanChainCreate, At: 37 * ms}
	for _, d := range []*diff.Diff{compare(a, b), compare(b, a)} {
		d.Only(map[string]bool{"timing": true})
		if got := lines(d); len(got) != 2 || d.Compared != 2 {
			t.Errorf("not just the phase and the stage config: %q", got)
		}
	}
}

// TestPropertiesOfSomeStarts: what one start of several says otherwise is chance.
func TestPropertiesOfSomeStarts(t *testing.T) {
	side := func(other, n int) []*startup.Startup {
		var out []*startup.Startup
		for i := range n {
			s := chain()
			if i < other {
				s.Servers[0].Groups[0].Versions = []string{"v2"}
			}
			out = append(out, s)
		}
		return out
	}
	for _, c := range []struct {
		inA, inB  int
		undecided bool
		want      string
	}{
		{0, 1, true, `changed API group g: inner, versions "v1, v2 in 10 of 10" "v1, v2 in 9 of 10 or v2 in 1 of 10"`},
		{1, 10, false, `changed API group g: inner, versions "v1, v2 in 9 of 10 or v2 in 1 of 10" "v2 in 10 of 10"`},
		{0, 10, false, `changed API group g: inner, versions "v1, v2" "v2"`},
	} {
		d := diff.Compare(side(c.inA, 10), side(c.inB, 10), diff.DefaultOptions())
		if got := lines(d); !slices.Equal(got, []string{c.want}) || d.Structure[0].Undecided != c.undecided || d.Empty() != c.undecided {
			t.Errorf("%q, %+v", got, d.Structure)
		}
	}
}
