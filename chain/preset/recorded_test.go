package preset_test

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/chaintrace/chaintrace/chain"
	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// TestRecordedServerIsTheMeasuredOne holds the trace that the instrumented server
// wrote against what a probe in it had measured: recorder and probe have no code in
// common.
func TestRecordedServerIsTheMeasuredOne(t *testing.T) {
	var want measuredChain
	truthJSON(t, &want, "1.37.2", "chain.json")
	for _, storage := range []string{chain.Fresh, chain.Warm} {
		t.Run(storage, func(t *testing.T) {
			got := recorded(t, "kube-apiserver-1.37.2."+storage)
			if len(got.startup.Servers) != len(want.Servers) || len(got.startup.Runs) != len(want.HookRuns) {
				t.Fatalf("%d servers and %d hooks ran, want %d and %d", len(got.startup.Servers), len(got.startup.Runs), len(want.Servers), len(want.HookRuns))
			}
			for i, sv := range want.Servers {
				t.Run(sv.Name, func(t *testing.T) {
					compareHooksAndChecks(t, got.startup.Servers[i], sv)
					compareGroupsAndSignals(t, got.startup.Servers[i], sv)
					compareRoutes(t, got, sv)
				})
			}
		})
	}
}

// TestRecordedLifeIsTheMeasuredOne: each lifecycle signal was fired once and each
// pre-shutdown hook was run. Those of the shutdown are fired by several goroutines.
func TestRecordedLifeIsTheMeasuredOne(t *testing.T) {
	for _, server := range []string{"kube-apiserver-1.37.2", "sample-apiserver-0.37.2"} {
		for _, storage := range []string{chain.Fresh, chain.Warm} {
			t.Run(server+" "+storage, func(t *testing.T) {
				got := recorded(t, server+"."+storage)
				signals, stopped := []string{}, []string{}
				for _, s := range got.startup.Signals {
					signals = append(signals, s.Name)
				}
				for _, s := range got.trace.Spans {
					if s.Name == attr.SpanHookStop {
						stopped = append(stopped, s.Attr(attr.HookName).Str())
					}
				}
				sameSet(t, "lifecycle signals", signals, lifecycleSignals())
				same(t, "lifecycle signals of the start", signals[:min(2, len(signals))], lifecycleSignals()[:2])
				hooks := got.startup.Outermost().PreShutdown
				sameSet(t, "pre-shutdown hooks", stopped, append(hookNames(hooks, true), hookNames(hooks, false)...))
			})
		}
	}
}

// recorded reads the trace of a real server.
func recorded(t *testing.T, name string) started {
	t.Helper()
	f, err := os.Open("../../testdata/recorded/" + name + ".json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s := started{}
	if s.trace, err = trace.Read(f, trace.ReadOptions{}); err != nil {
		t.Fatal(err)
	}
	if s.startup, err = startup.FromTrace(s.trace); err != nil {
		t.Fatal(err)
	}
	for i := range s.trace.Spans { // the measured file names all lines of AddAPIService at once
		attrs := s.trace.Spans[i].Attrs
		for j, a := range attrs {
			file, line, _ := strings.Cut(a.Value.Str(), ".go:")
			if n, err := strconv.Atoi(line); a.Key == attr.RouteSource && err == nil && strings.HasPrefix(file, "k8s.io/kube-aggregator@") && n >= 577 && n <= 607 {
				attrs[j].Value = trace.String(file + ".go:577-607")
			}
		}
	}
	return s
}
