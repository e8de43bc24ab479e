package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/follow"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// TestUnfinished: what a server that is not ready was at, which hooks had not ended,
// and which checks had not passed.
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
		name   string
		known  follow.Start
		runs   []*startup.HookRun
		model  map[string][]string
		checks string // of readyz; those with a + have passed
		want   string
	}{
		{"nothing", follow.Start{}, nil, nil, "", "not ready: it had just begun\n"},
		{
			"a stage", follow.Start{Stage: follow.Stage{Name: attr.SpanServerCreate, Server: "b\x1b"}}, nil, nil, "",
			"not ready: it got as far as creating b\\x1b, and no hook has begun\n",
		},
		{
			"all hooks", follow.Start{Stage: hooks, Hooks: []*follow.Hook{done("x")}}, nil, nil, "ping etcd",
			"not ready, though all hooks have ended: a check of readyz did not pass, and the trace does not say which\n",
		},
		{
			"a hook that failed", follow.Start{Stage: hooks, Hooks: []*follow.Hook{done("x"), {Name: "y", State: follow.HookFailed}}}, nil, nil,
			"ping+ poststarthook/y etcd", "",
		},
		{
			"all hooks, and checks", follow.Start{Stage: hooks, Hooks: []*follow.Hook{done("x")}}, nil, nil,
			"ping+ etcd poststarthook/x poststarthook/disabled b\x1b",
			"not ready, though all hooks have ended: never seen to pass in readyz: etcd, poststarthook/disabled, b\\x1b\n",
		},
		{
			"all of them", follow.Start{Stage: hooks, Hooks: []*follow.Hook{done("x")}}, nil, nil, "ping+ etcd+",
			"not ready, though all hooks have ended: each check of readyz was seen to pass, but not all at once\n",
		},
		{
			"what the trace tells",
			follow.Start{Stage: hooks, Hooks: []*follow.Hook{done("x"), running("y"), running("z"), {Name: "w"}}},
			[]*startup.HookRun{
				{Name: "x", WaitsFor: []string{"timer:1s"}},
				{Name: "y", Origin: "a", WaitsFor: []string{"hook:x", "hook:z", "cache:c"}},
				{Name: "z", Origin: "b", WaitsFor: []string{"timer:1s", "work:w"}, BlockedOn: "work:w"},
			},
			map[string][]string{"y": {"loopback:model"}}, "",
			"not ready: of 4 hooks, 3 have not ended:\n" +
				"  y of a, after 5.00 s, waits for hook:z, cache:c\n  z of b, after 5.00 s, waits for work:w\n  w, which has not begun\n",
		},
		{
			"what the model tells",
			follow.Start{Stage: hooks, Hooks: []*follow.Hook{running("y"), running("unknown")}},
			[]*startup.HookRun{{Name: "y", Origin: "a"}, {Name: "unknown"}},
			map[string][]string{"y": {"loopback:model"}}, "ping+ etcd poststarthook/y",
			"not ready: of 2 hooks, 2 have not ended; what they wait for is how the model mine knows them:\n" +
				"  y of a, after 5.00 s, waits for loopback:model\n  unknown, after 5.00 s; what it waits for is unknown\n" +
				"nor was ever seen to pass in readyz: etcd\n",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b strings.Builder
			s := &startup.Startup{Runs: c.runs, Servers: []*startup.Server{{Name: "a"}}}
			for _, word := range strings.Fields(c.checks) {
				name, passed := strings.CutSuffix(word, "+")
				if passed {
					s.Passed = append(s.Passed, startup.Passed{Check: name})
				}
				s.Servers[0].Checks = append(s.Servers[0].Checks, &startup.Check{Name: name, Endpoints: []string{attr.Readyz}})
			}
			writeUnfinished(&b, s, &c.known, unfinished(s, &c.known, time.Unix(15, 0), c.model), "mine")
			if diff := cmp.Diff(c.want, b.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestWritable: an output that cannot be written is told of before, whoever runs it.
func TestWritable(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "dir")
	if err := os.Mkdir(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	probe := os.WriteFile(filepath.Join(dir, "probe"), nil, 0o600)
	err := writable([]target{{path: "-"}, {path: os.DevNull}, {path: filepath.Join(dir, "out.json")}})
	if (err != nil) != (probe != nil) {
		t.Errorf("%v, though writing gives: %v", err, probe)
	}
	if err := writable([]target{{path: filepath.Join(dir, "gone", "out.json")}}); err == nil || !strings.Contains(err.Error(), "gone cannot be written to: no such file or directory") {
		t.Errorf("no directory: %v", err)
	}
}
