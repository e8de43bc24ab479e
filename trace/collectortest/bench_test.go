package collectortest

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"testing"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/internal/tracegen"
)

var sizes = []int{10_000, 100_000, 1_000_000}

// BenchmarkReadJSON reads the same bytes, one document of JSON, with Read and
// with the collector's decoder.
func BenchmarkReadJSON(b *testing.B) {
	for _, n := range sizes {
		in := jsonBytes(b, collect(b, written(b, tracegen.Chain(n, 1))))
		compare(b, n, in, func() (ptrace.Traces, error) { return (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(in) })
	}
}

// BenchmarkReadProto does the same for protobuf.
func BenchmarkReadProto(b *testing.B) {
	for _, n := range sizes {
		in := protoBytes(b, collect(b, written(b, tracegen.Chain(n, 1))))
		compare(b, n, in, func() (ptrace.Traces, error) { return (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(in) })
	}
}

func compare(b *testing.B, n int, in []byte, peer func() (ptrace.Traces, error)) {
	options := trace.ReadOptions{}
	b.Run(fmt.Sprintf("spans=%d/reader=chaintrace", n), func(b *testing.B) {
		measure(b, n, in, func() (any, error) { return trace.Read(bytes.NewReader(in), options) })
	})
	// From a pipe, whose length is not known.
	b.Run(fmt.Sprintf("spans=%d/reader=chaintrace-pipe", n), func(b *testing.B) {
		measure(b, n, in, func() (any, error) { return trace.Read(io.MultiReader(bytes.NewReader(in)), options) })
	})
	b.Run(fmt.Sprintf("spans=%d/reader=collector", n), func(b *testing.B) {
		measure(b, n, in, func() (any, error) { return peer() })
	})
}

// measure reports beside time and allocations how much memory reading takes
// over what is left of it: all bytes allocated, as if nothing were given back
// while reading, by the bytes of the finished trace. Peak memory cannot be more.
func measure(b *testing.B, n int, in []byte, read func() (any, error)) {
	b.ReportAllocs()
	b.SetBytes(int64(len(in)))
	for b.Loop() {
		if _, err := read(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/span")
	b.StopTimer()
	before := heap()
	t, err := read()
	if err != nil {
		b.Fatal(err)
	}
	allocated := heap().TotalAlloc - before.TotalAlloc
	finished := heap().HeapAlloc - before.HeapAlloc
	runtime.KeepAlive(t)
	runtime.KeepAlive(in)
	b.ReportMetric(float64(finished)/float64(n), "kept-B/span")
	b.ReportMetric(float64(allocated)/float64(finished), "allocated/kept")
}

func heap() (m runtime.MemStats) {
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m
}
