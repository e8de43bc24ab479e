package stats_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"testing"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/startup"
	"github.com/chaintrace/chaintrace/trace/startup/stats"
)

// manyStarts is OTLP JSON of n starts of an aggregated API server.
func manyStarts(b *testing.B, n int) (content []byte, spans int) {
	text, err := os.ReadFile("../../../testdata/golden/aggregated-apiserver.trace.json")
	if err != nil {
		b.Fatal(err)
	}
	one, err := trace.Read(bytes.NewReader(text), trace.ReadOptions{})
	if err != nil {
		b.Fatal(err)
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
			var records []stats.Record
			for _, one := range read(b).Split() {
				s, err := startup.FromTrace(one)
				if err != nil {
					b.Fatal(err)
				}
				records = append(records, stats.NewRecord(one.Spans[0].TraceID, s))
			}
			if sum := stats.Sum(records); sum.Ready != starts {
				b.Fatalf("%d starts got ready", sum.Ready)
			}
		}
		perSpan(b)
	})
}
