package trace_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/zstd"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/internal/tracegen"
)

func gzipped(tb testing.TB, in []byte) []byte {
	tb.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(in); err != nil {
		tb.Fatal(err)
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

func zstandard(tb testing.TB, in []byte) []byte {
	tb.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		tb.Fatal(err)
	}
	defer w.Close()
	return w.EncodeAll(in, nil)
}

// framed puts the length in front of each message, as the collector does.
func framed(messages ...[]byte) []byte {
	var out []byte
	for _, m := range messages {
		out = binary.BigEndian.AppendUint32(out, uint32(len(m)))
		out = append(out, m...)
	}
	return out
}

// Whatever form the same trace comes in, the same is read.
func TestReadFindsTheFormat(t *testing.T) {
	want := tracegen.Everything()
	line, proto := mustWriteJSON(t, want), protoBytes(t, want)
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, line, "", "  "); err != nil {
		t.Fatal(err)
	}
	array := "[" + string(line) + "]"
	for name, in := range map[string][]byte{
		"json":               line,
		"pretty json":        pretty.Bytes(),
		"json in an array":   []byte(array),
		"a byte order mark":  append([]byte("\xef\xbb\xbf"), line...),
		"line ends in front": append([]byte("\n\n"), pretty.Bytes()...),
		"gzipped json":       gzipped(t, line),
		"zstd json":          zstandard(t, line),
		"gzip of two parts":  append(gzipped(t, line[:100]), gzipped(t, line[100:])...),
		"proto":              proto,
		"gzipped proto":      gzipped(t, proto),
		"zstd proto":         zstandard(t, proto),
		"framed proto":       framed(proto),
		"framed zstd proto":  framed(zstandard(t, proto)),
		"framed zstd json":   framed(zstandard(t, line)),
		"an empty frame":     framed(proto, nil),
	} {
		t.Run(name, func(t *testing.T) {
			for how, r := range map[string]io.Reader{
				"at once":       bytes.NewReader(in),
				"byte by byte":  iotest.OneByteReader(bytes.NewReader(in)),
				"end with data": iotest.DataErrReader(bytes.NewReader(in)),
			} {
				got, err := read(r)
				if err != nil {
					t.Fatalf("%s: %v", how, err)
				}
				if d := diffTraces(want, got); d != "" {
					t.Errorf("%s (-want +got):\n%s", how, d)
				}
			}
		})
	}
}

// Wherever the end of what is in memory falls, the same is read. Readers of the
// formats take up to 64 KiB at once and move the rest to the front.
func TestReadAcrossTheBuffersEnd(t *testing.T) {
	const buffer = 64 << 10
	want := tracegen.Everything()
	want.Spans = append(want.Spans, tracegen.Chain(2, 1).Spans...)
	line, proto := mustWriteJSON(t, want), protoBytes(t, want)
	for at := range len(line) {
		in := append(bytes.Repeat([]byte(" "), buffer-at), line...)
		if got := mustRead(t, in); !bytes.Equal(mustWriteJSON(t, got), line) {
			t.Fatalf("JSON, byte %d at the end (-want +got):\n%s", at, diffTraces(want, got))
		}
	}
	for at := range len(proto) {
		filler := field(1, field(99, make([]byte, buffer-at)))
		if got := mustRead(t, append(filler, proto...)); !bytes.Equal(mustWriteJSON(t, got), line) {
			t.Fatalf("protobuf, byte %d at the end (-want +got):\n%s", at, diffTraces(want, got))
		}
	}
}

func TestReadSeveralMessages(t *testing.T) {
	one, two := tracegen.Chain(3, 1), tracegen.Chain(4, 2)
	want := &trace.Trace{Spans: append(append([]trace.Span(nil), one.Spans...), two.Spans...)}
	for name, in := range map[string][]byte{
		"lines":     append(mustWriteJSON(t, one), mustWriteJSON(t, two)...),
		"proto":     append(protoBytes(t, one), protoBytes(t, two)...),
		"frames":    framed(protoBytes(t, one), protoBytes(t, two)),
		"zstd json": framed(zstandard(t, mustWriteJSON(t, one)), zstandard(t, mustWriteJSON(t, two))),
		"a frame that does not begin with a zero": framed(append(protoBytes(t, one), field(99, make([]byte, 17<<20))...), protoBytes(t, two)),
	} {
		if d := diffTraces(want, mustRead(t, in)); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

// A protobuf message whose first bytes are a line end and a brace is no JSON.
func TestReadProtoThatLooksLikeJSON(t *testing.T) {
	for length := 1; length < 200; length++ {
		want := &trace.Trace{Spans: []trace.Span{{
			TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, Name: strings.Repeat("n", length), Start: 1, End: 2,
			Resource: &trace.Resource{Attrs: []trace.Attr{{"service.name", trace.String(strings.Repeat("s", length%40))}}}, Scope: &trace.Scope{},
		}}}
		if d := diffTraces(want, mustRead(t, protoBytes(t, want))); d != "" {
			t.Fatalf("a name of %d bytes (-want +got):\n%s", length, d)
		}
	}
}

func TestReadWhatIsNoTrace(t *testing.T) {
	for name, tt := range map[string]struct{ in, want string }{
		"nothing":          {"", "the input is empty"},
		"white space":      {" \n\t\n", "the input is empty"},
		"text":             {"I1109 starting\n", "invalid character 'I'"},
		"binary":           {"\x7fELF\x02\x01\x01", `begins with "\x7fELF`},
		"a foreign object": {`{"metrics":[1,2],"x":{}}`, `found "metrics", "x": the input is of another format`},
		"an empty object":  {`{}`, "the input has no traces"},
		"gzip of nothing":  {string(gzipped(t, nil)), "the input is empty"},
		"gzip that is not": {"\x1f\x8bxxxxxxxxxxxx", "unpacking gzip"},
		"zstd that is not": {"\x28\xb5\x2f\xfdxxxxxxxxxxxxxxxxxxxxx", "unpacking zstd"},
		"HTML":             {"<!doctype html><html>", "invalid character '<'"},
		"an answer":        {`{"error":{"httpCode":404,"message":"trace not found"}}`, `an answer that says "trace not found"`},
		"a v2 answer":      {`{"data":null,"total":0,"errors":[{"code":404,"msg":"trace not found"}]}`, `an answer that says "trace not found"`},
	} {
		got, err := read(strings.NewReader(tt.in))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v lacks %q", name, err, tt.want)
		}
		if got == nil || len(got.Spans) != 0 {
			t.Errorf("%s: gives %v", name, got)
		}
	}
}

// A packed file that was cut off gives what can be unpacked.
func TestReadCutPackedFiles(t *testing.T) {
	plain := mustWriteJSON(t, tracegen.Chain(5000, 1))
	for name, in := range map[string][]byte{"gzip": gzipped(t, plain), "zstd": zstandard(t, plain), "frame": framed(protoBytes(t, tracegen.Chain(5000, 1)))} {
		got, err := read(bytes.NewReader(in[:len(in)/2]))
		if !errors.Is(err, trace.ErrTruncated) || len(got.Spans) == 0 {
			t.Errorf("%s: %d spans, error %v", name, len(got.Spans), err)
		}
	}
}

// How many spans there will be is told from the first ones, which may be far
// longer or shorter than the rest, or have attributes without end.
func TestReadUnevenSpans(t *testing.T) {
	for name, long := range map[string]func(i int) bool{
		"first long":  func(i int) bool { return i < 64 },
		"first short": func(i int) bool { return i >= 64 },
		"one long":    func(i int) bool { return i == 100 },
	} {
		want := tracegen.Chain(3000, 1)
		for i := range want.Spans {
			if long(i) {
				want.Spans[i].Name = strings.Repeat("long ", 2000)
			} else {
				want.Spans[i] = trace.Span{SpanID: want.Spans[i].SpanID, Resource: want.Spans[i].Resource, Scope: want.Spans[i].Scope}
			}
		}
		for format, in := range map[string][]byte{"json": mustWriteJSON(t, want), "proto": protoBytes(t, want)} {
			got := mustRead(t, in)
			if !bytes.Equal(mustWriteJSON(t, got), mustWriteJSON(t, want)) {
				t.Errorf("%s, %s: another trace is read", name, format)
			}
			if cap(got.Spans) > 2*len(got.Spans) {
				t.Errorf("%s, %s: room for %d spans", name, format, cap(got.Spans))
			}
		}
	}
}

func TestReadFailingInput(t *testing.T) {
	broken := errors.New("the disk is on fire")
	for name, in := range map[string][]byte{"json": mustWriteJSON(t, tracegen.Chain(900, 1)), "proto": protoBytes(t, tracegen.Chain(900, 1))} {
		got, err := read(io.MultiReader(bytes.NewReader(in[:len(in)/2]), iotest.ErrReader(broken)))
		if !errors.Is(err, broken) || len(got.Spans) < 100 || errors.Is(err, trace.ErrTruncated) {
			t.Errorf("%s: %d spans, error %v", name, len(got.Spans), err)
		}
	}
}

func TestReadLimits(t *testing.T) {
	chain := tracegen.Chain(2000, 1)
	deep := trace.Value{}
	for range 40 {
		deep = trace.List(deep)
	}
	nested := &trace.Trace{Spans: []trace.Span{{Attrs: []trace.Attr{{"k", deep}}}}}
	for name, tt := range map[string]struct {
		in      *trace.Trace
		options trace.ReadOptions
		want    string // LimitError.What, "" for none
		spans   int    // at least
	}{
		"input":       {chain, trace.ReadOptions{MaxInput: 200_000}, trace.LimitInput, 100},
		"input fits":  {chain, trace.ReadOptions{MaxInput: 4 << 20}, "", 2000},
		"memory":      {chain, trace.ReadOptions{MaxMemory: 300_000}, trace.LimitMemory, 64},
		"memory fits": {chain, trace.ReadOptions{MaxMemory: 4 << 20}, "", 2000},
		"depth":       {nested, trace.ReadOptions{MaxDepth: 39}, trace.LimitDepth, 0},
		"depth fits":  {nested, trace.ReadOptions{MaxDepth: 40}, "", 1},
	} {
		for format, in := range map[string][]byte{"json": mustWriteJSON(t, tt.in), "proto": protoBytes(t, tt.in), "gzip": gzipped(t, mustWriteJSON(t, tt.in))} {
			got, err := trace.Read(bytes.NewReader(in), tt.options)
			var limit *trace.LimitError
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("%s, %s: %v", name, format, err)
			case tt.want != "" && (!errors.As(err, &limit) || limit.What != tt.want):
				t.Errorf("%s, %s: error %v", name, format, err)
			case len(got.Spans) < tt.spans || tt.want != "" && len(got.Spans) == len(tt.in.Spans):
				t.Errorf("%s, %s: %d spans", name, format, len(got.Spans))
			}
		}
	}
}

// Unpacking may take memory by itself.
func TestReadZstdWindow(t *testing.T) {
	w, err := zstd.NewWriter(nil, zstd.WithWindowSize(64<<20), zstd.WithSingleSegment(false))
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	w.Reset(&packed)
	if _, err := io.Copy(w, io.LimitReader(&forever{text: mustText(t)}, 65<<20)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = trace.Read(bytes.NewReader(packed.Bytes()), trace.ReadOptions{MaxMemory: 64 << 20})
	var limit *trace.LimitError
	if !errors.As(err, &limit) || limit.What != trace.LimitMemory {
		t.Errorf("error %v", err)
	}
}

// mustText returns a document with a single span.
func mustText(t *testing.T) string { return string(mustWriteJSON(t, tracegen.Chain(1, 1))) }

// An input of exactly the limit is not beyond it.
func TestReadInputOfTheLimit(t *testing.T) {
	in := mustWriteJSON(t, tracegen.Chain(10, 1))
	for n, fails := range map[int]bool{len(in) - 1: true, len(in): false, len(in) + 1: false} {
		if _, err := trace.Read(bytes.NewReader(in), trace.ReadOptions{MaxInput: int64(n)}); (err != nil) != fails {
			t.Errorf("%d bytes with a limit of %d: %v", len(in), n, err)
		}
	}
}

// A few bytes of input must not take memory without end, wherever they stand.
func TestReadSmallThingsWithoutEnd(t *testing.T) {
	for name, tt := range map[string]struct{ head, again string }{
		"spans":           {`{"resourceSpans":[{"scopeSpans":[{"spans":[{}`, `,{}`},
		"attributes":      {`{"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":[{}`, `,{}`},
		"events":          {`{"resourceSpans":[{"scopeSpans":[{"spans":[{"events":[{}`, `,{}`},
		"links":           {`{"resourceSpans":[{"scopeSpans":[{"spans":[{"links":[{}`, `,{}`},
		"values":          {`{"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":[{"value":{"arrayValue":{"values":[{}`, `,{}`},
		"values, spaced":  {`{"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":[{"value":{"arrayValue":{"values": [{}`, `,{}`},
		"a resource's":    {`{"resourceSpans":[{"resource":{"attributes":[{}`, `,{}`},
		"spans of Jaeger": {`{"data":[{"spans":[{}`, `,{}`},
		"tags of Jaeger":  {`{"data":[{"spans":[{"tags":[{}`, `,{}`},
		"logs of Jaeger":  {`{"data":[{"spans":[{"logs":[{}`, `,{}`},
		"references":      {`{"data":[{"spans":[{"references":[{}`, `,{}`},
	} {
		t.Run(name, func(t *testing.T) {
			in := io.MultiReader(strings.NewReader(tt.head), &forever{text: tt.again})
			_, err := trace.Read(in, trace.ReadOptions{MaxMemory: 4 << 20, MaxInput: 1 << 30})
			var limit *trace.LimitError
			if !errors.As(err, &limit) || limit.What != trace.LimitMemory {
				t.Errorf("error %v", err)
			}
		})
	}
	// Names that are all different.
	for name, format := range map[string][2]string{
		"resources": {`{"resourceSpans":[{}`, `,{"schemaUrl":"%d"}`},
		"scopes":    {`{"resourceSpans":[{"scopeSpans":[{}`, `,{"scope":{"name":"%d"}}`},
		"processes": {`{"data":[{"processes":{"p":{}`, `,"%d":{}`},
	} {
		var in bytes.Buffer
		in.WriteString(format[0])
		for i := range 200_000 {
			fmt.Fprintf(&in, format[1], i)
		}
		_, err := trace.Read(&in, trace.ReadOptions{MaxMemory: 16 << 20})
		var limit *trace.LimitError
		if !errors.As(err, &limit) || limit.What != trace.LimitMemory {
			t.Errorf("%s: error %v", name, err)
		}
	}
	// The same in protobuf, where a message says how long it is.
	empty := bytes.Repeat(field(9, nil), 1<<20)
	for name, in := range map[string][]byte{
		"attributes": spanMessage(empty),
		"values":     spanMessage(field(9, field(2, field(5, bytes.Repeat(field(1, nil), 1<<20))))),
	} {
		_, err := trace.Read(bytes.NewReader(in), trace.ReadOptions{MaxMemory: 16 << 20})
		var limit *trace.LimitError
		if !errors.As(err, &limit) || limit.What != trace.LimitMemory {
			t.Errorf("protobuf, %s: error %v", name, err)
		}
	}
}

// A single string longer than memory allows is not waited for.
func TestReadHugeString(t *testing.T) {
	endless := io.MultiReader(strings.NewReader(`{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"`), &forever{text: "x"})
	_, err := trace.Read(endless, trace.ReadOptions{MaxMemory: 8 << 20})
	var limit *trace.LimitError
	if !errors.As(err, &limit) || limit.What != trace.LimitMemory {
		t.Errorf("error %v", err)
	}
}

// forever is a reader of one text over and over.
type forever struct {
	text string
	at   int
}

func (f *forever) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = f.text[f.at]
		f.at = (f.at + 1) % len(f.text)
	}
	return len(p), nil
}
