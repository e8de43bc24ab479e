package chain

import (
	"context"
	"slices"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	oteltrace "go.opentelemetry.io/otel/trace"

	"github.com/chaintrace/chaintrace/chain/clock"
)

// scopeName is the instrumentation scope of all spans of this package.
const scopeName = "github.com/chaintrace/chaintrace/chain"

// constructionStep is what one recorded step of construction takes on a
// simulated clock, so that steps have an order in time as well.
const constructionStep = time.Microsecond

// TracerProviders returns the provider of the spans of one service: a server
// of the chain, or the process itself.
type TracerProviders func(service string) oteltrace.TracerProvider

// spans starts the spans of one service, in the clock's time.
type spans struct {
	tracer oteltrace.Tracer
	clock  clock.Clock
}

// newSpans returns the spans of a service; without providers they go to
// OpenTelemetry's global one, which records nothing unless it was set.
func newSpans(providers TracerProviders, service string, c clock.Clock) spans {
	provider := otel.GetTracerProvider()
	if providers != nil {
		provider = providers(service)
	}
	return spans{tracer: provider.Tracer(scopeName), clock: c}
}

// start begins a span.
func (s spans) start(ctx context.Context, name string, attrs ...attribute.KeyValue) (context.Context, span) {
	ctx, sp := s.tracer.Start(ctx, name, oteltrace.WithTimestamp(s.clock.Now()))
	if sp.IsRecording() && len(attrs) > 0 {
		sp.SetAttributes(slices.Clone(attrs)...) // the clone lets attrs stay on the caller's stack
	}
	return ctx, span{Span: sp, clock: s.clock}
}

// step records something that construction does at once.
func (s spans) step(ctx context.Context, name string, attrs ...attribute.KeyValue) {
	_, sp := s.start(ctx, name, attrs...)
	s.tick(ctx)
	sp.end()
}

// moment records something that takes no time.
func (s spans) moment(ctx context.Context, name string, attrs ...attribute.KeyValue) {
	_, sp := s.start(ctx, name, attrs...)
	sp.end()
}

// tick lets a simulated clock go on by one step of construction.
func (s spans) tick(ctx context.Context) {
	if s.clock.Simulated() {
		_ = s.clock.Sleep(ctx, constructionStep)
	}
}

// fill waits until d has passed since start. It gives a phase of construction
// its recorded duration, of which its recorded steps are a part.
func fill(ctx context.Context, c clock.Clock, start time.Time, d time.Duration) error {
	if rest := d - c.Now().Sub(start); rest > 0 {
		return c.Sleep(ctx, rest)
	}
	return context.Cause(ctx)
}

// span is a span that ends in the clock's time.
type span struct {
	oteltrace.Span
	clock clock.Clock
}

// end ends the span.
func (s span) end() { s.End(oteltrace.WithTimestamp(s.clock.Now())) }

// event adds an event in the clock's time.
func (s span) event(name string, attrs ...attribute.KeyValue) {
	s.AddEvent(name, oteltrace.WithTimestamp(s.clock.Now()), oteltrace.WithAttributes(attrs...))
}

// fail marks the span as failed; nil is no failure.
func (s span) fail(err error) {
	if err != nil && s.IsRecording() {
		s.SetStatus(codes.Error, err.Error())
	}
}

// endWith ends the span, failed if err is not nil, and returns err.
func (s span) endWith(err error) error {
	s.fail(err)
	s.end()
	return err
}
