package trace

import "errors"

// span reads a span, which is kept only if it is whole and right.
func (r *jsonReader) span(res *Resource, scope *Scope) {
	s := r.add()
	s.Resource, s.Scope = res, scope
	r.marked = false
	started := r.spanStart(s)
	if started || !r.lex.Null() && r.lex.Open('{') {
		for first := !started; ; first = false {
			key, ok := r.lex.NextKey(first)
			if !ok {
				break
			}
			r.spanField(s, key)
		}
	}
	r.endSpan(s)
}

// spanStart reads the beginning of a span as far as its fields come in the
// order in which most writers have them. It reports whether there was any.
func (r *jsonReader) spanStart(s *Span) bool {
	lex := r.lex
	if !lex.Try(`{"traceId":"`) {
		return false
	}
	r.idText("traceId", s.TraceID[:], lex.StringRest())
	if lex.Try(`,"spanId":"`) {
		r.idText("spanId", s.SpanID[:], lex.StringRest())
	}
	if lex.Try(`,"parentSpanId":"`) {
		r.idText("parentSpanId", s.ParentID[:], lex.StringRest())
	}
	if lex.Try(`,"flags":`) {
		s.Flags = r.uint32()
	}
	if lex.Try(`,"name":"`) {
		s.Name = r.string(lex.StringRest())
	}
	if lex.Try(`,"kind":`) {
		s.Kind = Kind(r.enum("SPAN_KIND_", kindNames))
	}
	if lex.Try(`,"startTimeUnixNano":`) {
		s.Start = r.time()
	}
	if lex.Try(`,"endTimeUnixNano":`) {
		s.End = r.time()
	}
	if lex.Try(`,"attributes":`) {
		s.Attrs = r.attributes()
	}
	lex.Opened()
	return true
}

// endSpan ends what add began: it keeps the span, or drops it after an error.
func (r *jsonReader) endSpan(s *Span) {
	if err := r.lex.Err(); err != nil {
		var bad *badValueError
		if s.Name != "" && errors.As(err, &bad) && bad.span == "" {
			bad.span = clip(s.Name)
		}
		r.drop()
		return
	}
	s.Attrs = r.fromJaeger(s.Attrs)
	if r.marked {
		r.restore(s)
	}
	r.sift(s)
	if !r.affordable() {
		r.lex.Fail(&LimitError{LimitMemory, r.limit})
	}
}

func (r *jsonReader) spanField(s *Span, key []byte) {
	switch string(key) {
	case "traceId":
		r.id("traceId", s.TraceID[:])
	case "spanId":
		r.id("spanId", s.SpanID[:])
	case "parentSpanId":
		r.id("parentSpanId", s.ParentID[:])
	case "name":
		s.Name = r.text()
	case "kind":
		s.Kind = Kind(r.enum("SPAN_KIND_", kindNames))
	case "startTimeUnixNano":
		s.Start = r.time()
	case "endTimeUnixNano":
		s.End = r.time()
	case "attributes":
		s.Attrs = r.attributes()
	case "events":
		s.Events = r.events()
	case "links":
		s.Links = r.links()
	case "status":
		r.status(s)
	default:
		r.rareSpanField(s, key)
	}
}

func (r *jsonReader) rareSpanField(s *Span, key []byte) {
	switch string(key) {
	case "traceState":
		s.TraceState = r.text()
	case "flags":
		s.Flags = r.uint32()
	case "droppedAttributesCount":
		s.DroppedAttrs = r.uint32()
	case "droppedEventsCount":
		s.DroppedEvents = r.uint32()
	case "droppedLinksCount":
		s.DroppedLinks = r.uint32()
	default:
		r.lex.Skip()
	}
}

func (r *jsonReader) status(s *Span) {
	r.object(func(key []byte) {
		switch string(key) {
		case "code":
			s.Status.Code = StatusCode(r.enum("STATUS_CODE_", codeNames))
		case "message":
			s.Status.Message = r.text()
		default:
			r.lex.Skip()
		}
	})
}

func (r *jsonReader) events() []Event {
	base := len(r.arena.events.items)
	r.array(func() {
		var e Event
		r.object(func(key []byte) {
			switch string(key) {
			case "timeUnixNano":
				e.Time = r.time()
			case "name":
				e.Name = r.text()
			case "attributes":
				e.Attrs = r.fromJaeger(r.attributes())
			case "droppedAttributesCount":
				e.Dropped = r.uint32()
			default:
				r.lex.Skip()
			}
		})
		r.arena.events.add(e)
	})
	out := r.arena.events.cut(&r.arena, base)
	return out
}

func (r *jsonReader) links() []Link {
	base := len(r.arena.links.items)
	r.array(func() {
		var l Link
		r.object(func(key []byte) {
			switch string(key) {
			case "traceId":
				r.id("traceId", l.TraceID[:])
			case "spanId":
				r.id("spanId", l.SpanID[:])
			case "traceState":
				l.TraceState = r.text()
			case "attributes":
				l.Attrs = r.fromJaeger(r.attributes())
			case "droppedAttributesCount":
				l.Dropped = r.uint32()
			case "flags":
				l.Flags = r.uint32()
			default:
				r.lex.Skip()
			}
		})
		r.arena.links.add(l)
	})
	out := r.arena.links.cut(&r.arena, base)
	return out
}
