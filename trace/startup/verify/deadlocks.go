package verify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

var waitRules = []*Rule{{
	Code: "CT205", Name: "hook-deadlock", Severity: Error, find: deadlocks,
	Summary: "a hook waits for what can only come after it, or never",
	Why: `Post-start hooks are all started at once and may wait for each other, and nobody checks
what they wait for. A hook that waits for itself, for one that waits for it, or for one
that is never started, such as a pre-shutdown hook, a disabled one or one that the
outermost server has not taken over, waits for ever, and so does the readiness of the chain;
or it gets through, late, when a limit ends one of the waits. Only waits for hooks count that
the trace names, with that of the model for the one hook that starts a cache.`,
	Remedy: `Break the circle: have one of the hooks start its work in a goroutine and return, or register
the hook that is missing. A deadline on the wait would at least end it with an error.`,
}}

// deadlocks looks at hooks that did not get through: one that did was not stuck,
// whatever it says that it waits for.
func deadlocks(f *facts, report reporter) {
	stuck := map[string]*startup.HookRun{}
	for _, r := range f.Runs {
		if !r.Finished() || r.InTrouble() {
			stuck[r.Name] = r
		}
	}
	reasons := f.notStarted()
	for _, r := range f.Runs {
		if stuck[r.Name] != r {
			continue
		}
		for _, name := range waits(r) {
			var why string
			switch {
			case name == r.Name:
				why = "which is itself"
			case f.runs[name] == nil:
				why = "which " + cmp.Or(reasons[name], "no server has")
			default:
				continue
			}
			report(Finding{
				Server: r.Origin, Kind: KindHook, Name: r.Name, Source: f.places[r.Name], Detail: name,
				Message: fmt.Sprintf("hook %s waits for hook %s, %s", r.Name, name, why),
			})
		}
	}
	tell := func(circle []string, end string) {
		r := f.runs[circle[0]]
		report(Finding{
			Server: r.Origin, Kind: KindHook, Name: r.Name, Source: f.places[r.Name], Count: len(circle), Detail: strings.Join(circle, "\x00"),
			Message: fmt.Sprintf("hooks wait for each other in a circle: %s, which waits for %s%s", way(circle), circle[0], end),
		})
	}
	for _, circle := range circles(f.Runs, stuck) {
		tell(circle, "")
	}
	for _, circle := range circles(f.Runs, f.runs) {
		if hit := f.limited(circle, stuck); hit != "" {
			tell(circle, fmt.Sprintf("; they got through as %s ran into its limit", hit))
		}
	}
}

// limited returns the hook of a circle that ran into its limit, if none of the
// circle is stuck for that.
func (f *facts) limited(circle []string, stuck map[string]*startup.HookRun) string {
	hit := ""
	for _, name := range circle {
		if stuck[name] != nil {
			return ""
		}
		if f.runs[name].DeadlineHit && hit == "" {
			hit = name
		}
	}
	return hit
}

// way writes who waits for whom, of many the first few.
func way(circle []string) string {
	const most = 8
	if len(circle) > most {
		return fmt.Sprintf("%s, and so on through %d more", strings.Join(circle[:most], ", which waits for "), len(circle)-most)
	}
	return strings.Join(circle, ", which waits for ")
}

// waits returns the hooks that a run says it waits for, itself included, each once.
func waits(r *startup.HookRun) []string {
	var out []string
	for _, w := range r.WaitsFor {
		if name, ok := strings.CutPrefix(w, "hook:"); ok && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// notStarted says of hooks by name why they did not run. Of several servers the
// outermost has the say.
func (f *facts) notStarted() map[string]string {
	reasons := map[string]string{}
	for _, sv := range f.ledger.Servers {
		for _, h := range sv.Hooks {
			name := h.Hook.Name
			if reasons[name] != "" || f.runs[name] != nil {
				continue
			}
			switch {
			case h.Hook.Kind == attr.KindPreShutdown:
				reasons[name] = "is a pre-shutdown hook: it runs when the server stops"
			case h.State == startup.LedgerDisabled:
				reasons[name] = "is disabled on " + sv.Name
			case h.State == startup.LedgerRejected:
				reasons[name] = "could not be registered on " + sv.Name
			case h.State == startup.LedgerLost:
				reasons[name] = sv.Name + " has not taken over from " + sv.Delegate
			default:
				reasons[name] = "was not started in this trace"
			}
		}
	}
	return reasons
}

// mostCircles bounds how many circles are told of, since they may overlap.
const mostCircles = 20

// circles finds the circles among some hooks, each once and from its first hook
// on, by walking along what they wait for. Every hook is walked once.
func circles(runs []*startup.HookRun, among map[string]*startup.HookRun) [][]string {
	w := &walker{among: among, at: map[string]int{}}
	for _, r := range runs {
		if among[r.Name] == r {
			w.walk(r)
		}
	}
	return w.found
}

// walker goes depth first through hooks.
type walker struct {
	among map[string]*startup.HookRun
	at    map[string]int // 1 more than a hook's place on the way; -1 when it was left
	way   []string
	found [][]string
}

func (w *walker) walk(r *startup.HookRun) {
	if w.at[r.Name] != 0 {
		return
	}
	w.way = append(w.way, r.Name)
	w.at[r.Name] = len(w.way)
	for _, name := range waits(r) {
		next := w.among[name]
		if next == nil || next == r {
			continue
		}
		if place := w.at[name]; place > 0 && len(w.found) < mostCircles {
			w.found = append(w.found, slices.Clone(w.way[place-1:]))
		}
		w.walk(next)
	}
	w.way = w.way[:len(w.way)-1]
	w.at[r.Name] = -1
}
