// Package clock lets the same code run in real time or on a simulated clock.
//
// A [Clock] tells the time, sleeps, and starts activities. The [Wall] clock
// uses goroutines and real sleeping. The [Simulated] clock is a discrete-event
// executor: activities run one at a time, in a fixed order, and when all of
// them wait the time jumps to the next event. The same program on it takes
// milliseconds of real time and always does the same things in the same order.
//
// Under a Simulated clock, activities must wait through the clock alone, on
// contexts of the clock's making: a bare channel receive, or a mutex held over
// a wait, would stop the simulation.
package clock

import (
	"context"
	"errors"
	"time"
)

// ErrStopped is the cause that activities get when Run's function has returned.
var ErrStopped = errors.New("the run is over")

// Clock is a source of time and of concurrent activities.
// All methods may be called from any activity started by the clock.
type Clock interface {
	// Run calls f as the first activity. When f returns, its context ends with
	// ErrStopped as the cause, and Run returns f's error once all other
	// activities have ended too. One Run at a time.
	Run(ctx context.Context, f func(ctx context.Context) error) error
	// Now returns the current time.
	Now() time.Time
	// Sleep waits for d, or until ctx ends and then returns its cause. A
	// duration of zero or less still lets other activities run.
	Sleep(ctx context.Context, d time.Duration) error
	// Go starts f as a concurrent activity. Only activities may call it.
	Go(f func())
	// NewEvent returns an event that has not happened.
	NewEvent() *Event
	// WithCancel is context.WithCancelCause for contexts that activities of
	// this clock wait under.
	WithCancel(parent context.Context) (context.Context, context.CancelCauseFunc)
	// Simulated reports whether the time is not the real one.
	Simulated() bool
}

// WithTimeout returns a context that ends with the given cause when d has
// passed on the clock c. Calling the returned function releases it.
func WithTimeout(c Clock, parent context.Context, d time.Duration, cause error) (context.Context, context.CancelCauseFunc) {
	ctx, cancel := c.WithCancel(parent)
	c.Go(func() {
		if c.Sleep(ctx, d) == nil {
			cancel(cause)
		}
	})
	return ctx, cancel
}
