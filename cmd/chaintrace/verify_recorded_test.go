package main

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	oteltrace "go.opentelemetry.io/otel/trace"

	"github.com/chaintrace/chaintrace/chain"
	"github.com/chaintrace/chaintrace/chain/clock"
	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
)

// recorded are the traces in testdata/verify of what no description of a chain
// can have: how each is made.
var recorded = map[string]func(t *testing.T) *trace.Trace{
	"shared-slice.json": sharedSlice,
	"late-hook.json":    lateHook,
	"stopped.json":      stoppedWhileStarting,
}

// TestRecordedTraces holds the recorded traces against how they are made; with
// -update it makes them.
func TestRecordedTraces(t *testing.T) {
	for file, record := range recorded {
		var got bytes.Buffer
		if err := trace.WriteJSON(&got, record(t)); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata/verify", file)
		if *update {
			if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Bytes(), want) {
			t.Errorf("%s is not what is recorded now, from line %d on; if that is right: go test ./cmd/chaintrace -run TestRecordedTraces -update", path, firstDifference(got.Bytes(), want))
		}
	}
}

// sharedSlice is a run of the preset in which the checks are as kube-apiserver
// 1.37.2 has them with five distinct etcd overrides: appending to a slice that the
// configs share, the kube-apiserver has written its first own check over the seven
// of the extension server, while it was taking them over. Spans of other things
// than servers, hooks and checks are left out, and what hooks did step by step.
func sharedSlice(t *testing.T) *trace.Trace {
	t.Helper()
	full, err := runModelInput(context.Background(), "preset:kube-apiserver-1.37")
	if err != nil {
		t.Fatal(err)
	}
	kept := []string{
		attr.SpanStartup, attr.SpanChainCreate, attr.SpanServerCreate, attr.SpanServerNew, attr.SpanHookMerge, attr.SpanHookRegister,
		attr.SpanCheckMerge, attr.SpanCheckSkip, attr.SpanCheckAdd, attr.SpanHookRun, attr.SpanReady,
	}
	const written = "poststarthook/start-apiserver-admission-initializer"
	out := &trace.Trace{}
	overwritten := 0
	for _, s := range full.Spans {
		if slices.Contains(kept, s.Name) {
			continue
		}
		for i := range full.Spans { // what was in it is in its parent
			if full.Spans[i].ParentID == s.SpanID {
				full.Spans[i].ParentID = s.ParentID
			}
		}
	}
	for _, s := range full.Spans {
		if !slices.Contains(kept, s.Name) {
			continue
		}
		s.Events = nil
		if s.Name == attr.SpanCheckMerge && s.Attr(attr.CheckOrigin).Str() == "apiextensions-apiserver" {
			overwritten++
			s.Attrs = slices.Clone(s.Attrs)
			for i := range s.Attrs {
				switch s.Attrs[i].Key {
				case attr.CheckName:
					s.Attrs[i].Value = trace.String(written)
				case attr.CheckOrigin:
					s.Attrs[i].Value = trace.String("kube-apiserver")
				}
			}
		}
		out.Spans = append(out.Spans, s)
	}
	if overwritten != 2*7 {
		t.Fatalf("%d checks were overwritten, want 7 on each of two servers", overwritten)
	}
	return out
}

// twoServers records a chain of two on a simulated clock.
type twoServers struct {
	clock        clock.Clock
	providers    *trace.Providers
	inner, outer *chain.GenericAPIServer
}

// record builds the chain, has before called, and then prepares and runs it until
// while returns, which may stop it.
func (c *twoServers) record(t *testing.T, before func(ctx context.Context) error, while func(ctx context.Context, stop *clock.Event)) *trace.Trace {
	t.Helper()
	c.clock = clock.NewSimulated(time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC))
	c.providers = trace.NewProviders(trace.ProvidersConfig{IDs: trace.SequentialIDs(), Resource: []attribute.KeyValue{
		attribute.String(attr.Source, attr.SourceModel), attribute.String(attr.Clock, attr.ClockSimulated),
	}})
	err := c.clock.Run(context.Background(), func(ctx context.Context) (err error) {
		ctx, root := c.providers.Provider("two-servers").Tracer("").Start(ctx, attr.SpanStartup, oteltrace.WithTimestamp(c.clock.Now()))
		defer func() { root.End(oteltrace.WithTimestamp(c.clock.Now())) }()
		if c.inner, err = c.server(ctx, "inner", chain.NewEmptyDelegate()); err != nil {
			return err
		}
		if c.outer, err = c.server(ctx, "outer", c.inner); err != nil {
			return err
		}
		if err := errors.Join(before(ctx), c.outer.PrepareRun(ctx)); err != nil {
			return err
		}
		life, kill := c.clock.WithCancel(ctx)
		stop := c.clock.NewEvent()
		c.clock.Go(func() {
			while(life, stop)
			kill(clock.ErrStopped)
		})
		_ = c.outer.Run(life, stop) // how it ends is what the trace tells
		return nil
	})
	if err != nil && !errors.Is(err, clock.ErrStopped) {
		t.Fatal(err)
	}
	return c.providers.Trace()
}

func (c *twoServers) server(ctx context.Context, name string, delegate chain.DelegationTarget) (*chain.GenericAPIServer, error) {
	config := chain.Config{
		Serializer: chain.JSONSerializer{}, LoopbackClientConfig: &chain.LoopbackClientConfig{Host: "127.0.0.1:1"},
		EquivalentResourceRegistry: &chain.EquivalentResourceRegistry{}, SetBlockProfileRate: func(int) {},
		Clock: c.clock, TracerProviders: c.providers.Provider,
	}
	return config.Complete().New(ctx, name, delegate)
}

// lateHook is a chain whose inner server gets a hook when the outer one is made.
func lateHook(t *testing.T) *trace.Trace {
	t.Helper()
	c := &twoServers{}
	return c.record(t, func(ctx context.Context) error {
		late := chain.PostStartHook{Name: "late", RegisteredAt: "pkg/inner/late.go:12", Func: func(chain.PostStartHookContext) error { return nil }}
		early := chain.PostStartHook{Name: "early", RegisteredAt: "pkg/outer/early.go:3", Func: late.Func}
		return errors.Join(c.inner.AddPostStartHook(ctx, late), c.outer.AddPostStartHook(ctx, early))
	}, func(ctx context.Context, _ *clock.Event) {
		_ = c.clock.Sleep(ctx, time.Second)
		w := httptest.NewRecorder()
		c.outer.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/readyz", nil))
		if w.Code != http.StatusOK {
			t.Errorf("/readyz answers %d %s", w.Code, w.Body)
		}
		now := oteltrace.WithTimestamp(c.clock.Now())
		_, ready := c.providers.Provider("outer").Tracer("").Start(ctx, attr.SpanReady, now, oteltrace.WithAttributes(
			attribute.String(attr.ServerName, "outer"), attribute.String(attr.ReadyHow, "computed")))
		ready.End(now)
	})
}

// stoppedWhileStarting is a chain that is told to stop while a hook waits for
// something that does not come before.
func stoppedWhileStarting(t *testing.T) *trace.Trace {
	t.Helper()
	c := &twoServers{}
	return c.record(t, func(ctx context.Context) error {
		return c.outer.AddPostStartHook(ctx, chain.PostStartHook{
			Name: "waiting", Behavior: attr.BehaviorWaits, RegisteredAt: "pkg/outer/waiting.go:5", WaitsFor: []string{"cache:things"}, Deadline: time.Minute, AtDeadline: attr.DeadlineFails,
			Func: func(ctx chain.PostStartHookContext) error {
				if c.clock.Sleep(ctx, 30*time.Second) != nil {
					return ctx.Err()
				}
				return nil
			},
		})
	}, func(ctx context.Context, stop *clock.Event) {
		_ = c.clock.Sleep(ctx, 200*time.Millisecond)
		stop.Fire()
		_ = c.clock.Sleep(ctx, time.Second)
	})
}

// TestRecordedTracesAreExplained: a user who finds them can read how they came to be.
func TestRecordedTracesAreExplained(t *testing.T) {
	text, err := os.ReadFile("testdata/verify/README.md")
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir("testdata/verify")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != "README.md" && !strings.Contains(string(text), e.Name()) {
			t.Errorf("testdata/verify/README.md does not name %s", e.Name())
		}
	}
}
