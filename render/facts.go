package render

import (
	"strings"
	"time"

	"github.com/chaintrace/chaintrace/trace/startup"
)

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

// longestRun returns the longest duration of any run, at least a nanosecond.
func longestRun(s *startup.Startup) time.Duration {
	longest := time.Duration(1)
	for _, r := range s.Runs {
		longest = max(longest, s.Elapsed(r))
	}
	return longest
}

// notTold stands in place of a number where the trace tells nothing of what is counted:
// that there is none does not follow.
const notTold = "not told"

// nothingOf says that the trace tells nothing of something.
func nothingOf(what string) string { return "The trace tells nothing of " + what + "." }
