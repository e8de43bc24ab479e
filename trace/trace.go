package trace

import (
	"encoding/hex"
	"math"
	"time"
)

// TraceID identifies a trace; the zero value is invalid.
type TraceID [16]byte

// String returns the ID as 32 lower-case hex digits.
func (id TraceID) String() string { return hex.EncodeToString(id[:]) }

// IsZero reports whether the ID is unset.
func (id TraceID) IsZero() bool { return id == TraceID{} }

// SpanID identifies a span within its trace; the zero value is invalid and,
// as a parent, means "no parent".
type SpanID [8]byte

// String returns the ID as 16 lower-case hex digits.
func (id SpanID) String() string { return hex.EncodeToString(id[:]) }

// IsZero reports whether the ID is unset.
func (id SpanID) IsZero() bool { return id == SpanID{} }

// Trace is a set of spans as plain data. Spans are in no promised order after
// reading; a Recorder yields them in the order they were started.
type Trace struct {
	Spans []Span
}

// Span is one finished or unfinished span. Resources and scopes are shared
// between spans by pointer and must not be changed.
type Span struct {
	TraceID  TraceID
	SpanID   SpanID
	ParentID SpanID // zero for a root

	Name string
	Kind Kind

	// Start and End are nanoseconds since the Unix epoch. End is 0 for a span
	// that was never finished.
	Start, End int64

	Attrs  []Attr // in the order they were set
	Events []Event
	Links  []Link
	Status Status

	Resource *Resource // never nil after reading or recording
	Scope    *Scope    // never nil after reading or recording

	TraceState string
	Flags      uint32

	// Dropped counts what the producer's limits cut off.
	DroppedAttrs, DroppedEvents, DroppedLinks uint32
}

// Duration returns End-Start, or 0 for an unfinished span and for one that
// ends before it starts. What is longer than a Duration can hold is cut to that.
func (s *Span) Duration() time.Duration {
	if s.End == 0 || s.End < s.Start {
		return 0
	}
	if d := s.End - s.Start; d >= 0 {
		return time.Duration(d)
	}
	return math.MaxInt64
}

// Attr returns the value of the attribute with this key, or the zero Value.
func (s *Span) Attr(key string) Value { return lookup(s.Attrs, key) }

// Service returns the service.name of the span's resource, or "".
func (s *Span) Service() string {
	if s.Resource == nil {
		return ""
	}
	return lookup(s.Resource.Attrs, "service.name").Str()
}

// Kind is OTLP's SpanKind.
type Kind int8

// The kinds, numbered as in OTLP.
const (
	KindUnspecified Kind = iota
	KindInternal
	KindServer
	KindClient
	KindProducer
	KindConsumer
)

// StatusCode is OTLP's status code.
type StatusCode int8

// The codes, numbered as in OTLP.
const (
	StatusUnset StatusCode = iota
	StatusOK
	StatusError
)

// Status is a span's status.
type Status struct {
	Code    StatusCode
	Message string
}

// Event is a point in time within a span.
type Event struct {
	Name    string
	Time    int64 // nanoseconds since the Unix epoch
	Attrs   []Attr
	Dropped uint32
}

// Link points to another span, in this trace or elsewhere.
type Link struct {
	TraceID    TraceID
	SpanID     SpanID
	TraceState string
	Attrs      []Attr
	Flags      uint32
	Dropped    uint32
}

// Resource is what produced a span.
type Resource struct {
	Attrs     []Attr
	SchemaURL string
	Dropped   uint32
}

// Attr returns the value of the attribute with this key, or the zero Value.
func (r *Resource) Attr(key string) Value { return lookup(r.Attrs, key) }

// Scope is the instrumentation that produced a span.
type Scope struct {
	Name, Version string
	Attrs         []Attr
	SchemaURL     string
	Dropped       uint32
}

func lookup(attrs []Attr, key string) Value {
	for i := range attrs {
		if attrs[i].Key == key {
			return attrs[i].Value
		}
	}
	return Value{}
}
