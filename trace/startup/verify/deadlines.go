package verify

import (
	"fmt"
	"strings"
	"time"

	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

var deadlineRules = []*Rule{
	{
		Code: "CT201", Name: "hook-without-deadline", Severity: Warning, find: hooksWithoutDeadline,
		Summary: "a hook waits for something other than hooks, and has no deadline",
		Why: `Nothing ends the wait when what the hook waits for never comes, such as an informer cache
whose API cannot be listed. The process neither gets ready nor fails, and no log
line tells why. Hooks that only wait for other hooks are not reported: the wait is
in those.`,
		Remedy: `Give the wait a deadline after which the hook returns an error that names what was missing.
Until then, watch poststarthook/NAME in /readyz?verbose; chaintrace critical-chain shows
what a hanging hook was waiting for.`,
	},
	{
		Code: "CT202", Name: "hook-near-deadline", Severity: Warning, find: hooksNearDeadline,
		Summary: "a hook took much of the time that it may take, or more",
		Why: `It did not fail this time. On a slower machine, or with more objects in storage, it may,
and a failing hook ends the process. One that took longer than it may has a limit that
nobody holds it to, see CT203. How near counts is set with --near.`,
		Remedy: `Find out what the time goes into with chaintrace critical-chain NAME; make that faster, or
the deadline longer.`,
	},
	{
		Code: "CT203", Name: "deadline-not-held", Severity: Warning, find: deadlinesNotHeld,
		Summary: "a hook has a deadline that does not end an attempt that hangs",
		Why: `The hook polls, and looks at its deadline between two attempts only. An attempt whose
request hangs is not cut off, so the hook may wait without end although it has a limit.`,
		Remedy: `Pass a context with the deadline to the attempt's requests. Do not count on the limit when
you set the patience of whoever watches the process.`,
	},
	{
		Code: "CT204", Name: "swallowed-timeout", Severity: Warning, find: swallowedTimeouts,
		Summary: "a hook ran into its deadline, and passed",
		Why: `The hook writes a line to the log and returns no error. The chain gets ready though
what the hook was waiting for had not happened.`,
		Remedy: `Find out what did not come in time: chaintrace critical-chain NAME shows what the hook was in.
Alert on its log line.`,
	},
}

// unbounded returns the first entry of what a hook waits for that may take any
// time: neither another hook, in which the wait would be, nor a fixed time, nor
// work of its own.
func unbounded(r *startup.HookRun) string {
	for _, w := range r.WaitsFor {
		switch kind, _, _ := strings.Cut(w, ":"); kind {
		case "hook", "timer", "work":
		default:
			return w
		}
	}
	return ""
}

func hooksWithoutDeadline(f *facts, report reporter) {
	for _, r := range f.Runs {
		if r.Deadline > 0 || r.Behavior == attr.BehaviorLaunches || r.Behavior == attr.BehaviorRuns {
			continue
		}
		if what := unbounded(r); what != "" {
			report(Finding{
				Server: r.Origin, Kind: KindHook, Name: r.Name, Source: f.places[r.Name],
				Message: fmt.Sprintf("hook %s waits for %s, without a deadline; %s", r.Name, what, f.took(r)),
			})
		}
	}
}

// took says how long a run took, or had taken when it was cut off.
func (f *facts) took(r *startup.HookRun) string {
	took := length(f.Elapsed(r))
	switch {
	case r.Outcome == attr.OutcomeFailed:
		return "it failed after " + took
	case !r.Finished() || r.InTrouble():
		return "it had not ended after " + took
	}
	return "it took " + took + " here"
}

func hooksNearDeadline(f *facts, report reporter) {
	for _, r := range f.Runs {
		took := f.Elapsed(r)
		// CT208 tells of a hook that failed, and CT204 of one that its deadline let pass.
		told := r.Outcome == attr.OutcomeFailed || r.DeadlineHit && r.AtDeadline == attr.DeadlinePasses
		if r.Deadline <= 0 || told || float64(took) < f.near*float64(r.Deadline) {
			continue
		}
		message := fmt.Sprintf("hook %s took %s of its %s (%s)", r.Name, length(took), length(r.Deadline), percent(took, r.Deadline))
		switch {
		case took > r.Deadline && !r.Finished():
			message = fmt.Sprintf("hook %s had not ended after %s, %s beyond its limit of %s", r.Name, length(took), length(took-r.Deadline), length(r.Deadline))
		case took > r.Deadline:
			message = fmt.Sprintf("hook %s took %s, %s beyond its limit of %s", r.Name, length(took), length(took-r.Deadline), length(r.Deadline))
		}
		report(Finding{Server: r.Origin, Kind: KindHook, Name: r.Name, Source: f.places[r.Name], Message: message})
	}
}

func percent(part, of time.Duration) string {
	return fmt.Sprintf("%.0f%%", 100*float64(part)/float64(of))
}

func deadlinesNotHeld(f *facts, report reporter) {
	for _, r := range f.Runs {
		if r.Deadline <= 0 || r.AtDeadline != attr.DeadlineIgnored {
			continue
		}
		report(Finding{
			Server: r.Origin, Kind: KindHook, Name: r.Name, Source: f.places[r.Name],
			Message: fmt.Sprintf("hook %s looks at its limit of %s between attempts only: one that hangs is not cut off; %s", r.Name, length(r.Deadline), f.took(r)),
		})
	}
}

func swallowedTimeouts(f *facts, report reporter) {
	for _, r := range f.Runs {
		if !r.DeadlineHit || r.AtDeadline != attr.DeadlinePasses {
			continue
		}
		message := fmt.Sprintf("hook %s ran into its limit of %s and passed all the same", r.Name, length(r.Deadline))
		if n := len(r.Steps); n > 0 {
			message += "; it was in " + r.Steps[n-1].What
		}
		report(Finding{Server: r.Origin, Kind: KindHook, Name: r.Name, Source: f.places[r.Name], Message: message})
	}
}
