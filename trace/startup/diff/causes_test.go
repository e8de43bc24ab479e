package diff_test

import (
	cmpstd "cmp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
	"github.com/chaintrace/chaintrace/trace/startup/diff"
)

// TestAbsenceFollows: that a server further out loses or skips a check is told
// only where nothing that happened to the check makes it so.
func TestAbsenceFollows(t *testing.T) {
	lost := func(name string) *startup.Check {
		c := check(name, startup.CheckLost)
		c.Endpoints = []string{attr.Readyz}
		return c
	}
	readyz := func(name string) *startup.Check {
		c := check(name, startup.CheckOwn)
		c.Endpoints = []string{attr.Readyz}
		return c
	}
	for _, c := range []struct {
		name         string
		a, b         func(inner, outer *startup.Server)
		want         []string
		consequences int
	}{
		{"a check is added that is in readyz alone", nil, func(inner, outer *startup.Server) {
			inner.Checks, outer.Checks = append(inner.Checks, readyz("x")), append(outer.Checks, lost("x"))
		}, []string{"added check x: inner"}, 1},
		{"a check that was handed up is in readyz alone", func(inner, outer *startup.Server) {
			inner.Checks, outer.Checks = append(inner.Checks, check("x", startup.CheckOwn)), append(outer.Checks, check("x", startup.CheckInherited))
		}, func(inner, outer *startup.Server) {
			inner.Checks, outer.Checks = append(inner.Checks, readyz("x")), append(outer.Checks, lost("x"))
		}, []string{`changed check x: inner, endpoints "healthz livez readyz" "readyz"`}, 2},
		{"both servers have a check more of one name", nil, func(inner, outer *startup.Server) {
			inner.Checks = append(inner.Checks, check("x", startup.CheckOwn))
			outer.Checks = append(outer.Checks, check("x", startup.CheckOwn), check("x", startup.CheckSkipped))
		}, []string{"added check x: inner", "added check x: outer"}, 1},
		{"the outer server has its own now", func(inner, outer *startup.Server) {
			inner.Checks, outer.Checks = append(inner.Checks, check("x", startup.CheckOwn)), append(outer.Checks, check("x", startup.CheckInherited))
		}, func(inner, outer *startup.Server) {
			inner.Checks = append(inner.Checks, check("x", startup.CheckOwn))
			outer.Checks = append(outer.Checks, check("x", startup.CheckOwn), check("x", startup.CheckSkipped))
		}, []string{`changed check x: outer, from "inherited from inner" "own"`}, 1},
		{"a check is lost for no reason that is told", func(inner, _ *startup.Server) {
			inner.Checks = append(inner.Checks, readyz("x"))
		}, func(inner, outer *startup.Server) {
			inner.Checks, outer.Checks = append(inner.Checks, readyz("x")), append(outer.Checks, lost("x"))
		}, []string{"added lost check x: outer"}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := chain(), chain()
			if c.a != nil {
				c.a(a.Servers[0], a.Servers[1])
			}
			c.b(b.Servers[0], b.Servers[1])
			d := compare(a, b)
			if df := cmp.Diff(c.want, lines(d)); df != "" || d.Consequences != c.consequences {
				t.Errorf("%d consequences, want %d; -want +got:\n%s", d.Consequences, c.consequences, df)
			}
			if back := compare(b, a); len(back.Structure) != len(c.want) || back.Consequences != c.consequences {
				t.Errorf("back: %v and %d", lines(back), back.Consequences)
			}
		})
	}
}

// TestUnchanged: what stays is counted, and what changed is not among it.
func TestUnchanged(t *testing.T) {
	b := chain()
	b.Servers[0].Groups[0].Versions = []string{"v2"}
	got := lines(compare(chain(), b))
	if len(got) != 1 {
		t.Fatal(got)
	}
	counts := map[string]int{}
	for _, c := range compare(chain(), b).Unchanged {
		counts[c.Server+" "+c.Kind] = c.N
	}
	want := map[string]int{
		"inner check": 2, "inner post-start hook": 1, "inner route": 1, "inner server": 1,
		"outer check": 2, "outer post-start hook": 1, "outer route": 2, "outer server": 1, "outer skipped check": 1,
	}
	if df := cmp.Diff(want, counts); df != "" {
		t.Errorf("-want +got:\n%s", df)
	}
	if !slices.IsSortedFunc(compare(chain(), b).Unchanged, compareCounts) {
		t.Error("not in order")
	}
}

func compareCounts(x, y diff.Count) int {
	return cmpstd.Or(strings.Compare(x.Server, y.Server), strings.Compare(x.Kind, y.Kind))
}

// TestPathsFollowAPIGroups: what is at the path of a version that came or went is
// told with the group alone; other paths that come or go are told.
func TestPathsFollowAPIGroups(t *testing.T) {
	a, b := chain(), chain()
	add := func(s *startup.Startup, inner ...string) {
		for _, path := range inner {
			s.Servers[0].Routes = append(s.Servers[0].Routes, route(path))
			s.Servers[1].Routes = append(s.Servers[1].Routes, route(path))
		}
	}
	add(a, "/apis/g", "/apis/g/v1", "/apis/g/v1/", "/apis/g/v2")
	add(b, "/apis/g", "/apis/g/v2", "/apis/new", "/apis/new/v1", "/apis/other/v1", "/apis/g/v3")
	b.Servers[0].Groups = []startup.Group{{Name: "g", Versions: []string{"v2"}}, {Name: "new", Versions: []string{"v1"}}}
	want := []string{
		"added API group new: inner",
		"added route /apis/g/v3 (exact): inner", "added route /apis/g/v3 (exact): outer", // of no version that was added
		"added route /apis/other/v1 (exact): inner", "added route /apis/other/v1 (exact): outer",
		`changed API group g: inner, versions "v1, v2" "v2"`,
	}
	d := compare(a, b)
	if df := cmp.Diff(want, lines(d)); df != "" || d.Consequences != 8 {
		t.Errorf("%d consequences; -want +got:\n%s", d.Consequences, df)
	}
}
