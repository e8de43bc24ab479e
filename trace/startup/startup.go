package startup

import "time"

// Startup is one start of one server chain. Times are offsets from Start and
// never negative, except for the End of an Interval that was never finished.
// Slices are in a fixed order that depends on the trace's content alone.
type Startup struct {
	Service string    // the process: service.name of the root span
	Version string    // its service.version
	Preset  string    // the description that was run; "" when the source is not the model
	Source  string    // attr.SourceModel, SourceInstrumented or SourceObserved; "" when unknown
	Clock   string    // attr.ClockSimulated or ClockWall; "" when unknown
	Storage string    // fresh or warm; "" when unknown
	Start   time.Time // when the earliest span startup began; without one, the earliest span

	Servers []*Server // innermost (the end of the chain) first
	Phases  []Phase   // config.build, config.complete, chain.create, server.prepare of the outermost, listener.serve, hooks.run, in order of start
	Runs    []*HookRun
	Signals []Signal // lifecycle signals, in the order they were fired

	Ready   *Ready    // nil when the trace does not show that it got ready
	Watch   *Interval // from when on somebody looked at readyz (the span ready), and until when; nil when the trace shows nobody
	Passed  []Passed  // readyz checks, in the order in which they were seen to pass; empty when nobody noted that
	Failure *Failure  // the hook or phase whose error ended the process; nil when none did
	End     time.Duration
	CutOff  bool // the span startup has no end in the trace, or is not in it: the trace may end before the start did

	Problems []string // what the trace lacks or contradicts, in words, for a reader
}

// Simulated reports whether the times come from a simulated clock.
func (s *Startup) Simulated() bool { return s.Clock == "simulated" }

// Empty reports whether the trace tells nothing of a server chain but that there may
// have been a start, as a trace of another program can that has a span of that name.
func (s *Startup) Empty() bool {
	return s.Source == "" && s.Clock == "" && len(s.Servers) == 0 && len(s.Phases) == 0 && len(s.Runs) == 0 &&
		len(s.Signals) == 0 && len(s.Passed) == 0 && s.Failure == nil && (s.Ready == nil || s.Ready.How == "")
}

// Server returns the server of this name, or nil.
func (s *Startup) Server(name string) *Server {
	for _, sv := range s.Servers {
		if sv.Name == name {
			return sv
		}
	}
	return nil
}

// Interval is a stretch of time. End is negative when it was never finished.
type Interval struct {
	Start, End time.Duration
}

// Duration returns the length, or 0 for an unfinished interval.
func (i Interval) Duration() time.Duration {
	if i.End < i.Start {
		return 0
	}
	return i.End - i.Start
}

// Phase is a named stretch of the start.
type Phase struct {
	Name   string // the span's name
	Server string // apiserver.name, or ""
	Interval
}

// Server is one GenericAPIServer of the chain.
type Server struct {
	Name     string
	Delegate string // "" for the innermost
	Creator  string // upstream's create function
	Create   Interval
	New      Interval
	Prepare  Interval // its PrepareRun, without its delegate's

	// PostStart and PreShutdown are in the order of their spans: inherited
	// ones where they were merged, own ones where they were registered.
	PostStart   []*Hook
	PreShutdown []*Hook
	Disabled    []*Hook // registration skipped by configuration
	Rejected    []RejectedHook

	// Checks holds the checks of this server (configured, own and inherited)
	// and, behind them in merge order, those of its delegate that it skipped.
	Checks []*Check

	Routes  []Route
	Groups  []Group
	Signals []MuxSignal
}

// Hook is a hook as one server has it.
type Hook struct {
	Name          string
	Kind          string // attr.KindPostStart or KindPreShutdown
	Origin        string // the server that registered it first
	Inherited     bool   // taken over from the delegate
	Preconfigured bool
	RegisteredAt  string
	// Run is how the hook ran; shared by every server that has the hook; nil
	// when it never did.
	Run *HookRun
}

// RejectedHook is a hook that was not registered since that failed, as for a
// name that is taken.
type RejectedHook struct {
	*Hook
	Err string // what the registration returned
}

// HookRun is one run of a post-start hook.
type HookRun struct {
	Name   string
	Origin string
	Interval
	Behavior    string // attr.BehaviorLaunches, …; "" when unknown
	Outcome     string // attr.OutcomeRan, …
	WaitsFor    []string
	BlockedOn   string        // what an unfinished run was waiting for
	Deadline    time.Duration // 0 when none
	AtDeadline  string
	DeadlineHit bool
	Err         string
	Steps       []Step // what it did one after the other; empty when nobody noted that
	// BecauseOf names the failed hook that this run, directly or through
	// others, was waiting for when the process died; "" otherwise.
	BecauseOf string
}

// Step is a stretch of a hook's run.
type Step struct {
	What string // an entry of WaitsFor
	Interval
}

// CheckState says how a server came by a check.
type CheckState uint8

// The states of a check on one server.
const (
	// CheckOwn: configured on this server or added by it.
	CheckOwn CheckState = iota
	// CheckInherited: taken over from the delegate.
	CheckInherited
	// CheckSkipped: the delegate's, dropped since a configured check here has its name.
	CheckSkipped
	// CheckMasked: skipped or not offered, and the delegate's check fails while one
	// of its name here passes, so that nobody sees it.
	CheckMasked
	// CheckLost: the delegate's, not offered upwards since it is not in its
	// healthz, and nothing of that name exists here.
	CheckLost
)

// String returns the state in one lower-case word.
func (s CheckState) String() string {
	switch s {
	case CheckOwn:
		return "own"
	case CheckInherited:
		return "inherited"
	case CheckSkipped:
		return "skipped"
	case CheckMasked:
		return "masked"
	case CheckLost:
		return "lost"
	}
	return "unknown"
}

// Check is a health check as one server has it, or has not.
type Check struct {
	Name       string
	Origin     string // the server that added it first
	State      CheckState
	Configured bool
	Endpoints  []string      // of healthz, livez, readyz, in this order
	Delay      time.Duration // livez grace period here
	SkippedBy  string        // for skipped and masked: the server whose check won
	NotOffered bool          // for masked: it was not skipped, but is not in its delegate's healthz
	At         time.Duration // when the server added, took over or skipped it; of one that it has not, when its own server added it
}

// Route is a path or web service installed on one server.
type Route struct {
	Path      string
	Match     string // attr.MatchExact, MatchPrefix or MatchWebService
	Installer string
	Phase     string
	Source    string
	Listed    bool
	Replaces  bool
	At        time.Duration // when it was installed
}

// Group is an API group installed on one server.
type Group struct {
	Name     string // "" for the core group
	Versions []string
	Empty    []string // versions left out for having no resources
}

// MuxSignal is a signal that MuxAndDiscoveryComplete waits for.
type MuxSignal struct {
	Name      string
	Inherited bool
}

// Signal is a lifecycle signal when it was fired.
type Signal struct {
	Name string
	At   time.Duration
}
