package verify

import (
	"fmt"
	"strings"

	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

var hookRules = []*Rule{
	{
		Code: "CT206", Name: "hook-never-runs", Severity: Error, find: hooksThatNeverRun,
		Summary: "a hook of a delegate that the next server has not taken over",
		Why: `A server takes over its delegate's hooks when it is made, and only the outermost server's
hooks are run. A hook that is added to a delegate after that is accepted without
an error, but it never runs. Its check is in no endpoint of the chain; on the delegate
it fails for ever.`,
		Remedy: `Register the hook before the next server is made, or on the outermost server.`,
	},
	{
		Code: "CT207", Name: "disabled-hook-runs", Severity: Warning, find: disabledHooksThatRun,
		Summary: "a hook that the config disables runs all the same",
		Why: `Disabling a hook keeps a server from registering it. It has no effect on hooks that the
server takes over: a delegate that registered it passes it on, and it is run.`,
		Remedy: `Disable the hook in the config of the server that registers it, too.`,
	},
	{
		Code: "CT208", Name: "hook-failed", Severity: Error, find: failedHooks,
		Summary: "a post-start hook returned an error, which ends the process",
		Why: `Whatever a post-start hook returns as an error ends the whole process at once, that
of a controller that is of no importance as well.`,
		Remedy: `See the error. If the process can do without what the hook does, have the hook log and go
on trying in a goroutine instead of returning the error.`,
	},
	{
		Code: "CT209", Name: "stopped-while-starting", Severity: Error, find: stoppedHooks,
		Summary: "the process was stopped while it was starting, and died of a hook",
		Why: `When a server that is still starting is told to stop, the context of its hooks ends. Hooks
that return that as their error then end the process in the middle of its graceful
shutdown, with exit code 255 and whatever was left to do undone. Later, when those
hooks are done, the same stop is graceful.`,
		Remedy: `Do not take the exit code for a failure of the server. A hook of one's own can return nil
when its context is done. If something restarts the server before it is ready, give it
more time.`,
	},
	{
		Code: "CT210", Name: "hook-rejected", Severity: Error, find: rejectedHooks,
		Summary: "a hook could not be registered",
		Why: `A post-start hook is refused when it has no function, when its name is taken on that
server, also by a hook that was taken over, or when the hooks have been started.
Where the caller does not look at the error, the hook is just not there. Pre-shutdown
hooks without a function are dropped without an error.`,
		Remedy: `Give the hook a name of its own, and look at the error of registering it.`,
	},
	{
		Code: "CT211", Name: "shared-hook-name", Severity: Note, find: sharedHookNames,
		Summary: "a post-start and a pre-shutdown hook have the same name",
		Why: `Names are unique among hooks of one kind only. In logs and metrics, and where hooks are
disabled by name, the two cannot be told apart.`,
		Remedy: `Nothing, if they belong together, as they mostly do. Else rename one.`,
	},
	{
		Code: "CT212", Name: "producer-without-consumer", Severity: Note, find: producerAlone,
		Summary: "priority and fairness is off, but its configuration is still produced",
		Why: `Turning priority and fairness off (--enable-priority-and-fairness=false) leaves out the
filter and the hook that reads its configuration. The hook that writes it belongs to
the API group and still creates FlowSchemas and PriorityLevelConfigurations, and
readiness waits for it.`,
		Remedy: `Nothing, or turn the group flowcontrol.apiserver.k8s.io off, too (--runtime-config).`,
	},
}

// eachHook calls do for the hooks of all servers that are in a state.
func (f *facts) eachHook(state startup.LedgerState, do func(sv *startup.LedgerServer, h startup.LedgerHook)) {
	for _, sv := range f.ledger.Servers {
		for _, h := range sv.Hooks {
			if h.State == state {
				do(sv, h)
			}
		}
	}
}

func hooksThatNeverRun(f *facts, report reporter) {
	f.eachHook(startup.LedgerLost, func(sv *startup.LedgerServer, h startup.LedgerHook) {
		if h.Hook.Run != nil || !built(sv) {
			return
		}
		message := fmt.Sprintf("%s hook %s is registered on %s, but %s has not taken it over: it never runs", h.Hook.Kind, h.Hook.Name, from(h.LedgerEntry), sv.Name)
		if h.Hook.Kind == attr.KindPostStart {
			message += fmt.Sprintf(", and poststarthook/%s on %s stays red", h.Hook.Name, sv.Delegate)
		}
		report(Finding{Server: sv.Name, Kind: KindHook, Name: h.Hook.Name, Source: h.Place, Message: message})
	})
}

func disabledHooksThatRun(f *facts, report reporter) {
	f.eachHook(startup.LedgerDisabled, func(sv *startup.LedgerServer, h startup.LedgerHook) {
		run := f.runs[h.Hook.Name]
		if run == nil {
			return
		}
		origin := ""
		if run.Origin != "" {
			origin = " of " + run.Origin
		}
		report(Finding{
			Server: sv.Name, Kind: KindHook, Name: h.Hook.Name, Source: h.Place,
			Message: fmt.Sprintf("hook %s is disabled on %s, but the one%s was taken over and runs", h.Hook.Name, sv.Name, origin),
		})
	})
}

// stopped reports whether a hook failed since it was told to stop.
func stopped(r *startup.HookRun) bool {
	return r.Outcome == attr.OutcomeFailed && strings.Contains(r.Err, "context canceled")
}

func failedHooks(f *facts, report reporter) {
	waiting := map[string]int{}
	for _, r := range f.Runs {
		waiting[r.BecauseOf]++
	}
	for _, r := range f.Runs {
		if r.Outcome != attr.OutcomeFailed || stopped(r) {
			continue
		}
		message := fmt.Sprintf("hook %s returned an error after %s, which ends the process: %s", r.Name, length(f.Elapsed(r)), orUnknown(r.Err))
		if n := waiting[r.Name]; n > 0 {
			message += fmt.Sprintf(" (%s waiting for it)", count(n, "hook was", "hooks were"))
		}
		report(Finding{Server: r.Origin, Kind: KindHook, Name: r.Name, Source: f.places[r.Name], Message: message})
	}
}

func orUnknown(text string) string {
	if text == "" {
		return "the trace does not say which"
	}
	return text
}

func stoppedHooks(f *facts, report reporter) {
	when := "while the chain was starting"
	if f.Ready != nil {
		when = "after the chain was ready"
	}
	if at, ok := f.signalAt("ShutdownInitiated"); ok {
		when += fmt.Sprintf(", after the shutdown that began @%s", length(at))
	}
	for _, r := range f.Runs {
		if stopped(r) {
			report(Finding{
				Server: r.Origin, Kind: KindHook, Name: r.Name, Source: f.places[r.Name],
				Message: fmt.Sprintf("hook %s was stopped %s into its run, %s, and ended the process: %s", r.Name, length(f.Elapsed(r)), when, r.Err),
			})
		}
	}
}

func rejectedHooks(f *facts, report reporter) {
	f.eachHook(startup.LedgerRejected, func(sv *startup.LedgerServer, h startup.LedgerHook) {
		report(Finding{
			Server: sv.Name, Kind: KindHook, Name: h.Hook.Name, Source: h.Place,
			Message: fmt.Sprintf("hook %s was not registered on %s: %s", h.Hook.Name, sv.Name, orUnknown(h.Err)),
		})
	})
}

// sharedHookNames tells of hooks on the server that registered them.
func sharedHookNames(f *facts, report reporter) {
	for _, sv := range f.ledger.Servers {
		postStart := map[string]bool{}
		for _, h := range sv.PostStart {
			postStart[h.Name] = true
		}
		for _, h := range sv.PreShutdown {
			if postStart[h.Name] && !h.Inherited {
				report(Finding{
					Server: sv.Name, Kind: KindHook, Name: h.Name, Source: h.RegisteredAt,
					Message: fmt.Sprintf("%s is a post-start hook and a pre-shutdown hook", h.Name),
				})
			}
		}
	}
}

// The hooks of priority and fairness, and the one that is there without it.
const (
	configProducer    = "priority-and-fairness-config-producer"
	configConsumer    = "priority-and-fairness-config-consumer"
	maxInFlightFilter = "max-in-flight-filter"
)

func producerAlone(f *facts, report reporter) {
	r := f.runs[configProducer]
	if r == nil || f.runs[configConsumer] != nil || f.runs[maxInFlightFilter] == nil {
		return
	}
	report(Finding{
		Server: r.Origin, Kind: KindHook, Name: r.Name, Source: f.places[r.Name],
		Message: fmt.Sprintf("hook %s ran for %s though there is no %s: priority and fairness is off", r.Name, length(f.Elapsed(r)), configConsumer),
	})
}
