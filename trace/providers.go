package trace

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	oteltrace "go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// ProvidersConfig configures [NewProviders]. The zero value is usable.
type ProvidersConfig struct {
	// Resource is on the resource of every provider, beside service.name.
	Resource []attribute.KeyValue
	// ServiceName, if it is set, is the service.name of every provider, whatever
	// service it is for: OTEL_SERVICE_NAME's meaning.
	ServiceName string
	// IDs makes the trace and span IDs; nil means random ones, those of spans counted
	// on from the first.
	IDs sdktrace.IDGenerator
}

// Providers makes a TracerProvider for each service of one process, all of
// which record into the same memory: one trace may span several services.
// Every span is sampled, and no limit on attributes, events or links applies.
// Beside the configured attributes a resource holds those of
// OTEL_RESOURCE_ATTRIBUTES, where it says something new; the SDK adds them.
// All methods may be called concurrently.
type Providers struct {
	config   ProvidersConfig
	recorder Recorder

	mu        sync.Mutex
	byService map[string]*sdktrace.TracerProvider
	order     []*sdktrace.TracerProvider
	closed    bool
}

// NewProviders returns Providers without any service yet.
func NewProviders(c ProvidersConfig) *Providers {
	if c.IDs == nil {
		c.IDs = newRandomIDs()
	}
	return &Providers{config: c, byService: make(map[string]*sdktrace.TracerProvider)}
}

// Provider returns the TracerProvider whose resource has this service.name,
// unless the configuration sets another, the same one each time. After Shutdown
// it records nothing.
func (p *Providers) Provider(service string) oteltrace.TracerProvider {
	p.mu.Lock()
	defer p.mu.Unlock()
	if tp, ok := p.byService[service]; ok {
		return tp
	}
	if p.closed {
		return noop.NewTracerProvider()
	}
	tp := p.newProvider(service)
	p.byService[service] = tp
	p.order = append(p.order, tp)
	return tp
}

func (p *Providers) newProvider(service string) *sdktrace.TracerProvider {
	attrs := make([]attribute.KeyValue, 0, len(p.config.Resource)+1)
	attrs = append(attrs, p.config.Resource...)
	attrs = append(attrs, attribute.String("service.name", cmp.Or(p.config.ServiceName, service)))
	return sdktrace.NewTracerProvider(
		sdktrace.WithSampler(sdktrace.AlwaysSample()),
		sdktrace.WithRawSpanLimits(noLimits()),
		sdktrace.WithResource(resource.NewSchemaless(attrs...)),
		sdktrace.WithSpanProcessor(&p.recorder),
		sdktrace.WithIDGenerator(p.config.IDs),
	)
}

// Trace returns a copy of what all providers have recorded, as
// [Recorder.Trace] does.
func (p *Providers) Trace() *Trace { return p.recorder.Trace() }

// Shutdown ends recording in all providers. What was recorded stays readable.
func (p *Providers) Shutdown(ctx context.Context) error {
	p.mu.Lock()
	providers := p.order
	p.order, p.closed = nil, true
	p.mu.Unlock()

	var errs []error
	for _, tp := range providers {
		errs = append(errs, tp.Shutdown(ctx))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("ending the recording of spans: %w", err)
	}
	return nil
}

// noLimits lifts every limit at which the SDK would cut a span: a server's New
// has more children, events and values than the 128 it allows by default. The
// depth of nested values stays limited, for their readers' sake.
func noLimits() sdktrace.SpanLimits {
	return sdktrace.SpanLimits{
		AttributeValueLengthLimit:   -1,
		AttributeValueDepthLimit:    sdktrace.DefaultAttributeValueDepthLimit,
		AttributeCountLimit:         -1,
		EventCountLimit:             -1,
		LinkCountLimit:              -1,
		AttributePerEventCountLimit: -1,
		AttributePerLinkCountLimit:  -1,
	}
}

// SequentialIDs returns a generator that counts: the first trace and the first
// span are number 1. Two runs that start the same spans in the same order get
// the same IDs, so that their output can be compared byte by byte. Such IDs are
// not unique beyond one run. It may be used concurrently, by many providers.
func SequentialIDs() sdktrace.IDGenerator { return new(sequentialIDs) }

type sequentialIDs struct {
	traces atomic.Uint64
	spans  spanCounter
}

func (g *sequentialIDs) NewIDs(ctx context.Context) (oteltrace.TraceID, oteltrace.SpanID) {
	var id oteltrace.TraceID
	binary.BigEndian.PutUint64(id[8:], g.traces.Add(1))
	return id, g.NewSpanID(ctx, id)
}

func (g *sequentialIDs) NewSpanID(context.Context, oteltrace.TraceID) oteltrace.SpanID {
	return g.spans.next()
}

// randomIDs makes IDs that are unique anywhere. Those of spans are counted on from a
// random one: of spans that begin while the clock stands still, as a simulated one does,
// they tell the order, in whatever order the spans arrive.
type randomIDs struct{ spans spanCounter }

func newRandomIDs() *randomIDs {
	g := &randomIDs{}
	g.spans.last.Store(rand.Uint64() >> 1) // leaving room to count
	return g
}

func (g *randomIDs) NewIDs(ctx context.Context) (oteltrace.TraceID, oteltrace.SpanID) {
	var id oteltrace.TraceID
	for !id.IsValid() {
		binary.BigEndian.PutUint64(id[:8], rand.Uint64())
		binary.BigEndian.PutUint64(id[8:], rand.Uint64())
	}
	return id, g.NewSpanID(ctx, id)
}

func (g *randomIDs) NewSpanID(context.Context, oteltrace.TraceID) oteltrace.SpanID {
	return g.spans.next()
}

// spanCounter counts span IDs.
type spanCounter struct{ last atomic.Uint64 }

func (c *spanCounter) next() oteltrace.SpanID {
	var id oteltrace.SpanID
	binary.BigEndian.PutUint64(id[:], c.last.Add(1))
	return id
}
