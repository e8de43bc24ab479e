package trace_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	oteltrace "go.opentelemetry.io/otel/trace"

	"github.com/chaintrace/chaintrace/trace"
)

// at returns a fixed time some nanoseconds after a round one.
func at(ns int64) time.Time { return time.Unix(1_700_000_000, ns) }

func TestProvidersTrace(t *testing.T) {
	t.Setenv("OTEL_RESOURCE_ATTRIBUTES", "")
	p := trace.NewProviders(trace.ProvidersConfig{
		Resource: []attribute.KeyValue{attribute.String("chaintrace.source", "model")},
		IDs:      trace.SequentialIDs(),
	})
	outer := p.Provider("kube-aggregator").Tracer("chain", oteltrace.WithInstrumentationVersion("v1"))
	inner := p.Provider("kube-apiserver").Tracer("chain", oteltrace.WithInstrumentationVersion("v1"))

	ctx, root := outer.Start(context.Background(), "startup", oteltrace.WithTimestamp(at(0)), oteltrace.WithSpanKind(oteltrace.SpanKindServer))
	ctx, child := inner.Start(ctx, "server.new", oteltrace.WithTimestamp(at(1)), oteltrace.WithAttributes(
		attribute.String("apiserver.name", "kube-apiserver"), attribute.Bool("b", true), attribute.Int64("i", -1), attribute.Float64("f", 0.5),
		attribute.StringSlice("ss", []string{"x", "y"}), attribute.BoolSlice("bs", []bool{true}), attribute.Int64Slice("is", []int64{7}),
		attribute.Float64Slice("fs", nil), attribute.KeyValue{Key: "bytes", Value: attribute.ByteSliceValue([]byte{1})},
		attribute.KeyValue{Key: "list", Value: attribute.SliceValue(attribute.IntValue(1), attribute.StringValue("s"))},
		attribute.KeyValue{Key: "map", Value: attribute.MapValue(attribute.String("k", "v"))},
	))
	child.AddEvent("e", oteltrace.WithTimestamp(at(2)), oteltrace.WithAttributes(attribute.Int("n", 1)))
	child.AddLink(oteltrace.Link{SpanContext: root.SpanContext(), Attributes: []attribute.KeyValue{attribute.Int("n", 2)}})
	child.SetStatus(codes.Error, "failed")
	_, lost := inner.Start(ctx, "hook.run", oteltrace.WithTimestamp(at(3)))
	lost.SetAttributes(attribute.String("hook.name", "x"))
	child.End(oteltrace.WithTimestamp(at(4)))
	root.SetStatus(codes.Ok, "")
	root.End(oteltrace.WithTimestamp(at(5)))

	service := func(name string) *trace.Resource {
		return &trace.Resource{Attrs: []trace.Attr{{"chaintrace.source", trace.String("model")}, {"service.name", trace.String(name)}}}
	}
	scope := &trace.Scope{Name: "chain", Version: "v1"}
	traceID := trace.TraceID{15: 1}
	base := at(0).UnixNano()
	want := &trace.Trace{Spans: []trace.Span{
		{
			TraceID: traceID, SpanID: trace.SpanID{7: 1}, Name: "startup", Kind: trace.KindServer, Start: base, End: base + 5, Flags: 0x101,
			Status: trace.Status{Code: trace.StatusOK}, Resource: service("kube-aggregator"), Scope: scope,
		},
		{
			TraceID: traceID, SpanID: trace.SpanID{7: 2}, ParentID: trace.SpanID{7: 1}, Name: "server.new", Kind: trace.KindInternal, Start: base + 1, End: base + 4, Flags: 0x101,
			Attrs: []trace.Attr{
				{"apiserver.name", trace.String("kube-apiserver")}, {"b", trace.Bool(true)}, {"i", trace.Int(-1)}, {"f", trace.Float(0.5)},
				{"ss", trace.Strings("x", "y")}, {"bs", trace.List(trace.Bool(true))}, {"is", trace.List(trace.Int(7))}, {"fs", trace.List()}, {"bytes", trace.Bytes([]byte{1})},
				{"list", trace.List(trace.Int(1), trace.String("s"))}, {"map", trace.Map(trace.Attr{"k", trace.String("v")})},
			},
			Events:   []trace.Event{{Name: "e", Time: base + 2, Attrs: []trace.Attr{{"n", trace.Int(1)}}}},
			Links:    []trace.Link{{TraceID: traceID, SpanID: trace.SpanID{7: 1}, Flags: 0x101, Attrs: []trace.Attr{{"n", trace.Int(2)}}}},
			Status:   trace.Status{Code: trace.StatusError, Message: "failed"},
			Resource: service("kube-apiserver"), Scope: scope,
		},
		{
			TraceID: traceID, SpanID: trace.SpanID{7: 3}, ParentID: trace.SpanID{7: 2}, Name: "hook.run", Kind: trace.KindInternal, Start: base + 3, Flags: 0x101,
			Attrs: []trace.Attr{{"hook.name", trace.String("x")}}, Resource: service("kube-apiserver"), Scope: scope,
		},
	}}
	got := p.Trace()
	if diff := diffTraces(want, got); diff != "" {
		t.Errorf("Trace (-want +got):\n%s", diff)
	}
	if got.Spans[1].Resource != got.Spans[2].Resource || got.Spans[1].Scope != got.Spans[0].Scope {
		t.Error("resources and scopes are not shared")
	}
}

// The SDK's defaults would cut all of these at 128.
func TestProvidersCutNothing(t *testing.T) {
	const n = 1000
	p := trace.NewProviders(trace.ProvidersConfig{})
	_, span := p.Provider("s").Tracer("t").Start(context.Background(), "big")
	many := make([]attribute.KeyValue, n)
	for i := range many {
		many[i] = attribute.Int(fmt.Sprint("key", i), i)
	}
	span.SetAttributes(many...)
	for range n {
		span.AddEvent("e", oteltrace.WithAttributes(many...))
		span.AddLink(oteltrace.Link{SpanContext: span.SpanContext(), Attributes: many})
	}
	span.End()
	s := p.Trace().Spans[0]
	got := []int{len(s.Attrs), len(s.Events), len(s.Links), len(s.Events[0].Attrs), len(s.Links[n-1].Attrs)}
	if diff := cmp.Diff([]int{n, n, n, n, n}, got); diff != "" {
		t.Errorf("attributes, events, links, theirs (-want +got):\n%s", diff)
	}
	if s.DroppedAttrs+s.DroppedEvents+s.DroppedLinks != 0 {
		t.Errorf("dropped %d, %d, %d", s.DroppedAttrs, s.DroppedEvents, s.DroppedLinks)
	}
}

func TestProvidersSameProvider(t *testing.T) {
	p := trace.NewProviders(trace.ProvidersConfig{})
	if p.Provider("a") != p.Provider("a") {
		t.Error("the same service has two providers")
	}
	if p.Provider("a") == p.Provider("b") {
		t.Error("two services share a provider")
	}
}

func TestProvidersShutdown(t *testing.T) {
	p := trace.NewProviders(trace.ProvidersConfig{})
	_, span := p.Provider("a").Tracer("t").Start(context.Background(), "before")
	if err := p.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
	span.End()
	for _, service := range []string{"a", "new"} {
		_, span := p.Provider(service).Tracer("t").Start(context.Background(), "after")
		span.End()
	}
	got := p.Trace()
	if len(got.Spans) != 1 || got.Spans[0].Name != "before" {
		t.Errorf("after Shutdown there are %d spans, want the one from before", len(got.Spans))
	}
	if err := p.Shutdown(context.Background()); err != nil {
		t.Errorf("second Shutdown: %v", err)
	}
}

func TestProvidersShutdownError(t *testing.T) {
	p := trace.NewProviders(trace.ProvidersConfig{})
	failure := errors.New("no")
	tp, ok := p.Provider("a").(*sdktrace.TracerProvider)
	if !ok {
		t.Fatal("not the SDK's provider")
	}
	tp.RegisterSpanProcessor(failingProcessor{err: failure})
	if err := p.Shutdown(context.Background()); !errors.Is(err, failure) {
		t.Errorf("got error %v", err)
	}
}

type failingProcessor struct {
	noopProcessor
	err error
}

func (p failingProcessor) Shutdown(context.Context) error { return p.err }

// TestProvidersIDs: those that are random are of one trace each and tell the order of
// spans that begin at the same time.
func TestProvidersIDs(t *testing.T) {
	at := oteltrace.WithTimestamp(time.Unix(1, 0))
	traces := map[trace.TraceID]bool{}
	for range 2 {
		p := trace.NewProviders(trace.ProvidersConfig{})
		ctx, root := p.Provider("a").Tracer("t").Start(t.Context(), "root", at)
		for i := range 100 {
			_, span := p.Provider(fmt.Sprint("service", i%2)).Tracer("t").Start(ctx, "child", at)
			span.End(at)
		}
		root.End(at)
		spans := p.Trace().Spans
		for i, s := range spans {
			traces[s.TraceID] = true
			if i > 0 && bytes.Compare(spans[i-1].SpanID[:], s.SpanID[:]) >= 0 {
				t.Fatalf("span %d is %s, and the one before %s", i, s.SpanID, spans[i-1].SpanID)
			}
		}
	}
	if len(traces) != 2 || traces[trace.TraceID{}] {
		t.Errorf("two traces have the IDs %v", traces)
	}
}

// Meant for the race detector: spans start and end, and traces are taken, at
// the same time.
func TestRecorderConcurrent(t *testing.T) {
	const workers, each = 8, 200
	p := trace.NewProviders(trace.ProvidersConfig{IDs: trace.SequentialIDs()})
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			tracer := p.Provider(fmt.Sprint("service", w%3)).Tracer("t")
			ctx, root := tracer.Start(context.Background(), "root")
			for i := range each {
				_, span := tracer.Start(ctx, "child", oteltrace.WithAttributes(attribute.Int("i", i)))
				span.SetAttributes(attribute.Int("i", i+1), attribute.Bool("late", true))
				if i%50 == 0 {
					p.Trace()
				}
				span.AddEvent("e")
				span.End()
			}
			root.End()
		})
	}
	wg.Wait()
	got := p.Trace()
	if want := workers * (each + 1); len(got.Spans) != want {
		t.Fatalf("%d spans, want %d", len(got.Spans), want)
	}
	seen := make(map[trace.SpanID]bool)
	for _, s := range got.Spans {
		if s.End < s.Start || s.SpanID.IsZero() || seen[s.SpanID] {
			t.Fatalf("span %s runs from %d to %d, seen before: %v", s.SpanID, s.Start, s.End, seen[s.SpanID])
		}
		seen[s.SpanID] = true
	}
}

// What Trace returned does not change when recording goes on.
func TestRecorderTraceIsACopy(t *testing.T) {
	p := trace.NewProviders(trace.ProvidersConfig{})
	tracer := p.Provider("a").Tracer("t")
	_, span := tracer.Start(context.Background(), "one", oteltrace.WithAttributes(attribute.String("k", "v"), attribute.String("k", "w")))
	before := p.Trace()
	span.SetAttributes(attribute.String("k", "later"), attribute.String("l", "x"))
	span.End()
	tracer.Start(context.Background(), "two")
	if s := before.Spans; len(s) != 1 || len(s[0].Attrs) != 1 || s[0].Attr("k").Str() != "w" || s[0].End != 0 {
		t.Errorf("the copy has become %+v", s)
	}
	if after := p.Trace().Spans; len(after) != 2 || after[0].Attr("k").Str() != "later" || after[0].End == 0 {
		t.Errorf("the second copy is %+v", after)
	}
}

type noopProcessor struct{}

func (noopProcessor) OnStart(context.Context, sdktrace.ReadWriteSpan) {}
func (noopProcessor) OnEnd(sdktrace.ReadOnlySpan)                     {}
func (noopProcessor) Shutdown(context.Context) error                  { return nil }
func (noopProcessor) ForceFlush(context.Context) error                { return nil }

// BenchmarkSpan compares a recorded span with one that the SDK makes and
// hands to nobody.
func BenchmarkSpan(b *testing.B) {
	for _, bm := range []struct {
		name     string
		provider func() oteltrace.TracerProvider
	}{
		{"bare", func() oteltrace.TracerProvider {
			return sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(noopProcessor{}))
		}},
		{"recorder", func() oteltrace.TracerProvider { return trace.NewProviders(trace.ProvidersConfig{}).Provider("s") }},
	} {
		b.Run(bm.name, func(b *testing.B) {
			// A new provider now and then keeps what is recorded at the size of
			// a large trace, not at that of the whole benchmark.
			tracer := bm.provider().Tracer("t")
			ctx := context.Background()
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if i%10_000 == 0 {
					tracer = bm.provider().Tracer("t")
				}
				_, span := tracer.Start(ctx, "hook.register", oteltrace.WithAttributes(
					attribute.String("apiserver.name", "kube-apiserver"), attribute.String("hook.name", "bootstrap-controller"),
					attribute.String("hook.kind", "post-start"), attribute.Bool("hook.preconfigured", false)))
				span.End()
			}
		})
	}
}
