package chain

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/chaintrace/chaintrace/trace/attr"
)

// install adds to a server what its description says, in order.
func (b *builder) install(ctx context.Context, s builtServer, items []Item, phase string) error {
	for _, item := range items {
		if !b.options.settings.Hold(item.Conditions) {
			continue
		}
		if err := b.installItem(ctx, s, item, phase); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) installItem(ctx context.Context, s builtServer, item Item, phase string) error {
	switch {
	case item.Hook != nil:
		if !b.options.settings.Hold(item.Hook.Conditions) {
			return nil
		}
		return s.AddPostStartHook(ctx, b.script.hook(*item.Hook))
	case item.PreShutdownHook != nil:
		return s.AddPreShutdownHook(ctx, b.preShutdownHook(*item.PreShutdownHook))
	case item.Check != nil:
		return b.installCheck(ctx, s, *item.Check)
	case item.Route != nil:
		return b.installRoute(ctx, s, *item.Route, phase)
	case item.WebService != nil:
		ws := item.WebService
		r := routeSpec{path: ws.Path, installer: ws.Installer, source: ws.Source, phase: phase}
		return s.addWebService(ctx, r, ws.Routes, newWebService(ws.Path, textHandler(ws.Path+" of "+s.name+"\n"), false))
	case item.Group != nil:
		g := b.options.settings.group(*item.Group)
		if g.Group == "" {
			return s.InstallLegacyAPIGroup(ctx, g)
		}
		return s.InstallAPIGroups(ctx, g)
	case item.Signal != "":
		return s.RegisterMuxAndDiscoveryCompleteSignal(ctx, item.Signal, b.script.event(b.script.signals, item.Signal))
	}
	return b.installAPIs(ctx, s, item.Providers)
}

func (b *builder) preShutdownHook(h ShutdownHook) PreShutdownHook {
	takes := b.options.settings.Recorded(h.Takes)
	return PreShutdownHook{Name: h.Name, RegisteredAt: h.RegisteredAt, described: true, Func: func(ctx context.Context) error {
		return b.options.clock.Sleep(ctx, takes)
	}}
}

func (b *builder) installCheck(ctx context.Context, s builtServer, c Check) error {
	if !b.options.settings.Hold(c.Conditions) {
		return nil
	}
	delay := time.Duration(0)
	if c.BootSequence {
		delay = s.livezGracePeriod
	}
	return s.addChecks(ctx, delay, c.Endpoints, b.check(c))
}

func (b *builder) installRoute(ctx context.Context, s builtServer, route Route, phase string) error {
	h, err := b.handlerFor(s, route)
	if err != nil {
		return err
	}
	s.handle(ctx, routeSpec{
		path: route.Path, prefix: route.Match == attr.MatchPrefix, unlisted: route.Unlisted,
		installer: route.Installer, source: route.Source, phase: phase,
	}, h)
	return nil
}

// handlerFor returns the handler that a described route names.
func (b *builder) handlerFor(s builtServer, route Route) (http.Handler, error) {
	if s.aggregator == nil && slices.Contains([]string{HandlerAPIs, HandlerAPIsPlain, HandlerOpenAPIV2, HandlerOpenAPIV3}, route.Handler) {
		return nil, fmt.Errorf("server %s: route %s: only an aggregator has the handler %q", s.name, route.Path, route.Handler)
	}
	switch route.Handler {
	case "", HandlerOK:
		return textHandler(route.Path + " of " + s.name + "\n"), nil
	case HandlerCRD:
		notFound := s.delegate.UnprotectedHandler()
		if notFound == nil {
			notFound = http.NotFoundHandler()
		}
		return crdHandler{s.name, s.server.CRDs, JSONSerializer{}, notFound}, nil
	case HandlerAPIs:
		return s.aggregator.groupList(true), nil
	case HandlerAPIsPlain:
		return s.aggregator.groupList(false), nil
	case HandlerOpenAPIV2:
		return objectHandler(JSONSerializer{}, s.aggregator.openAPIV2), nil
	case HandlerOpenAPIV3:
		return http.HandlerFunc(s.aggregator.openAPIV3), nil
	}
	return nil, fmt.Errorf("server %s: route %s: there is no handler %q", s.name, route.Path, route.Handler)
}

func (b *builder) installAPIs(ctx context.Context, s builtServer, described []Provider) error {
	begin := b.options.clock.Now()
	var providers []RESTStorageProvider
	for _, p := range described {
		if p.Off || !b.options.settings.Hold(p.Conditions) {
			continue
		}
		provider := RESTStorageProvider{Group: b.options.settings.group(p.Group)}
		if p.Hook != nil && b.options.settings.Hold(p.Hook.Conditions) {
			hook := b.script.hook(*p.Hook)
			provider.Hook = &hook
		}
		providers = append(providers, provider)
	}
	if err := s.InstallAPIs(ctx, providers...); err != nil {
		return err
	}
	return fill(ctx, b.options.clock, begin, b.options.settings.Recorded(s.server.Timing.InstallAPIs))
}
