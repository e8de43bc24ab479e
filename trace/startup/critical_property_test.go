package startup_test

import (
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// randomStart is a start in which anything can be missing or overlap.
func randomStart(r *rand.Rand) *builder {
	b := newBuilder()
	span := func(most int64) (start, end int64) {
		start = r.Int64N(most)
		if r.IntN(6) == 0 {
			return start, 0
		}
		return start, start + r.Int64N(most/2) + 1
	}
	b.add(trace.SpanID{}, attr.SpanStartup, 0, r.Int64N(2)*1000)
	for _, name := range []string{attr.SpanConfigBuild, attr.SpanConfigComplete, attr.SpanChainCreate, attr.SpanListenerServe, attr.SpanHooksRun} {
		if r.IntN(4) > 0 {
			start, end := span(200)
			b.add(trace.SpanID{}, name, start, end)
		}
	}
	for i := range r.IntN(4) {
		for _, name := range []string{attr.SpanServerCreate, attr.SpanServerPrepare} {
			start, end := span(300)
			b.of("s"+strconv.Itoa(i), name, start, end)
		}
	}
	const hooks = 8
	for i := range r.IntN(hooks) {
		start, end := span(400)
		attrs := []trace.Attr{outcome([]string{"", attr.OutcomeRan, attr.OutcomeRan, attr.OutcomeRan, attr.OutcomeHung, attr.OutcomeFailed, attr.OutcomeInterrupted}[r.IntN(7)])}
		var w []string
		for range r.IntN(3) {
			w = append(w, "hook:h"+strconv.Itoa(r.IntN(hooks)))
		}
		b.hook("h"+strconv.Itoa(i), start, end, append(attrs, waits(w...))...)
		for _, step := range w {
			if r.IntN(2) == 0 {
				b.event(attr.EventHookStep, start+r.Int64N(200), kv(attr.HookStep, step))
			}
		}
	}
	if r.IntN(2) == 0 {
		start, end := span(600)
		b.of("s0", attr.SpanReady, start, end, number(attr.ReadyInterval, r.Int64N(50)*1e6))
		for i := range r.IntN(3) {
			b.event(attr.EventCheckPassed, start+r.Int64N(300), kv(attr.CheckName, []string{"poststarthook/h1", "x", "y"}[i]))
		}
	}
	b.add(trace.SpanID{}, attr.SpanSignal, r.Int64N(500), 0, kv(attr.SignalName, "Signal"))
	return b
}

// ask is a moment that a critical chain can lead to.
type ask struct{ name, server string }

// names returns all moments that are in a start of randomStart, but those that
// several servers have.
func names(s *startup.Startup) []ask {
	all := []ask{{"Signal", ""}}
	for _, run := range s.Runs {
		all = append(all, ask{run.Name, run.Origin})
	}
	for _, p := range s.Phases {
		if p.Name != attr.SpanServerPrepare {
			all = append(all, ask{p.Name, ""})
		}
	}
	for _, sv := range s.Servers {
		if sv.Create != (startup.Interval{Start: 0, End: -1}) {
			all = append(all, ask{attr.SpanServerCreate, sv.Name})
		}
		if sv.Prepare != (startup.Interval{Start: 0, End: -1}) {
			all = append(all, ask{attr.SpanServerPrepare, sv.Name})
		}
	}
	for _, p := range s.Passed {
		all = append(all, ask{p.Check, ""})
	}
	return all
}

// covered returns a server's creation that was at work within a link of
// CreateServerChain, which contains it.
func covered(s *startup.Startup, l startup.Link) *startup.Interval {
	if l.Name != attr.SpanChainCreate || l.Kind != startup.LinkPhase {
		return nil
	}
	chain := startup.Interval{}
	for _, p := range s.Phases {
		if p.Name == attr.SpanChainCreate {
			chain = p.Interval
		}
	}
	for _, sv := range s.Servers {
		in := sv.Create
		contained := in.Start >= chain.Start && in.End >= in.Start && in.End <= chain.End
		if contained && in.Start < l.At && in.End > l.At-l.Took {
			return &in
		}
	}
	return nil
}

// TestCriticalChainLeavesNoTimeOut: whatever the trace, the links follow each
// other without a hole and add up to the time from the start.
func TestCriticalChainLeavesNoTimeOut(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	kinds := map[startup.LinkKind]int{}
	check := func(s *startup.Startup, what string, c startup.CriticalChain) {
		t.Helper()
		if len(c.Links) == 0 {
			t.Fatalf("%s: no links", what)
		}
		at, sum := c.Links[0].At, time.Duration(0)
		for i, l := range c.Links {
			kinds[l.Kind]++
			if l.At != at || l.Took < 0 || l.Whole < l.Took {
				t.Fatalf("%s: link %d is %+v, want it at %v:\n%s", what, i, l, at, lines(c))
			}
			at -= l.Took
			sum += l.Took
			if leaf := covered(s, l); i > 0 && leaf != nil { // what was asked for may be on top
				t.Fatalf("%s: %s is given the time of %+v:\n%s", what, l.Name, leaf, lines(c))
			}
		}
		if sum != c.Links[0].At || at != 0 {
			t.Fatalf("%s: %v in sum, %v left, want %v and nothing:\n%s", what, sum, at, c.Links[0].At, lines(c))
		}
	}
	for range 3000 {
		s := randomStart(r).read(t)
		c := s.CriticalChain()
		if s.Over() > 0 || len(c.Links) > 0 {
			check(s, "the chain", c)
			if c.Links[0].At != s.Over() {
				t.Fatalf("the chain begins at %v, the start was over at %v", c.Links[0].At, s.Over())
			}
		}
		for _, ask := range names(s) {
			c, err := s.CriticalChainTo(ask.name, ask.server)
			if err != nil {
				t.Fatal(err)
			}
			check(s, ask.name, c)
			if first := c.Links[0]; first.Name != ask.name && first.Run == nil {
				t.Fatalf("asked for %+v, it begins with another: %s", ask, lines(c))
			}
		}
		timing, sum := s.Timing(), time.Duration(0)
		for _, stage := range timing.Stages {
			sum += stage.Duration()
		}
		if sum+timing.Unexplained != timing.Total || timing.Unexplained < 0 {
			t.Fatalf("the stages take %v, %v is unexplained, want %v: %+v", sum, timing.Unexplained, timing.Total, timing.Stages)
		}
	}
	for _, kind := range []startup.LinkKind{
		startup.LinkReady, startup.LinkFailed, startup.LinkNotReady, startup.LinkCheck, startup.LinkSignal,
		startup.LinkHook, startup.LinkPhase, startup.LinkGap,
	} {
		if kinds[kind] == 0 {
			t.Errorf("no chain had a link of kind %s", kind)
		}
	}
}
