package diff

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"golang.org/x/perf/benchmath"

	"github.com/chaintrace/chaintrace/trace/startup"
)

// Verdict says what became of a time.
type Verdict string

// The verdicts.
const (
	Slower    Verdict = "slower"
	Faster    Verdict = "faster"
	Undecided Verdict = "undecided" // it differs, but chance may have done it
)

// Kinds of time.
const (
	KindMilestone = "milestone" // from the start until then
	KindStage     = "stage"
	KindPhase     = startup.KindPhase
	KindHookRun   = startup.KindHook
)

// readyMilestone is the time at which the start was ready.
const readyMilestone = "ready"

// Timing is a time on both sides. Of several runs, From and To are medians.
type Timing struct {
	Kind, Server, Name string
	Was                string // of a hook that moved: its server in A
	From, To           time.Duration
	// The confidence intervals of the medians; the same as From and To for one run.
	FromLow, FromHigh, ToLow, ToHigh time.Duration
	NA, NB                           int     // how many runs have it
	P                                float64 // of the Mann-Whitney U test; 1 where too few runs have it for that
	Adjusted                         float64 // P, corrected for how much was tested
	Verdict                          Verdict
}

// Delta is by how much side B differs from A.
func (t Timing) Delta() time.Duration { return t.To - t.From }

// fewest is the number of runs a side below which a Mann-Whitney U test cannot
// tell anything from chance at 5 %.
const fewest = 4

// times reads what took how long in all starts of a side. What was cut short, as
// the start died, says nothing of how long it takes.
func times(starts []*startup.Startup) map[key][]float64 {
	all := map[key][]float64{}
	for _, s := range starts {
		mine := map[key]time.Duration{} // of a key that is there twice, the sum
		for _, b := range s.Blame() {
			if b.End >= b.Start && !b.Run.InTrouble() && (b.Kind == KindHookRun || !cut(s, b.End)) {
				mine[key{b.Kind, b.Server, b.Name}] += b.Took
			}
		}
		ready := s.Outcome() == startup.OutcomeReady
		for _, stage := range s.Timing().Stages {
			if !stage.Unfinished && !cut(s, stage.End) && (ready || stage.Name != startup.StageHooks) {
				mine[key{KindStage, "", stage.Name}] += stage.Duration()
			}
		}
		if ready {
			mine[key{KindMilestone, "", readyMilestone}] = s.Ready.At
			if last := s.LastHook(); last != nil {
				mine[key{KindMilestone, "", "last hook done"}] = last.End
			}
		}
		for _, signal := range s.Signals {
			mine[key{KindMilestone, "", signal.Name}] = signal.At
		}
		for k, d := range mine {
			all[k] = append(all[k], float64(d))
		}
	}
	return all
}

// cut reports whether the start died before this end of a phase or stage, or with it.
func cut(s *startup.Startup, end time.Duration) bool {
	return s.Failure != nil && end >= s.Failure.At
}

// timing compares the times that both sides have. A hook that moved takes its time
// along.
func (d *Diff) timing(a, b map[key][]float64, m runsMoved, c *chance, o Options) {
	was := follow(m, KindHookRun, a, b)
	rename(a, was)
	for k := range a {
		if len(b[k]) == 0 || isReadyAgain(k, a, b) {
			continue
		}
		d.Compared++
		if t, differs := d.compareTimes(k, a[k], b[k], c, o); differs {
			t.Was = was[k].server
			d.Timing = append(d.Timing, t)
		}
	}
	slices.SortFunc(d.Timing, func(x, y Timing) int {
		return cmp.Or(
			cmp.Compare(y.Delta().Abs(), x.Delta().Abs()), strings.Compare(x.Kind, y.Kind), strings.Compare(x.Server, y.Server), strings.Compare(x.Name, y.Name),
		)
	})
}

// isReadyAgain reports whether a time is that of the signal HasBeenReady where it is
// all that tells of readiness: then it is the milestone ready, and no other.
func isReadyAgain(k key, a, b map[key][]float64) bool {
	if k.kind != KindMilestone || k.name != startup.SignalReady {
		return false
	}
	is := key{KindMilestone, "", readyMilestone}
	return slices.Equal(a[k], a[is]) && slices.Equal(b[k], b[is])
}

// compareTimes compares a time, and notes what was tested. Whether it differs by
// chance is decided when everything is tested.
func (d *Diff) compareTimes(k key, was, is []float64, c *chance, o Options) (Timing, bool) {
	thresholds := &benchmath.Thresholds{CompareAlpha: o.Alpha}
	a, b := benchmath.NewSample(was, thresholds), benchmath.NewSample(is, thresholds)
	const confidence = 0.95
	from, to := benchmath.AssumeNothing.Summary(a, confidence), benchmath.AssumeNothing.Summary(b, confidence)
	t := Timing{
		Kind: k.kind, Server: k.server, Name: k.name, NA: len(was), NB: len(is), P: 1,
		From: time.Duration(from.Center), FromLow: bound(from.Lo, a.Values[0]), FromHigh: bound(from.Hi, a.Values[len(a.Values)-1]),
		To: time.Duration(to.Center), ToLow: bound(to.Lo, b.Values[0]), ToHigh: bound(to.Hi, b.Values[len(b.Values)-1]),
	}
	single := d.RunsA == 1 && d.RunsB == 1
	if !single && mayDiffer(a.Values, b.Values, o) {
		if min(t.NA, t.NB) < fewest {
			c.candidates++
		} else {
			t.P = min(1, benchmath.AssumeNothing.Compare(a, b).P) // it is approximated
			c.note(t.P)
		}
	}
	if t.Delta().Abs() < o.MinDelta || float64(t.Delta().Abs()) < o.Threshold*float64(min(t.From, t.To)) {
		return t, false
	}
	if !single && min(t.NA, t.NB) >= fewest && t.P >= o.Alpha {
		return t, false // within the noise
	}
	t.Verdict = Faster
	if t.To > t.From {
		t.Verdict = Slower
	}
	return t, t.From != t.To
}

// mayDiffer reports whether the medians could be so far apart that it is told,
// however the runs fell to the sides. It looks at both as one, so that it says
// nothing of which is slower.
func mayDiffer(a, b []float64, o Options) bool {
	lo, hi := min(a[0], b[0]), max(a[len(a)-1], b[len(b)-1])
	return hi > lo && hi-lo >= float64(o.MinDelta) && hi-lo >= o.Threshold*lo
}

// decide calls a time undecided that chance may have changed: where its p is too
// great for as much as was tested, or a median has not left the band of the other
// side's.
func (t *Timing) decide(c correction) {
	t.Adjusted = c.of(t.P)
	inBand := t.From >= t.ToLow && t.From <= t.ToHigh || t.To >= t.FromLow && t.To <= t.FromHigh
	if min(t.NA, t.NB) < fewest || !c.decides(t.Adjusted) || inBand {
		t.Verdict = Undecided
	}
}

// bound is an end of a confidence interval, which with few runs is infinite:
// then nothing but the outermost run bounds it.
func bound(v, outermost float64) time.Duration {
	if math.IsInf(v, 0) || math.IsNaN(v) {
		v = outermost
	}
	return time.Duration(v)
}
