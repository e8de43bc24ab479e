package trace

import (
	"bytes"
	"fmt"
	"io"
	"testing"
)

// Time per span should be the same at every size.
func perSpan(b *testing.B, run func(b *testing.B, t *Trace)) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprintf("spans=%d", n), func(b *testing.B) {
			t := generate(n, 1)
			b.ReportAllocs()
			run(b, t)
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/span")
		})
	}
}

func BenchmarkWriteJSON(b *testing.B) {
	perSpan(b, func(b *testing.B, t *Trace) {
		b.SetBytes(int64(len(mustWriteJSON(b, t))))
		for b.Loop() {
			if err := WriteJSON(io.Discard, t); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkReadJSON(b *testing.B) {
	perSpan(b, func(b *testing.B, t *Trace) {
		in := mustWriteJSON(b, t)
		b.SetBytes(int64(len(in)))
		for b.Loop() {
			if _, err := ReadJSON(bytes.NewReader(in)); err != nil {
				b.Fatal(err)
			}
		}
	})
}
