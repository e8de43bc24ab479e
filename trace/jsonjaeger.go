package trace

import (
	"bytes"
	"math"
	"strconv"
)

// jaegerTrace is what belongs to one trace in Jaeger's JSON, where spans name
// their processes, which come behind them. Its zero value is ready to use.
type jaegerTrace struct {
	first     int
	processes map[string]*Resource
}

// process returns the resource of a process, which is filled in when that is
// read.
func (t *jaegerTrace) process(r *jsonReader, id string) *Resource {
	if t.processes == nil {
		t.processes = make(map[string]*Resource)
	}
	res := t.processes[id]
	if res == nil {
		res = new(Resource)
		t.processes[id] = res
		r.take(int64(len(id)) + 100)
	}
	return res
}

// jaegerProcesses reads the object of all processes by their IDs.
func (r *jsonReader) jaegerProcesses(t *jaegerTrace) {
	r.object(func(key []byte) { r.jaegerProcess(t.process(r, string(key))) })
}

func (r *jsonReader) jaegerProcess(res *Resource) {
	service, tags := "", []Attr(nil)
	r.object(func(key []byte) {
		switch string(key) {
		case "serviceName":
			service = r.text()
		case "tags":
			tags = r.fromJaeger(r.jaegerTags())
		default:
			r.lex.Skip()
		}
	})
	res.Attrs = append([]Attr{{"service.name", String(service)}}, tags...)
}

// finish shares the resources of the trace that was read.
func (r *jsonReader) finish(t *jaegerTrace) {
	known := make(map[*Resource]*Resource, len(t.processes))
	for _, res := range t.processes {
		known[res] = share(r.resources, res, encodeResource)
	}
	if len(known) == 0 {
		return
	}
	r.from(t.first, func(s *Span) {
		if res := known[s.Resource]; res != nil {
			s.Resource = res
		}
	})
}

// jaegerSpan reads a span as Jaeger's query API has it. What OTLP has fields
// for and Jaeger has not is in tags there.
func (r *jsonReader) jaegerSpan(t *jaegerTrace) {
	if t.processes == nil {
		t.first = r.count
	}
	s := r.add()
	s.Resource, s.Scope = t.process(r, ""), &Scope{}
	r.marked = false
	duration := int64(0)
	refs := len(r.linkStack)
	r.object(func(key []byte) {
		switch string(key) {
		case "traceID":
			r.jaegerID("traceID", s.TraceID[:])
		case "spanID":
			r.jaegerID("spanID", s.SpanID[:])
		case "parentSpanID":
			r.jaegerID("parentSpanID", s.ParentID[:])
		case "operationName":
			s.Name = r.text()
		case "flags":
			s.Flags = r.uint32()
		case "startTime":
			s.Start = max(r.microseconds(), 0)
		case "duration":
			duration = r.microseconds()
		case "references":
			r.array(r.jaegerReference)
		case "tags":
			s.Attrs = r.jaegerTags()
		case "logs":
			s.Events = r.jaegerLogs()
		case "processID":
			s.Resource = t.process(r, r.text())
		case "process":
			s.Resource = new(Resource)
			r.jaegerProcess(s.Resource)
			s.Resource = share(r.resources, s.Resource, encodeResource)
		default:
			r.lex.Skip()
		}
	})
	s.End = endOf(s.Start, duration)
	r.jaegerRelations(s, r.linkStack[refs:])
	r.linkStack = r.linkStack[:refs]
	r.jaegerMeanings(s)
	r.endSpan(s)
}

// jaegerID reads an ID in hex, which may lack leading zeros.
func (r *jsonReader) jaegerID(field string, id []byte) {
	if r.lex.Null() {
		return
	}
	text := r.lex.String()
	padded := []byte("00000000000000000000000000000000")[:2*len(id)]
	if len(text) <= len(padded) {
		copy(padded[len(padded)-len(text):], text)
		if fromHex(id, padded) {
			return
		}
	}
	clear(id)
	r.bad("%s %q is not up to %d hex digits", field, clip(string(text)), len(padded))
}

// microseconds reads a number of microseconds as nanoseconds. Jaeger holds it
// unsigned, so that a negative one, as the duration of a span that never ended,
// has wrapped around.
func (r *jsonReader) microseconds() int64 {
	if r.lex.Null() {
		return 0
	}
	text := string(r.lex.Scalar())
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		var wrapped uint64
		if wrapped, err = strconv.ParseUint(text, 10, 64); err == nil {
			n = int64(wrapped)
		}
	}
	if err == nil {
		const most = math.MaxInt64 / 1000
		return min(max(n, -most), most) * 1000
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.Abs(f) > math.MaxInt64/1000 {
		r.bad("%q is not a number of microseconds", clip(text))
		return 0
	}
	return int64(f * 1000)
}

// jaegerReference reads a reference as a link; TraceState holds its type until
// jaegerRelations takes it.
func (r *jsonReader) jaegerReference() {
	var l Link
	r.object(func(key []byte) {
		switch string(key) {
		case "refType":
			l.TraceState = r.text()
		case "traceID":
			r.jaegerID("traceID", l.TraceID[:])
		case "spanID":
			r.jaegerID("spanID", l.SpanID[:])
		default:
			r.lex.Skip()
		}
	})
	r.linkStack = append(r.linkStack, l)
}

// jaegerRelations makes the first reference to a parent in the same trace the
// parent, and the others links.
func (r *jsonReader) jaegerRelations(s *Span, refs []Link) {
	links := refs[:0]
	for _, l := range refs {
		child := l.TraceState == "CHILD_OF"
		l.TraceState = ""
		if child && s.ParentID.IsZero() && l.TraceID == s.TraceID {
			s.ParentID = l.SpanID
			continue
		}
		links = append(links, l)
	}
	s.Links = r.arena.links.clone(&r.arena, links)
}

func (r *jsonReader) jaegerTags() []Attr {
	base := len(r.attrStack)
	r.array(func() {
		a := r.jaegerTag()
		r.marked = r.marked || isMark(a.Key)
		r.attrStack = append(r.attrStack, a)
	})
	out := r.arena.attrs.clone(&r.arena, r.attrStack[base:])
	r.attrStack = r.attrStack[:base]
	return out
}

// jaegerTag reads a tag, whose value may stand before its type.
func (r *jsonReader) jaegerTag() Attr {
	var a Attr
	kind := ""
	r.object(func(key []byte) {
		switch string(key) {
		case "key":
			a.Key = r.text()
		case "type":
			kind = r.text()
		case "value":
			a.Value = r.plainValue()
		default:
			r.lex.Skip()
		}
	})
	a.Value = typed(a.Value, kind)
	return a
}

// plainValue reads a value that tells its type by its JSON.
func (r *jsonReader) plainValue() Value {
	switch c := r.lex.Peek(); c {
	case '"':
		return String(r.string(r.lex.String()))
	case 't', 'f':
		return Bool(r.lex.Bool())
	case 'n', '{', '[':
		r.lex.Skip()
		return Value{}
	}
	text := string(r.lex.Scalar())
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return Int(n)
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return String(text)
	}
	return Float(f)
}

// typed gives a value the type that its tag names, where it has another: Jaeger
// writes large integers as strings and whole floats as integers.
func typed(v Value, kind string) Value {
	switch {
	case kind == "int64" && v.Kind() == ValueString:
		if n, err := strconv.ParseInt(v.Str(), 10, 64); err == nil {
			return Int(n)
		}
	case kind == "float64" && v.Kind() == ValueInt:
		return Float(float64(v.Int()))
	case kind == "float64" && v.Kind() == ValueString:
		if f, err := strconv.ParseFloat(v.Str(), 64); err == nil {
			return Float(f)
		}
	case kind == "bool" && v.Kind() == ValueString:
		if b, err := strconv.ParseBool(v.Str()); err == nil {
			return Bool(b)
		}
	case kind == "binary" && v.Kind() == ValueString:
		if b, err := fromBase64([]byte(v.Str())); err == nil {
			return Bytes(b)
		}
	}
	return v
}

// jaegerLogs reads events: a log whose field event names it.
func (r *jsonReader) jaegerLogs() []Event {
	base := len(r.eventStack)
	r.array(func() {
		var e Event
		r.object(func(key []byte) {
			switch string(key) {
			case "timestamp":
				e.Time = max(r.microseconds(), 0)
			case "fields":
				e.Attrs = r.fromJaeger(r.jaegerTags())
			default:
				r.lex.Skip()
			}
		})
		// An attribute of that name comes before the one that Jaeger adds.
		for i := len(e.Attrs) - 1; i >= 0; i-- {
			if e.Attrs[i].Key == "event" && e.Attrs[i].Value.Kind() == ValueString {
				e.Name = e.Attrs[i].Value.Str()
				e.Attrs = append(e.Attrs[:i], e.Attrs[i+1:]...)
				break
			}
		}
		r.eventStack = append(r.eventStack, e)
	})
	out := r.arena.events.clone(&r.arena, r.eventStack[base:])
	r.eventStack = r.eventStack[:base]
	return out
}

// jaegerMeanings moves what tags say to the fields that OTLP has for it, and
// takes those tags off.
func (r *jsonReader) jaegerMeanings(s *Span) {
	scope := Scope{}
	failed, coded := false, false
	kept := s.Attrs[:0]
	for _, a := range s.Attrs {
		text := a.Value.Str()
		switch a.Key {
		case "span.kind":
			s.Kind = jaegerKind(text)
		case "error":
			if failed = a.Value.Bool() || text == "true"; !failed {
				kept = append(kept, a)
			}
		case "otel.status_code":
			coded = true
			s.Status.Code = jaegerCode(text)
		case "otel.status_description":
			s.Status.Message = text
		case "otel.scope.name", "otel.library.name":
			scope.Name = text
		case "otel.scope.version", "otel.library.version":
			scope.Version = text
		case "w3c.tracestate":
			s.TraceState = text
		default:
			kept = append(kept, a)
		}
	}
	s.Attrs = kept
	if failed && !coded {
		s.Status.Code = StatusError
	}
	s.Scope = share(r.scopes, &scope, encodeScope)
}

func jaegerKind(name string) Kind {
	for i, known := range kindNames {
		if bytes.EqualFold([]byte(known), []byte(name)) {
			return Kind(i)
		}
	}
	return KindUnspecified
}

func jaegerCode(name string) StatusCode {
	for i, known := range codeNames {
		if known == name {
			return StatusCode(i)
		}
	}
	return StatusUnset
}
