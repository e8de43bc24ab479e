package chain

import (
	"context"
	"errors"
	"fmt"

	"go.opentelemetry.io/otel/attribute"

	"github.com/chaintrace/chaintrace/chain/clock"
	"github.com/chaintrace/chaintrace/trace/attr"
)

// errShuttingDown is what the check shutdown says once a stop was asked for.
var errShuttingDown = errors.New("the process is shutting down")

// Run serves and runs the post-start hooks until stop happens, and then shuts
// down gracefully. Only the outermost server of a chain is run. It must be
// called from an activity of the config's clock.
//
// It returns nil after a graceful shutdown, a [HookFailedError] when a hook's
// error ended the process, and the cause of ctx when that ended; in all cases
// after every hook has ended. It mirrors GenericAPIServer.RunWithContext.
func (s *GenericAPIServer) Run(ctx context.Context, stop *clock.Event) error {
	process, die := s.clock.WithCancel(ctx)
	s.clock.Go(func() { s.completeMux(process) })

	_, sp := s.spans.start(process, attr.SpanListenerServe,
		attribute.String(attr.ServerName, s.name),
		attribute.String(attr.ListenAddress, s.config.c.LoopbackClientConfig.Host))
	err := s.clock.Sleep(process, s.config.c.Durations.Serve)
	if err := sp.endWith(err); err != nil {
		die(err)
		return err
	}
	hooks, stopHooks := s.clock.WithCancel(process)
	ended := s.runPostStartHooks(hooks, die)
	if err = stop.Wait(process); err == nil {
		err = s.shutdown(process, stopHooks)
	}
	die(clock.ErrStopped)
	_ = ended.Wait(context.WithoutCancel(ctx))
	return err
}

// completeMux fires MuxAndDiscoveryComplete when everything has happened that
// was registered for it.
func (s *GenericAPIServer) completeMux(ctx context.Context) {
	for _, done := range s.muxComplete.all() {
		if done.Wait(ctx) != nil {
			return
		}
	}
	s.signals.MuxAndDiscoveryComplete.Fire()
}

// shutdown goes through a graceful shutdown. The pre-shutdown hooks run while
// the delay lasts; new requests are turned away when both are over; then
// requests in flight are waited for and the HTTP server stops, the one before
// the other only with ShutdownSendRetryAfter. A failing pre-shutdown hook ends
// it there and then.
func (s *GenericAPIServer) shutdown(ctx context.Context, stopHooks context.CancelCauseFunc) (err error) {
	ctx, sp := s.spans.start(ctx, attr.SpanShutdown, attribute.String(attr.ServerName, s.name))
	defer func() { _ = sp.endWith(err) }()
	c, signals := s.config.c, s.signals
	signals.ShutdownInitiated.Fire()
	s.clock.Go(func() {
		if c.ShutdownDelayDuration == 0 || s.clock.Sleep(ctx, c.ShutdownDelayDuration) == nil {
			signals.AfterShutdownDelayDuration.Fire()
		}
	})
	s.clock.Go(func() {
		if waitAll(ctx, signals.AfterShutdownDelayDuration, signals.PreShutdownHooksStopped) == nil {
			signals.NotAcceptingNewRequest.Fire()
		}
	})
	s.clock.Go(func() {
		if waitAll(ctx, signals.NotAcceptingNewRequest) == nil &&
			(c.Durations.Drain == 0 || s.clock.Sleep(ctx, c.Durations.Drain) == nil) {
			signals.InFlightRequestsDrained.Fire()
		}
	})
	closed := s.clock.NewEvent()
	s.clock.Go(func() {
		stopListening := signals.NotAcceptingNewRequest
		if c.ShutdownSendRetryAfter {
			stopListening = signals.InFlightRequestsDrained
		}
		if waitAll(ctx, stopListening) != nil {
			return
		}
		stopHooks(ErrServerStopping)
		signals.HTTPServerStoppedListening.Fire()
		if s.clock.Sleep(ctx, c.Durations.CloseHTTPServer) == nil {
			closed.Fire()
		}
	})
	if err := s.runPreShutdownHooks(ctx); err != nil {
		return err
	}
	signals.PreShutdownHooksStopped.Fire()
	if err := waitAll(ctx, signals.InFlightRequestsDrained); err != nil {
		return err
	}
	return closed.Wait(ctx)
}

func waitAll(ctx context.Context, signals ...*Signal) error {
	for _, signal := range signals {
		if err := signal.Wait(ctx); err != nil {
			return err
		}
	}
	return nil
}

// runPreShutdownHooks runs the hooks one after the other, all of them even if
// some fail. It mirrors GenericAPIServer.RunPreShutdownHooks.
func (s *GenericAPIServer) runPreShutdownHooks(ctx context.Context) error {
	s.mu.Lock()
	s.preShutdownHooksCalled = true
	s.mu.Unlock()
	var errs []error
	for name, entry := range s.preShutdownHooks.all() {
		hookCtx, sp := s.spans.start(ctx, attr.SpanHookStop, s.hookAttrs(name, attr.KindPreShutdown, entry.origin)...)
		if err := sp.endWith(entry.Func(hookCtx)); err != nil {
			errs = append(errs, fmt.Errorf("pre-shutdown hook %q of %s failed: %w", name, entry.origin, err))
		}
	}
	return errors.Join(errs...)
}
