package trace

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/klauspost/compress/zstd"

	"github.com/chaintrace/chaintrace/trace/internal/window"
)

// ErrTruncated is in the error of a reader whose input ends in the middle of a
// value: the file was cut off, or its writer died or is still at work.
var ErrTruncated = errors.New("the input ends in the middle of a value")

// ReadOptions bound what [Read] takes from input that nobody vouches for. The
// zero value stands for the defaults.
type ReadOptions struct {
	MaxInput  int64 // bytes of the input, unpacked; 0: DefaultMaxInput
	MaxMemory int64 // bytes that the trace may take, about; 0: DefaultMaxMemory
	MaxDepth  int   // how deep lists and maps may be nested; 0: DefaultMaxDepth

	// Keep, when set, is asked about each span once it has been read, and the
	// spans that it says no to are forgotten: then the memory that reading takes
	// depends on what is kept, not on the input. Resource and scope of the span
	// may not have been read yet. Keep may change the span, to keep less of it,
	// and must not hold on to it or to anything in it.
	Keep func(s *Span) bool
}

// The defaults of ReadOptions.
const (
	DefaultMaxInput  = 4 << 30
	DefaultMaxMemory = 8 << 30
	DefaultMaxDepth  = 128
)

func (o ReadOptions) withDefaults() ReadOptions {
	if o.MaxInput == 0 {
		o.MaxInput = DefaultMaxInput
	}
	if o.MaxMemory == 0 {
		o.MaxMemory = DefaultMaxMemory
	}
	if o.MaxDepth == 0 {
		o.MaxDepth = DefaultMaxDepth
	}
	return o
}

// The limits of ReadOptions, as a LimitError names them.
const (
	LimitInput  = "input"
	LimitMemory = "memory"
	LimitDepth  = "depth"
)

// LimitError says that the input goes beyond a limit of ReadOptions.
type LimitError struct {
	What  string // LimitInput, LimitMemory or LimitDepth
	Limit int64  // bytes, or levels of nesting
}

// Error implements error.
func (e *LimitError) Error() string {
	switch e.What {
	case LimitInput:
		return fmt.Sprintf("the input is longer than the limit of %d bytes", e.Limit)
	case LimitMemory:
		return fmt.Sprintf("the trace takes more memory than the limit of %d bytes", e.Limit)
	}
	return fmt.Sprintf("values are nested deeper than the limit of %d levels", e.Limit)
}

// Read reads spans in any of the formats that traces are kept in, which it
// finds by the content:
//
//   - OTLP JSON: one TracesData object or many one after the other, on a line
//     each, as the collector's file exporter writes them, or spread over lines.
//     It is as lenient as what people have asks for: IDs in hex or base64,
//     64-bit integers as strings or numbers, enumerations as numbers or names,
//     the names batches and instrumentationLibrarySpans of older writers,
//     unknown fields;
//   - the documents of Jaeger's api/v3 and of Tempo, which wrap OTLP JSON;
//   - Jaeger's own JSON, of its query API and of its pages' downloads;
//   - OTLP protobuf: a TracesData message, or messages with their lengths in
//     front, as the collector's file exporter writes them.
//
// Any of them may be packed by gzip or zstd. Spans come in the order of the
// input, or in that of [Portable] if they went through it, which is undone.
// Spans that were written when they began and again when they ended are there
// once, as [Trace.Supersede] has it. Equal resources and scopes are shared. A time before 1970 is
// read as 0, and [Trace.Anomalies] tells of it.
//
// With an error Read still returns the spans before the place the error names.
// For an input that was merely cut off, errors.Is(err, ErrTruncated) holds, and
// those spans are what there is. For one that goes beyond the options, the
// error is a [LimitError].
func Read(r io.Reader, o ReadOptions) (*Trace, error) {
	o = o.withDefaults()
	b := newBuilder(o)
	err := b.read(r)
	t := b.trace()
	t.Supersede()
	if err != nil {
		return t, fmt.Errorf("reading the trace: %w", err)
	}
	return t, nil
}

func (b *builder) read(r io.Reader) error {
	in, packed, err := unpack(r, b.options)
	if err != nil {
		return b.limitError(err)
	}
	if !packed {
		b.size = sizeOf(r)
	}
	head, err := in.Peek(peekFormat)
	if err != nil && !errors.Is(err, io.EOF) {
		return b.limitError(err)
	}
	switch {
	case len(head) < peekFormat && len(bytes.TrimSpace(head)) == 0:
		return errors.New("the input is empty: expected a trace as OTLP JSON, OTLP protobuf or Jaeger JSON")
	case looksLikeJSON(head):
		return newJSONReader(b, in).documents()
	case looksLikeProto(head):
		return newProtoReader(b, in).messages()
	}
	return fmt.Errorf("the input begins with %.20q: expected a trace as OTLP JSON, OTLP protobuf or Jaeger JSON", head)
}

// limitError turns the errors of the parts that know of no options into LimitErrors.
func (b *builder) limitError(err error) error {
	var known *LimitError
	switch {
	case errors.As(err, &known):
		return err
	case errors.Is(err, window.ErrTooLong), errors.Is(err, zstd.ErrWindowSizeExceeded):
		return &LimitError{LimitMemory, b.options.MaxMemory}
	}
	return err
}

// sizeOf returns how many bytes r has left, or 0 where it does not tell.
func sizeOf(r io.Reader) int64 {
	switch r := r.(type) {
	case interface{ Len() int }: // of package bytes, or strings
		return int64(r.Len())
	case *os.File:
		if info, err := r.Stat(); err == nil && info.Mode().IsRegular() {
			return info.Size()
		}
	}
	return 0
}
