package startup

import (
	"slices"
	"time"

	"github.com/chaintrace/chaintrace/trace/attr"
)

// LinkKind says what a link of a critical chain is.
type LinkKind string

// The kinds of link.
const (
	LinkReady    LinkKind = "ready"     // the moment of readiness
	LinkFailed   LinkKind = "failed"    // the moment at which the process died
	LinkNotReady LinkKind = "not-ready" // the end of a trace that shows no readiness
	LinkCheck    LinkKind = "check"     // a readyz check that is no hook's
	LinkSignal   LinkKind = "signal"    // a lifecycle signal
	LinkHook     LinkKind = KindHook
	LinkPhase    LinkKind = KindPhase
	LinkGap      LinkKind = "gap" // time that nothing in the trace explains
)

// Link is a link of a critical chain.
type Link struct {
	Kind   LinkKind
	Name   string        // of the hook, check, signal or phase; "" for others
	Server string        // the hook's or phase's; "" when unknown
	At     time.Duration // when it was over, and the link above it could go on
	Took   time.Duration // how long the chain was here: from the At of the link below
	Whole  time.Duration // how long it took in all, more than Took where it waited for the link below
	Parts  []Part        // of a hook: what it did within Took
	Run    *HookRun      // of a hook
}

// Runs returns the runs of the chain, the earliest first.
func (c CriticalChain) Runs() []*HookRun {
	var runs []*HookRun
	for _, l := range slices.Backward(c.Links) {
		if l.Run != nil {
			runs = append(runs, l.Run)
		}
	}
	return runs
}

// CriticalChain is what led to a moment, from that moment back to the beginning
// of the start. The links leave no time out: what they took adds up to the first
// one's At.
type CriticalChain struct {
	Links  []Link
	Others []string // for a start that did not get ready: hooks that had not ended either, or checks that did not pass
}

// CriticalChain returns what led to readiness; for a start that died, to the
// failure; else to the end of the trace.
func (s *Startup) CriticalChain() CriticalChain {
	w := &chainWalk{s: s, runs: s.RunsByName(), at: s.Over()}
	switch s.Outcome() {
	case OutcomeReady:
		w.fromReady()
	case OutcomeFailed:
		w.links = append(w.links, Link{Kind: LinkFailed, At: w.at})
		if run := w.runs[s.Failure.Hook]; run != nil {
			w.fromRun(run)
		}
	default:
		w.fromEnd()
	}
	w.fromPhases()
	return CriticalChain{Links: w.links, Others: w.others}
}

// chainWalk follows causes back in time. At every step, all that happened after
// at is in links.
type chainWalk struct {
	s      *Startup
	runs   map[string]*HookRun
	at     time.Duration
	links  []Link
	others []string
}

// add puts a link in front of the chain's beginning that reaches back to since.
func (w *chainWalk) add(l Link, since time.Duration) {
	since = min(max(since, 0), w.at)
	l.At, l.Took = w.at, w.at-since
	l.Whole = max(l.Whole, l.Took)
	w.links = append(w.links, l)
	w.at = since
}

// gap goes back to since with nothing to explain it.
func (w *chainWalk) gap(since time.Duration) {
	if since < w.at {
		w.add(Link{Kind: LinkGap}, since)
	}
}

// fromReady goes from readiness to what held it back: the hook that ended last
// before the last look at readyz, or a check that is no hook's and was not seen
// to pass before.
func (w *chainWalk) fromReady() {
	ready := w.s.Ready
	run := w.lastDone(ready.At)
	explained := ready.Interval
	if run == nil {
		explained = 0
	}
	held, isCheck := w.lastCheck()
	switch {
	case isCheck && (run == nil || run.End < held.At-max(ready.Interval, 1)):
		w.add(Link{Kind: LinkReady}, held.At)
		w.fromCheck(held.Check)
	case run != nil:
		w.add(Link{Kind: LinkReady}, max(run.End, ready.At-explained))
		w.gap(run.End)
		w.fromRun(run)
	default:
		w.add(Link{Kind: LinkReady}, ready.At)
	}
}

// lastDone returns the run that ended last, by a moment.
func (w *chainWalk) lastDone(by time.Duration) *HookRun {
	var last *HookRun
	for _, r := range w.s.Runs {
		if r.Finished() && r.End <= by && (last == nil || r.End > last.End) {
			last = r
		}
	}
	return last
}

// lastCheck returns the check that is no hook's and was the last to be seen to
// pass, if no hook's check was seen to pass later.
func (w *chainWalk) lastCheck() (Passed, bool) {
	for _, p := range slices.Backward(w.s.Passed) {
		if p.At < w.s.Passed[len(w.s.Passed)-1].At {
			break
		}
		check := Check{Name: p.Check}
		if check.Hook() == "" {
			return p, true
		}
	}
	return Passed{}, false
}

// fromCheck goes from the moment that a check was seen to pass to the moment
// from which it was asked.
func (w *chainWalk) fromCheck(name string) {
	w.add(Link{Kind: LinkCheck, Name: name}, w.hooksBegan())
}

// fromSignal goes from a lifecycle signal to the hook that ended last before it,
// which may not be its cause: the time between the two is a gap.
func (w *chainWalk) fromSignal() {
	if run := w.lastDone(w.at); run != nil {
		w.gap(run.End)
		w.fromRun(run)
	}
}

// hooksBegan is when the post-start hooks were started.
func (w *chainWalk) hooksBegan() time.Duration {
	for _, p := range w.s.Phases {
		if p.Name == attr.SpanHooksRun {
			return p.Start
		}
	}
	began := w.at
	for _, r := range w.s.Runs {
		began = min(began, r.Start)
	}
	return began
}

// fromEnd goes from the end of a trace without readiness to the hook that had not
// ended and is behind the most others, and from there to what that waits for;
// where all hooks are done, to a check that was never seen to pass.
func (w *chainWalk) fromEnd() {
	w.links = append(w.links, Link{Kind: LinkNotReady, At: w.at})
	open := w.unended()
	switch run := w.lastDone(w.at); {
	case len(open) > 0:
		first := w.mostBlocked(open)
		w.gap(w.s.EndOf(first))
		w.fromRun(first)
	case len(w.s.NeverPassed()) > 0:
		failing := w.s.NeverPassed()
		w.fromCheck(failing[0])
		w.others = failing[1:]
	case run != nil:
		w.gap(run.End)
		w.fromRun(run)
	}
	for _, r := range open {
		if !slices.ContainsFunc(w.links, func(l Link) bool { return l.Run == r }) {
			w.others = append(w.others, r.Name)
		}
	}
}

// unended returns the runs that had not ended well.
func (w *chainWalk) unended() []*HookRun {
	var open []*HookRun
	for _, r := range w.s.Runs {
		if !r.Finished() || r.InTrouble() {
			open = append(open, r)
		}
	}
	return open
}

// mostBlocked returns the run with the longest way to the run that is to blame:
// from it to the one that it waits for, and so on.
func (w *chainWalk) mostBlocked(open []*HookRun) *HookRun {
	depths := make(map[*HookRun]int, len(open))
	deepest := open[0]
	for _, r := range open {
		var way []*HookRun
		for r != nil && depths[r] == 0 && (!r.Finished() || r.InTrouble()) {
			depths[r] = -1 // on the way: a circle ends here
			way = append(way, r)
			r = w.cause(r)
		}
		depth := max(0, depths[r])
		for _, on := range slices.Backward(way) {
			depth++
			depths[on] = depth
		}
		if len(way) > 0 && depths[way[0]] > depths[deepest] {
			deepest = way[0]
		}
	}
	return deepest
}

// fromRun goes from a moment of a hook's run to where the run began, by way of
// the hook that it waited for last, if there is one.
func (w *chainWalk) fromRun(r *HookRun) {
	seen := map[*HookRun]bool{}
	for r != nil && !seen[r] {
		seen[r] = true
		cause := w.cause(r)
		if seen[cause] {
			cause = nil // they wait for each other
		}
		since := r.Start
		if cause != nil {
			since = max(r.Start, min(w.s.EndOf(cause), w.at))
		}
		end := w.at
		w.add(Link{Kind: LinkHook, Name: r.Name, Server: r.Origin, Whole: w.s.Elapsed(r), Run: r}, since)
		w.links[len(w.links)-1].Parts = w.partsWithin(r, since, end)
		r = cause
	}
	if began := w.hooksBegan(); began < w.at {
		w.add(Link{Kind: LinkPhase, Name: attr.SpanHooksRun}, began)
	}
}

// cause returns the hook whose end let a run go on last, or for a run that did
// not get on, the one that it waits for; nil when nothing held it up.
func (w *chainWalk) cause(r *HookRun) *HookRun {
	var cause *HookRun
	for _, name := range r.HooksWaitedFor() {
		other := w.runs[name]
		if other == nil || !w.heldUp(r, other) {
			continue
		}
		if cause == nil || w.s.EndOf(other) > w.s.EndOf(cause) {
			cause = other
		}
	}
	return cause
}

// heldUp reports whether a run had to wait for another one, which it names among
// what it waits for.
func (w *chainWalk) heldUp(r, other *HookRun) bool {
	step := hookStep + other.Name
	if !other.Finished() || other.InTrouble() {
		return (!r.Finished() || r.InTrouble()) && (r.BlockedOn == "" || r.BlockedOn == step)
	}
	if other.End > w.at {
		return false
	}
	i := slices.IndexFunc(r.Steps, func(s Step) bool { return s.What == step })
	switch {
	case i >= 0:
		return other.End > r.Steps[i].Start
	case len(r.Steps) > 0:
		return false // it did not get that far
	}
	return other.End > r.Start
}

// partsWithin returns what a hook did from since until end.
func (w *chainWalk) partsWithin(r *HookRun, since, end time.Duration) []Part {
	if len(r.Steps) == 0 {
		return r.parts()
	}
	var parts []Part
	for _, step := range r.Steps {
		to := step.End
		if to < step.Start {
			to = end
		}
		if from, to := max(step.Start, since), min(to, end); from < to {
			parts = append(parts, Part{step.What, to - from, true})
		}
	}
	return parts
}

// fromPhases goes from where the hooks began to the beginning of the start.
func (w *chainWalk) fromPhases() {
	for _, p := range slices.Backward(w.s.leafPhases()) {
		if p.Start < w.at {
			w.between(min(w.at, p.Start+w.s.took(p.Interval)))
			w.add(Link{Kind: LinkPhase, Name: p.Name, Server: p.Server, Whole: w.s.took(p.Interval)}, p.Start)
		}
	}
	w.between(0)
}

// between goes back to since, where no leaf was at work: a phase that contains
// leaves may explain the time.
func (w *chainWalk) between(since time.Duration) {
	for _, name := range []string{attr.SpanServerPrepare, attr.SpanChainCreate} {
		i := slices.IndexFunc(w.s.Phases, func(p Phase) bool { return p.Name == name })
		if i < 0 {
			continue
		}
		p := w.s.Phases[i]
		start, end := max(p.Start, since), min(p.Start+w.s.took(p.Interval), w.at)
		if start < end {
			w.gap(end)
			w.add(Link{Kind: LinkPhase, Name: p.Name, Server: p.Server, Whole: w.s.took(p.Interval)}, start)
		}
	}
	w.gap(since)
}
