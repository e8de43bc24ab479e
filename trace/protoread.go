package trace

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/chaintrace/chaintrace/trace/internal/window"
)

// protoReader reads spans from TracesData messages. Messages that hold spans
// are walked; everything else is taken apart where it lies in the window.
type protoReader struct {
	*builder
	in window.Window

	keys   []string // the last key by place on the pile of attributes
	marked bool     // an attribute of the current span may be a mark of Portable
	depth  int      // of lists and maps in the attribute
}

func newProtoReader(b *builder, in io.Reader) *protoReader {
	longest := int(min(max(b.options.MaxMemory/4, 1<<20), b.options.MaxInput+1))
	r := &protoReader{builder: b, in: window.New(in, longest)}
	b.offset = r.in.Offset
	return r
}

// messages reads to the end of the input.
func (r *protoReader) messages() error {
	err := r.walk(math.MaxInt64, "TracesData", func(num protowire.Number, length int64) error {
		if num == 1 {
			return r.resourceSpans(length)
		}
		return r.skip(length)
	})
	if err == nil {
		return nil
	}
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, ErrTruncated):
		return fmt.Errorf("byte %d: %w after %d whole spans: use those, or record the trace again",
			r.in.Offset(), ErrTruncated, r.wholeSpans)
	}
	return fmt.Errorf("byte %d: %w", r.in.Offset(), r.limitError(err))
}

// walk goes through the fields of a message of this length, or of the whole
// input. For each that has a length field is called, which must consume it;
// others are passed over.
func (r *protoReader) walk(length int64, what string, field func(num protowire.Number, length int64) error) error {
	end := int64(math.MaxInt64)
	if length != math.MaxInt64 {
		end = r.in.Offset() + length
	}
	for r.in.Offset() < end {
		if length == math.MaxInt64 && r.in.Ended() {
			return r.in.Err
		}
		num, typ, err := r.tag(what)
		if err != nil {
			return err
		}
		if typ != protowire.BytesType {
			if err := r.skipScalar(num, typ, what); err != nil {
				return err
			}
			continue
		}
		n, err := r.varint(what)
		if err != nil {
			return err
		}
		if n > math.MaxInt64 || int64(n) > end-r.in.Offset() {
			return fmt.Errorf("%s: field %d is longer than the message that it is in", what, num)
		}
		if err := field(num, int64(n)); err != nil {
			return err
		}
	}
	if r.in.Offset() > end {
		return fmt.Errorf("%s: its last field is longer than the message", what)
	}
	return nil
}

// varint consumes a number.
func (r *protoReader) varint(what string) (uint64, error) {
	for {
		n, size := protowire.ConsumeVarint(r.in.Buf[r.in.Pos:])
		switch {
		case size >= 0:
			r.in.Pos += size
			return n, nil
		case !errors.Is(protowire.ParseError(size), io.ErrUnexpectedEOF):
			return 0, fmt.Errorf("%s: invalid number: %w", what, protowire.ParseError(size))
		case !r.in.Fill(r.in.Pos):
			return 0, r.ended()
		}
	}
}

// ended says why there is no more input where there should be.
func (r *protoReader) ended() error {
	if r.in.Err != nil {
		return r.in.Err
	}
	return io.ErrUnexpectedEOF
}

func (r *protoReader) tag(what string) (protowire.Number, protowire.Type, error) {
	v, err := r.varint(what)
	if err != nil {
		return 0, 0, err
	}
	num, typ := protowire.DecodeTag(v)
	if num < protowire.MinValidNumber {
		return 0, 0, fmt.Errorf("%s: invalid field tag %#x", what, v)
	}
	return num, typ, nil
}

// skipScalar passes over a field that has no length.
func (r *protoReader) skipScalar(num protowire.Number, typ protowire.Type, what string) error {
	switch typ {
	case protowire.VarintType:
		_, err := r.varint(what)
		return err
	case protowire.Fixed32Type:
		return r.skip(4)
	case protowire.Fixed64Type:
		return r.skip(8)
	}
	return fmt.Errorf("%s: field %d has the type %d, which no trace has", what, num, typ)
}

// skip passes over n bytes.
func (r *protoReader) skip(n int64) error {
	for {
		have := int64(len(r.in.Buf) - r.in.Pos)
		if n <= have {
			r.in.Pos += int(n)
			return nil
		}
		n -= have
		r.in.Pos = len(r.in.Buf)
		if !r.in.Fill(r.in.Pos) {
			return r.ended()
		}
	}
}

// message returns the n bytes that come next, which stay where they are until
// the next call.
func (r *protoReader) message(n int64) ([]byte, error) {
	if n > math.MaxInt32 || !r.in.Ahead(int(n)) {
		if n > math.MaxInt32 {
			return nil, window.ErrTooLong
		}
		return nil, r.ended()
	}
	return r.in.Buf[r.in.Pos : r.in.Pos+int(n)], nil
}

func (r *protoReader) resourceSpans(length int64) error {
	first, res := r.count, new(Resource)
	err := r.walk(length, "ResourceSpans", func(num protowire.Number, n int64) error {
		switch num {
		case 1:
			return r.whole(n, "Resource", func(f field) error {
				switch f.num {
				case 1:
					return r.attribute(f)
				case 2:
					res.Dropped = uint32(f.n)
				}
				return nil
			}, func() { res.Attrs = append(res.Attrs, r.arena.attrs.cut(&r.arena, 0)...) })
		case 2:
			return r.scopeSpans(n, res)
		case 3:
			return r.schemaURL(n, &res.SchemaURL)
		}
		return r.skip(n)
	})
	r.shareResource(first, res)
	return err
}

func (r *protoReader) scopeSpans(length int64, res *Resource) error {
	first, scope := r.count, new(Scope)
	err := r.walk(length, "ScopeSpans", func(num protowire.Number, n int64) error {
		switch num {
		case 1:
			return r.whole(n, "InstrumentationScope", func(f field) error {
				switch f.num {
				case 1:
					scope.Name = r.text(f)
				case 2:
					scope.Version = r.text(f)
				case 3:
					return r.attribute(f)
				case 4:
					scope.Dropped = uint32(f.n)
				}
				return nil
			}, func() { scope.Attrs = append(scope.Attrs, r.arena.attrs.cut(&r.arena, 0)...) })
		case 2:
			return r.span(n, res, scope)
		case 3:
			return r.schemaURL(n, &scope.SchemaURL)
		}
		return r.skip(n)
	})
	r.shareScope(first, scope)
	return err
}

func (r *protoReader) schemaURL(n int64, out *string) error {
	b, err := r.message(n)
	if err == nil {
		*out = r.text(field{b: b})
		r.in.Pos += len(b)
	}
	return err
}

// whole reads a message that is taken apart in one piece, calls each for its
// fields and then done.
func (r *protoReader) whole(n int64, what string, each func(f field) error, done func()) error {
	b, err := r.message(n)
	if err != nil {
		return err
	}
	err = eachField(b, what, func(f field) error {
		if err := each(f); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	done()
	r.in.Pos += int(n)
	return nil
}

// eachField calls each for the fields of a message that is taken apart in one
// piece. What a trace has most of, spans and attributes, goes without it.
func eachField(b []byte, what string, each func(f field) error) error {
	for len(b) > 0 {
		f, size := next(b)
		if size < 0 {
			return malformed(what, size)
		}
		b = b[size:]
		if err := each(f); err != nil {
			return err
		}
	}
	return nil
}

// field is one field of a message.
type field struct {
	num protowire.Number
	typ protowire.Type
	n   uint64 // the number of a varint or of fixed bits
	b   []byte // what has a length
}

// next takes the first field off b and returns its size there, or a negative
// error code of protowire.
func next(b []byte) (f field, size int) {
	var m int
	// Nearly all tags and lengths take one byte.
	if len(b) > 1 && b[0] < 0x80 {
		f.num, f.typ = protowire.Number(b[0]>>3), protowire.Type(b[0]&7)
		size = 1
	} else if f.num, f.typ, size = protowire.ConsumeTag(b); size < 0 {
		return f, size
	}
	if f.num == 0 {
		return f, badField
	}
	rest := b[size:]
	switch f.typ {
	case protowire.BytesType:
		if len(rest) > 0 && rest[0] < 0x80 {
			if m = 1 + int(rest[0]); m > len(rest) {
				return f, cutField
			}
			f.b = rest[1:m]
			return f, size + m
		}
		f.b, m = protowire.ConsumeBytes(rest)
	case protowire.VarintType:
		f.n, m = protowire.ConsumeVarint(rest)
	case protowire.Fixed64Type:
		if m = 8; len(rest) < 8 {
			return f, cutField
		}
		f.n = binary.LittleEndian.Uint64(rest)
	case protowire.Fixed32Type:
		var n uint32
		n, m = protowire.ConsumeFixed32(rest)
		f.n = uint64(n)
	default:
		return f, badField
	}
	if m < 0 {
		return f, m
	}
	return f, size + m
}

// Error codes of next, of the same kind as protowire's.
const (
	cutField = -1
	badField = -2
)

// malformed says that a message, which is all there, cannot be taken apart.
func malformed(what string, code int) error {
	if code == cutField {
		return fmt.Errorf("%s: a field is longer than the message that it is in", what)
	}
	return fmt.Errorf("%s: an invalid field", what)
}

// text returns a string field as valid UTF-8.
func (r *protoReader) text(f field) string { return r.utf8String(f.b) }
