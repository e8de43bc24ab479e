package describe

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/chaintrace/chaintrace/chain"
	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// Options say how a description is made.
type Options struct {
	Name string // of the description; "" for the process's
	// Like is a description to take from what a trace does not tell: what hooks wait
	// for and do, their deadlines, the resources of API groups, and all that is there
	// only under other settings. nil for none.
	Like *chain.Description
	// Storage is chain.Fresh or chain.Warm, if the start was on such storage: then
	// durations on the other are Like's. "" for what the trace says of it, and else
	// both the same.
	Storage string
	// KeepTimes takes durations from Like, where it has them.
	KeepTimes bool
	Command   string // for the description's origin
}

// Result is a description and what is to be said of it.
type Result struct {
	Description *chain.Description
	// Comments say by path what is unknown, as preset.WriteOptions wants them.
	Comments map[string]string
	// Notes say what the trace or a description cannot tell.
	Notes []string
}

// FromTrace describes the start that startup.FromTrace reads out of a trace. It
// fails when that does, when the trace shows no server, or when Like has problems.
func FromTrace(t *trace.Trace, o Options) (*Result, error) {
	s, err := startup.FromTrace(t)
	if err != nil {
		return nil, err
	}
	if len(s.Servers) == 0 {
		return nil, fmt.Errorf("the trace of %s shows no server to describe", s.Service)
	}
	x := &describer{
		Options: o, startup: s, runs: map[string]*startup.HookRun{},
		result: &Result{Description: &chain.Description{}}, unknown: map[string]string{},
	}
	x.Like = x.related(o.Like)
	x.KeepTimes = o.KeepTimes && o.Like != nil
	if x.Storage == "" {
		x.Storage = s.Storage
	}
	x.settings, err = chain.ParseSettings(x.Like, []string{chain.SettingStorage + "=" + cmp.Or(x.Storage, chain.Fresh)})
	if err != nil {
		return nil, fmt.Errorf("the description to be like: %w", err)
	}
	for _, run := range s.Runs {
		x.runs[run.Name] = run
	}
	x.servers = collect(s, startup.Spans(t))
	x.describe()
	if problems := x.result.Description.Validate(); len(problems) > 0 {
		return nil, fmt.Errorf("the trace of %s cannot be described: %s: %s", s.Service, problems[0].Path, problems[0].Message)
	}
	return x.result, nil
}

// describer makes one description.
type describer struct {
	Options
	startup  *startup.Startup
	servers  []*seen
	runs     map[string]*startup.HookRun // by hook
	settings *chain.Settings             // Like's defaults
	result   *Result
	unknown  map[string]string // what is to be said of hooks, by name
}

func (x *describer) note(format string, args ...any) {
	x.result.Notes = append(x.result.Notes, fmt.Sprintf(format, args...))
}

func (x *describer) describe() {
	d, s := x.result.Description, x.startup
	*d = chain.Description{
		Name: cmp.Or(x.Name, s.Service), Version: cmp.Or(s.Version, x.Like.Version), Process: cmp.Or(s.Service, x.Like.Process),
		Origin:   chain.Origin{Source: s.Source, Server: joined(s.Service, s.Version), Command: x.Command},
		Shutdown: x.Like.Shutdown,
	}
	d.About = "made out of a trace of " + d.Origin.Server
	if d.Name == x.Like.Name {
		d.About, d.Origin.Note = x.Like.About, x.Like.Origin.Note
	}
	if !slices.ContainsFunc(s.Servers, s.Prepared) {
		x.note("the trace ends before the chain is prepared: the description holds what it shows")
	}
	d.Settings = x.defaults()
	d.Generic = x.generic()
	for i, sv := range x.servers {
		d.Servers = append(d.Servers, x.server(i, sv))
	}
	d.Timing = x.processTiming()
	x.tidy()
	x.comments()
}

func joined(service, version string) string {
	if version == "" {
		return service
	}
	return service + " " + version
}

// set puts a duration where it belongs. A negative one is unknown.
func (x *describer) set(r *chain.Recorded, d time.Duration) {
	if d < 0 || x.KeepTimes {
		return
	}
	d = rounded(d)
	switch {
	case *r == chain.Recorded{} || x.Storage == "":
		*r = chain.Same(d)
	case x.Storage == chain.Warm:
		r.Warm = d
	default:
		r.Fresh = d
	}
}

// rounded leaves out what no two starts have in common.
func rounded(d time.Duration) time.Duration { return d.Round(time.Microsecond) }

// conditions returns those under which something is that was there: what does not
// hold by default held when the trace was recorded, for a reason that is unknown.
func (x *describer) conditions(c chain.Conditions) chain.Conditions {
	if x.settings.Hold(c) {
		return c
	}
	return chain.Conditions{}
}

// processTiming describes the stretches that belong to no server.
func (x *describer) processTiming() chain.ProcessTiming {
	t := x.Like.Timing
	phase := func(name string) (startup.Interval, bool) {
		for _, p := range x.startup.Phases {
			if p.Name == name && p.End >= p.Start {
				return p.Interval, true
			}
		}
		return startup.Interval{}, false
	}
	if config, ok := phase(attr.SpanConfigBuild); ok {
		x.set(&t.Init, config.Start)
		x.set(&t.ConfigBuild, config.Duration())
	}
	if complete, ok := phase(attr.SpanConfigComplete); ok {
		x.set(&t.ConfigComplete, complete.Duration())
	}
	hooks, run := x.hooksRun()
	if prepare, ok := phase(attr.SpanServerPrepare); ok && run {
		x.set(&t.Serve, max(0, hooks-prepare.End))
	}
	if n := len(x.startup.Runs); run && n > 0 {
		x.set(&t.HookStart, max(0, x.startup.Runs[n/2].Start-hooks)) // they are in order of start
	}
	return t
}

// hooksRun returns when the post-start hooks began.
func (x *describer) hooksRun() (time.Duration, bool) {
	for _, p := range x.startup.Phases {
		if p.Name == attr.SpanHooksRun {
			return p.Start, true
		}
	}
	return 0, false
}
