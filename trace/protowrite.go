package trace

import (
	"fmt"
	"io"
	"math"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
)

// protoTarget is the length at which WriteProto ends one ResourceSpans message
// and starts another, so that it never holds more than that.
const protoTarget = 1 << 20

// WriteProto writes t as an OTLP protobuf message, a TracesData, without a length
// in front. Spans are grouped and ordered as by [WriteJSON]; a resource with several
// scopes or with many spans stands in front of each piece of them. Invalid UTF-8 is replaced by
// U+FFFD, as protobuf refuses a message for one string that has it. A trace
// without spans is a message of no bytes. The output depends on t alone. It is
// written in large pieces; w needs no buffer of its own.
func WriteProto(w io.Writer, t *Trace) error {
	var b protoBuffer
	for _, g := range groupSpans(t.Spans) {
		for _, sg := range g.scopes {
			for spans := sg.spans; len(spans) > 0; {
				b = b[:0]
				var n int
				b.message(1, func() { n = b.resourceSpans(g.resource, sg.scope, t.Spans, spans) })
				spans = spans[n:]
				if _, err := w.Write(b); err != nil {
					return fmt.Errorf("writing the trace: %w", err)
				}
			}
		}
	}
	return nil
}

// protoBuffer is protobuf in the making. Its methods append one field each, or
// none when the value is the field's zero.
type protoBuffer []byte

// resourceSpans appends the fields of a ResourceSpans with the first of these
// spans, as many as a message should have, and returns how many that are.
func (b *protoBuffer) resourceSpans(r *Resource, scope *Scope, all []Span, spans []int) (n int) {
	if r == nil {
		r = &Resource{}
	}
	if scope == nil {
		scope = &Scope{}
	}
	b.message(1, func() {
		b.attrs(1, r.Attrs)
		b.count(2, r.Dropped)
	})
	b.message(2, func() {
		b.message(1, func() {
			b.str(1, scope.Name)
			b.str(2, scope.Version)
			b.attrs(3, scope.Attrs)
			b.count(4, scope.Dropped)
		})
		for n < len(spans) && (n == 0 || len(*b) < protoTarget) {
			b.message(2, func() { b.span(&all[spans[n]]) })
			n++
		}
		b.str(3, scope.SchemaURL)
	})
	b.str(3, r.SchemaURL)
	return n
}

func (b *protoBuffer) span(s *Span) {
	b.id(1, s.TraceID[:], s.TraceID.IsZero())
	b.id(2, s.SpanID[:], s.SpanID.IsZero())
	b.str(3, s.TraceState)
	b.id(4, s.ParentID[:], s.ParentID.IsZero())
	b.str(5, s.Name)
	b.count(6, uint32(s.Kind))
	b.time(7, s.Start)
	b.time(8, s.End)
	b.attrs(9, s.Attrs)
	b.count(10, s.DroppedAttrs)
	for i := range s.Events {
		e := &s.Events[i]
		b.message(11, func() {
			b.time(1, e.Time)
			b.str(2, e.Name)
			b.attrs(3, e.Attrs)
			b.count(4, e.Dropped)
		})
	}
	b.count(12, s.DroppedEvents)
	for i := range s.Links {
		b.message(13, func() { b.link(&s.Links[i]) })
	}
	b.count(14, s.DroppedLinks)
	if s.Status != (Status{}) {
		b.message(15, func() {
			b.str(2, s.Status.Message)
			b.count(3, uint32(s.Status.Code))
		})
	}
	b.flags(16, s.Flags)
}

func (b *protoBuffer) link(l *Link) {
	b.id(1, l.TraceID[:], l.TraceID.IsZero())
	b.id(2, l.SpanID[:], l.SpanID.IsZero())
	b.str(3, l.TraceState)
	b.attrs(4, l.Attrs)
	b.count(5, l.Dropped)
	b.flags(6, l.Flags)
}

func (b *protoBuffer) attrs(num protowire.Number, attrs []Attr) {
	for i := range attrs {
		b.message(num, func() {
			b.str(1, attrs[i].Key)
			b.message(2, func() { b.value(attrs[i].Value) })
		})
	}
}

// value appends the field of an AnyValue that says what it holds, which is
// there for a zero as well.
func (b *protoBuffer) value(v Value) {
	switch v.Kind() {
	case ValueString:
		b.tag(1, protowire.BytesType)
		*b = protowire.AppendString(*b, validUTF8(v.Str()))
	case ValueBool:
		b.tag(2, protowire.VarintType)
		*b = protowire.AppendVarint(*b, protowire.EncodeBool(v.Bool()))
	case ValueInt:
		b.tag(3, protowire.VarintType)
		*b = protowire.AppendVarint(*b, uint64(v.Int()))
	case ValueFloat:
		b.tag(4, protowire.Fixed64Type)
		*b = protowire.AppendFixed64(*b, math.Float64bits(v.Float()))
	case ValueList:
		b.message(5, func() {
			for _, e := range v.List() {
				b.message(1, func() { b.value(e) })
			}
		})
	case ValueMap:
		b.message(6, func() { b.attrs(1, v.Map()) })
	case ValueBytes:
		b.tag(7, protowire.BytesType)
		*b = protowire.AppendString(*b, v.Str())
	}
}

func (b *protoBuffer) tag(num protowire.Number, typ protowire.Type) {
	*b = protowire.AppendTag(*b, num, typ)
}

// message appends a message whose fields are appended by what is given. Its
// length is put in front when it is known.
func (b *protoBuffer) message(num protowire.Number, fields func()) {
	b.tag(num, protowire.BytesType)
	start := len(*b)
	fields()
	length := uint64(len(*b) - start)
	size := protowire.SizeVarint(length)
	*b = append(*b, make([]byte, size)...)
	copy((*b)[start+size:], (*b)[start:])
	protowire.AppendVarint((*b)[:start], length)
}

func (b *protoBuffer) str(num protowire.Number, s string) {
	if s != "" {
		b.tag(num, protowire.BytesType)
		*b = protowire.AppendString(*b, validUTF8(s))
	}
}

func (b *protoBuffer) id(num protowire.Number, id []byte, unset bool) {
	if !unset {
		b.tag(num, protowire.BytesType)
		*b = protowire.AppendBytes(*b, id)
	}
}

func (b *protoBuffer) count(num protowire.Number, n uint32) {
	if n != 0 {
		b.tag(num, protowire.VarintType)
		*b = protowire.AppendVarint(*b, uint64(n))
	}
}

func (b *protoBuffer) flags(num protowire.Number, n uint32) {
	if n != 0 {
		b.tag(num, protowire.Fixed32Type)
		*b = protowire.AppendFixed32(*b, n)
	}
}

// time appends a time, which OTLP holds as an unsigned number. A time before
// 1970 wraps around.
func (b *protoBuffer) time(num protowire.Number, ns int64) {
	if ns != 0 {
		b.tag(num, protowire.Fixed64Type)
		*b = protowire.AppendFixed64(*b, uint64(ns))
	}
}

func validUTF8(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
