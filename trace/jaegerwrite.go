package trace

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// WriteJaeger writes t as the JSON that Jaeger's query API answers with, and its
// search page takes as an upload: an object whose data has an entry for each
// trace, in the order of their first spans, with a line for each span. What Jaeger has no field for is in
// tags, as its own receiver of OTLP does it; what it would lose as well, such as
// nanoseconds and the order of spans, is in those of [Portable], which [Read]
// undoes. Flags, schema URLs, counts of what was dropped, and attributes of
// scopes and links are left out. The output depends on t alone. It is written in
// large pieces; w needs no buffer of its own.
func WriteJaeger(w io.Writer, t *Trace) error {
	e := jaegerEncoder{w: w, buf: make([]byte, 0, bufferSize+bufferSize/4)}
	portable := Portable(t)
	order, spans := byTraceID(portable.Spans)
	e.buf = append(e.buf, `{"data":[`...)
	for i, id := range order {
		if i > 0 {
			e.buf = append(e.buf, ',')
		}
		if err := e.trace(id, portable.Spans, spans[id]); err != nil {
			return err
		}
	}
	e.buf = append(e.buf, `],"total":0,"limit":0,"offset":0,"errors":null}`+"\n"...)
	return e.flush()
}

// byTraceID returns the traces in the order of their first spans, and the
// indexes of the spans of each.
func byTraceID(spans []Span) ([]TraceID, map[TraceID][]int) {
	var order []TraceID
	of := make(map[TraceID][]int)
	for i := range spans {
		id := spans[i].TraceID
		if of[id] == nil {
			order = append(order, id)
		}
		of[id] = append(of[id], i)
	}
	return order, of
}

// jaegerEncoder writes span by span.
type jaegerEncoder struct {
	w   io.Writer
	buf []byte // what is not written yet
}

func (e *jaegerEncoder) flush() error {
	if _, err := e.w.Write(e.buf); err != nil {
		return fmt.Errorf("writing the trace: %w", err)
	}
	e.buf = e.buf[:0]
	return nil
}

func (e *jaegerEncoder) trace(id TraceID, all []Span, spans []int) error {
	e.buf = append(e.buf, `{"traceID":`...)
	e.buf = appendHex(e.buf, id[:])
	e.buf = append(e.buf, ",\"spans\":[\n"...)
	var processes jaegerProcesses
	for i, n := range spans {
		if i > 0 {
			e.buf = append(e.buf, ",\n"...)
		}
		s := &all[n]
		e.buf = appendJaegerSpan(e.buf, s, processes.id(s.Resource))
		if len(e.buf) >= bufferSize {
			if err := e.flush(); err != nil {
				return err
			}
		}
	}
	e.buf = append(e.buf, "\n],\"processes\":{\n"...)
	for i, p := range processes.encoded {
		if i > 0 {
			e.buf = append(e.buf, ",\n"...)
		}
		e.buf = append(e.buf, `"p`...)
		e.buf = strconv.AppendInt(e.buf, int64(i+1), 10)
		e.buf = append(append(e.buf, `":`...), p...)
	}
	e.buf = append(e.buf, "\n},\"warnings\":null}"...)
	return nil
}

// jaegerProcesses numbers the resources of a trace by what Jaeger has of them.
type jaegerProcesses struct {
	byPointer map[*Resource]int
	byContent map[string]int
	encoded   []string
}

// id returns a resource's number, from 1 on.
func (p *jaegerProcesses) id(r *Resource) int {
	if n, ok := p.byPointer[r]; ok {
		return n
	}
	if p.byPointer == nil {
		p.byPointer, p.byContent = make(map[*Resource]int), make(map[string]int)
	}
	content := string(appendProcess(nil, r))
	n, ok := p.byContent[content]
	if !ok {
		p.encoded = append(p.encoded, content)
		n = len(p.encoded)
		p.byContent[content] = n
	}
	p.byPointer[r] = n
	return n
}

func appendProcess(b []byte, r *Resource) []byte {
	if r == nil {
		r = &Resource{}
	}
	service, named := jaegerServiceName(r)
	b = appendString(append(b, `{"serviceName":`...), service)
	tags := jaegerTagList(append(b, `,"tags":[`...))
	for _, a := range r.Attrs {
		if a.Key != serviceName || !named {
			tags.add(a.Key, a.Value)
		}
	}
	return append(tags, "]}"...)
}

const (
	serviceName = "service.name"
	// What Jaeger calls a resource without attributes, and one without a name among
	// them or with an empty one.
	jaegerNoResource = "OTLPResourceNoServiceName"
	jaegerNoService  = "empty-service-name"
)

// jaegerServiceName returns what Jaeger calls the service of a resource, and whether
// that is the name that the resource has.
func jaegerServiceName(r *Resource) (name string, named bool) {
	switch v := r.Attr(serviceName); {
	case v.Kind() == ValueString && v.Str() != "":
		return v.Str(), true
	case len(r.Attrs) == 0:
		return jaegerNoResource, false
	}
	return jaegerNoService, false
}

func appendJaegerSpan(b []byte, s *Span, process int) []byte {
	b = appendHex(append(b, `{"traceID":`...), s.TraceID[:])
	b = appendHex(append(b, `,"spanID":`...), s.SpanID[:])
	b = appendString(append(b, `,"operationName":`...), s.Name)
	b = appendReferences(append(b, `,"references":[`...), s)
	b = strconv.AppendInt(append(b, `],"startTime":`...), s.Start/1000, 10)
	b = strconv.AppendInt(append(b, `,"duration":`...), (s.End-s.Start)/1000, 10)
	b = appendSpanTags(append(b, `,"tags":[`...), s)
	b = append(b, `],"logs":[`...)
	for i := range s.Events {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendLog(b, &s.Events[i])
	}
	b = strconv.AppendInt(append(b, `],"processID":"p`...), int64(process), 10)
	return append(b, `","warnings":null}`...)
}

// appendReferences appends the parent and the links. A link to the parent takes
// its place, as in Jaeger.
func appendReferences(b []byte, s *Span) []byte {
	linked := func(l *Link) bool { return l.TraceID == s.TraceID && l.SpanID == s.ParentID }
	sep := ""
	add := func(kind string, id TraceID, span SpanID) {
		b = append(append(b, sep...), `{"refType":"`...)
		b = append(append(b, kind...), `","traceID":`...)
		b = appendHex(b, id[:])
		b = appendHex(append(b, `,"spanID":`...), span[:])
		b = append(b, '}')
		sep = ","
	}
	if !s.ParentID.IsZero() {
		kind := jaegerChild
		for i := range s.Links {
			if linked(&s.Links[i]) {
				kind = referenceType(&s.Links[i])
			}
		}
		add(kind, s.TraceID, s.ParentID)
	}
	for i := range s.Links {
		if l := &s.Links[i]; s.ParentID.IsZero() || !linked(l) {
			add(referenceType(l), l.TraceID, l.SpanID)
		}
	}
	return b
}

// The types of Jaeger's references.
const (
	jaegerChild   = "CHILD_OF"
	jaegerFollows = "FOLLOWS_FROM"
)

// referenceType returns what a link is to Jaeger, which an attribute may tell.
func referenceType(l *Link) string {
	if lookup(l.Attrs, "opentracing.ref_type").Str() == "child_of" {
		return jaegerChild
	}
	return jaegerFollows
}

// appendSpanTags appends the attributes, and what Jaeger has no fields for.
func appendSpanTags(b []byte, s *Span) []byte {
	tags := jaegerTagList(b)
	text := func(key, value string) {
		if value != "" {
			tags.add(key, String(value))
		}
	}
	if s.Scope != nil {
		text("otel.scope.name", s.Scope.Name)
		text("otel.scope.version", s.Scope.Version)
	}
	for _, a := range s.Attrs {
		tags.add(a.Key, a.Value)
	}
	if s.Kind > KindUnspecified && int(s.Kind) < len(kindNames) {
		text("span.kind", strings.ToLower(kindNames[s.Kind]))
	}
	switch s.Status.Code {
	case StatusOK:
		text("otel.status_code", "OK")
	case StatusError:
		text("otel.status_code", "ERROR")
		tags.add("error", Bool(true))
	}
	text("otel.status_description", s.Status.Message)
	text("w3c.tracestate", s.TraceState)
	return tags
}

// appendLog appends an event: its name is the field event, unless an attribute
// has that key.
func appendLog(b []byte, e *Event) []byte {
	b = strconv.AppendInt(append(b, `{"timestamp":`...), e.Time/1000, 10)
	fields := jaegerTagList(append(b, `,"fields":[`...))
	if e.Name != "" && lookup(e.Attrs, "event").Kind() == ValueEmpty {
		fields.add("event", String(e.Name))
	}
	for _, a := range e.Attrs {
		fields.add(a.Key, a.Value)
	}
	return append(fields, "]}"...)
}

// jaegerTagList is a buffer that ends within an array of tags.
type jaegerTagList []byte

func (l *jaegerTagList) add(key string, v Value) {
	b := *l
	if b[len(b)-1] != '[' {
		b = append(b, ',')
	}
	b = appendString(append(b, `{"key":`...), key)
	*l = append(appendJaegerValue(b, v), '}')
}

// maxSafeInteger is the largest integer that a page's script can hold exactly.
const maxSafeInteger = 1<<53 - 1

// appendJaegerValue appends a tag's type and value. Lists and maps, which Jaeger
// has not, become their JSON.
func appendJaegerValue(b []byte, v Value) []byte {
	switch v.Kind() {
	case ValueBool:
		return strconv.AppendBool(append(b, `,"type":"bool","value":`...), v.Bool())
	case ValueInt:
		b = append(b, `,"type":"int64","value":`...)
		if n := v.Int(); n > maxSafeInteger || n < -maxSafeInteger {
			return appendString(b, strconv.FormatInt(n, 10))
		}
		return strconv.AppendInt(b, v.Int(), 10)
	case ValueFloat:
		return appendFloat(append(b, `,"type":"float64","value":`...), v.Float())
	case ValueBytes:
		b = base64.StdEncoding.AppendEncode(append(b, `,"type":"binary","value":"`...), []byte(v.Str()))
		return append(b, '"')
	case ValueList, ValueMap:
		return appendString(append(b, `,"type":"string","value":`...), string(appendPlain(nil, v)))
	}
	return appendString(append(b, `,"type":"string","value":`...), v.Str())
}

// appendPlain appends a value as JSON that does not tell types apart, as people
// write it.
func appendPlain(b []byte, v Value) []byte {
	switch v.Kind() {
	case ValueString:
		return appendString(b, v.Str())
	case ValueBool:
		return strconv.AppendBool(b, v.Bool())
	case ValueInt:
		return strconv.AppendInt(b, v.Int(), 10)
	case ValueFloat:
		return appendFloat(b, v.Float())
	case ValueBytes:
		b = base64.StdEncoding.AppendEncode(append(b, '"'), []byte(v.Str()))
		return append(b, '"')
	case ValueList:
		b = append(b, '[')
		for i, e := range v.List() {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendPlain(b, e)
		}
		return append(b, ']')
	case ValueMap:
		b = append(b, '{')
		for i, a := range v.Map() {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendPlain(append(appendString(b, a.Key), ':'), a.Value)
		}
		return append(b, '}')
	}
	return append(b, "null"...)
}

func appendHex(b, id []byte) []byte {
	return append(hex.AppendEncode(append(b, '"'), id), '"')
}
