package startup

import (
	"fmt"
	"slices"
	"strings"
)

// AmbiguousNameError says that several servers have a hook or a phase of a name.
type AmbiguousNameError struct {
	Kind    LinkKind // LinkHook or LinkPhase
	Name    string
	Servers []string // sorted; "" among them for one whose server the trace does not tell
}

// Error names the candidates.
func (e *AmbiguousNameError) Error() string {
	return fmt.Sprintf("%q is a %s of several servers, %q; say which of them is meant", e.Name, e.Kind, e.Servers)
}

// CriticalChainTo returns what led to the end of a hook, of a phase by its
// span's name, alone or with the server's behind a space, to the first time that
// a readyz check passed, or to a lifecycle signal. With a server, it is the hook
// or phase of that one; without, an *AmbiguousNameError tells that several
// servers have one. Any other error names what there is.
func (s *Startup) CriticalChainTo(name, server string) (CriticalChain, error) {
	w := &chainWalk{s: s, runs: s.RunsByName()}
	found, err := w.fromName(name, server)
	if err != nil {
		return CriticalChain{}, err
	}
	if !found {
		return CriticalChain{}, s.unknownLink(name, server)
	}
	w.fromPhases()
	return CriticalChain{Links: w.links}, nil
}

func (w *chainWalk) fromName(name, server string) (bool, error) {
	run, err := w.s.runNamed(name, server)
	if err != nil {
		return false, err
	}
	if run != nil {
		w.at = w.s.EndOf(run)
		w.fromRun(run)
		return true, nil
	}
	phase, err := w.s.leafNamed(name, server)
	if err != nil {
		return false, err
	}
	if phase != nil {
		w.at = phase.Start + w.s.took(phase.Interval)
		return true, nil
	}
	return server == "" && w.fromCheckOrSignal(name), nil
}

// fromCheckOrSignal goes from what is no server's but the start's.
func (w *chainWalk) fromCheckOrSignal(name string) bool {
	for _, p := range w.s.Passed {
		if p.Check == name {
			w.at = p.At
			w.fromCheck(name)
			return true
		}
	}
	for _, signal := range w.s.Signals {
		if signal.Name == name {
			w.at = signal.At
			w.links = append(w.links, Link{Kind: LinkSignal, Name: name, At: w.at})
			w.fromSignal()
			return true
		}
	}
	return false
}

// runNamed returns the run of the hook of a name, which may be that of its check;
// nil if there is none. Of several on one server it is the first.
func (s *Startup) runNamed(name, server string) (*HookRun, error) {
	hook := strings.TrimPrefix(name, hookCheckPrefix)
	var found *HookRun
	var servers []string
	for _, r := range s.Runs {
		if r.Name != hook || server != "" && r.Origin != server {
			continue
		}
		if found == nil {
			found = r
		}
		servers = append(servers, r.Origin)
	}
	return found, ambiguous(LinkHook, hook, servers)
}

// leafNamed returns the leaf phase of a name, with which the server's may stand;
// nil if there is none.
func (s *Startup) leafNamed(name, server string) (*Phase, error) {
	var found *Phase
	var servers []string
	leaves := s.leafPhases()
	for i := range leaves {
		p := &leaves[i]
		if name != p.Name && name != p.Name+" "+p.Server || server != "" && p.Server != server {
			continue
		}
		if found == nil {
			found = p
		}
		servers = append(servers, p.Server)
	}
	return found, ambiguous(LinkPhase, name, servers)
}

// ambiguous returns an error if the servers are not all the same.
func ambiguous(kind LinkKind, name string, servers []string) error {
	slices.Sort(servers)
	if servers = slices.Compact(servers); len(servers) > 1 {
		return &AmbiguousNameError{kind, name, servers}
	}
	return nil
}

// unknownLink is the error for a name that nothing in the trace has, or nothing of
// the server, if one is given.
func (s *Startup) unknownLink(name, server string) error {
	names := s.linkNames(server)
	if server != "" && len(names) == 0 {
		return fmt.Errorf("%q has no hook that ran and no phase in this start", server)
	}
	var near []string
	for _, n := range names {
		if strings.Contains(n, name) {
			near = append(near, n)
		}
	}
	if len(near) > 0 {
		names = near
	}
	const most = 12
	more := ""
	if len(names) > most {
		more = fmt.Sprintf(" and %d more", len(names)-most)
		names = names[:most]
	}
	if server != "" {
		return fmt.Errorf("%q is no hook or phase of %q in this start; there are %q%s", name, server, names, more)
	}
	return fmt.Errorf("%q is no hook, check, signal or phase of this start; there are %q%s", name, names, more)
}

// linkNames returns what a critical chain can lead to, sorted: all, or what is a
// server's.
func (s *Startup) linkNames(server string) []string {
	var names []string
	for _, r := range s.Runs {
		if server == "" || r.Origin == server {
			names = append(names, r.Name)
		}
	}
	for _, p := range s.leafPhases() {
		switch server {
		case "":
			names = append(names, strings.TrimSpace(p.Name+" "+p.Server))
		case p.Server:
			names = append(names, p.Name)
		}
	}
	if server == "" {
		for _, p := range s.Passed {
			if c := (Check{Name: p.Check}); c.Hook() == "" {
				names = append(names, p.Check)
			}
		}
		for _, signal := range s.Signals {
			names = append(names, signal.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
