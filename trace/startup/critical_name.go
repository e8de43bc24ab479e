package startup

import (
	"fmt"
	"slices"
	"strings"

	"github.com/chaintrace/chaintrace/trace/attr"
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
// a readyz check passed, or, of one that never did, to the end of the start, or to
// a lifecycle signal. With a server, it is the hook or phase of that one; without,
// an *AmbiguousNameError tells that several servers have one. What several kinds of
// these have for a name is taken in the order above. Any other error names what there is.
func (s *Startup) CriticalChainTo(name, server string) (CriticalChain, error) {
	w := newChainWalk(s, 0)
	found, err := w.fromName(name, server)
	if err != nil {
		return CriticalChain{}, err
	}
	if !found {
		return CriticalChain{}, s.unknownLink(name, server)
	}
	w.fromPhases()
	return w.chain, nil
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
	phases := w.s.phasesToWalk()
	i, err := phaseNamed(phases, name, server)
	if err != nil {
		return false, err
	}
	if i >= 0 {
		w.fromPhase(phases, i)
		return true, nil
	}
	return server == "" && (w.fromHooks(name) || w.fromCheckOrSignal(name)), nil
}

// fromPhase goes from the end of a phase to the beginning of the start.
func (w *chainWalk) fromPhase(phases []Phase, i int) {
	when := w.s.closed(phases)
	stretches := innermost(when)
	w.at = when[i].End
	for k, st := range slices.Backward(stretches) {
		if st.phase == i && st.to == w.at {
			w.along(phases, when, stretches[:k+1])
			return
		}
	}
	w.add(phaseLink(phases[i], when[i]), when[i].Start) // another one went on for longer than its end
	w.along(phases, when, stretches)
}

// fromHooks goes from the end of the hooks' phase, which the link tells, to the
// hook that was done last, or the one that it was stuck in.
func (w *chainWalk) fromHooks(name string) bool {
	i := slices.IndexFunc(w.s.Phases, func(p Phase) bool { return p.Name == attr.SpanHooksRun })
	if i < 0 || name != attr.SpanHooksRun {
		return false
	}
	p := w.s.Phases[i]
	when := Interval{p.Start, p.Start + w.s.took(p.Interval)}
	w.at = when.End
	if len(w.s.Runs) == 0 {
		w.add(phaseLink(p, when), p.Start)
		return true
	}
	w.put(phaseLink(p, when))
	if open := w.unended(); len(open) > 0 {
		w.fromOpen(open)
	} else if run := w.lastDone(w.at); run != nil {
		w.gap(run.End)
		w.fromRun(run)
	}
	return true
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
	if slices.Contains(w.s.NeverPassed(), name) {
		w.at = w.s.Over()
		w.fromCheck(name)
		return true
	}
	for _, signal := range w.s.Signals {
		if signal.Name == name {
			w.at = signal.At
			w.fromSignal(signal)
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

// phaseNamed returns the index of the phase of a name, with which the server's may
// stand; -1 if there is none. Of several of one server it is the last.
func phaseNamed(phases []Phase, name, server string) (int, error) {
	found := -1
	var servers []string
	for i, p := range phases {
		if name != p.Name && name != p.Name+" "+p.Server || server != "" && p.Server != server {
			continue
		}
		servers = append(servers, p.Server)
		if found < 0 || p.Start >= phases[found].Start {
			found = i
		}
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
	hook := strings.TrimPrefix(name, hookCheckPrefix)
	if slices.Contains(s.WithoutRun(), hook) {
		return fmt.Errorf("hook %q has no run in this trace", hook)
	}
	if outermost := s.Outermost(); outermost != nil && server == "" {
		isIt := func(c *Check) bool { return c.Name == name }
		if slices.ContainsFunc(outermost.Installed(attr.Readyz), isIt) {
			return fmt.Errorf("the trace does not say when check %q passed", name)
		}
	}
	if server != "" && len(names) == 0 {
		return fmt.Errorf("%q has no hook that ran and no phase in this start", server)
	}
	var near []string
	for _, n := range names {
		if strings.Contains(strings.ToLower(n), strings.ToLower(name)) {
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
	for _, p := range s.phasesToWalk() {
		switch server {
		case "":
			names = append(names, strings.TrimSpace(p.Name+" "+p.Server))
		case p.Server:
			names = append(names, p.Name)
		}
	}
	if server == "" {
		if slices.ContainsFunc(s.Phases, func(p Phase) bool { return p.Name == attr.SpanHooksRun }) {
			names = append(names, attr.SpanHooksRun)
		}
		ran := s.RunsByName()
		for _, p := range s.Passed {
			if c := (Check{Name: p.Check}); ran[c.Hook()] == nil {
				names = append(names, p.Check)
			}
		}
		names = append(names, s.NeverPassed()...)
		for _, signal := range s.Signals {
			names = append(names, signal.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
