package chain

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"go.opentelemetry.io/otel/attribute"

	"github.com/chaintrace/chaintrace/chain/clock"
	"github.com/chaintrace/chaintrace/trace/attr"
)

// Causes with which the context of hooks ends.
var (
	// ErrServerStopping: the HTTP server has been told to stop.
	ErrServerStopping = errors.New("the HTTP server is stopping")
	// ErrNotReady: whoever waited for readiness has given up.
	ErrNotReady = errors.New("not ready in time")
)

// HookFailedError is the error of a post-start hook, which ends the process.
type HookFailedError struct {
	Hook   string
	Origin string // the server that registered it
	Err    error
}

// Error implements error.
func (e *HookFailedError) Error() string {
	return fmt.Sprintf("post-start hook %q of %s failed: %v", e.Hook, e.Origin, e.Err)
}

// Unwrap returns what the hook returned.
func (e *HookFailedError) Unwrap() error { return e.Err }

// hookRun is what a hook tells of its run.
type hookRun struct {
	span span

	mu          sync.Mutex
	blockedOn   string
	deadlineHit bool
}

func (r *hookRun) noteBlockedOn(what string) {
	if r.span.IsRecording() {
		r.span.event(attr.EventHookStep, attribute.String(attr.HookStep, what))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.blockedOn = what
}

func (r *hookRun) noteDeadlineHit() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.deadlineHit = true
}

// runPostStartHooks starts all hooks at once and returns an event that happens
// when all have ended. The first hook to fail calls die. It mirrors
// GenericAPIServer.RunPostStartHooks.
func (s *GenericAPIServer) runPostStartHooks(ctx context.Context, die func(error)) *clock.Event {
	s.mu.Lock()
	s.postStartHooksCalled = true
	s.mu.Unlock()
	ctx, sp := s.spans.start(ctx, attr.SpanHooksRun, attribute.String(attr.ServerName, s.name))
	s.hooksStarted.Fire()
	var ended []*clock.Event
	for _, entry := range s.postStartHooks.all() {
		done := s.clock.NewEvent()
		ended = append(ended, done)
		s.clock.Go(func() {
			defer done.Fire()
			_ = s.clock.Sleep(ctx, s.config.c.Durations.HookStart)
			s.runPostStartHook(ctx, entry, die)
		})
	}
	all := s.clock.NewEvent()
	s.clock.Go(func() {
		for _, done := range ended {
			_ = done.Wait(context.WithoutCancel(ctx))
		}
		sp.end()
		all.Fire()
	})
	return all
}

func (s *GenericAPIServer) runPostStartHook(ctx context.Context, entry postStartHookEntry, die func(error)) {
	ctx, sp := s.spans.start(ctx, attr.SpanHookRun, s.hookAttrs(entry.Name, attr.KindPostStart, entry.origin)...)
	defer sp.end()
	if sp.IsRecording() {
		sp.SetAttributes(entry.facts()...)
	}
	run := &hookRun{span: sp}
	err := callHook(entry.Func, PostStartHookContext{ctx, s.config.c.LoopbackClientConfig, run})
	outcome := entry.outcome(ctx, err)
	if sp.IsRecording() {
		sp.SetAttributes(run.facts(outcome, err)...)
	}
	switch outcome {
	case attr.OutcomeRan, attr.OutcomeLaunched:
		entry.done.Fire()
	case attr.OutcomeFailed:
		failure := &HookFailedError{Hook: entry.Name, Origin: entry.origin, Err: err}
		sp.fail(failure)
		die(failure)
	}
}

// callHook turns a panic into an error: either ends the process.
func callHook(f PostStartHookFunc, ctx PostStartHookContext) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return f(ctx)
}

// outcome says how the hook ended.
func (e postStartHookEntry) outcome(ctx context.Context, err error) string {
	cause := context.Cause(ctx)
	switch {
	case err == nil && e.Behavior == attr.BehaviorLaunches:
		return attr.OutcomeLaunched
	case err == nil:
		return attr.OutcomeRan
	case errors.Is(cause, ErrNotReady), errors.Is(err, clock.ErrDeadlock):
		return attr.OutcomeHung
	case cause == nil, errors.Is(cause, ErrServerStopping):
		return attr.OutcomeFailed
	}
	return attr.OutcomeInterrupted
}

// facts returns the attributes that are known before the run.
func (e postStartHookEntry) facts() []attribute.KeyValue {
	attrs := []attribute.KeyValue{
		attribute.String(attr.HookBehavior, e.Behavior),
		attribute.StringSlice(attr.HookWaitsFor, e.WaitsFor),
	}
	if e.Deadline > 0 {
		attrs = append(attrs,
			attribute.Int64(attr.HookDeadline, int64(e.Deadline)),
			attribute.String(attr.HookAtDeadline, e.AtDeadline))
	}
	return attrs
}

// facts returns the attributes that are known after the run.
func (r *hookRun) facts(outcome string, err error) []attribute.KeyValue {
	r.mu.Lock()
	defer r.mu.Unlock()
	attrs := []attribute.KeyValue{attribute.String(attr.HookOutcome, outcome)}
	if r.deadlineHit {
		attrs = append(attrs, attribute.Bool(attr.HookDeadlineHit, true))
	}
	if outcome == attr.OutcomeRan || outcome == attr.OutcomeLaunched {
		return attrs
	}
	if r.blockedOn != "" {
		attrs = append(attrs, attribute.String(attr.HookBlockedOn, r.blockedOn))
	}
	return append(attrs, attribute.String(attr.HookError, err.Error()))
}
