//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd
// +build darwin dragonfly freebsd linux netbsd openbsd

package chaintracert

import "syscall"

// giveUp tells who follows the file that this process writes no more to it: it
// holds a shared lock on it, as long as it lives. That takes no room on the disk,
// and a process that starts anew does not inherit it. Whoever asks for the lock holds
// it for a moment, so this waits for it where nothing else does.
func (o *output) giveUp() {
	go func() {
		for syscall.Flock(o.fd, syscall.LOCK_SH) == syscall.EINTR {
		}
	}()
}
