package trace

import (
	"context"
	"sync"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	oteltrace "go.opentelemetry.io/otel/trace"
)

// Recorder keeps the spans of any number of TracerProviders in memory. It is
// an [sdktrace.SpanProcessor]; register the same Recorder with each of them.
// The zero value is ready to use. All methods may be called concurrently.
//
// A started span is kept as the live object of the SDK, which stays readable
// and, once ended, no longer changes. So a span costs one append while the
// traced program runs, spans that never end are there all the same, and the
// work of converting is done when [Recorder.Trace] is called.
type Recorder struct {
	mu    sync.Mutex
	spans []sdktrace.ReadOnlySpan // in order of OnStart
}

var _ sdktrace.SpanProcessor = (*Recorder)(nil)

// OnStart remembers the span.
func (r *Recorder) OnStart(_ context.Context, s sdktrace.ReadWriteSpan) {
	r.mu.Lock()
	r.spans = append(r.spans, s)
	r.mu.Unlock()
}

// OnEnd does nothing: the span remembered by OnStart knows its end.
func (r *Recorder) OnEnd(sdktrace.ReadOnlySpan) {}

// Shutdown does nothing and returns nil, since other TracerProviders may still
// be recording. What was recorded stays.
func (r *Recorder) Shutdown(context.Context) error { return nil }

// ForceFlush does nothing and returns nil: nothing is ever held back.
func (r *Recorder) ForceFlush(context.Context) error { return nil }

// Trace returns a copy of all spans started so far, in the order in which they
// were started; those not ended yet have an End of 0. Recording goes on.
func (r *Recorder) Trace() *Trace {
	r.mu.Lock()
	spans := r.spans[:len(r.spans):len(r.spans)]
	r.mu.Unlock()

	c := converter{
		resources: make(map[*resource.Resource]*Resource),
		scopes:    make(map[instrumentation.Scope]*Scope),
	}
	t := &Trace{Spans: make([]Span, len(spans))}
	for i, s := range spans {
		t.Spans[i] = c.span(s)
	}
	return t
}

// converter turns the SDK's spans into plain data, sharing resources and scopes.
type converter struct {
	resources map[*resource.Resource]*Resource
	scopes    map[instrumentation.Scope]*Scope
}

func (c *converter) span(s sdktrace.ReadOnlySpan) Span {
	sc, parent := s.SpanContext(), s.Parent()
	out := Span{
		TraceID:       TraceID(sc.TraceID()),
		SpanID:        SpanID(sc.SpanID()),
		ParentID:      SpanID(parent.SpanID()),
		Name:          s.Name(),
		Kind:          Kind(s.SpanKind()),
		Start:         s.StartTime().UnixNano(),
		Attrs:         convertAttrs(s.Attributes()),
		Events:        convertEvents(s.Events()),
		Links:         convertLinks(s.Links()),
		Status:        convertStatus(s.Status()),
		Resource:      c.resource(s.Resource()),
		Scope:         c.scope(s.InstrumentationScope()),
		TraceState:    sc.TraceState().String(),
		Flags:         convertFlags(sc.TraceFlags(), parent.IsRemote()),
		DroppedAttrs:  uint32(s.DroppedAttributes()),
		DroppedEvents: uint32(s.DroppedEvents()),
		DroppedLinks:  uint32(s.DroppedLinks()),
	}
	if end := s.EndTime(); !end.IsZero() {
		out.End = end.UnixNano()
	}
	return out
}

func (c *converter) resource(r *resource.Resource) *Resource {
	out, ok := c.resources[r]
	if !ok {
		out = &Resource{Attrs: convertAttrs(r.Attributes()), SchemaURL: r.SchemaURL()}
		c.resources[r] = out
	}
	return out
}

func (c *converter) scope(s instrumentation.Scope) *Scope {
	out, ok := c.scopes[s]
	if !ok {
		out = &Scope{Name: s.Name, Version: s.Version, SchemaURL: s.SchemaURL, Attrs: convertAttrs(s.Attributes.ToSlice())}
		c.scopes[s] = out
	}
	return out
}

// OTLP's span flags beyond the eight of W3C: whether the parent's being remote
// is known at all, and whether it is.
const (
	flagHasIsRemote = 1 << 8
	flagIsRemote    = 1 << 9
)

func convertFlags(f oteltrace.TraceFlags, remote bool) uint32 {
	flags := uint32(f) | flagHasIsRemote
	if remote {
		flags |= flagIsRemote
	}
	return flags
}

func convertStatus(s sdktrace.Status) Status {
	// OpenTelemetry's Go API numbers the codes otherwise than OTLP does.
	out := Status{Message: s.Description}
	switch s.Code {
	case codes.Ok:
		out.Code = StatusOK
	case codes.Error:
		out.Code = StatusError
	}
	return out
}

func convertEvents(events []sdktrace.Event) []Event {
	if len(events) == 0 {
		return nil
	}
	out := make([]Event, len(events))
	for i, e := range events {
		out[i] = Event{
			Name:    e.Name,
			Time:    e.Time.UnixNano(),
			Attrs:   convertAttrs(e.Attributes),
			Dropped: uint32(e.DroppedAttributeCount),
		}
	}
	return out
}

func convertLinks(links []sdktrace.Link) []Link {
	if len(links) == 0 {
		return nil
	}
	out := make([]Link, len(links))
	for i, l := range links {
		out[i] = Link{
			TraceID:    TraceID(l.SpanContext.TraceID()),
			SpanID:     SpanID(l.SpanContext.SpanID()),
			TraceState: l.SpanContext.TraceState().String(),
			Attrs:      convertAttrs(l.Attributes),
			Flags:      convertFlags(l.SpanContext.TraceFlags(), l.SpanContext.IsRemote()),
			Dropped:    uint32(l.DroppedAttributeCount),
		}
	}
	return out
}

func convertAttrs(kvs []attribute.KeyValue) []Attr {
	if len(kvs) == 0 {
		return nil
	}
	out := make([]Attr, len(kvs))
	for i, kv := range kvs {
		out[i] = Attr{Key: string(kv.Key), Value: convertValue(kv.Value)}
	}
	return out
}

func convertValue(v attribute.Value) Value {
	switch v.Type() {
	case attribute.BOOL:
		return Bool(v.AsBool())
	case attribute.INT64:
		return Int(v.AsInt64())
	case attribute.FLOAT64:
		return Float(v.AsFloat64())
	case attribute.STRING:
		return String(v.AsString())
	case attribute.BOOLSLICE:
		return convertList(v.AsBoolSlice(), Bool)
	case attribute.INT64SLICE:
		return convertList(v.AsInt64Slice(), Int)
	case attribute.FLOAT64SLICE:
		return convertList(v.AsFloat64Slice(), Float)
	case attribute.STRINGSLICE:
		return convertList(v.AsStringSlice(), String)
	case attribute.BYTESLICE:
		return Bytes(v.AsByteSlice())
	case attribute.SLICE:
		return convertList(v.AsSlice(), convertValue)
	case attribute.MAP:
		return Map(convertAttrs(v.AsMap())...)
	default:
		return Value{}
	}
}

func convertList[T any](elems []T, convert func(T) Value) Value {
	if len(elems) == 0 {
		return List()
	}
	vs := make([]Value, len(elems))
	for i, e := range elems {
		vs[i] = convert(e)
	}
	return List(vs...)
}
