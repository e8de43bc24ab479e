package startup_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// entry writes what all entries have.
func entry(e startup.LedgerEntry, more ...string) string {
	words := []string{string(e.State)}
	for _, m := range e.Marks {
		words = append(words, string(m))
	}
	words = append(words, strings.Join(e.Through, ">"))
	for _, m := range more {
		if m != "" {
			words = append(words, m)
		}
	}
	return strings.Join(words, " ")
}

// ledgerLines writes the hooks, checks and routes of a server.
func ledgerLines(sv *startup.LedgerServer) (hooks, checks, routes []string) {
	for _, h := range sv.Hooks {
		hooks = append(hooks, h.Hook.Name+": "+entry(h.LedgerEntry, h.Place, h.Err))
	}
	for _, c := range sv.Checks {
		lost := ""
		if c.LostGrace > 0 {
			lost = c.LostGrace.String()
		}
		checks = append(checks, c.Check.Name+": "+entry(c.LedgerEntry, strings.Join(c.Endpoints, ","), c.Place, strings.Join(c.Promoted, ","), lost))
	}
	for _, r := range sv.Routes {
		routes = append(routes, r.Route.Path+": "+entry(r.LedgerEntry, r.ShadowedBy))
	}
	return hooks, checks, routes
}

func TestLedger(t *testing.T) {
	l := chainOfTwo().read(t).Ledger()
	if len(l.Servers) != 2 || l.Servers[0].Name != "outer" || l.Servers[1].Name != "inner" {
		t.Fatalf("the ledger is of %d servers", len(l.Servers))
	}
	hooks, checks, routes := ledgerLines(l.Servers[0])
	for what, c := range map[string]struct{ got, want []string }{
		"hooks": {hooks, []string{
			"a: inherited inner>outer a.go:1", // its merge does not say where it was registered
			"b: own outer", "off: disabled outer",
		}},
		"checks": {checks, []string{
			"db: own outer healthz,livez,readyz",
			"poststarthook/a: inherited inner>outer healthz,livez,readyz a.go:1",
			"both: own outer readyz",
			"db: skipped inner>outer healthz,livez,readyz", // where the delegate has it
			"only-readyz: lost inner>outer readyz",
			"both: lost namesake inner>outer readyz", // outer's own is another one
		}},
		"routes": {routes, []string{"/x: own outer"}},
	} {
		if diff := cmp.Diff(c.want, c.got); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
	}
}

// threeServers is a chain in which everything happens that a ledger knows.
func threeServers() *builder {
	b := newBuilder()
	b.add(trace.SpanID{}, attr.SpanStartup, 0, 100)
	hook := func(server, span, name, origin string, more ...trace.Attr) {
		b.of(server, span, 1, 2, append([]trace.Attr{kv(attr.HookName, name), kv(attr.HookKind, attr.KindPostStart), kv(attr.HookOrigin, origin)}, more...)...)
	}
	check := func(server, span, name, origin string, endpoints []string, more ...trace.Attr) {
		b.of(server, span, 3, 3, append([]trace.Attr{kv(attr.CheckName, name), kv(attr.CheckOrigin, origin), list(attr.CheckEndpoints, endpoints...)}, more...)...)
	}
	route := func(server, path, match string, more ...trace.Attr) {
		b.of(server, attr.SpanRouteInstall, 4, 4, append([]trace.Attr{kv(attr.RoutePath, path), kv(attr.RouteMatch, match)}, more...)...)
	}
	all, minute := startup.Endpoints(), trace.Attr{Key: attr.CheckDelay, Value: trace.Int(int64(time.Minute))}
	delegate := map[string]string{"in": "", "mid": "in", "out": "mid"}
	for _, server := range []string{"in", "mid", "out"} {
		b.of(server, attr.SpanServerNew, 1, 5, kv(attr.ServerDelegate, delegate[server]))
	}
	hook("in", attr.SpanHookRegister, "h", "in", kv(attr.HookRegisteredAt, "h.go:7"))
	hook("in", attr.SpanHookRegister, "late", "in")
	check("in", attr.SpanCheckAdd, "poststarthook/h", "in", all, minute)
	check("in", attr.SpanCheckAdd, "half", "in", []string{attr.Healthz, attr.Livez})
	route("in", "/x", attr.MatchExact)
	hook("mid", attr.SpanHookMerge, "h", "")
	check("mid", attr.SpanCheckMerge, "poststarthook/h", "in", all)
	check("mid", attr.SpanCheckMerge, "half", "in", all)
	check("mid", attr.SpanCheckAdd, "dropped", "mid", all)
	hook("out", attr.SpanHookMerge, "h", "")
	hook("out", attr.SpanHookRegister, "h", "out", kv(attr.HookRegisteredAt, "h.go:9"))
	b.Spans[len(b.Spans)-1].Status = trace.Status{Code: trace.StatusError, Message: "it was registered before"}
	check("out", attr.SpanCheckMerge, "poststarthook/h", "in", all)
	check("out", attr.SpanCheckMerge, "half", "in", all)
	check("out", attr.SpanCheckAdd, "twice", "out", []string{attr.Readyz})
	check("out", attr.SpanCheckAdd, "twice", "out", all)
	check("out", attr.SpanCheckAdd, "apart", "out", []string{attr.Readyz})
	check("out", attr.SpanCheckAdd, "apart", "out", []string{attr.Livez})
	route("out", "/x", attr.MatchExact)
	route("out", "/x", attr.MatchExact, flag(attr.RouteReplaces))
	route("out", "/x", attr.MatchPrefix)
	return b
}

func TestLedgerOfThree(t *testing.T) {
	l := threeServers().read(t).Ledger()
	hooks, checks, routes := ledgerLines(l.Servers[0])
	for what, c := range map[string]struct{ got, want []string }{
		"hooks": {hooks, []string{
			"h: inherited duplicate in>mid>out h.go:7", // nobody says where it comes from
			"h: rejected duplicate out h.go:9 it was registered before",
		}},
		"checks": {checks, []string{
			"poststarthook/h: inherited lost-grace in>mid>out healthz,livez,readyz h.go:7 1m0s",
			"half: inherited in>mid>out healthz,livez,readyz", // it was promoted before
			"twice: own duplicate out readyz", "twice: own duplicate out healthz,livez,readyz",
			"apart: own out readyz", "apart: own out livez",
			"dropped: lost mid>out healthz,livez,readyz",
		}},
		"routes": {routes, []string{"/x: own duplicate replaced out", "/x: own duplicate out", "/x: own out"}},
	} {
		if diff := cmp.Diff(c.want, c.got); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
	}
	hooks, checks, _ = ledgerLines(l.Servers[1])
	if want := []string{"h: inherited in>mid h.go:7", "late: lost in>mid"}; !slices.Equal(hooks, want) {
		t.Errorf("hooks of mid: %q, want %q", hooks, want)
	}
	if want := "half: inherited promoted in>mid healthz,livez,readyz readyz"; !slices.Contains(checks, want) {
		t.Errorf("checks of mid: %q, want among them %q", checks, want)
	}
	if _, _, routes := ledgerLines(l.Servers[2]); routes[0] != "/x: own shadowed in out" {
		t.Errorf("routes of in: %q", routes)
	}
}

// TestLedgerLosesNothingBeforeTheMerge: a server whose New the trace does not show
// to its end has not passed by what it has not taken over.
func TestLedgerLosesNothingBeforeTheMerge(t *testing.T) {
	b := threeServers()
	for i := range b.Spans {
		if s := &b.Spans[i]; s.Name == attr.SpanServerNew {
			s.End = 0
		}
	}
	for _, sv := range b.read(t).Ledger().Servers {
		for _, h := range sv.Hooks {
			if h.State == startup.LedgerLost {
				t.Errorf("%s is said to have lost %s", sv.Name, h.Hook.Name)
			}
		}
	}
}

// TestLedgerOfWhatIsNotOffered: a check of a delegate's that is not in its healthz
// may have a namesake further out, which hides it.
func TestLedgerOfWhatIsNotOffered(t *testing.T) {
	event := func(check, by string) trace.Event {
		return trace.Event{Name: attr.EventCheckMasked, Attrs: []trace.Attr{kv(attr.CheckName, check), kv(attr.CheckOrigin, "inner"), kv(attr.CheckSkippedBy, by)}}
	}
	b := chainOfTwo()
	b.of("outer", attr.SpanCheckAdd, 15, 15, kv(attr.CheckName, "only-readyz"), list(attr.CheckEndpoints, "livez"))
	for i := range b.Spans {
		if s := &b.Spans[i]; s.Name == attr.SpanReady {
			s.Events = []trace.Event{event("both", "outer"), event("db", "outer"), event("nosuch", "outer"), event("only-readyz", "nobody")}
		}
	}
	s := b.read(t)
	_, checks, _ := ledgerLines(s.Ledger().Servers[0])
	want := []string{
		"db: masked inner>outer healthz,livez,readyz",
		"both: masked namesake inner>outer readyz",
		"only-readyz: lost namesake inner>outer readyz",
	}
	if got := slices.DeleteFunc(checks, func(line string) bool { return !strings.Contains(line, "masked") && !strings.Contains(line, "lost") }); !slices.Equal(got, want) {
		t.Errorf("passed by are %q, want %q", got, want)
	}
	if lost := s.Outermost().ChecksIn(startup.CheckLost); len(lost) > 0 {
		t.Errorf("%s is said to be lost without a namesake", lost[0].Name)
	}
}

// TestLedgerLosesNoCheckBeforeTheEndpointsAreClosed: while a server's PrepareRun
// goes on, it may still add what its delegate has added in its own.
func TestLedgerLosesNoCheckBeforeTheEndpointsAreClosed(t *testing.T) {
	for _, c := range []struct {
		prepared int64
		want     []string
	}{{0, []string{"early: lost in>out readyz"}}, {40, []string{"early: lost in>out readyz", "late: lost in>out readyz"}}} {
		b := newBuilder()
		b.of("in", attr.SpanServerNew, 1, 5)
		b.of("in", attr.SpanCheckAdd, 2, 2, kv(attr.CheckName, "early"), list(attr.CheckEndpoints, "readyz"))
		b.of("out", attr.SpanServerNew, 10, 15, kv(attr.ServerDelegate, "in"))
		b.of("out", attr.SpanServerPrepare, 20, c.prepared)
		b.of("in", attr.SpanCheckAdd, 25, 25, kv(attr.CheckName, "late"), list(attr.CheckEndpoints, "readyz"))
		if _, got, _ := ledgerLines(b.read(t).Ledger().Servers[0]); !slices.Equal(got, c.want) {
			t.Errorf("prepared @%d: %q, want %q", c.prepared, got, c.want)
		}
	}
}

// tally is a server and a span that tells of one of its entries.
type tally struct{ server, span, name string }

// TestLedgerCountsAreTheTraces: each span that tells of a hook, a check or a route
// is in the ledger once.
func TestLedgerCountsAreTheTraces(t *testing.T) {
	traces := map[string]*trace.Trace{"two": &chainOfTwo().Trace, "three": &threeServers().Trace}
	for _, name := range []string{"kube-apiserver-1.37", "aggregated-apiserver"} {
		traces[name] = recorded(t, name)
	}
	for seed := range uint64(20) {
		traces[fmt.Sprint("random ", seed)] = randomChain(300, seed)
	}
	for name, tr := range traces {
		t.Run(name, func(t *testing.T) {
			shuffled := &trace.Trace{Spans: slices.Clone(tr.Spans)}
			rand.New(rand.NewPCG(1, 2)).Shuffle(len(shuffled.Spans), func(i, j int) {
				shuffled.Spans[i], shuffled.Spans[j] = shuffled.Spans[j], shuffled.Spans[i]
			})
			for _, tr := range []*trace.Trace{tr, shuffled} {
				s, err := startup.FromTrace(tr)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tallySpans(tr), tallyLedger(s.Ledger())); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

func recorded(t testing.TB, name string) *trace.Trace {
	t.Helper()
	file, err := os.Open("../../testdata/golden/" + name + ".trace.json")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	tr, err := trace.Read(file, trace.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func tallySpans(tr *trace.Trace) map[tally]int {
	counts := map[tally]int{}
	for i := range tr.Spans {
		s := &tr.Spans[i]
		switch s.Name {
		case attr.SpanHookMerge, attr.SpanHookRegister:
			counts[tally{s.Attr(attr.ServerName).Str(), "hook", s.Attr(attr.HookName).Str()}]++
		case attr.SpanCheckMerge, attr.SpanCheckAdd, attr.SpanCheckSkip:
			counts[tally{s.Attr(attr.ServerName).Str(), s.Name, s.Attr(attr.CheckName).Str()}]++
		case attr.SpanRouteInstall:
			counts[tally{s.Attr(attr.ServerName).Str(), "route", s.Attr(attr.RoutePath).Str()}]++
		}
	}
	return counts
}

func tallyLedger(l *startup.Ledger) map[tally]int {
	counts := map[tally]int{}
	for _, sv := range l.Servers {
		for _, h := range sv.Hooks {
			if h.State != startup.LedgerLost {
				counts[tally{sv.Name, "hook", h.Hook.Name}]++
			}
		}
		for _, c := range sv.Checks {
			span := map[startup.LedgerState]string{
				startup.LedgerOwn: attr.SpanCheckAdd, startup.LedgerInherited: attr.SpanCheckMerge,
				startup.LedgerSkipped: attr.SpanCheckSkip, startup.LedgerMasked: attr.SpanCheckSkip,
			}[c.State]
			if c.State != startup.LedgerLost {
				counts[tally{sv.Name, span, c.Check.Name}]++
			}
		}
		for _, r := range sv.Routes {
			counts[tally{sv.Name, "route", r.Route.Path}]++
		}
	}
	return counts
}

// randomChain returns a trace of about n spans of three servers, which tell of
// anything in any order.
func randomChain(n int, seed uint64) *trace.Trace {
	rnd := rand.New(rand.NewPCG(seed, 7))
	b := newBuilder()
	servers := []string{"in", "mid", "out"}
	for i, server := range servers {
		b.of(server, attr.SpanServerNew, 1, 2, kv(attr.ServerDelegate, append([]string{""}, servers...)[i]))
	}
	pick := func(words ...string) string { return words[rnd.IntN(len(words))] }
	for i := range n {
		server, name := pick(servers...), fmt.Sprint("name-", rnd.IntN(max(4, n/10)))
		at := int64(3 + i%1000)
		switch rnd.IntN(3) {
		case 0:
			b.of(server, pick(attr.SpanHookMerge, attr.SpanHookRegister), at, at, kv(attr.HookName, name),
				kv(attr.HookKind, pick(attr.KindPostStart, attr.KindPreShutdown)), kv(attr.HookOrigin, pick("", "in", "mid", "elsewhere")))
			if rnd.IntN(5) == 0 {
				b.Spans[len(b.Spans)-1].Status.Code = trace.StatusError
			}
		case 1:
			b.of(server, pick(attr.SpanCheckMerge, attr.SpanCheckAdd, attr.SpanCheckSkip), at, at, kv(attr.CheckName, name),
				kv(attr.CheckOrigin, pick("", "in", "out", "elsewhere")), list(attr.CheckEndpoints, pick(attr.Healthz, attr.Livez), attr.Readyz))
		default:
			b.of(server, attr.SpanRouteInstall, at, at, kv(attr.RoutePath, "/"+name),
				kv(attr.RouteMatch, pick(attr.MatchExact, attr.MatchPrefix, attr.MatchWebService)))
		}
	}
	return &b.Trace
}

func BenchmarkLedger(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s, err := startup.FromTrace(randomChain(n, 1))
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				s.Ledger()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/span")
		})
	}
}
