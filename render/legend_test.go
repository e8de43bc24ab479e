package render_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// legendOf returns the samples and the remarks of a picture's legend, as text.
func legendOf(t *testing.T, s *startup.Startup, view render.View, detail render.Detail) (samples []string, remarks string) {
	t.Helper()
	g, err := render.Picture(s, render.Options{View: view, Detail: detail})
	if err != nil {
		t.Fatal(err)
	}
	all, lines := render.ReadLegend(g.Legend)
	for _, sample := range all {
		samples = append(samples, sample.Text)
	}
	return samples, strings.Join(lines, "\n")
}

// TestLegendHasWhatIsThere and nothing else: what it names, a reader looks for.
func TestLegendHasWhatIsThere(t *testing.T) {
	launched := waiting(attr.OutcomeRan)
	launched.Runs[0].Outcome, launched.Runs[1].WaitsFor = attr.OutcomeLaunched, nil
	everything := named("x")
	for _, c := range []struct {
		what   string
		s      *startup.Startup
		view   render.View
		detail render.Detail
		want   []string
	}{
		{"healthy", waiting(attr.OutcomeRan), render.ViewTree, "", []string{"own", "decides when the chain is ready"}},
		{"healthy", waiting(attr.OutcomeRan), render.ViewHooks, "", []string{"decides when the chain is ready"}},
		{"failed", waiting(attr.OutcomeFailed), render.ViewTree, "", []string{"own", "failed hook", "on the way to the end"}},
		{"failed", waiting(attr.OutcomeFailed), render.ViewHooks, "", []string{"on the way to the end", "failed"}},
		{"launched", launched, render.ViewHooks, "", []string{"launched at once", "decides when the chain is ready"}},
		{"launched", launched, render.ViewHooks, render.DetailFull, []string{"hook", "decides when the chain is ready"}},
		{"everything", everything, render.ViewTree, render.DetailFull, []string{
			"own", "taken over from the delegate", "skipped: not taken over", "lost or masked check", "failed hook", "did not end because of it", "simulated time",
		}},
		{"everything", everything, render.ViewChecks, "", []string{"own", "taken over from the delegate", "skipped", "lost or masked"}},
		{"healthy", waiting(attr.OutcomeRan), render.ViewChecks, "", nil},
	} {
		if got, _ := legendOf(t, c.s, c.view, c.detail); !slices.Equal(got, c.want) {
			t.Errorf("%s, %s %s: the legend has %q, want %q", c.what, c.view, c.detail, got, c.want)
		}
	}
}

// TestLegendTellsOfWhatIsThere: so do the sentences below the samples.
func TestLegendTellsOfWhatIsThere(t *testing.T) {
	alone := waiting(attr.OutcomeRan)
	alone.Runs[1].WaitsFor = nil
	for _, c := range []struct {
		what   string
		s      *startup.Startup
		view   render.View
		detail render.Detail
		text   string
		want   bool
	}{
		{"two hooks", waiting(attr.OutcomeRan), render.ViewHooks, "", "An arrow goes", true},
		{"two hooks", waiting(attr.OutcomeRan), render.ViewHooks, "", "lines in a box", true},
		{"two hooks", waiting(attr.OutcomeRan), render.ViewHooks, render.DetailLow, "An arrow goes", true},
		{"two hooks", waiting(attr.OutcomeRan), render.ViewHooks, render.DetailLow, "lines in a box", false},
		{"none waits", alone, render.ViewHooks, "", "An arrow goes", false},
		{"one server", alone, render.ViewTree, "", "Green arrows", false},
		{"one server", alone, render.ViewTree, "", "Dashed arrows", false},
		{"one server", alone, render.ViewTree, "", "Grey paths", false},
		{"one server", alone, render.ViewChecks, "", "next one out", false},
		{"two servers", named("x"), render.ViewTree, "", "Green arrows", true},
		{"two servers", named("x"), render.ViewTree, "", "Dashed arrows", true},
		{"two servers", named("x"), render.ViewChecks, "", "next one out", true},
	} {
		if _, got := legendOf(t, c.s, c.view, c.detail); strings.Contains(got, c.text) != c.want {
			t.Errorf("%s, %s %s: %q in the legend: %v, want %v:\n%s", c.what, c.view, c.detail, c.text, !c.want, c.want, got)
		}
	}
}
