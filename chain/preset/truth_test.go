package preset_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chaintrace/chaintrace/chain"
	"github.com/chaintrace/chaintrace/chain/clock"
	"github.com/chaintrace/chaintrace/chain/preset"
	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// The measured answers that the presets are held against; its README tells
// their origin.
const truthDir = "../../testdata/kubernetes"

// started is a preset's chain after its start.
type started struct {
	*chain.Result
	err     error
	trace   *trace.Trace
	startup *startup.Startup
}

// start runs a preset on a simulated clock with some settings.
func start(t *testing.T, name string, settings ...string) started {
	t.Helper()
	d, err := preset.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return startDescription(t, d, chain.Options{}, settings...)
}

func startDescription(t *testing.T, d *chain.Description, o chain.Options, settings ...string) started {
	t.Helper()
	parsed, err := chain.ParseSettings(d, settings)
	if err != nil {
		t.Fatal(err)
	}
	providers := trace.NewProviders(trace.ProvidersConfig{IDs: trace.SequentialIDs()})
	o.Description, o.Settings, o.TracerProviders = d, parsed, providers.Provider
	o.Clock = clock.NewSimulated(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	completed, err := o.Complete()
	if err != nil {
		t.Fatal(err)
	}
	s := started{}
	s.Result, s.err = chain.Run(context.Background(), completed)
	s.trace = providers.Trace()
	if s.startup, err = startup.FromTrace(s.trace); err != nil {
		t.Fatal(err)
	}
	if len(s.startup.Problems) > 0 {
		t.Errorf("the trace has problems: %q", s.startup.Problems)
	}
	return s
}

// get asks the outermost server.
func (s started) get(path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.Server.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

// truthFile returns a measured file.
func truthFile(t *testing.T, elem ...string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(append([]string{truthDir}, elem...)...))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func truthJSON(t *testing.T, into any, elem ...string) {
	t.Helper()
	if err := json.Unmarshal(truthFile(t, elem...), into); err != nil {
		t.Fatal(err)
	}
}

// same compares lists in order and says what is missing and what is too much.
func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if slices.Equal(got, want) {
		return
	}
	missing, extra := difference(want, got), difference(got, want)
	if len(missing)+len(extra) == 0 {
		t.Errorf("%s: the order differs:\n got %q\nwant %q", what, got, want)
		return
	}
	t.Errorf("%s:\nmissing  %q\ntoo much %q", what, missing, extra)
}

// sameSet compares lists whatever their order.
func sameSet(t *testing.T, what string, got, want []string) {
	t.Helper()
	same(t, what, slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want)))
}

// difference returns what a has more often than b.
func difference(a, b []string) []string {
	left := slices.Clone(b)
	var out []string
	for _, s := range a {
		if i := slices.Index(left, s); i >= 0 {
			left = slices.Delete(left, i, i+1)
		} else {
			out = append(out, s)
		}
	}
	return out
}

// hookNames returns the names of a server's hooks of one kind.
func hookNames(hooks []*startup.Hook, inherited bool) []string {
	names := []string{}
	for _, h := range hooks {
		if h.Inherited == inherited {
			names = append(names, h.Name)
		}
	}
	return names
}

// checkNames returns the names of a server's checks that fit.
func checkNames(sv *startup.Server, fits func(c *startup.Check) bool) []string {
	names := []string{}
	for _, c := range sv.Checks {
		if fits(c) {
			names = append(names, c.Name)
		}
	}
	return names
}

// installed returns the names of a server's checks of an endpoint, in order.
func installed(sv *startup.Server, endpoint string) []string {
	return checkNames(sv, func(c *startup.Check) bool {
		return (c.State == startup.CheckOwn || c.State == startup.CheckInherited) && slices.Contains(c.Endpoints, endpoint)
	})
}

// routesOf describes the routes of a server that fit, each in one line.
func (s started) routesOf(server string, fits func(sp *trace.Span) bool) []string {
	lines := []string{}
	for i := range s.trace.Spans {
		sp := &s.trace.Spans[i]
		if sp.Name == attr.SpanRouteInstall && sp.Attr(attr.ServerName).Str() == server && fits(sp) {
			lines = append(lines, strings.Join([]string{
				sp.Attr(attr.RoutePath).Str(), sp.Attr(attr.RouteMatch).Str(), listedWord(sp.Attr(attr.RouteListed).Bool()),
				sp.Attr(attr.RouteInstaller).Str(), sp.Attr(attr.RoutePhase).Str(), sp.Attr(attr.RouteSource).Str(),
			}, " "))
		}
	}
	return lines
}

func listedWord(listed bool) string {
	if listed {
		return "listed"
	}
	return "unlisted"
}
