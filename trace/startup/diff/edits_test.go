package diff_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
	"github.com/chaintrace/chaintrace/trace/startup/diff"
)

// edit changes a plan and returns what a diff has to tell, as lines does; nothing
// where the plan has not what it changes. What it adds has the number in its name.
// No two edits touch the same thing: touched holds what was.
type edit func(r *rand.Rand, p *plan, n int, touched map[string]bool) []string

// edits are all changes that are tried, by name.
func edits() map[string]edit {
	return map[string]edit{
		"add a hook": func(r *rand.Rand, p *plan, n int, touched map[string]bool) []string {
			sv, name := pick(r, p.servers), fmt.Sprintf("new%d", n)
			sv.hooks = append(sv.hooks, plannedHook{name: name, took: ms})
			touched[name] = true
			return []string{"added post-start hook " + name + ": " + sv.name}
		},
		"remove a hook": func(r *rand.Rand, p *plan, _ int, touched map[string]bool) []string {
			sv, i := pickHook(r, p, touched)
			if sv == nil {
				return nil
			}
			name := sv.hooks[i].name
			sv.hooks = slices.Delete(sv.hooks, i, i+1)
			return []string{"removed post-start hook " + name + ": " + sv.name}
		},
		"move a hook": func(r *rand.Rand, p *plan, _ int, touched map[string]bool) []string { return move(r, p, touched, 0) },
		"move a hook, and it takes longer": func(r *rand.Rand, p *plan, _ int, touched map[string]bool) []string {
			return move(r, p, touched, 70)
		},
		"a hook takes longer": func(r *rand.Rand, p *plan, _ int, touched map[string]bool) []string {
			sv, i := pickHook(r, p, touched)
			if sv == nil {
				return nil
			}
			h := &sv.hooks[i]
			was := h.took
			h.took += 80 * ms
			return []string{fmt.Sprintf("slower hook %s %s %v %v", sv.name, h.name, was, h.took)}
		},
		"a hook fails": func(r *rand.Rand, p *plan, _ int, touched map[string]bool) []string {
			sv, i := pickHook(r, p, touched)
			if sv == nil {
				return nil
			}
			sv.hooks[i].failed = "no"
			return []string{fmt.Sprintf(`error added hook %s: %s, outcome "" "failed", error "" "no"`, sv.hooks[i].name, sv.name)}
		},
		"add a check": func(r *rand.Rand, p *plan, n int, touched map[string]bool) []string {
			sv, name := pick(r, p.servers), fmt.Sprintf("new%d", n)
			sv.checks = append(sv.checks, plannedCheck{name, randomEndpoints(r)})
			touched[name] = true
			return []string{"added check " + name + ": " + sv.name}
		},
		"a check is in other endpoints": func(r *rand.Rand, p *plan, _ int, touched map[string]bool) []string {
			sv := pick(r, p.servers)
			for i := range sv.checks {
				c := &sv.checks[i]
				was, is := strings.Join(c.endpoints, " "), randomEndpoints(r)
				if touched[c.name] || strings.Join(is, " ") == was {
					continue
				}
				touched[c.name], c.endpoints = true, is
				return []string{fmt.Sprintf("changed check %s: %s, endpoints %q %q", c.name, sv.name, was, strings.Join(is, " "))}
			}
			return nil
		},
		"add a route": func(r *rand.Rand, p *plan, n int, _ map[string]bool) []string {
			sv, path := pick(r, p.servers), fmt.Sprintf("/new%d", n)
			sv.routes = append(sv.routes, route(path))
			return []string{"added route " + path + " (exact): " + sv.name}
		},
		"a route is another phase's": func(r *rand.Rand, p *plan, _ int, touched map[string]bool) []string {
			sv := pick(r, p.servers)
			for i := range sv.routes {
				if path := sv.routes[i].Path; !touched[path] && !strings.HasPrefix(path, "/new") {
					touched[path], sv.routes[i].Phase = true, attr.PhaseRuntime
					return []string{fmt.Sprintf("changed route %s (exact): %s, phase %q %q", path, sv.name, attr.PhasePrepareRun, attr.PhaseRuntime)}
				}
			}
			return nil
		},
		"a version more of an API group": func(r *rand.Rand, p *plan, _ int, touched map[string]bool) []string {
			sv := pick(r, p.servers)
			if len(sv.groups) == 0 || touched[sv.groups[0].Name] {
				return nil
			}
			g := &sv.groups[0]
			touched[g.Name] = true
			was := strings.Join(g.Versions, ", ")
			g.Versions = append(slices.Clone(g.Versions), "v3")
			return []string{fmt.Sprintf("changed API group %s: %s, versions %q %q", g.Name, sv.name, was, was+", v3")}
		},
	}
}

func pick[T any](r *rand.Rand, of []T) T { return of[r.IntN(len(of))] }

// pickHook picks a server's hook that no other edit touched.
func pickHook(r *rand.Rand, p *plan, touched map[string]bool) (*planned, int) {
	sv := pick(r, p.servers)
	for i, h := range sv.hooks {
		if !touched[h.name] {
			touched[h.name] = true
			return sv, i
		}
	}
	return nil, 0
}

func move(r *rand.Rand, p *plan, touched map[string]bool, longer int64) []string {
	to := pick(r, p.servers)
	from, i := pickHook(r, p, touched)
	if from == nil || from == to {
		return nil
	}
	h := from.hooks[i]
	from.hooks = slices.Delete(from.hooks, i, i+1)
	want := []string{"moved post-start hook " + h.name + ": " + from.name + " " + to.name}
	if was := h.took; longer > 0 {
		h.took += ms * time.Duration(longer)
		want = append(want, fmt.Sprintf("slower hook %s %s %v %v", to.name, h.name, was, h.took))
	}
	to.hooks = append(to.hooks, h)
	return want
}

// found are the lines of a diff, without the times that follow from the hooks'.
func found(d *diff.Diff) []string {
	return slices.DeleteFunc(lines(d), func(s string) bool { return strings.Contains(s, " stage ") || strings.Contains(s, " milestone ") })
}

// TestEditsAreFound: of random chains, a diff tells exactly what was edited, and
// back the same the other way round.
func TestEditsAreFound(t *testing.T) {
	all := edits()
	names := make([]string, 0, len(all))
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	tried := map[string]int{}
	for seed := range uint64(500) {
		r := rand.New(rand.NewPCG(seed, 7))
		before := randomPlan(r)
		after := before.clone()
		touched := map[string]bool{}
		var want, made []string
		for n := range r.IntN(6) {
			name := pick(r, names)
			if expected := all[name](r, after, n, touched); len(expected) > 0 {
				want, made = append(want, expected...), append(made, name)
				tried[name]++
			}
		}
		slices.Sort(want)
		a, b := before.start(), after.start()
		shuffle(r, b)
		there := compare(a, b)
		if df := cmp.Diff(want, found(there), cmpopts.EquateEmpty()); df != "" {
			t.Fatalf("seed %d, %q: -want +got:\n%s", seed, made, df)
		}
		if df := cmp.Diff(mirror(there), compare(b, a)); df != "" {
			t.Fatalf("seed %d, %q: back is not there mirrored: -want +got:\n%s", seed, made, df)
		}
		again := before.start()
		shuffle(r, again)
		if d := compare(a, again); !d.Empty() || d.Consequences > 0 {
			t.Fatalf("seed %d: the chain differs from itself: %v", seed, lines(d))
		}
	}
	for _, name := range names {
		if tried[name] < 10 {
			t.Errorf("%q was tried %d times only", name, tried[name])
		}
	}
}

// TestServersComeAndGo: a server more is one change, and whom the next one
// delegates to another; what it has and hands on is none.
func TestServersComeAndGo(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 8))
		before := randomPlan(r)
		after := before.clone()
		at := r.IntN(len(after.servers) + 1)
		added := &planned{name: "new", hooks: []plannedHook{{name: "n", took: ms}}, checks: []plannedCheck{{"nc", randomEndpoints(r)}}, routes: []startup.Route{route("/n")}}
		after.servers = slices.Insert(after.servers, at, added)
		want := []string{"added server : new"}
		if at < len(before.servers) {
			was := "none"
			if at > 0 {
				was = before.servers[at-1].name
			}
			want = append(want, fmt.Sprintf("changed server : %s, delegate %q %q", before.servers[at].name, was, "new"))
		}
		a, b := before.start(), after.start()
		there := compare(a, b)
		if df := cmp.Diff(want, found(there)); df != "" {
			t.Fatalf("seed %d, at %d of %d: -want +got:\n%s", seed, at, len(before.servers), df)
		}
		if df := cmp.Diff(mirror(there), compare(b, a)); df != "" {
			t.Fatalf("seed %d: back is not there mirrored: -want +got:\n%s", seed, df)
		}
	}
}

// mirror is what a diff has to be the other way round.
func mirror(d *diff.Diff) *diff.Diff {
	m := *d
	m.RunsA, m.RunsB = d.RunsB, d.RunsA
	changes := func(of []diff.Change) []diff.Change {
		var out []diff.Change
		for _, c := range of {
			switch c.Op {
			case diff.Added:
				c.Op = diff.Removed
			case diff.Removed:
				c.Op = diff.Added
			case diff.Moved:
				c.Server, c.Was = c.Was, c.Server
			}
			c.InA, c.InB = c.InB, c.InA
			c.Fields = slices.Clone(c.Fields)
			for i, f := range c.Fields {
				c.Fields[i] = diff.Field{Name: f.Name, From: f.To, To: f.From}
			}
			out = append(out, c)
		}
		slices.SortFunc(out, func(x, y diff.Change) int {
			return strings.Compare(x.Server+"\x00"+x.Kind+"\x00"+x.Name+"\x00"+string(x.Op), y.Server+"\x00"+y.Kind+"\x00"+y.Name+"\x00"+string(y.Op))
		})
		return out
	}
	m.Structure, m.Errors = changes(d.Structure), changes(d.Errors)
	m.Timing = nil
	for _, t := range d.Timing {
		t.From, t.To, t.FromLow, t.FromHigh, t.ToLow, t.ToHigh = t.To, t.From, t.ToLow, t.ToHigh, t.FromLow, t.FromHigh
		t.NA, t.NB = t.NB, t.NA
		if t.Was != "" {
			t.Server, t.Was = t.Was, t.Server
		}
		switch t.Verdict {
		case diff.Slower:
			t.Verdict = diff.Faster
		case diff.Faster:
			t.Verdict = diff.Slower
		}
		m.Timing = append(m.Timing, t)
	}
	slices.SortStableFunc(m.Timing, func(x, y diff.Timing) int {
		if n := int(y.Delta().Abs() - x.Delta().Abs()); n != 0 {
			return n
		}
		return strings.Compare(x.Kind+"\x00"+x.Server+"\x00"+x.Name, y.Kind+"\x00"+y.Server+"\x00"+y.Name)
	})
	return &m
}
