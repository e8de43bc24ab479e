// Package window slides over a stream: what was read and is still wanted lies
// in one piece of memory, whatever the sizes of the reads were. The decoders
// of JSON and of protobuf take values apart where they lie in it.
package window

import (
	"bytes"
	"errors"
	"io"
)

// ErrTooLong says that more would have to be kept than the limit allows.
var ErrTooLong = errors.New("a single value is too long")

// first is how much is read at once, until more must be kept.
const first = 64 << 10

// Window is a stretch of a stream. Buf[Pos:] is what was read and not consumed;
// whoever uses it moves Pos. It is for one goroutine.
type Window struct {
	Buf []byte
	Pos int
	// Err is what reading ended with, unless with io.EOF.
	Err error

	r     io.Reader
	max   int
	base  int64 // offset of Buf[0] in the stream
	lines int   // line ends before Buf[0]
	eof   bool
}

// New returns a Window on r that keeps about max bytes at the most.
func New(r io.Reader, max int) Window {
	return Window{r: r, max: max, Buf: make([]byte, 0, first)}
}

// Offset returns how many bytes of the stream are consumed.
func (w *Window) Offset() int64 { return w.base + int64(w.Pos) }

// Line returns the number of the line that Pos is in, from 1.
func (w *Window) Line() int { return w.lines + bytes.Count(w.Buf[:w.Pos], []byte{'\n'}) + 1 }

// Fill reads on and reports whether there was more. It keeps Buf from index
// keep on and moves that to the front; Pos moves with it.
func (w *Window) Fill(keep int) bool {
	if w.eof || w.Err != nil {
		return false
	}
	if keep > 0 {
		w.lines += bytes.Count(w.Buf[:keep], []byte{'\n'})
		w.base += int64(keep)
		w.Buf = w.Buf[:copy(w.Buf, w.Buf[keep:])]
		w.Pos -= keep
	}
	if len(w.Buf) == cap(w.Buf) && !w.grow() {
		return false
	}
	for range 100 {
		n, err := w.r.Read(w.Buf[len(w.Buf):cap(w.Buf)])
		w.Buf = w.Buf[:len(w.Buf)+n]
		if err != nil {
			w.eof = true
			if !errors.Is(err, io.EOF) {
				w.Err = err
			}
		}
		if n > 0 || err != nil {
			return n > 0
		}
	}
	w.Err = io.ErrNoProgress
	return false
}

func (w *Window) grow() bool {
	if len(w.Buf) >= w.max {
		w.Err = ErrTooLong
		return false
	}
	grown := make([]byte, len(w.Buf), min(2*cap(w.Buf), w.max))
	copy(grown, w.Buf)
	w.Buf = grown
	return true
}

// Ahead makes sure that n bytes lie behind Pos and reports whether they do.
func (w *Window) Ahead(n int) bool {
	for len(w.Buf)-w.Pos < n {
		if !w.Fill(w.Pos) {
			return false
		}
	}
	return true
}

// Ended reports whether everything was read and consumed.
func (w *Window) Ended() bool { return w.Pos == len(w.Buf) && !w.Fill(w.Pos) && w.Err == nil }
