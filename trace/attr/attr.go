// Package attr holds chaintrace's vocabulary: the names of spans and the keys
// and values of their attributes. The vocabulary is a stable interface; the
// README lists it as a table. Span names are few and constant, and what varies
// is in attributes, so that tools which group by name (Jaeger, Tempo) work.
//
// The package imports nothing of chaintrace's and nothing of OpenTelemetry's.
package attr

// Span names. The comment says what a span stands for and, behind "in", the
// span it is a child of.
const (
	SpanStartup        = "startup"         // one start of one process; the root
	SpanConfigBuild    = "config.build"    // the generic config is built; in startup
	SpanConfigComplete = "config.complete" // the config is completed; in startup
	SpanChainCreate    = "chain.create"    // CreateServerChain; in startup
	SpanServerCreate   = "server.create"   // one server and all it adds after New; in chain.create
	SpanServerNew      = "server.new"      // the generic New; in server.create
	SpanHooksMerge     = "hooks.merge"     // taking over the delegate's hooks; in server.new
	SpanHookMerge      = "hook.merge"      // one hook taken over; in hooks.merge
	SpanHookRegister   = "hook.register"   // one hook registered; in server.new, server.create or server.prepare
	SpanChecksMerge    = "checks.merge"    // taking over the delegate's health checks; in server.new
	SpanCheckMerge     = "check.merge"     // one check taken over; in checks.merge
	SpanCheckSkip      = "check.skip"      // one check not taken over; in checks.merge
	SpanCheckAdd       = "check.add"       // one check added; in server.new, server.create, hook.register or server.prepare
	SpanAPIInstall     = "api.install"     // installAPI; in server.new
	SpanRouteInstall   = "route.install"   // one path or web service; in api.install, server.create, apigroup.install, server.prepare or startup
	SpanAPIGroup       = "apigroup.install"
	SpanSignalRegister = "signal.register" // a mux-and-discovery signal registered or taken over; in server.new or server.create
	SpanServerPrepare  = "server.prepare"  // PrepareRun; in startup, nested by delegation
	SpanListenerServe  = "listener.serve"  // the server begins to listen, until it accepts; in startup
	SpanHooksRun       = "hooks.run"       // RunPostStartHooks until the last hook has ended; in startup
	SpanHookRun        = "hook.run"        // one post-start hook runs; in hooks.run
	SpanSignal         = "lifecycle.signal"
	SpanReady          = "ready"    // readyz answers 200 for the first time; in startup
	SpanShutdown       = "shutdown" // from the stop to the end; in startup
	SpanHookStop       = "hook.stop"
	SpanRequest        = "request"     // one request
	SpanRequestHop     = "request.hop" // one server asked on a request's way down the chain; in request
)

// EventCheckMasked is an event at the end of the ready span: a delegate's check
// fails but a check of the same name further out passes and hides it. It carries
// check.name, check.origin and check.skipped_by.
const EventCheckMasked = "check.masked"

// EventCheckPassed is an event on the ready span: whoever looks at readyz saw
// the check pass for the first time. It carries check.name.
const EventCheckPassed = "check.passed"

// EventHookStep is an event on a hook.run span: the hook begins with one of the
// things that it does or waits for, and goes on with it until the next such event
// or its end. It carries hook.step.
const EventHookStep = "hook.step"

// EventWatched is an event on a startup span that has no end: until then somebody
// saw the process go on, or at that moment end, without recording more.
const EventWatched = "startup.watched"

// Attribute keys.
const (
	// ServerName is the server that a span is about: a server's name as passed to New.
	ServerName = "apiserver.name"
	// ServerDelegate is the name of the next server down the chain; empty for
	// the innermost, whose delegate is the empty one.
	ServerDelegate = "apiserver.delegate"
	// ServerCreator is the upstream function that builds the server.
	ServerCreator = "apiserver.creator"

	HookName         = "hook.name"
	HookKind         = "hook.kind"          // post-start or pre-shutdown
	HookOrigin       = "hook.origin"        // the server that registered it first
	HookRegisteredAt = "hook.registered_at" // source place, "module@version/path/file.go:line"
	HookPreconfig    = "hook.preconfigured" // it was on the config before New
	HookDisabled     = "hook.disabled"      // registration was skipped as the config disables it
	HookBehavior     = "hook.behavior"      // launches, runs or waits
	HookOutcome      = "hook.outcome"
	HookDeadline     = "hook.deadline"     // nanoseconds, int
	HookAtDeadline   = "hook.at_deadline"  // fails, passes or ignored
	HookDeadlineHit  = "hook.deadline_hit" // the deadline passed while the hook ran
	HookWaitsFor     = "hook.waits_for"    // string array: "hook:NAME", "cache:NAME", "timer:1s", "loopback:WHAT", "work:WHAT"
	HookStep         = "hook.step"         // on the event hook.step: an entry of waits_for
	HookError        = "hook.error"        // what a failing hook returned
	HookBlockedOn    = "hook.blocked_on"   // the waits_for entry an unfinished hook was in

	CheckName       = "check.name"
	CheckOrigin     = "check.origin"     // the server that added it first
	CheckSkippedBy  = "check.skipped_by" // the server whose check of the same name won: a configured one, unless it was never offered
	CheckEndpoints  = "check.endpoints"  // string array: healthz, livez, readyz
	CheckDelay      = "check.delay"      // livez grace period in nanoseconds, int
	CheckConfigured = "check.configured" // it was on the config before New

	RoutePath      = "route.path"
	RouteMatch     = "route.match"     // exact, prefix or webservice
	RouteInstaller = "route.installer" // upstream function that installs it
	RouteListed    = "route.listed"    // it is in the index at /
	RoutePhase     = "route.phase"     // installAPI, construction, PrepareRun or runtime
	RouteSource    = "route.source"    // source place that calls the installer
	RouteReplaces  = "route.replaces"  // true where the path was registered before: the later one wins
	RouteCount     = "route.count"     // routes within a web service, int

	APIGroupName     = "apigroup.name"     // empty for the core group
	APIGroupVersions = "apigroup.versions" // string array, in priority order
	APIGroupEmpty    = "apigroup.empty"    // versions left out for having no resources

	SignalName  = "signal.name"
	SignalScope = "signal.scope" // own or merged, on signal.register

	ListenAddress = "server.address"

	ReadyHow      = "ready.how"      // computed (from the model's checks) or observed (by a client, or by the recorder in the server)
	ReadyInterval = "ready.interval" // how often it was looked at, in nanoseconds, int

	Phase = "chaintrace.phase" // names a stretch of a span that has no span name of its own
)

// Marks: attributes that chaintrace puts on what it sends and takes off what it
// reads, so that nothing is lost in a backend that holds microseconds, keeps no
// order, or knows of no unfinished span.
const (
	MarkSequence   = "chaintrace.sequence"    // the span's place in its trace, int
	MarkStart      = "chaintrace.start_ns"    // start time beyond whole microseconds, int
	MarkDuration   = "chaintrace.duration_ns" // duration beyond whole microseconds, int
	MarkTime       = "chaintrace.time_ns"     // an event's time beyond whole microseconds, int
	MarkUnfinished = "chaintrace.unfinished"  // true where the span never ended; the end sent is its start
)

// IsList reports whether the attribute's value is an array of strings. Backends
// that hold no arrays give it back as their JSON text.
func IsList(key string) bool {
	switch key {
	case HookWaitsFor, CheckEndpoints, APIGroupVersions, APIGroupEmpty:
		return true
	}
	return false
}

// Values of HookKind.
const (
	KindPostStart   = "post-start"
	KindPreShutdown = "pre-shutdown"
)

// Values of HookBehavior.
const (
	BehaviorLaunches = "launches" // returns at once, having started goroutines
	BehaviorRuns     = "runs"     // does a bounded piece of work itself
	BehaviorWaits    = "waits"    // blocks until something else has happened
)

// Values of HookOutcome.
const (
	OutcomeRan         = "ran"         // finished without an error
	OutcomeLaunched    = "launched"    // finished at once, its work goes on in the background
	OutcomeFailed      = "failed"      // returned an error, which ends the process
	OutcomeHung        = "hung"        // had not ended when the watch ended
	OutcomeInterrupted = "interrupted" // was still running when the process died or stopped
)

// Values of HookAtDeadline.
const (
	DeadlineFails   = "fails"   // the hook returns an error
	DeadlinePasses  = "passes"  // the hook logs and succeeds
	DeadlineIgnored = "ignored" // the limit is looked at only between attempts, so a hanging attempt is not cut off
)

// Values of RouteMatch.
const (
	MatchExact      = "exact"
	MatchPrefix     = "prefix"
	MatchWebService = "webservice" // a go-restful web service: its root and what continues it with a slash
)

// Values of RoutePhase.
const (
	PhaseInstallAPI   = "installAPI"
	PhaseConstruction = "construction"
	PhasePrepareRun   = "PrepareRun"
	PhaseRuntime      = "runtime"
)

// Values of SignalScope.
const (
	SignalOwn    = "own"
	SignalMerged = "merged"
)

// Health endpoints, as in CheckEndpoints.
const (
	Healthz = "healthz"
	Livez   = "livez"
	Readyz  = "readyz"
)

// Resource attribute keys. ServiceName and ServiceVersion are OpenTelemetry's.
const (
	ServiceName    = "service.name"
	ServiceVersion = "service.version"
	Source         = "chaintrace.source"  // model, instrumented or observed
	Clock          = "chaintrace.clock"   // simulated or wall
	Version        = "chaintrace.version" // of the recorder
	Preset         = "chaintrace.preset"  // the description that was run, for the model
	Storage        = "chaintrace.storage" // fresh or warm, for the model
)

// Values of Source.
const (
	SourceModel        = "model"
	SourceInstrumented = "instrumented"
	SourceObserved     = "observed"
)

// Values of Clock.
const (
	ClockSimulated = "simulated"
	ClockWall      = "wall"
)
