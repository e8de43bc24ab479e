package chain_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chaintrace/chaintrace/chain"
	"github.com/chaintrace/chaintrace/trace/attr"
)

// These tests show that the model behaves as the real server does where that
// surprises.

func TestLivezGracePeriodIsLostOnMerge(t *testing.T) {
	c := newConfig()
	c.FlowControl = nil
	c.LivezGracePeriod = time.Minute
	ctx := context.Background()
	inner := newServer(t, c, "inner", end())
	if err := inner.AddPostStartHook(ctx, chain.PostStartHook{Name: "inner-hook", Func: nothing}); err != nil {
		t.Fatal(err)
	}
	outer := newServer(t, c, "outer", inner)
	if err := outer.AddPostStartHook(ctx, chain.PostStartHook{Name: "outer-hook", Func: nothing}); err != nil {
		t.Fatal(err)
	}
	prepare(t, outer)
	// No hook has run: only the grace period makes a check pass.
	got := append(checkLines(outer, "/livez", "poststarthook/inner-hook"), checkLines(outer, "/livez", "poststarthook/outer-hook")...)
	want := []string{"[-]poststarthook/inner-hook failed: reason withheld", "[+]poststarthook/outer-hook ok"}
	if !slices.Equal(got, want) {
		t.Errorf("/livez says %q, want %q", got, want)
	}
	if get(inner, "/livez").Code != http.StatusOK {
		t.Error("on the delegate itself the grace period should hold")
	}
	if err := c.Clock.Sleep(ctx, time.Minute); err != nil {
		t.Fatal(err)
	}
	if lines := checkLines(outer, "/livez", "poststarthook/outer-hook"); !strings.HasPrefix(lines[0], "[-]") {
		t.Errorf("after the grace period /livez says %q", lines)
	}
}

func TestOnlyHealthzChecksArePassedUpward(t *testing.T) {
	c := newConfig()
	ctx := context.Background()
	inner := newServer(t, c, "inner", end())
	if err := errors.Join(
		inner.AddReadyzChecks(ctx, failing("only-readyz")),
		inner.AddLivezChecks(ctx, 0, failing("only-livez")),
	); err != nil {
		t.Fatal(err)
	}
	c.HealthChecks = []chain.ConfiguredCheck{{HealthChecker: passing("only-healthz"), Endpoints: []string{attr.Healthz}}}
	healthzOnly := newServer(t, c, "middle", inner)
	c.HealthChecks = nil
	outer := newServer(t, c, "outer", healthzOnly)
	prepare(t, outer)
	for _, endpoint := range all {
		if lines := checkLines(outer, "/"+endpoint+"?verbose", "only-"); !slices.Equal(lines, []string{"[+]only-healthz ok"}) {
			t.Errorf("/%s shows %q: what is in the delegate's healthz should be promoted and the rest be lost", endpoint, lines)
		}
	}
	// What was lost can still be asked for by name: the path falls through.
	if code := get(outer, "/readyz/only-readyz").Code; code != http.StatusInternalServerError {
		t.Errorf("/readyz/only-readyz answers %d, want the delegate's 500", code)
	}
}

func TestConfiguredCheckHidesAFailingOne(t *testing.T) {
	c := newConfig()
	inner, outer := c, c
	inner.HealthChecks = []chain.ConfiguredCheck{{HealthChecker: failing("db"), Endpoints: all}}
	outer.HealthChecks = []chain.ConfiguredCheck{{HealthChecker: passing("db"), Endpoints: all}}
	s := newServer(t, outer, "outer", newServer(t, inner, "inner", end()))
	prepare(t, s)
	if got := checkLines(s, "/readyz", "db"); !slices.Equal(got, []string{"[+]db ok"}) {
		t.Errorf("/readyz shows %q, want the configured check alone", got)
	}
}

func TestLaterCheckDoesNotHide(t *testing.T) {
	c := newConfig()
	ctx := context.Background()
	inner := newServer(t, c, "inner", end())
	if err := inner.AddHealthChecks(ctx, failing("db")); err != nil {
		t.Fatal(err)
	}
	outer := newServer(t, c, "outer", inner)
	if err := outer.AddHealthChecks(ctx, passing("db")); err != nil {
		t.Fatal(err)
	}
	prepare(t, outer)
	if got := checkLines(outer, "/readyz", "db"); !slices.Equal(got, []string{"[-]db failed: reason withheld", "[+]db ok"}) {
		t.Errorf("/readyz shows %q, want both", got)
	}
	if code := get(outer, "/readyz/db").Code; code != http.StatusOK {
		t.Errorf("/readyz/db answers %d, want the later check's 200", code)
	}
}

func TestHookAddedToADelegateTooLateNeverRuns(t *testing.T) {
	c := newConfig()
	ran := false
	inner := newServer(t, c, "inner", end())
	outer := newServer(t, c, "outer", inner)
	late := chain.PostStartHook{Name: "late", Func: func(chain.PostStartHookContext) error { ran = true; return nil }}
	if err := inner.AddPostStartHook(context.Background(), late); err != nil {
		t.Fatalf("adding it should not be an error: %v", err)
	}
	_ = run(t, c.Clock, outer, func(ctx context.Context) { _ = c.Clock.Sleep(ctx, time.Hour) })
	if ran {
		t.Error("the hook ran")
	}
	if lines := checkLines(outer, "/readyz?verbose", "poststarthook/late"); lines != nil {
		t.Errorf("/readyz shows %q, want nothing of it", lines)
	}
	if code := get(outer, "/readyz").Code; code != http.StatusOK {
		t.Errorf("/readyz answers %d, want 200", code)
	}
	if code := get(outer, "/readyz/poststarthook/late").Code; code != http.StatusInternalServerError {
		t.Errorf("its own check answers %d, want 500 for ever", code)
	}
}

func TestDisablingWorksAtRegistrationOnly(t *testing.T) {
	c := newConfig()
	var ran []string
	hook := func(name string) chain.PostStartHook {
		return chain.PostStartHook{Name: name, Func: func(chain.PostStartHookContext) error { ran = append(ran, name); return nil }}
	}
	ctx := context.Background()
	inner := newServer(t, c, "inner", end())
	if err := inner.AddPostStartHook(ctx, hook("merged")); err != nil {
		t.Fatal(err)
	}
	c.DisabledPostStartHooks = map[string]bool{"merged": true, "own": true}
	outer := newServer(t, c, "outer", inner)
	if err := outer.AddPostStartHook(ctx, hook("own")); err != nil {
		t.Fatalf("registering a disabled hook should not be an error: %v", err)
	}
	_ = run(t, c.Clock, outer, func(ctx context.Context) { _ = c.Clock.Sleep(ctx, time.Second) })
	if !slices.Equal(ran, []string{"merged"}) {
		t.Errorf("%q ran, want the merged hook alone", ran)
	}
}

func TestInformerSyncPassesBeforeInformersStart(t *testing.T) {
	c := newConfig()
	informers := &fakeInformers{}
	c.SharedInformerFactory = informers
	s := newServer(t, c, "server", end())
	prepare(t, s)
	check := func() int { return get(s, "/readyz/informer-sync").Code }
	if code := check(); code != http.StatusOK {
		t.Errorf("before the informers start it answers %d, want 200 with nothing looked at", code)
	}
	informers.Start(context.Background())
	if code := check(); code != http.StatusInternalServerError {
		t.Errorf("while they sync it answers %d, want 500", code)
	}
	informers.synced = true
	if code := check(); code != http.StatusOK {
		t.Errorf("when they are synced it answers %d, want 200", code)
	}
	if code := get(s, "/healthz/informer-sync").Code; code != http.StatusNotFound {
		t.Errorf("/healthz/informer-sync answers %d; the check is for readyz only", code)
	}
}

type fakeInformers struct{ started, synced bool }

func (f *fakeInformers) Start(context.Context) { f.started = true }

func (f *fakeInformers) Synced() error {
	if f.started && !f.synced {
		return errors.New("not synced")
	}
	return nil
}

func TestDeleteOfMetrics(t *testing.T) {
	for _, c := range []struct {
		profiling bool
		want      string
		flags     int
	}{
		{true, "metrics reset", http.StatusOK},
		{false, "# TYPE", http.StatusNotFound},
	} {
		config := newConfig()
		config.EnableProfiling = c.profiling
		s := newServer(t, config, "server", end())
		w := httptest.NewRecorder()
		s.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodDelete, "/metrics", nil))
		if w.Code != http.StatusOK || !strings.HasPrefix(w.Body.String(), c.want) {
			t.Errorf("profiling %v: DELETE /metrics answers %d %q, want 200 %q…", c.profiling, w.Code, w.Body, c.want)
		}
		if code := get(s, "/debug/flags/").Code; code != c.flags {
			t.Errorf("profiling %v: /debug/flags/ answers %d, want %d", c.profiling, code, c.flags)
		}
	}
}

func TestNilHookFunctions(t *testing.T) {
	s := newServer(t, newConfig(), "server", end())
	ctx := context.Background()
	if err := s.AddPostStartHook(ctx, chain.PostStartHook{Name: "nil"}); !errors.Is(err, chain.ErrNilHook) {
		t.Errorf("a post-start hook without a function: %v, want ErrNilHook", err)
	}
	if err := s.AddPreShutdownHook(ctx, chain.PreShutdownHook{Name: "nil"}); err != nil {
		t.Errorf("a pre-shutdown hook without a function: %v, want it dropped silently", err)
	}
	if names := s.PreShutdownHooks(); len(names) > 0 {
		t.Errorf("the server has the pre-shutdown hooks %q", names)
	}
	both := errors.Join(
		s.AddPostStartHook(ctx, chain.PostStartHook{Name: "shared", Func: nothing}),
		s.AddPreShutdownHook(ctx, chain.PreShutdownHook{Name: "shared", Func: func(context.Context) error { return nil }}))
	if both != nil {
		t.Errorf("hooks of both kinds may share a name: %v", both)
	}
}

func TestExcludeTakesAGroup(t *testing.T) {
	c := newConfig()
	down := func(*http.Request) error { return errors.New("down") }
	c.HealthChecks = []chain.ConfiguredCheck{
		{HealthChecker: chain.NamedGroupedCheck("etcd", "etcd", down), Endpoints: all},
		{HealthChecker: chain.NamedGroupedCheck("etcd-override-0", "etcd", down), Endpoints: all},
		{HealthChecker: failing("etcd-readiness"), Endpoints: []string{attr.Readyz}},
	}
	c.FlowControl = nil
	s := newServer(t, c, "server", end())
	prepare(t, s)
	got := checkLines(s, "/readyz?verbose&exclude=etcd&exclude=nonsense", "etcd")
	want := []string{"[+]etcd excluded: ok", "[+]etcd-override-0 excluded with etcd: ok", "[-]etcd-readiness failed: reason withheld"}
	if !slices.Equal(got, want) {
		t.Errorf("/readyz says %q, want %q", got, want)
	}
	body := get(s, "/readyz?verbose&exclude=nonsense").Body.String()
	if !strings.Contains(body, `warn: some health checks cannot be excluded: no matches for ["nonsense"]`) {
		t.Errorf("an unknown name should be a warning only: %s", body)
	}
}

// TestEmptyDelegateWithoutHandler: before 1.23 the chain ended so, and an
// unknown path got the index.
func TestEmptyDelegateWithoutHandler(t *testing.T) {
	s := newServer(t, newConfig(), "server", chain.NewEmptyDelegate())
	w := get(s, "/nosuch")
	if w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), `"/metrics"`) {
		t.Errorf("an unknown path answers %d %q, want 404 with the index", w.Code, w.Body)
	}
	w = get(newServer(t, newConfig(), "server", end()), "/nosuch")
	if w.Code != http.StatusNotFound || strings.Contains(w.Body.String(), `"/metrics"`) {
		t.Errorf("with a handler at the end it answers %d %q, want its 404", w.Code, w.Body)
	}
}
