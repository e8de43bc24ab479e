package verify_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
	"github.com/chaintrace/chaintrace/trace/startup/verify"
)

const ms = time.Millisecond

func at(start, end int) startup.Interval {
	return startup.Interval{Start: time.Duration(start) * ms, End: time.Duration(end) * ms}
}

// everywhere is a check in all three endpoints.
func everywhere(name string, state startup.CheckState) *startup.Check {
	return &startup.Check{Name: name, Origin: map[bool]string{true: "outer", false: "inner"}[state == startup.CheckOwn], State: state, Endpoints: startup.Endpoints()}
}

// healthy is a chain of two in which nothing is to be found: the hook inner of
// the inner server, which the outer one takes over, and its own hook outer.
func healthy() *startup.Startup {
	ran := &startup.HookRun{Name: "inner-hook", Origin: "inner", Interval: at(30, 40), Behavior: attr.BehaviorLaunches, Outcome: attr.OutcomeLaunched}
	waited := &startup.HookRun{
		Name: "outer-hook", Origin: "outer", Interval: at(30, 60), Behavior: attr.BehaviorWaits, Outcome: attr.OutcomeRan,
		WaitsFor: []string{"hook:inner-hook", "cache:things"}, Deadline: time.Second, AtDeadline: attr.DeadlineFails,
	}
	inner := &startup.Server{
		Name: "inner", Create: at(1, 10), New: at(1, 5), Prepare: at(20, 22),
		PostStart: []*startup.Hook{{Name: "inner-hook", Kind: attr.KindPostStart, Origin: "inner", RegisteredAt: "a.go:1", Run: ran}},
		Checks:    []*startup.Check{{Name: "poststarthook/inner-hook", Origin: "inner", Endpoints: startup.Endpoints()}},
		Routes:    []startup.Route{{Path: "/inner", Match: attr.MatchExact, At: 2 * ms}},
	}
	outer := &startup.Server{
		Name: "outer", Delegate: "inner", Create: at(10, 20), New: at(10, 15), Prepare: at(22, 24),
		PostStart: []*startup.Hook{
			{Name: "inner-hook", Kind: attr.KindPostStart, Origin: "inner", Inherited: true, Run: ran},
			{Name: "outer-hook", Kind: attr.KindPostStart, Origin: "outer", RegisteredAt: "b.go:2", Run: waited},
		},
		Checks: []*startup.Check{
			{Name: "poststarthook/inner-hook", Origin: "inner", State: startup.CheckInherited, Endpoints: startup.Endpoints()},
			{Name: "poststarthook/outer-hook", Origin: "outer", Endpoints: startup.Endpoints()},
		},
		Routes: []startup.Route{{Path: "/outer", Match: attr.MatchExact, At: 11 * ms}},
	}
	return &startup.Startup{
		Service: "process", Servers: []*startup.Server{inner, outer}, Runs: []*startup.HookRun{ran, waited},
		Signals: []startup.Signal{{Name: "MuxAndDiscoveryComplete", At: 50 * ms}},
		Ready:   &startup.Ready{At: 70 * ms, How: "computed"}, End: 100 * ms,
	}
}

// model is a healthy chain with its parts at hand, to be made ill.
type model struct {
	*startup.Startup
	inner, outer       *startup.Server
	innerRun, outerRun *startup.HookRun
}

func newModel() *model {
	s := healthy()
	return &model{s, s.Servers[0], s.Servers[1], s.Runs[0], s.Runs[1]}
}

// find returns findings as "CODE server kind name", with a count above 1 behind.
func find(s *startup.Startup) []string {
	var out []string
	for _, f := range verify.Find(s, verify.Options{}) {
		out = append(out, brief(f))
	}
	return out
}

func brief(f verify.Finding) string {
	text := strings.Join([]string{f.Rule.Code, f.Server, f.Kind, f.Name}, " ")
	if f.Count > 1 {
		text += " x" + string(rune('0'+f.Count))
	}
	return text
}

func TestNothingIsFoundInAHealthyChain(t *testing.T) {
	if got := find(healthy()); len(got) > 0 {
		t.Errorf("found %q", got)
	}
}

func TestAnEmptyStart(t *testing.T) {
	if got, want := find(&startup.Startup{CutOff: true}), []string{"CT401  server "}; !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
	if got := find(&startup.Startup{}); len(got) > 0 {
		t.Errorf("found %q, though it is not shown whether it was ready", got)
	}
}
