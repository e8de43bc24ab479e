package trace

import (
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// span reads a Span message, which is kept only if it is whole and right.
func (r *protoReader) span(n int64, res *Resource, scope *Scope) error {
	b, err := r.message(n)
	if err != nil {
		return err
	}
	s := r.add()
	s.Resource, s.Scope = res, scope
	r.marked = false
	if err := r.spanFields(s, b); err != nil {
		name := clip(s.Name)
		r.drop()
		return fmt.Errorf("span %q: %w", name, err)
	}
	s.Attrs = r.arena.attrs.cut(&r.arena, 0)
	s.Events = r.arena.events.cut(&r.arena, 0)
	s.Links = r.arena.links.cut(&r.arena, 0)
	if r.marked {
		r.restore(s)
	}
	r.sift(s)
	r.in.Pos += len(b)
	return r.checkMemory()
}

// checkMemory fails when too much was taken.
func (r *protoReader) checkMemory() error {
	if !r.affordable() {
		return &LimitError{LimitMemory, r.limit}
	}
	return nil
}

func (r *protoReader) spanFields(s *Span, b []byte) error {
	for i := 0; len(b) > 0; i++ {
		f, size := next(b)
		if size < 0 {
			return malformed("its fields", size)
		}
		b = b[size:]
		if err := r.spanField(s, f); err != nil {
			return err
		}
		if i%often == often-1 {
			if err := r.checkMemory(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *protoReader) spanField(s *Span, f field) error {
	switch f.num {
	case 1:
		return protoID("trace_id", s.TraceID[:], f.b)
	case 2:
		return protoID("span_id", s.SpanID[:], f.b)
	case 4:
		return protoID("parent_span_id", s.ParentID[:], f.b)
	case 5:
		s.Name = r.text(f)
	case 6:
		s.Kind = Kind(known(f.n, len(kindNames)))
	case 7:
		s.Start = unixNano(f.n)
	case 8:
		s.End = unixNano(f.n)
	case 9:
		return r.attribute(f)
	case 11:
		return r.event(f.b)
	case 13:
		return r.link(f.b)
	case 15:
		return r.status(s, f.b)
	default:
		r.rareSpanField(s, f)
	}
	return nil
}

func (r *protoReader) rareSpanField(s *Span, f field) {
	switch f.num {
	case 3:
		s.TraceState = r.text(f)
	case 10:
		s.DroppedAttrs = uint32(f.n)
	case 12:
		s.DroppedEvents = uint32(f.n)
	case 14:
		s.DroppedLinks = uint32(f.n)
	case 16:
		s.Flags = uint32(f.n)
	}
}

// known returns an enumeration's number, or 0 for one that OTLP does not have.
func known(n uint64, count int) int {
	if n >= uint64(count) {
		return 0
	}
	return int(n)
}

func protoID(name string, id, b []byte) error {
	if len(b) != len(id) && len(b) != 0 {
		return fmt.Errorf("%s has %d bytes, not %d", name, len(b), len(id))
	}
	copy(id, b)
	return nil
}

func (r *protoReader) status(s *Span, b []byte) error {
	return eachField(b, "status", func(f field) error {
		switch f.num {
		case 2:
			s.Status.Message = r.text(f)
		case 3:
			s.Status.Code = StatusCode(known(f.n, len(codeNames)))
		}
		return nil
	})
}

func (r *protoReader) event(b []byte) error {
	var e Event
	base := len(r.arena.attrs.items)
	err := eachField(b, "event", func(f field) error {
		switch f.num {
		case 1:
			e.Time = unixNano(f.n)
		case 2:
			e.Name = r.text(f)
		case 3:
			if err := r.attribute(f); err != nil {
				return fmt.Errorf("event %q: %w", clip(e.Name), err)
			}
		case 4:
			e.Dropped = uint32(f.n)
		}
		return nil
	})
	e.Attrs = r.arena.attrs.cut(&r.arena, base)
	r.arena.events.add(e)
	return err
}

func (r *protoReader) link(b []byte) error {
	var l Link
	base := len(r.arena.attrs.items)
	err := eachField(b, "its fields", func(f field) error {
		switch f.num {
		case 1:
			return protoID("trace_id", l.TraceID[:], f.b)
		case 2:
			return protoID("span_id", l.SpanID[:], f.b)
		case 3:
			l.TraceState = r.text(f)
		case 4:
			return r.attribute(f)
		case 5:
			l.Dropped = uint32(f.n)
		case 6:
			l.Flags = uint32(f.n)
		}
		return nil
	})
	if err != nil {
		err = fmt.Errorf("link %d: %w", len(r.arena.links.items), err)
	}
	l.Attrs = r.arena.attrs.cut(&r.arena, base)
	r.arena.links.add(l)
	return err
}

// attribute gathers a KeyValue.
func (r *protoReader) attribute(f field) error {
	var a Attr
	b := f.b
	for len(b) > 0 {
		f, size := next(b)
		if size < 0 {
			return malformed("attribute", size)
		}
		b = b[size:]
		switch f.num {
		case 1:
			a.Key = r.key(f)
		case 2:
			v, err := r.value(f.b)
			if err != nil {
				return fmt.Errorf("attribute %q: %w", clip(a.Key), err)
			}
			a.Value = v
		}
	}
	r.marked = r.marked || isMark(a.Key)
	r.arena.attrs.add(a)
	return nil
}

// key returns an attribute's key. Spans on end mostly have the same keys in the
// same order, so the one that stood here the last time is tried first.
func (r *protoReader) key(f field) string {
	at := len(r.arena.attrs.items)
	for len(r.keys) <= at {
		r.keys = append(r.keys, "")
	}
	if r.keys[at] != string(f.b) {
		r.keys[at] = r.text(f)
	}
	return r.keys[at]
}

// value reads an AnyValue.
func (r *protoReader) value(b []byte) (v Value, err error) {
	for len(b) > 0 {
		f, size := next(b)
		if size < 0 {
			return v, malformed("value", size)
		}
		b = b[size:]
		switch f.num {
		case 1:
			v = String(r.text(f))
		case 2:
			v = Bool(f.n != 0)
		case 3:
			v = Int(int64(f.n))
		case 4:
			v = Float(math.Float64frombits(f.n))
		case 5:
			v, err = r.list(f.b)
		case 6:
			v, err = r.kvlist(f.b)
		case 7:
			v = bytesValue(r.copy(f.b))
		}
		if err != nil {
			return v, err
		}
	}
	return v, nil
}

func (r *protoReader) list(b []byte) (Value, error) {
	base := len(r.arena.values.items)
	err := r.nested(b, func(f field) error {
		v, err := r.value(f.b)
		r.arena.values.add(v)
		return err
	})
	out := r.arena.values.cut(&r.arena, base)
	return List(out...), err
}

func (r *protoReader) kvlist(b []byte) (Value, error) {
	base := len(r.arena.attrs.items)
	err := r.nested(b, r.attribute)
	return Map(r.arena.attrs.cut(&r.arena, base)...), err
}

// nested calls each for the elements of a list or map, which may be nested.
func (r *protoReader) nested(b []byte, each func(f field) error) error {
	if r.depth >= r.options.MaxDepth {
		return &LimitError{LimitDepth, int64(r.options.MaxDepth)}
	}
	r.depth++
	defer func() { r.depth-- }()
	for i := 0; len(b) > 0; i++ {
		f, size := next(b)
		if size < 0 {
			return malformed("value", size)
		}
		b = b[size:]
		if f.num != 1 || f.typ != protowire.BytesType {
			continue
		}
		if err := each(f); err != nil {
			return err
		}
		if i%often == often-1 {
			if err := r.checkMemory(); err != nil {
				return err
			}
		}
	}
	return nil
}
