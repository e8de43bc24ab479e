package chain

import (
	"context"

	"go.opentelemetry.io/otel/attribute"

	"github.com/chaintrace/chaintrace/chain/clock"
	"github.com/chaintrace/chaintrace/trace/attr"
)

// LifecycleSignals are the milestones of a server's life. The servers of a
// chain share one set, as upstream's copied configs do. It mirrors
// lifecycleSignals in k8s.io/apiserver/pkg/server/lifecycle_signals.go.
type LifecycleSignals struct {
	// MuxAndDiscoveryComplete: every path is known, unknown ones may be 404.
	MuxAndDiscoveryComplete *Signal
	// HasBeenReady: /readyz has answered 200 for the first time.
	HasBeenReady *Signal

	ShutdownInitiated          *Signal
	AfterShutdownDelayDuration *Signal
	PreShutdownHooksStopped    *Signal
	NotAcceptingNewRequest     *Signal
	InFlightRequestsDrained    *Signal
	HTTPServerStoppedListening *Signal
}

// NewLifecycleSignals returns signals none of which has been fired. Their spans
// are children of the span in ctx.
func NewLifecycleSignals(ctx context.Context, c clock.Clock, providers TracerProviders, service string) *LifecycleSignals {
	sp := newSpans(providers, service, c)
	signal := func(name string) *Signal {
		return &Signal{Event: c.NewEvent(), name: name, ctx: ctx, spans: sp}
	}
	return &LifecycleSignals{
		MuxAndDiscoveryComplete:    signal("MuxAndDiscoveryComplete"),
		HasBeenReady:               signal("HasBeenReady"),
		ShutdownInitiated:          signal("ShutdownInitiated"),
		AfterShutdownDelayDuration: signal("AfterShutdownDelayDuration"),
		PreShutdownHooksStopped:    signal("PreShutdownHooksStopped"),
		NotAcceptingNewRequest:     signal("NotAcceptingNewRequest"),
		InFlightRequestsDrained:    signal("InFlightRequestsDrained"),
		HTTPServerStoppedListening: signal("HTTPServerStoppedListening"),
	}
}

// Signal is a milestone that leaves a span when it is reached.
type Signal struct {
	*clock.Event
	name  string
	ctx   context.Context // of the start, which the signal's span belongs to
	spans spans
}

// Fire makes the signal happen; later calls do nothing.
func (s *Signal) Fire() bool {
	first := s.Event.Fire()
	if first {
		s.spans.moment(s.ctx, attr.SpanSignal, attribute.String(attr.SignalName, s.name))
	}
	return first
}
