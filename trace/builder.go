package trace

import (
	"math"
	"slices"
	"unsafe"
)

const spanSize = int64(unsafe.Sizeof(Span{}))

// builder gathers the spans that a reader finds.
type builder struct {
	arena
	options ReadOptions

	full       [][]Span // pieces that are full; spans are moved as little as can be
	spans      []Span   // the piece in use
	count      int      // of spans in all
	wholeSpans int      // spans that could be read, kept or not
	kept       int64    // bytes that spans and what they share take that Keep wanted
	before     marks    // where the arena was before the last span; for Keep

	size   int64        // bytes of the input, 0 when unknown
	offset func() int64 // how many bytes of it are consumed

	resources map[string]*Resource // by encoded content
	scopes    map[string]*Scope    // by encoded content
	sequence  []int64              // see Portable; nil until a span has one
}

const (
	firstSpans = 64
	mostSpans  = 512
	shortSpan  = 64 // bytes; a span with two IDs, a name and times takes more in any format
)

func newBuilder(o ReadOptions) *builder {
	return &builder{
		arena: newArena(o.MaxMemory), options: o,
		resources: make(map[string]*Resource), scopes: make(map[string]*Scope),
	}
}

// add returns a new span at the end, to be filled in. It is valid until the
// next call.
func (b *builder) add() *Span {
	if len(b.spans) == cap(b.spans) {
		b.grow()
	}
	b.spans = b.spans[:len(b.spans)+1]
	b.count++
	if b.options.Keep != nil {
		b.before = marks{b.attrs.mark(), b.events.mark(), b.links.mark()}
	}
	return &b.spans[len(b.spans)-1]
}

// grow makes room for more spans: behind the first ones for all there will be,
// if their number can be told from those, else piece by piece.
func (b *builder) grow() {
	n := min(max(2*cap(b.spans), firstSpans), mostSpans)
	if b.count == firstSpans {
		if all := b.expected(); all > n {
			b.take(int64(all-firstSpans) * spanSize)
			b.spans = append(make([]Span, 0, all), b.spans...)
			return
		}
	}
	if b.spans != nil {
		b.full = append(b.full, b.spans)
	}
	b.take(int64(n) * spanSize)
	b.spans = make([]Span, 0, n)
}

// expected returns how many spans there will be if all are as long as those
// read so far, and some for good measure; 0 when that cannot be told.
func (b *builder) expected() int {
	if b.size == 0 || b.options.Keep != nil {
		return 0
	}
	// The first spans may be far shorter than the rest.
	spans := min(float64(b.size)/float64(b.offset())*float64(b.count)*1.02, float64(b.size)/shortSpan)
	if spans*float64(spanSize) > float64(b.limit-b.taken) {
		return 0
	}
	return int(spans) + firstSpans
}

// drop takes the last span back, which could not be read.
func (b *builder) drop() {
	b.spans[len(b.spans)-1] = Span{}
	b.spans = b.spans[:len(b.spans)-1]
	b.count--
}

// from calls f for each span from number first on, in no order.
func (b *builder) from(first int, f func(s *Span)) {
	left, piece := b.count-first, b.spans
	for i := len(b.full) - 1; left > 0; i-- {
		n := min(left, len(piece))
		for j := len(piece) - n; j < len(piece); j++ {
			f(&piece[j])
		}
		if left -= n; left > 0 {
			piece = b.full[i]
		}
	}
}

// shareResource gives the spans from number first on, which have res, the
// first resource that holds the same.
func (b *builder) shareResource(first int, res *Resource) {
	if known := share(b, b.resources, res, encodeResource); known != res {
		b.from(first, func(s *Span) {
			if s.Resource == res {
				s.Resource = known
			}
		})
	}
}

// shareScope is shareResource for scopes.
func (b *builder) shareScope(first int, scope *Scope) {
	if known := share(b, b.scopes, scope, encodeScope); known != scope {
		b.from(first, func(s *Span) {
			if s.Scope == scope {
				s.Scope = known
			}
		})
	}
}

// share returns the first value met whose encoded content is v's.
func share[T any](b *builder, known map[string]*T, v *T, encode func(*T) (head, tail string)) *T {
	head, tail := encode(v)
	key := head + "\x00" + tail
	if first, ok := known[key]; ok {
		return first
	}
	known[key] = v
	size := int64(len(key)) + sharedSize
	b.take(size)
	b.kept += size
	return v
}

// sharedSize is about what a resource or scope takes beside its encoded form.
const sharedSize = 200

// affordable reports whether the limit allows what was taken, and the copy that
// spans in pieces end in.
func (b *builder) affordable() bool {
	memory := b.memory()
	if b.full != nil {
		memory += int64(b.count) * spanSize
	}
	return memory <= b.limit
}

// trace returns what was gathered. The builder must not be used any more.
func (b *builder) trace() *Trace {
	t := &Trace{Spans: b.spans}
	if b.full != nil || cap(b.spans) > 2*len(b.spans) {
		t.Spans = make([]Span, 0, b.count)
		for _, piece := range slices.Concat(b.full, [][]Span{b.spans}) {
			t.Spans = append(t.Spans, piece...)
		}
	}
	b.full, b.spans = nil, nil
	if b.sequence != nil {
		inSequence(t.Spans, b.sequence)
	}
	return t
}

// unixNano returns an OTLP time, which is unsigned. One beyond what a sign
// leaves room for was before 1970 and counts as 0.
func unixNano(n uint64) int64 {
	if n > math.MaxInt64 {
		return 0
	}
	return int64(n)
}
