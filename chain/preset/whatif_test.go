package preset_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace/noop"

	oteltrace "go.opentelemetry.io/otel/trace"

	"github.com/chaintrace/chaintrace/chain"
	"github.com/chaintrace/chaintrace/chain/clock"
	"github.com/chaintrace/chaintrace/chain/preset"
	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

func load(t testing.TB) *chain.Description {
	t.Helper()
	d, err := preset.Load(preset.Default)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func runOf(t *testing.T, s started, name string) *startup.HookRun {
	t.Helper()
	for _, r := range s.startup.Runs {
		if r.Name == name {
			return r
		}
	}
	t.Fatalf("hook %s did not run", name)
	return nil
}

func TestEmptyKubeletClientConfigIsRefused(t *testing.T) {
	d := load(t)
	d.Generic.KubeletClient = chain.KubeletClientConfig{}
	s := startDescription(t, d, chain.Options{})
	if !errors.Is(s.err, chain.ErrEmptyKubeletClientConfig) || !strings.Contains(s.err.Error(), "CreateKubeAPIServer") {
		t.Errorf("the error is %v, want ErrEmptyKubeletClientConfig from CreateKubeAPIServer", s.err)
	}
	if s.Server != nil || s.Ready {
		t.Error("there is a server though the chain could not be built")
	}
}

func TestFailingHook(t *testing.T) {
	const cidr, repair = "start-kubernetes-service-cidr-controller", "start-service-ip-repair-controllers"
	s := startDescription(t, load(t), chain.Options{WhatIf: chain.WhatIf{Fail: map[string]string{cidr: "no luck"}}})
	var failed *chain.HookFailedError
	if !errors.As(s.err, &failed) || failed.Hook != cidr || failed.Origin != "kube-apiserver" {
		t.Fatalf("the error is %v, want the hook's", s.err)
	}
	if r := runOf(t, s, cidr); r.Outcome != attr.OutcomeFailed || r.Err != "no luck" {
		t.Errorf("its run is %+v", r)
	}
	if r := runOf(t, s, repair); r.Outcome != attr.OutcomeInterrupted || r.BecauseOf != cidr || r.BlockedOn != "hook:"+cidr {
		t.Errorf("the run of the hook that waits for it is %+v", r)
	}
	if s.startup.Failure == nil || s.startup.Failure.Hook != cidr || s.startup.Ready != nil {
		t.Errorf("the trace shows failure %+v, ready %+v", s.startup.Failure, s.startup.Ready)
	}
}

func TestHangingHooks(t *testing.T) {
	for _, c := range []struct {
		hook, outcome string
		deadlineHit   bool
		ready         bool
	}{
		{"start-service-ip-repair-controllers", attr.OutcomeFailed, true, false}, // 60 s, fails
		{"storage-readiness", attr.OutcomeRan, true, true},                       // 60 s, passes
		{"rbac/bootstrap-roles", attr.OutcomeHung, true, false},                  // 30 s, not looked at while it hangs
		{"crd-informer-synced", attr.OutcomeHung, false, false},                  // no limit
	} {
		s := startDescription(t, load(t), chain.Options{WhatIf: chain.WhatIf{Hang: map[string]bool{c.hook: true}}})
		r := runOf(t, s, c.hook)
		if r.Outcome != c.outcome || r.DeadlineHit != c.deadlineHit || s.Ready != c.ready {
			t.Errorf("%s: %s, deadline hit %v, ready %v; want %s, %v, %v", c.hook, r.Outcome, r.DeadlineHit, s.Ready, c.outcome, c.deadlineHit, c.ready)
		}
		if c.outcome == attr.OutcomeHung && !errors.Is(s.err, chain.ErrNotReady) {
			t.Errorf("%s: the error is %v, want ErrNotReady", c.hook, s.err)
		}
	}
}

func TestSlowHookPutsReadinessOff(t *testing.T) {
	before := start(t, preset.Default)
	s := startDescription(t, load(t), chain.Options{WhatIf: chain.WhatIf{Slow: map[string]time.Duration{"start-kube-aggregator-informers": 3 * time.Second}}})
	if later := s.ReadyAfter - before.ReadyAfter; later < time.Second || later > 2*time.Second {
		t.Errorf("ready %v later, want what 3 s are longer than the 1.45 s of the slowest hook", later)
	}
	r := runOf(t, s, "apiservice-discovery-controller")
	if r.Duration() < 3*time.Second {
		t.Errorf("a hook that waits for one that waits for it took %v", r.Duration())
	}
}

func TestUnknownHookInWhatIf(t *testing.T) {
	_, err := chain.Options{Description: load(t), WhatIf: chain.WhatIf{Hang: map[string]bool{"nosuch": true}}}.Complete()
	var unknown *chain.UnknownHookError
	if !errors.As(err, &unknown) || unknown.Hook != "nosuch" || len(unknown.Known) < 29 {
		t.Errorf("the error is %v", err)
	}
}

// TestLongChain: a described chain may have any length; everything is handed on
// to its outermost server.
func TestLongChain(t *testing.T) {
	d := &chain.Description{Name: "long", Process: "long"}
	const length = 12
	for i := range length {
		name := string(rune('a' + i))
		d.Servers = append(d.Servers, chain.Server{Name: name, Kind: chain.KindGeneric, Install: []chain.Item{
			{Hook: &chain.Hook{Name: "hook-" + name, Behavior: attr.BehaviorLaunches}},
			{Route: &chain.Route{Path: "/" + name, Match: attr.MatchExact}},
		}})
	}
	s := startDescription(t, d, chain.Options{})
	if !s.Ready {
		t.Fatalf("not ready: %v", s.err)
	}
	if got := len(s.Server.PostStartHooks()); got != length+2 {
		t.Errorf("the outermost server has %d hooks, want one of each and the two generic ones", got)
	}
	if _, way := s.way("GET", "/a", ""); strings.Count(way, "notfound") != length-1 || !strings.HasSuffix(way, "exact /a") {
		t.Errorf("the innermost server's path is reached by %s", way)
	}
}

// TestWallClockRunsTheSame: goroutines in real time end with the same things.
func TestWallClockRunsTheSame(t *testing.T) {
	d, err := preset.Load("aggregated-apiserver")
	if err != nil {
		t.Fatal(err)
	}
	providers := trace.NewProviders(trace.ProvidersConfig{})
	o, err := chain.Options{Description: d, Clock: &clock.Wall{}, TracerProviders: providers.Provider, Shutdown: true}.Complete()
	if err != nil {
		t.Fatal(err)
	}
	result, err := chain.Run(context.Background(), o)
	if err != nil || !result.Ready || len(result.Unfinished) > 0 {
		t.Fatalf("ready %v, unfinished %q, error %v", result.Ready, result.Unfinished, err)
	}
	s, err := startup.FromTrace(providers.Trace())
	if err != nil {
		t.Fatal(err)
	}
	simulated := start(t, "aggregated-apiserver").startup
	if len(s.Runs) != len(simulated.Runs) || len(s.Servers[0].Checks) != len(simulated.Servers[0].Checks) || len(s.Servers[0].Routes) != len(simulated.Servers[0].Routes) {
		t.Error("a run in real time has other hooks, checks or routes")
	}
}

func TestCancelledRun(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	stop := errors.New("stop")
	cancel(stop)
	o, err := chain.Options{Description: load(t)}.Complete()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := chain.Run(ctx, o); !errors.Is(err, stop) {
		t.Errorf("a run under a cancelled context ends with %v", err)
	}
}

// BenchmarkRun runs the default chain with spans that go nowhere and with spans
// that are recorded.
func BenchmarkRun(b *testing.B) {
	d := load(b)
	for name, providers := range map[string]func() chain.TracerProviders{
		"no-provider": func() chain.TracerProviders {
			return func(string) oteltrace.TracerProvider { return noop.NewTracerProvider() }
		},
		"recorded": func() chain.TracerProviders { return trace.NewProviders(trace.ProvidersConfig{}).Provider },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				o, err := chain.Options{Description: d, TracerProviders: providers()}.Complete()
				if err != nil {
					b.Fatal(err)
				}
				if _, err := chain.Run(context.Background(), o); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
