package collectortest

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/internal/tracegen"
)

func written(tb testing.TB, t *trace.Trace) []byte {
	tb.Helper()
	var out bytes.Buffer
	if err := trace.WriteJSON(&out, t); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

func read(tb testing.TB, in []byte) *trace.Trace {
	tb.Helper()
	t, err := trace.Read(bytes.NewReader(in), trace.ReadOptions{})
	if err != nil {
		tb.Fatal(err)
	}
	return t
}

// collect reads what chaintrace wrote as the collector's otlpjsonfile receiver
// does: line by line, each by its JSONUnmarshaler.
func collect(tb testing.TB, file []byte) ptrace.Traces {
	tb.Helper()
	all := ptrace.NewTraces()
	for _, line := range bytes.Split(bytes.TrimSuffix(file, []byte("\n")), []byte("\n")) {
		td, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(line)
		if err != nil {
			tb.Fatal(err)
		}
		td.ResourceSpans().MoveAndAppendTo(all.ResourceSpans())
	}
	return all
}

func protoBytes(tb testing.TB, td ptrace.Traces) []byte {
	tb.Helper()
	out, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

func jsonBytes(tb testing.TB, td ptrace.Traces) []byte {
	tb.Helper()
	out, err := (&ptrace.JSONMarshaler{}).MarshalTraces(td)
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

var traces = map[string]*trace.Trace{
	"everything": tracegen.Everything(),
	"portable":   trace.Portable(tracegen.Everything()),
	"chain":      tracegen.Chain(2000, 1),
	"nothing":    {},
}

// What chaintrace writes the collector reads, without losing anything: written
// out again by it, as JSON or as protobuf, it is the same trace.
func TestCollectorReadsWhatIsWritten(t *testing.T) {
	for name, want := range traces {
		t.Run(name, func(t *testing.T) {
			td := collect(t, written(t, want))
			if td.SpanCount() != len(want.Spans) {
				t.Fatalf("the collector reads %d spans of %d", td.SpanCount(), len(want.Spans))
			}
			want := read(t, written(t, want))
			for format, out := range map[string][]byte{"JSON": jsonBytes(t, td), "protobuf": protoBytes(t, td)} {
				if td.SpanCount() == 0 {
					continue // the collector writes nothing then
				}
				if d := cmp.Diff(want, read(t, out), cmpopts.EquateEmpty()); d != "" {
					t.Errorf("through the collector's %s (-want +got):\n%s", format, d)
				}
			}
		})
	}
}

// What chaintrace writes as protobuf the collector reads, without losing anything.
func TestCollectorReadsProtobuf(t *testing.T) {
	for name, tr := range traces {
		var out bytes.Buffer
		if err := trace.WriteProto(&out, tr); err != nil {
			t.Fatal(err)
		}
		td, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(out.Bytes())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if td.SpanCount() != len(tr.Spans) {
			t.Errorf("%s: the collector reads %d spans of %d", name, td.SpanCount(), len(tr.Spans))
		}
		if len(tr.Spans) == 0 {
			continue // the collector writes nothing then
		}
		if d := cmp.Diff(read(t, written(t, tr)), read(t, jsonBytes(t, td)), cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s, through the collector (-want +got):\n%s", name, d)
		}
	}
}

// A line that chaintrace writes is, byte for byte, the line that the collector's
// file exporter writes of the same spans, but that it escapes what some tools
// take for line ends.
func TestWrittenAsTheFileExporterWrites(t *testing.T) {
	for name, tr := range traces {
		if len(tr.Spans) == 0 {
			continue // the collector writes no line then
		}
		for i, line := range bytes.Split(bytes.TrimSuffix(written(t, tr), []byte("\n")), []byte("\n")) {
			line = []byte(strings.NewReplacer(`\u2028`, "\u2028", `\u2029`, "\u2029").Replace(string(line)))
			if got := jsonBytes(t, collect(t, line)); !bytes.Equal(got, line) {
				t.Errorf("%s, line %d: %s", name, i+1, firstDifference(line, got))
			}
		}
	}
}

func firstDifference(ours, theirs []byte) string {
	i := 0
	for i < len(ours) && i < len(theirs) && ours[i] == theirs[i] {
		i++
	}
	from := max(i-60, 0)
	return "ours …" + string(ours[from:min(i+60, len(ours))]) + "…, the collector's …" + string(theirs[from:min(i+60, len(theirs))])
}
