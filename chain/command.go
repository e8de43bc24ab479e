package chain

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"

	"github.com/chaintrace/chaintrace/chain/clock"
	"github.com/chaintrace/chaintrace/trace/attr"
)

// DefaultReadyTimeout is how long Run waits for readiness when Options say
// nothing.
const DefaultReadyTimeout = 2 * time.Minute

// Options say what to run and how.
type Options struct {
	Description *Description
	Settings    *Settings // nil: the defaults
	WhatIf      WhatIf

	// ReadyTimeout is how long after the post-start hooks begin the run gives
	// up; 0: DefaultReadyTimeout.
	ReadyTimeout time.Duration
	// Shutdown goes on after readiness with a graceful shutdown.
	Shutdown bool

	Clock           clock.Clock     // nil: simulated, beginning now
	TracerProviders TracerProviders // nil: OpenTelemetry's global one
}

// CompletedOptions are Options that have been checked and filled in.
type CompletedOptions struct {
	description     *Description
	settings        *Settings
	whatIf          WhatIf
	readyTimeout    time.Duration
	shutdown        bool
	clock           clock.Clock
	tracerProviders TracerProviders
}

// Complete checks the options and fills in what was left out. It fails when the
// description has problems, or when WhatIf names a hook that it has not.
func (o Options) Complete() (CompletedOptions, error) {
	if o.Description == nil {
		return CompletedOptions{}, errors.New("options: there is no description of a chain")
	}
	c := CompletedOptions{
		description: o.Description, settings: o.Settings, whatIf: o.WhatIf,
		readyTimeout: o.ReadyTimeout, shutdown: o.Shutdown, clock: o.Clock, tracerProviders: o.TracerProviders,
	}
	if problems := o.Description.Validate(); len(problems) > 0 {
		return CompletedOptions{}, fmt.Errorf("description %s: %s: %s", o.Description.Name, problems[0].Path, problems[0].Message)
	}
	if c.settings == nil {
		settings, err := ParseSettings(o.Description, nil)
		if err != nil {
			return CompletedOptions{}, err
		}
		c.settings = settings
	}
	if c.readyTimeout == 0 {
		c.readyTimeout = DefaultReadyTimeout
	}
	if c.clock == nil {
		c.clock = clock.NewSimulated(time.Now())
	}
	known := o.Description.Hooks()
	for _, name := range o.WhatIf.Hooks() {
		if !slices.Contains(known, name) {
			return CompletedOptions{}, &UnknownHookError{Hook: name, Known: known}
		}
	}
	return c, nil
}

// UnknownHookError says that WhatIf names a hook which the description lacks.
type UnknownHookError struct {
	Hook  string
	Known []string // sorted
}

// Error implements error.
func (e *UnknownHookError) Error() string {
	return fmt.Sprintf("hook %q is unknown; this chain describes %s", e.Hook, strings.Join(e.Known, ", "))
}

// Result is what came of a run.
type Result struct {
	// Server is the outermost server, whose Handler still answers; nil when
	// the chain could not be built.
	Server *GenericAPIServer
	// Ready says whether the chain got ready, and ReadyAfter how long that took
	// from the start of the process.
	Ready      bool
	ReadyAfter time.Duration
	// Unfinished are the post-start hooks that have not ended without an error,
	// in the order of registration.
	Unfinished []string
}

// Run builds, prepares and starts the described chain, and ends when it is
// ready, or after the graceful shutdown that the options ask for. The result is
// there in any case. The error is that of construction, a [HookFailedError],
// [ErrNotReady], or the cause of ctx. It mirrors Run of kube-apiserver's app
// package.
func Run(ctx context.Context, o CompletedOptions) (*Result, error) {
	result := &Result{}
	err := o.clock.Run(ctx, func(ctx context.Context) error {
		ctx, root := newSpans(o.tracerProviders, o.description.Process, o.clock).start(ctx, attr.SpanStartup)
		return root.endWith(o.run(ctx, result))
	})
	return result, err
}

// run goes through the stages of a start.
func (o CompletedOptions) run(ctx context.Context, result *Result) error {
	begin := o.clock.Now()
	b := &builder{
		description: o.description, options: o, script: newScript(o.description, o),
		signals: NewLifecycleSignals(ctx, o.clock, o.tracerProviders, o.description.Servers[len(o.description.Servers)-1].Name),
	}
	if err := o.clock.Sleep(ctx, o.settings.Recorded(o.description.Timing.Init)); err != nil {
		return err
	}
	var generic Config
	var configs []CompletedConfig
	for _, stage := range []struct {
		span  string
		takes Recorded
		do    func(ctx context.Context) error
	}{
		{attr.SpanConfigBuild, o.description.Timing.ConfigBuild, func(context.Context) error {
			generic = b.newConfig()
			return nil
		}},
		{attr.SpanConfigComplete, o.description.Timing.ConfigComplete, func(context.Context) error {
			for _, server := range o.description.Servers {
				configs = append(configs, b.completeConfig(generic, server))
			}
			return nil
		}},
		{attr.SpanChainCreate, Recorded{}, func(ctx context.Context) error { return b.createServerChain(ctx, configs) }},
	} {
		if err := o.stage(ctx, stage.span, stage.takes, stage.do); err != nil {
			return err
		}
	}
	if err := b.prepare(ctx); err != nil {
		return err
	}
	result.Server = b.outermost.GenericAPIServer
	err := o.serve(ctx, b, begin, result)
	result.Unfinished = b.outermost.unfinishedHooks()
	return err
}

// stage runs one stage under a span of the process.
func (o CompletedOptions) stage(ctx context.Context, name string, takes Recorded, do func(ctx context.Context) error) error {
	ctx, sp := newSpans(o.tracerProviders, o.description.Process, o.clock).start(ctx, name)
	begin := o.clock.Now()
	err := do(ctx)
	if err == nil {
		err = fill(ctx, o.clock, begin, o.settings.Recorded(takes))
	}
	return sp.endWith(err)
}

// errReadyReached ends a run that is to end at readiness.
var errReadyReached = errors.New("ready")

// serve runs the outermost server until the chain is ready, and then stops it.
func (o CompletedOptions) serve(ctx context.Context, b *builder, begin time.Time, result *Result) error {
	life, end := o.clock.WithCancel(ctx)
	stop := o.clock.NewEvent()
	s := b.outermost.GenericAPIServer
	b.script.background = life
	b.script.served = func(gv string) bool {
		for d := DelegationTarget(s); d != nil; d = d.NextDelegate() {
			if server, ok := d.(*GenericAPIServer); ok && server.serves(gv) {
				return true
			}
		}
		return false
	}
	o.clock.Go(func() {
		if s.hooksStarted.Wait(life) == nil {
			b.begin(life)
		}
	})
	o.clock.Go(func() {
		if s.hooksStarted.Wait(life) != nil {
			return
		}
		err := o.probe(life, s)
		if err != nil {
			end(err)
			return
		}
		result.Ready, result.ReadyAfter = true, o.clock.Now().Sub(begin)
		if o.shutdown {
			stop.Fire()
		} else {
			end(errReadyReached)
		}
	})
	err := s.Run(life, stop)
	if errors.Is(err, errReadyReached) {
		return nil
	}
	return err
}

// readyzInterval is how often a run asks /readyz.
const readyzInterval = 25 * time.Millisecond

// probe asks /readyz until it answers 200, under the ready span. Whether it does,
// is given up or ends with the process, it notes at last which checks are masked.
func (o CompletedOptions) probe(ctx context.Context, s *GenericAPIServer) (err error) {
	ctx, sp := s.spans.start(ctx, attr.SpanReady,
		attribute.String(attr.ServerName, s.name),
		attribute.String(attr.ReadyHow, "computed"),
		attribute.Int64(attr.ReadyInterval, int64(readyzInterval)))
	defer func() { _ = sp.endWith(err) }()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "/readyz?verbose", nil)
	if err != nil {
		return err
	}
	defer func() { s.recordMasked(sp, request, o.clock.Now()) }()
	begin := o.clock.Now()
	passed := map[string]bool{}
	for {
		answer := answerRecorder{header: http.Header{}}
		s.Handler.ServeHTTP(&answer, request)
		recordPassed(sp, answer.body.String(), passed)
		if answer.code == http.StatusOK {
			return nil
		}
		if o.clock.Now().Sub(begin) >= o.readyTimeout {
			return fmt.Errorf("%w: /readyz has not answered 200 within %v", ErrNotReady, o.readyTimeout)
		}
		if err := o.clock.Sleep(ctx, readyzInterval); err != nil {
			return err
		}
	}
}

// unfinishedHooks returns the hooks that have not ended without an error.
func (s *GenericAPIServer) unfinishedHooks() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []string
	for name, entry := range s.postStartHooks.all() {
		if !entry.done.Fired() {
			names = append(names, name)
		}
	}
	return names
}

// recordPassed notes the checks that a verbose answer of a health endpoint shows
// to pass, and that were not seen to before.
func recordPassed(sp span, body string, passed map[string]bool) {
	for line := range strings.Lines(body) {
		check, ok := strings.CutPrefix(line, "[+]")
		if !ok {
			continue
		}
		check = strings.TrimSuffix(strings.TrimSpace(check), " ok")
		if !passed[check] {
			passed[check] = true
			sp.event(attr.EventCheckPassed, attribute.String(attr.CheckName, check))
		}
	}
}

// answerRecorder keeps an answer's code and body.
type answerRecorder struct {
	header http.Header
	code   int
	body   strings.Builder
}

func (r *answerRecorder) Header() http.Header { return r.header }

func (r *answerRecorder) WriteHeader(code int) {
	if r.code == 0 {
		r.code = code
	}
}

func (r *answerRecorder) Write(p []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(p)
}
