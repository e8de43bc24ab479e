package trace

import (
	"encoding/base64"
	"encoding/hex"
	"math"
	"strconv"
	"unicode/utf8"
)

func appendSpan(buf []byte, s *Span) []byte {
	b := fields(append(buf, '{'))
	b.id("traceId", s.TraceID[:], s.TraceID.IsZero())
	b.id("spanId", s.SpanID[:], s.SpanID.IsZero())
	b.str("traceState", s.TraceState)
	b.id("parentSpanId", s.ParentID[:], s.ParentID.IsZero())
	b.count("flags", s.Flags)
	b.str("name", s.Name)
	b.enum("kind", int8(s.Kind))
	b.time("startTimeUnixNano", s.Start)
	b.time("endTimeUnixNano", s.End)
	b.attrs(s.Attrs)
	b.count("droppedAttributesCount", s.DroppedAttrs)
	b.events(s.Events)
	b.count("droppedEventsCount", s.DroppedEvents)
	b.links(s.Links)
	b.count("droppedLinksCount", s.DroppedLinks)
	b.key("status")
	b = append(b, '{')
	b.str("message", s.Status.Message)
	b.enum("code", int8(s.Status.Code))
	return append(b, "}}"...)
}

// fields is a buffer that ends within a JSON object. Its methods append one
// field each, or none when the value is the field's zero.
type fields []byte

func (b *fields) key(name string) {
	if last := (*b)[len(*b)-1]; last != '{' {
		*b = append(*b, ',')
	}
	*b = append(*b, '"')
	*b = append(*b, name...)
	*b = append(*b, '"', ':')
}

func (b *fields) str(name, s string) {
	if s != "" {
		b.key(name)
		*b = appendString(*b, s)
	}
}

func (b *fields) id(name string, id []byte, unset bool) {
	if unset {
		return
	}
	b.key(name)
	*b = append(*b, '"')
	*b = hex.AppendEncode(*b, id)
	*b = append(*b, '"')
}

func (b *fields) count(name string, n uint32) {
	if n != 0 {
		b.key(name)
		*b = strconv.AppendUint(*b, uint64(n), 10)
	}
}

func (b *fields) enum(name string, n int8) {
	if n != 0 {
		b.key(name)
		*b = strconv.AppendInt(*b, int64(n), 10)
	}
}

// time appends a time, which OTLP holds as an unsigned number. A time before
// 1970 wraps around, and back again when it is read.
func (b *fields) time(name string, ns int64) {
	if ns != 0 {
		b.key(name)
		*b = append(*b, '"')
		*b = strconv.AppendUint(*b, uint64(ns), 10)
		*b = append(*b, '"')
	}
}

func (b *fields) attrs(attrs []Attr) {
	if len(attrs) != 0 {
		b.key("attributes")
		*b = appendAttrs(*b, attrs)
	}
}

func (b *fields) events(events []Event) {
	if len(events) == 0 {
		return
	}
	b.key("events")
	sep := byte('[')
	for i := range events {
		e := &events[i]
		*b = append(*b, sep, '{')
		b.time("timeUnixNano", e.Time)
		b.str("name", e.Name)
		b.attrs(e.Attrs)
		b.count("droppedAttributesCount", e.Dropped)
		*b = append(*b, '}')
		sep = ','
	}
	*b = append(*b, ']')
}

func (b *fields) links(links []Link) {
	if len(links) == 0 {
		return
	}
	b.key("links")
	sep := byte('[')
	for i := range links {
		l := &links[i]
		*b = append(*b, sep, '{')
		b.id("traceId", l.TraceID[:], l.TraceID.IsZero())
		b.id("spanId", l.SpanID[:], l.SpanID.IsZero())
		b.str("traceState", l.TraceState)
		b.attrs(l.Attrs)
		b.count("droppedAttributesCount", l.Dropped)
		b.count("flags", l.Flags)
		*b = append(*b, '}')
		sep = ','
	}
	*b = append(*b, ']')
}

func appendAttrs(b []byte, attrs []Attr) []byte {
	sep := byte('[')
	for i := range attrs {
		b = append(b, sep, '{')
		if attrs[i].Key != "" {
			b = append(b, `"key":`...)
			b = append(appendString(b, attrs[i].Key), ',')
		}
		b = appendValue(append(b, `"value":`...), attrs[i].Value)
		b = append(b, '}')
		sep = ','
	}
	return append(b, ']')
}

func appendValue(b []byte, v Value) []byte {
	switch v.Kind() {
	case ValueString:
		b = appendString(append(b, `{"stringValue":`...), v.Str())
	case ValueBool:
		b = strconv.AppendBool(append(b, `{"boolValue":`...), v.Bool())
	case ValueInt:
		b = strconv.AppendInt(append(b, `{"intValue":"`...), v.Int(), 10)
		b = append(b, '"')
	case ValueFloat:
		b = appendFloat(append(b, `{"doubleValue":`...), v.Float())
	case ValueBytes:
		b = base64.StdEncoding.AppendEncode(append(b, `{"bytesValue":"`...), []byte(v.Str()))
		b = append(b, '"')
	case ValueList:
		b = append(b, `{"arrayValue":{`...)
		for i, e := range v.List() {
			if i == 0 {
				b = append(b, `"values":[`...)
			} else {
				b = append(b, ',')
			}
			b = appendValue(b, e)
		}
		if len(v.List()) != 0 {
			b = append(b, ']')
		}
		b = append(b, '}')
	case ValueMap:
		b = append(b, `{"kvlistValue":{`...)
		if len(v.Map()) != 0 {
			b = appendAttrs(append(b, `"values":`...), v.Map())
		}
		b = append(b, '}')
	default:
		b = append(b, '{')
	}
	return append(b, '}')
}

// appendFloat appends a number, or the name that Protobuf's JSON mapping has
// for what JSON has no number for.
func appendFloat(b []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(b, `"NaN"`...)
	case math.IsInf(f, 1):
		return append(b, `"Infinity"`...)
	case math.IsInf(f, -1):
		return append(b, `"-Infinity"`...)
	default:
		return strconv.AppendFloat(b, f, 'g', -1, 64)
	}
}

const hexDigits = "0123456789abcdef"

// appendString appends s as a JSON string. U+2028 and U+2029 are escaped too,
// since some tools that split a file into lines take them for line ends.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0 // of what is not appended yet
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		r, size := rune(c), 1
		if c >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[i:])
			if !(r == utf8.RuneError && size == 1) && r != '\u2028' && r != '\u2029' {
				i += size
				continue
			}
		}
		b = append(b, s[start:i]...)
		b = appendEscape(b, r)
		i += size
		start = i
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}

func appendEscape(b []byte, r rune) []byte {
	switch r {
	case '"', '\\':
		return append(b, '\\', byte(r))
	case '\n':
		return append(b, '\\', 'n')
	case '\r':
		return append(b, '\\', 'r')
	case '\t':
		return append(b, '\\', 't')
	default:
		return append(b, '\\', 'u', hexDigits[r>>12&0xf], hexDigits[r>>8&0xf], hexDigits[r>>4&0xf], hexDigits[r&0xf])
	}
}
