package chain

import (
	"maps"
	"slices"
	"time"
)

// Description describes a server chain as data: which servers it has, what
// each of them installs and in which order, and how long things took where
// they were measured. Package preset reads it from YAML.
type Description struct {
	Name    string // the preset's name, e.g. kube-apiserver-1.37
	About   string // one sentence for people
	Version string // the version of the described server, e.g. v1.37.2
	Process string // the binary; service.name of spans that belong to no server
	Origin  Origin

	// Settings are the values that settings of every chain have in this one while
	// nobody sets them, by name; see [Description.AllOptions].
	Settings map[string]string

	// Options are the switches of this chain beyond the ones that every chain
	// has (see Settings), in the order in which they are shown.
	Options []Option

	Timing ProcessTiming
	Caches []Cache

	// Generic is the config that every server of the chain starts from.
	Generic GenericConfig

	// Servers is the chain, innermost (the end) first.
	Servers []Server

	Shutdown ShutdownTiming
}

// Origin says where the facts of a description come from.
type Origin struct {
	// Source is how the start was recorded that it was made of: attr.SourceModel,
	// SourceInstrumented or SourceObserved; "" where people wrote it.
	Source  string
	Server  string // what was recorded: the process and its version
	Command string // the command that made the description of the recorded trace
	Note    string // for people
}

// Option is a switch that a description declares. Its name is the upstream
// flag's or feature gate's.
type Option struct {
	Name    string
	About   string
	Default string
	Values  []string // allowed values; empty: any
	Gate    bool     // a feature gate: settable through feature-gates too, its values are true and false
}

// Recorded is a measured duration on empty and on used storage.
type Recorded struct {
	Fresh, Warm time.Duration
}

// Same returns a Recorded that does not depend on the storage.
func Same(d time.Duration) Recorded { return Recorded{d, d} }

// ProcessTiming holds the durations of the stretches of a start that belong
// to no server.
type ProcessTiming struct {
	Init           Recorded // process start until the config is built
	ConfigBuild    Recorded // NewConfig
	ConfigComplete Recorded // Complete
	Serve          Recorded // from the end of PrepareRun until the post-start hooks are started
	HookStart      Recorded // from then until they get to run
}

// ShutdownTiming holds the durations of a graceful shutdown.
type ShutdownTiming struct {
	Drain      Recorded // until in-flight requests are drained
	HTTPServer Recorded // until the HTTP server has closed its connections
}

// Cache is an informer cache: hooks start it, it is synced some time later,
// and hooks and checks wait for it.
type Cache struct {
	Name      string
	StartedBy []string // hooks; the first of them to finish starts it
	Syncs     Recorded // from being started until synced
	Needs     string   // the group/version it lists; when that is not served it never syncs
}

// GenericConfig is what NewConfig puts on the generic config. Create functions
// of the kube-apiserver's chain copy it and change it as upstream's do.
type GenericConfig struct {
	Checks             []Check // configured health checks, in order
	PreconfiguredHooks []Hook
	DisabledHooks      []DisabledHook
	InformerCache      string // the cache behind generic-apiserver-start-informers and informer-sync; "" for no SharedInformerFactory
	// ObjectCountTracker says whether New adds storage-object-count-tracker-hook.
	ObjectCountTracker bool
	// NoNotFoundHandler ends the chain in an empty delegate without a handler, as
	// before 1.23: then New installs the index as the not-found handler.
	NoNotFoundHandler bool
	// The parts that a version of the generic server has at all. They are
	// features of the era, not switches.
	SLIMetrics    bool // /metrics/slis
	OpenAPIV2     bool // PrepareRun installs /openapi/v2
	OpenAPIV3     bool // PrepareRun installs /openapi/v3
	Flagz         Conditional
	Statusz       Conditional
	NewHooks      map[string]GenericHook // timing and place of the hooks that New itself adds, by name
	RouteSources  map[string]string      // source place by installer, e.g. routes.Index.Install, for the routes that New and PrepareRun install
	KubeletClient KubeletClientConfig
	SkipOpenAPI   bool
}

// KubeletClientConfig is the part of the kubelet client's configuration that
// upstream refuses to be without.
type KubeletClientConfig struct {
	Port int
}

// GenericHook is timing and place of a hook that New itself adds.
type GenericHook struct {
	Steps        []Step
	RegisteredAt string
}

// Conditional is something that is there when its conditions hold.
type Conditional struct {
	Present bool
	Conditions
}

// Conditions decide by settings whether a part of a description applies. All
// of When must hold and none of Unless. A setting holds a value when it equals
// it, or is a comma-separated list that contains it; the value "set" means any
// non-empty one.
type Conditions struct {
	When, Unless []Condition
}

// Condition compares a setting with a value.
type Condition struct {
	Setting, Value string
}

// DisabledHook names a hook whose registration the config turns off.
type DisabledHook struct {
	Name string
	Conditions
}

// ServerKind says which create function builds a server.
type ServerKind string

// The kinds of server.
const (
	KindAPIExtensions ServerKind = "apiextensions-apiserver" // createAPIExtensionsServer
	KindKubeAPIServer ServerKind = "kube-apiserver"          // CreateKubeAPIServer
	KindAggregator    ServerKind = "kube-aggregator"         // createAggregatorServer
	KindGeneric       ServerKind = "generic"                 // CompletedConfig.New and nothing else
)

// Server describes one server of the chain.
type Server struct {
	Name string
	Kind ServerKind

	// On top of the generic config's, for this server only.
	Checks             []Check
	PreconfiguredHooks []Hook
	DisabledHooks      []DisabledHook

	// Install is what is added after New, in this order.
	Install []Item
	// BeforePrepare and AfterPrepare are what is added around the generic
	// PrepareRun.
	BeforePrepare, AfterPrepare []Item

	CRDs        []CRD        // apiextensions-apiserver only: the custom resources that exist
	APIServices *APIServices // kube-aggregator only

	Timing ServerTiming
}

// ServerTiming holds the durations of one server's construction.
type ServerTiming struct {
	Create       Recorded // the create function as a whole
	New          Recorded // the generic New
	InstallAPIs  Recorded // of the Providers item
	Prepare      Recorded // its own part of the generic PrepareRun
	AfterPrepare Recorded // what follows the generic PrepareRun
}

// Item is one thing added to a server; exactly one field beside Conditions is set.
type Item struct {
	Hook            *Hook
	PreShutdownHook *ShutdownHook
	Check           *Check
	Route           *Route
	WebService      *WebService
	Group           *Group
	Signal          string     // a mux-and-discovery-complete signal to register
	Providers       []Provider // InstallAPIs
	Conditions
}

// Hook describes a post-start hook.
type Hook struct {
	Name         string
	Behavior     string // attr.BehaviorLaunches, BehaviorRuns or BehaviorWaits
	Steps        []Step
	Deadline     time.Duration // from the hook's start; 0: none
	AtDeadline   string        // attr.DeadlineFails, DeadlinePasses or DeadlineIgnored
	Closes       string        // the mux-and-discovery signal it closes when it has ended
	RegisteredAt string
	Conditions
}

// Step is one thing that a hook, a check or the APIServices wait for or do,
// one after the other; exactly one of Hook, Cache, Timer, Loopback, Work is set.
type Step struct {
	Hook     string // until this hook has ended
	Cache    string // until this cache is synced
	Timer    bool   // a fixed time that only passes
	Loopback string // requests to the server itself: what they do
	Work     string // anything else: what it does

	Poll  time.Duration // hook and cache steps: look at once and then at this interval; 0: woken at once
	Takes Recorded      // timer, loopback and work steps
	Needs string        // loopback steps: the group/version that must be served; without it the step never ends
	Conditions
}

// ShutdownHook describes a pre-shutdown hook.
type ShutdownHook struct {
	Name         string
	Takes        Recorded
	RegisteredAt string
}

// Check describes a health check. It fails until its steps, begun when the
// post-start hooks start, have ended.
type Check struct {
	Name      string
	Endpoints []string // of attr.Healthz, Livez, Readyz
	// BootSequence gives the check the livez grace period, as
	// AddBootSequenceHealthChecks does.
	BootSequence bool
	Steps        []Step
	Fails        string // it always fails, with this message
	Conditions
}

// The handlers that a described route can have.
const (
	HandlerOK        = "ok"         // 200 with a line of text
	HandlerCRD       = "crd"        // the custom resource handler of the apiextensions-apiserver
	HandlerAPIs      = "apis"       // the aggregator's list of API groups, with aggregated discovery
	HandlerAPIsPlain = "apis-plain" // the same without aggregated discovery
	HandlerOpenAPIV2 = "openapi-v2" // the aggregator's merged document
	HandlerOpenAPIV3 = "openapi-v3" // the aggregator's documents by group version, got from their owners
)

// Route describes a path on a server's plain mux.
type Route struct {
	Path      string
	Match     string // attr.MatchExact or MatchPrefix
	Unlisted  bool
	Handler   string // one of the Handler constants; empty: HandlerOK
	Installer string
	Source    string
}

// WebService describes a go-restful web service.
type WebService struct {
	Path      string
	Routes    int
	Installer string
	Source    string
}

// Provider is one API group's storage provider, as InstallAPIs goes through
// them: a hook first, then the group.
type Provider struct {
	Group Group
	Hook  *Hook
	Off   bool // not enabled: neither hook nor group
	Conditions
}

// Group describes an API group.
type Group struct {
	Name     string // "" for the core group
	Versions []GroupVersion
	Empty    []string // versions that never have resources here
}

// GroupVersion describes one version of an API group.
type GroupVersion struct {
	Version   string
	Routes    int      // in its web service
	Resources []string // plural names; empty: unknown, any is answered
	Off       bool     // served only when runtime-config turns it on
	Conditions
}

// APIServices describes how the aggregator learns of the API groups of its
// delegates and installs a proxy route for each.
type APIServices struct {
	Steps  []Step   // until the first is added
	Each   Recorded // between one and the next
	Remote []RemoteAPIService
}

// RemoteAPIService is an APIService served by another server.
type RemoteAPIService struct {
	Group, Version string
	Available      bool
}

// CRD is a served custom resource definition, which is also registered as an
// APIService of the aggregator's own chain.
type CRD struct {
	Group, Version string
	Resources      []string // plural names
}

// WaitsFor returns what a hook with these steps waits for and does under the
// settings, as attr.HookWaitsFor has it. In front of a cache that one hook alone starts stands
// that hook.
func (d *Description) WaitsFor(steps []Step, settings *Settings) []string {
	var out []string
	for _, step := range settings.Applicable(steps) {
		if starter := d.onlyStarter(step.Cache); starter != "" && !slices.Contains(out, "hook:"+starter) {
			out = append(out, "hook:"+starter)
		}
		out = append(out, step.Notation(settings))
	}
	return out
}

// onlyStarter returns the hook without which a cache is never synced, if there is
// one such: of several that may start it no one has to, and neither where the
// generic server starts it.
func (d *Description) onlyStarter(cache string) string {
	for _, c := range d.Caches {
		if c.Name == cache && len(c.StartedBy) == 1 && cache != d.Generic.InformerCache {
			return c.StartedBy[0]
		}
	}
	return ""
}

// Hooks returns the names of all post-start hooks of a description, those that
// New adds included, sorted and each once.
func (d *Description) Hooks() []string {
	names := slices.Collect(maps.Keys(d.Generic.NewHooks))
	add := func(hooks ...Hook) {
		for _, h := range hooks {
			names = append(names, h.Name)
		}
	}
	add(d.Generic.PreconfiguredHooks...)
	for _, server := range d.Servers {
		add(server.PreconfiguredHooks...)
		for _, item := range slices.Concat(server.Install, server.BeforePrepare, server.AfterPrepare) {
			if item.Hook != nil {
				add(*item.Hook)
			}
			for _, p := range item.Providers {
				if p.Hook != nil {
					add(*p.Hook)
				}
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
