package chain

import (
	"context"
	"fmt"
	"net/http"

	"go.opentelemetry.io/otel/attribute"

	"github.com/chaintrace/chaintrace/trace/attr"
)

// The hooks that New adds by itself, each unless the delegate brought it.
const (
	hookStartInformers     = "generic-apiserver-start-informers"
	hookAPFConsumer        = "priority-and-fairness-config-consumer"
	hookAPFFilter          = "priority-and-fairness-filter"
	hookMaxInFlight        = "max-in-flight-filter"
	hookObjectCountTracker = "storage-object-count-tracker-hook"
)

// NewHookNames returns the names of the hooks that New adds by itself.
func NewHookNames() []string {
	return []string{hookStartInformers, hookAPFConsumer, hookAPFFilter, hookMaxInFlight, hookObjectCountTracker}
}

// New makes a server that falls back on its delegate. Upstream's order is kept
// since each step sees what the former ones left: take over the delegate's
// hooks, add the preconfigured and the generic ones, take over the delegate's
// checks, install the API. It mirrors completedConfig.New in
// k8s.io/apiserver/pkg/server/config.go.
//
// It fails when the config lacks something required, or when a preconfigured
// hook or a signal is there already.
func (c CompletedConfig) New(ctx context.Context, name string, delegate DelegationTarget) (_ *GenericAPIServer, err error) {
	s := c.newServer(name, delegate)
	ctx, sp := s.spans.start(ctx, attr.SpanServerNew,
		attribute.String(attr.ServerName, name),
		attribute.String(attr.ServerDelegate, delegate.delegateName()))
	defer func() { _ = sp.endWith(err) }()

	begin := s.clock.Now()
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("new server %s: %w", name, err)
	}
	s.Handler = newAPIServerHandler(name, c.c.Serializer, c.buildHandlerChain, delegate.UnprotectedHandler())
	if err := s.registerConfigured(ctx); err != nil {
		return nil, err
	}
	s.mergeHooks(ctx, delegate)
	for _, hook := range c.c.PostStartHooks {
		if err := s.addPostStartHook(ctx, hook, true); err != nil {
			return nil, err
		}
	}
	for signal, done := range delegate.muxSignals().all() {
		if err := s.registerMuxSignal(ctx, signal, done, attr.SignalMerged); err != nil {
			return nil, err
		}
	}
	if err := s.addGenericHooks(ctx); err != nil {
		return nil, err
	}
	if err := s.mergeChecks(ctx, c.c.HealthChecks, delegate); err != nil {
		return nil, err
	}
	if err := s.installAPI(ctx); err != nil {
		return nil, fmt.Errorf("new server %s: %w", name, err)
	}
	if delegate.UnprotectedHandler() == nil && c.c.EnableIndex {
		s.Handler.NonGoRestfulMux.NotFoundHandler(indexHandler{s, http.StatusNotFound})
	}
	return s, fill(ctx, s.clock, begin, c.c.Durations.New)
}

func (c CompletedConfig) newServer(name string, delegate DelegationTarget) *GenericAPIServer {
	s := &GenericAPIServer{
		name:                   name,
		config:                 c,
		delegate:               delegate,
		spans:                  newSpans(c.c.TracerProviders, name, c.c.Clock),
		clock:                  c.c.Clock,
		livezGracePeriod:       c.c.LivezGracePeriod,
		disabledPostStartHooks: c.c.DisabledPostStartHooks,
		signals:                c.c.Signals,
		health:                 map[string]*healthRegistry{},
		hooksStarted:           c.c.Clock.NewEvent(),
	}
	for _, endpoint := range allEndpoints {
		s.health[endpoint] = &healthRegistry{endpoint: endpoint, clock: c.c.Clock}
	}
	return s
}

// registerConfigured puts the config's checks first into the registries.
func (s *GenericAPIServer) registerConfigured(ctx context.Context) error {
	for _, check := range s.config.c.HealthChecks {
		if err := s.register(check.HealthChecker, s.name, 0, check.Endpoints); err != nil {
			return fmt.Errorf("server %s: configured health check %q: %w", s.name, check.Name(), err)
		}
		s.checkAdded(ctx, check.HealthChecker, 0, check.Endpoints, true)
	}
	return nil
}

// addGenericHooks adds the hooks of the generic server, each under its own
// condition and only where no delegate has brought it.
func (s *GenericAPIServer) addGenericHooks(ctx context.Context) error {
	c := s.config.c
	if informers := c.SharedInformerFactory; informers != nil {
		start := func(ctx PostStartHookContext) error {
			informers.Start(ctx)
			return nil
		}
		if err := s.addGenericHook(ctx, hookStartInformers, start); err != nil {
			return err
		}
		synced := NamedCheck("informer-sync", func(*http.Request) error { return informers.Synced() })
		if err := s.AddReadyzChecks(ctx, synced); err != nil {
			return err
		}
	}
	launch := func(PostStartHookContext) error { return nil }
	var names []string
	if c.FlowControl != nil {
		names = append(names, hookAPFConsumer, hookAPFFilter)
	} else {
		names = append(names, hookMaxInFlight)
	}
	if c.StorageObjectCountTracker {
		names = append(names, hookObjectCountTracker)
	}
	for _, name := range names {
		if err := s.addGenericHook(ctx, name, launch); err != nil {
			return err
		}
	}
	return nil
}

// addGenericHook adds a hook unless the delegate has brought it. Who configures
// it otherwise decides what it does and from where it was registered.
func (s *GenericAPIServer) addGenericHook(ctx context.Context, name string, f PostStartHookFunc) error {
	if s.isPostStartHookRegistered(name) {
		return nil
	}
	hook, ok := s.config.c.GenericHooks[name]
	if !ok {
		hook = PostStartHook{Func: f, RegisteredAt: scopeName + ".New", Behavior: attr.BehaviorLaunches}
	}
	hook.Name = name
	return s.addPostStartHook(ctx, hook, false)
}
