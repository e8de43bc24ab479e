package trace_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chaintrace/chaintrace/trace"
)

func TestSupersede(t *testing.T) {
	named := func(name string, id byte, start, end int64) trace.Span {
		s := spanOf(id, 0, start, end)
		s.TraceID, s.Name = trace.TraceID{1}, name
		return s
	}
	elsewhere := named("a", 1, 10, 30)
	elsewhere.TraceID = trace.TraceID{2}
	for _, c := range []struct {
		name     string
		in, want []trace.Span
	}{
		{"nothing", nil, nil},
		{
			"an end takes the place of its begin",
			[]trace.Span{named("a", 1, 10, 0), named("b", 2, 11, 0), named("c", 3, 12, 13), named("b", 2, 11, 20), named("a", 1, 10, 30), named("d", 4, 31, 0)},
			[]trace.Span{named("a", 1, 10, 30), named("b", 2, 11, 20), named("c", 3, 12, 13), named("d", 4, 31, 0)},
		},
		{
			"what is known by then, though it still goes on",
			[]trace.Span{named("a", 1, 10, 0), named("a", 1, 10, 0), named("a", 1, 10, 30)},
			[]trace.Span{named("a", 1, 10, 30)},
		},
		{
			"two that have ended are two",
			[]trace.Span{named("a", 1, 10, 30), named("a", 1, 10, 30)},
			[]trace.Span{named("a", 1, 10, 30), named("a", 1, 10, 30)},
		},
		{
			"an end before a begin is another span",
			[]trace.Span{named("a", 1, 10, 30), named("a", 1, 10, 0)},
			[]trace.Span{named("a", 1, 10, 30), named("a", 1, 10, 0)},
		},
		{
			"a third one is another span",
			[]trace.Span{named("a", 1, 10, 0), named("a", 1, 10, 30), named("a", 1, 10, 40)},
			[]trace.Span{named("a", 1, 10, 30), named("a", 1, 10, 40)},
		},
		{
			"another name, start or trace, no ID or no start",
			[]trace.Span{named("a", 1, 10, 0), named("b", 1, 10, 30), named("a", 1, 11, 30), elsewhere, named("z", 0, 10, 0), named("z", 0, 10, 30), named("t", 7, 0, 0), named("t", 7, 0, 30)},
			[]trace.Span{named("a", 1, 10, 0), named("b", 1, 10, 30), named("a", 1, 11, 30), elsewhere, named("z", 0, 10, 0), named("z", 0, 10, 30), named("t", 7, 0, 0), named("t", 7, 0, 30)},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			tr := &trace.Trace{Spans: slices.Clone(c.in)}
			tr.Supersede()
			if diff := diffTraces(&trace.Trace{Spans: c.want}, tr); diff != "" {
				t.Error(diff)
			}
			again := &trace.Trace{Spans: slices.Clone(tr.Spans)}
			again.Supersede()
			if c.name != "an end before a begin is another span" && !cmp.Equal(tr, again) {
				t.Error("a second time something else comes out")
			}
		})
	}
}

// TestReadSupersedes: a trace that a recorder wrote line by line reads as if it
// had been written at the end, in every format.
func TestReadSupersedes(t *testing.T) {
	of := func(id byte, start, end int64) trace.Span {
		s := spanOf(id, 0, start, end)
		s.TraceID, s.Name, s.Resource, s.Scope = trace.TraceID{1}, "hook.run", service("a"), &trace.Scope{}
		return s
	}
	lines := &trace.Trace{Spans: []trace.Span{of(1, 10, 0), of(2, 11, 0), of(1, 10, 20)}}
	want := &trace.Trace{Spans: []trace.Span{of(1, 10, 20), of(2, 11, 0)}}
	for name, in := range map[string][]byte{"json": mustWriteJSON(t, lines), "protobuf": protoBytes(t, lines)} {
		if diff := diffTraces(want, mustRead(t, in)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	var again bytes.Buffer
	if err := trace.WriteJSON(&again, want); err != nil {
		t.Fatal(err)
	}
	if diff := diffTraces(want, mustRead(t, again.Bytes())); diff != "" {
		t.Error(diff)
	}
}

// BenchmarkSupersede joins a trace in which every second span was written twice.
func BenchmarkSupersede(b *testing.B) {
	const n = 100_000
	spans := make([]trace.Span, 0, 3*n/2)
	for i := range n {
		s := spanOf(0, 0, int64(i+1), int64(i+2))
		s.SpanID = trace.SpanID{byte(i >> 16), byte(i >> 8), byte(i), 1}
		if i%2 == 0 {
			begun := s
			begun.End = 0
			spans = append(spans, begun)
		}
		spans = append(spans, s)
	}
	tr := &trace.Trace{Spans: make([]trace.Span, len(spans))}
	for b.Loop() {
		tr.Spans = tr.Spans[:cap(tr.Spans)]
		copy(tr.Spans, spans)
		tr.Supersede()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(spans)), "ns/span")
}
