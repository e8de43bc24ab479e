// Package clock lets the same code run in real time or on a simulated clock.
//
// A [Clock] tells the time, sleeps, and starts activities. The [Wall] clock
// uses goroutines and real sleeping. The [Simulated] clock is a discrete-event
// executor: activities run one at a time, in a fixed order, and when all of
// them wait the time jumps to the next event. The same program on it takes
// milliseconds of real time and always does the same things in the same order.
//
// Under a Simulated clock, code must wait through the Clock alone: a bare
// channel receive or mutex held over a wait would stop the simulation.
package clock

import (
	"context"
	"time"
)

// Clock is a source of time and of concurrent activities.
// All methods may be called from any activity started by the clock.
type Clock interface {
	// Now returns the current time.
	Now() time.Time
	// Sleep waits for d, or until ctx ends and then returns its cause. A
	// duration of zero or less still lets other activities run.
	Sleep(ctx context.Context, d time.Duration) error
	// Go starts f as a concurrent activity.
	Go(f func())
	// NewEvent returns an event that has not happened.
	NewEvent() *Event
	// WithCancel is context.WithCancelCause for contexts that activities of
	// this clock wait under; the returned function must be used to end it.
	WithCancel(parent context.Context) (context.Context, context.CancelCauseFunc)
	// Simulated reports whether the time is not the real one.
	Simulated() bool
}
