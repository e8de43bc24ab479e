package verify

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/chaintrace/chaintrace/trace/startup"
)

var readyRules = []*Rule{
	{
		Code: "CT401", Name: "never-ready", Severity: Error, find: neverReady,
		Summary: "the trace ends, and the chain was not ready",
		Why: `/readyz is 200 when all of its checks pass. Every post-start hook has a check that fails
until the hook has ended, so one hook that hangs is enough. A trace that was
cut off early looks the same. Where nobody asked, and all hooks were done, the trace
does not show whether it was ready, and that is no finding.`,
		Remedy: `Look at the hooks that are named: what they wait for has not come. If those only wait for
other hooks, chaintrace critical-chain goes to the bottom of it.`,
	},
	{
		Code: "CT402", Name: "mux-never-complete", Severity: Error, find: muxNeverComplete,
		Summary: "MuxAndDiscoveryComplete was never fired, as a signal was not closed",
		Why: `The signal is fired when every signal that servers registered for it has been closed, which
their hooks do. One that never is leaves all unknown paths at 503 with Retry-After for
ever, so that clients keep asking for what will never be there. Turning off the API
that such a hook waits for does it, as --runtime-config=apiextensions.k8s.io/v1=false.`,
		Remedy: `Find the hook that closes the signal: it is among those of CT401, and what it waits for is
to be turned on; or it is one that the config disables. If the trace was just cut off
early, take a longer one.`,
	},
	{
		Code: "CT403", Name: "misnamed-signal", Severity: Note, find: misnamedSignals,
		Summary: "a signal is named after the opposite of what closes it",
		Why: `MuxAndDiscoveryComplete waits until the signal is closed. Its name says that something has
not happened, and it is closed when that has: CRDInformerHasNotSynced means that the
informer has synced.`,
		Remedy: `Nothing, but read such a name in logs as the reason for which the server still waits.`,
	},
}

func neverReady(f *facts, report reporter) {
	switch {
	case f.Ready != nil, f.Outcome() == startup.OutcomeNotShown:
		return
	case f.Failure != nil && f.Failure.Hook != "":
		return // told by the hooks' rules
	}
	finding := Finding{Kind: KindServer}
	if f.outermost != nil {
		finding.Server, finding.Name = f.outermost.Name, f.outermost.Name
	}
	finding.Message = fmt.Sprintf("not ready within the %s of this trace", length(f.Over()))
	switch held, checks := f.heldBack(), f.NeverPassed(); {
	case f.Failure != nil:
		finding.Message = fmt.Sprintf("%s failed after %s and ended the start: %s", f.Failure.What(), length(f.Failure.At), orUnknown(f.Failure.Err))
	case len(held) > 0:
		finding.Message += "; held back by " + examples(held)
	case len(checks) > 0:
		finding.Message += "; never seen to pass: " + examples(checks)
	case len(f.Passed) > 0:
		finding.Message += "; every name among its checks was seen to pass, but never all at once: two may share one"
	case len(f.Runs) == 0:
		finding.Message += "; it shows no post-start hook that ran"
	}
	report(finding)
}

// heldBack names the hooks that did not end, and what they were waiting for;
// first those that were not waiting for another hook. Those without a run are
// behind, unless they were seen to pass.
func (f *facts) heldBack() []string {
	var first, behind []string
	for _, r := range f.Runs {
		if r.Finished() && !r.InTrouble() {
			continue
		}
		switch {
		case r.BlockedOn == "":
			first = append(first, "hook "+r.Name)
		case strings.HasPrefix(r.BlockedOn, "hook:"):
			behind = append(behind, fmt.Sprintf("hook %s (in %s)", r.Name, r.BlockedOn))
		default:
			first = append(first, fmt.Sprintf("hook %s (in %s)", r.Name, r.BlockedOn))
		}
	}
	for _, name := range f.WithoutRun() {
		if !slices.ContainsFunc(f.Passed, func(p startup.Passed) bool { return (&startup.Check{Name: p.Check}).Hook() == name }) {
			behind = append(behind, fmt.Sprintf("hook %s (without a run in the trace)", name))
		}
	}
	return append(first, behind...)
}

// muxNeverComplete leaves out a process that died: it had no time.
func muxNeverComplete(f *facts, report reporter) {
	_, fired := f.signalAt(startup.MuxComplete)
	if fired || f.Failure != nil || f.outermost == nil || len(f.outermost.Signals) == 0 || len(f.Runs) == 0 {
		return
	}
	var names []string
	for _, s := range f.outermost.Signals {
		names = append(names, s.Name)
	}
	which := "the signal that it waits for was not closed"
	if len(names) > 1 {
		which = "at least one of the signals that it waits for was not closed"
	}
	message := startup.MuxComplete + " was not fired, so unknown paths stay at 503"
	if f.Ready == nil {
		message = fmt.Sprintf("%s was not fired within the %s of this trace, and unknown paths are at 503 until it is", startup.MuxComplete, length(f.Over()))
	}
	message += fmt.Sprintf(": %s (%s)", which, sentence(names))
	var disabled []string
	seen := map[string]bool{}
	f.eachHook(startup.LedgerDisabled, func(_ *startup.LedgerServer, h startup.LedgerHook) {
		if name := h.Hook.Name; f.runs[name] == nil && !seen[name] {
			seen[name] = true
			disabled = append(disabled, name)
		}
	})
	if len(disabled) > 0 {
		message += "; disabled, and so closing none: " + examples(disabled)
	}
	report(Finding{Server: f.outermost.Name, Kind: KindSignal, Name: startup.MuxComplete, Message: message})
}

// negative finds a word for not in a name in camel case.
var negative = regexp.MustCompile(`(^|[a-z0-9])([Hh]asNot|[Ii]sNot|Not)[A-Z]`)

func misnamedSignals(f *facts, report reporter) {
	for _, sv := range f.ledger.Servers {
		for _, s := range sv.Signals {
			if !s.Inherited && negative.MatchString(s.Name) {
				report(Finding{
					Server: sv.Name, Kind: KindSignal, Name: s.Name,
					Message: fmt.Sprintf("%s waits for signal %s to be closed, which is when the opposite of its name is so", startup.MuxComplete, s.Name),
				})
			}
		}
	}
}
