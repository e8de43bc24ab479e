package chaintracert

import (
	"encoding/json"
	"strconv"
)

// attribute is a key with a value. The value has a field for each type, as one in
// an interface would be another allocation for each.
type attribute struct {
	key  string
	kind valueKind
	text string
	num  int64 // a bool is 0 or 1
	list []string
}

type valueKind uint8

const (
	isText valueKind = iota
	isNum
	isFlag
	isList
)

func str(key, value string) attribute       { return attribute{key: key, text: value} }
func num(key string, value int64) attribute { return attribute{key: key, kind: isNum, num: value} }
func list(key string, v []string) attribute { return attribute{key: key, kind: isList, list: v} }

func flag(key string, value bool) attribute {
	a := attribute{key: key, kind: isFlag}
	if value {
		a.num = 1
	}
	return a
}

// event is something that happened at one time within a span.
type event struct {
	name  string
	at    int64 // Unix nanoseconds
	attrs []attribute
}

const hexDigits = "0123456789abcdef"

// appendID appends a span ID.
func appendID(b []byte, id uint64) []byte {
	b = append(b, '"')
	for shift := 60; shift >= 0; shift -= 4 {
		b = append(b, hexDigits[id>>uint(shift)&15])
	}
	return append(b, '"')
}

// appendTime appends a time, which OTLP holds as text.
func appendTime(b []byte, unixNano int64) []byte {
	b = append(b, '"')
	b = strconv.AppendInt(b, unixNano, 10)
	return append(b, '"')
}

// appendText appends a JSON string.
func appendText(b []byte, s string) []byte {
	plain := true
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			plain = false
			break
		}
	}
	if plain {
		b = append(b, '"')
		b = append(b, s...)
		return append(b, '"')
	}
	quoted, err := json.Marshal(s) // invalid UTF-8 becomes U+FFFD
	if err != nil {
		return append(b, '"', '"')
	}
	return append(b, quoted...)
}

// appendAttributes appends OTLP's list of attributes, with its key.
func appendAttributes(b []byte, attrs []attribute) []byte {
	b = append(b, `"attributes":[`...)
	for i := range attrs {
		a := &attrs[i]
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"key":`...)
		b = appendText(b, a.key)
		b = append(b, `,"value":`...)
		b = a.appendValue(b)
		b = append(b, '}')
	}
	return append(b, ']')
}

func (a *attribute) appendValue(b []byte) []byte {
	switch a.kind {
	case isNum:
		b = append(b, `{"intValue":`...)
		b = appendTime(b, a.num)
	case isFlag:
		b = append(b, `{"boolValue":`...)
		b = strconv.AppendBool(b, a.num != 0)
	case isList:
		b = append(b, `{"arrayValue":{"values":[`...)
		for i, s := range a.list {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, `{"stringValue":`...)
			b = append(appendText(b, s), '}')
		}
		b = append(b, "]}"...)
	default:
		b = append(b, `{"stringValue":`...)
		b = appendText(b, a.text)
	}
	return append(b, '}')
}

// recordBegin is how every line begins.
const recordBegin = `{"resourceSpans":[{"resource":`

// appendRecord appends a span as a line. resource is the JSON of the resource,
// end is 0 for a span that goes on.
func (s *span) appendRecord(b []byte, traceID string, resource []byte, end int64) []byte {
	b = append(b, recordBegin...)
	b = append(b, resource...)
	b = append(b, `,"scopeSpans":[{"scope":{"name":"`+scopeName+`"},"spans":[{"traceId":"`...)
	b = append(b, traceID...)
	b = append(b, `","spanId":`...)
	b = appendID(b, s.id)
	if s.parent != 0 {
		b = append(b, `,"parentSpanId":`...)
		b = appendID(b, s.parent)
	}
	b = append(b, `,"name":`...)
	b = appendText(b, s.name)
	b = append(b, `,"kind":1,"startTimeUnixNano":`...)
	b = appendTime(b, s.start)
	b = append(b, `,"endTimeUnixNano":`...)
	b = appendTime(b, end)
	b = append(b, ',')
	b = appendAttributes(b, s.attrs)
	if len(s.events) > 0 {
		b = append(b, `,"events":[`...)
		for i, e := range s.events {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, `{"timeUnixNano":`...)
			b = appendTime(b, e.at)
			b = append(b, `,"name":`...)
			b = appendText(b, e.name)
			b = append(b, ',')
			b = appendAttributes(b, e.attrs)
			b = append(b, '}')
		}
		b = append(b, ']')
	}
	if s.err != "" {
		b = append(b, `,"status":{"code":2,"message":`...)
		b = appendText(b, s.err)
		b = append(b, '}')
	}
	return append(b, "}]}]}]}\n"...)
}
