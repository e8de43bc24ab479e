package trace_test

import (
	"fmt"
	"io"
	"testing"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/internal/tracegen"
)

// Time per span should be the same at every size.
func perSpan(b *testing.B, run func(b *testing.B, t *trace.Trace)) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprintf("spans=%d", n), func(b *testing.B) {
			t := tracegen.Chain(n, 1)
			b.ReportAllocs()
			run(b, t)
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/span")
		})
	}
}

func BenchmarkWriteJSON(b *testing.B) {
	perSpan(b, func(b *testing.B, t *trace.Trace) {
		b.SetBytes(int64(len(mustWriteJSON(b, t))))
		for b.Loop() {
			if err := trace.WriteJSON(io.Discard, t); err != nil {
				b.Fatal(err)
			}
		}
	})
}
