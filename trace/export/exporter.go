package export

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"go.opentelemetry.io/contrib/exporters/autoexport"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/chaintrace/chaintrace/trace"
)

// Config says where and how to send. The zero value leaves all of it to
// OpenTelemetry's standard environment.
type Config struct {
	// Endpoint is where to send to by OTLP: http://HOST:PORT, https://…,
	// grpc://HOST:PORT, grpcs://…, or HOST:PORT, which stands for http. To the
	// path of an HTTP endpoint /v1/traces is added, unless it ends in that. With
	// schemes other than grpc and grpcs, the protocol is that of the
	// environment, or else gRPC on port 4317 and HTTP on others. It goes before
	// OTEL_TRACES_EXPORTER, OTEL_SDK_DISABLED and the environment's endpoints;
	// all other variables of OTLP apply.
	Endpoint string
	// Getenv reads the environment for what is decided here; nil: os.Getenv.
	// OpenTelemetry's exporters read that of the process in any case.
	Getenv func(string) string
	// Warn, if not nil, is told what did not keep spans from being sent: a
	// wrong setting that is ignored, or a remark of the collector.
	Warn func(message string)
}

// Exporter sends traces to one place. Its methods must not be called
// concurrently.
type Exporter struct {
	spans   sdktrace.SpanExporter
	target  string
	timeout time.Duration // of one export with all its retries; 0: none
	warn    func(string)
	refusal *refusal
}

// New checks the configuration and returns an Exporter. It does not connect to
// anything. An error about a file that cannot be read wraps an fs.PathError;
// all others tell of something that is written wrongly.
func New(ctx context.Context, c Config) (*Exporter, error) {
	if c.Getenv == nil {
		c.Getenv = os.Getenv
	}
	env := environment{c.Getenv}
	e := &Exporter{warn: c.Warn, refusal: &refusal{}}
	if e.warn == nil {
		e.warn = func(string) {}
	}
	e.timeout = env.timeout(e.warn)
	var err error
	switch name := env.exporter(); {
	case c.Endpoint != "":
		err = e.toEndpoint(ctx, env, c.Endpoint)
	case env.disabled():
		return nil, errors.New("OTEL_SDK_DISABLED is true, which forbids sending; unset it, or give an endpoint")
	case name == exporterNone:
		return nil, fmt.Errorf("OTEL_TRACES_EXPORTER is %s, which forbids sending; unset it, or give an endpoint", name)
	case name == "" || name == exporterOTLP:
		// As autoexport would, but its exporter cannot be told how to retry, and
		// hides what the collector answered.
		err = e.toStandardOTLP(ctx, env)
	default:
		e.target = name
		if e.spans, err = autoexport.NewSpanExporter(ctx); err != nil {
			err = fmt.Errorf("OTEL_TRACES_EXPORTER: %q: %w; there are %s, console, %s", name, err, exporterOTLP, exporterNone)
		}
	}
	if err != nil {
		return nil, err
	}
	return e, nil
}

// Target says where the Exporter sends to: the endpoint, or the exporter's
// name in OTEL_TRACES_EXPORTER.
func (e *Exporter) Target() string { return e.target }

// Send sends all spans of t, in the form that [trace.Portable] gives them, and
// waits until they are accepted. It goes on after a batch of which the
// collector rejects a part, and stops at the first one that fails. The error is
// an [Error].
//
// What OpenTelemetry's types and its OTLP exporters cannot hold is lost: the
// order of a resource's, a scope's and a map's attributes, and duplicates in
// the first two; the trace states of links; malformed trace states; flags other
// than the W3C ones and the remote bit; counts of attributes that a resource or
// a scope dropped; and one of two schema URLs, where resources differ in
// nothing else. Text that is not UTF-8 is mended.
func (e *Exporter) Send(ctx context.Context, t *trace.Trace) error {
	spans := trace.Portable(t).Spans
	d := delivery{total: len(spans)}
	c := newConverter()
	for batch := range batches(spans) {
		err := e.export(ctx, c.spans(batch))
		if remark, ok := d.add(len(batch), err); ok {
			e.warn("the collector says: " + remark)
		}
		if d.failure != nil {
			break
		}
	}
	return d.err()
}

// export sends one batch, within the time that the environment allows.
func (e *Exporter) export(ctx context.Context, batch []sdktrace.ReadOnlySpan) error {
	e.refusal.set("")
	within := ctx
	if e.timeout > 0 {
		var cancel context.CancelFunc
		within, cancel = context.WithTimeout(ctx, e.timeout)
		defer cancel()
	}
	err := e.spans.ExportSpans(within, batch)
	switch _, _, partial := partialSuccess(err); {
	case err == nil || partial:
		return err
	case ctx.Err() != nil:
		return &explained{"interrupted", context.Cause(ctx)}
	case within.Err() != nil && e.refusal.get() == "":
		return &explained{fmt.Sprintf("no answer within %v", e.timeout), err}
	case within.Err() != nil:
		return &explained{fmt.Sprintf("%s (tried for %v)", e.refusal.get(), e.timeout), err}
	case e.refusal.get() != "":
		return &explained{e.refusal.get(), err}
	}
	return explain(err)
}

// Shutdown closes the connections. The Exporter must not be used after it.
func (e *Exporter) Shutdown(ctx context.Context) error {
	if err := e.spans.Shutdown(ctx); err != nil {
		return fmt.Errorf("closing the connection to %s: %w", e.target, err)
	}
	return nil
}
