package startup_test

import (
	"testing"
	"time"

	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

func TestFingerprint(t *testing.T) {
	start := func(clock string, at int64, took time.Duration) *startup.Startup {
		run := &startup.HookRun{Name: "h", Interval: startup.Interval{End: took}}
		return &startup.Startup{
			Clock: clock, Start: time.Unix(0, at), Runs: []*startup.HookRun{run},
			Servers: []*startup.Server{{Name: "s", PostStart: []*startup.Hook{{Name: "h", Run: run}}}},
		}
	}
	for _, c := range []struct {
		name string
		a, b *startup.Startup
		same bool
	}{
		{"a copy", start(attr.ClockWall, 1, 5), start(attr.ClockWall, 1, 5), true},
		{"as long at another time", start(attr.ClockWall, 1, 5), start(attr.ClockWall, 2, 5), false},
		{"simulated again", start(attr.ClockSimulated, 1, 5), start(attr.ClockSimulated, 2, 5), true},
		{"simulated with another time", start(attr.ClockSimulated, 1, 5), start(attr.ClockSimulated, 1, 6), false},
	} {
		a, errA := c.a.Fingerprint()
		b, errB := c.b.Fingerprint()
		if errA != nil || errB != nil || (a == b) != c.same {
			t.Errorf("%s: %x and %x (%v, %v)", c.name, a, b, errA, errB)
		}
	}
}
