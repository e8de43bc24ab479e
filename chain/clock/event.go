package clock

import (
	"context"
	"sync"
)

// Event is something that happens at most once. Its methods may be called from
// any goroutine, Wait only from an activity when the clock is simulated.
type Event struct {
	once sync.Once
	done chan struct{}
	sim  *Simulated // nil on a wall clock
}

// Fire makes the event happen; later calls do nothing. It reports whether this
// call was the one.
func (e *Event) Fire() bool {
	first := false
	e.once.Do(func() {
		first = true
		close(e.done)
		if e.sim != nil {
			e.sim.wakeWaiters(func(t *task) bool { return t.event == e })
		}
	})
	return first
}

// Fired reports whether the event has happened.
func (e *Event) Fired() bool {
	select {
	case <-e.done:
		return true
	default:
		return false
	}
}

// Wait waits until the event has happened, or until ctx ends and then returns
// its cause.
func (e *Event) Wait(ctx context.Context) error {
	if e.sim != nil {
		return e.sim.waitEvent(ctx, e)
	}
	select {
	case <-e.done:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
