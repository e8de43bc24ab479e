package diff_test

import (
	"slices"
	"testing"

	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
	"github.com/chaintrace/chaintrace/trace/startup/diff"
)

func starts(s ...*startup.Startup) []*startup.Startup { return s }

// TestLostCopyIsTold: that a hook changed explains no copy that is gone.
func TestLostCopyIsTold(t *testing.T) {
	a, b := chain(), chain()
	for _, s := range starts(a, b) {
		s.Servers[0].PostStart[0].Run = s.Runs[0]
	}
	a.Runs[0].WaitsFor, b.Runs[0].WaitsFor = []string{"hook:x"}, []string{"hook:y"}
	b.Servers[1].PostStart = nil
	d := compare(a, b)
	if !slices.Contains(lines(d), "removed post-start hook a: outer") {
		t.Error("the outer server lost the hook, and the diff does not say so")
	}
}

// TestHookMovesAlongChain: to a server that inherited it before, and back.
func TestHookMovesAlongChain(t *testing.T) {
	a, b := chain(), chain()
	b.Servers[0].PostStart = nil
	b.Servers[1].PostStart = []*startup.Hook{{Name: "a", Kind: attr.KindPostStart, Origin: "outer"}}
	for _, d := range []*diff.Diff{compare(a, b), compare(b, a)} {
		if !slices.ContainsFunc(d.Structure, func(c diff.Change) bool { return c.Op == diff.Moved }) {
			t.Error("not called moved")
		}
	}
}

// TestOrderOfStartsDoesNotMatter: a side is a set of starts.
func TestOrderOfStartsDoesNotMatter(t *testing.T) {
	p, q := chain(), chain()
	q.Servers[0].Groups[0].Versions = []string{"v2"}
	d := diff.Compare(starts(p, q), starts(q, p), diff.DefaultOptions())
	if !d.Empty() {
		t.Errorf("the same two starts on both sides: %v", lines(d))
	}
}

// TestOutcomesOfAllStarts: a failure counts in whichever start it is.
func TestOutcomesOfAllStarts(t *testing.T) {
	bad := chain()
	bad.Runs[0].Outcome, bad.Ready, bad.Failure = attr.OutcomeFailed, nil, &startup.Failure{Hook: "a"}
	d := diff.Compare(starts(chain(), bad), starts(chain(), chain()), diff.DefaultOptions())
	if !slices.ContainsFunc(d.Errors, func(c diff.Change) bool { return c.Kind == diff.KindOutcome }) {
		t.Error("the outcome of the second start of A is not told")
	}
}

// TestOrderOfNamesakesDoesNotMatter: a server may have two checks or routes of a name.
func TestOrderOfNamesakesDoesNotMatter(t *testing.T) {
	a, b := chain(), chain()
	for _, s := range starts(a, b) {
		s.Servers[1].Checks = append(s.Servers[1].Checks, check("ping", startup.CheckInherited))
	}
	slices.Reverse(b.Servers[1].Checks)
	if d := compare(a, b); !d.Empty() {
		t.Errorf("the order of checks counts: %v", lines(d))
	}
	a, b = chain(), chain()
	for _, s := range starts(a, b) {
		one, two := route("/x"), route("/x")
		one.Installer, two.Installer = "i1", "i2"
		s.Servers[1].Routes = append(s.Servers[1].Routes, one, two)
	}
	slices.Reverse(b.Servers[1].Routes)
	if d := compare(a, b); !d.Empty() {
		t.Errorf("the order of routes counts: %v", lines(d))
	}
}

// TestTimingMirrors: what got slower one way got faster the other.
func TestTimingMirrors(t *testing.T) {
	a, b := chain(), chain()
	a.Runs[0].End = a.Runs[0].Start + 100*ms
	b.Runs[0].End = b.Runs[0].Start + 105*ms
	there, back := compare(a, b), compare(b, a)
	if len(there.Timing) != len(back.Timing) {
		t.Errorf("there %v\nback %v", lines(there), lines(back))
	}
}

// TestProblemsOfTheTrace: they belong to what went wrong.
func TestProblemsOfTheTrace(t *testing.T) {
	b := chain()
	b.Problems = []string{"3 spans have no end"}
	if got := lines(compare(chain(), b)); !slices.Contains(got, "error added problem 3 spans have no end:") {
		t.Errorf("a problem that appeared is not told: %v", got)
	}
}

// TestUnknownIsNoDifference: what one side does not tell was not changed.
func TestUnknownIsNoDifference(t *testing.T) {
	b := chain()
	for _, sv := range b.Servers {
		for _, c := range sv.Checks {
			c.Endpoints = nil
		}
	}
	if d := compare(chain(), b); len(d.Structure) > 0 {
		t.Errorf("endpoints nobody recorded: %v", lines(d))
	}
	b = chain()
	b.Servers[1].Delegate, b.Servers[1].New = "", startup.Interval{Start: 0, End: -1}
	if d := compare(chain(), b); len(d.Structure) > 0 {
		t.Errorf("a delegate nobody recorded: %v", lines(d))
	}
	b = chain()
	b.Servers[0].Groups[0].Versions = nil
	if d := compare(chain(), b); len(d.Structure) > 0 {
		t.Errorf("versions nobody recorded: %v", lines(d))
	}
}
