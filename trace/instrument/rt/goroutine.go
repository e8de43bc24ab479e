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
// run, a server is the work of one: where one alone has a span of the server open,
// that is it. The lock is held.
func (r *recorder) keyOf(s *server) uint64 {
	if s == nil || r.runs {
		return goroutine()
	}
	found := uint64(0)
	for key, stack := range r.open {
		for _, sp := range stack {
			if sp.server == s.name {
				if found != 0 {
					return goroutine()
				}
				found = key
				break
			}
		}
	}
	if found == 0 {
		return goroutine()
	}
	return found
}
