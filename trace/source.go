package trace

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
)

// readLimits bounds what a reader takes from input that nobody vouches for.
type readLimits struct {
	input int64 // bytes of the whole input, unpacked
	value int64 // bytes of one value, about: a span, a resource, or a field that is skipped
}

func defaultReadLimits() readLimits {
	return readLimits{input: 4 << 30, value: 64 << 20}
}

// source hands input to a decoder that reads ahead, holds it to the limits,
// and finds the line of an offset.
type source struct {
	r      io.Reader
	limits readLimits

	read     int64   // bytes handed out
	mark     int64   // offset that the decoder has come to
	line     int     // line of mark, the first being 1
	newlines []int64 // offsets of the line ends between mark and read
}

// newSource returns a source of r's bytes, unpacked if they are gzip's.
func newSource(r io.Reader, limits readLimits) (*source, error) {
	br := bufio.NewReaderSize(r, 64<<10)
	// A short or failing input shows itself when it is read.
	if magic, _ := br.Peek(2); !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return &source{r: br, limits: limits, line: 1}, nil
	}
	zr, err := gzip.NewReader(br)
	if err != nil {
		return nil, fmt.Errorf("unpacking gzip: %w", err)
	}
	return &source{r: zr, limits: limits, line: 1}, nil
}

func (s *source) Read(p []byte) (int, error) {
	switch {
	case s.read >= s.limits.input:
		return 0, fmt.Errorf("the input is longer than the limit of %d bytes: split it", s.limits.input)
	case s.read-s.mark >= s.limits.value:
		return 0, fmt.Errorf("a value is longer than the limit of %d bytes", s.limits.value)
	}
	n, err := s.r.Read(p)
	for i := 0; i < n; i++ {
		j := bytes.IndexByte(p[i:n], '\n')
		if j < 0 {
			break
		}
		i += j
		s.newlines = append(s.newlines, s.read+int64(i))
	}
	s.read += int64(n)
	return n, err
}

// advance tells that the decoder has come to this offset.
func (s *source) advance(offset int64) {
	i := 0
	for i < len(s.newlines) && s.newlines[i] < offset {
		i++
	}
	s.newlines = s.newlines[i:]
	s.line += i
	s.mark = offset
}
