package startup

import "time"

// fromReady goes from readiness, which the link tells, to what held it back: the
// hook that ended last before, or a check that is no hook's and was seen not to
// pass until then. For as long as the interval, nobody may have looked.
func (w *chainWalk) fromReady(l Link, interval time.Duration) {
	moment, run := w.at, w.lastDone(w.at)
	if held, ok := w.heldBack(run, interval); ok {
		w.add(l, max(held.At, moment-interval))
		w.gap(held.At)
		w.fromCheck(held.Check)
		return
	}
	if run == nil {
		w.put(l)
		return
	}
	w.add(l, max(run.End, moment-interval))
	began, known := w.s.hooksBegan()
	if without := w.s.WithoutRun(); run.End < w.at && len(without) > 0 && known {
		w.chain.WithoutRun = without
		w.gap(began) // any of them may have been the last
		return
	}
	w.gap(run.End)
	w.fromRun(run)
}

// heldBack returns the check that held readiness back at the moment that the walk
// is at, if one is shown to have done that, with the run that ended last before:
// it was the last to be seen to pass, readyz was looked at before, and what else
// was seen then does not show that nobody had looked for longer.
func (w *chainWalk) heldBack(run *HookRun, interval time.Duration) (held Passed, ok bool) {
	passed := w.s.Passed
	for len(passed) > 0 && passed[len(passed)-1].At > w.at {
		passed = passed[:len(passed)-1]
	}
	if len(passed) == 0 || passed[0].At == passed[len(passed)-1].At {
		return Passed{}, false
	}
	look := passed[len(passed)-1].At
	if run != nil && run.End >= look-max(interval, 1) {
		return Passed{}, false
	}
	for i := len(passed) - 1; passed[i].At == look; i-- {
		check := Check{Name: passed[i].Check}
		if hook := check.Hook(); hook != "" && len(w.runs[hook]) > 0 {
			return Passed{}, false // done for longer, and not seen to pass before either
		}
		if !ok {
			held, ok = passed[i], true
		}
	}
	return held, ok
}

// fromCheck goes from the moment that a check was seen to pass, or that of the
// walk, to the moment from which it was asked.
func (w *chainWalk) fromCheck(name string) {
	l := Link{Kind: LinkCheck, Name: name}
	for _, p := range w.s.Passed {
		if p.At < w.at {
			l.NotYet = p.At
		}
	}
	began, known := w.s.hooksBegan()
	if !known && w.s.Watch != nil {
		began, known = w.s.Watch.Start, true
	}
	if !known {
		began = w.at
	}
	w.add(l, began)
}

// fromSignal goes from a lifecycle signal to the hook that let it be fired. The
// trace says so only where the two are at the same time. What was the last to end
// before may have nothing to do with it, so that the time since the hooks began is
// a gap.
func (w *chainWalk) fromSignal(signal Signal) {
	l := Link{Kind: LinkSignal, Name: signal.Name}
	if signal.Name == SignalReady {
		interval := time.Duration(0)
		if w.s.Ready != nil && w.s.Ready.At == signal.At {
			interval = w.s.Ready.Interval
		}
		w.fromReady(l, interval)
		return
	}
	w.put(l)
	run := w.lastDone(w.at)
	if run != nil && run.End == w.at {
		w.fromRun(run)
		return
	}
	w.chain.Before = run
	if began, known := w.s.hooksBegan(); known {
		w.gap(began)
	}
}
