package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/chaintrace/chaintrace/chain"
	"github.com/chaintrace/chaintrace/render/report"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// askModel runs the model and asks its handlers, and those of a second run that
// has just begun to serve.
func askModel(ctx context.Context, q report.WhichQuestion, method string) (*report.Which, error) {
	q.Handlers, q.Method = true, method
	ran, err := runForHandlers(ctx, q.Input, 0)
	if err != nil {
		return nil, err
	}
	early, err := runForHandlers(ctx, q.Input, earlyTimeout)
	if err != nil {
		return nil, err
	}
	if q.Way, err = ran.ask(method, q.Path); err != nil {
		return nil, withCode(exitUsage, err)
	}
	if q.Early, err = early.ask(method, q.Path); err != nil {
		return nil, withCode(exitUsage, err)
	}
	q.Notes = append(q.Notes, outcomeNotes(ran.startup, "what its handlers would have said", ran.err)...)
	if !slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodDelete, http.MethodOptions}, method) {
		q.Notes = append(q.Notes, "the request had no body, which the status may be due to")
	}
	return report.NewWhich(ran.startup, q), nil
}

// earlyTimeout ends a run at the first look at /readyz that fails, a few
// milliseconds of its clock after the hooks were started.
const earlyTimeout = time.Nanosecond

// handlersRun is a run of the model whose handlers can still be asked.
type handlersRun struct {
	handler http.Handler
	startup *startup.Startup
	err     error // with which the run ended
}

// runForHandlers runs the model; a timeout other than 0 replaces the input's own.
// It fails when there are no handlers to ask.
func runForHandlers(ctx context.Context, name string, timeout time.Duration) (*handlersRun, error) {
	m, err := parseModelInput(name)
	if err != nil {
		return nil, withCode(exitUsage, err)
	}
	if timeout != 0 {
		m.timeout = timeout
	}
	p, err := m.prepare()
	if err != nil {
		return nil, withCode(exitUsage, fmt.Errorf("%s: %w", name, err))
	}
	result, err := chain.Run(ctx, p.completed)
	switch {
	case ctx.Err() != nil:
		return nil, withCode(exitWork, fmt.Errorf("%s: %w", name, ctx.Err()))
	case result.Server == nil:
		return nil, withCode(exitNo, fmt.Errorf("%s: the chain could not be built, so nobody answers: %w", name, err))
	}
	s, readErr := startup.FromTrace(p.providers.Trace())
	if readErr != nil {
		return nil, withCode(exitWork, fmt.Errorf("%s: %w", name, readErr))
	}
	return &handlersRun{result.Server.Handler, s, err}, nil
}

// ask asks the outermost server and returns the way of the request.
func (r *handlersRun) ask(method, path string) (*startup.Way, error) {
	// Profiles take the time that they are asked for, unless the client has gone
	// already.
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	ctx, hops := chain.WithHops(ctx)
	request, err := http.NewRequestWithContext(ctx, method, "http://localhost/", http.NoBody)
	if err != nil {
		return nil, err
	}
	request.URL.Path = path
	status := &statusWriter{header: http.Header{}}
	r.handler.ServeHTTP(status, request)
	way := &startup.Way{Status: status.code, End: startup.WayAnswered}
	for _, h := range hops.List() {
		way.Hops = append(way.Hops, r.hop(h, way.Hops))
		way.By = h.Server
	}
	switch status.code {
	case http.StatusNotFound:
		way.End = startup.WayNotFound
	case http.StatusServiceUnavailable:
		way.End = startup.WayUnavailable
	}
	return way, nil
}

// hop adds to a hop what the trace tells of its route: that of the hop before,
// where the route's handler tells what it does.
func (r *handlersRun) hop(h chain.Hop, before []startup.Hop) startup.Hop {
	hop := startup.Hop{Server: h.Server, Kind: startup.HopKind(h.Kind), Path: h.Path}
	switch h.Kind {
	case chain.HopProxyLocal, chain.HopProxyRemote, chain.HopUnavailable:
		hop.Route = before[len(before)-1].Route
	case chain.HopWebService, chain.HopExact, chain.HopPrefix:
		hop.Route = r.startup.Server(h.Server).Route(string(h.Kind), h.Path)
	}
	return hop
}

// statusWriter keeps an answer's status.
type statusWriter struct {
	header http.Header
	code   int
}

func (w *statusWriter) Header() http.Header { return w.header }

func (w *statusWriter) WriteHeader(code int) {
	if w.code == 0 {
		w.code = code
	}
}

func (w *statusWriter) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return len(p), nil
}
