package chaintracert

import (
	"encoding/binary"
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

// What is appended below has no quotes around it: they are in the constants between. And
// it does eight bytes at once where it can: every branch costs while the processor does
// not know it, and of each write it comes back having forgotten.

const (
	ones  = 0x0101010101010101 // times a byte, it is eight of it
	highs = 0x80 * ones
)

// appendID appends a span ID.
func appendID(b []byte, id uint64) []byte {
	b = append(b, "0123456789abcdef"...)
	text := b[len(b)-16:]
	binary.BigEndian.PutUint64(text, hexDigits(uint32(id>>32)))
	binary.BigEndian.PutUint64(text[8:], hexDigits(uint32(id)))
	return b
}

// hexDigits returns the eight digits of a number, the first in the highest byte.
func hexDigits(n uint32) uint64 {
	x := uint64(n)
	x = (x | x<<16) & 0x0000ffff0000ffff
	x = (x | x<<8) & 0x00ff00ff00ff00ff
	x = (x | x<<4) & 0x0f0f0f0f0f0f0f0f
	letters := (x + 6*ones) >> 4 & ones
	return x + '0'*ones + letters*('a'-'0'-10)
}

// appendTime appends a time.
func appendTime(b []byte, unixNano int64) []byte {
	const of8 = 100_000_000
	if unixNano < 100*of8*of8 {
		return strconv.AppendInt(b, unixNano, 10)
	}
	// Nineteen digits, as all since 2001.
	high, low := uint64(unixNano)/of8, uint32(uint64(unixNano)%of8)
	first := uint32(high / of8)
	b = append(b, byte('0'+first/100), byte('0'+first/10%10), byte('0'+first%10))
	b = append(b, "0123456789abcdef"...)
	text := b[len(b)-16:]
	binary.LittleEndian.PutUint64(text, decimals(uint32(high%of8)))
	binary.LittleEndian.PutUint64(text[8:], decimals(low))
	return b
}

// decimals returns the eight decimal digits of a number, the first in the lowest byte.
func decimals(n uint32) uint64 {
	x := uint64(n/10_000) | uint64(n%10_000)<<32 // two of four digits
	hundreds := (x * 10_486) >> 20 & 0x0000007f0000007f
	x = hundreds | (x-100*hundreds)<<16 // four of two
	tens := (x * 103) >> 10 & 0x000f000f000f000f
	return (tens | (x-10*tens)<<8) + '0'*ones
}

// appendText appends what is between the quotes of a JSON string.
func appendText(b []byte, s string) []byte {
	if isPlain(s) {
		return append(b, s...)
	}
	return appendEscaped(b, s)
}

// isPlain reports whether a text is in JSON as it is: of ASCII what can be seen, without
// quotes and backslashes. Bytes that it takes for others, rightly or not, only make it
// say no.
func isPlain(s string) bool {
	for ; len(s) >= 8; s = s[8:] {
		x := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
		// The high bit of a byte: it is below a space, or a quote, or a backslash, or
		// above a tilde.
		if ((x-' '*ones)|((x^'"'*ones)-ones)|((x^'\\'*ones)-ones)|(x+ones)|x)&highs != 0 {
			return false
		}
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

// appendEscaped is appendText for any text; invalid UTF-8 becomes U+FFFD.
func appendEscaped(b []byte, s string) []byte {
	quoted, err := json.Marshal(s)
	if err != nil {
		return b // which is not so for a string
	}
	return append(b, quoted[1:len(quoted)-1]...)
}

// appendAttributes appends OTLP's list of attributes, with its key. The first is the
// server, unless that is "".
func appendAttributes(b []byte, server string, attrs []attribute) []byte {
	b = append(b, `"attributes":[`...)
	if server != "" {
		b = append(b, `{"key":"`+serverKey+`","value":{"stringValue":"`...)
		b = appendText(b, server)
		b = append(b, `"}},`...)
	}
	for i := range attrs {
		b = attrs[i].append(b)
	}
	return append(withoutComma(b), ']')
}

// withoutComma takes the comma off that is behind the last of a list.
func withoutComma(b []byte) []byte {
	if last := len(b) - 1; b[last] == ',' {
		return b[:last]
	}
	return b
}

// append appends the attribute and a comma.
func (a *attribute) append(b []byte) []byte {
	b = append(b, `{"key":"`...)
	b = append(b, a.key...)
	switch a.kind {
	case isNum:
		b = append(b, `","value":{"intValue":"`...) // text, as all 64-bit numbers
		b = strconv.AppendInt(b, a.num, 10)
		return append(b, `"}},`...)
	case isFlag:
		b = append(b, `","value":{"boolValue":`...)
		b = strconv.AppendBool(b, a.num != 0)
		return append(b, "}},"...)
	case isList:
		b = append(b, `","value":{"arrayValue":{"values":[`...)
		for _, s := range a.list {
			b = append(b, `{"stringValue":"`...)
			b = appendText(b, s)
			b = append(b, `"},`...)
		}
		return append(withoutComma(b), "]}}},"...)
	default:
		b = append(b, `","value":{"stringValue":"`...)
		b = appendText(b, a.text)
		return append(b, `"}},`...)
	}
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
	return append(b, `","kind":1,"spanId":"`...)
}

// appendRecord appends a span, to how its server's lines begin. end is 0 for a span that
// goes on.
func (s *span) appendRecord(b []byte, attrs []attribute, end int64) []byte {
	b = appendID(b, s.id)
	if s.parent != 0 {
		b = append(b, `","parentSpanId":"`...)
		b = appendID(b, s.parent)
	}
	b = append(b, `","name":"`...)
	b = appendText(b, s.name)
	b = append(b, `","startTimeUnixNano":"`...)
	at := len(b)
	b = appendTime(b, s.start)
	start := b[at:]
	b = append(b, `","endTimeUnixNano":"`...)
	if end == s.start {
		b = append(b, start...)
	} else {
		b = appendTime(b, end)
	}
	b = append(b, `",`...)
	server := s.server
	if s.shared {
		server = ""
	}
	b = appendAttributes(b, server, attrs)
	if len(s.events) > 0 {
		b = append(b, `,"events":[`...)
		for _, e := range s.events {
			b = append(b, `{"timeUnixNano":"`...)
			b = appendTime(b, e.at)
			b = append(b, `","name":"`...)
			b = appendText(b, e.name)
			b = append(b, `",`...)
			b = append(appendAttributes(b, "", e.attrs), "},"...)
		}
		b = append(withoutComma(b), ']')
	}
	if s.err != "" {
		b = append(b, `,"status":{"code":2,"message":"`...)
		b = appendText(b, s.err)
		b = append(b, `"}`...)
	}
	return append(b, "}]}]}]}\n"...)
}
