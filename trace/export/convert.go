package export

import (
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	oteltrace "go.opentelemetry.io/otel/trace"

	"github.com/chaintrace/chaintrace/trace"
)

// flagIsRemote is OTLP's flag that a parent, or what is linked to, is in
// another process.
const flagIsRemote = 1 << 9

// converter turns plain data into the SDK's spans, sharing resources and
// scopes. It is the reverse of what trace.Recorder does.
type converter struct {
	resources map[*trace.Resource]*resource.Resource
	scopes    map[*trace.Scope]instrumentation.Scope
}

func newConverter() *converter {
	return &converter{
		resources: make(map[*trace.Resource]*resource.Resource),
		scopes:    make(map[*trace.Scope]instrumentation.Scope),
	}
}

func (c *converter) spans(spans []trace.Span) []sdktrace.ReadOnlySpan {
	out := make([]sdktrace.ReadOnlySpan, len(spans))
	for i := range spans {
		out[i] = c.span(&spans[i])
	}
	return out
}

func (c *converter) span(s *trace.Span) sdktrace.ReadOnlySpan {
	scope := c.scope(s.Scope)
	stub := tracetest.SpanStub{
		Name:                 valid(s.Name),
		SpanContext:          spanContext(s.TraceID, s.SpanID, s.TraceState, s.Flags&^flagIsRemote),
		SpanKind:             oteltrace.SpanKind(s.Kind),
		StartTime:            time.Unix(0, s.Start),
		EndTime:              time.Unix(0, s.End),
		Attributes:           attributes(s.Attrs),
		Events:               events(s.Events),
		Links:                links(s.Links),
		Status:               spanStatus(s.Status),
		DroppedAttributes:    int(s.DroppedAttrs),
		DroppedEvents:        int(s.DroppedEvents),
		DroppedLinks:         int(s.DroppedLinks),
		Resource:             c.resource(s.Resource),
		InstrumentationScope: scope,
		// The stub takes a scope that has nothing but attributes from here.
		InstrumentationLibrary: scope, //nolint:staticcheck // see above
	}
	if !s.ParentID.IsZero() {
		stub.Parent = spanContext(s.TraceID, s.ParentID, "", s.Flags)
	}
	return stub.Snapshot()
}

func spanContext(id trace.TraceID, span trace.SpanID, state string, flags uint32) oteltrace.SpanContext {
	// Of a malformed state nothing can be sent.
	parsed, _ := oteltrace.ParseTraceState(state)
	return oteltrace.NewSpanContext(oteltrace.SpanContextConfig{
		TraceID:    oteltrace.TraceID(id),
		SpanID:     oteltrace.SpanID(span),
		TraceFlags: oteltrace.TraceFlags(flags),
		TraceState: parsed,
		Remote:     flags&flagIsRemote != 0,
	})
}

func (c *converter) resource(r *trace.Resource) *resource.Resource {
	if r == nil {
		return resource.Empty()
	}
	out, ok := c.resources[r]
	if !ok {
		out = resource.NewWithAttributes(valid(r.SchemaURL), attributes(r.Attrs)...)
		c.resources[r] = out
	}
	return out
}

func (c *converter) scope(s *trace.Scope) instrumentation.Scope {
	if s == nil {
		return instrumentation.Scope{}
	}
	out, ok := c.scopes[s]
	if !ok {
		out = instrumentation.Scope{Name: valid(s.Name), Version: valid(s.Version), SchemaURL: valid(s.SchemaURL)}
		if len(s.Attrs) > 0 {
			out.Attributes = attribute.NewSet(attributes(s.Attrs)...)
		}
		c.scopes[s] = out
	}
	return out
}

func spanStatus(s trace.Status) sdktrace.Status {
	// OpenTelemetry's Go API numbers the codes otherwise than OTLP does.
	out := sdktrace.Status{Description: valid(s.Message)}
	switch s.Code {
	case trace.StatusOK:
		out.Code = codes.Ok
	case trace.StatusError:
		out.Code = codes.Error
	}
	return out
}

func events(all []trace.Event) []sdktrace.Event {
	if len(all) == 0 {
		return nil
	}
	out := make([]sdktrace.Event, len(all))
	for i := range all {
		e := &all[i]
		out[i] = sdktrace.Event{
			Name:                  valid(e.Name),
			Time:                  time.Unix(0, e.Time),
			Attributes:            attributes(e.Attrs),
			DroppedAttributeCount: int(e.Dropped),
		}
	}
	return out
}

func links(all []trace.Link) []sdktrace.Link {
	if len(all) == 0 {
		return nil
	}
	out := make([]sdktrace.Link, len(all))
	for i := range all {
		l := &all[i]
		out[i] = sdktrace.Link{
			SpanContext:           spanContext(l.TraceID, l.SpanID, l.TraceState, l.Flags),
			Attributes:            attributes(l.Attrs),
			DroppedAttributeCount: int(l.Dropped),
		}
	}
	return out
}

// valid returns s as valid UTF-8: protobuf refuses a whole message for one
// string that is not.
func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
