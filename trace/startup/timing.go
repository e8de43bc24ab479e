package startup

import (
	"time"

	"github.com/chaintrace/chaintrace/trace/attr"
)

// Outcome says how a start ended, as far as its trace tells.
type Outcome string

// The outcomes.
const (
	OutcomeReady    Outcome = "ready"     // it got ready
	OutcomeFailed   Outcome = "failed"    // a hook's error ended the process
	OutcomeNotReady Outcome = "not-ready" // the trace ends, and it was not ready
)

// Outcome returns how the start ended.
func (s *Startup) Outcome() Outcome {
	switch {
	case s.Failure != nil:
		return OutcomeFailed
	case s.Ready != nil:
		return OutcomeReady
	}
	return OutcomeNotReady
}

// Over is when the start was over: when it was ready, when the failure ended
// it, or else when the trace ends.
func (s *Startup) Over() time.Duration {
	switch s.Outcome() {
	case OutcomeReady:
		return s.Ready.At
	case OutcomeFailed:
		return s.Failure.At
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
	Unfinished bool // the trace does not show its end; it is cut where the start was over
}

// Timing is where the time of a start went, as systemd-analyze time has it.
// The stages and what none of them explains add up to the total.
type Timing struct {
	Stages      []Stage // those that there were, in order of time
	Unexplained time.Duration
	Total       time.Duration
}

// Timing sums up a start by its stages.
func (s *Startup) Timing() Timing {
	t := Timing{Total: s.Over()}
	covered := time.Duration(0)
	add := func(name string, i Interval) {
		stage := Stage{name, i, i.End < i.Start}
		if stage.Unfinished || stage.End > t.Total {
			stage.End = t.Total
		}
		if stage.Start = max(stage.Start, covered); stage.End <= stage.Start {
			return
		}
		t.Unexplained += stage.Start - covered
		covered = stage.End
		if last := len(t.Stages) - 1; last >= 0 && t.Stages[last].Name == name && t.Stages[last].End == stage.Start {
			t.Stages[last].End, t.Stages[last].Unfinished = stage.End, stage.Unfinished
			return
		}
		t.Stages = append(t.Stages, stage)
	}
	for _, p := range s.Phases {
		switch p.Name {
		case attr.SpanConfigBuild, attr.SpanConfigComplete:
			add(StageConfig, p.Interval)
		case attr.SpanChainCreate:
			add(StageConstruction, p.Interval)
		case attr.SpanServerPrepare:
			add(StagePrepare, p.Interval)
		case attr.SpanListenerServe:
			add(StageListening, p.Interval)
		case attr.SpanHooksRun:
			add(StageHooks, s.hooksUntilDone(p.Interval))
		}
	}
	if s.Ready != nil && len(s.Runs) > 0 {
		add(StageReady, Interval{covered, s.Ready.At})
	}
	t.Unexplained += t.Total - covered
	return t
}

// hooksUntilDone is the stretch from the start of the hooks until the last of
// those is done that ended before readiness: the span goes on for as long as any
// hook does.
func (s *Startup) hooksUntilDone(run Interval) Interval {
	if s.Ready == nil {
		return run
	}
	end := run.Start
	for _, r := range s.Runs {
		if r.Finished() && r.End <= s.Ready.At {
			end = max(end, r.End)
		}
	}
	return Interval{run.Start, end}
}
