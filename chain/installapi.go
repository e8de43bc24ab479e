package chain

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/pprof"
	"strconv"
	"sync"
	"sync/atomic"

	"go.opentelemetry.io/otel/attribute"

	"github.com/chaintrace/chaintrace/trace/attr"
)

// installAPI installs the routes that every server has, each under its own
// switch. It mirrors installAPI in k8s.io/apiserver/pkg/server/config.go.
func (s *GenericAPIServer) installAPI(ctx context.Context) (err error) {
	ctx, sp := s.spans.start(ctx, attr.SpanAPIInstall, attribute.String(attr.ServerName, s.name))
	defer func() { _ = sp.endWith(err) }()
	c := s.config.c
	if c.EnableIndex {
		s.installIndex(ctx)
	}
	if c.EnableProfiling {
		s.installProfiling(ctx)
		if c.EnableContentionProfiling {
			c.SetBlockProfileRate(1)
		}
		s.installDebugFlags(ctx)
	}
	if c.EnableMetrics {
		s.installMetrics(ctx)
	}
	version := routeSpec{path: "/version", installer: "routes.Version.Install", phase: attr.PhaseInstallAPI}
	gitVersion := func() any { return object{"gitVersion": c.Version} }
	if err := s.addWebService(ctx, version, 1, newWebService("/version", objectHandler(c.Serializer, gitVersion), false)); err != nil {
		return err
	}
	if c.EnableDiscovery {
		discovery := routeSpec{path: "/apis", installer: "server.installAPI", phase: attr.PhaseInstallAPI}
		if err := s.addWebService(ctx, discovery, 1, newWebService("/apis", objectHandler(c.Serializer, s.apiGroupList), false)); err != nil {
			return err
		}
	}
	if c.FlowControl != nil {
		s.installFlowControl(ctx)
	}
	return nil
}

// indexHandler lists the paths of a server and its delegates, with a given
// status.
type indexHandler struct {
	server *GenericAPIServer
	code   int
}

// ServeHTTP implements [http.Handler].
func (h indexHandler) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	writeObject(w, h.server.config.c.Serializer, h.code, object{"paths": h.server.ListedPaths()})
}

func (s *GenericAPIServer) installIndex(ctx context.Context) {
	for _, path := range []string{"/", "/index.html"} {
		r := routeSpec{path: path, unlisted: true, installer: "routes.Index.Install", phase: attr.PhaseInstallAPI}
		s.handle(ctx, r, indexHandler{s, http.StatusOK})
	}
}

// installProfiling wires four handlers of net/http/pprof; that the page at
// /debug/pprof/ links to a fifth, cmdline, is upstream's way as well.
func (s *GenericAPIServer) installProfiling(ctx context.Context) {
	r := routeSpec{unlisted: true, installer: "routes.Profiling.Install", phase: attr.PhaseInstallAPI}
	for _, e := range []struct {
		path    string
		prefix  bool
		handler http.Handler
	}{
		{"/debug/pprof", false, http.RedirectHandler("/debug/pprof/", http.StatusFound)},
		{"/debug/pprof/", true, http.HandlerFunc(pprof.Index)},
		{"/debug/pprof/profile", false, http.HandlerFunc(pprof.Profile)},
		{"/debug/pprof/symbol", false, http.HandlerFunc(pprof.Symbol)},
		{"/debug/pprof/trace", false, http.HandlerFunc(pprof.Trace)},
	} {
		r.path, r.prefix = e.path, e.prefix
		s.handle(ctx, r, e.handler)
	}
}

// installDebugFlags installs the flag v, the verbosity of logs, which can be
// set but not read. This model logs nothing: setting it is only remembered.
func (s *GenericAPIServer) installDebugFlags(ctx context.Context) {
	var verbosity atomic.Int32
	set := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPut {
			http.Error(w, "use PUT to set the flag", http.StatusNotAcceptable)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		level, err := strconv.ParseInt(string(body), 10, 32)
		if err != nil {
			http.Error(w, fmt.Sprintf("the flag v needs a whole number: %v", err), http.StatusBadRequest)
			return
		}
		verbosity.Store(int32(level))
		fmt.Fprintf(w, "v is %d now\n", level)
	})
	r := routeSpec{unlisted: true, installer: "routes.DebugFlags.Install", phase: attr.PhaseInstallAPI}
	list := textHandler("flags that can be set:\nv\n")
	for _, e := range []struct {
		path    string
		prefix  bool
		handler http.Handler
	}{
		{"/debug/flags", false, http.RedirectHandler("/debug/flags/", http.StatusFound)},
		{"/debug/flags/", true, list},
		{"/debug/flags/v", false, set},
	} {
		r.path, r.prefix = e.path, e.prefix
		s.handle(ctx, r, e.handler)
	}
}

// requestCount is the one metric of this model.
type requestCount struct {
	mu    sync.Mutex
	count int
}

func (c *requestCount) add(n int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.count += n
	return c.count
}

func (c *requestCount) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.count = 0
}

// installMetrics installs /metrics, and the check states at /metrics/slis. Only
// with profiling does DELETE reset it; without, DELETE answers as GET does.
func (s *GenericAPIServer) installMetrics(ctx context.Context) {
	var scrapes requestCount
	reset := s.config.c.EnableProfiling
	metrics := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		if reset && r.Method == http.MethodDelete {
			scrapes.reset()
			fmt.Fprintln(w, "metrics reset")
			return
		}
		fmt.Fprintf(w, "# TYPE chaintrace_scrapes_total counter\nchaintrace_scrapes_total{apiserver=%q} %d\n", s.name, scrapes.add(1))
	})
	slis := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		if reset && r.Method == http.MethodDelete {
			fmt.Fprintln(w, "metrics reset")
			return
		}
		fmt.Fprintln(w, "# TYPE kubernetes_healthcheck gauge")
		for _, endpoint := range allEndpoints {
			for _, check := range s.health[endpoint].list() {
				value := 1
				if check.run(s.clock.Now(), r) != nil {
					value = 0
				}
				fmt.Fprintf(w, "kubernetes_healthcheck{name=%q,type=%q} %d\n", check.Name(), endpoint, value)
			}
		}
	})
	installers := [2]string{"routes.DefaultMetrics.Install", "slis.SLIMetrics.Install"}
	if reset {
		installers = [2]string{"routes.MetricsWithReset.Install", "slis.SLIMetricsWithReset.Install"}
	}
	s.handle(ctx, routeSpec{path: "/metrics", installer: installers[0], phase: attr.PhaseInstallAPI}, metrics)
	if s.config.c.EnableSLIMetrics {
		s.handle(ctx, routeSpec{path: "/metrics/slis", installer: installers[1], phase: attr.PhaseInstallAPI}, slis)
	}
}

// FlowControl stands for priority and fairness. The model queues nothing: its
// dumps are empty tables.
type FlowControl struct{}

func (s *GenericAPIServer) installFlowControl(ctx context.Context) {
	const base = "/debug/api_priority_and_fairness/"
	for _, e := range []struct{ path, header string }{
		{"dump_priority_levels", "PriorityLevelName, ActiveQueues, IsIdle, IsQuiescing, WaitingRequests, ExecutingRequests\n"},
		{"dump_queues", "PriorityLevelName, Index, PendingRequests, ExecutingRequests, SeatsInUse\n"},
		{"dump_requests", "PriorityLevelName, FlowSchemaName, QueueIndex, RequestIndexInQueue, FlowDistingsher, ArriveTime\n"},
	} {
		r := routeSpec{path: base + e.path, unlisted: true, installer: "flowcontrol.(*configController).Install", phase: attr.PhaseInstallAPI}
		s.handle(ctx, r, textHandler(e.header))
	}
}
