package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/follow"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// How often the trace is looked at: while the server starts, and afterwards.
const (
	followEvery  = 50 * time.Millisecond
	followSlowly = 500 * time.Millisecond
)

// settle is how often the trace is looked at, once more, when the server is
// ready, for what is written right after that.
const settle = 4

// silence is how long nothing may be recorded until that is told.
const silence = 10 * time.Second

// execution is a server that runs, and what is known of its start.
type execution struct {
	*execFlags
	cmd       *cobra.Command
	pics      pictures
	sends     *sender // nil when nothing is to be sent
	recording *recording
	child     *child
	name      string // of the command, as it was given
	view      execView
	begun     time.Time

	start   follow.Start
	looks   int       // since it was ready
	lost    bool      // the server could not go on recording
	silent  bool      // that nothing is recorded was told, or how to change that
	why     string    // nothing may be recorded
	gone    bool      // the server has ended
	over    time.Time // when that was, or when it was not waited for any longer
	written bool      // the outputs show the whole start
	failed  error     // to write or to send
}

func (e *execution) stderr() io.Writer { return e.cmd.ErrOrStderr() }

// follow follows the server to its end, and returns what came of it with the
// exit code.
func (e *execution) follow(ctx context.Context) error {
	ctx, stop := e.untilNobodyListens(ctx)
	defer stop()
	var late <-chan time.Time
	if e.timeout > 0 {
		timer := time.NewTimer(e.timeout)
		defer timer.Stop()
		late = timer.C
	}
	ticker := time.NewTicker(followEvery)
	defer ticker.Stop()
	for {
		select {
		case <-e.child.done:
			e.look()
			return e.ended(ctx)
		case answer := <-e.child.pauses:
			e.view.pause()
			close(answer)
		case <-late:
			e.look()
			if e.start.Ready == 0 && !e.recording.GivenUp() {
				return e.late(ctx)
			}
		case <-ticker.C:
			e.look()
			if e.lost && e.start.Ready == 0 && e.until == untilReady {
				return e.unknowable(ctx)
			}
			e.view.tick(&e.start)
			if !e.isReady() {
				continue
			}
			e.view.close(&e.start)
			e.output(ctx, false)
			if e.until == untilReady {
				return e.stopped()
			}
			e.written = true
			ticker.Reset(followSlowly)
		}
	}
}

// untilNobodyListens returns a context that signals end once the server has ended:
// there is nobody left to pass them on to, and sending may still go on.
func (e *execution) untilNobodyListens(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		select {
		case <-ctx.Done():
		case <-e.child.done:
			signals, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
			defer stop()
			<-signals.Done()
			cancel()
		}
	}()
	return ctx, cancel
}

// look takes account of what was recorded since the last time, and of the end of
// the recording.
func (e *execution) look() {
	e.read()
	if !e.lost && e.recording.GivenUp() {
		e.lost = true
		e.read() // what came in between
		e.tellLost()
	}
	if e.start.Begin == 0 && !e.silent && time.Since(e.begun) > silence {
		e.silent = true
		fmt.Fprintf(e.stderr(), "note: %s has recorded nothing so far; %s\n", e.name, e.why)
	}
}

func (e *execution) read() {
	spans, err := e.recording.Next()
	if err != nil {
		warn(e.stderr(), fmt.Errorf("the trace of %s: %w", e.name, err))
	}
	for i := range spans { // one by one: what one changes is shown as it was known then
		e.view.changed(&e.start, e.start.Add(spans[i:i+1]))
	}
}

// tellLost tells that the server goes on and its recording does not.
func (e *execution) tellLost() {
	if e.start.Ready == 0 && e.until == untilReady {
		return // that ends it
	}
	e.view.close(&e.start)
	more := ""
	if e.start.Ready == 0 && e.timeout > 0 {
		more = ", nor does --timeout count"
	}
	warn(e.stderr(), fmt.Errorf("%s can write no more of its trace and has said why on its stderr; what it does from here on is not recorded%s", e.name, more))
}

// isReady reports, once, that the server is ready and all of its start recorded.
func (e *execution) isReady() bool {
	if e.start.Ready == 0 || e.written {
		return false
	}
	e.looks++
	return e.start.Finished || e.looks >= settle
}

// stopped stops a server that was only to get ready.
func (e *execution) stopped() error {
	if e.child.stop(e.grace) {
		warn(e.stderr(), fmt.Errorf("%s did not end within %v of SIGTERM and was killed", e.name, e.grace))
	}
	return e.failed
}

// late stops a server that has not become ready in time.
func (e *execution) late(ctx context.Context) error {
	e.over = time.Now()
	e.view.close(&e.start)
	e.output(ctx, false)
	e.tellUnfinished(ctx)
	// Its failure to write is told first: the exit code says that it is not ready.
	if e.failed != nil {
		warn(e.stderr(), e.failed)
	}
	e.failed = nil
	_ = e.stopped()
	return withCode(exitNo, fmt.Errorf("%s was not ready within %v and was stopped%s", e.name, e.timeout, e.recordedNothing()))
}

// unknowable stops a server that was only to get ready, and of which nobody can
// learn any more whether it does.
func (e *execution) unknowable(ctx context.Context) error {
	e.view.close(&e.start)
	e.output(ctx, false)
	if e.failed != nil {
		warn(e.stderr(), e.failed)
	}
	e.failed = nil
	_ = e.stopped()
	return withCode(exitWork, fmt.Errorf("%s could write no more of its trace and has said why on its stderr: whether it got ready is not known; it was stopped", e.name))
}

// ended tells how a server has ended by itself, or by a signal.
func (e *execution) ended(ctx context.Context) error {
	e.gone, e.over = true, time.Now()
	e.view.close(&e.start)
	if e.recording.Unfinished() {
		warn(e.stderr(), fmt.Errorf("the last record in the trace of %s is cut off, as the process ended while it was written", e.name))
	}
	if n := e.recording.Skipped(); n > 1 {
		warn(e.stderr(), fmt.Errorf("in the trace of %s %d lines were no records and are left out", e.name, n))
	}
	e.output(ctx, e.written)
	if e.start.Ready == 0 && !e.lost {
		e.tellUnfinished(ctx)
	}
	if code := e.child.code(); code != 0 {
		if e.failed != nil {
			warn(e.stderr(), e.failed)
		}
		return withCode(code, fmt.Errorf("%s: %s%s%s", e.name, e.child.how(), e.because(), e.recordedNothing()))
	}
	if e.failed != nil {
		return e.failed
	}
	return e.missed()
}

// missed says what was wanted of a server that has ended well, and did not come of it.
func (e *execution) missed() error {
	switch {
	case e.until == untilReady && e.start.Ready == 0 && e.lost:
		return withCode(exitWork, fmt.Errorf("%s could write no more of its trace and has said why on its stderr: whether it was ready before it ended is not known", e.name))
	case e.until == untilReady && e.start.Ready == 0:
		return withCode(exitNo, fmt.Errorf("%s has ended before it was ready: %s%s", e.name, e.child.how(), e.recordedNothing()))
	case e.start.Begin == 0 && (len(e.pics.targets) > 0 || e.sends != nil):
		return withCode(exitWork, fmt.Errorf("%s has ended%s", e.name, e.recordedNothing()))
	case e.start.Begin == 0 && !e.lost && !e.silent:
		fmt.Fprintf(e.stderr(), "note: %s has recorded nothing; %s\n", e.name, e.why)
	}
	return nil
}

// because says which hook has ended the server.
func (e *execution) because() string {
	if h := e.start.Failed(); h != nil {
		return fmt.Sprintf(", as hook %s failed: %s", render.Printable(h.Name, 80), render.Printable(h.Err, 400))
	}
	return ""
}

// recordedNothing says so, if that is how it is.
func (e *execution) recordedNothing() string {
	if e.start.Begin != 0 || e.lost {
		return ""
	}
	return "; it has recorded nothing, so nothing is written: " + e.why
}

// output writes the outputs, and sends the trace the first time. Written for the
// second time, it is done without a word, and what goes to no file is left out.
func (e *execution) output(ctx context.Context, again bool) {
	if e.start.Begin == 0 || e.pics.quiet && len(e.pics.targets) == 0 && e.sends == nil {
		return
	}
	t, err := e.trace()
	if err != nil {
		e.fail(e.keeping(withCode(exitWork, fmt.Errorf("the trace of %s: %w", e.name, err))))
		return
	}
	s, err := startup.FromTrace(t)
	if err != nil {
		e.fail(e.keeping(withCode(exitWork, fmt.Errorf("the trace of %s: %w", e.name, err))))
		return
	}
	pics := e.pics
	if again {
		pics.quiet = true
		pics.targets = nil
		for _, target := range e.pics.targets {
			if info, err := os.Stat(target.path); !target.isStdout() && (err != nil || info.Mode().IsRegular()) {
				pics.targets = append(pics.targets, target)
			}
		}
	}
	err = e.keeping(pics.write(t, s, e.cmd.OutOrStdout(), e.stderr()))
	if e.sends != nil && !again {
		err = sendAfter(ctx, e.sends, t, pics, err)
	}
	e.fail(err)
}

// trace returns what is recorded so far. As long as all was recorded, it also has what
// is known from without: how long a start went on that came to nothing, and, once the
// server has ended, that it has interrupted what had not.
func (e *execution) trace() (*trace.Trace, error) {
	t, err := e.recording.Trace(trace.ReadOptions{})
	if err != nil || e.lost {
		return t, err
	}
	if e.start.Ready == 0 && !e.over.IsZero() {
		follow.Watched(t, e.over.UnixNano())
	}
	if e.gone {
		follow.Interrupt(t)
	}
	return t, nil
}

// fail keeps an error until the server has ended.
func (e *execution) fail(err error) { e.failed = errors.Join(e.failed, err) }

// keeping keeps the file, if the outputs could not be written, that holds what
// should be in them. A reader of stdout who has seen enough misses nothing.
func (e *execution) keeping(err error) error {
	if err == nil || e.keep != "" || errors.Is(err, syscall.EPIPE) {
		return err
	}
	return withCode(exitWork, fmt.Errorf("%w; the recording is kept in %s", err, e.recording.preserve()))
}
