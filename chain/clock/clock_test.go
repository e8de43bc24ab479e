package clock_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/chaintrace/chaintrace/chain/clock"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// log collects what activities did and when.
type log struct {
	c     clock.Clock
	lines []string
}

func (l *log) add(format string, args ...any) {
	l.lines = append(l.lines, fmt.Sprintf("%v ", l.c.Now().Sub(start))+fmt.Sprintf(format, args...))
}

func TestSimulatedOrder(t *testing.T) {
	t.Parallel()
	var first []string
	for range 20 {
		c := clock.NewSimulated(start)
		l := &log{c: c}
		err := c.Run(context.Background(), func(ctx context.Context) error {
			e := c.NewEvent()
			for i := range 3 {
				c.Go(func() {
					_ = c.Sleep(ctx, time.Duration(3-i)*time.Second)
					l.add("slept %d", i)
					_ = e.Wait(ctx)
					l.add("woken %d", i)
				})
			}
			c.Go(func() {
				_ = c.Sleep(ctx, 2*time.Second)
				l.add("tie")
			})
			_ = c.Sleep(ctx, 10*time.Second)
			l.add("fire %v", e.Fire())
			l.add("fire %v", e.Fire())
			return c.Sleep(ctx, 0)
		})
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = l.lines
		}
		if diff := cmp.Diff(first, l.lines); diff != "" {
			t.Fatalf("two runs differ:\n%s", diff)
		}
	}
	want := []string{
		"1s slept 2", "2s slept 1", "2s tie", "3s slept 0",
		"10s fire true", "10s fire false", "10s woken 2", "10s woken 1", "10s woken 0",
	}
	if diff := cmp.Diff(want, first); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
}

// clocks runs a test of what both clocks promise.
func clocks(t *testing.T, f func(t *testing.T, c clock.Clock)) {
	t.Helper()
	for name, c := range map[string]clock.Clock{"simulated": clock.NewSimulated(start), "wall": &clock.Wall{}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f(t, c)
		})
	}
}

func TestTimeoutEndsWaits(t *testing.T) {
	t.Parallel()
	clocks(t, func(t *testing.T, c clock.Clock) {
		late := errors.New("too late")
		err := c.Run(context.Background(), func(ctx context.Context) error {
			limited, cancel := clock.WithTimeout(c, ctx, 5*time.Millisecond, late)
			defer cancel(nil)
			derived, cancelDerived := context.WithCancel(limited)
			defer cancelDerived()
			if err := c.NewEvent().Wait(derived); !errors.Is(err, late) {
				return fmt.Errorf("waiting for an event: got %w, want %w", err, late)
			}
			return c.Sleep(derived, time.Hour)
		})
		if !errors.Is(err, late) {
			t.Errorf("sleeping: got %v, want %v", err, late)
		}
	})
}

func TestRunEndsActivities(t *testing.T) {
	t.Parallel()
	clocks(t, func(t *testing.T, c clock.Clock) {
		var got error
		boom := errors.New("boom")
		err := c.Run(context.Background(), func(ctx context.Context) error {
			c.Go(func() { got = c.NewEvent().Wait(ctx) })
			return boom
		})
		if !errors.Is(err, boom) {
			t.Errorf("Run = %v, want %v", err, boom)
		}
		if !errors.Is(got, clock.ErrStopped) {
			t.Errorf("the activity's wait = %v, want %v", got, clock.ErrStopped)
		}
	})
}

func TestOuterContextEndsRun(t *testing.T) {
	t.Parallel()
	clocks(t, func(t *testing.T, c clock.Clock) {
		interrupt := errors.New("interrupted")
		outer, cancel := context.WithCancelCause(context.Background())
		err := c.Run(outer, func(ctx context.Context) error {
			c.Go(func() {
				_ = c.Sleep(ctx, time.Millisecond)
				cancel(interrupt)
				_ = c.Sleep(ctx, time.Millisecond)
			})
			return c.Sleep(ctx, time.Hour)
		})
		if !errors.Is(err, interrupt) {
			t.Errorf("Run = %v, want %v", err, interrupt)
		}
	})
}

func TestDeadlock(t *testing.T) {
	t.Parallel()
	c := clock.NewSimulated(start)
	err := c.Run(context.Background(), func(ctx context.Context) error { return c.NewEvent().Wait(ctx) })
	if !errors.Is(err, clock.ErrDeadlock) {
		t.Errorf("Run = %v, want %v", err, clock.ErrDeadlock)
	}
	if err := c.NewEvent().Wait(context.Background()); !errors.Is(err, clock.ErrDeadlock) {
		t.Errorf("Wait outside Run = %v, want %v", err, clock.ErrDeadlock)
	}
}

func TestFiredEventWinsOverEndedContext(t *testing.T) {
	t.Parallel()
	clocks(t, func(t *testing.T, c clock.Clock) {
		err := c.Run(context.Background(), func(ctx context.Context) error {
			e := c.NewEvent()
			e.Fire()
			return e.Wait(ctx)
		})
		if err != nil {
			t.Errorf("Wait = %v, want nil", err)
		}
	})
}

func TestSleepOutsideRunMovesTime(t *testing.T) {
	t.Parallel()
	c := clock.NewSimulated(start)
	if err := c.Sleep(context.Background(), time.Minute); err != nil {
		t.Fatal(err)
	}
	if got := c.Now().Sub(start); got != time.Minute {
		t.Errorf("moved by %v, want 1m", got)
	}
}

// The clock can be used for one Run after another.
func TestRunTwice(t *testing.T) {
	t.Parallel()
	c := clock.NewSimulated(start)
	var b strings.Builder
	for range 2 {
		err := c.Run(context.Background(), func(ctx context.Context) error {
			c.Go(func() { fmt.Fprint(&b, "x") })
			return c.Sleep(ctx, time.Second)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if b.String() != "xx" || c.Now() != start.Add(2*time.Second) {
		t.Errorf("ran %q until %v", b.String(), c.Now())
	}
}

func BenchmarkSimulatedSwitch(b *testing.B) {
	c := clock.NewSimulated(start)
	_ = c.Run(context.Background(), func(ctx context.Context) error {
		for range 30 {
			c.Go(func() {
				for c.Sleep(ctx, time.Millisecond) == nil {
				}
			})
		}
		for b.Loop() {
			_ = c.Sleep(ctx, time.Millisecond)
		}
		return nil
	})
}
