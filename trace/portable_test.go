package trace_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/internal/tracegen"
)

// A backend may cut times to microseconds, shuffle the spans, or do neither.
func TestPortable(t *testing.T) {
	want := tracegen.Everything()
	want.Spans = append(want.Spans, tracegen.Chain(500, 3).Spans...)
	portable := trace.Portable(want)
	for i := range portable.Spans {
		if portable.Spans[i].End == 0 {
			t.Errorf("span %d has no end, which not every backend takes", i)
		}
	}
	for name, lose := range map[string]func(*trace.Trace){
		"nothing":   func(*trace.Trace) {},
		"precision": coarsen,
		"order":     func(tr *trace.Trace) { shuffle(tr, 1) },
		"both":      func(tr *trace.Trace) { coarsen(tr); shuffle(tr, 2) },
	} {
		t.Run(name, func(t *testing.T) {
			sent := trace.Portable(want)
			lose(sent)
			for format, in := range map[string][]byte{"json": mustWriteJSON(t, sent), "proto": protoBytes(t, sent)} {
				got := mustRead(t, in)
				for _, tr := range []*trace.Trace{want, got} {
					slices.SortStableFunc(tr.Spans, func(a, b trace.Span) int { return slices.Compare(a.TraceID[:], b.TraceID[:]) })
				}
				if d := diffTraces(want, got); d != "" {
					t.Errorf("%s (-want +got):\n%s", format, d)
				}
			}
		})
	}
}

func coarsen(t *trace.Trace) {
	for i := range t.Spans {
		s := &t.Spans[i]
		duration := s.End - s.Start
		s.Start -= s.Start % 1000
		s.End = s.Start + duration/1000*1000
		for j := range s.Events {
			s.Events[j].Time -= s.Events[j].Time % 1000
		}
	}
}

func shuffle(t *trace.Trace, seed uint64) {
	rand.New(rand.NewPCG(seed, 0)).Shuffle(len(t.Spans), func(i, j int) { t.Spans[i], t.Spans[j] = t.Spans[j], t.Spans[i] })
}

// Portable leaves its argument alone, and no marks are left after reading.
func TestPortableKeepsTheOriginal(t *testing.T) {
	in := tracegen.Everything()
	_ = trace.Portable(in)
	if d := diffTraces(tracegen.Everything(), in); d != "" {
		t.Errorf("the argument was changed:\n%s", d)
	}
}

// Marks that make no sense are taken off and change nothing.
func TestHostileMarks(t *testing.T) {
	for _, v := range []trace.Value{trace.Int(-1), trace.Int(1000), trace.Int(1 << 62), trace.String("x"), trace.Bool(true), {}} {
		in := &trace.Trace{Spans: []trace.Span{{
			TraceID: trace.TraceID{1}, SpanID: trace.SpanID{1}, Name: "n", Start: 5000, End: 9000, Resource: &trace.Resource{}, Scope: &trace.Scope{},
			Attrs:  []trace.Attr{{attr.MarkSequence, v}, {attr.MarkStart, v}, {"k", trace.Int(1)}, {attr.MarkDuration, v}, {"chaintrace.other", v}},
			Events: []trace.Event{{Time: 7000, Attrs: []trace.Attr{{attr.MarkTime, v}}}},
		}}}
		want := in.Spans[0]
		want.Attrs = []trace.Attr{{"k", trace.Int(1)}, {"chaintrace.other", v}}
		want.Events = []trace.Event{{Time: 7000}}
		if d := diffTraces(&trace.Trace{Spans: []trace.Span{want}}, mustRead(t, mustWriteJSON(t, in))); d != "" {
			t.Errorf("marks of %v (-want +got):\n%s", v.Kind(), d)
		}
	}
}
