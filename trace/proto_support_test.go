package trace_test

import (
	"testing"

	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	resourcepb "go.opentelemetry.io/proto/otlp/resource/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/chaintrace/chaintrace/trace"
)

// protoBytes encodes a trace with OpenTelemetry's own messages, one
// ResourceSpans for each run of spans that share resource and scope.
func protoBytes(tb testing.TB, t *trace.Trace) []byte {
	tb.Helper()
	out, err := proto.Marshal(protoMessage(t))
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

func protoMessage(t *trace.Trace) *tracepb.TracesData {
	data := &tracepb.TracesData{}
	var ss *tracepb.ScopeSpans
	for i := range t.Spans {
		s := &t.Spans[i]
		if ss == nil || s.Resource != t.Spans[i-1].Resource || s.Scope != t.Spans[i-1].Scope {
			rs := &tracepb.ResourceSpans{}
			ss = &tracepb.ScopeSpans{}
			if r := s.Resource; r != nil {
				rs.Resource = &resourcepb.Resource{Attributes: protoAttrs(r.Attrs), DroppedAttributesCount: r.Dropped}
				rs.SchemaUrl = r.SchemaURL
			}
			if sc := s.Scope; sc != nil {
				ss.Scope = &commonpb.InstrumentationScope{Name: sc.Name, Version: sc.Version, Attributes: protoAttrs(sc.Attrs), DroppedAttributesCount: sc.Dropped}
				ss.SchemaUrl = sc.SchemaURL
			}
			rs.ScopeSpans = []*tracepb.ScopeSpans{ss}
			data.ResourceSpans = append(data.ResourceSpans, rs)
		}
		ss.Spans = append(ss.Spans, protoSpan(s))
	}
	return data
}

func protoSpan(s *trace.Span) *tracepb.Span {
	out := &tracepb.Span{
		TraceId: s.TraceID[:], SpanId: s.SpanID[:], ParentSpanId: s.ParentID[:], TraceState: s.TraceState, Flags: s.Flags,
		Name: s.Name, Kind: tracepb.Span_SpanKind(s.Kind), StartTimeUnixNano: uint64(s.Start), EndTimeUnixNano: uint64(s.End),
		Attributes: protoAttrs(s.Attrs), DroppedAttributesCount: s.DroppedAttrs, DroppedEventsCount: s.DroppedEvents, DroppedLinksCount: s.DroppedLinks,
		Status: &tracepb.Status{Code: tracepb.Status_StatusCode(s.Status.Code), Message: s.Status.Message},
	}
	for _, e := range s.Events {
		out.Events = append(out.Events, &tracepb.Span_Event{
			Name: e.Name, TimeUnixNano: uint64(e.Time), Attributes: protoAttrs(e.Attrs), DroppedAttributesCount: e.Dropped,
		})
	}
	for _, l := range s.Links {
		out.Links = append(out.Links, &tracepb.Span_Link{
			TraceId: l.TraceID[:], SpanId: l.SpanID[:], TraceState: l.TraceState,
			Attributes: protoAttrs(l.Attrs), DroppedAttributesCount: l.Dropped, Flags: l.Flags,
		})
	}
	return out
}

func protoAttrs(attrs []trace.Attr) []*commonpb.KeyValue {
	var out []*commonpb.KeyValue
	for _, a := range attrs {
		out = append(out, &commonpb.KeyValue{Key: a.Key, Value: protoValue(a.Value)})
	}
	return out
}

func protoValue(v trace.Value) *commonpb.AnyValue {
	switch v.Kind() {
	case trace.ValueString:
		return &commonpb.AnyValue{Value: &commonpb.AnyValue_StringValue{StringValue: v.Str()}}
	case trace.ValueBool:
		return &commonpb.AnyValue{Value: &commonpb.AnyValue_BoolValue{BoolValue: v.Bool()}}
	case trace.ValueInt:
		return &commonpb.AnyValue{Value: &commonpb.AnyValue_IntValue{IntValue: v.Int()}}
	case trace.ValueFloat:
		return &commonpb.AnyValue{Value: &commonpb.AnyValue_DoubleValue{DoubleValue: v.Float()}}
	case trace.ValueBytes:
		return &commonpb.AnyValue{Value: &commonpb.AnyValue_BytesValue{BytesValue: []byte(v.Str())}}
	case trace.ValueList:
		list := &commonpb.ArrayValue{}
		for _, e := range v.List() {
			list.Values = append(list.Values, protoValue(e))
		}
		return &commonpb.AnyValue{Value: &commonpb.AnyValue_ArrayValue{ArrayValue: list}}
	case trace.ValueMap:
		return &commonpb.AnyValue{Value: &commonpb.AnyValue_KvlistValue{KvlistValue: &commonpb.KeyValueList{Values: protoAttrs(v.Map())}}}
	}
	return &commonpb.AnyValue{}
}
