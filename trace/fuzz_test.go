package trace_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/internal/tracegen"
)

// fuzzOptions keep a single input from taking long.
var fuzzOptions = trace.ReadOptions{MaxInput: 1 << 20, MaxMemory: 64 << 20}

// perByte bounds the memory that reading takes by its input: the shortest span
// is one of a few bytes.
const (
	perByte  = 400
	constant = 2 << 20 // buffers and first pieces
)

// addSeeds adds real files, and beginnings that are hard to tell apart.
func addSeeds(f *testing.F) {
	for _, t := range []*trace.Trace{tracegen.Everything(), tracegen.Chain(3, 1), trace.Portable(tracegen.Everything()), {}} {
		line, proto := mustWriteJSON(f, t), protoBytes(f, t)
		f.Add(line)
		f.Add(proto)
		f.Add(gzipped(f, line))
		f.Add(framed(proto, proto))
		f.Add(framed(zstandard(f, line)))
	}
	files, err := filepath.Glob("testdata/jaeger/*.json")
	if err != nil || len(files) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte(document(readableSpan)))
	f.Add([]byte(document(`{"kind":"SPAN_KIND_SERVER","startTimeUnixNano":1e3,"attributes":[{"key":"\ud800","value":{"doubleValue":"NaN"}}]}`)))
	f.Add([]byte(`{"resourceSpans":[{"resource":{"attributes":[{}]},"scopeSpans":[null,{"spans":[{},null]}]}]}`))
	f.Add([]byte("\x1f\x8b\x08\x00\x00"))
	f.Add([]byte("\n{\n\"\n"))
}

// FuzzRead: no input makes reading panic, hang, or take memory beyond a
// multiple of what is read; every span has what is promised; and what was read
// without an error is read again from what WriteJSON writes.
func FuzzRead(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, in []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got, err := trace.Read(bytes.NewReader(in), fuzzOptions)
		runtime.ReadMemStats(&after)
		most := constant + perByte*len(in)
		if isPacked(in) {
			most = constant + perByte*int(fuzzOptions.MaxInput) // what it unpacks to, and zstd's window
		}
		if taken := after.TotalAlloc - before.TotalAlloc; taken > uint64(most) {
			t.Errorf("%d bytes of input took %d bytes of memory", len(in), taken)
		}
		for i := range got.Spans {
			s := &got.Spans[i]
			if s.Resource == nil || s.Scope == nil {
				t.Fatalf("span %q lacks resource or scope", s.Name)
			}
			if s.Start < 0 || s.End < 0 {
				t.Fatalf("span %q is from %d to %d", s.Name, s.Start, s.End)
			}
		}
		if err != nil {
			return
		}
		once := mustWriteJSON(t, got)
		again, err := read(bytes.NewReader(once))
		if err != nil {
			t.Fatalf("cannot read what was written: %v\n%s", err, once)
		}
		if hasMarks(got) {
			return // they are undone a second time
		}
		if d := diffTraces(grouped(got), again); d != "" {
			t.Fatalf("read, written and read again (-want +got):\n%s", d)
		}
	})
}

// FuzzReadCut: wherever an input is cut, what comes before is read the same.
func FuzzReadCut(f *testing.F) {
	line, proto := mustWriteJSON(f, tracegen.Everything()), protoBytes(f, tracegen.Everything())
	for _, at := range []int{0, 1, 100, 700, 1500} {
		f.Add(line, at)
		f.Add(proto, at)
	}
	f.Fuzz(func(t *testing.T, in []byte, at int) {
		if at < 0 || at > len(in) || isPacked(in) || bytes.Contains(in, []byte("chaintrace.")) {
			return
		}
		whole, err := trace.Read(bytes.NewReader(in), fuzzOptions)
		if err != nil {
			return
		}
		cut, err := trace.Read(bytes.NewReader(in[:at]), fuzzOptions)
		if errors.Is(err, trace.ErrTruncated) && len(cut.Spans) > len(whole.Spans) {
			t.Fatalf("%d spans of %d", len(cut.Spans), len(whole.Spans))
		}
		for i := range cut.Spans {
			if cut.Spans[i].Name != whole.Spans[i].Name || cut.Spans[i].SpanID != whole.Spans[i].SpanID {
				t.Fatalf("span %d is another one", i)
			}
		}
	})
}

func isPacked(in []byte) bool {
	framed := len(in) > 0 && in[0] < '\t'
	return framed || bytes.HasPrefix(in, []byte{0x1f, 0x8b}) || bytes.HasPrefix(in, []byte{0x28, 0xb5})
}

// hasMarks reports whether attributes of the marks' names are left, which is
// so where they came twice.
func hasMarks(t *trace.Trace) bool {
	for _, s := range t.Spans {
		for _, a := range s.Attrs {
			if len(a.Key) > 11 && a.Key[:11] == "chaintrace." {
				return true
			}
		}
	}
	return false
}

// groupKey is what WriteJSON groups spans by.
type groupKey struct {
	resource *trace.Resource
	scope    *trace.Scope
}

// grouped returns what Read returned in the order in which WriteJSON writes.
func grouped(t *trace.Trace) *trace.Trace {
	var resources []*trace.Resource
	scopes := make(map[*trace.Resource][]*trace.Scope)
	spans := make(map[groupKey][]trace.Span)
	for _, s := range t.Spans {
		if !slices.Contains(resources, s.Resource) {
			resources = append(resources, s.Resource)
		}
		if !slices.Contains(scopes[s.Resource], s.Scope) {
			scopes[s.Resource] = append(scopes[s.Resource], s.Scope)
		}
		key := groupKey{s.Resource, s.Scope}
		spans[key] = append(spans[key], s)
	}
	out := &trace.Trace{}
	for _, r := range resources {
		for _, sc := range scopes[r] {
			out.Spans = append(out.Spans, spans[groupKey{r, sc}]...)
		}
	}
	return out
}
