package chaintracert

import "runtime"

// goroutine returns the number of the goroutine, out of the head of its stack trace:
// "goroutine 17 [running]:". It takes tens of microseconds where the stack is deep,
// so what is recorded by the hundred uses keyOf.
func goroutine() uint64 {
	var buf [32]byte
	runtime.Stack(buf[:], false)
	n := uint64(0)
	for _, c := range buf[len("goroutine "):] {
		if c < '0' || c > '9' {
			break
		}
		n = n*10 + uint64(c-'0')
	}
	return n
}

// keyOf returns the number of the goroutine that works on a server. Until hooks
// run, that is the only one that has spans open, if one of them is of the server.
// It is for what opens no span itself. The lock is held.
func (r *recorder) keyOf(s *server) uint64 {
	if s == nil || r.runs || len(r.open) != 1 {
		return goroutine()
	}
	for key, stack := range r.open {
		for _, sp := range stack {
			if sp.server == s.name {
				return key
			}
		}
	}
	return goroutine()
}
