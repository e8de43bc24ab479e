package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"go.opentelemetry.io/otel/propagation"
	oteltrace "go.opentelemetry.io/otel/trace"
)

// withCaller returns a context in which the span that TRACEPARENT and
// TRACESTATE name, such as that of a CI job, is the parent. A malformed
// TRACEPARENT is ignored with a warning.
func withCaller(ctx context.Context, getenv func(string) string, stderr io.Writer) context.Context {
	carrier := environmentCarrier{getenv}
	parent := carrier.Get("traceparent")
	if parent == "" {
		return ctx
	}
	ctx = propagation.TraceContext{}.Extract(ctx, carrier)
	if !oteltrace.SpanContextFromContext(ctx).IsValid() {
		fmt.Fprintf(stderr, "warning: TRACEPARENT: %q is not a W3C traceparent; it is ignored\n", parent)
	}
	return ctx
}

// environmentCarrier gives the environment to a propagator.
type environmentCarrier struct {
	getenv func(string) string
}

var _ propagation.TextMapCarrier = environmentCarrier{}

// Get implements propagation.TextMapCarrier.
func (c environmentCarrier) Get(key string) string {
	return strings.TrimSpace(c.getenv(strings.ToUpper(key)))
}

// Set implements propagation.TextMapCarrier. It does nothing.
func (c environmentCarrier) Set(string, string) {}

// Keys implements propagation.TextMapCarrier.
func (c environmentCarrier) Keys() []string { return []string{"traceparent", "tracestate"} }
