package preset_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/chaintrace/chaintrace/chain"
	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

const withoutCRDs = "runtime-config=apiextensions.k8s.io/v1=false"

func TestWithoutTheCRDAPIItIsNeverReady(t *testing.T) {
	s := start(t, "kube-apiserver-1.37", withoutCRDs)
	if s.Ready || !errors.Is(s.err, chain.ErrNotReady) {
		t.Fatalf("ready %v, error %v; want it never ready", s.Ready, s.err)
	}
	same(t, "hooks that wait for ever", s.Unfinished, []string{"start-apiextensions-controllers", "crd-informer-synced"})
	for _, sig := range s.startup.Signals {
		if sig.Name == "MuxAndDiscoveryComplete" {
			t.Error("MuxAndDiscoveryComplete was fired")
		}
	}
	for _, r := range s.startup.Runs {
		if slices.Contains(s.Unfinished, r.Name) && (r.Outcome != attr.OutcomeHung || r.BlockedOn != "cache:crd-informer") {
			t.Errorf("hook %s: %s in %q, want it to hang in cache:crd-informer", r.Name, r.Outcome, r.BlockedOn)
		}
	}
	w := s.get("/nosuch")
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") != "5" || !strings.Contains(w.Body.String(), `"kind":"Status"`) {
		t.Errorf("an unknown path answers %d, Retry-After %q, %s", w.Code, w.Header().Get("Retry-After"), w.Body)
	}
}

// TestHolesInThe503Protection: a path that a web service claims is 404 at once,
// though the server does not know all its paths yet.
func TestHolesInThe503Protection(t *testing.T) {
	s := start(t, "kube-apiserver-1.37", withoutCRDs) // MuxAndDiscoveryComplete never happens
	for path, want := range map[string]int{
		"/apis/apps/v9": 404, "/api/v9": 404, "/apis/apiregistration.k8s.io/v9": 404,
		"/apis/foo.example.com/v1": 503, "/healthz/nosuch": 503,
	} {
		if got := s.get(path).Code; got != want {
			t.Errorf("%s answers %d, want %d", path, got, want)
		}
	}
}

// TestSignalComesBeforeProxiesOnEmptyStorage: there the registration controller
// has nothing to register and reports done.
func TestSignalComesBeforeProxiesOnEmptyStorage(t *testing.T) {
	for _, c := range []struct {
		storage       string
		before, after int
	}{{chain.Fresh, 0, 84}, {chain.Warm, 84, 0}} {
		s := start(t, "kube-apiserver-1.37", "storage="+c.storage)
		complete := int64(signal(t, s.startup, "MuxAndDiscoveryComplete"))
		before, after := 0, 0
		for i := range s.trace.Spans {
			sp := &s.trace.Spans[i]
			switch {
			case sp.Attr(attr.RoutePhase).Str() != attr.PhaseRuntime:
			case sp.Start-s.startup.Start.UnixNano() < complete:
				before++
			default:
				after++
			}
		}
		if before != c.before || after != c.after {
			t.Errorf("%s: %d proxy routes before MuxAndDiscoveryComplete and %d after, want %d and %d", c.storage, before, after, c.before, c.after)
		}
	}
}

// TestInformerSyncKnowsKubeInformersOnly: nothing of CRDs and APIServices holds
// it back.
func TestInformerSyncKnowsKubeInformersOnly(t *testing.T) {
	s := start(t, "kube-apiserver-1.37", withoutCRDs)
	if code := s.get("/readyz/informer-sync").Code; code != http.StatusOK {
		t.Errorf("/readyz/informer-sync answers %d while the CRD informer is not synced", code)
	}
}

func TestAPIsWithAndWithoutSlash(t *testing.T) {
	s := start(t, "kube-apiserver-1.37")
	const aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
	for path, want := range map[string]int{"/apis": http.StatusOK, "/apis/": http.StatusNotAcceptable} {
		w, _ := s.way(http.MethodGet, path, aggregated)
		if w.Code != want {
			t.Errorf("%s answers %d to a client that accepts aggregated discovery only, want %d", path, w.Code, want)
		}
	}
	if w, _ := s.way(http.MethodGet, "/apis", aggregated); !strings.Contains(w.Body.String(), `"APIGroupDiscoveryList"`) {
		t.Errorf("/apis answers %s", w.Body)
	}
}

func TestMetricsAndFlagsWithoutProfiling(t *testing.T) {
	s := start(t, "kube-apiserver-1.37", "profiling=false")
	if code := s.get("/debug/flags/").Code; code != http.StatusNotFound {
		t.Errorf("/debug/flags/ answers %d, want 404: it goes with profiling", code)
	}
	w := httptest.NewRecorder()
	s.Server.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodDelete, "/metrics", nil))
	if w.Code != http.StatusOK || !strings.HasPrefix(w.Body.String(), "# TYPE") {
		t.Errorf("DELETE /metrics answers %d %q, want 200 with the metrics", w.Code, w.Body)
	}
}

func TestProducerRunsWithoutPriorityAndFairness(t *testing.T) {
	s := start(t, "kube-apiserver-1.37", "enable-priority-and-fairness=false")
	ran := func(name string) bool {
		return slices.ContainsFunc(s.startup.Runs, func(r *startup.HookRun) bool { return r.Name == name && r.Outcome == attr.OutcomeRan })
	}
	if !ran("priority-and-fairness-config-producer") {
		t.Error("priority-and-fairness-config-producer did not run")
	}
}

// TestDeadRoutes asks the outermost server for every path of its delegates' own
// muxes: only the custom resources' prefix and OpenAPI ever get there.
func TestDeadRoutes(t *testing.T) {
	s := startDescription(t, withExtras(t), chain.Options{})
	counts := map[string]int{}
	reached := map[string]bool{}
	for _, server := range []string{"kube-apiserver", "apiextensions-apiserver"} {
		for _, r := range s.startup.Server(server).Routes {
			if r.Match == attr.MatchWebService {
				continue
			}
			counts[server]++
			path := r.Path
			if r.Match == attr.MatchPrefix {
				path += "foo.example.com/v1/things"
			}
			if strings.HasPrefix(path, "/openapi/") || path == "/debug/pprof/profile" || path == "/debug/pprof/trace" {
				continue // reached by the aggregator's own asking; the others take seconds
			}
			if _, way := s.way(http.MethodGet, path, ""); strings.Contains(way, shortNames[server]+" "+r.Match+" "+r.Path) {
				reached[server+" "+r.Path] = true
			}
		}
	}
	if counts["kube-apiserver"] != 100 || counts["apiextensions-apiserver"] != 60 {
		t.Errorf("the delegates have %v mux routes, want 100 and 60", counts)
	}
	if len(reached) != 1 || !reached["apiextensions-apiserver /apis/"] {
		t.Errorf("reached are %v, want the prefix /apis/ of apiextensions-apiserver alone", reached)
	}
	if _, way := s.way(http.MethodGet, "/openapi/v3/api/v1", ""); !strings.Contains(way, "K prefix /openapi/v3/") {
		t.Errorf("OpenAPI is got by %s", way)
	}
}

// TestSignalNamedHasNotSyncedMeansSynced: the name says the opposite of what it
// stands for.
func TestSignalNamedHasNotSyncedMeansSynced(t *testing.T) {
	s := start(t, "kube-apiserver-1.37")
	i := slices.IndexFunc(s.startup.Runs, func(r *startup.HookRun) bool { return r.Name == "crd-informer-synced" })
	if complete := signal(t, s.startup, "MuxAndDiscoveryComplete"); complete < s.startup.Runs[i].End {
		t.Errorf("MuxAndDiscoveryComplete at %v, before the CRD informer was found synced at %v", complete, s.startup.Runs[i].End)
	}
	hangs := startDescription(t, withExtras(t), chain.Options{WhatIf: chain.WhatIf{Hang: map[string]bool{"crd-informer-synced": true}}})
	if slices.ContainsFunc(hangs.startup.Signals, func(sig startup.Signal) bool { return sig.Name == "MuxAndDiscoveryComplete" }) {
		t.Error("MuxAndDiscoveryComplete was fired though CRDInformerHasNotSynced never closed")
	}
	registered := slices.ContainsFunc(s.trace.Spans, func(sp trace.Span) bool {
		return sp.Name == attr.SpanSignalRegister && sp.Attr(attr.SignalName).Str() == "CRDInformerHasNotSynced"
	})
	if !registered {
		t.Error("the signal CRDInformerHasNotSynced was not registered")
	}
}

// TestLivezDelayOfThePresetIsOnItsOwnChecksOnly counts the checks of the
// aggregator that keep the grace period.
func TestLivezDelayOfThePresetIsOnItsOwnChecksOnly(t *testing.T) {
	s := start(t, "kube-apiserver-1.37", "livez-grace-period=60s")
	delayed := checkNames(s.startup.Server("kube-aggregator"), func(c *startup.Check) bool { return c.Delay > 0 })
	if len(delayed) != 9 {
		t.Errorf("%d checks of kube-aggregator have the grace period, want its own 9: %q", len(delayed), delayed)
	}
}
