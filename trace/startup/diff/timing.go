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
	Undecided Verdict = "undecided" // it differs, but with so few runs chance may have done it
)

// Kinds of time.
const (
	KindMilestone = "milestone" // from the start until then
	KindStage     = "stage"
	KindPhase     = startup.KindPhase
	KindHookRun   = startup.KindHook
)

// Timing is a time on both sides. Of several runs, From and To are medians.
type Timing struct {
	Kind, Server, Name string
	Was                string // of a hook that moved: its server in A
	From, To           time.Duration
	// The confidence intervals of the medians; the same as From and To for one run.
	FromLow, FromHigh, ToLow, ToHigh time.Duration
	NA, NB                           int     // how many runs have it
	P                                float64 // of the Mann-Whitney U test; 1 for single runs, which are not tested
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
			if b.End >= b.Start && !b.Run.InTrouble() {
				mine[key{b.Kind, b.Server, b.Name}] += b.Took
			}
		}
		ready := s.Outcome() == startup.OutcomeReady
		for _, stage := range s.Timing().Stages {
			if !stage.Unfinished && (ready || stage.Name != startup.StageHooks) {
				mine[key{KindStage, "", stage.Name}] += stage.Duration()
			}
		}
		if ready {
			mine[key{KindMilestone, "", "ready"}] = s.Ready.At
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

// timing compares the times that both sides have. A hook that moved takes its time
// along.
func (d *Diff) timing(a, b map[key][]float64, m runsMoved, o Options) {
	a, wasOn := follow(m, a, b)
	for k, was := range a {
		is := b[k]
		if len(is) == 0 {
			continue
		}
		d.Compared++
		if t, differs := compareTimes(k, was, is, o); differs {
			t.Was = wasOn[k]
			d.Timing = append(d.Timing, t)
		}
	}
	slices.SortFunc(d.Timing, func(x, y Timing) int {
		return cmp.Or(
			cmp.Compare(y.Delta().Abs(), x.Delta().Abs()), strings.Compare(x.Kind, y.Kind), strings.Compare(x.Server, y.Server), strings.Compare(x.Name, y.Name),
		)
	})
}

func compareTimes(k key, was, is []float64, o Options) (Timing, bool) {
	thresholds := &benchmath.Thresholds{CompareAlpha: o.Alpha}
	a, b := benchmath.NewSample(was, thresholds), benchmath.NewSample(is, thresholds)
	const confidence = 0.95
	from, to := benchmath.AssumeNothing.Summary(a, confidence), benchmath.AssumeNothing.Summary(b, confidence)
	t := Timing{
		Kind: k.kind, Server: k.server, Name: k.name, NA: len(was), NB: len(is), P: 1,
		From: time.Duration(from.Center), FromLow: bound(from.Lo, a.Values[0]), FromHigh: bound(from.Hi, a.Values[len(a.Values)-1]),
		To: time.Duration(to.Center), ToLow: bound(to.Lo, b.Values[0]), ToHigh: bound(to.Hi, b.Values[len(b.Values)-1]),
	}
	if t.Delta().Abs() < o.MinDelta || float64(t.Delta().Abs()) < o.Threshold*float64(min(t.From, t.To)) {
		return t, false
	}
	single := len(was) == 1 && len(is) == 1
	if !single {
		t.P = min(1, benchmath.AssumeNothing.Compare(a, b).P) // it is approximated
	}
	switch {
	case !single && min(len(was), len(is)) < fewest:
		t.Verdict = Undecided
	case !single && t.P >= o.Alpha:
		return t, false // within the noise
	case t.To > t.From:
		t.Verdict = Slower
	default:
		t.Verdict = Faster
	}
	return t, true
}

// bound is an end of a confidence interval, which with few runs is infinite:
// then nothing but the outermost run bounds it.
func bound(v, outermost float64) time.Duration {
	if math.IsInf(v, 0) || math.IsNaN(v) {
		v = outermost
	}
	return time.Duration(v)
}
