package clock

import (
	"context"
	"sync"
	"time"
)

// Wall is the real time. The zero value is ready to use.
type Wall struct {
	activities sync.WaitGroup
}

// Run implements [Clock].
func (w *Wall) Run(ctx context.Context, f func(ctx context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	err := f(ctx)
	cancel(ErrStopped)
	w.activities.Wait()
	return err
}

// Now implements [Clock].
func (w *Wall) Now() time.Time { return time.Now() }

// Sleep implements [Clock].
func (w *Wall) Sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return context.Cause(ctx)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Go implements [Clock].
func (w *Wall) Go(f func()) { w.activities.Go(f) }

// NewEvent implements [Clock].
func (w *Wall) NewEvent() *Event { return &Event{done: make(chan struct{})} }

// WithCancel implements [Clock].
func (w *Wall) WithCancel(parent context.Context) (context.Context, context.CancelCauseFunc) {
	return context.WithCancelCause(parent)
}

// Simulated implements [Clock].
func (w *Wall) Simulated() bool { return false }
