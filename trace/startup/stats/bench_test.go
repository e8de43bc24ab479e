package stats_test

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup/stats"
)

// manyStarts is OTLP JSON of n starts of 300 spans: of an aggregated API server,
// with as many routes more as it takes.
func manyStarts(b *testing.B, n int) (content []byte, spans int) {
	one := readFile(b, "../../../testdata/golden/aggregated-apiserver.trace.json")
	for i, s := range readFile(b, "../../../testdata/golden/kube-apiserver-1.37.trace.json").Spans {
		if s.Name == attr.SpanRouteInstall && len(one.Spans) < 300 {
			binary.BigEndian.PutUint32(s.SpanID[:], uint32(i))
			one.Spans = append(one.Spans, s)
		}
	}
	if len(one.Spans) != 300 {
		b.Fatalf("%d spans", len(one.Spans))
	}
	var all bytes.Buffer
	for i := range n {
		for j := range one.Spans {
			binary.BigEndian.PutUint32(one.Spans[j].TraceID[:], uint32(i+1))
		}
		if err := trace.WriteJSON(&all, one); err != nil {
			b.Fatal(err)
		}
	}
	return all.Bytes(), n * len(one.Spans)
}

// BenchmarkStats sums up 1,000 starts out of one input, beside reading it alone.
func BenchmarkStats(b *testing.B) {
	const starts = 1000
	content, spans := manyStarts(b, starts)
	read := func(b *testing.B) *trace.Trace {
		t, err := trace.Read(bytes.NewReader(content), trace.ReadOptions{})
		if err != nil {
			b.Fatal(err)
		}
		return t
	}
	perSpan := func(b *testing.B) {
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(spans), "ns/span")
	}
	b.Run("read", func(b *testing.B) {
		b.SetBytes(int64(len(content)))
		for b.Loop() {
			read(b)
		}
		perSpan(b)
	})
	b.Run("read and sum up", func(b *testing.B) {
		b.SetBytes(int64(len(content)))
		for b.Loop() {
			var sieve stats.Sieve
			if _, err := trace.Read(bytes.NewReader(content), trace.ReadOptions{Keep: sieve.Take}); err != nil {
				b.Fatal(err)
			}
			sieve.Next()
			records := sieve.Gathered().Records
			if sum := stats.Sum(records); sum.Ready != starts {
				b.Fatalf("%d starts got ready", sum.Ready)
			}
		}
		perSpan(b)
	})
}
