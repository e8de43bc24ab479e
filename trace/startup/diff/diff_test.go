package diff_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
	"github.com/chaintrace/chaintrace/trace/startup/diff"
)

const ms = time.Millisecond

func own(name string) *startup.Hook {
	return &startup.Hook{Name: name, Kind: attr.KindPostStart, Origin: "inner"}
}

func inherited(name string) *startup.Hook {
	h := own(name)
	h.Inherited = true
	return h
}

func check(name string, state startup.CheckState) *startup.Check {
	return &startup.Check{Name: name, Origin: "inner", State: state, Endpoints: startup.Endpoints()}
}

func route(path string) startup.Route {
	return startup.Route{Path: path, Match: attr.MatchExact, Phase: attr.PhasePrepareRun}
}

func run(name string, took time.Duration) *startup.HookRun {
	return &startup.HookRun{Name: name, Origin: "inner", Interval: startup.Interval{Start: 10 * ms, End: 10*ms + took}, Outcome: attr.OutcomeRan}
}

// chain is an inner and an outer server; the outer one has the inner one's hook a
// with its check and paths.
func chain() *startup.Startup {
	inner := &startup.Server{Name: "inner", Create: startup.Interval{Start: 0, End: -1}, Prepare: startup.Interval{Start: 0, End: -1},
		PostStart: []*startup.Hook{own("a")}, Checks: []*startup.Check{check("ping", startup.CheckOwn), check("poststarthook/a", startup.CheckOwn)},
		Routes: []startup.Route{route("/healthz/poststarthook/a")}, Groups: []startup.Group{{Name: "g", Versions: []string{"v1", "v2"}}},
	}
	outer := &startup.Server{Name: "outer", Delegate: "inner", Create: startup.Interval{Start: 0, End: -1}, Prepare: startup.Interval{Start: 0, End: -1},
		PostStart: []*startup.Hook{inherited("a")}, Checks: []*startup.Check{check("ping", startup.CheckOwn), check("poststarthook/a", startup.CheckInherited), check("ping", startup.CheckSkipped)},
		Routes: []startup.Route{route("/healthz/poststarthook/a"), route("/version")},
	}
	return &startup.Startup{
		Servers: []*startup.Server{inner, outer}, Runs: []*startup.HookRun{run("a", 100*ms)},
		Ready: &startup.Ready{At: 120 * ms}, End: 130 * ms,
	}
}

func compare(a, b *startup.Startup) *diff.Diff {
	return diff.Compare([]*startup.Startup{a}, []*startup.Startup{b}, diff.DefaultOptions())
}

// lines writes what differs.
func lines(d *diff.Diff) []string {
	var out []string
	for i, c := range slices.Concat(d.Structure, d.Errors) {
		part := ""
		if i >= len(d.Structure) {
			part = "error "
		}
		line := part + strings.Join(strings.Fields(fmt.Sprintf("%s %s %s: %s %s", c.Op, c.Kind, c.Name, c.Was, c.Server)), " ")
		for _, f := range c.Fields {
			line += fmt.Sprintf(", %s %q %q", f.Name, f.From, f.To)
		}
		out = append(out, line)
	}
	for _, t := range d.Timing {
		out = append(out, strings.Join(strings.Fields(fmt.Sprintf("%s %s %s %s %v %v", t.Verdict, t.Kind, t.Server, t.Name, t.From, t.To)), " "))
	}
	slices.Sort(out)
	return out
}

// Cases worked out by hand.
func TestCompare(t *testing.T) {
	for _, c := range []struct {
		name         string
		change       func(s *startup.Startup)
		want         []string
		consequences int
	}{
		{"nothing", func(*startup.Startup) {}, nil, 0},
		{"a hook is gone, and with it its check and paths on both servers", func(s *startup.Startup) {
			for _, sv := range s.Servers {
				sv.PostStart, sv.Checks, sv.Routes = nil, slices.DeleteFunc(sv.Checks, func(c *startup.Check) bool { return c.Hook() != "" }), sv.Routes[1:]
			}
		}, []string{"removed post-start hook a: inner"}, 5},
		{"a hook is the outer server's now", func(s *startup.Startup) {
			s.Servers[0].PostStart = nil
			s.Servers[1].PostStart[0] = own("a")
		}, []string{"moved post-start hook a: inner outer"}, 0},
		{"a pre-shutdown hook moved", func(s *startup.Startup) {
			s.Servers[1].PreShutdown = s.Servers[0].PreShutdown
			s.Servers[0].PreShutdown = nil
		}, nil, 0},
		{"the inner server is gone with all it has", func(s *startup.Startup) {
			s.Servers = s.Servers[1:]
			s.Servers[0].Delegate = ""
		}, []string{`changed server : outer, delegate "inner" "none"`, "removed server : inner"}, 5},
		{"a version less", func(s *startup.Startup) { s.Servers[0].Groups[0].Versions = []string{"v2"} },
			[]string{`changed API group g: inner, versions "v1, v2" "v2"`}, 0},
		{"a check is there twice", func(s *startup.Startup) {
			s.Servers[1].Checks = append(s.Servers[1].Checks, check("ping", startup.CheckOwn))
		}, []string{`changed check ping: outer, count "1" "2"`}, 0},
		{"what only one side knows is no difference", func(s *startup.Startup) {
			s.Servers[0].Routes[0].Installer = "known"
			s.Servers[0].PostStart[0].RegisteredAt = "a.go:1"
		}, nil, 0},
		{"a failing check is masked", func(s *startup.Startup) { s.Servers[1].Checks[2].State = startup.CheckMasked },
			[]string{"error added masked check ping: outer"}, 0},
		{"a hook failed", func(s *startup.Startup) {
			s.Runs[0].Outcome, s.Runs[0].Err = attr.OutcomeFailed, "no"
			s.Ready, s.Failure = nil, &startup.Failure{Hook: "a", Err: "no", At: 110 * ms}
		}, []string{`error added hook a: inner, outcome "" "failed", error "" "no"`, `error changed outcome :, outcome "ready" "failed"`}, 0},
		{"slower by more than the threshold", func(s *startup.Startup) { s.Runs[0].End += 6 * ms; s.Ready.At += 6 * ms },
			[]string{"slower hook inner a 100ms 106ms", "slower milestone last hook done 110ms 116ms", "slower milestone ready 120ms 126ms"}, 0},
		{"slower by less than the threshold", func(s *startup.Startup) { s.Runs[0].End += 4 * ms; s.Ready.At += 4 * ms }, nil, 0},
		{"faster", func(s *startup.Startup) { s.Runs[0].End -= 50 * ms },
			[]string{"faster hook inner a 100ms 50ms", "faster milestone last hook done 110ms 60ms"}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := chain()
			c.change(b)
			d := compare(chain(), b)
			// Stages are what is between the other times.
			got := slices.DeleteFunc(lines(d), func(s string) bool { return strings.Contains(s, " stage ") })
			if df := cmp.Diff(c.want, got, cmpopts.EquateEmpty()); df != "" {
				t.Errorf("-want +got:\n%s", df)
			}
			if d.Consequences != c.consequences {
				t.Errorf("%d consequences, want %d", d.Consequences, c.consequences)
			}
		})
	}
}

func TestMoved(t *testing.T) {
	a, b := chain(), chain()
	a.Servers[0].PreShutdown = []*startup.Hook{{Name: "p", Kind: attr.KindPreShutdown, Origin: "inner"}}
	a.Servers[1].PreShutdown = []*startup.Hook{{Name: "p", Kind: attr.KindPreShutdown, Origin: "inner", Inherited: true}}
	b.Servers[0].Signals = []startup.MuxSignal{{Name: "s"}}
	a.Servers[1].Signals = []startup.MuxSignal{{Name: "s"}}
	b.Servers[1].PreShutdown = nil
	want := []string{"moved mux signal s: outer inner", "removed pre-shutdown hook p: inner"}
	d := compare(a, b)
	if df := cmp.Diff(want, lines(d)); df != "" || d.Consequences != 1 {
		t.Errorf("%d consequences; -want +got:\n%s", d.Consequences, df)
	}
}

// side is n starts whose hook takes about so long.
func side(n int, around time.Duration, r *rand.Rand) []*startup.Startup {
	var out []*startup.Startup
	for range n {
		s := chain()
		s.Runs[0].End = s.Runs[0].Start + around + time.Duration(r.Int64N(int64(20*ms)))
		out = append(out, s)
	}
	return out
}

func TestSeveralRuns(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	verdict := func(a, b []*startup.Startup) diff.Timing {
		for _, timing := range diff.Compare(a, b, diff.DefaultOptions()).Timing {
			if timing.Kind == diff.KindHookRun {
				return timing
			}
		}
		return diff.Timing{}
	}
	got := verdict(side(10, 100*ms, r), side(10, 150*ms, r))
	if got.Verdict != diff.Slower || got.P >= 0.05 || got.NA != 10 || got.FromLow > got.From || got.ToHigh < got.To || got.FromHigh >= got.ToLow {
		t.Errorf("50 ms more in each of 10 runs: %+v", got)
	}
	if got := verdict(side(10, 150*ms, r), side(10, 100*ms, r)); got.Verdict != diff.Faster {
		t.Errorf("50 ms less: %+v", got)
	}
	if got := verdict(side(3, 100*ms, r), side(3, 150*ms, r)); got.Verdict != diff.Undecided {
		t.Errorf("3 runs tell nothing from chance: %+v", got)
	}
	d := diff.Compare(side(3, 100*ms, r), side(3, 150*ms, r), diff.DefaultOptions())
	if !d.Empty() || len(d.Timing) == 0 {
		t.Errorf("what is undecided is no difference: %v", lines(d))
	}
	// One start that was slow by chance moves no median.
	noisy := side(10, 100*ms, r)
	noisy[3].Runs[0].End += time.Hour
	if got := verdict(side(10, 100*ms, r), noisy); got.Verdict != "" {
		t.Errorf("one slow start of ten: %+v", got)
	}
}

func TestInSomeStartsOnly(t *testing.T) {
	a, b := []*startup.Startup{chain(), chain()}, []*startup.Startup{chain(), chain()}
	b[1].Servers[1].Routes = append(b[1].Servers[1].Routes, route("/new"))
	b[0].Servers[0].Groups = nil
	want := []string{`added route /new (exact): outer`, `changed API group g: inner, starts "2 of 2" "1 of 2"`}
	d := diff.Compare(a, b, diff.DefaultOptions())
	if df := cmp.Diff(want, lines(d)); df != "" || d.Structure[len(d.Structure)-1].InB != 1 {
		t.Errorf("-want +got:\n%s", df)
	}
	for _, c := range d.Structure {
		if c.P < 0.99 || !c.Undecided || !d.Empty() {
			t.Errorf("one start of two is chance: %+v", c)
		}
	}
}

func golden(t testing.TB, name string) *trace.Trace {
	t.Helper()
	b, err := os.ReadFile("../../../testdata/golden/" + name)
	if err != nil {
		t.Fatal(err)
	}
	tr, err := trace.Read(bytes.NewReader(b), trace.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func read(t testing.TB, tr *trace.Trace) *startup.Startup {
	t.Helper()
	s, err := startup.FromTrace(tr)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestProperties: a trace does not differ from itself, nor from itself in another
// order; and what went one way came the other.
func TestProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	kube, aggregated := golden(t, "kube-apiserver-1.37.trace.json"), golden(t, "aggregated-apiserver.trace.json")
	for range 20 {
		shuffled := &trace.Trace{Spans: slices.Clone(kube.Spans)}
		r.Shuffle(len(shuffled.Spans), func(i, j int) { shuffled.Spans[i], shuffled.Spans[j] = shuffled.Spans[j], shuffled.Spans[i] })
		if d := compare(read(t, kube), read(t, shuffled)); !d.Empty() || d.Compared == 0 {
			t.Fatalf("shuffled spans differ: %v", lines(d))
		}
		// As upstream's maps would have it: hooks, checks and routes in any order.
		s := read(t, kube)
		for _, sv := range s.Servers {
			r.Shuffle(len(sv.PostStart), func(i, j int) { sv.PostStart[i], sv.PostStart[j] = sv.PostStart[j], sv.PostStart[i] })
			r.Shuffle(len(sv.Checks), func(i, j int) { sv.Checks[i], sv.Checks[j] = sv.Checks[j], sv.Checks[i] })
			r.Shuffle(len(sv.Routes), func(i, j int) { sv.Routes[i], sv.Routes[j] = sv.Routes[j], sv.Routes[i] })
		}
		if d := compare(s, read(t, kube)); !d.Empty() || d.Consequences > 0 {
			t.Fatalf("another order differs: %v", lines(d))
		}
		cut := &trace.Trace{}
		for _, span := range kube.Spans {
			if r.IntN(10) > 0 {
				cut.Spans = append(cut.Spans, span)
			}
		}
		mirrored(t, read(t, kube), read(t, cut))
	}
	mirrored(t, read(t, kube), read(t, aggregated))
}

func mirrored(t *testing.T, a, b *startup.Startup) {
	t.Helper()
	there, back := compare(a, b), compare(b, a)
	if len(there.Structure) != len(back.Structure) || there.Consequences != back.Consequences || len(there.Errors) != len(back.Errors) || there.Compared != back.Compared {
		t.Fatalf("there %d and %d, back %d and %d", len(there.Structure), there.Consequences, len(back.Structure), back.Consequences)
	}
	opposite := map[diff.Op]diff.Op{diff.Added: diff.Removed, diff.Removed: diff.Added, diff.Changed: diff.Changed, diff.Moved: diff.Moved}
	seen := map[string]int{}
	for _, c := range there.Structure {
		seen[fmt.Sprint(c.Op, c.Kind, c.Name)]++
	}
	for _, c := range back.Structure {
		seen[fmt.Sprint(opposite[c.Op], c.Kind, c.Name)]--
	}
	for what, n := range seen {
		if n != 0 {
			t.Fatalf("%s: %d more there than back", what, n)
		}
	}
}

// long is a start of n spans: servers with hooks and routes.
func long(n int, took time.Duration) *trace.Trace {
	tr := &trace.Trace{}
	res, scope := &trace.Resource{}, &trace.Scope{}
	add := func(name string, start, end int64, attrs ...trace.Attr) {
		s := trace.Span{Name: name, TraceID: trace.TraceID{1}, Start: start, End: end, Attrs: attrs, Resource: res, Scope: scope}
		for i, shift := range []int{24, 16, 8, 0} {
			s.SpanID[4+i] = byte((len(tr.Spans) + 1) >> shift)
		}
		tr.Spans = append(tr.Spans, s)
	}
	text := func(k, v string) trace.Attr { return trace.Attr{Key: k, Value: trace.String(v)} }
	const begin = int64(1e18)
	add(attr.SpanStartup, begin, begin+1e9)
	for i := 0; len(tr.Spans) < n; i++ {
		name := strconv.Itoa(i)
		add(attr.SpanHookRegister, begin+1, begin+2, text(attr.ServerName, "s"), text(attr.HookName, name), text(attr.HookKind, attr.KindPostStart))
		add(attr.SpanHookRun, begin+10, begin+10+int64(took)+int64(i), text(attr.HookName, name), text(attr.HookOrigin, "s"), text(attr.HookOutcome, attr.OutcomeRan))
		add(attr.SpanRouteInstall, begin+1, begin+2, text(attr.ServerName, "s"), text(attr.RoutePath, "/"+name+took.String()), text(attr.RouteMatch, attr.MatchExact))
	}
	return tr
}

// BenchmarkDiff compares two starts of n spans in which every hook's time and
// every route differs, reading them out of their spans and putting the changes
// together included.
func BenchmarkDiff(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		x, y := long(n, 10*ms), long(n, 20*ms)
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if d := compare(read(b, x), read(b, y)); len(d.Timing) < n/4 || len(d.Groups()) < n/2 {
					b.Fatal("it does not find the differences")
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(2*n), "ns/span")
		})
	}
}
