package export

import (
	"iter"

	"github.com/chaintrace/chaintrace/trace"
)

// Limits of a batch. A gRPC server takes messages of up to 4 MiB unless it is
// told otherwise; sizes are estimates, so half of that is aimed at.
const (
	maxSpans = 512
	maxBytes = 2 << 20
)

// batches cuts spans into parts to be sent one by one. A span that is too big
// by itself is a part of its own.
func batches(spans []trace.Span) iter.Seq[[]trace.Span] {
	return func(yield func([]trace.Span) bool) {
		s := newSizer()
		begin, bytes := 0, 0
		for i := range spans {
			size := s.span(&spans[i])
			if i > begin && (i-begin == maxSpans || bytes+size > maxBytes) {
				if !yield(spans[begin:i]) {
					return
				}
				// What spans share is sent again.
				s = newSizer()
				begin, bytes, size = i, 0, s.span(&spans[i])
			}
			bytes += size
		}
		if begin < len(spans) {
			yield(spans[begin:])
		}
	}
}

// sizer estimates how many bytes spans take as protobuf, rather too many.
type sizer struct {
	resources map[*trace.Resource]bool
	scopes    map[*trace.Scope]bool
}

func newSizer() sizer {
	return sizer{resources: map[*trace.Resource]bool{}, scopes: map[*trace.Scope]bool{}}
}

const (
	fieldSize = 6  // a tag and a length
	fixedSize = 96 // the IDs, times, counts and flags of a span
	eventSize = 24
	linkSize  = 48
)

func (z sizer) span(s *trace.Span) int {
	n := fixedSize + len(s.Name) + len(s.TraceState) + len(s.Status.Message) + attrsSize(s.Attrs)
	for i := range s.Events {
		n += eventSize + len(s.Events[i].Name) + attrsSize(s.Events[i].Attrs)
	}
	for i := range s.Links {
		n += linkSize + attrsSize(s.Links[i].Attrs)
	}
	if r := s.Resource; r != nil && !z.resources[r] {
		z.resources[r] = true
		n += fixedSize + len(r.SchemaURL) + attrsSize(r.Attrs)
	}
	if sc := s.Scope; sc != nil && !z.scopes[sc] {
		z.scopes[sc] = true
		n += fixedSize + len(sc.Name) + len(sc.Version) + len(sc.SchemaURL) + attrsSize(sc.Attrs)
	}
	return n
}

func attrsSize(attrs []trace.Attr) int {
	n := 0
	for i := range attrs {
		n += 2*fieldSize + len(attrs[i].Key) + valueSize(attrs[i].Value)
	}
	return n
}

func valueSize(v trace.Value) int {
	n := 2 * fieldSize
	switch v.Kind() {
	case trace.ValueList:
		for _, e := range v.List() {
			n += valueSize(e)
		}
	case trace.ValueMap:
		n += attrsSize(v.Map())
	default:
		n += len(v.Str())
	}
	return n
}
