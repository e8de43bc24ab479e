package follow

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/chaintrace/chaintrace/trace"
)

// MaxRecord is how long a record, which is a line, may be. The bytes of a longer
// one are not kept.
const MaxRecord = 16 << 20

// chunk is how much is read at once.
const chunk = 256 << 10

// lines bounds what is read at once: what looks packed could be more than it is long.
var lines = trace.ReadOptions{MaxInput: MaxRecord + chunk, MaxMemory: 1 << 30}

// ErrShortened says that the file became shorter, which no recorder does: what
// was in it may be lost.
var ErrShortened = errors.New("something else has shortened the file while it was written; what was in it may be missing")

// RecordError says that a line of the file is no record. It is left out.
type RecordError struct {
	Line int // the first is 1
	Err  error
}

// Error implements error.
func (e *RecordError) Error() string {
	return fmt.Sprintf("line %d is no record of a trace and is left out: %v", e.Line, e.Err)
}

// Unwrap returns why it is none.
func (e *RecordError) Unwrap() error { return e.Err }

// File is a file of OTLP JSON lines that grows. It is not safe for concurrent
// use.
type File struct {
	file    *os.File
	read    int64  // bytes
	lines   int    // whole ones
	rest    []byte // the begin of a line whose end is not there yet
	skip    bool   // that line is too long
	skipped int    // lines left out
}

// Open opens a file that is to be followed from its beginning. It must be there
// already. The caller closes the File.
func Open(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("following the trace: %w", err)
	}
	return &File{file: f}, nil
}

// Close closes the file.
func (f *File) Close() error { return f.file.Close() }

// Skipped returns how many lines were left out, as they were no records.
func (f *File) Skipped() int { return f.skipped }

// Lines returns how many whole lines were read.
func (f *File) Lines() int { return f.lines }

// Next returns the spans of all whole lines that were written since the last
// call, in their order: none when there are none. A span that was written more
// than once comes again whenever it was (see [trace.Trace.Supersede]).
//
// Errors do not end it, and come with the spans that could be read all the same:
// a [RecordError] for the first line that is none, ErrShortened when the file
// became shorter, which is read from its beginning then, and what reading
// itself fails with.
func (f *File) Next() ([]trace.Span, error) {
	shortened := f.checkLength()
	var spans []trace.Span
	var failed error
	buf := make([]byte, chunk)
	for {
		n, err := f.file.ReadAt(buf, f.read)
		f.read += int64(n)
		more, bad := f.take(buf[:n])
		spans = append(spans, more...)
		if failed == nil {
			failed = bad
		}
		if err != nil || n == 0 {
			if err == nil || errors.Is(err, io.EOF) {
				break
			}
			var path *fs.PathError
			if errors.As(err, &path) {
				err = path.Err
			}
			return spans, errors.Join(shortened, failed, fmt.Errorf("reading the trace file: %w", err))
		}
	}
	return spans, errors.Join(shortened, failed)
}

// checkLength begins anew when the file is shorter than what was read of it.
func (f *File) checkLength() error {
	info, err := f.file.Stat()
	if err != nil || info.Size() >= f.read {
		return nil // reading tells
	}
	f.read, f.lines, f.rest, f.skip = 0, 0, nil, false
	return ErrShortened
}

// take reads the whole lines of what was read, and keeps what is behind them.
// The error is that of the first line that is no record.
func (f *File) take(in []byte) (spans []trace.Span, err error) {
	end := bytes.LastIndexByte(in, '\n') + 1
	if end > 0 {
		f.rest = append(f.rest, in[:end]...)
		spans, err = f.records(f.rest)
		f.rest = nil
	}
	tail := in[end:]
	if f.skip = f.skip || len(f.rest)+len(tail) > MaxRecord; f.skip {
		f.rest = nil
		return spans, err
	}
	f.rest = append(f.rest, tail...)
	return spans, err
}

// records reads whole lines: all at once if they are right, else one by one.
func (f *File) records(whole []byte) (spans []trace.Span, failed error) {
	count := bytes.Count(whole, []byte("\n"))
	if !f.skip && isObject(whole) {
		if t, err := trace.Read(bytes.NewReader(whole), lines); err == nil {
			f.lines += count
			return t.Spans, nil
		}
	}
	for line := range bytes.Lines(whole) {
		f.lines++
		t, err := f.record(line)
		if err != nil {
			if f.skipped++; f.skipped == 1 {
				failed = &RecordError{f.lines, err}
			}
			continue
		}
		spans = append(spans, t.Spans...)
	}
	return spans, failed
}

// record reads one line. One that a trace can be read from in part is no record.
func (f *File) record(line []byte) (*trace.Trace, error) {
	if f.skip {
		f.skip = false
		return nil, fmt.Errorf("it is longer than %d bytes", MaxRecord)
	}
	switch line := bytes.TrimSpace(line); {
	case len(line) == 0:
		return &trace.Trace{}, nil
	case !isObject(line):
		return nil, fmt.Errorf("it begins with %.20q", line)
	}
	t, err := trace.Read(bytes.NewReader(line), lines)
	if err != nil {
		return nil, innermost(err)
	}
	return t, nil
}

// isObject reports whether a text may be JSON objects, and is in none of the other
// forms that a trace can have.
func isObject(text []byte) bool { return len(text) > 0 && text[0] == '{' }

// innermost leaves out of an error what says where in its line it is.
func innermost(err error) error {
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(inner) {
		err = inner
	}
	return err
}

// Trace returns all that the file holds by now, and leaves out lines that are no
// records and the last one if its end is missing. What Next has read and another
// process took out of the file is gone. It fails when the file cannot be read,
// or holds more than the options allow.
func (f *File) Trace(o trace.ReadOptions) (*trace.Trace, error) {
	info, err := f.file.Stat()
	if err != nil {
		return nil, fmt.Errorf("reading the trace file: %w", err)
	}
	head := make([]byte, 1)
	if n, _ := f.file.ReadAt(head, 0); isObject(head[:n]) {
		t, err := trace.Read(io.NewSectionReader(f.file, 0, info.Size()), o)
		var limit *trace.LimitError
		var path *fs.PathError
		if err == nil || errors.As(err, &limit) || errors.As(err, &path) {
			return t, err
		}
	}
	again := &File{file: f.file}
	spans, err := again.Next()
	var record *RecordError
	if err != nil && !errors.As(err, &record) {
		return nil, err
	}
	t := &trace.Trace{Spans: spans}
	t.Supersede()
	return t, nil
}

// Unfinished reports whether the last line that was read has no end: its writer
// was killed while it wrote.
func (f *File) Unfinished() bool { return len(f.rest) > 0 || f.skip }
