package describe

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/chaintrace/chaintrace/chain"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// Nearest returns the description that tells most of a start: the one that was run,
// or else the one that shares most hooks with it, of those the nearest in version,
// and of those the first. It returns nil when none shares a hook.
func Nearest(s *startup.Startup, all []*chain.Description) *chain.Description {
	hooks := map[string]bool{}
	for _, sv := range s.Servers {
		for _, h := range sv.PostStart {
			hooks[h.Name] = true
		}
	}
	var best *chain.Description
	most, least := 0, math.MaxInt
	for _, d := range all {
		if d.Name == s.Preset {
			return d
		}
		shared := 0
		for _, name := range slices.Compact(d.Hooks()) {
			if hooks[name] {
				shared++
			}
		}
		away := distance(d.Version, s.Version)
		if shared > most || shared == most && shared > 0 && away < least {
			best, most, least = d, shared, away
		}
	}
	return best
}

// distance says how far two versions are from each other, in patches.
func distance(a, b string) int {
	x, y := numbers(a), numbers(b)
	d := 0
	for i, weight := range []int{1_000_000, 1000, 1} {
		if x[i] != y[i] {
			d += weight * max(x[i]-y[i], y[i]-x[i])
		}
	}
	return d
}

// numbers reads vMAJOR.MINOR.PATCH; what is missing is 0.
func numbers(version string) (n [3]int) {
	version, _, _ = strings.Cut(strings.TrimPrefix(version, "v"), "-")
	for i, part := range strings.SplitN(version, ".", len(n)) {
		n[i], _ = strconv.Atoi(part)
	}
	return n
}
