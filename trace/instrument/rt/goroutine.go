package chaintracert

import (
	"bytes"
	"runtime"
)

// goroutine returns the number of the goroutine. It is in the head of the goroutine's
// stack trace, which takes tens of microseconds where the stack is deep; since Go 1.21
// also in that of a goroutine which it starts, and there the stack is never deep.
func goroutine() uint64 {
	started := make(chan uint64, 1)
	go func() {
		var trace [512]byte
		started <- creator(trace[:runtime.Stack(trace[:], false)])
	}()
	if n := <-started; n != 0 {
		return n
	}
	var trace [32]byte
	return number(trace[:runtime.Stack(trace[:], false)], "goroutine ")
}

// creator returns the number of the goroutine that has started the one whose stack trace
// this is: "created by example.com/package.function in goroutine 17"; 0 if there is none.
func creator(trace []byte) uint64 {
	at := bytes.Index(trace, []byte("\ncreated by "))
	if at < 0 {
		return 0
	}
	line := trace[at+1:]
	if end := bytes.IndexByte(line, '\n'); end >= 0 {
		return number(line[:end], " in goroutine ")
	}
	return 0 // the number may go on
}

// number returns the number behind a word in a text; 0 if there is none.
func number(text []byte, word string) uint64 {
	at := bytes.Index(text, []byte(word))
	if at < 0 {
		return 0
	}
	n := uint64(0)
	for _, c := range text[at+len(word):] {
		if c < '0' || c > '9' {
			break
		}
		n = n*10 + uint64(c-'0')
	}
	return n
}

// keyOf returns the number of the goroutine that works on a server. Until hooks
// run, that is the only one that has spans open, if one of them is of the server.
// It is for what is recorded by the hundred, and mostly saves asking. The lock is held.
func (r *recorder) keyOf(s *server) uint64 {
	if s == nil || r.runs || len(r.open) != 1 {
		return goroutine()
	}
	for _, sp := range r.open[r.opener] {
		if sp.server == s.name {
			return r.opener
		}
	}
	return goroutine()
}
