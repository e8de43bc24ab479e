package trace

import (
	"math"
	"strconv"
)

// jaegerTrace is what belongs to one trace in Jaeger's JSON, where spans name
// their processes, which mostly come behind them.
type jaegerTrace struct {
	first     int // number of its first span
	processes map[string]*Resource
}

// processSize is about what the entry of a process takes beside its ID.
const processSize = 300

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
		r.take(int64(len(id)) + processSize)
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
	res.Attrs = tags
	if service != "" && service != jaegerNoResource && service != jaegerNoService {
		res.Attrs = append([]Attr{{serviceName, String(service)}}, tags...)
	}
}

// finish shares the resources of the trace that was read.
func (r *jsonReader) finish(t *jaegerTrace) {
	if t.first == r.count {
		return // processes of no spans
	}
	known := make(map[*Resource]*Resource, len(t.processes))
	for _, res := range t.processes {
		known[res] = share(r.builder, r.resources, res, encodeResource)
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
	s := r.add()
	s.Resource, s.Scope = t.process(r, ""), &Scope{}
	r.marked = false
	duration := int64(0)
	refs := len(r.arena.links.items)
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
			s.Resource = share(r.builder, r.resources, s.Resource, encodeResource)
		default:
			r.lex.Skip()
		}
	})
	s.End = endOf(s.Start, duration)
	r.jaegerRelations(s, refs)
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
	r.arena.links.add(l)
}

// jaegerRelations makes of the references from number base on the first one to a
// parent in the same trace the parent, and of the others links. Without such a
// one, the first that follows from a span of the trace tells the parent, and
// stays a link: Jaeger has it so.
func (r *jsonReader) jaegerRelations(s *Span, base int) {
	all := &r.arena.links.items
	links := (*all)[:base]
	var follows SpanID
	for _, l := range (*all)[base:] {
		child := l.TraceState == jaegerChild
		l.TraceState = ""
		if l.TraceID == s.TraceID {
			if child && s.ParentID.IsZero() {
				s.ParentID = l.SpanID
				continue
			}
			if !child && follows.IsZero() {
				follows = l.SpanID
			}
		}
		links = append(links, l)
	}
	if s.ParentID.IsZero() {
		s.ParentID = follows
	}
	*all = links
	s.Links = r.arena.links.cut(&r.arena, base)
}
