//go:build !windows && !plan9 && !js && !wasip1
// +build !windows,!plan9,!js,!wasip1

package chaintracert

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"syscall"
	"time"
)

// output is the file that spans are written to. It uses system calls as they are:
// os.File would wait for a full pipe, and die of a broken one where that is stderr.
type output struct{ fd int }

// openOutput opens the file for appending. It does not wait for the other end of
// a pipe.
func openOutput(path string) (*output, error) {
	fd, err := syscall.Open(path, syscall.O_WRONLY|syscall.O_APPEND|syscall.O_CREAT|syscall.O_CLOEXEC|syscall.O_NONBLOCK, 0o644)
	if errors.Is(err, syscall.ENXIO) {
		err = errors.New("nobody reads the pipe")
	}
	if err != nil {
		return nil, err
	}
	dropHalf(fd, path)
	return &output{fd}, nil
}

// dropHalf takes off the half of a record that a process has left at the end of the
// file which died while it wrote: with the first record behind it, no reader could
// make anything of either. Whatever else is there stays.
func dropHalf(fd int, path string) {
	var st syscall.Stat_t
	if syscall.Fstat(fd, &st) != nil || st.Mode&syscall.S_IFMT != syscall.S_IFREG || st.Size == 0 {
		return
	}
	in, err := syscall.Open(path, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return // it may be written and not read
	}
	defer syscall.Close(in)
	tail := make([]byte, 64<<10)
	from := st.Size - int64(len(tail))
	if from < 0 {
		from = 0
	}
	n, err := syscall.Pread(in, tail, from)
	if err != nil || n <= 0 {
		return
	}
	last := tail[bytes.LastIndexByte(tail[:n], '\n')+1 : n]
	if len(last) == 0 || len(last) == n && from > 0 || !isHalf(last) {
		return
	}
	size := st.Size
	time.Sleep(10 * time.Millisecond)
	if syscall.Fstat(fd, &st) == nil && st.Size == size { // else another process writes the other half just now
		_ = syscall.Ftruncate(fd, size-int64(len(last)))
	}
}

// isHalf reports whether a record begins like this.
func isHalf(text []byte) bool {
	if len(text) > len(recordBegin) {
		text = text[:len(recordBegin)]
	}
	return strings.HasPrefix(recordBegin, string(text))
}

// Write writes all of p, with one system call if there is room for it, or fails.
func (o *output) Write(p []byte) (int, error) {
	n, err := retry(o.fd, p)
	if err == nil && n == len(p) {
		return n, nil
	}
	if err == nil {
		// There was room for a part. The rest tells why, or goes through.
		var more int
		if more, err = retry(o.fd, p[n:]); more > 0 {
			n += more
		}
		if err == nil && n < len(p) {
			err = io.ErrShortWrite
		}
		if err != nil {
			o.takeBack(int64(n))
		}
	}
	if errors.Is(err, syscall.EAGAIN) {
		err = errors.New("whoever reads the pipe is too slow")
	}
	return n, err
}

// takeBack takes the first n bytes of a line off again, if they are at the end of a
// file.
func (o *output) takeBack(n int64) {
	var st syscall.Stat_t
	if err := syscall.Fstat(o.fd, &st); err == nil && st.Mode&syscall.S_IFMT == syscall.S_IFREG && st.Size >= n {
		_ = syscall.Ftruncate(o.fd, st.Size-n) // what is left is no line, which readers leave out
	}
}

func retry(fd int, p []byte) (int, error) {
	for {
		n, err := syscall.Write(fd, p)
		if err != syscall.EINTR {
			return n, err
		}
	}
}

// complain writes a line to stderr. It waits until there is room for it.
func complain(line string) {
	_, _ = retry(2, []byte(line)) // there is nobody to tell
}
