package trace_test

import (
	"bytes"
	"io"
	"slices"
	"testing"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/internal/tracegen"
)

// What Keep wants is what there would be of it without Keep, though the reader uses
// the memory of the other spans again.
func TestReadKeeps(t *testing.T) {
	keep := func(s *trace.Span) bool { return s.SpanID[7]%3 == 0 || s.Name == "hook.run" }
	writers := map[string]func(w io.Writer, t *trace.Trace) error{
		"OTLP JSON":          trace.WriteJSON,
		"OTLP JSON, sent":    func(w io.Writer, t *trace.Trace) error { return trace.WriteJSON(w, trace.Portable(t)) },
		"OTLP protobuf":      trace.WriteProto,
		"Jaeger JSON":        trace.WriteJaeger,
		"Jaeger JSON, twice": twice,
	}
	for name, write := range writers {
		for spans, in := range map[string]*trace.Trace{"every field": tracegen.Everything(), "a chain": tracegen.Chain(3000, 1)} {
			var text bytes.Buffer
			if err := write(&text, in); err != nil {
				t.Fatal(err)
			}
			want, err := read(bytes.NewReader(text.Bytes()))
			if err != nil {
				t.Fatal(err)
			}
			want.Spans = slices.DeleteFunc(want.Spans, func(s trace.Span) bool { return !keep(&s) })
			got, err := trace.Read(bytes.NewReader(text.Bytes()), trace.ReadOptions{Keep: keep})
			if err != nil {
				t.Fatal(err)
			}
			if spans == "a chain" && len(want.Spans) < 500 {
				t.Fatalf("%s: %d spans are to be kept", name, len(want.Spans))
			}
			if diff := diffTraces(want, got); diff != "" {
				t.Errorf("%s of %s (-without Keep +with it):\n%s", name, spans, diff)
			}
		}
	}
}

func twice(w io.Writer, t *trace.Trace) error {
	if err := trace.WriteJaeger(w, t); err != nil {
		return err
	}
	return trace.WriteJaeger(w, t)
}
