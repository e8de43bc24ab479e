package startup_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// chainOf makes a start out of servers, the innermost first, each of which
// delegates to the one before.
func chainOf(servers ...*startup.Server) *startup.Startup {
	for i, sv := range servers {
		if i > 0 {
			sv.Delegate = servers[i-1].Name
		}
	}
	return &startup.Startup{Servers: servers}
}

// routesOf makes routes out of lines such as "exact /x" and "prefix /x/ INSTALLER".
func routesOf(lines ...string) []startup.Route {
	var routes []startup.Route
	for _, line := range lines {
		f := append(strings.Fields(line), "")
		r := startup.Route{Match: f[0], Path: f[1], Installer: f[2]}
		if strings.HasSuffix(r.Installer, "AddAPIService") {
			r.Phase = attr.PhaseRuntime
		}
		routes = append(routes, r)
	}
	return routes
}

// wayText writes a way with its branches.
func wayText(w startup.Way) string {
	var b strings.Builder
	for _, h := range w.Hops {
		fmt.Fprintf(&b, "%s > ", strings.TrimSpace(h.Server+" "+string(h.Kind)+" "+h.Path))
	}
	fmt.Fprintf(&b, "%s %s %d", w.End, w.By, w.Status)
	for _, branch := range w.Branches {
		fmt.Fprintf(&b, " [if %s: %s]", branch.When, wayText(branch.Way))
	}
	return b.String()
}

func TestWayOfOneServer(t *testing.T) {
	r := chainOf(&startup.Server{Name: "s", Routes: routesOf(
		"prefix /a/", "prefix /a/b/", "exact /a/b/c", "exact /ws/x", "webservice /ws", "webservice /ws/deep", "webservice /apis",
		"exact /apis/x", "prefix /openapi/v3/ routes.OpenAPI.InstallV3", "webservice /version routes.Version.Install",
		"prefix /debug/pprof/ routes.Profiling.Install",
	), Groups: []startup.Group{{Name: "g", Versions: []string{"v1"}}}}).Router()
	for path, want := range map[string]string{
		"/a/b/c":                "s exact /a/b/c > answered s 0",
		"/a/b/d":                "s prefix /a/b/ > answered s 0", // the longer prefix
		"/a/c":                  "s prefix /a/ > answered s 0",
		"/a":                    "s notfound > end > not-found  404",       // a prefix does not take the path without its slash
		"/ws/x":                 "s webservice /ws > answered s 0",         // before the exact path
		"/ws/deep/x":            "s webservice /ws/deep > answered s 0",    // the longer root, though installed later
		"/wsx":                  "s notfound > end > not-found  404",       // not continued with a slash
		"/apis/":                "s webservice /apis > answered s 0",       // takes no more than itself
		"/apis/x":               "s exact /apis/x > answered s 0",          // …
		"/apis/y":               "s notfound > end > not-found  404",       // …
		"/version/x":            "s webservice /version > not-found s 404", // has nothing below its root
		"/debug/pprof/heap":     "s prefix /debug/pprof/ > answered s 0",
		"/debug/pprof/cmdline":  "s prefix /debug/pprof/ > not-found s 404", // linked to, and no profile
		"/version/":             "s webservice /version > answered s 0",
		"/openapi/v3/apis/g/v1": "s prefix /openapi/v3/ > answered s 0",
		"/openapi/v3/apis/g/v2": "s prefix /openapi/v3/ > not-found s 404",
		"":                      "s notfound > end > not-found  404",
	} {
		if got := wayText(*r.Way(path)); got != want {
			t.Errorf("%q goes\n%s, want\n%s", path, got, want)
		}
	}
}

// aggregated is an aggregator of three servers, of which the innermost may have
// custom resources.
func aggregated(crds bool) *startup.Startup {
	in := &startup.Server{Name: "in", Routes: routesOf("prefix /apis/", "exact /apis", "prefix /openapi/v3/ routes.OpenAPI.InstallV3")}
	if crds {
		in.Groups = []startup.Group{{Name: "apiextensions.k8s.io", Versions: []string{"v1"}}}
	}
	mid := &startup.Server{
		Name:   "mid",
		Routes: routesOf("webservice /apis/apps/v1", "webservice /api/v1", "prefix /openapi/v3/ routes.OpenAPI.InstallV3"),
	}
	out := &startup.Server{Name: "out", Signals: []startup.MuxSignal{{Name: "s"}}, Routes: routesOf(
		"exact /api A.AddAPIService", "prefix /api/ A.AddAPIService",
		"exact /apis/apps/v1 A.AddAPIService", "prefix /apis/apps/v1/ A.AddAPIService", "exact /apis/apps A.AddAPIService",
		"exact /apis/far/v1 A.AddAPIService", "prefix /apis/far/v1/ A.AddAPIService",
		"exact /openapi/v3 spec.register", "prefix /openapi/v3/ spec.register",
	)}
	return chainOf(in, mid, out)
}

func TestWayThroughAnAggregator(t *testing.T) {
	s := aggregated(true)
	s.Signals = []startup.Signal{{Name: startup.MuxComplete, At: 5}}
	r := s.Router()
	const custom = "in prefix /apis/ > undecided  0 [if a custom resource definition has the resource in far/v1: in crd storage > answered in 0] [if no custom resource definition has it: in crd no custom resource > end > not-found  404]"
	for path, want := range map[string]string{
		"/api/v1/pods":             "out prefix /api/ > out proxy /api > mid webservice /api/v1 > answered mid 0",
		"/apis/apps/v1":            "out exact /apis/apps/v1 > out proxy /apis/apps/v1 > mid webservice /apis/apps/v1 > answered mid 0",
		"/apis/apps":               "out exact /apis/apps > answered out 0",
		"/apis/far/v1/x":           "out prefix /apis/far/v1/ > undecided  0 [if custom resources of this chain are behind the APIService of far/v1: out proxy /apis/far/v1 > mid notfound > " + custom + "] [if another server is behind it: out remote /apis/far/v1 > undecided  0]",
		"/apis/new":                "out notfound > mid notfound > in prefix /apis/ > undecided  0 [if a custom resource definition has the group new: in crd group discovery > answered in 0] [if no custom resource definition has it: in crd group discovery > end > not-found  404]",
		"/apis/new/v1":             "out notfound > mid notfound > in prefix /apis/ > undecided  0 [if a custom resource definition has new/v1: in crd version discovery > answered in 0] [if no custom resource definition has it: in crd version discovery > end > not-found  404]",
		"/apis/":                   "out notfound > mid notfound > in prefix /apis/ > in crd no custom resource > end > not-found  404",
		"/openapi/v3":              "out exact /openapi/v3 > answered out 0",
		"/openapi/v3/":             "out prefix /openapi/v3/ > answered out 0",
		"/openapi/v3/x":            "out prefix /openapi/v3/ > not-found out 404",
		"/nosuch":                  "out notfound > mid notfound > in notfound > end > not-found  404",
		"/openapi/v3/apis/apps/v1": "out prefix /openapi/v3/ > mid prefix /openapi/v3/ > answered mid 0",
	} {
		if got := wayText(*r.Way(path)); got != want {
			t.Errorf("%q goes\n%s, want\n%s", path, got, want)
		}
	}
	ways := r.Way("/apis/far/v1/x").Ways()
	if len(ways) != 3 || len(ways[0].Hops) != 5 || ways[0].By != "in" || ways[2].Hops[1].Kind != startup.HopRemote {
		t.Errorf("the ways are %+v", ways)
	}
	plain := aggregated(false).Router().Way("/apis/far/v1/x")
	if got := wayText(*plain); got != "out prefix /apis/far/v1/ > out remote /apis/far/v1 > undecided  0" {
		t.Errorf("without custom resources it goes %s", got)
	}
}

func TestWayBeforeEveryPathIsKnown(t *testing.T) {
	s := aggregated(true)
	const end = "out notfound > mid notfound > in notfound > end > "
	if got := wayText(*s.Router().Way("/nosuch")); got != end+"unavailable  503" {
		t.Errorf("the signal was never fired, and yet it goes %s", got)
	}
	s.Signals = []startup.Signal{{Name: startup.MuxComplete, At: 5}}
	if got := wayText(*s.EarlyRouter().Way("/nosuch")); got != end+"unavailable  503" {
		t.Errorf("at first it goes %s", got)
	}
	if got := wayText(*s.EarlyRouter().Way("/apis/apps/v1/x")); got != "out notfound > mid webservice /apis/apps/v1 > answered mid 0" {
		t.Errorf("before the APIService has a route it goes %s", got)
	}
	s.Server("out").Signals = nil
	if got := wayText(*s.EarlyRouter().Way("/nosuch")); got != end+"not-found  404" {
		t.Errorf("nothing is waited for, and yet it goes %s", got)
	}
}

func TestWayWithoutLinks(t *testing.T) {
	a, b := &startup.Server{Name: "a", Routes: routesOf("exact /x")}, &startup.Server{Name: "b"}
	s := &startup.Startup{Servers: []*startup.Server{a, b}}
	if got := wayText(*s.Router().Way("/x")); got != "b notfound > a exact /x > answered a 0" {
		t.Errorf("in the order of time it goes %s", got)
	}
	a.Delegate, b.Delegate = "b", "a" // in a circle
	if got := wayText(*s.Router().Way("/y")); got != "b notfound > a notfound > end > not-found  404" {
		t.Errorf("in a circle it goes %s", got)
	}
}

// TestWayWithoutRoutes: a trace that has no routes does not tell that there are none.
func TestWayWithoutRoutes(t *testing.T) {
	a, b := &startup.Server{Name: "a"}, &startup.Server{Name: "b", Delegate: "a"}
	for name, servers := range map[string][]*startup.Server{"no server": nil, "servers without routes": {a, b}} {
		s := &startup.Startup{Servers: servers}
		for _, r := range []*startup.Router{s.Router(), s.EarlyRouter()} {
			if w := r.Way("/x"); wayText(*w) != "undecided  0" || !w.Unknown() {
				t.Errorf("%s: it goes %s", name, wayText(*w))
			}
		}
	}
	a.Routes = []startup.Route{{Path: "/late", Match: attr.MatchExact, Phase: attr.PhaseRuntime}}
	s := &startup.Startup{Servers: []*startup.Server{a, b}}
	if got := wayText(*s.EarlyRouter().Way("/late")); got != "b notfound > a notfound > end > not-found  404" {
		t.Errorf("before the only route there is it goes %s", got)
	}
}

func TestUnused(t *testing.T) {
	s := aggregated(true)
	r := s.Router()
	var got []string
	for _, u := range r.Unused("/apis/apps/v1/x", r.Way("/apis/apps/v1/x")) {
		got = append(got, u.Server+" "+u.Route.Match+" "+u.Route.Path)
	}
	if diff := cmp.Diff([]string{"in prefix /apis/"}, got); diff != "" {
		t.Error(diff)
	}
}

// TestFindAgreesWithTryingAll holds the look-up in tables against trying each
// route of a server in upstream's order.
func TestFindAgreesWithTryingAll(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	word := func() string { return []string{"", "/a", "/b", "/apis", "/a/"}[rnd.IntN(5)] }
	matches := []string{attr.MatchExact, attr.MatchPrefix, attr.MatchWebService}
	for range 2000 {
		sv := &startup.Server{Name: "s"}
		for range 1 + rnd.IntN(7) {
			r := startup.Route{Match: matches[rnd.IntN(3)], Path: word() + word() + word()}
			if r.Match == attr.MatchPrefix {
				r.Path += "/"
			}
			sv.Routes = append(sv.Routes, r)
		}
		path := "/" + word() + word() + word()
		hop := chainOf(sv).Router().Way(path).Hops[0]
		kind, want := tryAll(sv.Routes, path)
		if hop.Kind != kind || hop.Path != want {
			t.Fatalf("%q among %+v: %s %q, want %s %q", path, sv.Routes, hop.Kind, hop.Path, kind, want)
		}
	}
}

func tryAll(routes []startup.Route, path string) (startup.HopKind, string) {
	root, served := "", false
	for _, r := range routes {
		takes := path == r.Path || strings.HasPrefix(path, r.Path+"/")
		if r.Path == "/apis" {
			takes = path == "/apis" || path == "/apis/"
		}
		if r.Match == attr.MatchWebService && takes && (!served || len(r.Path) > len(root)) {
			root, served = r.Path, true
		}
	}
	if served {
		return startup.HopWebService, root
	}
	if slices.ContainsFunc(routes, func(r startup.Route) bool { return r.Match == attr.MatchExact && r.Path == path }) {
		return startup.HopExact, path
	}
	best := ""
	for _, r := range routes {
		if r.Match == attr.MatchPrefix && strings.HasPrefix(path, r.Path) && len(r.Path) > len(best) {
			best = r.Path
		}
	}
	if best != "" {
		return startup.HopPrefix, best
	}
	return startup.HopNotFound, ""
}

func BenchmarkWhich(b *testing.B) {
	for _, routes := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprint(routes), func(b *testing.B) { benchmarkWhich(b, routes) })
	}
}

func benchmarkWhich(b *testing.B, routes int) {
	sv, inner := &startup.Server{Name: "out"}, &startup.Server{Name: "in"}
	for i := range routes {
		path := fmt.Sprintf("/apis/group-%d/v1", i)
		sv.Routes = append(sv.Routes, routesOf("exact "+path+" A.AddAPIService", "prefix "+path+"/ A.AddAPIService")...)
		inner.Routes = append(inner.Routes, routesOf("webservice "+path)...)
	}
	s := chainOf(inner, sv)
	b.Run("router", func(b *testing.B) {
		for b.Loop() {
			s.Router()
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(routes), "ns/route")
	})
	b.Run("way", func(b *testing.B) {
		r := s.Router()
		for b.Loop() {
			r.Way(fmt.Sprintf("/apis/group-%d/v1/things/name", routes-1))
		}
	})
}
