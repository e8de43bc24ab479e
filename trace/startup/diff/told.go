package diff

import (
	"slices"

	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// stage is how far a start got.
type stage uint8

const (
	building stage = iota
	created        // all servers of the chain are there
	prepared       // PrepareRun is done
	ready
)

// told is what a start's trace could have told: that a thing is not in it says that
// the start had it not, only where the trace tells of such things and the start got
// so far.
type told struct {
	reached stage
	died    bool   // before it came to its hooks
	failed  string // the server that it died of while that was created or prepared; else ""
	kinds   map[string]bool
	servers map[string]*startup.Server
	order   []*startup.Server
	ran     map[key]bool // the hooks that did, as kind of trouble
	has     facts        // nil where the trace tells everything
}

func newTold(s *startup.Startup, has facts) told {
	t := told{reached: reached(s), kinds: kindsToldOf(s), servers: map[string]*startup.Server{}, order: s.Servers, ran: map[key]bool{}}
	for _, r := range s.Runs {
		t.ran[key{KindTrouble, r.Origin, r.Name}] = true
	}
	t.died = s.Failure != nil && t.reached < prepared
	if f := s.Failure; f != nil && (f.Phase == attr.SpanServerCreate || f.Phase == attr.SpanServerPrepare) {
		t.failed = f.Server
	}
	for _, sv := range s.Servers {
		t.servers[sv.Name] = sv
	}
	if t.reached < ready || slices.ContainsFunc(Kinds(), func(kind string) bool { return !t.kinds[kind] }) {
		t.has = has
	}
	return t
}

// kindsToldOf says of which kinds a trace tells. A chain has always servers, checks
// and routes; a trace without is one of a source that does not record them.
func kindsToldOf(s *startup.Startup) map[string]bool {
	hooks, checks, routes, groups, signals := false, false, false, false, false
	for _, sv := range s.Servers {
		hooks = hooks || len(sv.PostStart)+len(sv.PreShutdown)+len(sv.Disabled) > 0
		checks = checks || len(sv.Checks) > 0
		routes = routes || len(sv.Routes) > 0
		groups = groups || len(sv.Groups) > 0
		signals = signals || len(sv.Signals) > 0
	}
	hooks = hooks || checks || routes
	return map[string]bool{
		KindServer: len(s.Servers) > 0,
		KindHook:   hooks, KindPreShutdown: hooks, KindDisabledHook: hooks,
		KindCheck: checks, KindSkippedCheck: checks, KindLostCheck: checks, KindMasked: checks,
		KindRoute: routes, KindGroup: routes || groups, KindSignal: routes || signals,
		KindTrouble: true, KindProblem: true,
	}
}

// reached reads off how far a start got.
func reached(s *startup.Startup) stage {
	if s.Outcome() == startup.OutcomeReady {
		return ready
	}
	to := building
	if len(s.Runs) > 0 {
		to = prepared
	}
	for _, phase := range s.Phases {
		switch phase.Name {
		case attr.SpanListenerServe, attr.SpanHooksRun:
			to = max(to, prepared)
		case attr.SpanServerPrepare:
			to = max(to, created)
		case attr.SpanChainCreate:
			if phase.End >= phase.Start && !diedCreating(s.Failure) {
				to = max(to, created)
			}
		}
	}
	return to
}

func diedCreating(f *startup.Failure) bool {
	return f != nil && (f.Phase == attr.SpanChainCreate || f.Phase == attr.SpanServerCreate)
}

// answer is what a trace says to whether the start had a thing.
type answer uint8

const (
	hasIt answer = iota
	hasNot
	tellsNot   // the trace does not tell of such things
	diedBefore // nor did the start get so far
)

// whether answers of a start that does not tell everything. The phase is that in
// which starts that have the thing install it, if it is a route.
func (t told) whether(k key, phase string) answer {
	switch _, has := t.has[k]; {
	case has:
		return hasIt
	case !t.kinds[k.kind] && !t.died:
		return tellsNot
	case !t.kinds[k.kind], !t.gotTo(k, phase):
		return diedBefore
	}
	return hasNot
}

// gotTo reports whether the start got so far that it would have made the thing.
func (t told) gotTo(k key, phase string) bool {
	sv := t.servers[k.server]
	switch {
	case k.kind == KindProblem:
		return true
	case k.kind == KindTrouble:
		return t.ran[k] || t.reached >= ready
	case k.kind == KindMasked, phase == attr.PhaseRuntime:
		return t.reached >= ready
	case t.reached >= prepared:
		return true
	case k.kind == KindServer:
		return t.reached >= created
	case sv == nil:
		return t.reached >= created // and is not there
	case k.kind == KindGroup, k.kind == KindRoute && phase != attr.PhasePrepareRun:
		return t.reached >= created || t.past(sv, sv.Create)
	}
	return t.past(sv, sv.Prepare)
}

// past reports whether a server's phase was finished, and well: the start did not die
// in it, nor in that of a server that comes before.
func (t told) past(sv *startup.Server, phase startup.Interval) bool {
	if phase.End < phase.Start {
		return false
	}
	if t.failed == "" {
		return true
	}
	for _, one := range t.order { // innermost first
		switch one.Name {
		case t.failed:
			return false
		case sv.Name:
			return true
		}
	}
	return true
}
