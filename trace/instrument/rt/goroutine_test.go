package chaintracert

import (
	"runtime"
	"strings"
	"testing"
)

// TestGoroutine: the number is the one at the head of the goroutine's own stack trace,
// however deep the stack is.
func TestGoroutine(t *testing.T) {
	numbers := make(chan [2]uint64)
	for depth := range 100 {
		go deep(depth, func() {
			var trace [32]byte
			runtime.Stack(trace[:], false)
			numbers <- [2]uint64{number(trace[:], "goroutine "), goroutine()}
		})
	}
	seen := map[uint64]bool{}
	for range 100 {
		n := <-numbers
		if n[0] != n[1] || n[0] == 0 || seen[n[0]] {
			t.Errorf("%d, want %d, which none had before", n[1], n[0])
		}
		seen[n[0]] = true
	}
}

// deep calls f so many calls down.
//
//go:noinline
func deep(calls int, f func()) {
	if calls > 0 {
		deep(calls-1, f)
		return
	}
	f()
}

// TestCreator: who started a goroutine is read out of its stack trace, if that tells it,
// and is whole as far as there.
func TestCreator(t *testing.T) {
	const whole = `goroutine 34 [running]:
example.com/x.f.func1()
	/created by/in goroutine 5/x.go:5 +0x65
created by example.com/x.f in goroutine 17
	/created by/in goroutine 5/x.go:4 +0x1d
[originating from goroutine 6]:
`
	line := strings.Index(whole, " in goroutine 17")
	for name, test := range map[string]struct {
		trace string
		want  uint64
	}{
		"whole":         {whole, 17},
		"with its line": {whole[:line+len(" in goroutine 17\n")], 17},
		"cut":           {whole[:line+len(" in goroutine 1")], 0},
		"before 1.21":   {strings.Replace(whole, " in goroutine 17", "", 1), 0},
		"another text":  {strings.Replace(whole, "\ncreated by", "\nmade by", 1), 0},
		"the first":     {"goroutine 1 [running]:\nmain.main()\n", 0},
	} {
		if got := creator([]byte(test.trace)); got != test.want {
			t.Errorf("%s: %d, want %d", name, got, test.want)
		}
	}
}
