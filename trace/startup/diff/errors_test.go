package diff_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
	"github.com/chaintrace/chaintrace/trace/startup/diff"
)

// failing is n starts, of which the first bad ones died of hook a.
func failing(bad, n int) []*startup.Startup {
	var out []*startup.Startup
	for i := range n {
		s := chain()
		if i < bad {
			s.Runs[0].Outcome, s.Runs[0].Err = attr.OutcomeFailed, "no"
			s.Ready, s.Failure = nil, &startup.Failure{Hook: "a", Err: "no", At: 110 * ms}
		}
		out = append(out, s)
	}
	return out
}

// TestErrorsOfSomeStarts: the p are those of R's fisher.test, by hand: of 4 and 4
// starts with 1 and 3 failures, (16+1+16+1)/70.
func TestErrorsOfSomeStarts(t *testing.T) {
	for _, c := range []struct {
		a, ofA, b, ofB int
		op             diff.Op
		p              float64 // 0 for not tested
		undecided      bool
		starts         string // the field, as from → to
	}{
		{1, 4, 3, 4, diff.Changed, 34. / 70, true, "1 of 4 → 3 of 4"},
		{0, 4, 1, 4, diff.Added, 1, true, ""},
		{3, 4, 0, 4, diff.Removed, 10. / 70, true, ""},
		{0, 1, 1, 1, diff.Added, 0, false, ""},
		{0, 4, 4, 4, diff.Added, 0, false, ""},
		{1, 12, 11, 12, diff.Changed, 2. * (144 + 1) / 2704156, false, "1 of 12 → 11 of 12"},
	} {
		d := diff.Compare(failing(c.a, c.ofA), failing(c.b, c.ofB), diff.DefaultOptions())
		if len(d.Errors) != 2 || d.Errors[0].Kind != diff.KindOutcome {
			t.Errorf("%+v: %v", c, lines(d))
			continue
		}
		for i, got := range d.Errors {
			if math.Abs(got.P-c.p) > 1e-6 || got.Undecided != c.undecided || i == 1 && got.Op != c.op {
				t.Errorf("%+v: %+v", c, got)
			}
		}
		field := ""
		for _, f := range d.Errors[1].Fields {
			if f.Name == "starts" {
				field = f.From + " → " + f.To
			}
		}
		if field != c.starts {
			t.Errorf("%+v: starts %q", c, field)
		}
		if _, errors, _, undecided := d.Decided(); d.Empty() != c.undecided || errors+undecided != 2 {
			t.Errorf("%+v: %d decided, %d not, empty %v", c, errors, undecided, d.Empty())
		}
	}
}

// TestSameShareIsNoDifference: as many of as many, or twice as many of twice as many.
func TestSameShareIsNoDifference(t *testing.T) {
	if d := diff.Compare(failing(1, 4), failing(2, 8), diff.DefaultOptions()); len(d.Errors) != 0 {
		t.Error(lines(d))
	}
}

// TestOutcomesInWords: how many starts ended how.
func TestOutcomesInWords(t *testing.T) {
	b := failing(2, 4)
	b[3].Ready = nil
	d := diff.Compare(failing(0, 4), b, diff.DefaultOptions())
	want := `error changed outcome :, outcome "ready" "failed in 2 of 4, not-ready in 1 of 4, ready in 1 of 4"`
	if got := lines(d); !slices.Contains(got, want) {
		t.Errorf("%s", strings.Join(got, "\n"))
	}
	if c := d.Errors[0]; c.P < 0.05 || !c.Undecided {
		t.Errorf("%+v", c)
	}
}

// TestUnfinishedIsNotHung: a trace whose recorder was killed does not say that a hook
// hung.
func TestUnfinishedIsNotHung(t *testing.T) {
	b := chain()
	b.Ready, b.Runs[0].End, b.Runs[0].Outcome = nil, -1, attr.OutcomeHung
	want := `error added hook a: inner, outcome "" "had not ended"`
	if got := lines(compare(chain(), b)); !slices.Contains(got, want) {
		t.Errorf("%q", got)
	}
	b.Runs[0].End = 20 * ms // it was watched for so long
	if got := lines(compare(chain(), b)); !slices.Contains(got, `error added hook a: inner, outcome "" "hung"`) {
		t.Errorf("%q", got)
	}
}

// TestOutcomeThatIsNotShown: a start of which nobody asked whether it was ready may
// have ended as the other one did.
func TestOutcomeThatIsNotShown(t *testing.T) {
	unknown, hung := chain(), chain()
	unknown.Ready, unknown.Phases = nil, append(unknown.Phases, startup.Phase{Name: attr.SpanHooksRun})
	hung.Ready, hung.Watch = nil, &startup.Interval{Start: 0, End: -1}
	for _, c := range []struct {
		name    string
		b       []*startup.Startup
		differs bool
	}{
		{"not shown", []*startup.Startup{unknown}, false},
		{"not shown, and ready", []*startup.Startup{unknown, chain()}, false},
		{"not shown, and not ready", []*startup.Startup{unknown, hung}, true},
	} {
		d := diff.Compare([]*startup.Startup{chain()}, c.b, diff.DefaultOptions())
		if got := slices.ContainsFunc(d.Errors, func(c diff.Change) bool { return c.Kind == diff.KindOutcome }); got != c.differs {
			t.Errorf("%s: the outcome differs: %v, in %v", c.name, got, lines(d))
		}
	}
}
