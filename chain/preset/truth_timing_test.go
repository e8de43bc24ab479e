package preset_test

import (
	"slices"
	"testing"
	"time"

	"github.com/chaintrace/chaintrace/chain"
	"github.com/chaintrace/chaintrace/chain/preset"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

type measuredHookRun struct {
	Name         string
	Server       string
	Kind         string
	DeadlineS    float64    `json:"deadline_s"`
	RegisteredAt string     `json:"registeredAt"`
	Fresh        [2]float64 `json:"min_max_ms_fresh"`
	Warm         [2]float64 `json:"min_max_ms_warm"`
}

type measuredTiming struct {
	HookRuns       []measuredHookRun `json:"hookRuns"`
	ReadinessOrder []struct {
		Check string
		Fresh [2]float64 `json:"min_max_fresh"`
		Warm  [2]float64 `json:"min_max_warm"`
	} `json:"readinessOrder"`
	Phases map[string]map[string]struct{ Min, Max float64 } `json:"phases_ms"`
}

// within checks a duration against a measured range in milliseconds. The
// measured values are rounded to a microsecond or, in tables, to 0.1 ms.
func within(t *testing.T, what string, got time.Duration, low, high float64, rounding time.Duration) {
	t.Helper()
	least, most := time.Duration(low*float64(time.Millisecond)), time.Duration(high*float64(time.Millisecond))
	if got < least-rounding || got > most+rounding {
		t.Errorf("%s takes %v; measured were %v to %v", what, got, least, most)
	}
}

func TestSimulatedTimesAreWithinTheMeasuredOnes(t *testing.T) {
	var want measuredTiming
	truthJSON(t, &want, "1.37.2", "chain.json")
	for _, storage := range []string{chain.Fresh, chain.Warm} {
		t.Run(storage, func(t *testing.T) {
			got := start(t, "kube-apiserver-1.37", "storage="+storage)
			if !got.Ready {
				t.Fatalf("not ready: %v", got.err)
			}
			s := got.startup
			if len(s.Runs) != len(want.HookRuns) {
				t.Errorf("%d hooks ran, want %d", len(s.Runs), len(want.HookRuns))
			}
			for _, h := range want.HookRuns {
				i := slices.IndexFunc(s.Runs, func(r *startup.HookRun) bool { return r.Name == h.Name })
				if i < 0 {
					t.Errorf("hook %s did not run", h.Name)
					continue
				}
				limits := h.Fresh
				if storage == chain.Warm {
					limits = h.Warm
				}
				within(t, "hook "+h.Name, s.Runs[i].Duration(), limits[0], limits[1], time.Microsecond)
			}
			compareReadiness(t, s, want, storage)
			comparePhases(t, s, want.Phases[storage])
		})
	}
}

// compareReadiness compares when, after the hooks began, hooks that wait had
// ended and what depends on them had happened. When the hooks that return at
// once were seen green says more of the scheduler than of them.
func compareReadiness(t *testing.T, s *startup.Startup, want measuredTiming, storage string) {
	t.Helper()
	begin := phase(t, s, attr.SpanHooksRun).Start
	compared := 0
	for _, c := range want.ReadinessOrder {
		limits := c.Fresh
		if storage == chain.Warm {
			limits = c.Warm
		}
		switch c.Check {
		case "(signal) MuxAndDiscoveryComplete":
			within(t, c.Check, signal(t, s, "MuxAndDiscoveryComplete")-begin, limits[0], limits[1], 0)
		case "(signal) HasBeenReady: first /readyz 200":
			within(t, c.Check, signal(t, s, "HasBeenReady")-begin, limits[0], limits[1], 0)
			within(t, "ready", s.Ready.At-begin, limits[0], limits[1], 0)
		default:
			i := slices.IndexFunc(s.Runs, func(r *startup.HookRun) bool {
				return "poststarthook/"+r.Name == c.Check && r.Behavior != attr.BehaviorLaunches && r.Name != "storage-readiness"
			})
			if i < 0 {
				continue
			}
			within(t, c.Check, s.Runs[i].End-begin, limits[0], limits[1], 0)
		}
		compared++
	}
	if compared != 13 {
		t.Errorf("%d of the measured moments were compared, want 13", compared)
	}
}

// comparePhases compares the stages of a start.
func comparePhases(t *testing.T, s *startup.Startup, want map[string]struct{ Min, Max float64 }) {
	t.Helper()
	ext, kube, agg := s.Server("apiextensions-apiserver"), s.Server("kube-apiserver"), s.Server("kube-aggregator")
	hooks := phase(t, s, attr.SpanHooksRun)
	prepare := phase(t, s, attr.SpanServerPrepare)
	lastHook := time.Duration(0)
	for _, r := range s.Runs {
		lastHook = max(lastHook, r.End)
	}
	for name, got := range map[string]time.Duration{
		"process init -> NewConfig":            phase(t, s, attr.SpanConfigBuild).Start,
		"NewConfig":                            phase(t, s, attr.SpanConfigBuild).Duration(),
		"Complete":                             phase(t, s, attr.SpanConfigComplete).Duration(),
		"CreateServerChain":                    phase(t, s, attr.SpanChainCreate).Duration(),
		"apiextensions New":                    ext.Create.Duration(),
		"kube-apiserver Instance.New":          kube.Create.Duration(),
		"GenericAPIServer.New(kube-apiserver)": kube.New.Duration(),
		"CreateAggregatorServer":               agg.Create.Duration(),
		"APIAggregator.PrepareRun":             prepare.Duration(),
		"PrepareRun(apiextensions) own part":   ext.Prepare.Duration(),
		"PrepareRun(kube-apiserver) own part":  kube.Prepare.Duration(),
		"init -> RunPostStartHooks":            hooks.Start,
		"hooks -> MuxAndDiscoveryComplete":     signal(t, s, "MuxAndDiscoveryComplete") - hooks.Start,
		"hooks -> HasBeenReady":                signal(t, s, "HasBeenReady") - hooks.Start,
		"init -> HasBeenReady":                 signal(t, s, "HasBeenReady"),
		"hooks -> last hook end":               lastHook - hooks.Start,
	} {
		limits, ok := want[name]
		if !ok {
			t.Errorf("%s was not measured", name)
			continue
		}
		within(t, name, got, limits.Min, limits.Max, 50*time.Microsecond)
	}
}

func phase(t *testing.T, s *startup.Startup, name string) startup.Interval {
	t.Helper()
	for _, p := range s.Phases {
		if p.Name == name {
			return p.Interval
		}
	}
	t.Fatalf("there is no phase %s", name)
	return startup.Interval{}
}

func signal(t *testing.T, s *startup.Startup, name string) time.Duration {
	t.Helper()
	for _, sig := range s.Signals {
		if sig.Name == name {
			return sig.At
		}
	}
	t.Fatalf("the signal %s was not fired", name)
	return 0
}

// lifecycleSignals are those of a whole life, in the measured order.
func lifecycleSignals() []string {
	return []string{
		"MuxAndDiscoveryComplete", "HasBeenReady", "ShutdownInitiated", "AfterShutdownDelayDuration", "PreShutdownHooksStopped",
		"NotAcceptingNewRequest", "InFlightRequestsDrained", "HTTPServerStoppedListening",
	}
}

// TestSignalsComeInTheMeasuredOrder goes through a whole life.
func TestSignalsComeInTheMeasuredOrder(t *testing.T) {
	d, err := preset.Load("kube-apiserver-1.37")
	if err != nil {
		t.Fatal(err)
	}
	s := startDescription(t, d, chain.Options{Shutdown: true})
	if s.err != nil {
		t.Fatal(s.err)
	}
	var names []string
	for _, sig := range s.startup.Signals {
		names = append(names, sig.Name)
	}
	same(t, "lifecycle signals", names, lifecycleSignals())
	stopped := s.startup.End - signal(t, s.startup, "ShutdownInitiated")
	within(t, "the shutdown", stopped, 1050, 1168.2, 0)
}
