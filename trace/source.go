package trace

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Beginnings of packed input.
var (
	gzipMagic = []byte{0x1f, 0x8b}
	zstdMagic = []byte{0x28, 0xb5, 0x2f, 0xfd}
)

// byteOrderMark is what some editors put in front of text.
var byteOrderMark = []byte{0xef, 0xbb, 0xbf}

// unpack returns what r holds, unpacked and out of the collector's frames, and
// no more of it than the limit; packed tells whether that is something else
// than r itself.
func unpack(r io.Reader, o ReadOptions) (content *bufio.Reader, packed bool, err error) {
	in := bufio.NewReaderSize(r, 4<<10)
	// A short or failing input shows itself when it is read.
	head, _ := in.Peek(8)
	var out io.Reader = &frames{r: in, options: o}
	if !isFramed(head) {
		if out, err = unpackMagic(in, head, o); err != nil {
			return nil, false, err
		}
	}
	packed = out != io.Reader(in)
	content = bufio.NewReaderSize(&limited{r: out, left: o.MaxInput, limit: o.MaxInput}, 4<<10)
	if head, _ := content.Peek(len(byteOrderMark)); bytes.Equal(head, byteOrderMark) {
		_, _ = content.Discard(len(byteOrderMark)) // they are in the buffer
	}
	return content, packed, nil
}

func unpackMagic(in *bufio.Reader, head []byte, o ReadOptions) (io.Reader, error) {
	switch {
	case bytes.HasPrefix(head, gzipMagic):
		zr, err := gzip.NewReader(in)
		if err != nil {
			return nil, fmt.Errorf("unpacking gzip: %w", cut(err))
		}
		return named{"gzip", zr}, nil
	case bytes.HasPrefix(head, zstdMagic):
		zr, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(uint64(max(o.MaxMemory/4, zstd.MinWindowSize))))
		if err != nil {
			return nil, fmt.Errorf("unpacking zstd: %w", cut(err))
		}
		return named{"zstd", zr}, nil
	}
	return in, nil
}

// named says what was being unpacked when it failed.
type named struct {
	what string
	r    io.Reader
}

func (n named) Read(p []byte) (int, error) {
	read, err := n.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("unpacking %s: %w", n.what, cut(err))
	}
	return read, err
}

// cut makes the end of the input, where more was needed, an ErrTruncated.
func cut(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return ErrTruncated
	}
	return err
}

// limited reads no more than the limit allows.
type limited struct {
	r           io.Reader
	left, limit int64
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		// Only an input that goes on is too long.
		var one [1]byte
		if n, err := l.r.Read(one[:]); n == 0 && err != nil {
			return 0, err
		}
		return 0, &LimitError{LimitInput, l.limit}
	}
	n, err := l.r.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	return n, err
}

// isFramed reports whether the input begins with a length in four bytes. Below
// 150 MB they begin with a byte that no other format does.
func isFramed(head []byte) bool {
	return len(head) >= 5 && head[0] < '\t' && (head[4] == 0x0a || bytes.HasPrefix(head[4:], zstdMagic))
}

// frames reads what the collector's file exporter writes for protobuf, and for
// all that it packs: messages with their length in front, each packed by
// itself. Messages on end are one message that holds what all of them hold.
type frames struct {
	r       *bufio.Reader
	options ReadOptions
	content io.Reader // of the current frame
}

func (f *frames) Read(p []byte) (int, error) {
	for {
		if f.content == nil {
			if err := f.next(); err != nil {
				return 0, err
			}
		}
		n, err := f.content.Read(p)
		if errors.Is(err, io.EOF) {
			f.content, err = nil, nil
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

func (f *frames) next() error {
	var length [4]byte
	if _, err := io.ReadFull(f.r, length[:]); err != nil {
		if errors.Is(err, io.EOF) {
			return io.EOF
		}
		return cut(err)
	}
	size := int64(binary.BigEndian.Uint32(length[:]))
	body := &frame{r: f.r, left: size}
	in := bufio.NewReader(body)
	head, _ := in.Peek(4)
	content, err := unpackMagic(in, head, f.options)
	f.content = content
	return err
}

// frame is io.LimitedReader, but an end before the limit is a cut.
type frame struct {
	r    io.Reader
	left int64
}

func (f *frame) Read(p []byte) (int, error) {
	if f.left == 0 {
		return 0, io.EOF
	}
	n, err := f.r.Read(p[:min(int64(len(p)), f.left)])
	f.left -= int64(n)
	if errors.Is(err, io.EOF) && f.left > 0 {
		return n, ErrTruncated
	}
	return n, err
}
