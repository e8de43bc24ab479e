package chain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"

	"github.com/chaintrace/chaintrace/chain/clock"
	"github.com/chaintrace/chaintrace/trace/attr"
)

// HealthChecker is a named health check. It mirrors healthz.HealthChecker.
type HealthChecker interface {
	Name() string
	// Check returns nil when what it looks at is healthy.
	Check(r *http.Request) error
}

// GroupedHealthChecker is a check that can be excluded together with others of
// its group. It mirrors healthz.GroupedHealthChecker.
type GroupedHealthChecker interface {
	HealthChecker
	GroupName() string
}

// NamedCheck returns a health check of a name and a function.
func NamedCheck(name string, check func(r *http.Request) error) HealthChecker {
	return namedCheck{name, check}
}

type namedCheck struct {
	name  string
	check func(r *http.Request) error
}

func (c namedCheck) Name() string                { return c.name }
func (c namedCheck) Check(r *http.Request) error { return c.check(r) }

// NamedGroupedCheck returns a health check that belongs to a group.
func NamedGroupedCheck(name, group string, check func(r *http.Request) error) GroupedHealthChecker {
	return groupedCheck{namedCheck{name, check}, group}
}

type groupedCheck struct {
	namedCheck
	group string
}

func (c groupedCheck) GroupName() string { return c.group }

// ConfiguredCheck is a health check that is on a Config before New, and the
// endpoints that it is for. Upstream keeps three lists instead.
type ConfiguredCheck struct {
	HealthChecker
	Endpoints []string // of attr.Healthz, attr.Livez and attr.Readyz
}

// allEndpoints are the health endpoints in the order in which PrepareRun
// installs them.
var allEndpoints = []string{attr.Healthz, attr.Livez, attr.Readyz}

// registeredCheck is a check as an endpoint's registry holds it.
type registeredCheck struct {
	HealthChecker
	origin string    // the server that added it first
	from   time.Time // the check passes before this time: the livez grace period
}

// healthRegistry holds the checks of one endpoint of one server. It mirrors
// healthCheckRegistry: once its handler is installed it is closed.
type healthRegistry struct {
	endpoint string // without the slash
	clock    clock.Clock

	mu        sync.Mutex
	checks    []registeredCheck
	installed bool
}

// add appends checks that pass until delay has passed from now.
func (r *healthRegistry) add(delay time.Duration, check HealthChecker, origin string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.installed {
		return fmt.Errorf("the /%s endpoint has been installed already; add checks before PrepareRun", r.endpoint)
	}
	entry := registeredCheck{HealthChecker: check, origin: origin}
	if delay > 0 {
		entry.from = r.clock.Now().Add(delay)
	}
	r.checks = append(r.checks, entry)
	return nil
}

// list returns the checks in order.
func (r *healthRegistry) list() []registeredCheck {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.checks)
}

// close returns the checks and refuses further ones. Without any there is a
// ping, as upstream has it.
func (r *healthRegistry) close(server string) []registeredCheck {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.installed = true
	if len(r.checks) == 0 {
		ping := NamedCheck("ping", func(*http.Request) error { return nil })
		return []registeredCheck{{HealthChecker: ping, origin: server}}
	}
	return slices.Clone(r.checks)
}

// run calls the check unless its grace period lasts.
func (c registeredCheck) run(now time.Time, r *http.Request) error {
	if now.Before(c.from) {
		return nil
	}
	return c.Check(r)
}

// handler answers for one check.
func (c registeredCheck) handler(clk clock.Clock) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := c.run(clk.Now(), r); err != nil {
			http.Error(w, fmt.Sprintf("internal server error: %v", err), http.StatusInternalServerError)
			return
		}
		_, _ = w.Write([]byte("ok"))
	})
}

// healthHandler answers for all checks of an endpoint together.
type healthHandler struct {
	endpoint string
	clock    clock.Clock
	checks   []registeredCheck
	healthy  func() // called whenever all checks pass
}

// ServeHTTP implements [http.Handler]. Query parameters: exclude leaves out a
// check or a group of checks, verbose lists the checks on success as well.
func (h *healthHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body bytes.Buffer
	query := r.URL.Query()
	excluded, unmatched := query["exclude"], query["exclude"]
	matched := func(name string) bool {
		if !slices.Contains(excluded, name) {
			return false
		}
		unmatched = slices.DeleteFunc(slices.Clone(unmatched), func(s string) bool { return s == name })
		return true
	}
	failed, now := false, h.clock.Now()
	for _, check := range h.checks {
		grouped, isGrouped := check.HealthChecker.(GroupedHealthChecker)
		switch {
		case matched(check.Name()):
			fmt.Fprintf(&body, "[+]%s excluded: ok\n", check.Name())
		case isGrouped && matched(grouped.GroupName()):
			fmt.Fprintf(&body, "[+]%s excluded with %s: ok\n", check.Name(), grouped.GroupName())
		case check.run(now, r) != nil:
			failed = true
			fmt.Fprintf(&body, "[-]%s failed: reason withheld\n", check.Name())
		default:
			fmt.Fprintf(&body, "[+]%s ok\n", check.Name())
		}
	}
	if len(unmatched) > 0 {
		slices.Sort(unmatched)
		fmt.Fprintf(&body, "warn: some health checks cannot be excluded: no matches for %q\n", slices.Compact(unmatched))
	}
	if failed {
		http.Error(w, fmt.Sprintf("%s%s check failed", body.String(), h.endpoint), http.StatusInternalServerError)
		return
	}
	if h.healthy != nil {
		h.healthy()
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if !query.Has("verbose") {
		_, _ = w.Write([]byte("ok"))
		return
	}
	fmt.Fprintf(&body, "%s check passed\n", h.endpoint)
	_, _ = w.Write(body.Bytes())
}

// errNotDone is what checks say that wait for something to end.
var errNotDone = errors.New("not finished")

// doneCheck is a check that fails until an event has happened.
func doneCheck(name string, done *clock.Event) HealthChecker {
	return NamedCheck(name, func(*http.Request) error {
		if !done.Fired() {
			return errNotDone
		}
		return nil
	})
}

// AddHealthChecks adds checks to healthz, livez and readyz, without a grace
// period on livez. It fails once PrepareRun has installed the endpoints.
func (s *GenericAPIServer) AddHealthChecks(ctx context.Context, checks ...HealthChecker) error {
	return s.addChecks(ctx, 0, allEndpoints, checks...)
}

// AddBootSequenceHealthChecks adds checks to healthz, livez and readyz; on
// livez they pass until the grace period of the config is over.
func (s *GenericAPIServer) AddBootSequenceHealthChecks(ctx context.Context, checks ...HealthChecker) error {
	return s.addChecks(ctx, s.livezGracePeriod, allEndpoints, checks...)
}

// AddReadyzChecks adds checks to readyz alone. A server further out never
// learns of them, since HealthzChecks is all that a delegate offers.
func (s *GenericAPIServer) AddReadyzChecks(ctx context.Context, checks ...HealthChecker) error {
	return s.addChecks(ctx, 0, []string{attr.Readyz}, checks...)
}

// AddLivezChecks adds checks to livez alone; they pass until delay is over.
func (s *GenericAPIServer) AddLivezChecks(ctx context.Context, delay time.Duration, checks ...HealthChecker) error {
	return s.addChecks(ctx, delay, []string{attr.Livez}, checks...)
}

func (s *GenericAPIServer) addChecks(ctx context.Context, delay time.Duration, endpoints []string, checks ...HealthChecker) error {
	for _, check := range checks {
		if err := s.register(check, s.name, delay, endpoints); err != nil {
			return fmt.Errorf("server %s: health check %q: %w", s.name, check.Name(), err)
		}
		s.checkAdded(ctx, check, delay, endpoints, false)
	}
	return nil
}

// register puts a check into the registries of its endpoints. Only livez knows
// a delay.
func (s *GenericAPIServer) register(check HealthChecker, origin string, delay time.Duration, endpoints []string) error {
	for _, endpoint := range endpoints {
		d := time.Duration(0)
		if endpoint == attr.Livez {
			d = delay
		}
		if err := s.health[endpoint].add(d, check, origin); err != nil {
			return err
		}
	}
	return nil
}

// checkAdded records a check of this server's own.
func (s *GenericAPIServer) checkAdded(ctx context.Context, check HealthChecker, delay time.Duration, endpoints []string, configured bool) {
	s.spans.step(ctx, attr.SpanCheckAdd,
		attribute.String(attr.ServerName, s.name),
		attribute.String(attr.CheckName, check.Name()),
		attribute.String(attr.CheckOrigin, s.name),
		attribute.StringSlice(attr.CheckEndpoints, endpoints),
		attribute.Int64(attr.CheckDelay, int64(delay)),
		attribute.Bool(attr.CheckConfigured, configured),
	)
}

// skippedCheck is a check of the delegate that a configured one of the same
// name kept out.
type skippedCheck struct {
	registeredCheck
	by string
}

// mergeChecks takes over the delegate's checks, except those whose name a check
// configured for healthz here has. Checks that are added later are not
// compared: two of one name can then be in the list.
func (s *GenericAPIServer) mergeChecks(ctx context.Context, configured []ConfiguredCheck, delegate DelegationTarget) error {
	ctx, sp := s.spans.start(ctx, attr.SpanChecksMerge, attribute.String(attr.ServerName, s.name))
	defer sp.end()
	for _, check := range delegate.healthzChecks() {
		wins := func(c ConfiguredCheck) bool {
			return c.Name() == check.Name() && slices.Contains(c.Endpoints, attr.Healthz)
		}
		if slices.ContainsFunc(configured, wins) {
			s.skipped = append(s.skipped, skippedCheck{check, s.name})
			s.spans.step(ctx, attr.SpanCheckSkip,
				attribute.String(attr.ServerName, s.name),
				attribute.String(attr.CheckName, check.Name()),
				attribute.String(attr.CheckOrigin, check.origin),
				attribute.String(attr.CheckSkippedBy, s.name))
			continue
		}
		if err := s.register(check.HealthChecker, check.origin, 0, allEndpoints); err != nil {
			return fmt.Errorf("server %s: taking over health check %q: %w", s.name, check.Name(), err)
		}
		s.spans.step(ctx, attr.SpanCheckMerge,
			attribute.String(attr.ServerName, s.name),
			attribute.String(attr.CheckName, check.Name()),
			attribute.String(attr.CheckOrigin, check.origin),
			attribute.StringSlice(attr.CheckEndpoints, allEndpoints),
			attribute.Int64(attr.CheckDelay, 0))
	}
	return nil
}

// HealthzChecks returns the checks of healthz, which are all that a server
// offers to the one further out.
func (s *GenericAPIServer) HealthzChecks() []HealthChecker {
	var checks []HealthChecker
	for _, c := range s.healthzChecks() {
		checks = append(checks, c.HealthChecker)
	}
	return checks
}

func (s *GenericAPIServer) healthzChecks() []registeredCheck {
	return s.health[attr.Healthz].list()
}

// installHealth installs an endpoint: /NAME for all checks and /NAME/CHECK for
// each. Of two checks with one name the later answers there.
func (s *GenericAPIServer) installHealth(ctx context.Context, endpoint string, healthy func()) {
	installer := map[string]string{
		attr.Healthz: "server.(*GenericAPIServer).installHealthz",
		attr.Livez:   "server.(*GenericAPIServer).installLivez",
		attr.Readyz:  "server.(*GenericAPIServer).installReadyz",
	}[endpoint]
	checks := s.health[endpoint].close(s.name)
	all := &healthHandler{endpoint: endpoint, clock: s.clock, checks: checks, healthy: healthy}
	s.handle(ctx, routeSpec{path: "/" + endpoint, installer: installer, phase: attr.PhasePrepareRun}, all)
	for _, check := range checks {
		path := "/" + endpoint + "/" + strings.TrimPrefix(check.Name(), "/")
		s.handle(ctx, routeSpec{path: path, installer: installer, phase: attr.PhasePrepareRun}, check.handler(s.clock))
	}
}
