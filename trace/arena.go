package trace

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
	"unsafe"
)

// arena hands out the parts of a trace that is being read, cut from large
// pieces: a span of a chain has some twenty parts, and allocating each would
// take longer than reading it. What it hands out lives as long as any part of
// the same piece does. It counts what it takes against a budget.
type arena struct {
	limit  int64 // bytes
	taken  int64 // bytes
	text   []byte
	attrs  slab[Attr]
	values slab[Value]
	events slab[Event]
	links  slab[Link]

	interned [1 << internBits]string
}

const (
	textPiece  = 32 << 10
	slabBytes  = 32 << 10
	maxIntern  = 64 // bytes; longer strings hardly ever repeat
	internBits = 10
)

func newArena(limit int64) arena { return arena{limit: limit} }

// take counts n bytes more.
func (a *arena) take(n int64) { a.taken += n }

// affordable reports whether the budget allows what was taken.
func (a *arena) affordable() bool { return a.taken <= a.limit }

// string returns b as a string. Short strings that were met lately are shared:
// keys, names of spans and of servers repeat all the time.
func (a *arena) string(b []byte) string {
	switch {
	case len(b) == 0:
		return ""
	case len(b) > maxIntern:
		return a.copy(b)
	}
	slot := &a.interned[slotOf(b)]
	if *slot != string(b) {
		*slot = a.copy(b)
	}
	return *slot
}

// utf8String is string for bytes that may be invalid UTF-8, which is replaced by
// U+FFFD.
func (a *arena) utf8String(b []byte) string {
	if len(b) > 0 && len(b) <= maxIntern {
		if known := a.interned[slotOf(b)]; known == string(b) {
			return known // it was looked at before
		}
	}
	if !utf8.Valid(b) {
		b = bytes.ToValidUTF8(b, []byte("\uFFFD"))
	}
	return a.string(b)
}

// slotOf returns the place of a string that is not empty among those interned.
// It looks at both ends only: names that differ elsewhere alone are rare, and
// then one of them is copied.
func slotOf(b []byte) uint64 {
	n := len(b)
	var head, tail uint64
	switch {
	case n >= 8:
		head, tail = binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[n-8:])
	case n >= 4:
		head, tail = uint64(binary.LittleEndian.Uint32(b)), uint64(binary.LittleEndian.Uint32(b[n-4:]))
	default:
		head, tail = uint64(b[0]), uint64(b[n/2])<<8|uint64(b[n-1])
	}
	const mix = 0x9e3779b97f4a7c15 // the golden ratio, as hashing by multiplication wants
	return ((head ^ bits.RotateLeft64(tail, 29) ^ uint64(n)) * mix) >> (64 - internBits)
}

// copy returns b as a string that is shared with none.
func (a *arena) copy(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	if len(b) > textPiece/8 {
		a.take(int64(len(b)))
		return string(b)
	}
	if len(b) > cap(a.text)-len(a.text) {
		a.take(textPiece)
		a.text = make([]byte, 0, textPiece)
	}
	start := len(a.text)
	a.text = append(a.text, b...)
	// Nothing writes to these bytes again.
	return unsafe.String(&a.text[start], len(b))
}

// slab cuts slices from a piece of memory.
type slab[T any] struct{ free []T }

// clone returns a copy of items, or nil if there are none.
func (s *slab[T]) clone(a *arena, items []T) []T {
	n := len(items)
	if n == 0 {
		return nil
	}
	var item T
	size := int(unsafe.Sizeof(item))
	if n > len(s.free) {
		piece := max(slabBytes/size, 1)
		if n > piece/8 {
			a.take(int64(n * size))
			out := make([]T, n)
			copy(out, items)
			return out
		}
		a.take(int64(piece * size))
		s.free = make([]T, piece)
	}
	out := s.free[:n:n]
	s.free = s.free[n:]
	copy(out, items)
	return out
}
