package export

import (
	"context"
	"crypto/tls"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
)

// Retries: quicker than the exporters' default, whose first retry is after
// about half of the standard time limit.
const (
	firstRetry  = 500 * time.Millisecond
	longestWait = 5 * time.Second
	longestTry  = time.Minute // where there is no time limit
)

// toEndpoint sets the Exporter up for an endpoint that was given by itself.
func (e *Exporter) toEndpoint(ctx context.Context, env environment, s string) error {
	protocol, err := env.protocol()
	if err != nil {
		return err
	}
	to, err := parseEndpoint(s, protocol)
	if err != nil {
		return err
	}
	certificates, err := env.tls()
	if err != nil {
		return err
	}
	env.warnOfIgnored(e.warn)
	e.target = s
	if !to.grpc {
		return e.overHTTP(ctx, certificates, otlptracehttp.WithEndpointURL(to.url))
	}
	// Credentials of the environment would turn on TLS in spite of the scheme.
	creds := insecure.NewCredentials()
	if to.secure {
		creds = credentials.NewTLS(certificates)
	}
	return e.overGRPC(ctx, otlptracegrpc.WithEndpointURL(to.url), otlptracegrpc.WithTLSCredentials(creds))
}

// toStandardOTLP sets the Exporter up for the endpoint of the environment,
// which the exporters find by themselves.
func (e *Exporter) toStandardOTLP(ctx context.Context, env environment) error {
	protocol, err := env.protocol()
	if err != nil {
		return err
	}
	if e.target, err = env.endpoint(protocol); err != nil {
		return err
	}
	certificates, err := env.tls()
	if err != nil {
		return err
	}
	env.warnOfIgnored(e.warn)
	if protocol == protocolGRPC {
		return e.overGRPC(ctx)
	}
	return e.overHTTP(ctx, certificates)
}

// overHTTP sets the Exporter up with an HTTP client that keeps refusals.
func (e *Exporter) overHTTP(ctx context.Context, certificates *tls.Config, options ...otlptracehttp.Option) error {
	client := &http.Client{Transport: &keeper{
		next:    &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, TLSClientConfig: certificates},
		refusal: e.refusal,
	}}
	options = append(options,
		otlptracehttp.WithHTTPClient(client),
		otlptracehttp.WithTLSClientConfig(nil), // the client has it; the exporter refuses it for http
		otlptracehttp.WithRetry(otlptracehttp.RetryConfig(e.retry())))
	spans, err := otlptracehttp.New(ctx, options...)
	e.spans = &closing{spans, client.CloseIdleConnections}
	return err
}

// overGRPC sets the Exporter up with a connection that keeps refusals.
func (e *Exporter) overGRPC(ctx context.Context, options ...otlptracegrpc.Option) error {
	options = append(options,
		otlptracegrpc.WithDialOption(grpc.WithChainUnaryInterceptor(e.refusal.intercept)),
		otlptracegrpc.WithTimeout(0), // export has a limit, and must know which of the two it was
		otlptracegrpc.WithRetry(e.retry()))
	spans, err := otlptracegrpc.New(ctx, options...)
	e.spans = spans
	return err
}

func (e *Exporter) retry() otlptracegrpc.RetryConfig {
	// Of two limits that end together, the wrong one might be first.
	most := 2 * e.timeout
	if most == 0 {
		most = longestTry
	}
	return otlptracegrpc.RetryConfig{Enabled: true, InitialInterval: firstRetry, MaxInterval: longestWait, MaxElapsedTime: most}
}

// closing is an exporter whose HTTP client is ours to close.
type closing struct {
	*otlptrace.Exporter
	closeIdle func()
}

// Shutdown implements sdktrace.SpanExporter.
func (c *closing) Shutdown(ctx context.Context) error {
	defer c.closeIdle()
	return c.Exporter.Shutdown(ctx)
}
