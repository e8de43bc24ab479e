//go:build e2e

package gobuild_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/chaintrace/chaintrace/trace/instrument/gobuild"
	"github.com/chaintrace/chaintrace/trace/instrument/kastest"
	"github.com/chaintrace/chaintrace/trace/instrument/rule"
)

// kubeOptions are those of a build of the real kube-apiserver.
func kubeOptions(b *testing.B, binary string, rules []rule.Rule) gobuild.Options {
	return gobuild.Options{
		Dir: kastest.Module(b), Env: append(os.Environ(), "CGO_ENABLED=0"), Rules: rules,
		Flags: []gobuild.Flag{{Name: "o", Value: binary}}, Packages: []string{kastest.KubeAPIServerPackage},
		Stderr: os.Stderr,
	}
}

// prepare prepares a build of the real kube-apiserver.
func prepare(b *testing.B, binary string, rules []rule.Rule) *gobuild.Plan {
	b.Helper()
	plan, err := gobuild.Prepare(b.Context(), kubeOptions(b, binary, rules))
	if err != nil {
		b.Fatal(err)
	}
	return plan
}

// run builds and returns how long that takes.
func run(b *testing.B, plan *gobuild.Plan) time.Duration {
	b.Helper()
	begin := time.Now()
	if err := plan.Build(b.Context()); err != nil {
		b.Fatal(err)
	}
	return time.Since(begin)
}

// median returns the middle of durations.
func median(all []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(all))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

// report reports medians of pairs, and their ratio.
func report(b *testing.B, what string, plain, traced []time.Duration) {
	b.ReportMetric(median(plain).Seconds(), "s-plain-"+what)
	b.ReportMetric(median(traced).Seconds(), "s-traced-"+what)
	b.ReportMetric(float64(median(traced))/float64(median(plain)), "ratio-"+what)
}

// BenchmarkWhiteBoxStart starts the real kube-apiserver on new storage, plain and
// instrumented in turn, each first every other time, until it is ready: how long that takes, and how much
// processor time.
func BenchmarkWhiteBoxStart(b *testing.B) {
	dir := b.TempDir()
	plain, traced := filepath.Join(dir, "plain"), filepath.Join(dir, "traced")
	goBuild(b, plain)
	run(b, prepare(b, traced, rule.Builtin()))

	var plainReady, tracedReady, plainCPU, tracedCPU []time.Duration
	start := func(binary string, env ...string) (ready, cpu time.Duration) {
		etcd := kastest.StartEtcd(b)
		server := kastest.KubeAPIServer(b, etcd)
		begin := time.Now()
		process := server.Start(b, binary, env...)
		server.WaitReady(b, process)
		ready = time.Since(begin)
		state := process.Stop(b, syscall.SIGKILL) // what follows would count too
		etcd.Stop(b, syscall.SIGTERM)
		return ready, state.UserTime() + state.SystemTime()
	}
	startPlain := func() {
		ready, cpu := start(plain)
		plainReady, plainCPU = append(plainReady, ready), append(plainCPU, cpu)
	}
	startTraced := func() {
		ready, cpu := start(traced, "CHAINTRACE_FILE="+filepath.Join(dir, fmt.Sprint(len(tracedReady), ".json")))
		tracedReady, tracedCPU = append(tracedReady, ready), append(tracedCPU, cpu)
	}
	for first := true; b.Loop(); first = !first { // neither has the better place
		if first {
			startPlain()
			startTraced()
		} else {
			startTraced()
			startPlain()
		}
	}
	report(b, "ready", plainReady, tracedReady)
	report(b, "cpu", plainCPU, tracedCPU)
}

// goBuild builds the plain kube-apiserver.
func goBuild(b *testing.B, binary string) {
	b.Helper()
	p := &project{dir: kastest.Module(b), env: append(os.Environ(), "CGO_ENABLED=0")}
	p.run(b, "go", "build", "-o", binary, kastest.KubeAPIServerPackage)
}

// BenchmarkWhiteBoxBuild builds the real kube-apiserver with spans, all of it from
// finding out what to insert, and beside it one that has nothing but a meaningless
// statement in each of the same packages, of which only go build counts. All else
// comes out of the build cache. Each takes minutes.
func BenchmarkWhiteBoxBuild(b *testing.B) {
	binary := filepath.Join(b.TempDir(), "kas")
	goBuild(b, binary)
	var plain, traced []time.Duration
	for b.Loop() {
		// Different each time, or the build cache has it.
		touched := touch(prepare(b, binary, rule.Builtin()), time.Now().UnixNano())
		plain = append(plain, run(b, prepare(b, binary, touched)))
		again := touch(prepare(b, binary, rule.Builtin()), time.Now().UnixNano())
		begin := time.Now()
		plan := prepare(b, binary, append(rule.Builtin(), again...))
		run(b, plan)
		traced = append(traced, time.Since(begin))
	}
	report(b, "build", plain, traced)
}

// touch returns a rule for each package that a plan inserts into, which changes it
// and means nothing.
func touch(plan *gobuild.Plan, number int64) []rule.Rule {
	changed := map[string]bool{}
	for _, p := range plan.Packages {
		changed[p.ImportPath] = len(p.Result.Files) > 0
	}
	var rules []rule.Rule
	for _, r := range rule.Builtin() {
		if !slices.ContainsFunc(r.Packages, func(path string) bool { return changed[path] }) {
			continue
		}
		// This calls nothing, which the compiler does not know.
		text := fmt.Sprintf(`if recover() == %q { chaintracert.Func("")(nil) };`, fmt.Sprint("touched ", number))
		rules = append(rules, rule.Rule{ID: "touch." + r.ID, Packages: r.Packages, Funcs: r.Funcs,
			Anchors: []rule.Anchor{{At: rule.Entry, Code: []rule.Code{{Text: text}}}}})
	}
	return rules
}

// BenchmarkWhiteBoxBuildAgain builds what is built already, and beside it the plain
// one.
func BenchmarkWhiteBoxBuildAgain(b *testing.B) {
	binary := filepath.Join(b.TempDir(), "kas")
	goBuild(b, binary+"-plain")
	run(b, prepare(b, binary, rule.Builtin()))
	var plain, traced []time.Duration
	for b.Loop() {
		begin := time.Now()
		goBuild(b, binary+"-plain")
		plain = append(plain, time.Since(begin))
		begin = time.Now()
		run(b, prepare(b, binary, rule.Builtin()))
		traced = append(traced, time.Since(begin))
	}
	report(b, "again", plain, traced)
}
