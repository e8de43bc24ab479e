package startup

import (
	"slices"
	"time"

	"github.com/chaintrace/chaintrace/trace/attr"
)

// LinkKind says what a link of a critical chain is.
type LinkKind string

// The kinds of link.
const (
	LinkReady    LinkKind = "ready"     // the moment of readiness
	LinkFailed   LinkKind = "failed"    // the moment at which the process died
	LinkNotReady LinkKind = "not-ready" // the end of a trace that shows no readiness, whether it shows that there was none or not
	LinkCheck    LinkKind = "check"     // a readyz check that is no hook's, or whose hook has no run in the trace
	LinkSignal   LinkKind = "signal"    // a lifecycle signal
	LinkHook     LinkKind = KindHook
	LinkPhase    LinkKind = KindPhase
	LinkGap      LinkKind = "gap" // time that nothing in the trace explains
)

// Link is a link of a critical chain.
type Link struct {
	Kind   LinkKind
	Name   string        // of the hook, check, signal or phase; "" for others
	Server string        // the hook's or phase's; "" when unknown
	At     time.Duration // when it was over, or the link above it could go on
	Took   time.Duration // how long the chain was here: from the At of the link below
	Whole  time.Duration // how long it took in all, more than Took where it waited for the link below
	Parts  []Part        // of a hook: what it did within Took
	Run    *HookRun      // of a hook
	// NotYet is, of a check, when readyz was last looked at before and the check
	// had not passed; 0 when the trace shows no such look.
	NotYet time.Duration
}

// CriticalChain is what led to a moment, from that moment back to the beginning
// of the start. The links leave no time out: what they took adds up to the first
// one's At.
type CriticalChain struct {
	Links []Link
	// Others are, for a start that did not get ready, hooks that had not ended
	// either, or checks that did not pass.
	Others []string
	// WithoutRun are the hooks that should have run and have no run in the trace,
	// as where only what has ended is recorded, if one of them may be what the
	// chain should lead to.
	WithoutRun []string
	// Before is, for a lifecycle signal, the hook that was the last to be done
	// before it, where the trace does not say that this was its cause; else nil.
	Before *HookRun
}

// Runs returns the runs of the chain, the earliest first.
func (c CriticalChain) Runs() []*HookRun {
	var runs []*HookRun
	for _, l := range slices.Backward(c.Links) {
		if l.Run != nil {
			runs = append(runs, l.Run)
		}
	}
	return runs
}

// CriticalChain returns what led to readiness; for a start that died, to the
// failure; else to the end of the trace.
func (s *Startup) CriticalChain() CriticalChain {
	w := newChainWalk(s, s.Over())
	switch s.Outcome() {
	case OutcomeReady:
		w.fromReady(Link{Kind: LinkReady}, s.Ready.Interval)
	case OutcomeFailed:
		w.fromFailure()
	default:
		w.put(Link{Kind: LinkNotReady})
		w.fromStuck()
	}
	w.fromPhases()
	return w.chain
}

// chainWalk follows causes back in time. At every step, all that happened after
// at is in the chain's links.
type chainWalk struct {
	s     *Startup
	runs  map[string][]*HookRun // by the hook's name
	at    time.Duration
	chain CriticalChain
}

func newChainWalk(s *Startup, at time.Duration) *chainWalk {
	w := &chainWalk{s: s, runs: make(map[string][]*HookRun, len(s.Runs)), at: at}
	for _, r := range s.Runs {
		w.runs[r.Name] = append(w.runs[r.Name], r)
	}
	return w
}

// put puts a link that takes no time in front of the chain's beginning.
func (w *chainWalk) put(l Link) { w.add(l, w.at) }

// add puts a link in front of the chain's beginning that reaches back to since.
func (w *chainWalk) add(l Link, since time.Duration) {
	since = min(max(since, 0), w.at)
	l.At, l.Took = w.at, w.at-since
	l.Whole = max(l.Whole, l.Took)
	w.chain.Links = append(w.chain.Links, l)
	w.at = since
}

// gap goes back to since with nothing to explain it.
func (w *chainWalk) gap(since time.Duration) {
	if since >= w.at {
		return
	}
	if n := len(w.chain.Links) - 1; n >= 0 && w.chain.Links[n].Kind == LinkGap {
		l := &w.chain.Links[n] // the same one
		since = max(since, 0)
		l.Took += w.at - since
		l.Whole, w.at = l.Took, since
		return
	}
	w.add(Link{Kind: LinkGap}, since)
}

// fromFailure goes from the failure to the hook or the phase whose error it was.
func (w *chainWalk) fromFailure() {
	w.put(Link{Kind: LinkFailed})
	f := w.s.Failure
	switch _, began := w.s.hooksBegan(); {
	case f.Run != nil:
		w.fromRun(f.Run)
	case began && phaseRank(f.Phase) == rankHooks: // the hooks together, or the start itself
		w.fromStuck()
	}
}

// fromPhases goes from where the hooks began to the beginning of the start.
func (w *chainWalk) fromPhases() {
	phases := w.s.phasesToWalk()
	when := w.s.closed(phases)
	w.along(phases, when, innermost(when))
}

// phasesToWalk returns the phases before the hooks, and before them those that
// contain others: they explain what is between these.
func (s *Startup) phasesToWalk() []Phase {
	leaves := s.leafPhases()
	isLeaf := make(map[Phase]bool, len(leaves))
	for _, p := range leaves {
		isLeaf[p] = true
	}
	var phases []Phase
	for _, p := range s.Phases {
		if contains := p.Name == attr.SpanChainCreate || p.Name == attr.SpanServerPrepare; contains && !isLeaf[p] {
			phases = append(phases, p)
		}
	}
	return append(phases, leaves...)
}

// along goes back along stretches of phases, to the beginning of the start.
func (w *chainWalk) along(phases []Phase, when []Interval, stretches []stretch) {
	for _, st := range slices.Backward(stretches) {
		if st.from > w.at || st.from == w.at && st.to > st.from {
			continue // not begun at that time
		}
		w.gap(st.to)
		w.add(phaseLink(phases[st.phase], when[st.phase]), st.from)
	}
	w.gap(0)
}

// phaseLink is a link of a phase. How long it took in all, the trace says, or for
// one that has no end there, when it must have been over.
func phaseLink(p Phase, when Interval) Link {
	return Link{Kind: LinkPhase, Name: p.Name, Server: p.Server, Whole: max(p.Duration(), when.Duration())}
}
