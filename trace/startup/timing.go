package startup

import (
	"slices"
	"time"

	"github.com/chaintrace/chaintrace/trace/attr"
)

// Outcome says how a start ended, as far as its trace tells.
type Outcome string

// The outcomes.
const (
	OutcomeReady    Outcome = "ready"     // it got ready
	OutcomeFailed   Outcome = "failed"    // the error of a hook or a phase ended the process
	OutcomeNotReady Outcome = "not-ready" // the trace ends, and shows that it was not ready by then
	OutcomeNotShown Outcome = "not-shown" // the trace does not show whether it was ready
)

// Outcome returns how the start ended. That it was not ready is shown by somebody
// who looked, or by hooks that were not all done, or not begun, when the trace was
// cut off. Else nobody asked, and it may have been ready all the same.
func (s *Startup) Outcome() Outcome {
	switch {
	case s.Failure != nil:
		return OutcomeFailed
	case s.Ready != nil:
		return OutcomeReady
	case s.Watch != nil, slices.ContainsFunc(s.Runs, stuck):
		return OutcomeNotReady
	case s.hooksDone():
		return OutcomeNotShown
	}
	if _, began := s.hooksBegan(); began || s.CutOff {
		return OutcomeNotReady
	}
	return OutcomeNotShown
}

// hooksDone reports whether the trace shows the end of the hooks together, which is
// that of the last. It is missing where one of them did not end and only what has
// ended is recorded.
func (s *Startup) hooksDone() bool {
	return slices.ContainsFunc(s.Phases, func(p Phase) bool { return p.Name == attr.SpanHooksRun && p.End >= p.Start })
}

// Over is when the start was over: when it was ready, when the failure ended
// it, or else when the trace ends.
func (s *Startup) Over() time.Duration {
	switch {
	case s.Failure != nil:
		return s.Failure.At
	case s.Ready != nil:
		return s.Ready.At
	}
	return s.End
}

// LastHook returns the run that was done last; nil when none was. Hooks that go
// on after readiness count as well.
func (s *Startup) LastHook() *HookRun {
	var last *HookRun
	for _, r := range s.Runs {
		if r.Finished() && !r.InTrouble() && (last == nil || r.End > last.End) {
			last = r
		}
	}
	return last
}

// The stages of a start.
const (
	StageConfig       = "config"       // config.build and config.complete
	StageConstruction = "construction" // chain.create
	StagePrepare      = "prepare"      // server.prepare
	StageListening    = "listening"    // listener.serve
	StageHooks        = "hooks"        // from the start of the hooks until the last of them is done
	StageReady        = "ready"        // from then until readiness was seen
)

// Stage is a stretch of a start. Stages never overlap.
type Stage struct {
	Name string
	Interval
	Unfinished bool // the trace does not show its end, or of the hooks not all were done; it is cut where the start was over
}

// Timing is where the time of a start went, as systemd-analyze time has it.
// The stages and what none of them explains add up to the total.
type Timing struct {
	Stages      []Stage // those that there were, in order of time
	Unexplained time.Duration
	Total       time.Duration
}

// Timing sums up a start by its stages. Of phases that overlap, the later one
// counts; the hooks and what follows come before all of them.
func (s *Startup) Timing() Timing {
	t := Timing{Total: s.Over()}
	last := s.lastStages()
	stages := s.phaseStages(last)
	stages = append(stages, last...)
	intervals := make([]Interval, len(stages))
	for i, stage := range stages {
		intervals[i] = Interval{min(stage.Start, t.Total), min(stage.End, t.Total)}
	}
	covered := time.Duration(0)
	for _, st := range innermost(intervals) {
		if st.from == st.to {
			continue
		}
		stage := stages[st.phase]
		stage.Unfinished = stage.Unfinished && st.to == intervals[st.phase].End
		t.Unexplained += st.from - covered
		covered = st.to
		if n := len(t.Stages) - 1; n >= 0 && t.Stages[n].Name == stage.Name && t.Stages[n].End == st.from {
			t.Stages[n].End, t.Stages[n].Unfinished = st.to, stage.Unfinished
			continue
		}
		stage.Interval = Interval{st.from, st.to}
		t.Stages = append(t.Stages, stage)
	}
	t.Unexplained += t.Total - covered
	return t
}

// stageOf returns the stage that a phase belongs to; "" for none.
func stageOf(phase string) string {
	switch phase {
	case attr.SpanConfigBuild, attr.SpanConfigComplete:
		return StageConfig
	case attr.SpanChainCreate:
		return StageConstruction
	case attr.SpanServerPrepare:
		return StagePrepare
	case attr.SpanListenerServe:
		return StageListening
	}
	return ""
}

// phaseStages returns the stages of the phases. Within the last stages, which
// follow each other, no phase counts.
func (s *Startup) phaseStages(last []Stage) []Stage {
	var stages []Stage
	for i, when := range s.closed(s.Phases) {
		name := stageOf(s.Phases[i].Name)
		if name == "" {
			continue
		}
		if n := len(last); n > 0 && when.Start >= last[0].Start {
			when.Start = max(when.Start, last[n-1].End)
		}
		if when.Start < when.End {
			stages = append(stages, Stage{name, when, s.Phases[i].End < s.Phases[i].Start})
		}
	}
	return stages
}

// lastStages returns the stages of the hooks and of readiness, as far as there are
// any. The hooks' ends with the last of those that were done by readiness, or of all
// where all were done; or else when the start was over.
func (s *Startup) lastStages() []Stage {
	began, known := s.hooksBegan()
	if !known || began >= s.Over() {
		return nil
	}
	done, some := began, false
	for _, r := range s.Runs {
		if r.Finished() && r.End <= s.Over() {
			done, some = max(done, r.End), true
		}
	}
	hooks := Stage{StageHooks, Interval{began, done}, false}
	if s.Outcome() == OutcomeReady {
		if !some {
			return nil // nothing tells how long they took
		}
		return []Stage{hooks, {StageReady, Interval{done, s.Ready.At}, false}}
	}
	hooks.Unfinished = len(s.NotDone()) > 0
	open := hooks.Unfinished
	for _, p := range s.Phases {
		if p.Name == attr.SpanHooksRun {
			open = p.End < p.Start
			if hooks.Unfinished || !some {
				hooks.End = max(hooks.End, p.End)
			}
		}
	}
	if open {
		hooks.End, hooks.Unfinished = s.Over(), true
	}
	return []Stage{hooks}
}
