package startup

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/chaintrace/chaintrace/trace/attr"
)

// The kinds of what takes time in a start.
const (
	KindHook  = "hook"
	KindPhase = "phase"
	KindCheck = "check"
)

// Conduct says how a hook spent its time.
type Conduct string

// The conducts.
const (
	ConductRan         Conduct = "ran"         // did a bounded piece of work itself
	ConductLaunched    Conduct = "launched"    // returned at once, its work goes on in the background
	ConductWaited      Conduct = "waited"      // was held up until something else had happened
	ConductSwallowed   Conduct = "swallowed"   // its deadline passed, and it went on as if all were well
	ConductFailed      Conduct = "failed"      // returned an error
	ConductHung        Conduct = "hung"        // had not ended when the watch ended
	ConductInterrupted Conduct = "interrupted" // had not ended when the process did
)

// Blame is what took how long: a post-start hook, a phase of the start, or a readyz
// check.
type Blame struct {
	Kind   string // KindHook, KindPhase or KindCheck
	Name   string // the hook's or check's, or the name of the phase's span
	Server string // that registered the hook, or that the phase is about; "" when unknown
	Interval
	Took    time.Duration // for what was unfinished, until the trace ends or, of a phase, a later one begins
	Conduct Conduct       // of a hook, or ConductFailed of the phase whose error ended the process; else ""
	Parts   []Part        // what a hook did with its time; empty when the trace does not say
	Run     *HookRun      // of a hook; else nil
}

// Part is a part of a hook's time.
type Part struct {
	What  string // an entry of waits_for
	Took  time.Duration
	Known bool // whether the trace says how much of the time this was; else Took is 0
}

// Headroom is how far a hook stayed from its deadline.
type Headroom struct {
	Deadline time.Duration
	Left     time.Duration // negative when the deadline had passed
	Enforced bool          // false where the deadline is known to cut off nothing that hangs
}

// Headroom returns how much of its deadline a hook had left; false when it has
// none.
func (b Blame) Headroom() (Headroom, bool) {
	if b.Run == nil || b.Run.Deadline <= 0 {
		return Headroom{}, false
	}
	return Headroom{b.Run.Deadline, b.Run.Deadline - b.Took, b.Run.AtDeadline != attr.DeadlineIgnored}, true
}

// Blame lists the hooks and phases, the slowest first. Phases do not contain one
// another: a server's create function stands for CreateServerChain, and its own
// part of PrepareRun for the whole.
func (s *Startup) Blame() []Blame {
	phases := s.leafPhases()
	closed := s.closed(phases)
	all := make([]Blame, 0, len(phases)+len(s.Runs))
	for i, p := range phases {
		b := Blame{Kind: KindPhase, Name: p.Name, Server: p.Server, Interval: p.Interval, Took: p.Duration()}
		if p.End < p.Start {
			b.Took = closed[i].Duration()
		}
		if s.Failure.in(p) {
			b.Conduct = ConductFailed
		}
		all = append(all, b)
	}
	for _, r := range s.Runs {
		all = append(all, Blame{
			Kind: KindHook, Name: r.Name, Server: r.Origin, Interval: r.Interval, Took: s.Elapsed(r),
			Conduct: r.conduct(), Parts: r.parts(), Run: r,
		})
	}
	slices.SortStableFunc(all, slowestFirst)
	return all
}

func slowestFirst(a, b Blame) int {
	return cmp.Or(cmp.Compare(b.Took, a.Took), cmp.Compare(a.Start, b.Start), strings.Compare(a.Name, b.Name), strings.Compare(a.Server, b.Server))
}

// BlameWithChecks lists what Blame does, and where the trace has no hooks' runs, as
// one that was seen from outside, the checks too: from when somebody began to look
// at readyz until they were seen to pass.
func (s *Startup) BlameWithChecks() []Blame {
	all := s.Blame()
	if len(s.Runs) > 0 || s.Watch == nil {
		return all
	}
	began := s.Watch.Start
	for _, p := range s.Passed {
		when := Interval{began, max(began, p.At)}
		all = append(all, Blame{Kind: KindCheck, Name: p.Check, Interval: when, Took: when.Duration()})
	}
	for _, name := range s.NeverPassed() {
		when := Interval{began, -1}
		all = append(all, Blame{Kind: KindCheck, Name: name, Interval: when, Took: s.took(when)})
	}
	slices.SortStableFunc(all, slowestFirst)
	return all
}

// in reports whether the failure was that of a phase.
func (f *Failure) in(p Phase) bool {
	return f != nil && f.Phase == p.Name && f.Server == p.Server
}

// took is how long an interval lasted, until the trace ends if it is unfinished.
func (s *Startup) took(i Interval) time.Duration {
	if i.End < i.Start {
		return max(0, s.End-i.Start)
	}
	return i.Duration()
}

// leafPhases returns the stretches of a start before its hooks run, none of which
// contains another, in order of time.
func (s *Startup) leafPhases() []Phase {
	var leaves []Phase
	created, prepared := false, false
	for _, sv := range s.Servers {
		if sv.Create != (Interval{0, -1}) {
			created = true
			leaves = append(leaves, Phase{attr.SpanServerCreate, sv.Name, sv.Create})
		}
		if sv.Prepare != (Interval{0, -1}) {
			prepared = true
			leaves = append(leaves, Phase{attr.SpanServerPrepare, sv.Name, sv.Prepare})
		}
	}
	for _, p := range s.Phases {
		switch p.Name {
		case attr.SpanHooksRun:
			continue
		case attr.SpanChainCreate:
			if created {
				continue
			}
		case attr.SpanServerPrepare:
			if prepared {
				continue
			}
		}
		leaves = append(leaves, p)
	}
	slices.SortStableFunc(leaves, func(a, b Phase) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
	})
	return leaves
}

// conduct says how the hook spent its time.
func (r *HookRun) conduct() Conduct {
	switch {
	case r.Outcome == attr.OutcomeFailed:
		return ConductFailed
	case r.Outcome == attr.OutcomeInterrupted || r.BecauseOf != "":
		return ConductInterrupted
	case r.Outcome == attr.OutcomeHung || !r.Finished():
		return ConductHung
	case r.DeadlineHit && r.AtDeadline == attr.DeadlinePasses:
		return ConductSwallowed
	case r.Outcome == attr.OutcomeLaunched || r.Behavior == attr.BehaviorLaunches:
		return ConductLaunched
	case r.Behavior == attr.BehaviorWaits, r.Behavior == "" && r.mostlyWaited():
		return ConductWaited
	}
	return ConductRan
}

// mostlyWaited reports whether a hook of which nobody says how it behaves did more
// waiting than anything else: by its steps, or where there are none, if it names
// nothing but what it waits for.
func (r *HookRun) mostlyWaited() bool {
	var waited, worked time.Duration
	for _, step := range r.Steps {
		if IsWait(step.What) {
			waited += step.Duration()
		} else {
			worked += step.Duration()
		}
	}
	if len(r.Steps) > 0 {
		return waited > worked
	}
	return len(r.WaitsFor) > 0 && !slices.ContainsFunc(r.WaitsFor, func(what string) bool { return !IsWait(what) })
}

// IsWait reports whether an entry of waits_for is time in which a hook only waits.
func IsWait(what string) bool {
	kind, _, _ := strings.Cut(what, ":")
	return kind == "hook" || kind == "cache" || kind == "timer"
}

// parts says what the hook did with its time: step by step where the trace notes
// that, else only what.
func (r *HookRun) parts() []Part {
	var parts []Part
	for _, step := range r.Steps {
		parts = append(parts, Part{step.What, step.Duration(), step.End >= step.Start})
	}
	if len(parts) > 0 {
		return parts
	}
	for _, w := range r.WaitsFor {
		parts = append(parts, Part{What: w})
	}
	return parts
}
