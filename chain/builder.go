package chain

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"go.opentelemetry.io/otel/attribute"

	"github.com/chaintrace/chaintrace/chain/clock"
	"github.com/chaintrace/chaintrace/trace/attr"
)

// ErrEmptyKubeletClientConfig is what CreateKubeAPIServer answers to a config
// without a kubelet client.
var ErrEmptyKubeletClientConfig = errors.New("the kubelet client's config is empty")

// builder turns a description into a chain of servers.
type builder struct {
	description *Description
	options     CompletedOptions
	script      *script
	signals     *LifecycleSignals
	checks      []scriptedCheck // those that wait for something
	outermost   builtServer
	aggregators []apiServiceFeed
}

// builtServer is a server and what its description adds around PrepareRun.
type builtServer struct {
	*GenericAPIServer
	server     Server
	aggregator *Aggregator // nil unless it is one
}

// scriptedCheck is a check that fails until its steps are over.
type scriptedCheck struct {
	steps []Step
	done  *clock.Event
}

// apiServiceFeed is what an aggregator learns while it runs.
type apiServiceFeed struct {
	aggregator *Aggregator
	described  APIServices
	services   []APIService
}

// newConfig builds the generic config. It mirrors BuildGenericConfig.
func (b *builder) newConfig() Config {
	settings, g := b.options.settings, b.description.Generic
	c := Config{
		Serializer:                 JSONSerializer{},
		LoopbackClientConfig:       &LoopbackClientConfig{Host: "127.0.0.1:6443"},
		EquivalentResourceRegistry: &EquivalentResourceRegistry{},

		HealthChecks:           b.configuredChecks(g.Checks),
		LivezGracePeriod:       settings.durations[SettingLivezGracePeriod],
		PostStartHooks:         b.hooks(g.PreconfiguredHooks),
		DisabledPostStartHooks: b.disabled(g.DisabledHooks),

		EnableIndex:               settings.Bool(SettingIndex),
		EnableProfiling:           settings.Bool(SettingProfiling),
		EnableContentionProfiling: settings.Bool(SettingContentionProfiling),
		EnableMetrics:             settings.Bool(SettingMetrics),
		EnableDiscovery:           settings.Bool(SettingDiscovery),
		EnableSLIMetrics:          g.SLIMetrics,
		EnableFlagz:               g.Flagz.Present && settings.Hold(g.Flagz.Conditions),
		EnableStatusz:             g.Statusz.Present && settings.Hold(g.Statusz.Conditions),

		OpenAPIV2:                 g.OpenAPIV2,
		OpenAPIV3:                 g.OpenAPIV3,
		SkipOpenAPIInstallation:   g.SkipOpenAPI,
		StorageObjectCountTracker: g.ObjectCountTracker,
		ShutdownDelayDuration:     settings.durations[SettingShutdownDelay],
		ShutdownSendRetryAfter:    settings.Bool(SettingShutdownRetryAfter),

		Signals:      b.signals,
		GenericHooks: map[string]PostStartHook{},
		RouteSources: g.RouteSources,
		Version:      b.description.Version,
		Durations: Durations{
			Serve:           b.options.settings.Recorded(b.description.Timing.Serve),
			HookStart:       b.options.settings.Recorded(b.description.Timing.HookStart),
			Drain:           b.options.settings.Recorded(b.description.Shutdown.Drain),
			CloseHTTPServer: b.options.settings.Recorded(b.description.Shutdown.HTTPServer),
		},
		SetBlockProfileRate: func(int) {}, // the described process's, not this one's
		Clock:               b.options.clock,
		TracerProviders:     b.options.tracerProviders,
	}
	if settings.Bool(SettingPriorityAndFairness) {
		c.FlowControl = &FlowControl{}
	}
	if cache := b.script.cache(g.InformerCache); cache != nil {
		c.SharedInformerFactory = informerFactory{b.script, cache}
	}
	for name, h := range g.NewHooks {
		c.GenericHooks[name] = b.script.hook(Hook{
			Name: name, Steps: h.Steps, Behavior: attr.BehaviorLaunches, RegisteredAt: h.RegisteredAt,
		})
	}
	return c
}

// completeConfig derives one server's config from the generic one, as the
// config functions of its kind do: copies are shallow, the hooks of the generic
// config belong to the kube-apiserver alone, discovery is kept there too, and
// OpenAPI is the aggregator's own.
func (b *builder) completeConfig(generic Config, server Server) CompletedConfig {
	c := generic
	switch server.Kind {
	case KindAPIExtensions:
		c.PostStartHooks, c.EnableDiscovery = nil, false
	case KindAggregator:
		c.PostStartHooks, c.EnableDiscovery, c.SkipOpenAPIInstallation = nil, false, true
	}
	c.PostStartHooks = append(slices.Clone(c.PostStartHooks), b.hooks(server.PreconfiguredHooks)...)
	c.HealthChecks = append(slices.Clone(c.HealthChecks), b.configuredChecks(server.Checks)...)
	c.DisabledPostStartHooks = maps.Clone(c.DisabledPostStartHooks)
	maps.Copy(c.DisabledPostStartHooks, b.disabled(server.DisabledHooks))
	c.Durations.New = b.options.settings.Recorded(server.Timing.New)
	c.Durations.Prepare = b.options.settings.Recorded(server.Timing.Prepare)
	return c.Complete()
}

func (b *builder) hooks(described []Hook) []PostStartHook {
	var hooks []PostStartHook
	for _, h := range described {
		if b.options.settings.Hold(h.Conditions) {
			hooks = append(hooks, b.script.hook(h))
		}
	}
	return hooks
}

func (b *builder) disabled(described []DisabledHook) map[string]bool {
	names := map[string]bool{}
	for name := range strings.SplitSeq(b.options.settings.Value(SettingDisabledHooks), ",") {
		if name = strings.TrimSpace(name); name != "" {
			names[name] = true
		}
	}
	for _, h := range described {
		if b.options.settings.Hold(h.Conditions) {
			names[h.Name] = true
		}
	}
	return names
}

func (b *builder) configuredChecks(described []Check) []ConfiguredCheck {
	var checks []ConfiguredCheck
	for _, c := range described {
		if b.options.settings.Hold(c.Conditions) {
			checks = append(checks, ConfiguredCheck{b.check(c), c.Endpoints})
		}
	}
	return checks
}

// check returns the check that a description describes.
func (b *builder) check(c Check) HealthChecker {
	switch steps := b.options.settings.Applicable(c.Steps); {
	case c.Fails != "":
		err := errors.New(c.Fails)
		return NamedCheck(c.Name, func(*http.Request) error { return err })
	case len(steps) > 0:
		done := b.options.clock.NewEvent()
		b.checks = append(b.checks, scriptedCheck{steps, done})
		return doneCheck(c.Name, done)
	}
	return NamedCheck(c.Name, func(*http.Request) error { return nil })
}

// create builds one server on its delegate: the generic New, and then what the
// description adds. It mirrors the create functions of the kinds.
func (b *builder) create(ctx context.Context, config CompletedConfig, server Server, delegate DelegationTarget) (_ builtServer, err error) {
	ctx, sp := newSpans(b.options.tracerProviders, server.Name, b.options.clock).start(ctx, attr.SpanServerCreate,
		attribute.String(attr.ServerName, server.Name),
		attribute.String(attr.ServerDelegate, delegate.delegateName()),
		attribute.String(attr.ServerCreator, server.Kind.Creator()))
	defer func() { _ = sp.endWith(err) }()
	begin := b.options.clock.Now()
	if server.Kind == KindKubeAPIServer && b.description.Generic.KubeletClient == (KubeletClientConfig{}) {
		return builtServer{}, fmt.Errorf("%s: %w; give it a port under generic.kubeletClient", server.Kind.Creator(), ErrEmptyKubeletClientConfig)
	}
	s, err := config.New(ctx, server.Name, delegate)
	if err != nil {
		return builtServer{}, err
	}
	built := builtServer{GenericAPIServer: s, server: server}
	if server.Kind == KindAggregator {
		built.aggregator = &Aggregator{GenericAPIServer: s}
	}
	if err := b.install(ctx, built, server.Install, attr.PhaseConstruction); err != nil {
		return builtServer{}, err
	}
	if server.APIServices != nil && built.aggregator != nil {
		b.aggregators = append(b.aggregators, b.feed(built.aggregator, *server.APIServices))
	}
	return built, fill(ctx, b.options.clock, begin, b.options.settings.Recorded(server.Timing.Create))
}

// Creator returns the name of the upstream function that makes a server of this
// kind.
func (k ServerKind) Creator() string {
	switch k {
	case KindAPIExtensions:
		return "createAPIExtensionsServer"
	case KindKubeAPIServer:
		return "CreateKubeAPIServer"
	case KindAggregator:
		return "createAggregatorServer"
	}
	return "CompletedConfig.New"
}

// feed collects the APIServices that an aggregator will learn of: those of the
// paths its delegate lists now, of the custom resources, and of other servers.
func (b *builder) feed(a *Aggregator, described APIServices) apiServiceFeed {
	services := LocalAPIServices(a.delegate)
	for _, server := range b.description.Servers {
		for _, crd := range server.CRDs {
			service := APIService{Group: crd.Group, Version: crd.Version, Local: true}
			if !slices.Contains(services, service) {
				services = append(services, service)
			}
		}
	}
	for _, remote := range described.Remote {
		services = append(services, APIService{Group: remote.Group, Version: remote.Version, Available: remote.Available})
	}
	return apiServiceFeed{a, described, services}
}

// createServerChain builds all servers, from the end of the chain outwards. It
// mirrors CreateServerChain.
func (b *builder) createServerChain(ctx context.Context, configs []CompletedConfig) error {
	delegate := NewEmptyDelegateWithCustomHandler(notFoundHandler{JSONSerializer{}})
	if b.description.Generic.NoNotFoundHandler {
		delegate = NewEmptyDelegate()
	}
	for i, server := range b.description.Servers {
		built, err := b.create(ctx, configs[i], server, delegate)
		if err != nil {
			return fmt.Errorf("create server %s: %w", server.Name, err)
		}
		b.outermost, delegate = built, built.GenericAPIServer
	}
	return nil
}

// prepare prepares the chain, with what the outermost server's maker adds.
func (b *builder) prepare(ctx context.Context) error {
	s := b.outermost
	before := func(ctx context.Context) error {
		return b.install(ctx, s, s.server.BeforePrepare, attr.PhasePrepareRun)
	}
	after := func(ctx context.Context) error {
		begin := b.options.clock.Now()
		if err := b.install(ctx, s, s.server.AfterPrepare, attr.PhasePrepareRun); err != nil {
			return err
		}
		return fill(ctx, b.options.clock, begin, b.options.settings.Recorded(s.server.Timing.AfterPrepare))
	}
	return s.prepareRun(ctx, before, after)
}

// begin starts what goes on in the described process beside its hooks.
func (b *builder) begin(ctx context.Context) {
	ignored := func(string) {}
	for _, check := range b.checks {
		b.options.clock.Go(func() {
			if b.script.play(ctx, check.steps, ignored) == nil {
				check.done.Fire()
			}
		})
	}
	for _, f := range b.aggregators {
		b.options.clock.Go(func() {
			if b.script.play(ctx, b.options.settings.Applicable(f.described.Steps), ignored) != nil {
				return
			}
			for i, service := range f.services {
				if i > 0 && b.options.clock.Sleep(ctx, b.options.settings.Recorded(f.described.Each)) != nil {
					return
				}
				f.aggregator.AddAPIService(ctx, service)
			}
		})
	}
}
