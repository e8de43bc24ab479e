package diff_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chaintrace/chaintrace/trace/startup/diff"
)

// TestGroups: changes that are the same but for the server are one, and so are
// routes of one family; what differs in anything else is not.
func TestGroups(t *testing.T) {
	d := &diff.Diff{}
	add := func(op diff.Op, kind, name string, servers ...string) {
		for _, server := range servers {
			d.Structure = append(d.Structure, diff.Change{Op: op, Kind: kind, Server: server, Name: name})
		}
	}
	add(diff.Removed, diff.KindRoute, "/debug/pprof (exact)", "x", "y")
	add(diff.Removed, diff.KindRoute, "/debug/flags (exact)", "x", "y")
	add(diff.Removed, diff.KindRoute, "/debug/pprof/trace (exact)", "x", "y")
	add(diff.Removed, diff.KindRoute, "/debug/pprof/ (prefix)", "x") // on one server
	add(diff.Added, diff.KindRoute, "/debug/pprof/new (exact)", "x", "y")
	add(diff.Removed, diff.KindRoute, "/debug (exact)", "x")
	add(diff.Removed, diff.KindCheck, "/debug/pprof", "x", "y")
	add(diff.Added, diff.KindServer, "", "x", "y")
	d.Structure = append(d.Structure,
		diff.Change{Op: diff.Changed, Kind: diff.KindRoute, Server: "x", Name: "/r (exact)", Fields: []diff.Field{{Name: "f", From: "1", To: "2"}}},
		diff.Change{Op: diff.Changed, Kind: diff.KindRoute, Server: "y", Name: "/r (exact)", Fields: []diff.Field{{Name: "f", From: "1", To: "3"}}},
		diff.Change{Op: diff.Moved, Kind: diff.KindHook, Server: "x", Was: "z", Name: "h"},
		diff.Change{Op: diff.Moved, Kind: diff.KindHook, Server: "y", Was: "z", Name: "h"},
		diff.Change{Op: diff.Moved, Kind: diff.KindRoute, Server: "y", Was: "z", Name: "/m/m/1 (exact)"},
		diff.Change{Op: diff.Moved, Kind: diff.KindRoute, Server: "y", Was: "z", Name: "/m/m/2 (exact)"},
		diff.Change{Op: diff.Moved, Kind: diff.KindRoute, Server: "y", Was: "x", Name: "/m/m/3 (exact)"},
		diff.Change{Op: diff.Moved, Kind: diff.KindRoute, Server: "y", Was: "x", Name: "/m/m/4 (exact)", Undecided: true},
	)
	var got []string
	members := map[int]int{}
	for _, g := range d.Groups() {
		got = append(got, fmt.Sprintf("%s %s %s: %s %d", g.Op, g.Kind, g.Name, strings.Join(g.Servers, " "), len(g.Routes)))
		if !slices.IsSorted(g.Members) {
			t.Errorf("%v", g.Members)
		}
		for _, m := range g.Members {
			members[m]++
			if c := d.Structure[m]; c.Op != g.Op || c.Kind != g.Kind || !slices.Contains(g.Servers, c.Server) || c.Was != g.Was {
				t.Errorf("%+v is none of %+v", c, g)
			}
		}
	}
	want := []string{
		"removed route /debug/pprof: x y 2", "removed route /debug/flags (exact): x y 0", "removed route /debug/pprof/ (prefix): x 0",
		"added route /debug/pprof/new (exact): x y 0", "removed route /debug (exact): x 0", "removed check /debug/pprof: x y 0", "added server : x y 0",
		"changed route /r (exact): x 0", "changed route /r (exact): y 0", "moved post-start hook h: x 0", "moved post-start hook h: y 0",
		"moved route /m/m: y 2", "moved route /m/m/3 (exact): y 0", "moved route /m/m/4 (exact): y 0",
	}
	if df := cmp.Diff(want, got); df != "" {
		t.Errorf("-want +got:\n%s", df)
	}
	for i := range d.Structure {
		if members[i] != 1 {
			t.Errorf("change %d is in %d groups", i, members[i])
		}
	}
}
