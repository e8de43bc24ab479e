package trace

import (
	"slices"
	"strings"
	"unique"
	"unsafe"
)

// marks are places in the arena.
type marks struct {
	attrs  mark[Attr]
	events mark[Event]
	links  mark[Link]
}

// sift asks Keep about the last span, which was read whole, and takes it back if
// it is not wanted. What is kept is copied out of the arena, whose pieces are used
// again, or live no longer than the spans around it are being read. Values stay:
// a resource may have some of them.
func (b *builder) sift(s *Span) {
	b.wholeSpans++
	keep := b.options.Keep
	if keep == nil {
		return
	}
	if keep(s) {
		b.kept += detach(s)
	} else {
		b.drop()
		b.sequence = b.sequence[:min(len(b.sequence), b.count)]
	}
	b.attrs.release(b.before.attrs)
	b.events.release(b.before.events)
	b.links.release(b.before.links)
	b.taken = b.kept
}

// detach makes all of a span its own, the names excepted that all spans share,
// and returns how many bytes it takes.
func detach(s *Span) int64 {
	size := spanSize
	s.Name, s.TraceState, s.Status.Message = shared(s.Name), shared(s.TraceState), strings.Clone(s.Status.Message)
	s.Attrs = detachAttrs(s.Attrs, &size)
	s.Events, s.Links = slices.Clone(s.Events), slices.Clone(s.Links)
	for i := range s.Events {
		e := &s.Events[i]
		e.Name, e.Attrs = shared(e.Name), detachAttrs(e.Attrs, &size)
		size += int64(unsafe.Sizeof(*e))
	}
	for i := range s.Links {
		l := &s.Links[i]
		l.TraceState, l.Attrs = shared(l.TraceState), detachAttrs(l.Attrs, &size)
		size += int64(unsafe.Sizeof(*l))
	}
	return size
}

func detachAttrs(attrs []Attr, size *int64) []Attr {
	attrs = slices.Clone(attrs)
	for i := range attrs {
		attrs[i] = Attr{shared(attrs[i].Key), detachValue(attrs[i].Value, size)}
		*size += int64(unsafe.Sizeof(attrs[i]))
	}
	return attrs
}

// shared returns a copy of a text that is likely to come again, the same one for
// all.
func shared(s string) string { return unique.Make(s).Value() }

// detachValue returns a Value that holds the same and shares no memory with it,
// and adds to size what it takes beside the Value itself.
func detachValue(v Value, size *int64) Value {
	switch v.Kind() {
	case ValueString:
		text := v.Str()
		if len(text) <= maxIntern {
			return String(shared(text))
		}
		*size += int64(len(text))
		return String(strings.Clone(text))
	case ValueBytes:
		*size += int64(v.num)
		return bytesValue(strings.Clone(v.Str()))
	case ValueList:
		list := slices.Clone(v.List())
		for i := range list {
			list[i] = detachValue(list[i], size)
			*size += int64(unsafe.Sizeof(list[i]))
		}
		return List(list...)
	case ValueMap:
		return Map(detachAttrs(v.Map(), size)...)
	}
	return v
}
