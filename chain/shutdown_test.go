package chain_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/chaintrace/chaintrace/chain"
)

// shutDown runs a server, stops it, and returns the signals in the order in
// which they were fired, each with the time since the stop.
func shutDown(t *testing.T, c chain.Config, add func(s *chain.GenericAPIServer)) (order []string, at map[string]time.Duration, err error) {
	t.Helper()
	s := newServer(t, c, "server", end())
	add(s)
	prepare(t, s)
	at = map[string]time.Duration{}
	runErr := c.Clock.Run(context.Background(), func(ctx context.Context) error {
		stop := c.Clock.NewEvent()
		var begin time.Time
		signals := s.Signals()
		for name, signal := range map[string]*chain.Signal{
			"ShutdownInitiated": signals.ShutdownInitiated, "AfterShutdownDelayDuration": signals.AfterShutdownDelayDuration,
			"PreShutdownHooksStopped": signals.PreShutdownHooksStopped, "NotAcceptingNewRequest": signals.NotAcceptingNewRequest,
			"InFlightRequestsDrained": signals.InFlightRequestsDrained, "HTTPServerStoppedListening": signals.HTTPServerStoppedListening,
		} {
			c.Clock.Go(func() {
				if signal.Wait(ctx) == nil {
					order, at[name] = append(order, name), c.Clock.Now().Sub(begin)
				}
			})
		}
		c.Clock.Go(func() {
			_ = c.Clock.Sleep(ctx, time.Second)
			begin = c.Clock.Now()
			stop.Fire()
		})
		err = s.Run(ctx, stop)
		return nil
	})
	if runErr != nil {
		t.Fatal(runErr)
	}
	return order, at, err
}

func preShutdown(t *testing.T, s *chain.GenericAPIServer, name string, f chain.PreShutdownHookFunc) {
	t.Helper()
	if err := s.AddPreShutdownHook(context.Background(), chain.PreShutdownHook{Name: name, Func: f}); err != nil {
		t.Fatal(err)
	}
}

func TestShutdownOrder(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*chain.Config)
		want   []string // by time, then as listed
		at     map[string]time.Duration
	}{
		{"at once", func(*chain.Config) {}, []string{"ShutdownInitiated", "AfterShutdownDelayDuration", "PreShutdownHooksStopped",
			"NotAcceptingNewRequest", "InFlightRequestsDrained", "HTTPServerStoppedListening"},
			map[string]time.Duration{"AfterShutdownDelayDuration": 0, "NotAcceptingNewRequest": 5 * time.Millisecond}},
		{"delayed", func(c *chain.Config) { c.ShutdownDelayDuration = 4 * time.Second }, []string{"ShutdownInitiated", "PreShutdownHooksStopped",
			"AfterShutdownDelayDuration", "NotAcceptingNewRequest", "InFlightRequestsDrained", "HTTPServerStoppedListening"},
			map[string]time.Duration{"PreShutdownHooksStopped": 5 * time.Millisecond, "HTTPServerStoppedListening": 4 * time.Second}},
		{"a request in flight", func(c *chain.Config) { c.Durations.Drain = 2 * time.Second }, []string{"ShutdownInitiated", "AfterShutdownDelayDuration",
			"PreShutdownHooksStopped", "NotAcceptingNewRequest", "HTTPServerStoppedListening", "InFlightRequestsDrained"},
			map[string]time.Duration{"HTTPServerStoppedListening": 5 * time.Millisecond, "InFlightRequestsDrained": 2005 * time.Millisecond}},
		{"with retry-after", func(c *chain.Config) { c.Durations.Drain, c.ShutdownSendRetryAfter = 2*time.Second, true }, []string{"ShutdownInitiated",
			"AfterShutdownDelayDuration", "PreShutdownHooksStopped", "NotAcceptingNewRequest", "InFlightRequestsDrained", "HTTPServerStoppedListening"},
			map[string]time.Duration{"HTTPServerStoppedListening": 2005 * time.Millisecond}},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := newConfig()
			c.change(&config)
			order, at, err := shutDown(t, config, func(s *chain.GenericAPIServer) {
				preShutdown(t, s, "hook", func(ctx context.Context) error { return config.Clock.Sleep(ctx, 5*time.Millisecond) })
			})
			if err != nil {
				t.Errorf("Run returns %v after a graceful shutdown", err)
			}
			slices.SortStableFunc(order, func(a, b string) int { return int(at[a] - at[b]) })
			sortTies(order, at, c.want)
			if !slices.Equal(order, c.want) {
				t.Errorf("the signals came as %q, want %q", order, c.want)
			}
			for name, want := range c.at {
				if at[name] != want {
					t.Errorf("%s came %v after the stop, want %v", name, at[name], want)
				}
			}
		})
	}
}

// sortTies puts signals that came at one time in the wanted order: who waits
// for them is not woken in the order in which they were fired.
func sortTies(order []string, at map[string]time.Duration, want []string) {
	slices.SortStableFunc(order, func(a, b string) int {
		if at[a] != at[b] {
			return int(at[a] - at[b])
		}
		return slices.Index(want, a) - slices.Index(want, b)
	})
}

func TestFailingPreShutdownHookEndsTheShutdown(t *testing.T) {
	c := newConfig()
	ran := []string{}
	order, _, err := shutDown(t, c, func(s *chain.GenericAPIServer) {
		preShutdown(t, s, "bad", func(context.Context) error { ran = append(ran, "bad"); return errors.New("no luck") })
		preShutdown(t, s, "good", func(context.Context) error { ran = append(ran, "good"); return nil })
	})
	if err == nil || !slices.Equal(ran, []string{"bad", "good"}) {
		t.Errorf("Run returns %v after the hooks %q; want an error after both", err, ran)
	}
	if slices.Contains(order, "InFlightRequestsDrained") {
		t.Errorf("the signals %q came; requests should not have been waited for", order)
	}
}

func TestStopWhileStartingFailsAHookThatWatches(t *testing.T) {
	c := newConfig()
	_, _, err := shutDown(t, c, func(s *chain.GenericAPIServer) {
		hook := func(ctx chain.PostStartHookContext) error { return c.Clock.NewEvent().Wait(ctx) }
		if err := s.AddPostStartHook(context.Background(), chain.PostStartHook{Name: "watches", Func: hook}); err != nil {
			t.Fatal(err)
		}
	})
	var failed *chain.HookFailedError
	if !errors.As(err, &failed) || failed.Hook != "watches" {
		t.Errorf("Run returns %v, want the hook's failure: upstream dies in the middle of its shutdown", err)
	}
}

func TestRequestsWhileDraining(t *testing.T) {
	c := newConfig()
	c.ShutdownSendRetryAfter, c.Durations.Drain = true, time.Second
	s := newServer(t, c, "server", end())
	prepare(t, s)
	codes := map[string]int{}
	if err := c.Clock.Run(context.Background(), func(ctx context.Context) error {
		stop := c.Clock.NewEvent()
		c.Clock.Go(func() {
			_ = c.Clock.Sleep(ctx, time.Second)
			stop.Fire()
			_ = c.Clock.Sleep(ctx, time.Second/2)
			for _, path := range []string{"/version", "/metrics", "/livez", "/readyz"} {
				w := get(s, path)
				codes[path] = w.Code
				if path == "/version" && w.Header().Get("Retry-After") != "5" {
					t.Errorf("Retry-After is %q, want 5", w.Header().Get("Retry-After"))
				}
			}
		})
		return s.Run(ctx, stop)
	}); err != nil {
		t.Fatal(err)
	}
	want := map[string]int{"/version": http.StatusTooManyRequests, "/metrics": 200, "/livez": 200, "/readyz": 500}
	for path, code := range want {
		if codes[path] != code {
			t.Errorf("%s answers %d while draining, want %d", path, codes[path], code)
		}
	}
}
