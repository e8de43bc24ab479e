package chain

import (
	"context"
	"net/http"
	"strings"

	"go.opentelemetry.io/otel/attribute"

	"github.com/chaintrace/chaintrace/trace/attr"
)

// PrepareRun installs what can only be installed when construction is over,
// after its delegate has done the same: OpenAPI, the health endpoints, flagz
// and statusz. It mirrors GenericAPIServer.PrepareRun.
func (s *GenericAPIServer) PrepareRun(ctx context.Context) error {
	nothing := func(context.Context) error { return nil }
	return s.prepareRun(ctx, nothing, nothing)
}

// prepareRun is PrepareRun with something before and after it, for servers
// whose maker wraps it.
func (s *GenericAPIServer) prepareRun(ctx context.Context, before, after func(context.Context) error) (err error) {
	ctx, sp := s.spans.start(ctx, attr.SpanServerPrepare, attribute.String(attr.ServerName, s.name))
	defer func() { _ = sp.endWith(err) }()
	if err := before(ctx); err != nil {
		return err
	}
	if err := s.delegate.PrepareRun(ctx); err != nil {
		return err
	}
	start := s.clock.Now()
	if err := s.installPrepared(ctx); err != nil {
		return err
	}
	if err := fill(ctx, s.clock, start, s.config.c.Durations.Prepare); err != nil {
		return err
	}
	return after(ctx)
}

// installPrepared does this server's own part, in upstream's order.
func (s *GenericAPIServer) installPrepared(ctx context.Context) error {
	c := s.config.c
	if !c.SkipOpenAPIInstallation {
		s.installOpenAPI(ctx)
	}
	s.installHealth(ctx, attr.Healthz, nil)
	s.installHealth(ctx, attr.Livez, nil)
	notStopping := NamedCheck("shutdown", func(*http.Request) error {
		if s.signals.ShutdownInitiated.Fired() {
			return errShuttingDown
		}
		return nil
	})
	if err := s.AddReadyzChecks(ctx, notStopping); err != nil {
		return err
	}
	s.installHealth(ctx, attr.Readyz, func() { s.signals.HasBeenReady.Fire() })
	if c.EnableFlagz {
		r := routeSpec{path: "/flagz", installer: "flagz.Install", phase: attr.PhasePrepareRun}
		s.handle(ctx, r, textHandler("flags of "+s.name+"\n"))
	}
	if c.EnableStatusz {
		r := routeSpec{path: "/statusz", installer: "statusz.Install", phase: attr.PhasePrepareRun}
		s.handle(ctx, r, textHandler("status of "+s.name+", version "+c.Version+"\n"))
	}
	return nil
}

func (s *GenericAPIServer) installOpenAPI(ctx context.Context) {
	c := s.config.c
	if c.OpenAPIV2 {
		r := routeSpec{path: "/openapi/v2", installer: "routes.OpenAPI.InstallV2", phase: attr.PhasePrepareRun}
		s.handle(ctx, r, objectHandler(c.Serializer, s.openAPIV2))
	}
	if c.OpenAPIV3 {
		r := routeSpec{path: "/openapi/v3", installer: "routes.OpenAPI.InstallV3", phase: attr.PhasePrepareRun}
		s.handle(ctx, r, objectHandler(c.Serializer, func() any { return openAPIV3Index(s.openAPIPaths()) }))
		r.path, r.prefix = "/openapi/v3/", true
		s.handle(ctx, r, http.HandlerFunc(s.serveOpenAPIV3))
	}
}

// openAPIV2 returns a document of the server's own paths.
func (s *GenericAPIServer) openAPIV2() any {
	paths := object{}
	for _, path := range s.Handler.ListedPaths() {
		paths[path] = object{}
	}
	return object{"swagger": "2.0", "info": object{"title": s.name, "version": s.config.c.Version}, "paths": paths}
}

// openAPIPaths returns the paths of the server's own group versions, without
// the leading slash.
func (s *GenericAPIServer) openAPIPaths() []string {
	var paths []string
	for _, g := range s.APIGroups() {
		for _, v := range g.Versions {
			if g.Group == "" {
				paths = append(paths, "api/"+v.Version)
			} else {
				paths = append(paths, "apis/"+groupVersion(g.Group, v.Version))
			}
		}
	}
	return paths
}

func openAPIV3Index(paths []string) object {
	index := object{}
	for _, path := range paths {
		index[path] = object{"serverRelativeURL": "/openapi/v3/" + path}
	}
	return object{"paths": index}
}

// serveOpenAPIV3 answers with the document of one group version of this
// server's own.
func (s *GenericAPIServer) serveOpenAPIV3(w http.ResponseWriter, r *http.Request) {
	wanted := strings.TrimPrefix(r.URL.Path, "/openapi/v3/")
	for _, path := range s.openAPIPaths() {
		if path == wanted {
			writeObject(w, s.config.c.Serializer, http.StatusOK, object{
				"openapi": "3.0.0", "info": object{"title": s.name, "version": s.config.c.Version},
				"paths": object{"/" + path + "/": object{}},
			})
			return
		}
	}
	http.NotFound(w, r)
}
