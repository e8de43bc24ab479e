package pprof_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/google/pprof/profile"

	"github.com/chaintrace/chaintrace/render/pprof"
	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
)

// written writes a trace, and reads it as pprof does.
func written(tb testing.TB, t *trace.Trace) *profile.Profile {
	tb.Helper()
	var b, again bytes.Buffer
	if err := errors.Join(pprof.Write(&b, t), pprof.Write(&again, t)); err != nil {
		tb.Fatal(err)
	}
	if !bytes.Equal(b.Bytes(), again.Bytes()) {
		tb.Error("written twice it differs")
	}
	p, err := profile.Parse(&b)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// stacks returns the values by stack, the outermost frame first.
func stacks(p *profile.Profile) map[string]int64 {
	out := map[string]int64{}
	for _, s := range p.Sample {
		var names []string
		for i := len(s.Location) - 1; i >= 0; i-- {
			names = append(names, s.Location[i].Line[0].Function.Name)
		}
		out[strings.Join(names, " › ")] += s.Value[0]
	}
	return out
}

func span(id, parent byte, name string, begin, end int64, attrs ...trace.Attr) trace.Span {
	s := trace.Span{SpanID: trace.SpanID{id}, Name: name, Start: 1000 + begin, End: 1000 + end, Attrs: attrs}
	if parent > 0 {
		s.ParentID = trace.SpanID{parent}
	}
	return s
}

func text(key, value string) trace.Attr { return trace.Attr{Key: key, Value: trace.String(value)} }

// TestStacks: time counts once, for what took it itself.
func TestStacks(t *testing.T) {
	hook := span(5, 4, attr.SpanHookRun, 100, 160, text(attr.HookName, "h"), text(attr.HookOrigin, "server"))
	hook.Events = []trace.Event{
		{Name: attr.EventHookStep, Time: 1130, Attrs: []trace.Attr{text(attr.HookStep, "cache:b")}},
		{Name: attr.EventHookStep, Time: 1110, Attrs: []trace.Attr{text(attr.HookStep, "timer:a")}},
	}
	unfinished := span(9, 0, "alone", 190, 0)
	unfinished.End = 0
	tr := &trace.Trace{Spans: []trace.Span{
		span(1, 0, attr.SpanStartup, 0, 200),
		span(2, 1, attr.SpanConfigBuild, 10, 30),
		span(3, 1, attr.SpanConfigComplete, 20, 50), // overlaps its brother
		span(4, 1, attr.SpanHooksRun, 100, 170),
		hook,
		span(6, 4, attr.SpanHookRun, 100, 150, text(attr.HookName, "beside"), text(attr.HookOrigin, "server")),
		span(7, 1, attr.SpanReady, 100, 180),
		span(8, 7, "too long", 175, 300),
		unfinished,
		span(10, 10, "its own parent", 0, 5),
		span(11, 12, "circle", 0, 5), span(12, 11, "circle too", 0, 3),
	}}
	want := map[string]int64{
		"startup":                                    10 + 50 + 20,
		"startup › config.build":                     20,
		"startup › config.complete":                  30,
		"startup › hooks.run":                        10,
		"startup › hooks.run › server › h":           10,
		"startup › hooks.run › server › h › timer:a": 20,
		"startup › hooks.run › server › h › cache:b": 30,
		"startup › hooks.run › server › beside":      50,
		"startup › ready":                            5,
		"startup › ready › too long":                 125,
		"alone":                                      110,
		"its own parent":                             5,
		"circle too › circle":                        2,
		"circle › circle too":                        0,
	}
	got := stacks(written(t, tr))
	for stack, ns := range want {
		if got[stack] != ns {
			t.Errorf("%s: %d ns, want %d", stack, got[stack], ns)
		}
		delete(got, stack)
	}
	if len(got) > 0 {
		t.Errorf("and %v", got)
	}
}

// TestChain: the stacks of a chain's start are phase, server and hook, with the
// place where it was registered.
func TestChain(t *testing.T) {
	p := written(t, golden(t, "testdata/golden/kube-apiserver-1.37.trace.json"))
	got := stacks(p)
	if got["startup › hooks.run › kube-apiserver › rbac/bootstrap-roles › timer:1s"] != 1e9 {
		t.Errorf("%v", got)
	}
	if got["startup › chain.create › server.create kube-apiserver"] == 0 || p.DurationNanos < 2e9 || p.TimeNanos == 0 {
		t.Errorf("%v, %d ns at %d", got, p.DurationNanos, p.TimeNanos)
	}
	if file := p.Mapping[0].File; file != "kube-apiserver v1.37.2 (simulated time)" {
		t.Errorf("the program is %q", file)
	}
	placed := 0
	for _, f := range p.Function {
		if strings.HasSuffix(f.Filename, ".go") && f.StartLine > 0 {
			placed++
		}
	}
	if placed < 50 {
		t.Errorf("%d functions have a place in the source", placed)
	}
}

// TestDifference: a start compared with itself leaves nothing.
func TestDifference(t *testing.T) {
	a, b := written(t, golden(t, "testdata/golden/aggregated-apiserver.trace.json")), written(t, golden(t, "testdata/golden/aggregated-apiserver.trace.json"))
	b.Scale(-1)
	merged, err := profile.Merge([]*profile.Profile{a, b})
	if err != nil {
		t.Fatal(err)
	}
	if len(merged.Sample) != 0 {
		t.Errorf("%d stacks differ", len(merged.Sample))
	}
}

// TestHostile: names are nothing but text.
func TestHostile(t *testing.T) {
	for _, name := range []string{"", "a\xffb", "\x00\x1b", "../../etc/passwd", strings.Repeat("long ", 1000), "file.go:99999999999999999999", "x:-1", "\u202e"} {
		s := span(1, 0, attr.SpanHookRun, 0, 5, text(attr.HookName, name), text(attr.HookOrigin, name), text(attr.HookRegisteredAt, name), text(attr.HookOutcome, name))
		s.Resource = &trace.Resource{Attrs: []trace.Attr{text("service.name", name), text(attr.ServiceVersion, name)}}
		s.Events = []trace.Event{{Name: attr.EventHookStep, Time: 1, Attrs: []trace.Attr{text(attr.HookStep, name)}}}
		p := written(t, &trace.Trace{Spans: []trace.Span{s, span(2, 0, name, math.MaxInt64-5000, math.MaxInt64-2000), span(3, 0, name, 0, math.MaxInt64-2000)}})
		if strings.Contains(p.Mapping[0].File, "/") {
			t.Errorf("pprof would open %q", p.Mapping[0].File)
		}
		for _, f := range p.Function {
			if strings.ContainsAny(f.Name+f.Filename, "\x00\x1b\u202e") || len(f.Name) > 1000 {
				t.Errorf("%q is shown as %q", name, f.Name)
			}
		}
	}
}

func TestNothing(t *testing.T) {
	if p := written(t, &trace.Trace{}); len(p.Sample) != 0 || p.Mapping[0].File != "trace" {
		t.Errorf("%v", p)
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestErrors(t *testing.T) {
	if err := pprof.Write(fullDisk{}, &trace.Trace{}); err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("%v", err)
	}
}

func golden(tb testing.TB, file string) *trace.Trace {
	tb.Helper()
	f, err := os.Open("../../" + file)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	t, err := trace.Read(f, trace.ReadOptions{})
	if err != nil {
		tb.Fatal(err)
	}
	return t
}

// Time per span should be the same at every size.
func BenchmarkWrite(b *testing.B) {
	one := golden(b, "testdata/golden/kube-apiserver-1.37.trace.json")
	for _, n := range []int{1_000, 10_000, 100_000} {
		t := &trace.Trace{}
		for i := range n {
			s := one.Spans[i%len(one.Spans)]
			s.SpanID[0], s.SpanID[1] = byte(i/len(one.Spans)), byte(i/len(one.Spans)>>8)
			if !s.ParentID.IsZero() {
				s.ParentID[0], s.ParentID[1] = s.SpanID[0], s.SpanID[1]
			}
			t.Spans = append(t.Spans, s)
		}
		b.Run(fmt.Sprintf("spans=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := pprof.Write(io.Discard, t); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/span")
		})
	}
}
