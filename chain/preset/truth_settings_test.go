package preset_test

import (
	"strings"
	"testing"
	"time"

	"github.com/chaintrace/chaintrace/chain"
	"github.com/chaintrace/chaintrace/chain/preset"
	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// shape is a chain as lists of lines, to see what a setting changes.
type shape map[string][]string

func shapeOf(s started) shape {
	out := shape{}
	add := func(kind, line string) { out[kind] = append(out[kind], line) }
	for _, sv := range s.startup.Servers {
		for _, h := range sv.PostStart {
			if !h.Inherited {
				add("hooks", sv.Name+" "+h.Name)
			}
		}
		for _, h := range sv.PreShutdown {
			if !h.Inherited {
				add("pre-shutdown hooks", sv.Name+" "+h.Name)
			}
		}
		for _, c := range sv.Checks {
			if c.Configured && c.State == startup.CheckOwn {
				add("configured checks", sv.Name+" "+c.Name+" "+strings.Join(c.Endpoints, " "))
			}
		}
		for _, g := range sv.Groups {
			for _, v := range g.Versions {
				add("group versions", strings.TrimPrefix(g.Name+"/"+v, "/"))
			}
		}
		isHealth := func(path string) bool {
			return strings.HasPrefix(path, "/healthz/") || strings.HasPrefix(path, "/livez/") || strings.HasPrefix(path, "/readyz/")
		}
		for _, r := range sv.Routes {
			if !isHealth(r.Path) && r.Match != attr.MatchWebService {
				add("routes", sv.Name+" "+r.Path)
			}
			if r.Match == attr.MatchWebService && !strings.HasPrefix(r.Path, "/api") {
				add("web services", sv.Name+" "+r.Path)
			}
		}
	}
	return out
}

// perServer repeats a line for each server of kube-apiserver's chain.
func perServer(lines ...string) []string {
	var out []string
	for _, server := range []string{"apiextensions-apiserver", "kube-apiserver", "kube-aggregator"} {
		for _, line := range lines {
			out = append(out, server+" "+line)
		}
	}
	return out
}

// TestSettingsChangeWhatWasMeasured goes through the rows of what flags change
// on the real server.
func TestSettingsChangeWhatWasMeasured(t *testing.T) {
	ready := []int{34, 34, 36}
	for _, c := range []struct {
		name        string
		settings    []string
		plus, minus shape
		checks      []int // installed in healthz, livez and readyz of the aggregator
	}{
		{"profiling off", []string{"profiling=false"}, nil, shape{"routes": perServer(
			"/debug/pprof", "/debug/pprof/", "/debug/pprof/profile", "/debug/pprof/symbol", "/debug/pprof/trace",
			"/debug/flags", "/debug/flags/", "/debug/flags/v")}, ready},
		{"contention profiling", []string{"contention-profiling=true"}, nil, nil, ready},
		{"max in flight", []string{"enable-priority-and-fairness=false"},
			shape{"hooks": {"apiextensions-apiserver max-in-flight-filter"}},
			shape{
				"hooks": {"apiextensions-apiserver priority-and-fairness-config-consumer", "apiextensions-apiserver priority-and-fairness-filter"},
				"routes": perServer("/debug/api_priority_and_fairness/dump_priority_levels",
					"/debug/api_priority_and_fairness/dump_queues", "/debug/api_priority_and_fairness/dump_requests"),
			}, []int{33, 33, 35}},
		{"all APIs", []string{"runtime-config=api/all=true"},
			shape{
				"group versions": allVersions(),
				"routes":         proxyRoutes(allVersions(), "internal.apiserver.k8s.io"),
			}, nil, ready},
		{"no RBAC", []string{"authorization-mode=AlwaysAllow"}, nil, shape{"hooks": {"kube-apiserver rbac/bootstrap-roles"}}, []int{33, 33, 35}},
		{"gates off", []string{"feature-gates=APIServerIdentity=false,UnknownVersionInteroperabilityProxy=false,ComponentStatusz=false,ComponentFlagz=false"},
			nil, shape{
				"hooks": {"kube-apiserver start-kube-apiserver-identity-lease-controller",
					"kube-apiserver start-kube-apiserver-identity-lease-garbage-collector", "kube-apiserver peer-endpoint-reconciler-controller"},
				"pre-shutdown hooks": {"kube-apiserver peer-endpoint-reconciler-controller", "kube-apiserver stop-kube-apiserver-identity-lease-controller"},
				"routes":             perServer("/flagz", "/statusz"),
			}, []int{31, 31, 33}},
		{"gates on", []string{"feature-gates=CoordinatedLeaderElection=true,StorageVersionAPI=true",
			"runtime-config=internal.apiserver.k8s.io/v1alpha1=true,coordination.k8s.io/v1beta1=true"},
			shape{
				"hooks":          {"kube-apiserver start-kube-apiserver-coordinated-leader-election-controller", "kube-aggregator built-in-resources-storage-version-updater"},
				"group versions": {"internal.apiserver.k8s.io/v1alpha1", "coordination.k8s.io/v1beta1"},
				"routes":         proxyRoutes([]string{"internal.apiserver.k8s.io/v1alpha1", "coordination.k8s.io/v1beta1"}, "internal.apiserver.k8s.io"),
			}, nil, []int{36, 36, 38}},
		{"proxy client certificate", []string{"proxy-client-cert-file=proxy.crt"},
			shape{"hooks": {"kube-aggregator aggregator-reload-proxy-client-cert"}}, nil, []int{35, 35, 37}},
		{"peer CA", []string{"proxy-client-cert-file=proxy.crt", "peer-ca-file=ca.crt"},
			shape{"hooks": {"kube-aggregator aggregator-reload-proxy-client-cert", "kube-apiserver mixed-version-proxy-handler",
				"kube-apiserver local-discovery-cache-sync", "kube-apiserver peer-discovery-workers"}}, nil, []int{38, 38, 40}},
		{"encryption", []string{"encryption-provider-config=encryption.yaml"},
			shape{
				"hooks":             {"kube-apiserver start-encryption-provider-config-automatic-reload"},
				"configured checks": perServer("kms-providers healthz readyz"),
			}, nil, []int{36, 35, 38}},
		{"logs", []string{"enable-logs-handler=true"}, shape{"web services": {"kube-apiserver /logs"}}, nil, ready},
		{"livez grace period", []string{"livez-grace-period=60s"}, nil, nil, ready},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := start(t, "kube-apiserver-1.37", c.settings...)
			if !s.Ready {
				t.Errorf("not ready: %v", s.err)
			}
			before, after := shapeOf(start(t, "kube-apiserver-1.37")), shapeOf(s)
			for _, kind := range []string{"hooks", "pre-shutdown hooks", "configured checks", "group versions", "routes", "web services"} {
				sameSet(t, "more "+kind, difference(after[kind], before[kind]), c.plus[kind])
				sameSet(t, "fewer "+kind, difference(before[kind], after[kind]), c.minus[kind])
			}
			for i, endpoint := range []string{attr.Healthz, attr.Livez, attr.Readyz} {
				if got := len(installed(s.startup.Server("kube-aggregator"), endpoint)); got != c.checks[i] {
					t.Errorf("%s has %d checks, want %d", endpoint, got, c.checks[i])
				}
			}
		})
	}
}

// allVersions are the group versions that api/all=true adds.
func allVersions() []string {
	return []string{
		"internal.apiserver.k8s.io/v1alpha1", "certificates.k8s.io/v1beta1", "coordination.k8s.io/v1beta1", "coordination.k8s.io/v1alpha2",
		"storagemigration.k8s.io/v1beta1", "admissionregistration.k8s.io/v1beta1", "admissionregistration.k8s.io/v1alpha1",
		"resource.k8s.io/v1beta2", "resource.k8s.io/v1beta1", "resource.k8s.io/v1alpha3",
	}
}

// proxyRoutes are the aggregator's routes for more group versions, of which
// some groups are new.
func proxyRoutes(versions []string, newGroups ...string) []string {
	var routes []string
	for _, gv := range versions {
		routes = append(routes, "kube-aggregator /apis/"+gv, "kube-aggregator /apis/"+gv+"/")
	}
	for _, g := range newGroups {
		routes = append(routes, "kube-aggregator /apis/"+g, "kube-aggregator /apis/"+g+"/")
	}
	return routes
}

func TestAllAPIsAdd22ProxyRoutes(t *testing.T) {
	if got := len(proxyRoutes(allVersions(), "internal.apiserver.k8s.io")); got != 22 {
		t.Errorf("the table of settings expects %d routes more; measured were 22", got)
	}
}

func TestFlowControlAPIIsNeeded(t *testing.T) {
	d, err := preset.Load("kube-apiserver-1.37")
	if err != nil {
		t.Fatal(err)
	}
	off := "runtime-config=flowcontrol.apiserver.k8s.io/v1=false"
	if _, err := chain.ParseSettings(d, []string{off}); err == nil || !strings.Contains(err.Error(), "enable-priority-and-fairness") {
		t.Errorf("turning the API off while priority and fairness is on: %v", err)
	}
	if _, err := chain.ParseSettings(d, []string{off, "enable-priority-and-fairness=false"}); err != nil {
		t.Errorf("turning both off: %v", err)
	}
}

func TestSettingsChangeReadiness(t *testing.T) {
	standard := start(t, "kube-apiserver-1.37").ReadyAfter
	// Without RBAC's roles the second of the priority classes remains.
	if sooner := standard - start(t, "kube-apiserver-1.37", "authorization-mode=AlwaysAllow").ReadyAfter; sooner < 300*time.Millisecond || sooner > 500*time.Millisecond {
		t.Errorf("ready %v sooner without RBAC; measured was about 0.4 s", sooner)
	}
	gates := start(t, "kube-apiserver-1.37", "feature-gates=CoordinatedLeaderElection=true,StorageVersionAPI=true")
	if gates.ReadyAfter < 3300*time.Millisecond || gates.ReadyAfter > 3700*time.Millisecond {
		t.Errorf("ready after %v with the gates on; measured was 3.5 s", gates.ReadyAfter)
	}
}

func TestMetricsCannotBeResetWithoutProfiling(t *testing.T) {
	installers := func(s started) []string {
		return s.routesOf("kube-apiserver", func(sp *trace.Span) bool { return strings.HasPrefix(sp.Attr(attr.RoutePath).Str(), "/metrics") })
	}
	for _, line := range installers(start(t, "kube-apiserver-1.37", "profiling=false")) {
		if strings.Contains(line, "WithReset") {
			t.Errorf("without profiling: %s", line)
		}
	}
	for _, line := range installers(start(t, "kube-apiserver-1.37")) {
		if !strings.Contains(line, "WithReset") {
			t.Errorf("with profiling: %s", line)
		}
	}
}
