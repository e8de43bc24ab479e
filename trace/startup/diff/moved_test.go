package diff_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
	"github.com/chaintrace/chaintrace/trace/startup/diff"
)

// moveHook makes hook a the outer server's own.
func moveHook(s *startup.Startup) {
	s.Servers[0].PostStart = nil
	s.Servers[1].PostStart = []*startup.Hook{{Name: "a", Kind: attr.KindPostStart, Origin: "outer"}}
	s.Runs[0].Origin = "outer"
}

// TestMovedHookKeepsItsTime: what a hook took is compared across the move.
func TestMovedHookKeepsItsTime(t *testing.T) {
	b := chain()
	moveHook(b)
	if d := compare(chain(), b); len(d.Timing) != 0 {
		t.Errorf("it took the same time: %v", lines(d))
	}
	b.Runs[0].End += 50 * ms
	for _, c := range []struct {
		a, b    *startup.Startup
		verdict diff.Verdict
		was, is string
	}{{chain(), b, diff.Slower, "inner", "outer"}, {b, chain(), diff.Faster, "outer", "inner"}} {
		d := compare(c.a, c.b)
		i := slices.IndexFunc(d.Timing, func(t diff.Timing) bool { return t.Kind == diff.KindHookRun })
		if i < 0 {
			t.Fatalf("no time of the hook: %v", lines(d))
		}
		if got := d.Timing[i]; got.Verdict != c.verdict || got.Was != c.was || got.Server != c.is {
			t.Errorf("%+v", got)
		}
	}
}

// TestMovedHookKeepsItsErrors: a hook that fails before and after it moved has
// not failed anew.
func TestMovedHookKeepsItsErrors(t *testing.T) {
	fail := func(s *startup.Startup, why string) *startup.Startup {
		s.Runs[0].Outcome, s.Runs[0].Err = attr.OutcomeFailed, why
		s.Ready, s.Failure = nil, &startup.Failure{Hook: "a", Err: why, At: 110 * ms}
		return s
	}
	b := fail(chain(), "no")
	moveHook(b)
	if d := compare(fail(chain(), "no"), b); len(d.Errors) != 0 {
		t.Errorf("the same failure: %v", lines(d))
	}
	b = fail(chain(), "never")
	moveHook(b)
	got := compare(fail(chain(), "no"), b).Errors
	want := []diff.Change{{Op: diff.Changed, Kind: diff.KindTrouble, Server: "outer", Was: "inner", Name: "a",
		Fields: []diff.Field{{Name: "error", From: "no", To: "never"}}, InA: 1, InB: 1, OfA: 1, OfB: 1}}
	if df := cmp.Diff(want, got); df != "" {
		t.Errorf("-want +got:\n%s", df)
	}
}

// TestNamesakesStay: two servers with hooks of one name do not lend each other
// their times.
func TestNamesakesStay(t *testing.T) {
	a, b := chain(), chain()
	moveHook(b)
	other := run("a", 70*ms)
	other.Origin = "outer"
	a.Runs = append(a.Runs, other) // of both in A, where the outer one's is no hook of its own
	i := slices.IndexFunc(compare(a, b).Timing, func(t diff.Timing) bool { return t.Kind == diff.KindHookRun })
	if i < 0 {
		t.Fatal("the outer server's took longer, which is not told")
	}
	if got := compare(a, b).Timing[i]; got.Server != "outer" || got.Was != "" || got.From != 70*ms || got.To != 100*ms {
		t.Errorf("%+v", got)
	}
}

// TestRouteMoves: a path that one server alone has is followed to another one, as one
// change; one that further servers have, too, is not.
func TestRouteMoves(t *testing.T) {
	for _, c := range []struct {
		name         string
		a, b         func(inner, outer *startup.Server)
		want         []string
		consequences int
	}{
		{"a path of one server's",
			func(inner, _ *startup.Server) { inner.Routes = append(inner.Routes, route("/x")) },
			func(_, outer *startup.Server) { outer.Routes = append(outer.Routes, route("/x")) },
			[]string{"moved route /x (exact): inner outer"}, 0},
		{"both servers have one before",
			func(inner, outer *startup.Server) {
				inner.Routes, outer.Routes = append(inner.Routes, route("/x")), append(outer.Routes, route("/x"))
			},
			func(_, outer *startup.Server) { outer.Routes = append(outer.Routes, route("/x")) },
			[]string{"removed route /x (exact): inner"}, 0},
		{"with the API group whose path it is",
			func(inner, _ *startup.Server) {
				inner.Groups = append(inner.Groups, startup.Group{Name: "n", Versions: []string{"v1"}})
				inner.Routes = append(inner.Routes, route("/apis/n"), route("/apis/n/v1"))
			},
			func(_, outer *startup.Server) {
				outer.Groups = append(outer.Groups, startup.Group{Name: "n", Versions: []string{"v1"}})
				outer.Routes = append(outer.Routes, route("/apis/n"), route("/apis/n/v1"))
			},
			[]string{"moved API group n: inner outer"}, 2},
		{"with the check whose path it is",
			func(inner, _ *startup.Server) {
				inner.Checks, inner.Routes = append(inner.Checks, check("x", startup.CheckOwn)), append(inner.Routes, route("/livez/x"))
			},
			func(_, outer *startup.Server) {
				outer.Checks, outer.Routes = append(outer.Checks, check("x", startup.CheckOwn)), append(outer.Routes, route("/livez/x"))
			},
			[]string{"moved check x: inner outer"}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := chain(), chain()
			c.a(a.Servers[0], a.Servers[1])
			c.b(b.Servers[0], b.Servers[1])
			if d := compare(a, b); !slices.Equal(lines(d), c.want) || d.Consequences != c.consequences {
				t.Errorf("%q and %d, want %q and %d", lines(d), d.Consequences, c.want, c.consequences)
			}
			if d := compare(b, a); len(lines(d)) != len(c.want) || d.Consequences != c.consequences {
				t.Errorf("back: %q and %d", lines(d), d.Consequences)
			}
		})
	}
}
