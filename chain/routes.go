package chain

import (
	"context"
	"fmt"
	"net/http"

	"github.com/emicklei/go-restful/v3"
	"go.opentelemetry.io/otel/attribute"

	"github.com/chaintrace/chaintrace/trace/attr"
)

// routeSpec says what is installed and by whom.
type routeSpec struct {
	path      string
	prefix    bool
	unlisted  bool
	installer string // upstream's function
	phase     string // one of attr.PhaseInstallAPI, …
	source    string // empty: the config's RouteSources say
}

// handle installs a path or prefix on the server's mux.
func (s *GenericAPIServer) handle(ctx context.Context, r routeSpec, h http.Handler) {
	mux := s.Handler.NonGoRestfulMux
	match, install := attr.MatchExact, mux.Handle
	switch {
	case r.prefix && r.unlisted:
		match, install = attr.MatchPrefix, mux.UnlistedHandlePrefix
	case r.prefix:
		match, install = attr.MatchPrefix, mux.HandlePrefix
	case r.unlisted:
		install = mux.UnlistedHandle
	}
	s.routeInstalled(ctx, r, match, install(r.path, h), 0)
}

// addWebService installs a go-restful web service; routes is how many routes
// the described server has in it. A second one with the same root is refused
// here, since the container would end the process.
func (s *GenericAPIServer) addWebService(ctx context.Context, r routeSpec, routes int, ws *restful.WebService) error {
	for _, other := range s.Handler.GoRestfulContainer.RegisteredWebServices() {
		if other.RootPath() == ws.RootPath() {
			return fmt.Errorf("server %s: there is a web service at %s already; %s cannot install another", s.name, ws.RootPath(), r.installer)
		}
	}
	if err := addToContainer(s.Handler.GoRestfulContainer, ws); err != nil {
		return fmt.Errorf("server %s: %q is no path for a web service: %w", s.name, ws.RootPath(), err)
	}
	s.routeInstalled(ctx, r, attr.MatchWebService, false, routes)
	return nil
}

// addToContainer adds a web service. The container panics on a path that its mux
// cannot take, as the names in a trace may make one.
func addToContainer(c *restful.Container, ws *restful.WebService) (err error) {
	defer func() {
		if why := recover(); why != nil {
			err = fmt.Errorf("%v", why)
		}
	}()
	c.Add(ws)
	return nil
}

func (s *GenericAPIServer) routeInstalled(ctx context.Context, r routeSpec, match string, replaces bool, routes int) {
	if r.source == "" {
		r.source = s.config.c.RouteSources[r.installer]
	}
	attrs := []attribute.KeyValue{
		attribute.String(attr.ServerName, s.name),
		attribute.String(attr.RoutePath, r.path),
		attribute.String(attr.RouteMatch, match),
		attribute.String(attr.RouteInstaller, r.installer),
		attribute.Bool(attr.RouteListed, !r.unlisted),
		attribute.String(attr.RoutePhase, r.phase),
		attribute.String(attr.RouteSource, r.source),
	}
	if replaces {
		attrs = append(attrs, attribute.Bool(attr.RouteReplaces, true))
	}
	if routes > 0 {
		attrs = append(attrs, attribute.Int(attr.RouteCount, routes))
	}
	if r.phase == attr.PhaseRuntime {
		s.spans.moment(ctx, attr.SpanRouteInstall, attrs...)
		return
	}
	s.spans.step(ctx, attr.SpanRouteInstall, attrs...)
}

// newWebService returns a web service whose root answers with a handler; with
// below, so does everything under it.
func newWebService(root string, h http.Handler, below bool) *restful.WebService {
	ws := new(restful.WebService).Path(root)
	f := func(req *restful.Request, resp *restful.Response) { h.ServeHTTP(resp.ResponseWriter, req.Request) }
	ws.Route(ws.GET("/").To(f))
	if below {
		ws.Route(ws.GET("/{path:*}").To(f))
	}
	return ws
}
