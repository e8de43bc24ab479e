package trace

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// The types below mirror OTLP's messages for decoding. They are as lenient as
// Protobuf's JSON mapping asks readers to be.

type jsonResource struct {
	Attributes []jsonAttr `json:"attributes"`
	Dropped    jsonCount  `json:"droppedAttributesCount"`
}

type jsonScope struct {
	Name       string     `json:"name"`
	Version    string     `json:"version"`
	Attributes []jsonAttr `json:"attributes"`
	Dropped    jsonCount  `json:"droppedAttributesCount"`
}

type jsonSpan struct {
	TraceID       string      `json:"traceId"`
	SpanID        string      `json:"spanId"`
	TraceState    string      `json:"traceState"`
	ParentSpanID  string      `json:"parentSpanId"`
	Flags         jsonCount   `json:"flags"`
	Name          string      `json:"name"`
	Kind          jsonKind    `json:"kind"`
	Start         jsonTime    `json:"startTimeUnixNano"`
	End           jsonTime    `json:"endTimeUnixNano"`
	Attributes    []jsonAttr  `json:"attributes"`
	DroppedAttrs  jsonCount   `json:"droppedAttributesCount"`
	Events        []jsonEvent `json:"events"`
	DroppedEvents jsonCount   `json:"droppedEventsCount"`
	Links         []jsonLink  `json:"links"`
	DroppedLinks  jsonCount   `json:"droppedLinksCount"`
	Status        struct {
		Message string   `json:"message"`
		Code    jsonCode `json:"code"`
	} `json:"status"`
}

type jsonEvent struct {
	Time       jsonTime   `json:"timeUnixNano"`
	Name       string     `json:"name"`
	Attributes []jsonAttr `json:"attributes"`
	Dropped    jsonCount  `json:"droppedAttributesCount"`
}

type jsonLink struct {
	TraceID    string     `json:"traceId"`
	SpanID     string     `json:"spanId"`
	TraceState string     `json:"traceState"`
	Attributes []jsonAttr `json:"attributes"`
	Dropped    jsonCount  `json:"droppedAttributesCount"`
	Flags      jsonCount  `json:"flags"`
}

type jsonAttr struct {
	Key   string    `json:"key"`
	Value jsonValue `json:"value"`
}

type jsonValue struct {
	String *string     `json:"stringValue"`
	Bool   *bool       `json:"boolValue"`
	Int    *jsonInt    `json:"intValue"`
	Double *jsonDouble `json:"doubleValue"`
	Bytes  *string     `json:"bytesValue"`
	Array  *struct {
		Values []jsonValue `json:"values"`
	} `json:"arrayValue"`
	Map *struct {
		Values []jsonAttr `json:"values"`
	} `json:"kvlistValue"`
}

// maxValueDepth is how deep lists and maps may be nested in one attribute. The
// SDK cuts at 64.
const maxValueDepth = 128

// span turns the decoded message into plain data, without resource and scope.
func (in *jsonSpan) span() (Span, error) {
	s := Span{
		Name:          in.Name,
		Kind:          Kind(in.Kind),
		Start:         int64(in.Start),
		End:           int64(in.End),
		Status:        Status{Code: StatusCode(in.Status.Code), Message: in.Status.Message},
		TraceState:    in.TraceState,
		Flags:         uint32(in.Flags),
		DroppedAttrs:  uint32(in.DroppedAttrs),
		DroppedEvents: uint32(in.DroppedEvents),
		DroppedLinks:  uint32(in.DroppedLinks),
	}
	err := decodeIDs(in.TraceID, &s.TraceID, in.SpanID, &s.SpanID)
	if err == nil {
		err = decodeID("parentSpanId", in.ParentSpanID, s.ParentID[:])
	}
	if err == nil {
		s.Attrs, err = attrsFromJSON(in.Attributes, maxValueDepth)
	}
	if err == nil {
		s.Events, err = eventsFromJSON(in.Events)
	}
	if err == nil {
		s.Links, err = linksFromJSON(in.Links)
	}
	if err != nil {
		return Span{}, fmt.Errorf("span %q: %w", clip(in.Name), err)
	}
	return s, nil
}

func eventsFromJSON(in []jsonEvent) ([]Event, error) {
	if len(in) == 0 {
		return nil, nil
	}
	out := make([]Event, len(in))
	for i := range in {
		attrs, err := attrsFromJSON(in[i].Attributes, maxValueDepth)
		if err != nil {
			return nil, fmt.Errorf("event %q: %w", clip(in[i].Name), err)
		}
		out[i] = Event{Name: in[i].Name, Time: int64(in[i].Time), Attrs: attrs, Dropped: uint32(in[i].Dropped)}
	}
	return out, nil
}

func linksFromJSON(in []jsonLink) ([]Link, error) {
	if len(in) == 0 {
		return nil, nil
	}
	out := make([]Link, len(in))
	for i := range in {
		l := Link{TraceState: in[i].TraceState, Flags: uint32(in[i].Flags), Dropped: uint32(in[i].Dropped)}
		err := decodeIDs(in[i].TraceID, &l.TraceID, in[i].SpanID, &l.SpanID)
		if err == nil {
			l.Attrs, err = attrsFromJSON(in[i].Attributes, maxValueDepth)
		}
		if err != nil {
			return nil, fmt.Errorf("link %d: %w", i, err)
		}
		out[i] = l
	}
	return out, nil
}

func attrsFromJSON(in []jsonAttr, depth int) ([]Attr, error) {
	if len(in) == 0 {
		return nil, nil
	}
	out := make([]Attr, len(in))
	for i := range in {
		v, err := in[i].Value.value(depth)
		if err != nil {
			return nil, fmt.Errorf("attribute %q: %w", clip(in[i].Key), err)
		}
		out[i] = Attr{Key: in[i].Key, Value: v}
	}
	return out, nil
}

// value converts, allowing lists and maps to be nested depth deep.
func (in *jsonValue) value(depth int) (Value, error) {
	switch {
	case in.String != nil:
		return String(*in.String), nil
	case in.Bool != nil:
		return Bool(*in.Bool), nil
	case in.Int != nil:
		return Int(int64(*in.Int)), nil
	case in.Double != nil:
		return Float(float64(*in.Double)), nil
	case in.Bytes != nil:
		b, err := decodeBase64(*in.Bytes)
		return Bytes(b), err
	case in.Array == nil && in.Map == nil:
		return Value{}, nil
	case depth == 0:
		return Value{}, fmt.Errorf("its value is nested deeper than the limit of %d levels", maxValueDepth)
	case in.Map != nil:
		kvs, err := attrsFromJSON(in.Map.Values, depth-1)
		return Map(kvs...), err
	}
	if len(in.Array.Values) == 0 {
		return List(), nil
	}
	vs := make([]Value, len(in.Array.Values))
	for i := range in.Array.Values {
		v, err := in.Array.Values[i].value(depth - 1)
		if err != nil {
			return Value{}, err
		}
		vs[i] = v
	}
	return List(vs...), nil
}

func decodeIDs(traceHex string, traceID *TraceID, spanHex string, spanID *SpanID) error {
	if err := decodeID("traceId", traceHex, traceID[:]); err != nil {
		return err
	}
	return decodeID("spanId", spanHex, spanID[:])
}

// decodeID decodes an ID in hex; an empty one leaves it zero.
func decodeID(field, s string, id []byte) error {
	if s == "" {
		return nil
	}
	if len(s) == hex.EncodedLen(len(id)) {
		if _, err := hex.Decode(id, []byte(s)); err == nil {
			return nil
		}
	}
	return fmt.Errorf("%s %q is not %d hex digits", field, clip(s), hex.EncodedLen(len(id)))
}

// decodeBase64 takes both alphabets, with and without padding.
func decodeBase64(s string) ([]byte, error) {
	plain := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(s, "="))
	b, err := base64.RawStdEncoding.DecodeString(plain)
	if err != nil {
		return nil, fmt.Errorf("bytesValue %q is not base64: %w", clip(s), err)
	}
	return b, nil
}

// jsonTime is an OTLP time: unsigned nanoseconds since 1970.
type jsonTime int64

// UnmarshalJSON takes a number or a string that holds one.
func (t *jsonTime) UnmarshalJSON(b []byte) error {
	s, ok := number(b)
	if !ok {
		return nil
	}
	if n, err := strconv.ParseUint(s, 10, 64); err == nil {
		*t = jsonTime(n)
		return nil
	}
	n, err := integral(s)
	if err != nil || n < 0 {
		return fmt.Errorf("time %q is not a whole number of nanoseconds since 1970", clip(s))
	}
	*t = jsonTime(n)
	return nil
}

// jsonInt is a signed 64-bit integer.
type jsonInt int64

// UnmarshalJSON takes a number or a string that holds one.
func (i *jsonInt) UnmarshalJSON(b []byte) error {
	s, ok := number(b)
	if !ok {
		return nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		n, err = integral(s)
	}
	*i = jsonInt(n)
	return err
}

// jsonCount is an unsigned 32-bit integer.
type jsonCount uint32

// UnmarshalJSON takes a number or a string that holds one.
func (c *jsonCount) UnmarshalJSON(b []byte) error {
	s, ok := number(b)
	if !ok {
		return nil
	}
	n, err := integral(s)
	if err != nil || n < 0 || n > math.MaxUint32 {
		return fmt.Errorf("%q is not a 32-bit unsigned integer", clip(s))
	}
	*c = jsonCount(n)
	return nil
}

// jsonDouble is a floating-point number.
type jsonDouble float64

// UnmarshalJSON takes a number, or a string that holds one, NaN or Infinity.
func (f *jsonDouble) UnmarshalJSON(b []byte) error {
	s, ok := number(b)
	if !ok {
		return nil
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return fmt.Errorf("%q is not a 64-bit floating-point number", clip(s))
	}
	*f = jsonDouble(n)
	return nil
}

// jsonKind is a span kind; one that OTLP does not have counts as unspecified.
type jsonKind Kind

// UnmarshalJSON takes a number or a name such as SPAN_KIND_SERVER.
func (k *jsonKind) UnmarshalJSON(b []byte) error {
	names := []string{"UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"}
	n, err := enum(b, "SPAN_KIND_", names)
	*k = jsonKind(n)
	return err
}

// jsonCode is a status code; one that OTLP does not have counts as unset.
type jsonCode StatusCode

// UnmarshalJSON takes a number or a name such as STATUS_CODE_ERROR.
func (c *jsonCode) UnmarshalJSON(b []byte) error {
	n, err := enum(b, "STATUS_CODE_", []string{"UNSET", "OK", "ERROR"})
	*c = jsonCode(n)
	return err
}

func enum(b []byte, prefix string, names []string) (int, error) {
	s, ok := number(b)
	if !ok {
		return 0, nil
	}
	for i, name := range names {
		if s == prefix+name {
			return i, nil
		}
	}
	n, err := integral(s)
	if err != nil {
		return 0, fmt.Errorf("%q is neither a number nor one of %s%s", clip(s), prefix, strings.Join(names, ", "+prefix))
	}
	if n < 0 || n >= int64(len(names)) {
		return 0, nil
	}
	return int(n), nil
}

// number returns the digits of a number, in quotes or not; false means null.
func number(b []byte) (string, bool) {
	if string(b) == "null" {
		return "", false
	}
	if len(b) > 0 && b[0] == '"' {
		var s string
		// The decoder has checked the syntax; a fault leaves "", no number.
		_ = json.Unmarshal(b, &s)
		return s, true
	}
	return string(b), true
}

// integral parses an integer that may be written as a decimal fraction or with
// an exponent, which JSON makes no difference of.
func integral(s string) (int64, error) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n, nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) >= 1<<63 {
		return 0, fmt.Errorf("%q is not a 64-bit integer", clip(s))
	}
	return int64(f), nil
}
