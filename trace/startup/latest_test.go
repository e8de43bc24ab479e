package startup_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

func TestLatest(t *testing.T) {
	span := func(id byte, name string, start int64) trace.Span {
		return trace.Span{TraceID: trace.TraceID{id}, SpanID: trace.SpanID{1}, Name: name, Start: start, End: start}
	}
	for _, c := range []struct {
		name  string
		spans []trace.Span
		want  byte
	}{
		{"the later start", []trace.Span{span(1, attr.SpanStartup, 20), span(2, attr.SpanStartup, 10)}, 1},
		{"a start before other spans", []trace.Span{span(1, attr.SpanStartup, 10), span(2, attr.SpanHookRun, 20)}, 1},
		{"requests of a server come later", []trace.Span{span(2, attr.SpanRequest, 90), span(1, attr.SpanStartup, 10), span(3, attr.SpanRequest, 91)}, 1},
		{"a chain before anything else", []trace.Span{span(1, attr.SpanHookRun, 10), span(2, "GET /", 20)}, 1},
		{"only other spans", []trace.Span{span(1, "GET /", 10), span(2, "GET /", 20)}, 2},
		{"at the same time", []trace.Span{span(1, attr.SpanStartup, 10), span(2, attr.SpanStartup, 10)}, 2},
		{"hostile times", []trace.Span{span(1, attr.SpanStartup, math.MaxInt64), span(2, attr.SpanStartup, math.MinInt64)}, 1},
		{"without times", []trace.Span{span(2, attr.SpanStartup, 0), span(1, attr.SpanStartup, 0)}, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			for seed := range uint64(10) {
				rand.New(rand.NewPCG(seed, 0)).Shuffle(len(c.spans), func(i, j int) { c.spans[i], c.spans[j] = c.spans[j], c.spans[i] })
				if got, ok := startup.Latest(&trace.Trace{Spans: c.spans}); !ok || got != (trace.TraceID{c.want}) {
					t.Errorf("Latest = %v, %v; want %d", got, ok, c.want)
				}
			}
		})
	}
	if _, ok := startup.Latest(&trace.Trace{}); ok {
		t.Error("no spans have a latest trace")
	}
}

func TestLatestTraceIsTaken(t *testing.T) {
	first, second := chainOfTwo(), newBuilder(kv(attr.Preset, "second"))
	second.id = 2
	second.add(trace.SpanID{}, attr.SpanStartup, 500, 600)
	both := trace.Trace{Spans: append(second.Spans, first.Spans...)}
	s, err := startup.FromTrace(&both)
	if err != nil || s.Preset != "second" || len(s.Problems) > 0 {
		t.Errorf("of two traces it reads %+v, %v", s, err)
	}
}

// TestForeignTracesAreNamed: what is there instead of a chain may be a lot.
func TestForeignTracesAreNamed(t *testing.T) {
	b := newBuilder()
	for i := range 50_000 {
		b.add(trace.SpanID{}, "GET /"+strings.Repeat("x", i%7), int64(i), int64(i+1))
	}
	_, err := startup.FromTrace(&b.Trace)
	if !errors.Is(err, startup.ErrNoChain) || !strings.Contains(err.Error(), `["GET /" "GET /x" "GET /xx" "GET /xxx" "GET /xxxx"] and 2 more`) {
		t.Errorf("a foreign trace: %v", err)
	}
}
