package chain

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"runtime"
	"time"

	"github.com/chaintrace/chaintrace/chain/clock"
)

// Config is what a generic server is built from. It mirrors
// k8s.io/apiserver/pkg/server.Config; copies share what its pointers, maps and
// interfaces hold, as upstream's shallow copies do.
type Config struct {
	// Serializer, LoopbackClientConfig and EquivalentResourceRegistry are
	// required.
	Serializer                 Serializer
	LoopbackClientConfig       *LoopbackClientConfig
	EquivalentResourceRegistry *EquivalentResourceRegistry

	HealthChecks           []ConfiguredCheck
	LivezGracePeriod       time.Duration
	PostStartHooks         []PostStartHook // preconfigured; see AddPostStartHook
	DisabledPostStartHooks map[string]bool

	EnableIndex               bool
	EnableProfiling           bool
	EnableContentionProfiling bool
	EnableMetrics             bool
	EnableDiscovery           bool
	EnableSLIMetrics          bool // /metrics/slis beside /metrics
	EnableFlagz               bool
	EnableStatusz             bool

	OpenAPIV2, OpenAPIV3    bool // PrepareRun installs the documents
	SkipOpenAPIInstallation bool

	FlowControl               *FlowControl          // nil: max-in-flight instead of priority and fairness
	SharedInformerFactory     SharedInformerFactory // nil: no generic informers
	StorageObjectCountTracker bool

	ShutdownDelayDuration  time.Duration
	ShutdownSendRetryAfter bool

	// Signals is shared by the servers of a chain; nil: a set of its own.
	Signals *LifecycleSignals

	// GenericHooks replaces function and facts of hooks that New itself adds,
	// by name.
	GenericHooks map[string]PostStartHook
	// RouteSources tells the source place that calls an installer, by
	// installer, for the trace.
	RouteSources map[string]string

	Version string // what /version answers

	// SetBlockProfileRate is called with 1 for every server that has
	// contention profiling; nil: runtime.SetBlockProfileRate, which is of the
	// whole process.
	SetBlockProfileRate func(rate int)

	// Durations are what stretches of the server's life take as a whole.
	Durations Durations

	Clock           clock.Clock     // nil: real time
	TracerProviders TracerProviders // nil: OpenTelemetry's global one
}

// Durations are what stretches of a server's life take as a whole; what they do
// is a part of it. Zero: as long as that takes.
type Durations struct {
	New             time.Duration
	Prepare         time.Duration // its own part of PrepareRun
	Serve           time.Duration // until the listener is served and the hooks are started
	HookStart       time.Duration // from then until each hook gets to run
	Drain           time.Duration // until in-flight requests are done
	CloseHTTPServer time.Duration // until the HTTP server has closed its connections
}

// LoopbackClientConfig is how a server reaches itself.
type LoopbackClientConfig struct {
	Host string
}

// SharedInformerFactory stands for the informers that the servers of a chain
// share.
type SharedInformerFactory interface {
	// Start starts the informers; later calls do nothing.
	Start(ctx context.Context)
	// Synced returns nil unless informers that have been started are not
	// synced: an error that names them.
	Synced() error
}

// CompletedConfig is a Config with everything filled in. Only it can make
// servers.
type CompletedConfig struct {
	c *Config
}

// Complete fills in what was left out. The config's later changes do not reach
// the completed one.
func (c Config) Complete() CompletedConfig {
	if c.Clock == nil {
		c.Clock = &clock.Wall{}
	}
	if c.Signals == nil {
		c.Signals = NewLifecycleSignals(context.Background(), c.Clock, c.TracerProviders, "")
	}
	if c.SetBlockProfileRate == nil {
		c.SetBlockProfileRate = runtime.SetBlockProfileRate
	}
	c.DisabledPostStartHooks = maps.Clone(c.DisabledPostStartHooks)
	return CompletedConfig{&c}
}

// Errors of New, wrapped with the server's name.
var (
	ErrNoSerializer                 = errors.New("the config has no Serializer")
	ErrNoLoopbackClientConfig       = errors.New("the config has no LoopbackClientConfig")
	ErrNoEquivalentResourceRegistry = errors.New("the config has no EquivalentResourceRegistry")
)

// check does New's checks of its arguments, in upstream's order.
func (c CompletedConfig) check() error {
	switch {
	case c.c.Serializer == nil:
		return ErrNoSerializer
	case c.c.LoopbackClientConfig == nil:
		return ErrNoLoopbackClientConfig
	case c.c.EquivalentResourceRegistry == nil:
		return ErrNoEquivalentResourceRegistry
	}
	return nil
}

// buildHandlerChain puts the filters of this model round the director.
func (c CompletedConfig) buildHandlerChain(director http.Handler) http.Handler {
	h := director
	if c.c.ShutdownSendRetryAfter {
		h = withRetryAfter(h, c.c.Signals.NotAcceptingNewRequest.Event)
	}
	return withMuxAndDiscoveryComplete(h, c.c.Signals.MuxAndDiscoveryComplete.Event)
}
