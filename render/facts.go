package render

import (
	"slices"
	"strings"
	"time"

	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// outermostFirst returns the servers in the order in which a request meets them.
func outermostFirst(s *startup.Startup) []*startup.Server {
	servers := slices.Clone(s.Servers)
	slices.Reverse(servers)
	return servers
}

// ownHooks and inheritedHooks split a server's hooks by how it came by them.
func ownHooks(hooks []*startup.Hook) []*startup.Hook {
	return selectHooks(hooks, func(h *startup.Hook) bool { return !h.Inherited })
}

func inheritedHooks(hooks []*startup.Hook) []*startup.Hook {
	return selectHooks(hooks, func(h *startup.Hook) bool { return h.Inherited })
}

func selectHooks(hooks []*startup.Hook, keep func(*startup.Hook) bool) []*startup.Hook {
	var out []*startup.Hook
	for _, h := range hooks {
		if keep(h) {
			out = append(out, h)
		}
	}
	return out
}

func checksIn(sv *startup.Server, state startup.CheckState) []*startup.Check {
	var out []*startup.Check
	for _, c := range sv.Checks {
		if c.State == state {
			out = append(out, c)
		}
	}
	return out
}

// installedChecks counts the checks that a server's endpoint runs.
func installedChecks(sv *startup.Server, endpoint string) int {
	n := 0
	for _, c := range sv.Checks {
		if isPresent(c) && slices.Contains(c.Endpoints, endpoint) {
			n++
		}
	}
	return n
}

// isPresent reports whether the server has the check, rather than having
// passed it by.
func isPresent(c *startup.Check) bool {
	return c.State == startup.CheckOwn || c.State == startup.CheckInherited
}

func endpoints() []string { return []string{attr.Healthz, attr.Livez, attr.Readyz} }

const hookCheckPrefix = "poststarthook/"

func isHookCheck(c *startup.Check) bool { return strings.HasPrefix(c.Name, hookCheckPrefix) }

// originCount is how many things came from one server.
type originCount struct {
	Origin string
	N      int
}

// countOrigins counts by origin, in order of first appearance.
func countOrigins(origins []string) []originCount {
	var out []originCount
	index := map[string]int{}
	for _, o := range origins {
		i, ok := index[o]
		if !ok {
			i = len(out)
			index[o] = i
			out = append(out, originCount{Origin: o})
		}
		out[i].N++
	}
	return out
}

func hookOrigins(hooks []*startup.Hook) []originCount {
	origins := make([]string, len(hooks))
	for i, h := range hooks {
		origins[i] = h.Origin
	}
	return countOrigins(origins)
}

// inheritedText says from whom n things were taken over: "14 of its own, 7 of
// apiextensions-apiserver".
func inheritedText(delegate string, by []originCount) string {
	parts := make([]string, 0, len(by))
	own := 0
	for _, o := range by {
		if o.Origin == delegate {
			own = o.N
			continue
		}
		parts = append(parts, countOf(o.N, o.Origin))
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(append([]string{countOf(own, "its own")}, parts...), ", ")
}

// runDurations returns the longest duration of any run, at least a nanosecond.
func longestRun(s *startup.Startup) time.Duration {
	longest := time.Duration(1)
	for _, r := range s.Runs {
		longest = max(longest, elapsed(s, r))
	}
	return longest
}

// elapsed is how long a run took, or for an unfinished one how long it had
// been running when the trace ended.
func elapsed(s *startup.Startup, r *startup.HookRun) time.Duration {
	if r.End < r.Start {
		return max(0, s.End-r.Start)
	}
	return r.End - r.Start
}

// endOf is when a run ended, or when the trace ended without it.
func endOf(s *startup.Startup, r *startup.HookRun) time.Duration {
	return r.Start + elapsed(s, r)
}

// criticalRuns returns the chain of runs that ended last: the run that ended
// last of all, the one it waited for that ended last, and so on. The first
// element is where the chain began. It is empty when nothing ran.
func criticalRuns(s *startup.Startup) []*startup.HookRun {
	byName := runsByName(s)
	var last *startup.HookRun
	for _, r := range s.Runs {
		if last == nil || endOf(s, r) > endOf(s, last) {
			last = r
		}
	}
	var chain []*startup.HookRun
	for last != nil && !slices.Contains(chain, last) {
		chain = append(chain, last)
		var next *startup.HookRun
		for _, w := range hooksWaitedFor(last) {
			if r := byName[w]; r != nil && (next == nil || endOf(s, r) > endOf(s, next)) {
				next = r
			}
		}
		last = next
	}
	slices.Reverse(chain)
	return chain
}

func runsByName(s *startup.Startup) map[string]*startup.HookRun {
	m := make(map[string]*startup.HookRun, len(s.Runs))
	for _, r := range s.Runs {
		if m[r.Name] == nil {
			m[r.Name] = r
		}
	}
	return m
}

// hooksWaitedFor returns the names of the hooks among what a run waits for.
func hooksWaitedFor(r *startup.HookRun) []string {
	var out []string
	for _, w := range r.WaitsFor {
		if h, ok := strings.CutPrefix(w, "hook:"); ok && h != r.Name && !slices.Contains(out, h) {
			out = append(out, h)
		}
	}
	return out
}

// isTrouble reports whether a run did not end as it should.
func isTrouble(r *startup.HookRun) bool {
	return r != nil && (r.BecauseOf != "" || r.Outcome == attr.OutcomeFailed ||
		r.Outcome == attr.OutcomeHung || r.Outcome == attr.OutcomeInterrupted)
}

// shadows knows for each path of a server which server further out answers it
// first.
type shadows map[routeKey]string

type routeKey struct{ server, match, path string }

// routeShadows finds the routes that no request reaches by its path, as a
// server further out answers it first: with the same path and kind of match, or
// an exact path with a web service. The web service /apis takes that path alone
// and is covered by an exact one.
func routeShadows(s *startup.Startup) shadows {
	out := shadows{}
	type pathMatch struct{ path, match string }
	first := map[pathMatch]string{}
	for _, sv := range outermostFirst(s) {
		for _, r := range sv.Routes {
			for _, match := range coveringMatches(r) {
				if outer, ok := first[pathMatch{r.Path, match}]; ok && outer != sv.Name {
					out[routeKey{sv.Name, r.Match, r.Path}] = outer
					break
				}
			}
		}
		for _, r := range sv.Routes {
			pm := pathMatch{r.Path, r.Match}
			if _, ok := first[pm]; !ok {
				first[pm] = sv.Name
			}
		}
	}
	return out
}

// coveringMatches returns the kinds of match with which the same path further
// out covers a route.
func coveringMatches(r startup.Route) []string {
	switch {
	case r.Match == attr.MatchExact:
		return []string{attr.MatchExact, attr.MatchWebService}
	case r.Match == attr.MatchWebService && r.Path == "/apis":
		return []string{attr.MatchWebService, attr.MatchExact}
	}
	return []string{r.Match}
}

// by returns the server that answers the route's path first, or "".
func (s shadows) by(server string, r startup.Route) string {
	return s[routeKey{server, r.Match, r.Path}]
}
