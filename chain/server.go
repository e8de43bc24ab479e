package chain

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"

	"github.com/chaintrace/chaintrace/chain/clock"
	"github.com/chaintrace/chaintrace/trace/attr"
)

// DelegationTarget is what a server needs of the one that it delegates to. It
// mirrors k8s.io/apiserver/pkg/server.DelegationTarget.
type DelegationTarget interface {
	// UnprotectedHandler is the handler behind the filters; nil for an empty
	// delegate without one.
	UnprotectedHandler() http.Handler
	// NextDelegate is the next server down the chain, or nil.
	NextDelegate() DelegationTarget
	// ListedPaths are the paths to show in an index.
	ListedPaths() []string
	// PrepareRun installs what needs all of construction to be over, the
	// delegate's first.
	PrepareRun(ctx context.Context) error

	delegateName() string
	postStart() *ordered[postStartHookEntry]
	preShutdown() *ordered[preShutdownHookEntry]
	healthzChecks() []registeredCheck
	muxSignals() *ordered[*clock.Event]
}

// emptyDelegate is the end of the chain.
type emptyDelegate struct {
	handler http.Handler
}

// NewEmptyDelegate returns an end of the chain without a handler: the innermost
// server answers unknown paths with its index.
func NewEmptyDelegate() DelegationTarget { return emptyDelegate{} }

// NewEmptyDelegateWithCustomHandler returns an end of the chain with a handler
// for the paths that no server knows.
func NewEmptyDelegateWithCustomHandler(h http.Handler) DelegationTarget { return emptyDelegate{h} }

func (d emptyDelegate) UnprotectedHandler() http.Handler { return d.handler }
func (d emptyDelegate) NextDelegate() DelegationTarget   { return nil }
func (d emptyDelegate) ListedPaths() []string            { return nil }
func (d emptyDelegate) PrepareRun(context.Context) error { return nil }
func (d emptyDelegate) delegateName() string             { return "" }
func (d emptyDelegate) postStart() *ordered[postStartHookEntry] {
	return &ordered[postStartHookEntry]{}
}
func (d emptyDelegate) preShutdown() *ordered[preShutdownHookEntry] {
	return &ordered[preShutdownHookEntry]{}
}
func (d emptyDelegate) healthzChecks() []registeredCheck   { return nil }
func (d emptyDelegate) muxSignals() *ordered[*clock.Event] { return &ordered[*clock.Event]{} }

// GenericAPIServer is one server of a chain. CompletedConfig.New makes it. It
// mirrors the type of that name in k8s.io/apiserver/pkg/server.
//
// Construction is meant for one goroutine; handlers are safe for concurrent
// use.
type GenericAPIServer struct {
	Handler *APIServerHandler

	name     string
	config   CompletedConfig
	delegate DelegationTarget
	spans    spans
	clock    clock.Clock

	livezGracePeriod       time.Duration
	disabledPostStartHooks map[string]bool
	signals                *LifecycleSignals
	health                 map[string]*healthRegistry // by endpoint
	skipped                []skippedCheck
	hooksStarted           *clock.Event

	mu                     sync.Mutex
	postStartHooks         ordered[postStartHookEntry]
	postStartHooksCalled   bool
	preShutdownHooks       ordered[preShutdownHookEntry]
	preShutdownHooksCalled bool
	muxComplete            ordered[*clock.Event]
	groups                 []APIGroupInfo
}

// Name returns the name that New was called with.
func (s *GenericAPIServer) Name() string { return s.name }

// UnprotectedHandler implements [DelegationTarget].
func (s *GenericAPIServer) UnprotectedHandler() http.Handler { return s.Handler.Director }

// NextDelegate implements [DelegationTarget].
func (s *GenericAPIServer) NextDelegate() DelegationTarget { return s.delegate }

// Signals returns the lifecycle signals, which the chain shares.
func (s *GenericAPIServer) Signals() *LifecycleSignals { return s.signals }

func (s *GenericAPIServer) delegateName() string { return s.name }

// ListedPaths returns the listed paths of this server and of all it delegates
// to, sorted and each once.
func (s *GenericAPIServer) ListedPaths() []string {
	paths := append(s.Handler.ListedPaths(), s.delegate.ListedPaths()...)
	slices.Sort(paths)
	return slices.Compact(paths)
}

// RegisterMuxAndDiscoveryCompleteSignal registers an event that has to happen
// before the server may say that a path does not exist. A name can be
// registered once.
func (s *GenericAPIServer) RegisterMuxAndDiscoveryCompleteSignal(ctx context.Context, name string, done *clock.Event) error {
	return s.registerMuxSignal(ctx, name, done, attr.SignalOwn)
}

func (s *GenericAPIServer) registerMuxSignal(ctx context.Context, name string, done *clock.Event, scope string) error {
	s.mu.Lock()
	_, exists := s.muxComplete.get(name)
	if !exists {
		s.muxComplete.set(name, done)
	}
	s.mu.Unlock()
	if exists {
		return fmt.Errorf("server %s: mux-and-discovery-complete signal %q: it was registered before", s.name, name)
	}
	s.spans.step(ctx, attr.SpanSignalRegister,
		attribute.String(attr.ServerName, s.name),
		attribute.String(attr.SignalName, name),
		attribute.String(attr.SignalScope, scope))
	return nil
}

func (s *GenericAPIServer) muxSignals() *ordered[*clock.Event] { return &s.muxComplete }
