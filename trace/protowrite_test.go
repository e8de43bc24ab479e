package trace_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/internal/tracegen"
)

func mustWriteProto(tb testing.TB, t *trace.Trace) []byte {
	tb.Helper()
	var buf bytes.Buffer
	if err := trace.WriteProto(&buf, t); err != nil {
		tb.Fatal(err)
	}
	return buf.Bytes()
}

// OpenTelemetry's own messages read what is written, every field of it: written
// again by them, it is as long and holds the same.
func TestWriteProtoIsOTLP(t *testing.T) {
	for name, tr := range map[string]*trace.Trace{"everything": tracegen.Everything(), "chain": tracegen.Chain(500, 1)} {
		data := &tracepb.TracesData{}
		ours := mustWriteProto(t, tr)
		if err := (proto.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(ours, data); err != nil {
			t.Fatal(err)
		}
		theirs, err := proto.Marshal(data)
		if err != nil {
			t.Fatal(err)
		}
		if len(theirs) != len(ours) {
			t.Errorf("%s: OpenTelemetry writes %d bytes for our %d", name, len(theirs), len(ours))
		}
		if d := diffTraces(mustRead(t, mustWriteJSON(t, tr)), mustRead(t, theirs)); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

func TestWriteProtoIsReadAgain(t *testing.T) {
	for name, tr := range map[string]*trace.Trace{
		"everything": tracegen.Everything(), "portable": trace.Portable(tracegen.Everything()),
		"chain": tracegen.Chain(2000, 1), "many messages": tracegen.Chain(30_000, 2),
	} {
		want := mustRead(t, mustWriteJSON(t, tr))
		if d := diffTraces(want, mustRead(t, mustWriteProto(t, tr))); d != "" {
			t.Errorf("%s (-want +got):\n%.2000s", name, d)
		}
	}
}

// A message is of a size that its reader need not hold all of a large trace.
func TestWriteProtoInPieces(t *testing.T) {
	var sizes pieces
	if err := trace.WriteProto(&sizes, tracegen.Chain(30_000, 1)); err != nil {
		t.Fatal(err)
	}
	for _, n := range sizes {
		if n > 1<<20+10_000 {
			t.Errorf("a piece of %d bytes", n)
		}
	}
	if len(sizes) < 6 {
		t.Errorf("%d pieces", len(sizes))
	}
}

type pieces []int

func (p *pieces) Write(b []byte) (int, error) {
	*p = append(*p, len(b))
	return len(b), nil
}

func TestWriteProtoOfInvalidUTF8(t *testing.T) {
	tr := &trace.Trace{Spans: []trace.Span{{SpanID: trace.SpanID{1}, Start: 1, End: 2, Name: "a\xffb", Attrs: []trace.Attr{{Key: "\xc3", Value: trace.String("\xfe")}}}}}
	data := &tracepb.TracesData{}
	if err := proto.Unmarshal(mustWriteProto(t, tr), data); err != nil {
		t.Fatal(err)
	}
	s := data.ResourceSpans[0].ScopeSpans[0].Spans[0]
	if s.Name != "a\uFFFDb" || s.Attributes[0].Key != "\uFFFD" || s.Attributes[0].Value.GetStringValue() != "\uFFFD" {
		t.Errorf("%v", s)
	}
}

func TestWriteProtoErrors(t *testing.T) {
	full := errors.New("disk full")
	err := trace.WriteProto(&failingWriter{err: full}, tracegen.Chain(3, 1))
	if !errors.Is(err, full) || !strings.Contains(err.Error(), "writing the trace") {
		t.Errorf("%v", err)
	}
}

// BenchmarkWriteProto writes beside OpenTelemetry's own messages, which have to
// be made first.
func BenchmarkWriteProto(b *testing.B) {
	perSpan(b, func(b *testing.B, t *trace.Trace) {
		b.SetBytes(int64(len(mustWriteProto(b, t))))
		for b.Loop() {
			if err := trace.WriteProto(io.Discard, t); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, n := range []int{1_000, 10_000} {
		b.Run(fmt.Sprintf("messages/spans=%d", n), func(b *testing.B) {
			t := tracegen.Chain(n, 1)
			b.ReportAllocs()
			for b.Loop() {
				protoBytes(b, t)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/span")
		})
	}
}
