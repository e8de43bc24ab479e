package render_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// waiting returns a start in which one hook waits for another.
func waiting(outcome string) *startup.Startup {
	first := &startup.HookRun{Name: "first", Origin: "s", Interval: startup.Interval{Start: ms, End: 10 * ms}, Behavior: attr.BehaviorRuns, Outcome: attr.OutcomeRan}
	second := &startup.HookRun{Name: "second", Origin: "s", Interval: startup.Interval{Start: ms, End: 20 * ms}, Outcome: outcome, WaitsFor: []string{"hook:first"}}
	sv := &startup.Server{Name: "s"}
	for _, r := range []*startup.HookRun{first, second} {
		sv.PostStart = append(sv.PostStart, &startup.Hook{Name: r.Name, Origin: "s", Run: r})
	}
	s := &startup.Startup{Service: "s", Servers: []*startup.Server{sv}, Runs: []*startup.HookRun{first, second}, End: 20 * ms}
	if outcome == attr.OutcomeFailed {
		second.Err = "no luck"
		s.Failure = &startup.Failure{Hook: "second", Err: "no luck", At: 20 * ms}
	} else {
		s.Ready = &startup.Ready{At: 20 * ms}
	}
	return s
}

// TestNothingDecidesAStartThatFails: what a failed hook waited for did not decide when
// the chain is ready.
func TestNothingDecidesAStartThatFails(t *testing.T) {
	for _, c := range []struct{ outcome, want, not string }{
		{attr.OutcomeRan, "decides when the chain is ready", "on the way to the end"},
		{attr.OutcomeFailed, "on the way to the end", "decides"},
	} {
		for _, view := range []render.View{render.ViewTree, render.ViewHooks} {
			for _, f := range []string{"txt", "dot", "svg"} {
				var b bytes.Buffer
				if err := write(&b, waiting(c.outcome), f, render.Options{View: view}); err != nil {
					t.Fatal(err)
				}
				if text := b.String(); !strings.Contains(text, c.want) || strings.Contains(text, c.not) {
					t.Errorf("%s, %s, %s: want %q, not %q:\n%s", c.outcome, view, f, c.want, c.not, text)
				}
			}
		}
	}
}

// TestEveryHookHasItsBar: what took longest has the longest bar, on whatever ground.
func TestEveryHookHasItsBar(t *testing.T) {
	for _, outcome := range []string{attr.OutcomeRan, attr.OutcomeFailed, attr.OutcomeHung} {
		var b bytes.Buffer
		if err := write(&b, waiting(outcome), "txt", render.Options{View: render.ViewHooks}); err != nil {
			t.Fatal(err)
		}
		bars := map[string]int{}
		for _, l := range strings.Split(b.String(), "\n") {
			for _, hook := range []string{"first", "second"} {
				if strings.HasPrefix(l, "├─ ") || strings.HasPrefix(l, "└─ ") {
					if strings.Contains(l, hook+" ") {
						bars[hook] = strings.Count(l, "█")
					}
				}
			}
		}
		if bars["first"] == 0 || bars["second"] <= bars["first"] {
			t.Errorf("%s: bars of %v characters:\n%s", outcome, bars, b.String())
		}
	}
}

// TestFullDetailIsNotCut: what a hook does is told to the end.
func TestFullDetailIsNotCut(t *testing.T) {
	step := "work:every storage answers its readiness check: watch caches are initialized, one after the other"
	s := waiting(attr.OutcomeRan)
	s.Runs[0].WaitsFor = []string{step}
	for detail, whole := range map[render.Detail]bool{render.DetailNormal: false, render.DetailFull: true} {
		var b bytes.Buffer
		if err := write(&b, s, "txt", render.Options{View: render.ViewHooks, Detail: detail}); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(b.String(), "one after the other") != whole {
			t.Errorf("%s:\n%s", detail, b.String())
		}
	}
}
