package export

import (
	"go.opentelemetry.io/otel/attribute"

	"github.com/chaintrace/chaintrace/trace"
)

func attributes(attrs []trace.Attr) []attribute.KeyValue {
	if len(attrs) == 0 {
		return nil
	}
	out := make([]attribute.KeyValue, len(attrs))
	for i := range attrs {
		out[i] = attribute.KeyValue{Key: attribute.Key(valid(attrs[i].Key)), Value: value(attrs[i].Value)}
	}
	return out
}

func value(v trace.Value) attribute.Value {
	switch v.Kind() {
	case trace.ValueString:
		return attribute.StringValue(valid(v.Str()))
	case trace.ValueBool:
		return attribute.BoolValue(v.Bool())
	case trace.ValueInt:
		return attribute.Int64Value(v.Int())
	case trace.ValueFloat:
		return attribute.Float64Value(v.Float())
	case trace.ValueBytes:
		return attribute.ByteSliceValue([]byte(v.Str()))
	case trace.ValueList:
		return list(v.List())
	case trace.ValueMap:
		return attribute.MapValue(attributes(v.Map())...)
	}
	return attribute.Value{}
}

// list makes a typed slice of elements that are all of one scalar type, as
// that is what exporters other than OTLP's know best.
func list(elems []trace.Value) attribute.Value {
	kind := trace.ValueEmpty
	for i, e := range elems {
		if i > 0 && e.Kind() != kind {
			kind = trace.ValueEmpty
			break
		}
		kind = e.Kind()
	}
	switch kind {
	case trace.ValueString:
		return attribute.StringSliceValue(each(elems, func(v trace.Value) string { return valid(v.Str()) }))
	case trace.ValueBool:
		return attribute.BoolSliceValue(each(elems, trace.Value.Bool))
	case trace.ValueInt:
		return attribute.Int64SliceValue(each(elems, trace.Value.Int))
	case trace.ValueFloat:
		return attribute.Float64SliceValue(each(elems, trace.Value.Float))
	}
	return attribute.SliceValue(each(elems, value)...)
}

func each[T any](elems []trace.Value, convert func(trace.Value) T) []T {
	out := make([]T, len(elems))
	for i, e := range elems {
		out[i] = convert(e)
	}
	return out
}
