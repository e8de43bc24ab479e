package preset_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// measuredChain is chain.json as far as it is about construction.
type measuredChain struct {
	Servers                   []measuredServer  `json:"servers"`
	APIServicesAutoRegistered []string          `json:"apiServicesAutoRegistered"`
	HookRuns                  []measuredHookRun `json:"hookRuns"`
}

type measuredServer struct {
	Name             string         `json:"name"`
	PostStartHooks   ownAndMerged   `json:"postStartHooks"`
	PreShutdownHooks ownAndMerged   `json:"preShutdownHooks"`
	HealthChecks     measuredChecks `json:"healthChecks"`
	Routes           []measuredRoute
	WebServices      []measuredRoute
	GroupVersions    []string     `json:"apiGroupVersions"`
	WithoutResources []string     `json:"apiGroupVersionsWithoutResources"`
	Signals          ownAndMerged `json:"signals"`
}

type ownAndMerged struct{ Own, Merged []string }

type measuredChecks struct {
	Configured map[string][]string
	Own        map[string]struct {
		Endpoints []string
	}
	Merged         []string
	Skipped        []string
	OwnNotPassedOn []string
	Installed      map[string][]string
}

type measuredRoute struct {
	Path, Kind, InstalledBy, Phase, Source string
	Listed                                 bool
	Routes                                 int
}

func (r measuredRoute) line() string {
	return strings.Join([]string{r.Path, r.Kind, listedWord(r.Listed), r.InstalledBy, r.Phase, called(r.Path, r.Source)}, " ")
}

// called returns the place in the source at which something was called, where the
// probe that measured noted another: for the hooks of storage providers where they
// are written, and for the second route of two that are installed side by side the
// function's first line.
func called(name, measured string) string {
	const (
		aggregator = "k8s.io/kube-aggregator@v0.37.2/pkg/controllers/openapiv3/aggregator/aggregator.go"
		providers  = "k8s.io/kubernetes@v1.37.2/pkg/controlplane/apiserver/apis.go:135"
	)
	switch {
	case name == "/openapi/v3/" && measured == aggregator+":299":
		return aggregator + ":309"
	case strings.HasPrefix(measured, "k8s.io/kubernetes@v1.37.2/pkg/registry/"):
		return providers
	}
	return measured
}

func TestChainIsTheMeasuredOne(t *testing.T) {
	for _, c := range []struct {
		file     string
		settings []string
	}{
		{"chain.json", nil},
		{"chain.json", []string{"storage=warm"}},
		{"chain-profiling-false.json", []string{"profiling=false"}},
	} {
		t.Run(c.file+" "+strings.Join(c.settings, " "), func(t *testing.T) {
			var want measuredChain
			truthJSON(t, &want, "1.37.2", c.file)
			got := start(t, "kube-apiserver-1.37", c.settings...)
			if len(got.startup.Servers) != len(want.Servers) {
				t.Fatalf("there are %d servers, want %d", len(got.startup.Servers), len(want.Servers))
			}
			for i, sv := range want.Servers {
				t.Run(sv.Name, func(t *testing.T) {
					compareHooksAndChecks(t, got.startup.Servers[i], sv)
					compareGroupsAndSignals(t, got.startup.Servers[i], sv)
					compareRoutes(t, got, sv)
				})
			}
		})
	}
}

func compareHooksAndChecks(t *testing.T, got *startup.Server, want measuredServer) {
	t.Helper()
	same(t, "own post-start hooks", hookNames(got.PostStart, false), want.PostStartHooks.Own)
	// Upstream keeps hooks in a map: which of those taken over comes first is
	// random there, and the measured list is in the order of their checks.
	sameSet(t, "merged post-start hooks", hookNames(got.PostStart, true), want.PostStartHooks.Merged)
	same(t, "own pre-shutdown hooks", hookNames(got.PreShutdown, false), want.PreShutdownHooks.Own)
	sameSet(t, "merged pre-shutdown hooks", hookNames(got.PreShutdown, true), want.PreShutdownHooks.Merged)

	for _, endpoint := range []string{attr.Healthz, attr.Livez, attr.Readyz} {
		same(t, "checks configured for "+endpoint, checkNames(got, func(c *startup.Check) bool {
			return c.Configured && c.State == startup.CheckOwn && slices.Contains(c.Endpoints, endpoint)
		}), want.HealthChecks.Configured[endpoint])
		same(t, "checks installed in "+endpoint, installed(got, endpoint), want.HealthChecks.Installed[endpoint])
	}
	own := []string{}
	for name, c := range want.HealthChecks.Own {
		own = append(own, name+" "+strings.Join(c.Endpoints, " "))
	}
	var gotOwn []string
	for _, c := range got.Checks {
		if c.State == startup.CheckOwn && !c.Configured {
			gotOwn = append(gotOwn, c.Name+" "+strings.Join(c.Endpoints, " "))
		}
	}
	sameSet(t, "own checks with their endpoints", gotOwn, own)
	ofState := func(state startup.CheckState) func(c *startup.Check) bool {
		return func(c *startup.Check) bool { return c.State == state }
	}
	same(t, "merged checks", checkNames(got, ofState(startup.CheckInherited)), want.HealthChecks.Merged)
	same(t, "skipped checks", checkNames(got, ofState(startup.CheckSkipped)), want.HealthChecks.Skipped)
	sameSet(t, "checks not passed on", checkNames(got, func(c *startup.Check) bool {
		return c.State == startup.CheckOwn && !slices.Contains(c.Endpoints, attr.Healthz)
	}), want.HealthChecks.OwnNotPassedOn)
}

func compareGroupsAndSignals(t *testing.T, got *startup.Server, want measuredServer) {
	t.Helper()
	versions, empty := []string{}, []string{}
	for _, g := range got.Groups {
		for _, v := range g.Versions {
			versions = append(versions, strings.TrimPrefix(g.Name+"/"+v, "/"))
		}
		for _, v := range g.Empty {
			empty = append(empty, strings.TrimPrefix(g.Name+"/"+v, "/"))
		}
	}
	same(t, "group versions", versions, want.GroupVersions)
	sameSet(t, "group versions without resources", empty, want.WithoutResources)
	own, merged := []string{}, []string{}
	for _, s := range got.Signals {
		if s.Inherited {
			merged = append(merged, s.Name)
		} else {
			own = append(own, s.Name)
		}
	}
	same(t, "own signals", own, want.Signals.Own)
	same(t, "merged signals", merged, want.Signals.Merged)
}

func compareRoutes(t *testing.T, got started, want measuredServer) {
	t.Helper()
	before, during := []string{}, []string{}
	for _, r := range want.Routes {
		if r.Phase == attr.PhaseRuntime {
			during = append(during, r.line())
		} else {
			before = append(before, r.line())
		}
	}
	isMux := func(sp *trace.Span) bool { return sp.Attr(attr.RouteMatch).Str() != attr.MatchWebService }
	isRuntime := func(sp *trace.Span) bool { return sp.Attr(attr.RoutePhase).Str() == attr.PhaseRuntime }
	same(t, "mux routes in order", got.routesOf(want.Name, func(sp *trace.Span) bool { return isMux(sp) && !isRuntime(sp) }), before)
	sameSet(t, "mux routes while running", got.routesOf(want.Name, func(sp *trace.Span) bool { return isMux(sp) && isRuntime(sp) }), during)

	var services, gotServices []string
	for _, w := range want.WebServices {
		services = append(services, fmt.Sprintf("%s %d", w.line(), w.Routes))
	}
	for i := range got.trace.Spans {
		sp := &got.trace.Spans[i]
		if sp.Name == attr.SpanRouteInstall && sp.Attr(attr.ServerName).Str() == want.Name && !isMux(sp) {
			line := measuredRoute{
				Path: sp.Attr(attr.RoutePath).Str(), Kind: "webservice", Listed: sp.Attr(attr.RouteListed).Bool(),
				InstalledBy: sp.Attr(attr.RouteInstaller).Str(), Phase: sp.Attr(attr.RoutePhase).Str(), Source: sp.Attr(attr.RouteSource).Str(),
			}.line()
			gotServices = append(gotServices, fmt.Sprintf("%s %d", line, sp.Attr(attr.RouteCount).Int()))
		}
	}
	same(t, "web services in order", gotServices, services)
}

// TestHooksAreRegisteredWhereMeasured compares what is known of each hook
// beside its duration.
func TestHooksAreRegisteredWhereMeasured(t *testing.T) {
	var want measuredChain
	truthJSON(t, &want, "1.37.2", "chain.json")
	got := start(t, "kube-apiserver-1.37")
	var gotLines, wantLines []string
	for _, h := range want.HookRuns {
		behavior := map[string]string{"launched": attr.BehaviorLaunches, "ran": attr.BehaviorRuns, "waited": attr.BehaviorWaits}[h.Kind]
		wantLines = append(wantLines, fmt.Sprintf("%s of %s %s %gs at %s", h.Name, h.Server, behavior, h.DeadlineS, called(h.Name, h.RegisteredAt)))
	}
	for _, sv := range got.startup.Servers {
		for _, h := range sv.PostStart {
			if !h.Inherited {
				gotLines = append(gotLines, fmt.Sprintf("%s of %s %s %gs at %s", h.Name, sv.Name, h.Run.Behavior, h.Run.Deadline.Seconds(), h.RegisteredAt))
			}
		}
	}
	sameSet(t, "hooks with behavior, deadline and place", gotLines, wantLines)
}

func TestAPIServicesAreTheMeasuredOnes(t *testing.T) {
	var want measuredChain
	truthJSON(t, &want, "1.37.2", "chain.json")
	got := start(t, "kube-apiserver-1.37")
	names := []string{}
	for _, r := range got.startup.Server("kube-aggregator").Routes {
		parts := strings.Split(strings.TrimPrefix(r.Path, "/apis/"), "/")
		switch {
		case r.Phase != attr.PhaseRuntime || r.Match != attr.MatchExact:
		case r.Path == "/api":
			names = append(names, "v1.")
		case len(parts) == 2 && parts[1] != "":
			names = append(names, parts[1]+"."+parts[0])
		}
	}
	sameSet(t, "APIServices", names, want.APIServicesAutoRegistered)
}

// TestOneTraceOfThreeServices: every server is a service of its own, and every
// step has one span.
func TestOneTraceOfThreeServices(t *testing.T) {
	s := start(t, "kube-apiserver-1.37")
	services, counts := []string{}, map[string]int{}
	for i := range s.trace.Spans {
		sp := &s.trace.Spans[i]
		counts[sp.Name]++
		if sp.TraceID != s.trace.Spans[0].TraceID {
			t.Fatal("there is more than one trace")
		}
		if !slices.Contains(services, sp.Service()) {
			services = append(services, sp.Service())
		}
		if sp.End == 0 || sp.End < sp.Start {
			t.Errorf("span %s runs from %d to %d", sp.Name, sp.Start, sp.End)
		}
	}
	sameSet(t, "services", services, []string{"apiextensions-apiserver", "kube-apiserver", "kube-aggregator"})
	for name, want := range map[string]int{
		attr.SpanStartup: 1, attr.SpanServerNew: 3, attr.SpanServerCreate: 3, attr.SpanHookMerge: 7 + 21 + 3, attr.SpanHookRegister: 7 + 14 + 8 + 3,
		attr.SpanCheckMerge: 7 + 21, attr.SpanCheckSkip: 8, attr.SpanAPIGroup: 22, attr.SpanServerPrepare: 3, attr.SpanHookRun: 29,
		attr.SpanSignal: 2, attr.SpanReady: 1, attr.SpanRouteInstall: 60 + 100 + 129 + 84 + 51,
	} {
		if counts[name] != want {
			t.Errorf("there are %d spans %s, want %d", counts[name], name, want)
		}
	}
}
