package chain_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chaintrace/chaintrace/chain"
	"github.com/chaintrace/chaintrace/chain/clock"
	"github.com/chaintrace/chaintrace/trace/attr"
)

var all = []string{attr.Healthz, attr.Livez, attr.Readyz}

// newConfig returns a config that New accepts, on a simulated clock.
func newConfig() chain.Config {
	return chain.Config{
		Serializer: chain.JSONSerializer{}, LoopbackClientConfig: &chain.LoopbackClientConfig{Host: "127.0.0.1:1"},
		EquivalentResourceRegistry: &chain.EquivalentResourceRegistry{},
		EnableIndex:                true, EnableMetrics: true, FlowControl: &chain.FlowControl{},
		SetBlockProfileRate: func(int) {},
		Clock:               clock.NewSimulated(time.Unix(0, 0)),
	}
}

// newServer makes a server on a delegate.
func newServer(t *testing.T, c chain.Config, name string, delegate chain.DelegationTarget) *chain.GenericAPIServer {
	t.Helper()
	s, err := c.Complete().New(context.Background(), name, delegate)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// end is the end of a chain that answers 404.
func end() chain.DelegationTarget {
	return chain.NewEmptyDelegateWithCustomHandler(http.NotFoundHandler())
}

func prepare(t *testing.T, s *chain.GenericAPIServer) {
	t.Helper()
	if err := s.PrepareRun(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func get(s *chain.GenericAPIServer, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

// checkLines returns the lines of a verbose health endpoint that are about
// checks whose name begins with prefix.
func checkLines(s *chain.GenericAPIServer, path, prefix string) []string {
	var out []string
	for _, line := range strings.Split(get(s, path).Body.String(), "\n") {
		if len(line) > 3 && strings.HasPrefix(line[3:], prefix) {
			out = append(out, line)
		}
	}
	return out
}

func passing(name string) chain.HealthChecker {
	return chain.NamedCheck(name, func(*http.Request) error { return nil })
}

func failing(name string) chain.HealthChecker {
	return chain.NamedCheck(name, func(*http.Request) error { return http.ErrServerClosed })
}

func nothing(chain.PostStartHookContext) error { return nil }

// run runs the outermost server until the function returns, and then kills it.
func run(t *testing.T, c clock.Clock, s *chain.GenericAPIServer, while func(ctx context.Context)) error {
	t.Helper()
	prepare(t, s)
	var err error
	if runErr := c.Run(context.Background(), func(ctx context.Context) error {
		life, kill := c.WithCancel(ctx)
		c.Go(func() {
			while(life)
			kill(clock.ErrStopped)
		})
		err = s.Run(life, c.NewEvent())
		return nil
	}); runErr != nil {
		t.Fatal(runErr)
	}
	return err
}
