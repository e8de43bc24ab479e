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
	attrs  pile[Attr]
	values pile[Value]
	events pile[Event]
	links  pile[Link]

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

// memory returns how many bytes were taken and are piled up.
func (a *arena) memory() int64 {
	return a.taken + a.attrs.size() + a.values.size() + a.events.size() + a.links.size()
}

// often is how many items may pile up until affordable is to be asked again.
const often = 1024

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

// pile gathers items whose number is not known beforehand, until they are cut
// off as a slice of their own. Items of something nested lie on top of those of
// what it is in.
type pile[T any] struct {
	items  []T
	free   []T // rest of the piece that slices are cut from
	pieces int // how many there were
}

func (p *pile[T]) add(item T) { p.items = append(p.items, item) }

// size returns how many bytes the pile takes.
func (p *pile[T]) size() int64 {
	var item T
	return int64(cap(p.items)) * int64(unsafe.Sizeof(item))
}

// cut takes the items from number base on off the pile and returns a copy of
// them, or nil if there are none.
func (p *pile[T]) cut(a *arena, base int) []T {
	items := p.items[base:]
	p.items = p.items[:base]
	n := len(items)
	if n == 0 {
		return nil
	}
	var item T
	size := int(unsafe.Sizeof(item))
	if n > len(p.free) {
		piece := max(slabBytes/size, 1)
		if n > piece/8 {
			a.take(int64(n * size))
			return append(make([]T, 0, n), items...)
		}
		a.take(int64(piece * size))
		p.free = make([]T, piece)
		p.pieces++
	}
	out := p.free[:n:n]
	p.free = p.free[n:]
	copy(out, items)
	return out
}

// mark is a place in a pile's pieces.
type mark[T any] struct {
	free   []T
	pieces int
}

func (p *pile[T]) mark() mark[T] { return mark[T]{p.free, p.pieces} }

// release makes room again of what was cut off since the mark and is no longer in
// use, as far as it lies in the same piece.
func (p *pile[T]) release(m mark[T]) {
	if p.pieces == m.pieces {
		p.free = m.free
	}
}
