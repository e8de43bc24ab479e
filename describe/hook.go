package describe

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/chaintrace/chaintrace/chain"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// atOnce is how long a hook may take of which it is said that it returns at once.
const atOnce = time.Millisecond

// hook describes a post-start hook that a server registers.
func (x *describer) hook(server string, g got) chain.Hook {
	name := g.text(attr.HookName)
	h := chain.Hook{Name: name}
	like := x.likeHook(server, name)
	if like != nil {
		h = *like
		h.Conditions = x.conditions(like.Conditions)
	}
	h.RegisteredAt = cmp.Or(g.text(attr.HookRegisteredAt), h.RegisteredAt)
	run := x.runs[name]
	if run != nil && run.Behavior != "" { // the trace knows as much as a description
		h.Behavior, h.Deadline, h.AtDeadline = run.Behavior, run.Deadline, run.AtDeadline
	}
	h.Steps = x.hookSteps(h.Steps, like != nil, name)
	if h.Behavior == "" {
		h.Behavior = attr.BehaviorRuns
		if run != nil && run.End >= run.Start && run.Duration() < atOnce {
			h.Behavior = attr.BehaviorLaunches
		}
	}
	if h.Deadline == 0 {
		h.AtDeadline = ""
	}
	return h
}

// hookSteps describes what a hook does: as the trace says, or else as known.
func (x *describer) hookSteps(known []chain.Step, isKnown bool, name string) []chain.Step {
	run := x.runs[name]
	switch {
	case run != nil && run.Behavior != "" && !slices.Equal(run.WaitsFor, x.Like.WaitsFor(known, x.settings)):
		return x.stepsOf(run, known)
	case run != nil && isKnown:
		return x.timed(known, run)
	case isKnown:
		return known
	case run == nil:
		x.unknown[name] = "the trace shows no run of this hook"
		return nil
	case run.Behavior != "":
		return nil // as the trace says
	}
	x.unknown[name] = "the trace tells how long it ran, not what it waited for or did"
	return []chain.Step{{Work: "unknown", Takes: chain.Same(rounded(run.Duration()))}}
}

// timed gives steps the durations of a run.
func (x *describer) timed(steps []chain.Step, run *startup.HookRun) []chain.Step {
	steps = slices.Clone(steps)
	var there []*chain.Step // those that were gone through
	waits, others := false, time.Duration(0)
	var last *chain.Step
	for i := range steps {
		s := &steps[i]
		if !x.settings.Hold(s.Conditions) {
			continue
		}
		there = append(there, s)
		waits = waits || s.Hook != "" || s.Cache != ""
		others += x.settings.Recorded(s.Takes)
		if s.Work != "" || s.Loopback != "" {
			last = s
		}
	}
	ended := run.End >= run.Start
	if ended && len(run.Steps) == len(there) {
		for i, s := range there {
			if s.Work != "" || s.Loopback != "" {
				x.set(&s.Takes, run.Steps[i].Duration())
			}
		}
		return steps
	}
	if !ended || waits || last == nil {
		return steps // how much of it was waiting is unknown
	}
	others -= x.settings.Recorded(last.Takes)
	x.set(&last.Takes, max(0, run.Duration()-others))
	return steps
}

// stepsOf makes steps of what a run says that it waited for and did. What is known
// of those steps otherwise is taken over.
func (x *describer) stepsOf(run *startup.HookRun, known []chain.Step) []chain.Step {
	var steps []chain.Step
	whats := run.WaitsFor
	if len(run.Steps) > 0 && run.Outcome != attr.OutcomeHung && run.Outcome != attr.OutcomeInterrupted {
		whats = nil
		for _, s := range run.Steps {
			whats = append(whats, s.What)
		}
	}
	for _, what := range whats {
		i := slices.IndexFunc(known, func(s chain.Step) bool { return s.Notation(x.settings) == what })
		s := chain.Step{}
		if i >= 0 {
			s = known[i]
			s.Conditions = x.conditions(s.Conditions)
		} else {
			s = parseStep(what)
		}
		j := slices.IndexFunc(run.Steps, func(r startup.Step) bool { return r.What == what && r.End >= r.Start })
		if j >= 0 && (s.Work != "" || s.Loopback != "") {
			x.set(&s.Takes, run.Steps[j].Duration())
		}
		steps = append(steps, s)
	}
	return steps
}

// parseStep reads the notation of attr.HookWaitsFor. What it does not know is work.
func parseStep(what string) chain.Step {
	kind, value, _ := strings.Cut(what, ":")
	switch kind {
	case "hook":
		return chain.Step{Hook: value}
	case "cache":
		return chain.Step{Cache: value}
	case "timer":
		if d, err := time.ParseDuration(value); err == nil && d >= 0 {
			return chain.Step{Timer: true, Takes: chain.Same(d)}
		}
	case "loopback":
		return chain.Step{Loopback: value}
	case "work":
		return chain.Step{Work: value}
	}
	return chain.Step{Work: what}
}

// check describes a health check that is no hook's.
func (x *describer) check(g got, like *chain.Check) chain.Check {
	c := chain.Check{Name: g.text(attr.CheckName)}
	if like != nil {
		c = *like
		c.Conditions = x.conditions(like.Conditions)
		c.Steps = slices.Clone(c.Steps)
	}
	c.Endpoints = g.Attr(attr.CheckEndpoints).StringList()
	c.BootSequence = c.BootSequence || g.Attr(attr.CheckDelay).Int() > 0
	begin, run := x.hooksRun()
	i := slices.IndexFunc(x.startup.Passed, func(p startup.Passed) bool { return p.Check == c.Name })
	if !run || i < 0 {
		return c
	}
	passed := x.startup.Passed[i].At - begin
	switch {
	case len(c.Steps) == 1 && c.Steps[0].Hook == "" && c.Steps[0].Cache == "":
		x.observed(&c.Steps[0].Takes, passed)
	case like == nil && x.startup.Passed[i].At > x.startup.Passed[0].At+look:
		c.Steps = []chain.Step{{Work: "unknown", Takes: chain.Same(rounded(passed))}}
	}
	return c
}

// observed puts when a check was seen to pass, unless the duration says more: that
// it did between that look and the one before.
func (x *describer) observed(r *chain.Recorded, at time.Duration) {
	if known := x.settings.Recorded(*r); known > at || at-known >= x.interval() {
		x.set(r, at)
	}
}

// interval is how often somebody looked at the checks.
func (x *describer) interval() time.Duration {
	if x.startup.Ready == nil {
		return 0
	}
	return x.startup.Ready.Interval
}

// look is within which time checks that pass at the first look are seen to.
const look = 10 * time.Millisecond
