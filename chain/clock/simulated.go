package clock

import (
	"container/heap"
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// ErrDeadlock is the cause that activities get when all of them wait for
// something that cannot happen any more.
var ErrDeadlock = errors.New("every activity waits and nothing is left to happen")

// Simulated is a discrete-event executor. Activities are goroutines of which
// only one runs at any moment: it runs until it waits, and then the one that
// has been runnable for longest goes on. When none is runnable, the time jumps
// to the earliest moment that somebody sleeps until.
//
// Outside Run there are no activities: Sleep then only moves the time on, and
// waiting for an event that has not happened is ErrDeadlock.
type Simulated struct {
	mu       sync.Mutex
	now      time.Time
	seq      uint64 // orders waits that began, and sleeps that end, at the same time
	current  *task
	runnable []*task
	waiting  []*task // in the order in which they began to wait
	sleepers sleepers
	alive    int
	stopped  error // what every wait returns at once while Run unwinds
	yielded  chan struct{}
}

// task is one activity.
type task struct {
	resume chan struct{}
	ctx    context.Context // while waiting: what it waits under
	event  *Event          // while waiting: for what; nil when it only sleeps
	wait   uint64          // while waiting: which wait; 0 otherwise
}

// NewSimulated returns a simulated clock that shows start.
func NewSimulated(start time.Time) *Simulated {
	return &Simulated{now: start, yielded: make(chan struct{})}
}

// Run implements [Clock]. It ends with ErrDeadlock when all activities wait
// and nothing is left to happen, and with ctx's cause when ctx ends; every
// activity's wait then returns that error.
func (s *Simulated) Run(ctx context.Context, f func(ctx context.Context) error) error {
	runCtx, cancel := s.WithCancel(ctx)
	var err error
	over := false
	s.Go(func() {
		err = f(runCtx)
		over = true
	})
	for s.step() {
		switch {
		case over && s.stopped == nil:
			cancel(ErrStopped)
			s.stop(ErrStopped)
		case ctx.Err() != nil && s.stopped == nil:
			s.stop(context.Cause(ctx))
		}
	}
	s.stopped = nil
	return err
}

// step lets the next activity run until it waits or ends. It reports whether
// activities are left.
func (s *Simulated) step() bool {
	s.mu.Lock()
	if s.alive == 0 {
		s.mu.Unlock()
		return false
	}
	if len(s.runnable) == 0 && !s.advance() {
		s.mu.Unlock()
		s.stop(ErrDeadlock)
		return true
	}
	t := s.runnable[0]
	s.runnable = s.runnable[1:]
	s.current = t
	s.mu.Unlock()
	t.resume <- struct{}{}
	<-s.yielded
	return true
}

// advance moves the time to the end of the earliest sleep. It reports false
// when nobody sleeps. Callers hold mu.
func (s *Simulated) advance() bool {
	for len(s.sleepers) > 0 {
		next := heap.Pop(&s.sleepers).(sleep)
		if next.task.wait != next.wait {
			continue // woken by something else meanwhile
		}
		if next.until.After(s.now) {
			s.now = next.until
		}
		s.makeRunnable(next.task)
		return true
	}
	return false
}

// makeRunnable ends a task's wait. Callers hold mu.
func (s *Simulated) makeRunnable(t *task) {
	t.wait = 0
	s.waiting = slices.DeleteFunc(s.waiting, func(w *task) bool { return w == t })
	s.runnable = append(s.runnable, t)
}

// wakeWaiters ends the wait of every waiting task that the function picks, in
// the order in which they began to wait.
func (s *Simulated) wakeWaiters(pick func(*task) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range slices.Clone(s.waiting) {
		if pick(t) {
			s.makeRunnable(t)
		}
	}
}

// stop makes all waits return err from now on.
func (s *Simulated) stop(err error) {
	s.mu.Lock()
	s.stopped = err
	s.mu.Unlock()
	s.wakeWaiters(func(*task) bool { return true })
}

// Go implements [Clock].
func (s *Simulated) Go(f func()) {
	t := &task{resume: make(chan struct{})}
	s.mu.Lock()
	s.alive++
	s.runnable = append(s.runnable, t)
	s.mu.Unlock()
	go func() {
		<-t.resume
		defer func() {
			s.mu.Lock()
			s.alive--
			s.current = nil
			s.mu.Unlock()
			s.yielded <- struct{}{}
		}()
		f()
	}()
}

// Now implements [Clock].
func (s *Simulated) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// Sleep implements [Clock].
func (s *Simulated) Sleep(ctx context.Context, d time.Duration) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	s.mu.Lock()
	if s.stopped != nil {
		defer s.mu.Unlock()
		return s.stopped
	}
	until := s.now.Add(max(d, 0))
	if s.current == nil || (len(s.runnable) == 0 && (len(s.sleepers) == 0 || until.Before(s.sleepers[0].until))) {
		// Nobody else can run before: no need to change over.
		defer s.mu.Unlock()
		s.now = until
		return nil
	}
	t := s.beginWait(ctx, nil)
	heap.Push(&s.sleepers, sleep{until: until, wait: t.wait, task: t})
	s.mu.Unlock()
	return s.yield(t, ctx)
}

// waitEvent is Event.Wait.
func (s *Simulated) waitEvent(ctx context.Context, e *Event) error {
	if e.Fired() {
		return nil
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	s.mu.Lock()
	if s.stopped != nil {
		defer s.mu.Unlock()
		return s.stopped
	}
	if s.current == nil {
		defer s.mu.Unlock()
		return ErrDeadlock
	}
	t := s.beginWait(ctx, e)
	s.mu.Unlock()
	if err := s.yield(t, ctx); err != nil && !e.Fired() {
		return err
	}
	return nil
}

// beginWait puts the current task among the waiting. Callers hold mu.
func (s *Simulated) beginWait(ctx context.Context, e *Event) *task {
	t := s.current
	s.seq++
	t.ctx, t.event, t.wait = ctx, e, s.seq
	s.waiting = append(s.waiting, t)
	return t
}

// yield hands over to the executor until the task's wait has ended.
func (s *Simulated) yield(t *task, ctx context.Context) error {
	s.yielded <- struct{}{}
	<-t.resume
	t.ctx, t.event = nil, nil
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stopped
}

// NewEvent implements [Clock].
func (s *Simulated) NewEvent() *Event { return &Event{done: make(chan struct{}), sim: s} }

// WithCancel implements [Clock]. Ending the context makes the activities that
// wait under it, or under one derived from it, runnable in the order in which
// they began to wait.
func (s *Simulated) WithCancel(parent context.Context) (context.Context, context.CancelCauseFunc) {
	ctx, cancel := context.WithCancelCause(parent)
	return ctx, func(cause error) {
		cancel(cause)
		s.wakeWaiters(func(t *task) bool { return t.ctx.Err() != nil })
	}
}

// Simulated implements [Clock].
func (s *Simulated) Simulated() bool { return true }

// sleep is a task's wait for a moment.
type sleep struct {
	until time.Time
	wait  uint64
	task  *task
}

// sleepers is a heap of sleeps, the earliest first; of two that end together,
// the one that began first.
type sleepers []sleep

func (h sleepers) Len() int { return len(h) }
func (h sleepers) Less(i, j int) bool {
	if !h[i].until.Equal(h[j].until) {
		return h[i].until.Before(h[j].until)
	}
	return h[i].wait < h[j].wait
}
func (h sleepers) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *sleepers) Push(x any)   { *h = append(*h, x.(sleep)) }
func (h *sleepers) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}
