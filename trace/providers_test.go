package trace_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel/attribute"
	oteltrace "go.opentelemetry.io/otel/trace"

	"github.com/chaintrace/chaintrace/trace"
)

// resourceOf returns the resource of a span of the service.
func resourceOf(p *trace.Providers, service string) []trace.Attr {
	_, span := p.Provider(service).Tracer("t").Start(context.Background(), service)
	span.End()
	spans := p.Trace().Spans
	return spans[len(spans)-1].Resource.Attrs
}

// One name for all services, and still a provider for each.
func TestProvidersServiceName(t *testing.T) {
	t.Setenv("OTEL_RESOURCE_ATTRIBUTES", "")
	p := trace.NewProviders(trace.ProvidersConfig{ServiceName: "ours"})
	want := []trace.Attr{{Key: "service.name", Value: trace.String("ours")}}
	for _, service := range []string{"kube-apiserver", "kube-aggregator"} {
		if diff := cmp.Diff(want, resourceOf(p, service)); diff != "" {
			t.Errorf("resource of %s (-want +got):\n%s", service, diff)
		}
	}
	if p.Provider("kube-apiserver") == p.Provider("kube-aggregator") {
		t.Error("two services share a provider")
	}
}

// What the environment says of the resource is added, but does not replace
// what is known better.
func TestProvidersEnvironment(t *testing.T) {
	t.Setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=ci,chaintrace.source=lie,service.name=x")
	p := trace.NewProviders(trace.ProvidersConfig{Resource: []attribute.KeyValue{attribute.String("chaintrace.source", "model")}})
	want := []trace.Attr{
		{Key: "chaintrace.source", Value: trace.String("model")}, {Key: "deployment.environment.name", Value: trace.String("ci")}, {Key: "service.name", Value: trace.String("kube-apiserver")},
	}
	if diff := cmp.Diff(want, resourceOf(p, "kube-apiserver")); diff != "" {
		t.Errorf("resource (-want +got):\n%s", diff)
	}
}

// A parent in another process is kept as such.
func TestProvidersRemoteParent(t *testing.T) {
	p := trace.NewProviders(trace.ProvidersConfig{})
	parent := oteltrace.NewSpanContext(oteltrace.SpanContextConfig{TraceID: oteltrace.TraceID{1}, SpanID: oteltrace.SpanID{2}, Remote: true})
	ctx := oteltrace.ContextWithRemoteSpanContext(context.Background(), parent)
	_, span := p.Provider("s").Tracer("t").Start(ctx, "startup")
	span.End()
	got := p.Trace().Spans[0]
	if got.TraceID != (trace.TraceID{1}) || got.ParentID != (trace.SpanID{2}) || got.Flags != 0x301 {
		t.Errorf("trace %v, parent %v, flags %#x", got.TraceID, got.ParentID, got.Flags)
	}
}
