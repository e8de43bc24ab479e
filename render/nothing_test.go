package render_test

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// TestNothingToShowIsSaid: of a start that was seen from outside there are no servers and
// no hooks. A picture without them says why.
func TestNothingToShowIsSaid(t *testing.T) {
	s := &startup.Startup{Service: "s", Source: attr.SourceObserved, Ready: &startup.Ready{At: 20 * ms, How: "observed"}, End: 20 * ms}
	for _, view := range render.GraphViews() {
		for _, f := range []string{"txt", "dot", "svg", "mmd"} {
			var b bytes.Buffer
			if err := write(&b, s, f, render.Options{View: view}); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(b.String(), "The trace tells nothing of ") {
				t.Errorf("%s, %s:\n%s", view, f, b.String())
			}
		}
	}
	var b bytes.Buffer
	if err := write(&b, waiting(attr.OutcomeRan), "txt", render.Options{}); err != nil || strings.Contains(b.String(), "nothing") {
		t.Errorf("%v:\n%s", err, b.String())
	}
}

// TestWhatIsNotToldIsNotCounted: of a server whose trace tells nothing of its paths and
// checks nobody knows that it has none.
func TestWhatIsNotToldIsNotCounted(t *testing.T) {
	untold := waiting(attr.OutcomeRan)
	told := waiting(attr.OutcomeRan)
	sv := told.Servers[0]
	sv.Checks = []*startup.Check{{Name: "ping", Origin: "s", Endpoints: []string{attr.Readyz}}}
	sv.Routes = []startup.Route{{Path: "/version", Match: attr.MatchExact}}
	zero := regexp.MustCompile(`\b(0 (checks|paths|routes)|(healthz|livez|readyz) 0)`)
	for _, view := range []render.View{render.ViewTree, render.ViewChecks, render.ViewRoutes} {
		for _, f := range []string{"txt", "dot", "mmd"} {
			var b, other bytes.Buffer
			if err := errors.Join(write(&b, untold, f, render.Options{View: view}), write(&other, told, f, render.Options{View: view})); err != nil {
				t.Fatal(err)
			}
			if text := b.String(); zero.MatchString(text) || !strings.Contains(text, "not told") && !strings.Contains(text, "tells nothing of") {
				t.Errorf("%s, %s, counts %q:\n%s", view, f, zero.FindString(text), text)
			}
			if text := other.String(); strings.Contains(text, "not told") || strings.Contains(text, "tells nothing of") {
				t.Errorf("%s, %s:\n%s", view, f, text)
			}
		}
	}
}

// TestHooksThatOnlyRan: the runs of hooks do not tell how many a server has.
func TestHooksThatOnlyRan(t *testing.T) {
	s := waiting(attr.OutcomeRan)
	var told, summary, tree bytes.Buffer
	if err := render.WriteSummary(&told, s); err != nil || !strings.Contains(told.String(), "SERVER  HOOKS  MERGED\ns       2      0\n") {
		t.Errorf("%v\n%s", err, told.String())
	}
	s.Servers[0].PostStart = nil
	if err := errors.Join(render.WriteSummary(&summary, s), write(&tree, s, "txt", render.Options{})); err != nil {
		t.Fatal(err)
	}
	if text := summary.String(); strings.Contains(text, "HOOKS") || !strings.Contains(text, "slowest hooks: second") {
		t.Errorf("the summary:\n%s", text)
	}
	if text := tree.String(); !strings.Contains(text, "Post-start hooks  not told") {
		t.Errorf("the tree:\n%s", text)
	}
}

// TestReadinessThatIsNotShown: that nobody asked is not to say that it was not ready.
func TestReadinessThatIsNotShown(t *testing.T) {
	s := waiting(attr.OutcomeRan)
	s.Ready = nil
	s.Phases = []startup.Phase{{Name: attr.SpanHooksRun, Interval: startup.Interval{Start: ms, End: 20 * ms}}}
	if s.Outcome() != startup.OutcomeNotShown {
		t.Fatal(s.Outcome())
	}
	for _, view := range render.Views() {
		for _, f := range []string{"txt", "svg", "mmd"} {
			var b bytes.Buffer
			if err := write(&b, s, f, render.Options{View: view}); err != nil {
				t.Fatal(err)
			}
			text := strings.ToLower(b.String())
			if !strings.Contains(text, "no readiness is shown within the 20 ms of this trace") || strings.Contains(text, "never ready") || strings.Contains(text, "not ready") {
				t.Errorf("%s, %s:\n%s", view, f, b.String())
			}
		}
	}
}

// TestWhatDidNotEndIsNotLast: where the trace ends with a hook that hangs, none ended last.
func TestWhatDidNotEndIsNotLast(t *testing.T) {
	for outcome, want := range map[string]string{
		attr.OutcomeRan: "→ ends last: ready after 20 ms", attr.OutcomeHung: "→ did not end: not ready in this trace", attr.OutcomeFailed: "→ ended the process: never ready",
	} {
		s := waiting(outcome)
		if outcome == attr.OutcomeHung {
			s.Ready = nil
		}
		var b bytes.Buffer
		if err := write(&b, s, "txt", render.Options{View: render.ViewHooks}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), want) {
			t.Errorf("%s: no %q in\n%s", outcome, want, b.String())
		}
	}
}

// TestPhasesFillTheBar: what came when the start was over, such as the rest of a trace
// that was recorded for a day, takes no room from its phases.
func TestPhasesFillTheBar(t *testing.T) {
	s := waiting(attr.OutcomeRan)
	s.Phases = []startup.Phase{{Name: attr.SpanHooksRun, Interval: startup.Interval{End: 20 * ms}}}
	write := func() string {
		var b bytes.Buffer
		if err := write(&b, s, "dot", render.Options{}); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	want := write()
	if s.End *= 4000; write() != want {
		t.Error("with a longer trace, the bar of the phases is another")
	}
}
