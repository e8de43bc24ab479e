//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package follow

import (
	"errors"

	"golang.org/x/sys/unix"
)

// GivenUp reports whether a process that still runs has said that it writes no more
// to the file, as it could not: it holds a lock on it. False where that cannot be
// found out.
func (f *File) GivenUp() bool {
	fd := int(f.file.Fd())
	for {
		switch err := unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB); {
		case err == nil:
			_ = unix.Flock(fd, unix.LOCK_UN) // it cannot fail: the lock was just taken
			return false
		case errors.Is(err, unix.EINTR):
		default:
			return errors.Is(err, unix.EWOULDBLOCK)
		}
	}
}
