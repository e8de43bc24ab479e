package startup

import (
	"slices"
	"strings"
	"time"

	"github.com/chaintrace/chaintrace/trace/attr"
)

// OutermostFirst returns the servers in the order in which a request meets them.
func (s *Startup) OutermostFirst() []*Server {
	servers := slices.Clone(s.Servers)
	slices.Reverse(servers)
	return servers
}

// Outermost returns the server that requests reach first and whose hooks run,
// or nil where the trace tells of none.
func (s *Startup) Outermost() *Server {
	if len(s.Servers) == 0 {
		return nil
	}
	return s.Servers[len(s.Servers)-1]
}

// Elapsed is how long a run took, or for an unfinished one how long it had been
// running when the trace ended.
func (s *Startup) Elapsed(r *HookRun) time.Duration {
	if r.End < r.Start {
		return max(0, s.End-r.Start)
	}
	return r.End - r.Start
}

// EndOf is when a run ended, or when the trace ended without it.
func (s *Startup) EndOf(r *HookRun) time.Duration { return r.Start + s.Elapsed(r) }

// RunsByName returns the runs by the names of their hooks; of two hooks with one
// name, the one that began first.
func (s *Startup) RunsByName() map[string]*HookRun {
	m := make(map[string]*HookRun, len(s.Runs))
	for _, r := range s.Runs {
		if m[r.Name] == nil {
			m[r.Name] = r
		}
	}
	return m
}

// NeverPassed returns the readyz checks of the outermost server that were never
// seen to pass, in their order; none when nobody noted which did.
func (s *Startup) NeverPassed() []string {
	outermost := s.Outermost()
	if len(s.Passed) == 0 || outermost == nil {
		return nil
	}
	passed := map[string]bool{}
	for _, p := range s.Passed {
		passed[p.Check] = true
	}
	var names []string
	for _, c := range outermost.Installed(attr.Readyz) {
		if !passed[c.Name] {
			names = append(names, c.Name)
		}
	}
	return names
}

// WithoutRun returns the post-start hooks that the outermost server started, as
// others ran or the trace has the span of all, and that have no run in the trace,
// in their order. A trace that has only what was finished lacks those that hung.
func (s *Startup) WithoutRun() []string {
	outermost := s.Outermost()
	if _, began := s.hooksBegan(); outermost == nil || !began {
		return nil
	}
	var names []string
	for _, h := range outermost.PostStart {
		if h.Run == nil {
			names = append(names, h.Name)
		}
	}
	return names
}

// NotDone returns the hooks that were not done when a start was over that did not
// get ready: those whose run did not end, or not well, and those without a run.
func (s *Startup) NotDone() []string {
	if s.Ready != nil && s.Failure == nil {
		return nil
	}
	var names []string
	for _, r := range s.Runs {
		if stuck(r) {
			names = append(names, r.Name)
		}
	}
	return append(names, s.WithoutRun()...)
}

// The subjects of which a trace may tell nothing.
const (
	SubjectHooks     = "hooks"
	SubjectChecks    = "checks"
	SubjectRoutes    = "routes"
	SubjectReadiness = "readiness"
)

// NotTold returns the subjects of which the trace tells nothing at all, in the order
// above, as one of a start that was seen from outside, or that died before: that
// there is none of a kind does not follow.
func (s *Startup) NotTold() []string {
	hooks, checks, routes := len(s.Runs) > 0 || s.tellsHooksOfServers(), false, false
	for _, sv := range s.Servers {
		checks = checks || len(sv.Checks) > 0
		routes = routes || len(sv.Routes) > 0
	}
	var subjects []string
	for _, of := range []struct {
		subject string
		told    bool
	}{
		{SubjectHooks, hooks}, {SubjectChecks, checks}, {SubjectRoutes, routes}, {SubjectReadiness, s.Outcome() != OutcomeNotShown},
	} {
		if !of.told {
			subjects = append(subjects, of.subject)
		}
	}
	return subjects
}

// NotToldOfServers returns the subjects of which the trace tells nothing that a server
// has: what NotTold returns, and hooks also where there is nothing but their runs, as in
// a trace that begins in the middle.
func (s *Startup) NotToldOfServers() []string {
	subjects := s.NotTold()
	if len(s.Runs) > 0 && !s.tellsHooksOfServers() {
		return append([]string{SubjectHooks}, subjects...)
	}
	return subjects
}

// tellsHooksOfServers reports whether the trace tells of a hook that a server has.
func (s *Startup) tellsHooksOfServers() bool {
	return slices.ContainsFunc(s.Servers, func(sv *Server) bool {
		return len(sv.PostStart)+len(sv.PreShutdown)+len(sv.Disabled)+len(sv.Rejected) > 0
	})
}

// Finished reports whether the run's end was seen.
func (r *HookRun) Finished() bool { return r.End >= r.Start }

// InTrouble reports whether a run did not end as it should.
func (r *HookRun) InTrouble() bool {
	return r != nil && (r.BecauseOf != "" || r.Outcome == attr.OutcomeFailed ||
		r.Outcome == attr.OutcomeHung || r.Outcome == attr.OutcomeInterrupted)
}

// hookStep is how an entry of waits_for begins that names a hook.
const hookStep = "hook:"

// HooksWaitedFor returns the names of the hooks among what a run waits for, each
// once and never its own.
func (r *HookRun) HooksWaitedFor() []string {
	var out []string
	for _, w := range r.WaitsFor {
		if h, ok := strings.CutPrefix(w, hookStep); ok && h != r.Name && !slices.Contains(out, h) {
			out = append(out, h)
		}
	}
	return out
}

// Present reports whether the server has the check, rather than having passed it
// by.
func (c *Check) Present() bool { return c.State == CheckOwn || c.State == CheckInherited }

// hookCheckPrefix is what upstream puts before a hook's name for its check.
const hookCheckPrefix = "poststarthook/"

// Hook returns the name of the post-start hook that a check is about, or "".
func (c *Check) Hook() string {
	hook, _ := strings.CutPrefix(c.Name, hookCheckPrefix)
	if hook == c.Name {
		return ""
	}
	return hook
}

// ChecksIn returns a server's checks in this state.
func (sv *Server) ChecksIn(state CheckState) []*Check {
	var out []*Check
	for _, c := range sv.Checks {
		if c.State == state {
			out = append(out, c)
		}
	}
	return out
}

// Installed returns the checks that an endpoint of the server runs, in order.
func (sv *Server) Installed(endpoint string) []*Check {
	var out []*Check
	for _, c := range sv.Checks {
		if c.Present() && slices.Contains(c.Endpoints, endpoint) {
			out = append(out, c)
		}
	}
	return out
}
