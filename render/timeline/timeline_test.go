package timeline_test

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/render/timeline"
	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

const ms = time.Millisecond

// recorded reads a start out of a file.
func recorded(t testing.TB, path string) *startup.Startup {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	tr, err := trace.Read(bytes.NewReader(b), trace.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := startup.FromTrace(tr)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// outline is a timeline in a line for each bar, to be compared.
func outline(tl *timeline.Timeline) string {
	var b strings.Builder
	for _, m := range tl.Milestones {
		fmt.Fprintf(&b, "@ %s %s %s\n", m.Name, m.At, m.Kind)
	}
	for _, bar := range tl.Bars {
		fmt.Fprintf(&b, "%s%s %s", strings.Repeat(" ", bar.Depth), bar.Kind, bar.Name)
		fmt.Fprintf(&b, " %s+%s", bar.Start, bar.Took)
		for _, word := range []struct {
			is   bool
			text string
		}{{bar.Open, "open"}, {bar.Critical, "critical"}, {bar.Conduct != "", string(bar.Conduct)}, {bar.Inside > 0, fmt.Sprintf("inside=%d", bar.Inside)}} {
			if word.is {
				b.WriteString(" " + word.text)
			}
		}
		if f := bar.Folded; f != nil {
			fmt.Fprintf(&b, " %d together %s slowest %s mixed %t", f.Count, f.Total, f.Slowest, f.Mixed)
		}
		for _, s := range bar.Stretches {
			if s.Wait {
				fmt.Fprintf(&b, " wait=%s+%s", s.Start, s.Took)
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

// start is one in which all that can happen to hooks does: one that waits and then
// works, one that hangs in a wait, one that is launched, one that others wait for.
func start() *startup.Startup {
	run := func(name, outcome string, from, to time.Duration, steps ...startup.Step) *startup.HookRun {
		r := &startup.HookRun{Name: name, Origin: "a", Outcome: outcome, Interval: startup.Interval{Start: from, End: to}, Steps: steps}
		for _, s := range steps {
			r.WaitsFor = append(r.WaitsFor, s.What)
		}
		return r
	}
	step := func(what string, from, to time.Duration) startup.Step {
		return startup.Step{What: what, Interval: startup.Interval{Start: from, End: to}}
	}
	return &startup.Startup{
		Service: "s", End: 100 * ms,
		Phases: []startup.Phase{
			{Name: attr.SpanChainCreate, Interval: startup.Interval{End: 10 * ms}},
			{Name: attr.SpanListenerServe, Interval: startup.Interval{Start: 10 * ms, End: 20 * ms}},
			{Name: attr.SpanHooksRun, Interval: startup.Interval{Start: 20 * ms, End: -1}},
		},
		Runs: []*startup.HookRun{
			run("worker", attr.OutcomeRan, 20*ms, 60*ms, step("cache:x", 20*ms, 30*ms), step("timer:1s", 30*ms, 40*ms), step("work:y", 40*ms, 60*ms)),
			run("launched", attr.OutcomeLaunched, 20*ms, 20*ms),
			run("hangs", attr.OutcomeHung, 20*ms, -1, step("work:z", 20*ms, 30*ms), step("hook:worker", 30*ms, -1)),
		},
		Watch: &startup.Interval{Start: 20 * ms, End: -1},
	}
}

func TestOfAStart(t *testing.T) {
	want := `@ constructed 10ms 
@ listening 20ms 
@ not ready, the trace ends 100ms bad
phase chain.create 0s+10ms
phase listener.serve 10ms+10ms
hook hangs 20ms+80ms open hung wait=30ms+70ms
hook worker 20ms+40ms critical ran wait=20ms+20ms
hook launched 20ms+0s launched
`
	tl := timeline.FromStart(start(), 100)
	if got := outline(tl); got != want {
		t.Errorf("the timeline is\n%swant\n%s", got, want)
	}
	if tl.Whole != 100*ms || !tl.Bad || tl.Folded() || tl.Simulated {
		t.Errorf("%+v", tl)
	}
}

// TestHooksWithoutARun: of a trace that has only what was finished nobody can say
// that all hooks are done.
func TestHooksWithoutARun(t *testing.T) {
	s := start()
	s.Runs = s.Runs[:2]
	s.Servers = []*startup.Server{{Name: "a", PostStart: []*startup.Hook{{Name: "worker", Run: s.Runs[0]}, {Name: "lost\n"}, {Name: "x"}, {Name: "y"}, {Name: "z"}}}}
	tl := timeline.FromStart(s, 100)
	if slices.ContainsFunc(tl.Milestones, func(m timeline.Milestone) bool { return m.Name == "hooks done" }) {
		t.Errorf("the milestones are %+v", tl.Milestones)
	}
	if want := `Registered, but without a run in this trace: lost\n, x, y and 1 other hook.`; len(tl.Notes) != 1 || tl.Notes[0] != want {
		t.Errorf("the notes are %q, want %q", tl.Notes, want)
	}
}

// TestOfRealStarts: milestones are in order, bars begin one after the other and
// within the whole, stretches within their bar.
func TestOfRealStarts(t *testing.T) {
	for _, c := range []struct{ path, milestones, critical string }{
		{"../../testdata/golden/kube-apiserver-1.37.trace.json", "constructed, listening, hooks done, ready", "rbac/bootstrap-roles"},
		{"../../cmd/chaintrace/testdata/observed.json", "ready", "poststarthook/rbac/bootstrap-roles"},
		{"../../cmd/chaintrace/testdata/killed.json", "constructed, listening, not ready, the trace ends", ""},
		{"../../cmd/chaintrace/testdata/broken.json", "constructed, listening, not ready, the trace ends", ""},
	} {
		tl := timeline.FromStart(recorded(t, c.path), 1000)
		var names, critical []string
		for _, m := range tl.Milestones {
			names = append(names, m.Name)
		}
		last := time.Duration(0)
		for _, b := range tl.Bars {
			if b.Start < last || b.Start+b.Took > tl.Whole || len(b.Stretches) == 0 {
				t.Errorf("%s: %+v is out of place", c.path, b)
			}
			last = b.Start
			if b.Critical {
				critical = append(critical, b.Name)
			}
			for _, s := range b.Stretches {
				if s.Start < b.Start || s.Start+s.Took > b.Start+b.Took {
					t.Errorf("%s: the stretch %+v is not in %+v", c.path, s, b)
				}
			}
		}
		if got := strings.Join(names, ", "); got != c.milestones {
			t.Errorf("%s: milestones %s", c.path, got)
		}
		if got := strings.Join(critical, ", "); got != c.critical {
			t.Errorf("%s: %q decided", c.path, got)
		}
	}
}

// many returns a start with n hooks of two servers, one of which failed.
func many(n int) *startup.Startup {
	s := &startup.Startup{Service: "many", End: time.Duration(n+1) * ms, Ready: &startup.Ready{At: ms}}
	for i := range n {
		r := &startup.HookRun{Name: fmt.Sprintf("hook-%d", i), Origin: fmt.Sprintf("server-%d", i%2), Outcome: attr.OutcomeRan, Behavior: attr.BehaviorRuns,
			Interval: startup.Interval{Start: time.Duration(i) * ms / 2, End: time.Duration(i+1) * ms}}
		if i == n/3 {
			r.Outcome, r.Err = attr.OutcomeFailed, "no luck"
			s.Failure = &startup.Failure{Hook: r.Name, Run: r, Server: r.Origin, Err: r.Err, At: r.End}
		}
		s.Runs = append(s.Runs, r)
	}
	return s
}

func TestOfTooManyHooks(t *testing.T) {
	for _, most := range []int{10, 50, 200} {
		tl := timeline.FromStart(many(1000), most)
		stand, failed := 0, 0
		for _, b := range tl.Bars {
			switch {
			case b.Folded != nil:
				stand += b.Folded.Count
				if b.Folded.Total < b.Folded.Slowest || b.Folded.Slowest == 0 {
					t.Errorf("%+v", b.Folded)
				}
			case b.Conduct == startup.ConductFailed:
				failed++
				fallthrough
			default:
				stand++
			}
		}
		if len(tl.Bars) > most || stand != 1000 || tl.Total != 1000 || failed != 1 {
			t.Errorf("%d bars of at most %d stand for %d, %d of them failed", len(tl.Bars), most, stand, failed)
		}
		for format, out := range written(t, tl) {
			if !strings.Contains(out, "1,000") && !strings.Contains(out, "1#44;000") {
				t.Errorf("%s does not say what it leaves out", format)
			}
		}
	}
}

// TestOneBarForAll: what it says reads well where there is a single bar, and does not
// become negative where things took longer than can be told.
func TestOneBarForAll(t *testing.T) {
	tr := tree(3, func(i int) int { return -1 }, func(i int) string { return fmt.Sprint("name ", i) })
	for i := range tr.Spans {
		tr.Spans[i].Start, tr.Spans[i].End = 1, math.MaxInt64
	}
	for what, tl := range map[string]*timeline.Timeline{"start": timeline.FromStart(many(1000), 1), "trace": timeline.FromTrace(tr, 1)} {
		text := written(t, tl)["txt"]
		if len(tl.Bars) != 1 || !strings.Contains(text, "This bar stands for ") || strings.Contains(text, "others") || strings.Contains(text, "together -") {
			t.Errorf("%s, %d bars: %s", what, len(tl.Bars), text)
		}
	}
}

// written writes a timeline in every format of text, twice.
func written(t testing.TB, tl *timeline.Timeline) map[string]string {
	t.Helper()
	out := map[string]string{}
	for format, write := range map[string]func(b *bytes.Buffer) error{
		"svg": func(b *bytes.Buffer) error { return timeline.WriteSVG(b, tl) },
		"txt": func(b *bytes.Buffer) error { return timeline.WriteText(b, tl, render.TextOptions{}) },
		"mmd": func(b *bytes.Buffer) error { return timeline.WriteMermaid(b, tl) },
	} {
		var first, second bytes.Buffer
		if err := write(&first); err != nil {
			t.Fatalf("%s: %v", format, err)
		}
		if err := write(&second); err != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("%s: another time it is another one, %v", format, err)
		}
		out[format] = first.String()
	}
	return out
}
