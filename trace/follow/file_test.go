package follow_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/follow"
)

// line is the record of a span.
func line(tb testing.TB, s trace.Span) []byte {
	tb.Helper()
	if s.Resource == nil {
		s.Resource = &trace.Resource{Attrs: []trace.Attr{{Key: "service.name", Value: trace.String("kube-apiserver")}}}
	}
	if s.Scope == nil {
		s.Scope = &trace.Scope{}
	}
	var b bytes.Buffer
	if err := trace.WriteJSON(&b, &trace.Trace{Spans: []trace.Span{s}}); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func span(id byte, name string, start, end int64, attrs ...trace.Attr) trace.Span {
	return trace.Span{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{id}, Name: name, Start: start, End: end, Attrs: attrs}
}

// growing is a file, and what follows it.
type growing struct {
	tb   testing.TB
	path string
	*follow.File
}

func newGrowing(tb testing.TB) *growing {
	tb.Helper()
	g := &growing{tb: tb, path: filepath.Join(tb.TempDir(), "trace.json")}
	if err := os.WriteFile(g.path, nil, 0o600); err != nil {
		tb.Fatal(err)
	}
	f, err := follow.Open(g.path)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { f.Close() })
	g.File = f
	return g
}

func (g *growing) write(content ...[]byte) {
	g.tb.Helper()
	f, err := os.OpenFile(g.path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		g.tb.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Write(bytes.Join(content, nil)); err != nil {
		g.tb.Fatal(err)
	}
}

// next reads on and returns the names of the spans.
func (g *growing) next() (string, error) {
	spans, err := g.Next()
	names := make([]string, len(spans))
	for i := range spans {
		names[i] = spans[i].Name
	}
	return strings.Join(names, " "), err
}

// wantNext reads on, without errors.
func (g *growing) wantNext(want string) {
	g.tb.Helper()
	if got, err := g.next(); got != want || err != nil {
		g.tb.Errorf("Next: %q, %v, want %q", got, err, want)
	}
}

func TestNextReadsWhatIsWhole(t *testing.T) {
	g := newGrowing(t)
	g.wantNext("")
	a, b, c := line(t, span(1, "a", 1, 2)), line(t, span(2, "b", 1, 2)), line(t, span(3, "c", 1, 2))
	g.write(a, b[:10])
	g.wantNext("a")
	if !g.Unfinished() {
		t.Error("half a line is said to be whole")
	}
	g.write(b[10:20])
	g.wantNext("")
	g.write(b[20:], c)
	g.wantNext("b c")
	g.wantNext("")
	if g.Unfinished() || g.Lines() != 3 || g.Skipped() != 0 {
		t.Errorf("unfinished %v, %d lines, %d skipped", g.Unfinished(), g.Lines(), g.Skipped())
	}
	if err := os.Remove(g.path); err != nil {
		t.Fatal(err)
	}
	g.wantNext("")
	if tr, err := g.Trace(trace.ReadOptions{}); err != nil || len(tr.Spans) != 3 {
		t.Errorf("of a file that was removed there are %v, %v", tr, err)
	}
}

func TestNextReadsMuch(t *testing.T) {
	g := newGrowing(t)
	const n = 5000 // more than is read at once
	var all [][]byte
	for range n {
		all = append(all, line(t, span(1, "a", 1, 2)))
	}
	g.write(all...)
	if spans, err := g.Next(); err != nil || len(spans) != n {
		t.Errorf("%d spans, %v", len(spans), err)
	}
}

func TestNextLeavesGarbageOut(t *testing.T) {
	g := newGrowing(t)
	a := line(t, span(1, "a", 1, 2))
	g.write(a, []byte("panic: oh\n\n\x00\xff{\n"), a)
	got, err := g.next()
	var record *follow.RecordError
	if got != "a a" || !errors.As(err, &record) || record.Line != 2 {
		t.Errorf("Next: %q, %v; want both spans, and an error of line 2", got, err)
	}
	if want := "line 2 is no record of a trace and is left out: "; err != nil && !strings.HasPrefix(err.Error(), want) {
		t.Errorf("the error is %q", err)
	}
	// One error is enough; the others are counted.
	g.write([]byte("again\n"), a[:30])
	g.wantNext("")
	if g.Skipped() != 3 || g.Lines() != 6 || !g.Unfinished() {
		t.Errorf("%d of %d lines left out, unfinished %v", g.Skipped(), g.Lines(), g.Unfinished())
	}
	tr, err := g.Trace(trace.ReadOptions{})
	if err != nil || len(tr.Spans) != 2 {
		t.Errorf("Trace: %v, %v; want both spans", tr, err)
	}
}

func TestNextBeginsAnewWhenShortened(t *testing.T) {
	g := newGrowing(t)
	g.write(line(t, span(1, "a", 1, 2)), line(t, span(2, "b", 1, 2)))
	g.wantNext("a b")
	if err := os.WriteFile(g.path, line(t, span(3, "c", 1, 2)), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := g.next(); got != "c" || !errors.Is(err, follow.ErrShortened) {
		t.Errorf("Next: %q, %v; want c and ErrShortened", got, err)
	}
	g.write(line(t, span(4, "d", 1, 2)))
	g.wantNext("d")
}

func TestLinesThatAreTooLong(t *testing.T) {
	g := newGrowing(t)
	a := line(t, span(1, "a", 1, 2))
	g.write(a, bytes.Repeat([]byte("x"), follow.MaxRecord+1))
	g.wantNext("a")
	g.write([]byte("yyy\n"), a)
	got, err := g.next()
	var record *follow.RecordError
	if got != "a" || !errors.As(err, &record) || record.Line != 2 {
		t.Errorf("Next: %q, %v; want a, and an error of line 2", got, err)
	}
}

func TestTraceOfSpansWrittenTwice(t *testing.T) {
	g := newGrowing(t)
	begun := span(1, "startup", 5, 0)
	ended := span(1, "startup", 5, 9)
	g.write(line(t, begun), line(t, span(2, "b", 6, 0)), line(t, ended))
	g.wantNext("startup b")
	tr, err := g.Trace(trace.ReadOptions{})
	if err != nil || len(tr.Spans) != 2 || tr.Spans[0].End != 9 || tr.Spans[1].End != 0 {
		t.Errorf("Trace: %v, %v", tr, err)
	}
	var limit *trace.LimitError
	if _, err := g.Trace(trace.ReadOptions{MaxInput: 10}); !errors.As(err, &limit) {
		t.Errorf("beyond the limit: %v", err)
	}
}

func TestOpenWithoutFile(t *testing.T) {
	if _, err := follow.Open(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the error is %v", err)
	}
}

// FuzzFile: whatever is in the file, and however it comes there, nothing of it is
// lost and nothing panics.
func FuzzFile(f *testing.F) {
	a := line(f, span(1, "a", 1, 2))
	f.Add(a, 10)
	f.Add(bytes.Join([][]byte{a, []byte("garbage\n{\n\n"), a, a[:20]}, nil), 300)
	f.Add([]byte("\x1f\x8b\n\n"), 1)
	f.Fuzz(func(t *testing.T, content []byte, cut int) {
		cut = min(max(cut, 0), len(content))
		g := newGrowing(t)
		for _, part := range [][]byte{content[:cut], content[cut:]} {
			g.write(part)
			var record *follow.RecordError
			if _, err := g.Next(); err != nil && !errors.As(err, &record) {
				t.Fatal(err)
			}
		}
		if n := bytes.Count(content, []byte("\n")); g.Lines() != n {
			t.Errorf("%d lines, want %d", g.Lines(), n)
		}
		if whole := len(content) == 0 || content[len(content)-1] == '\n'; g.Unfinished() == whole {
			t.Errorf("unfinished is %v", g.Unfinished())
		}
		if g.Skipped() > g.Lines() {
			t.Errorf("%d of %d lines left out", g.Skipped(), g.Lines())
		}
		if _, err := g.Trace(trace.ReadOptions{}); err != nil {
			t.Error(err)
		}
	})
}
