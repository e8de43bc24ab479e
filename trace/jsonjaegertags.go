package trace

import (
	"strconv"
	"strings"

	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/internal/jsonlex"
)

func (r *jsonReader) jaegerTags() []Attr {
	base := len(r.arena.attrs.items)
	r.array(func() {
		a := r.jaegerTag()
		r.marked = r.marked || isMark(a.Key)
		r.arena.attrs.add(a)
	})
	out := r.arena.attrs.cut(&r.arena, base)
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
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && text != "-0" {
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
	base := len(r.arena.events.items)
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
		r.arena.events.add(e)
	})
	out := r.arena.events.cut(&r.arena, base)
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
	s.Scope = share(r.builder, r.scopes, &scope, encodeScope)
}

func jaegerKind(name string) Kind {
	for i, known := range kindNames {
		if strings.EqualFold(known, name) {
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

// fromJaeger undoes what Jaeger does to attributes: it adds some, and arrays
// become their JSON text.
func (r *jsonReader) fromJaeger(attrs []Attr) []Attr {
	if !r.jaeger {
		return attrs
	}
	out := attrs[:0]
	for _, a := range attrs {
		if a.Key == "internal.span.format" || a.Key == "opentracing.ref_type" {
			continue
		}
		if attr.IsList(a.Key) && a.Value.Kind() == ValueString {
			if list, ok := parseList(a.Value.Str()); ok {
				a.Value = list
			}
		}
		out = append(out, a)
	}
	return out
}

// parseList reads a JSON array of strings.
func parseList(text string) (Value, bool) {
	lex := jsonlex.New(strings.NewReader(text), 1, len(text)+1)
	if !lex.Open('[') {
		return Value{}, false
	}
	var values []Value
	for first := true; lex.NextElement(first); first = false {
		values = append(values, String(string(lex.String())))
	}
	return List(values...), lex.Err() == nil && lex.Peek() == 0
}
