package chain_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/chaintrace/chaintrace/chain"
	"github.com/chaintrace/chaintrace/chain/clock"
)

func TestNewChecksItsConfig(t *testing.T) {
	for _, c := range []struct {
		spoil func(*chain.Config)
		want  error
	}{
		{func(c *chain.Config) { c.Serializer = nil }, chain.ErrNoSerializer},
		{func(c *chain.Config) { c.LoopbackClientConfig = nil }, chain.ErrNoLoopbackClientConfig},
		{func(c *chain.Config) { c.EquivalentResourceRegistry = nil }, chain.ErrNoEquivalentResourceRegistry},
	} {
		config := newConfig()
		c.spoil(&config)
		if _, err := config.Complete().New(context.Background(), "broken", end()); !errors.Is(err, c.want) || !strings.Contains(err.Error(), "broken") {
			t.Errorf("New: %v, want %v with the server's name", err, c.want)
		}
	}
}

func TestDuplicateHookNamesTheFirstPlace(t *testing.T) {
	c := newConfig()
	first := chain.PostStartHook{Name: "twice", Func: nothing, RegisteredAt: "first.go:1"}
	c.PostStartHooks = []chain.PostStartHook{first, {Name: "twice", Func: nothing, RegisteredAt: "second.go:2"}}
	_, err := c.Complete().New(context.Background(), "server", end())
	if !errors.Is(err, chain.ErrHookRegistered) || !strings.Contains(err.Error(), "first.go:1") {
		t.Errorf("a preconfigured hook twice: %v, want ErrHookRegistered with the first place", err)
	}
	c.PostStartHooks = nil
	s := newServer(t, c, "server", end())
	ctx := context.Background()
	if err := s.AddPostStartHook(ctx, chain.PostStartHook{Name: "mine", Func: nothing}); err != nil {
		t.Fatal(err)
	}
	err = s.AddPostStartHook(ctx, chain.PostStartHook{Name: "mine", Func: nothing})
	if !errors.Is(err, chain.ErrHookRegistered) || !strings.Contains(err.Error(), "server_test.go:") {
		t.Errorf("a hook twice: %v, want ErrHookRegistered with the caller's place", err)
	}
}

func TestMergedHookCannotBeRegisteredAgain(t *testing.T) {
	c := newConfig()
	inner := newServer(t, c, "inner", end())
	if err := inner.AddPostStartHook(context.Background(), chain.PostStartHook{Name: "same", Func: nothing}); err != nil {
		t.Fatal(err)
	}
	outer := newServer(t, c, "outer", inner)
	err := outer.AddPostStartHook(context.Background(), chain.PostStartHook{Name: "same", Func: nothing})
	if !errors.Is(err, chain.ErrHookRegistered) || !strings.Contains(err.Error(), "server inner") {
		t.Errorf("registering a merged hook again: %v, want ErrHookRegistered naming its origin", err)
	}
}

func TestGenericHooksAreAddedOnce(t *testing.T) {
	c := newConfig()
	c.StorageObjectCountTracker = true
	c.SharedInformerFactory = &fakeInformers{}
	inner := newServer(t, c, "inner", end())
	want := []string{"generic-apiserver-start-informers", "priority-and-fairness-config-consumer", "priority-and-fairness-filter", "storage-object-count-tracker-hook"}
	if got := inner.PostStartHooks(); !slices.Equal(got, want) {
		t.Errorf("the innermost server has %q, want %q", got, want)
	}
	if got := newServer(t, c, "outer", inner).PostStartHooks(); !slices.Equal(got, want) {
		t.Errorf("the next one has %q, want those alone", got)
	}
	c.FlowControl, c.StorageObjectCountTracker, c.SharedInformerFactory = nil, false, nil
	if got := newServer(t, c, "bare", end()).PostStartHooks(); !slices.Equal(got, []string{"max-in-flight-filter"}) {
		t.Errorf("without all that a server has %q", got)
	}
}

func TestSignalCannotBeRegisteredTwice(t *testing.T) {
	c := newConfig()
	inner := newServer(t, c, "inner", end())
	ctx := context.Background()
	if err := inner.RegisterMuxAndDiscoveryCompleteSignal(ctx, "signal", c.Clock.NewEvent()); err != nil {
		t.Fatal(err)
	}
	outer := newServer(t, c, "outer", inner)
	if err := outer.RegisterMuxAndDiscoveryCompleteSignal(ctx, "signal", c.Clock.NewEvent()); err == nil {
		t.Error("a signal that was taken over was registered again")
	}
}

func TestNothingCanBeAddedTooLate(t *testing.T) {
	c := newConfig()
	s := newServer(t, c, "server", end())
	_ = run(t, c.Clock, s, func(ctx context.Context) { _ = c.Clock.Sleep(ctx, 1) })
	ctx := context.Background()
	if err := s.AddHealthChecks(ctx, passing("late")); err == nil || !strings.Contains(err.Error(), "/healthz") {
		t.Errorf("a check after PrepareRun: %v", err)
	}
	if err := s.AddPostStartHook(ctx, chain.PostStartHook{Name: "late", Func: nothing}); !errors.Is(err, chain.ErrHooksCalled) {
		t.Errorf("a hook after Run: %v, want ErrHooksCalled", err)
	}
}

func TestSecondWebServiceIsRefused(t *testing.T) {
	s := newServer(t, newConfig(), "server", end())
	g := chain.APIGroupInfo{Group: "example.com", Versions: []chain.APIVersionInfo{{Version: "v1"}}}
	if err := s.InstallAPIGroups(context.Background(), g); err != nil {
		t.Fatal(err)
	}
	if err := s.InstallAPIGroups(context.Background(), g); err == nil || !strings.Contains(err.Error(), "/apis/example.com/v1") {
		t.Errorf("the same group again: %v", err)
	}
}

func TestContentionProfilingIsPerServerAndWithProfiling(t *testing.T) {
	for _, profiling := range []bool{true, false} {
		c := newConfig()
		rates := []int{}
		c.EnableProfiling, c.EnableContentionProfiling = profiling, true
		c.SetBlockProfileRate = func(rate int) { rates = append(rates, rate) }
		newServer(t, c, "outer", newServer(t, c, "inner", end()))
		want := []int{}
		if profiling {
			want = []int{1, 1}
		}
		if !slices.Equal(rates, want) {
			t.Errorf("profiling %v: the rate was set to %v, want %v", profiling, rates, want)
		}
	}
}

func TestHookErrorEndsTheProcess(t *testing.T) {
	for name, f := range map[string]chain.PostStartHookFunc{
		"error": func(chain.PostStartHookContext) error { return errors.New("no luck") },
		"panic": func(chain.PostStartHookContext) error { panic("no luck") },
	} {
		c := newConfig()
		s := newServer(t, c, "server", end())
		ctx := context.Background()
		stopped := errors.New("not stopped")
		if err := errors.Join(
			s.AddPostStartHook(ctx, chain.PostStartHook{Name: "bad", Func: f}),
			s.AddPostStartHook(ctx, chain.PostStartHook{Name: "waits", Func: func(hook chain.PostStartHookContext) error {
				stopped = c.Clock.NewEvent().Wait(hook)
				return stopped
			}}),
		); err != nil {
			t.Fatal(err)
		}
		err := run(t, c.Clock, s, func(ctx context.Context) { _ = c.Clock.NewEvent().Wait(ctx) })
		var failed *chain.HookFailedError
		if !errors.As(err, &failed) || failed.Hook != "bad" || failed.Origin != "server" || !strings.Contains(err.Error(), "no luck") {
			t.Errorf("%s: Run returns %v, want a HookFailedError of bad", name, err)
		}
		if !errors.As(stopped, &failed) {
			t.Errorf("%s: the other hook's context ended with %v, want the failure", name, stopped)
		}
	}
}

func TestHandlersDoNotMindAWallClock(t *testing.T) {
	c := newConfig()
	c.Clock = nil
	s := newServer(t, c, "server", end())
	prepare(t, s)
	if code := get(s, "/healthz/ping").Code; code != http.StatusNotFound {
		t.Errorf("/healthz/ping answers %d; ping is there only when nothing else is", code)
	}
	wall := &clock.Wall{}
	c.Clock, c.FlowControl = wall, nil
	c.DisabledPostStartHooks = map[string]bool{"max-in-flight-filter": true}
	s = newServer(t, c, "server", end())
	prepare(t, s)
	if code := get(s, "/healthz/ping").Code; code != http.StatusOK {
		t.Errorf("/healthz/ping answers %d on a server without checks", code)
	}
}

func TestLegacyGroupAndResources(t *testing.T) {
	s := newServer(t, newConfig(), "server", end())
	core := chain.APIGroupInfo{Versions: []chain.APIVersionInfo{{Version: "v1", Resources: []string{"pods", "namespaces"}}}}
	if err := s.InstallLegacyAPIGroup(context.Background(), core); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{
		"/api": 200, "/api/v1": 200, "/api/v1/pods": 200, "/api/v1/namespaces/default/pods/x": 200, "/api/v1/watch/pods": 200,
		"/api/v1/namespaces/default": 200, "/api/v1/namespaces/default/finalize": 200,
		"/api/v1/nodes": 404, "/api/v1/namespaces/default/services": 404, "/api/v2": 404, "/apis": 404,
	} {
		if got := get(s, path).Code; got != want {
			t.Errorf("%s answers %d, want %d", path, got, want)
		}
	}
	if got := s.APIGroups(); len(got) != 1 || got[0].Group != "" {
		t.Errorf("the installed groups are %v", got)
	}
}

// TestInstallAPISwitches: each part is installed under its own switch alone.
func TestInstallAPISwitches(t *testing.T) {
	paths := map[string]string{
		"index": "/", "profiling": "/debug/pprof", "flags": "/debug/flags", "metrics": "/metrics", "slis": "/metrics/slis",
		"version": "/version", "discovery": "/apis", "flow control": "/debug/api_priority_and_fairness/dump_queues",
	}
	for name, c := range map[string]struct {
		change func(*chain.Config)
		there  []string
	}{
		"nothing":            {func(*chain.Config) {}, []string{"version"}},
		"index":              {func(c *chain.Config) { c.EnableIndex = true }, []string{"index", "version"}},
		"profiling":          {func(c *chain.Config) { c.EnableProfiling = true }, []string{"flags", "profiling", "version"}},
		"metrics":            {func(c *chain.Config) { c.EnableMetrics = true }, []string{"metrics", "version"}},
		"SLIs":               {func(c *chain.Config) { c.EnableMetrics, c.EnableSLIMetrics = true, true }, []string{"metrics", "slis", "version"}},
		"SLIs alone":         {func(c *chain.Config) { c.EnableSLIMetrics = true }, []string{"version"}},
		"discovery":          {func(c *chain.Config) { c.EnableDiscovery = true }, []string{"discovery", "version"}},
		"flow control":       {func(c *chain.Config) { c.FlowControl = &chain.FlowControl{} }, []string{"flow control", "version"}},
		"contention profile": {func(c *chain.Config) { c.EnableContentionProfiling = true }, []string{"version"}},
	} {
		config := newConfig()
		config.EnableIndex, config.EnableMetrics, config.FlowControl = false, false, nil
		c.change(&config)
		s := newServer(t, config, "server", end())
		there := []string{}
		for what, path := range paths {
			if get(s, path).Code != http.StatusNotFound {
				there = append(there, what)
			}
		}
		slices.Sort(there)
		if !slices.Equal(there, c.there) {
			t.Errorf("%s: %q are installed, want %q", name, there, c.there)
		}
	}
}

func TestPrepareRunSwitches(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*chain.Config)
		there  []string
	}{
		"nothing": {func(*chain.Config) {}, []string{"/healthz", "/livez", "/readyz"}},
		"OpenAPI": {func(c *chain.Config) { c.OpenAPIV2, c.OpenAPIV3 = true, true }, []string{"/healthz", "/livez", "/openapi/v2", "/openapi/v3", "/readyz"}},
		"OpenAPI skipped": {func(c *chain.Config) { c.OpenAPIV2, c.OpenAPIV3, c.SkipOpenAPIInstallation = true, true, true },
			[]string{"/healthz", "/livez", "/readyz"}},
		"z pages": {func(c *chain.Config) { c.EnableFlagz, c.EnableStatusz = true, true }, []string{"/flagz", "/healthz", "/livez", "/readyz", "/statusz"}},
	} {
		config := newConfig()
		c.change(&config)
		s := newServer(t, config, "server", end())
		if get(s, "/healthz").Code != http.StatusNotFound {
			t.Errorf("%s: /healthz is there before PrepareRun", name)
		}
		prepare(t, s)
		there := []string{}
		for _, path := range []string{"/flagz", "/healthz", "/livez", "/openapi/v2", "/openapi/v3", "/readyz", "/statusz"} {
			if get(s, path).Code != http.StatusNotFound {
				there = append(there, path)
			}
		}
		if !slices.Equal(there, c.there) {
			t.Errorf("%s: %q are installed, want %q", name, there, c.there)
		}
	}
}
