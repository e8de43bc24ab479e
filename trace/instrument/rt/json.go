package chaintracert

import (
	"encoding/json"
	"strconv"
)

// attribute is a key with a value. The value has a field for each type, as one in
// an interface would be another allocation for each.
type attribute struct {
	key  string // as JSON has it between its quotes
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
	text := [...]byte{'"', 17: '"'}
	for i := 16; i > 0; i-- {
		text[i] = hexDigits[id&15]
		id >>= 4
	}
	return append(b, text[:]...)
}

// appendTime appends a time, which OTLP holds as text.
func appendTime(b []byte, unixNano int64) []byte {
	b = append(b, '"')
	b = strconv.AppendInt(b, unixNano, 10)
	return append(b, '"')
}

// isPlain reports whether a text is in JSON as it is.
func isPlain(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

// appendText appends a JSON string.
func appendText(b []byte, s string) []byte {
	if isPlain(s) {
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

// keyOfText returns the key of an attribute that has this name.
func keyOfText(name string) string {
	if isPlain(name) {
		return name
	}
	quoted := appendText(nil, name)
	return string(quoted[1 : len(quoted)-1])
}

// appendAttributes appends OTLP's list of attributes, with its key. The first is the
// server, unless that is "".
func appendAttributes(b []byte, server string, attrs []attribute) []byte {
	b = append(b, `"attributes":[`...)
	if server != "" {
		b = append(b, `{"key":"`+serverKey+`","value":{"stringValue":`...)
		b = appendText(b, server)
		b = append(b, "}},"...)
	}
	for i := range attrs {
		b = attrs[i].append(b)
	}
	if b[len(b)-1] == ',' {
		b = b[:len(b)-1]
	}
	return append(b, ']')
}

// append appends the attribute and a comma.
func (a *attribute) append(b []byte) []byte {
	b = append(b, `{"key":"`...)
	b = append(b, a.key...)
	switch a.kind {
	case isNum:
		b = append(b, `","value":{"intValue":`...)
		b = appendTime(b, a.num)
	case isFlag:
		b = append(b, `","value":{"boolValue":`...)
		b = strconv.AppendBool(b, a.num != 0)
	case isList:
		b = append(b, `","value":{"arrayValue":{"values":[`...)
		for i, s := range a.list {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, `{"stringValue":`...)
			b = append(appendText(b, s), '}')
		}
		b = append(b, "]}"...)
	default:
		b = append(b, `","value":{"stringValue":`...)
		b = appendText(b, a.text)
	}
	return append(b, "}},"...)
}

// recordBegin is how every line begins.
const recordBegin = `{"resourceSpans":[{"resource":`

// appendHead appends what is the same in all lines of a server, up to the first that
// is not. resource is the JSON of the resource.
func appendHead(b, resource []byte, traceID string) []byte {
	b = append(b, recordBegin...)
	b = append(b, resource...)
	b = append(b, `,"scopeSpans":[{"scope":{"name":"`+scopeName+`"},"spans":[{"traceId":"`...)
	b = append(b, traceID...)
	return append(b, `","kind":1,"spanId":`...)
}

// appendRecord appends a span as a line. head is how its server's lines begin, and end
// is 0 for a span that goes on.
func (s *span) appendRecord(b, head []byte, attrs []attribute, end int64) []byte {
	b = append(b, head...)
	b = appendID(b, s.id)
	if s.parent != 0 {
		b = append(b, `,"parentSpanId":`...)
		b = appendID(b, s.parent)
	}
	b = append(b, `,"name":`...)
	b = appendText(b, s.name)
	b = append(b, `,"startTimeUnixNano":`...)
	at := len(b)
	b = appendTime(b, s.start)
	start := b[at:]
	b = append(b, `,"endTimeUnixNano":`...)
	if end == s.start {
		b = append(b, start...)
	} else {
		b = appendTime(b, end)
	}
	b = append(b, ',')
	server := s.server
	if s.shared {
		server = ""
	}
	b = appendAttributes(b, server, attrs)
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
			b = appendAttributes(b, "", e.attrs)
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
