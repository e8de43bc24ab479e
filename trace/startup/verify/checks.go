package verify

import (
	"fmt"
	"slices"

	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

var checkRules = []*Rule{
	{
		Code: "CT101", Name: "masked-check", Severity: Error, find: maskedChecks,
		Summary: "a failing check of a delegate is hidden by one of the same name",
		Why: `When a server takes over the health checks of its delegate, it leaves out those whose
names are among its own configured checks. It compares names only. So a healthy check
further out keeps a failing one of the same name further in from being seen: the
chain calls itself ready though a part of it is not. The same comes of a check that the
delegate has in livez or readyz alone, which it does not pass on, if a server further
out has one of that name there: the path of the check is answered by that.`,
		Remedy: `Give the two checks different names, or leave the check out of the outer server's
config if both look at the same thing. To see the hidden one, ask the delegate itself.`,
	},
	{
		Code: "CT102", Name: "duplicate-check", Severity: Warning, find: duplicateChecks,
		Summary: "a check is several times in the endpoints of the outermost server",
		Why: `Names of inherited checks are compared with the configured ones only, not with
those that are added later, so both end up in the list. The endpoint runs each of
them, but the path of the single check, such as /readyz/NAME, is answered by the last
one only. A check that is there many times may also have overwritten others: the
configs of the servers share a slice, and appending to it can write over what another
server appended. Look for CT103 beside it.`,
		Remedy: `Rename one of the checks. Where they overwrite each other, give each server's config a
slice of its own (slices.Clone, or slices.Clip before appending).`,
	},
	{
		Code: "CT103", Name: "missing-hook-check", Severity: Error, find: missingHookChecks,
		Summary: "a post-start hook has no check in the endpoints of the outermost server",
		Why: `Every post-start hook brings a check poststarthook/NAME that fails until the hook has
ended. Without it the chain may be ready before the hook is done, and nobody sees
when it hangs. It happens when checks overwrite each other in a slice that the
servers' configs share: kube-apiserver 1.37 does so with, for example, exactly five
distinct --etcd-servers-overrides.`,
		Remedy: `Do not share the slices of checks between configs. With kube-apiserver, change the number
of etcd overrides by one; four and six are known to be fine. Compare /readyz?verbose with
the hooks in chaintrace ledger.`,
	},
	{
		Code: "CT104", Name: "lost-check", Severity: Warning, find: lostChecks,
		Summary: "a check of a delegate is not passed on to the next server",
		Why: `All that a delegate offers to the next server are the checks of its healthz. What it has
in readyz or livez alone is lost on the way, without a word, and the chain can be
ready while that check fails. It can still be asked for by name, since an unknown path
such as /readyz/NAME falls through to the delegate. A check that is added to a delegate's
healthz after the next server was made is lost, too. Where the next server has a check
of the same name in the same endpoints, only one that fails is reported, as CT101.`,
		Remedy: `Add the check to the outermost server as well, or to the delegate's healthz, too, if it may
be in all three endpoints.`,
	},
	{
		Code: "CT105", Name: "promoted-check", Severity: Warning, find: promotedChecks,
		Summary: "an inherited check is in endpoints where its own server does not have it",
		Why: `An inherited check goes into healthz, livez and readyz, whichever of them the delegate
has it in. A check that was meant to be looked at, but not to decide, now makes the
process unready, or has it restarted by whoever watches livez.`,
		Remedy: `Configure a check of that name on the outer server with the endpoints that you want: it
keeps the inherited one out.`,
	},
	{
		Code: "CT106", Name: "lost-livez-grace", Severity: Warning, find: lostGrace,
		Summary: "inherited checks have lost the livez grace period of their server",
		Why: `A server gives the checks of its own hooks the livez grace period (--livez-grace-period),
but adds those that it takes over without one. So only the outermost server's own
checks wait: livez fails during the start all the same, and whoever watches it may
restart a server that is doing well.`,
		Remedy: `Do not count on the grace period in a chain. Give the watcher patience instead, as with a
startupProbe or initialDelaySeconds.`,
	},
	{
		Code: "CT107", Name: "early-informer-sync", Severity: Note, find: earlyInformerSync,
		Summary: "informer-sync passed before any informer was started",
		Why: `The check informer-sync looks at the informers that have been started. Before the hooks
that start them it has nothing to look at and passes. Besides, it knows of the
kube informers only, not of those for custom resources and APIServices.`,
		Remedy: `Do not take informer-sync alone for a sign that caches are filled; /readyz as a whole also
has the checks of the hooks that start and await informers.`,
	},
}

func maskedChecks(f *facts, report reporter) {
	fails := "fails"
	if f.Ready == nil {
		fails = "was failing when the trace ended"
	}
	for _, sv := range f.ledger.Servers {
		for _, c := range sv.Checks {
			if c.State != startup.LedgerMasked {
				continue
			}
			by := "the configured check of that name on " + c.Check.SkippedBy
			if c.Check.NotOffered {
				by = "another check of that name on " + c.Check.SkippedBy
			}
			report(Finding{
				Server: sv.Name, Kind: KindCheck, Name: c.Check.Name, Source: c.Place, Detail: from(c.LedgerEntry),
				Message: fmt.Sprintf("check %s of %s %s, but %s hides it", c.Check.Name, from(c.LedgerEntry), fails, by),
			})
		}
	}
}

// from names the server that an entry comes from.
func from(e startup.LedgerEntry) string { return e.Through[0] }

// duplicateChecks looks at the outermost server, whose endpoints are the ones
// that are asked; what is double further in comes up to it.
func duplicateChecks(f *facts, report reporter) {
	if f.outermost == nil {
		return
	}
	times := map[string]int{}
	for _, c := range f.outermost.Checks {
		if c.Has(startup.MarkDuplicate) {
			times[c.Check.Name]++
		}
	}
	for _, c := range f.outermost.Checks {
		n := times[c.Check.Name]
		if n == 0 || !c.Check.Present() {
			continue
		}
		delete(times, c.Check.Name)
		report(Finding{
			Server: f.outermost.Name, Kind: KindCheck, Name: c.Check.Name, Source: c.Place, Count: n,
			Message: fmt.Sprintf("check %s is there %d times, in %s; its own path is answered by the last one", c.Check.Name, n, endpoints(c.Endpoints)),
		})
	}
}

func missingHookChecks(f *facts, report reporter) {
	sv := f.outermost
	if !built(sv) || !slices.ContainsFunc(sv.Checks, func(c startup.LedgerCheck) bool { return c.Check.Present() }) {
		return
	}
	in := map[string][]string{}
	for _, c := range sv.Checks {
		if hook := c.Check.Hook(); hook != "" && c.Check.Present() {
			in[hook] = append(in[hook], c.Endpoints...)
		}
	}
	for _, h := range sv.PostStart {
		missing := slices.DeleteFunc(startup.Endpoints(), func(e string) bool { return slices.Contains(in[h.Name], e) })
		if len(missing) > 0 {
			report(Finding{
				Server: sv.Name, Kind: KindHook, Name: h.Name, Source: f.places[h.Name],
				Message: fmt.Sprintf("hook %s has no check in %s of %s: nobody sees there whether it is done", h.Name, endpoints(missing), sv.Name),
			})
		}
	}
}

func lostChecks(f *facts, report reporter) {
	for _, sv := range f.ledger.Servers {
		hooks := map[string]bool{} // CT206 and CT103 tell of the checks of these
		for _, h := range sv.Hooks {
			hooks[h.Hook.Name] = true
		}
		here := endpointsByCheck(sv)
		for _, c := range sv.Checks {
			if c.State != startup.LedgerLost || hooks[c.Check.Hook()] || !built(sv) || !f.Prepared(sv.Server) {
				continue
			}
			lost := fmt.Sprintf("check %s of %s is in %s there, and in no endpoint of %s", c.Check.Name, sv.Delegate, endpoints(c.Endpoints), sv.Name)
			if c.Has(startup.MarkNamesake) {
				missing := slices.DeleteFunc(slices.Clone(c.Endpoints), func(e string) bool { return slices.Contains(here[c.Check.Name], e) })
				if len(missing) == 0 {
					continue // whoever asks sees one of that name, as each server has of some checks
				}
				lost = fmt.Sprintf("check %s of %s is in %s there, and not passed on: %s has another of that name, but not in %s",
					c.Check.Name, sv.Delegate, endpoints(c.Endpoints), sv.Name, endpoints(missing))
			}
			report(Finding{Server: sv.Name, Kind: KindCheck, Name: c.Check.Name, Source: c.Place, Message: lost})
		}
	}
}

// endpointsByCheck returns where a server has checks, by name.
func endpointsByCheck(sv *startup.LedgerServer) map[string][]string {
	here := map[string][]string{}
	for _, c := range sv.Checks {
		if c.State == startup.LedgerOwn || c.State == startup.LedgerInherited {
			for _, e := range c.Endpoints {
				if !slices.Contains(here[c.Check.Name], e) {
					here[c.Check.Name] = append(here[c.Check.Name], e)
				}
			}
		}
	}
	return here
}

func promotedChecks(f *facts, report reporter) {
	for _, sv := range f.ledger.Servers {
		for _, c := range sv.Checks {
			if len(c.Promoted) == 0 {
				continue
			}
			report(Finding{
				Server: sv.Name, Kind: KindCheck, Name: c.Check.Name, Source: c.Place,
				Message: fmt.Sprintf("check %s of %s is in %s of %s too, where %s does not have it", c.Check.Name, from(c.LedgerEntry), endpoints(c.Promoted), sv.Name, sv.Delegate),
			})
		}
	}
}

// lostGrace looks at the outermost server, whose livez is the one that is watched.
func lostGrace(f *facts, report reporter) {
	if f.outermost == nil {
		return
	}
	var names []string
	grace := map[string]string{}
	for _, c := range f.outermost.Checks {
		if c.LostGrace > 0 && slices.Contains(c.Endpoints, attr.Livez) {
			names = append(names, c.Check.Name)
			grace[c.Check.Name] = length(c.LostGrace)
		}
	}
	if len(names) == 0 {
		return
	}
	report(sum(f.outermost, names, "", func(names []string) string {
		var graces []string
		seen := map[string]bool{}
		for _, name := range names {
			if g := grace[name]; !seen[g] {
				seen[g] = true
				graces = append(graces, g)
			}
		}
		return fmt.Sprintf("%s in /livez of %s without the grace period of %s that their own servers give them: %s",
			count(len(names), "inherited check is", "inherited checks are"), f.outermost.Name, examples(graces), examples(names))
	}))
}

const informerSync = "informer-sync"

// informerHooks start the informers that informer-sync looks at.
var informerHooks = []string{"generic-apiserver-start-informers", "start-kube-aggregator-informers"}

func earlyInformerSync(f *facts, report reporter) {
	var first *startup.HookRun
	for _, name := range informerHooks {
		if r := f.runs[name]; r != nil && (first == nil || r.Start < first.Start) {
			first = r
		}
	}
	if first == nil || f.outermost == nil {
		return
	}
	for _, p := range f.Passed {
		if p.Check == informerSync && p.At < first.Start {
			report(Finding{
				Server: f.outermost.Name, Kind: KindCheck, Name: informerSync,
				Message: fmt.Sprintf("%s passed @%s, before %s began @%s to start informers: whoever asks that early sees it pass, though it has looked at none", informerSync, length(p.At), first.Name, length(first.Start)),
			})
		}
	}
}
