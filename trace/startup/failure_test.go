package startup_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// fails gives the span added last an error.
func (b *builder) fails(message string) {
	b.Spans[len(b.Spans)-1].Status = trace.Status{Code: trace.StatusError, Message: message}
}

func TestFailureOfAPhase(t *testing.T) {
	root := func(b *builder, end int64) {
		b.add(trace.SpanID{}, attr.SpanStartup, 0, end)
		b.fails("wrapped")
	}
	for _, c := range []struct {
		name string
		add  func(b *builder)
		want *startup.Failure
	}{
		{"the innermost", func(b *builder) {
			root(b, 60)
			b.add(trace.SpanID{}, attr.SpanChainCreate, 30, 60)
			b.fails("server s: no")
			b.of("s", attr.SpanServerCreate, 30, 60)
			b.fails("no")
		}, &startup.Failure{Phase: attr.SpanServerCreate, Server: "s", Err: "no", At: 60 * ms}},
		{"the innermost, whatever the order of what begins together", func(b *builder) {
			root(b, 60)
			b.of("s", attr.SpanServerCreate, 30, 60)
			b.fails("no")
			b.add(trace.SpanID{}, attr.SpanChainCreate, 30, 60)
			b.fails("server s: no")
		}, &startup.Failure{Phase: attr.SpanServerCreate, Server: "s", Err: "no", At: 60 * ms}},
		{"by who is below whom", func(b *builder) {
			root(b, 60)
			b.Spans[0].SpanID = trace.SpanID{7}
			b.add(trace.SpanID{9}, attr.SpanServerPrepare, 30, 60, kv(attr.ServerName, "inner"))
			b.fails("no")
			b.Spans[1].SpanID = trace.SpanID{8}
			b.add(trace.SpanID{7}, attr.SpanServerPrepare, 30, 60, kv(attr.ServerName, "outer"))
			b.fails("inner: no")
			b.Spans[2].SpanID = trace.SpanID{9}
		}, &startup.Failure{Phase: attr.SpanServerPrepare, Server: "inner", Err: "no", At: 60 * ms}},
		{"one after which others began did not end it", func(b *builder) {
			root(b, 60)
			b.add(trace.SpanID{}, attr.SpanConfigBuild, 10, 20)
			b.fails("tried again")
			b.add(trace.SpanID{}, attr.SpanConfigBuild, 30, 50)
		}, &startup.Failure{Phase: attr.SpanStartup, Err: "wrapped", At: 60 * ms}},
		{"one that has no end ended with the trace", func(b *builder) {
			b.add(trace.SpanID{}, attr.SpanStartup, 0, 0)
			b.of("s", attr.SpanListenerServe, 30, 0)
			b.fails("address in use")
			b.add(trace.SpanID{}, attr.SpanSignal, 40, 40)
		}, &startup.Failure{Phase: attr.SpanListenerServe, Server: "s", Err: "address in use", At: 40 * ms}},
		{"a hook's error comes first", func(b *builder) {
			root(b, 60)
			b.hook("h", 10, 50, outcome(attr.OutcomeFailed), kv(attr.HookError, "boom"))
		}, &startup.Failure{Hook: "h", Server: "s", Err: "boom", At: 50 * ms}},
		{"that it did not get ready in time ends no process", func(b *builder) {
			root(b, 60)
			b.of("s", attr.SpanReady, 10, 60)
			b.fails("not ready in time")
		}, nil},
		{"it got ready in spite of an error", func(b *builder) {
			b.add(trace.SpanID{}, attr.SpanStartup, 0, 60)
			b.add(trace.SpanID{}, attr.SpanConfigBuild, 10, 20)
			b.fails("no")
			b.of("s", attr.SpanReady, 10, 60)
		}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBuilder()
			c.add(b)
			s := b.read(t)
			if s.Failure != nil {
				s.Failure.Run = nil
			}
			if diff := cmp.Diff(c.want, s.Failure); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestFailureOfTheStart: where no phase is named, the chain leads to what the
// hooks were stuck in.
func TestFailureOfTheStart(t *testing.T) {
	b := oneServer()
	b.Spans[0].Status = trace.Status{Code: trace.StatusError, Message: "killed"}
	b.hook("a", 101, 500, outcome(attr.OutcomeInterrupted), waits("cache:c"))
	b.hook("b", 101, 500, outcome(attr.OutcomeInterrupted), waits("hook:a"))
	want := "failed @500 +0\nhook b @500 +0, hook:a\nhook a @500 +399, cache:c\n" + beginning
	if diff := cmp.Diff(want, lines(b.read(t).CriticalChain())); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestReadyBySignal: the server's own word counts where nobody asked.
func TestReadyBySignal(t *testing.T) {
	b := oneServer()
	b.hook("a", 101, 150, outcome(attr.OutcomeRan))
	b.add(trace.SpanID{}, attr.SpanSignal, 170, 170, kv(attr.SignalName, startup.SignalReady))
	s := b.read(t)
	if diff := cmp.Diff(&startup.Ready{At: 170 * ms, How: startup.ReadyBySignal}, s.Ready); diff != "" || s.Watch != nil {
		t.Errorf("watched %v, -want +got:\n%s", s.Watch, diff)
	}
	if diff := cmp.Diff("ready @170 +0\ngap @170 +20\nhook a @150 +49\n"+beginning, lines(s.CriticalChain())); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	b.of("s", attr.SpanReady, 100, 180, kv(attr.ReadyHow, "observed"))
	if s = b.read(t); s.Ready.At != 180*ms || s.Ready.How != "observed" || *s.Watch != (startup.Interval{Start: 100 * ms, End: 180 * ms}) {
		t.Errorf("ready %+v, watched %+v", s.Ready, s.Watch)
	}
}

// TestPrepareThatFailed: a server whose delegate's PrepareRun failed did not come to
// its own, and no answer says that it was there.
func TestPrepareThatFailed(t *testing.T) {
	b := newBuilder()
	b.add(trace.SpanID{}, attr.SpanStartup, 0, 60)
	b.Spans[0].SpanID = trace.SpanID{7}
	b.add(trace.SpanID{7}, attr.SpanServerPrepare, 30, 60, kv(attr.ServerName, "outer"))
	b.fails("no")
	b.Spans[1].SpanID = trace.SpanID{8}
	b.add(trace.SpanID{8}, attr.SpanServerPrepare, 32, 60, kv(attr.ServerName, "inner"))
	b.fails("no")
	s := b.read(t)
	const want = "failed @60 +0\nphase server.prepare inner @60 +28\nphase server.prepare outer @32 +2\ngap @30 +30\n"
	if diff := cmp.Diff(want, lines(s.CriticalChain())); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if all := s.Blame(); len(all) != 1 || all[0].Server != "inner" || all[0].Conduct != startup.ConductFailed {
		t.Errorf("blame is %+v", all)
	}
}

// TestPrepareThatDidNotEnd: of servers whose PrepareRun has no end in the trace, the
// innermost was at its own part, by every answer, and the others waited for it.
func TestPrepareThatDidNotEnd(t *testing.T) {
	b := newBuilder()
	b.add(trace.SpanID{}, attr.SpanStartup, 10, 0)
	prepare := func(parent trace.SpanID, server string, start, end int64) trace.SpanID {
		return b.add(parent, attr.SpanServerPrepare, start, end, kv(attr.ServerName, server))
	}
	outer := prepare(trace.SpanID{}, "outer", 30, 0)
	middle := prepare(outer, "middle", 30, 0)
	prepare(middle, "inner", 32, 40)
	b.of("outer", attr.SpanRouteInstall, 60, 60, kv(attr.RoutePath, "/x"))
	s := b.read(t)
	const want = "not-ready @50 +0\nphase server.prepare middle @50 +20\nphase server.prepare inner @30 +8\n"
	got, _, _ := strings.Cut(lines(s.CriticalChain()), "phase server.prepare outer")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff("20 phase server.prepare middle\n8 phase server.prepare inner\n", blamed(s.Blame())); diff != "" {
		t.Errorf("blame, -want +got:\n%s", diff)
	}
}
