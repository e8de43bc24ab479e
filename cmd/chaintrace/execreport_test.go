package main

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/follow"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// TestUnfinished: what a server that is not ready was at, and which hooks had not
// ended.
func TestUnfinished(t *testing.T) {
	second := int64(time.Second)
	running := func(name string) *follow.Hook {
		return &follow.Hook{Name: name, Origin: "a", State: follow.HookRunning, Begin: 10 * second}
	}
	done := func(name string) *follow.Hook {
		return &follow.Hook{Name: name, State: follow.HookDone, Begin: 1, End: 2}
	}
	hooks := follow.Stage{Name: attr.SpanHooksRun, Server: "a"}
	for _, c := range []struct {
		name  string
		known follow.Start
		runs  []*startup.HookRun
		model map[string][]string
		want  string
	}{
		{"nothing", follow.Start{}, nil, nil, "not ready: it had just begun\n"},
		{
			"a stage", follow.Start{Stage: follow.Stage{Name: attr.SpanServerCreate, Server: "b\x1b"}}, nil, nil,
			"not ready: it got as far as creating b\\x1b, and no hook has begun\n",
		},
		{
			"all hooks", follow.Start{Stage: hooks, Hooks: []*follow.Hook{done("x")}}, nil, nil,
			"not ready, though all hooks have ended: a readyz check does not pass; /readyz?verbose tells which\n",
		},
		{
			"what the trace tells",
			follow.Start{Stage: hooks, Hooks: []*follow.Hook{done("x"), running("y"), running("z"), {Name: "w"}}},
			[]*startup.HookRun{
				{Name: "x", WaitsFor: []string{"timer:1s"}},
				{Name: "y", Origin: "a", WaitsFor: []string{"hook:x", "hook:z", "cache:c"}},
				{Name: "z", Origin: "b", WaitsFor: []string{"timer:1s", "work:w"}, BlockedOn: "work:w"},
			},
			map[string][]string{"y": {"loopback:model"}},
			"not ready: of 4 hooks, 3 have not ended:\n" +
				"  y of a, after 5.00 s, waits for hook:z, cache:c\n  z of b, after 5.00 s, waits for work:w\n  w, which has not begun\n",
		},
		{
			"what the model tells",
			follow.Start{Stage: hooks, Hooks: []*follow.Hook{running("y"), running("unknown")}},
			[]*startup.HookRun{{Name: "y", Origin: "a"}, {Name: "unknown"}},
			map[string][]string{"y": {"loopback:model"}},
			"not ready: of 2 hooks, 2 have not ended; what they wait for is how the model kube-apiserver-1.37 knows them:\n" +
				"  y of a, after 5.00 s, waits for loopback:model\n  unknown, after 5.00 s\n",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b strings.Builder
			writeUnfinished(&b, &c.known, unfinished(&startup.Startup{Runs: c.runs}, &c.known, time.Unix(15, 0), c.model))
			if diff := cmp.Diff(c.want, b.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}
