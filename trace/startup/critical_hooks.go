package startup

import (
	"slices"
	"strings"
	"time"

	"github.com/chaintrace/chaintrace/trace/attr"
)

// fromRun goes from a moment of a hook's run to where the run began, by way of
// the hook that it waited for last, if there is one, and then to where the hooks
// were started.
func (w *chainWalk) fromRun(r *HookRun) {
	seen := map[*HookRun]bool{}
	for r != nil {
		seen[r] = true
		cause, since := w.cause(r)
		if cause == nil || seen[cause] { // they may wait for each other
			cause, since = nil, r.Start
		}
		end := w.at
		since = max(r.Start, min(since, end))
		w.add(Link{Kind: LinkHook, Name: r.Name, Server: r.Origin, Whole: w.s.Elapsed(r), Run: r}, since)
		w.chain.Links[len(w.chain.Links)-1].Parts = w.partsWithin(r, w.at, end)
		r = cause
	}
	// Starting the hooks is done when one of them runs: it does not explain why
	// another began later.
	if first, ran := w.s.firstRun(); ran {
		w.gap(first)
	}
	if began, known := w.s.hooksBegan(); known && began < w.at {
		w.add(Link{Kind: LinkPhase, Name: attr.SpanHooksRun}, began)
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

// stuck reports whether a run did not end, or not well.
func stuck(r *HookRun) bool { return !r.Finished() || r.InTrouble() }

// cause returns the run that another one waited for last, and until when; nil when
// nothing held that up by the moment that the walk is at.
func (w *chainWalk) cause(r *HookRun) (cause *HookRun, until time.Duration) {
	consider := func(other *HookRun, moment time.Duration) {
		if cause == nil || moment > until {
			cause, until = other, moment
		}
	}
	for _, name := range r.stuckIn() {
		for _, other := range w.runs[name] {
			if other != r && stuck(other) {
				consider(other, min(w.s.EndOf(other), w.at))
			}
		}
	}
	for _, wait := range w.waits(r) {
		for _, other := range w.runs[strings.TrimPrefix(wait.What, hookStep)] {
			moment := min(w.s.EndOf(other), wait.End)
			if other == r || len(r.Steps) == 0 && stuck(other) || other.Start >= moment {
				continue
			}
			if wait.Start < moment && moment <= w.at {
				consider(other, moment)
			}
		}
	}
	return cause, until
}

// waits returns when a run waited for which hooks. Where the trace does not tell
// its steps, it may have done so all the time, unless it did not get on.
func (w *chainWalk) waits(r *HookRun) []Step {
	var waits []Step
	for _, step := range r.Steps {
		if strings.HasPrefix(step.What, hookStep) {
			if step.End < step.Start {
				step.End = w.s.EndOf(r)
			}
			waits = append(waits, step)
		}
	}
	if len(r.Steps) == 0 {
		for _, name := range r.HooksWaitedFor() {
			waits = append(waits, Step{hookStep + name, Interval{r.Start, w.s.EndOf(r)}})
		}
	}
	return waits
}

// stuckIn returns the hooks that a run may have been waiting for when it did not
// get on: the one that the trace names, or else any.
func (r *HookRun) stuckIn() []string {
	in := r.BlockedOn
	if in == "" && len(r.Steps) > 0 {
		in = r.Steps[len(r.Steps)-1].What
	}
	hook, isHook := strings.CutPrefix(in, hookStep)
	switch {
	case !stuck(r), in != "" && !isHook:
		return nil
	case in == "":
		return r.HooksWaitedFor()
	}
	return []string{hook}
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

// fromStuck goes from the end of a start that did not get ready to the hook that
// had not ended and is behind the most others, and from there to what that waits
// for; where there is none, to a check that was never seen to pass.
func (w *chainWalk) fromStuck() {
	open, failing := w.unended(), w.unpassed()
	w.chain.WithoutRun = w.withoutRun(failing)
	began, known := w.s.hooksBegan()
	switch run := w.lastDone(w.at); {
	case len(open) > 0:
		w.fromOpen(open)
	case len(failing) > 0:
		w.fromCheck(failing[0])
		w.chain.Others = failing[1:]
	case len(w.chain.WithoutRun) > 0 && known:
		w.gap(began) // it may have been any of them
	case run != nil:
		w.gap(run.End)
		w.fromRun(run)
	}
	linked := map[*HookRun]bool{}
	for _, l := range w.chain.Links {
		linked[l.Run] = true
	}
	for _, r := range open {
		if !linked[r] {
			w.chain.Others = append(w.chain.Others, r.Name)
		}
	}
}

// fromOpen goes from the moment of the walk to the run that is behind the most
// others of those that had not ended.
func (w *chainWalk) fromOpen(open []*HookRun) {
	first := w.mostBlocked(open)
	w.gap(w.s.EndOf(first))
	w.fromRun(first)
}

// unended returns the runs that had not ended well.
func (w *chainWalk) unended() []*HookRun {
	var open []*HookRun
	for _, r := range w.s.Runs {
		if stuck(r) {
			open = append(open, r)
		}
	}
	return open
}

// unpassed returns the checks that were never seen to pass, less those of hooks
// that are done: there only nobody looked again.
func (w *chainWalk) unpassed() []string {
	return slices.DeleteFunc(w.s.NeverPassed(), func(name string) bool {
		check := Check{Name: name}
		return slices.ContainsFunc(w.runs[check.Hook()], func(r *HookRun) bool { return !stuck(r) })
	})
}

// withoutRun returns the hooks that should have run and have no run in the trace,
// less those whose checks are among these.
func (w *chainWalk) withoutRun(checks []string) []string {
	told := make(map[string]bool, len(checks))
	for _, name := range checks {
		told[name] = true
	}
	return slices.DeleteFunc(w.s.WithoutRun(), func(hook string) bool { return told[hookCheckPrefix+hook] })
}

// mostBlocked returns the run with the longest way to the run that is to blame:
// from it to the one that it waits for, and so on.
func (w *chainWalk) mostBlocked(open []*HookRun) *HookRun {
	depths := make(map[*HookRun]int, len(open))
	deepest := open[0]
	for _, r := range open {
		var way []*HookRun
		for r != nil && depths[r] == 0 && stuck(r) {
			depths[r] = -1 // on the way: a circle ends here
			way = append(way, r)
			r, _ = w.cause(r)
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
