package chain

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"time"

	"go.opentelemetry.io/otel/attribute"

	"github.com/chaintrace/chaintrace/chain/clock"
	"github.com/chaintrace/chaintrace/trace/attr"
)

// PostStartHookFunc is what a post-start hook does. An error ends the process.
type PostStartHookFunc func(ctx PostStartHookContext) error

// PostStartHookContext is what a post-start hook gets. It ends when the HTTP
// server is told to stop, or when the process dies.
type PostStartHookContext struct {
	context.Context
	LoopbackClientConfig *LoopbackClientConfig
	run                  *hookRun
}

// BlockedOn notes what the hook waits for from now on, so that the trace of a
// start that never ends can say so. The notation is that of
// attr.HookWaitsFor.
func (c PostStartHookContext) BlockedOn(what string) { c.run.noteBlockedOn(what) }

// DeadlineHit notes that the hook's deadline has passed while it ran.
func (c PostStartHookContext) DeadlineHit() { c.run.noteDeadlineHit() }

// PostStartHook is a hook that runs once the server serves. All fields but
// Name and Func are there for the trace.
type PostStartHook struct {
	Name         string
	Func         PostStartHookFunc
	RegisteredAt string        // the source place that registers it; empty: the caller of AddPostStartHook
	Behavior     string        // attr.BehaviorLaunches, attr.BehaviorRuns or attr.BehaviorWaits
	WaitsFor     []string      // in the notation of attr.HookWaitsFor
	Deadline     time.Duration // 0: none
	AtDeadline   string        // attr.DeadlineFails, attr.DeadlinePasses or attr.DeadlineIgnored

	described bool // by a description, where an empty RegisteredAt is unknown
}

// PreShutdownHookFunc is what a pre-shutdown hook does.
type PreShutdownHookFunc func(ctx context.Context) error

// PreShutdownHook is a hook that runs when the server is asked to stop.
type PreShutdownHook struct {
	Name         string
	Func         PreShutdownHookFunc
	RegisteredAt string // as in PostStartHook

	described bool // as in PostStartHook
}

// postStartHookEntry is a hook as a server's registry holds it. A server
// further out that takes it over shares what done points to.
type postStartHookEntry struct {
	PostStartHook
	origin string       // the server that registered it first
	done   *clock.Event // it has ended without an error
}

type preShutdownHookEntry struct {
	PreShutdownHook
	origin string
}

// Errors of adding hooks, wrapped with the hook's name.
var (
	ErrNoHookName     = errors.New("a hook needs a name")
	ErrNilHook        = errors.New("its function is nil")
	ErrHooksCalled    = errors.New("the hooks have been called already; add hooks before Run")
	ErrHookRegistered = errors.New("it was registered before")
)

// AddPostStartHook registers a hook and a check poststarthook/NAME that fails
// until the hook has ended. A hook that the config disables is left out
// without an error. It mirrors GenericAPIServer.AddPostStartHook.
func (s *GenericAPIServer) AddPostStartHook(ctx context.Context, hook PostStartHook) error {
	if hook.RegisteredAt == "" && !hook.described {
		hook.RegisteredAt = callerPlace()
	}
	return s.addPostStartHook(ctx, hook, false)
}

func (s *GenericAPIServer) addPostStartHook(ctx context.Context, hook PostStartHook, preconfigured bool) (err error) {
	ctx, sp := s.spans.start(ctx, attr.SpanHookRegister, s.hookAttrs(hook.Name, attr.KindPostStart, s.name)...)
	defer func() {
		s.spans.tick(ctx)
		_ = sp.endWith(err)
	}()
	disabled := s.disabledPostStartHooks[hook.Name]
	if sp.IsRecording() {
		sp.SetAttributes(
			attribute.String(attr.HookRegisteredAt, hook.RegisteredAt),
			attribute.Bool(attr.HookPreconfig, preconfigured),
			attribute.Bool(attr.HookDisabled, disabled))
	}
	switch {
	case hook.Name == "":
		return fmt.Errorf("server %s: post-start hook: %w", s.name, ErrNoHookName)
	case hook.Func == nil:
		return fmt.Errorf("server %s: post-start hook %q: %w", s.name, hook.Name, ErrNilHook)
	case disabled:
		return nil
	}
	if err := s.mayAddPostStartHook(hook); err != nil {
		return err
	}
	done := s.clock.NewEvent()
	if err := s.AddBootSequenceHealthChecks(ctx, doneCheck("poststarthook/"+hook.Name, done)); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.postStartHooks.set(hook.Name, postStartHookEntry{PostStartHook: hook, origin: s.name, done: done})
	return nil
}

func (s *GenericAPIServer) mayAddPostStartHook(hook PostStartHook) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.postStartHooksCalled {
		return fmt.Errorf("server %s: post-start hook %q: %w", s.name, hook.Name, ErrHooksCalled)
	}
	if first, ok := s.postStartHooks.get(hook.Name); ok {
		return fmt.Errorf("server %s: post-start hook %q, registered at %s: %w at %s (server %s)",
			s.name, hook.Name, place(hook.RegisteredAt), ErrHookRegistered, place(first.RegisteredAt), first.origin)
	}
	return nil
}

// AddPreShutdownHook registers a hook. One without a function is dropped
// silently, as upstream does. It mirrors GenericAPIServer.AddPreShutdownHook.
func (s *GenericAPIServer) AddPreShutdownHook(ctx context.Context, hook PreShutdownHook) (err error) {
	if hook.Name == "" {
		return fmt.Errorf("server %s: pre-shutdown hook: %w", s.name, ErrNoHookName)
	}
	if hook.Func == nil {
		return nil
	}
	if hook.RegisteredAt == "" && !hook.described {
		hook.RegisteredAt = callerPlace()
	}
	ctx, sp := s.spans.start(ctx, attr.SpanHookRegister, s.hookAttrs(hook.Name, attr.KindPreShutdown, s.name)...)
	defer func() {
		s.spans.tick(ctx)
		_ = sp.endWith(err)
	}()
	if sp.IsRecording() {
		sp.SetAttributes(attribute.String(attr.HookRegisteredAt, hook.RegisteredAt))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.preShutdownHooksCalled {
		return fmt.Errorf("server %s: pre-shutdown hook %q: %w", s.name, hook.Name, ErrHooksCalled)
	}
	if first, ok := s.preShutdownHooks.get(hook.Name); ok {
		return fmt.Errorf("server %s: pre-shutdown hook %q: %w at %s (server %s)",
			s.name, hook.Name, ErrHookRegistered, place(first.RegisteredAt), first.origin)
	}
	s.preShutdownHooks.set(hook.Name, preShutdownHookEntry{PreShutdownHook: hook, origin: s.name})
	return nil
}

// mergeHooks takes over the delegate's hooks, first the post-start ones and
// then the pre-shutdown ones. Nothing is compared: a hook of the same name
// would be overwritten silently. Their health checks come with mergeChecks.
func (s *GenericAPIServer) mergeHooks(ctx context.Context, delegate DelegationTarget) {
	ctx, sp := s.spans.start(ctx, attr.SpanHooksMerge, attribute.String(attr.ServerName, s.name))
	defer sp.end()
	for name, entry := range delegate.postStart().all() {
		s.postStartHooks.set(name, entry)
		s.spans.step(ctx, attr.SpanHookMerge, append(s.hookAttrs(name, attr.KindPostStart, entry.origin),
			attribute.String(attr.HookRegisteredAt, entry.RegisteredAt))...)
	}
	for name, entry := range delegate.preShutdown().all() {
		s.preShutdownHooks.set(name, entry)
		s.spans.step(ctx, attr.SpanHookMerge, append(s.hookAttrs(name, attr.KindPreShutdown, entry.origin),
			attribute.String(attr.HookRegisteredAt, entry.RegisteredAt))...)
	}
}

func (s *GenericAPIServer) hookAttrs(name, kind, origin string) []attribute.KeyValue {
	return []attribute.KeyValue{
		attribute.String(attr.ServerName, s.name),
		attribute.String(attr.HookName, name),
		attribute.String(attr.HookKind, kind),
		attribute.String(attr.HookOrigin, origin),
	}
}

// isPostStartHookRegistered reports whether the server has the hook, its own or
// its delegate's.
func (s *GenericAPIServer) isPostStartHookRegistered(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.postStartHooks.get(name)
	return ok
}

// PostStartHooks returns the names of all post-start hooks, those taken over
// first.
func (s *GenericAPIServer) PostStartHooks() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.postStartHooks.keys()
}

// PreShutdownHooks returns the names of all pre-shutdown hooks.
func (s *GenericAPIServer) PreShutdownHooks() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.preShutdownHooks.keys()
}

func (s *GenericAPIServer) postStart() *ordered[postStartHookEntry]     { return &s.postStartHooks }
func (s *GenericAPIServer) preShutdown() *ordered[preShutdownHookEntry] { return &s.preShutdownHooks }

// place writes where a hook was registered.
func place(registeredAt string) string {
	if registeredAt == "" {
		return "an unknown place"
	}
	return registeredAt
}

// callerPlace returns the function, file and line that called the exported
// function which calls this one, without the machine's directories.
func callerPlace() string {
	pc, file, line, ok := runtime.Caller(2)
	if !ok {
		return "unknown place"
	}
	return fmt.Sprintf("%s (%s:%d)", runtime.FuncForPC(pc).Name(), filepath.Base(file), line)
}
