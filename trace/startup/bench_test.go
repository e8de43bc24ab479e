package startup_test

import (
	"strconv"
	"testing"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// longStart is a start of n spans, most of them hooks that wait for one another
// step by step.
func longStart(b *testing.B, n int) *startup.Startup {
	t := oneServer()
	for i := range n - len(t.Spans) - 1 {
		name := "h" + strconv.Itoa(i)
		t.Spans = append(t.Spans, trace.Span{
			Name: attr.SpanHookRun, Start: base + 101e6 + int64(i), End: base + 102e6 + int64(i), Resource: t.resource, Scope: &trace.Scope{},
			TraceID: t.Spans[0].TraceID, SpanID: trace.SpanID{1, byte(i >> 24), byte(i >> 16), byte(i >> 8), byte(i)},
			Attrs:  []trace.Attr{kv(attr.HookName, name), kv(attr.HookOrigin, "s"), outcome(attr.OutcomeRan), waits("hook:h" + strconv.Itoa(i-1))},
			Events: []trace.Event{{Name: attr.EventHookStep, Time: base + 101e6, Attrs: []trace.Attr{kv(attr.HookStep, "hook:h"+strconv.Itoa(i-1))}}},
		})
	}
	t.of("s", attr.SpanReady, 100, 300)
	return mustRead(b, t)
}

// hungStart is a start of n hooks that wait for one another, none of which ends.
func hungStart(b *testing.B, n int) *startup.Startup {
	t := oneServer()
	for i := range n {
		t.hook("h"+strconv.Itoa(i), 101, 0, waits("hook:h"+strconv.Itoa(i+1)))
	}
	return mustRead(b, t)
}

// phasesStart is a start of n phases.
func phasesStart(b *testing.B, n int) *startup.Startup {
	t := newBuilder()
	t.add(trace.SpanID{}, attr.SpanStartup, 0, int64(2*n))
	for i := range int64(n) {
		t.of("s", attr.SpanListenerServe, 2*i, 2*i+1)
	}
	return mustRead(b, t)
}

func mustRead(b *testing.B, t *builder) *startup.Startup {
	s, err := startup.FromTrace(&t.Trace)
	if err != nil {
		b.Fatal(err)
	}
	return s
}

func BenchmarkAnalyses(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		for kind, s := range map[string]*startup.Startup{"ready": longStart(b, n), "hung": hungStart(b, n), "phases": phasesStart(b, n)} {
			for name, do := range map[string]func(){
				"time":           func() { s.Timing() },
				"blame":          func() { s.Blame() },
				"critical-chain": func() { s.CriticalChain() },
			} {
				b.Run(name+"/"+kind+"/"+strconv.Itoa(n), func(b *testing.B) {
					b.ReportAllocs()
					for b.Loop() {
						do()
					}
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/span")
				})
			}
		}
	}
}
