//go:build e2e

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/instrument/kastest"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// TestExecKubernetes runs a real kube-apiserver by chaintrace exec: to readiness,
// to its shutdown, and to every end that it should not come to.
func TestExecKubernetes(t *testing.T) {
	kube := buildServer(t, kastest.KubeAPIServerPackage)
	t.Run("until ready", func(t *testing.T) { execUntilReady(t, kube) })
	t.Run("until it ends", func(t *testing.T) { execUntilEnd(t, kube) })
	t.Run("killed", func(t *testing.T) { execKilled(t, kube) })
	t.Run("a failing hook", func(t *testing.T) { execFailing(t, kube) })
	t.Run("not ready in time", func(t *testing.T) { execLate(t, kube) })
	t.Run("a full disk", func(t *testing.T) { execFullDisk(t, kube) })
	t.Run("a full disk, until ready", func(t *testing.T) { execFullUntilReady(t, kube) })
}

// startExec runs chaintrace exec with flags and the server behind them.
func startExec(t *testing.T, server *kastest.Server, kube string, flags ...string) *kastest.Process {
	t.Helper()
	args := append([]string{"exec", "--progress", "lines"}, flags...)
	return kastest.StartProcess(t, exec.Command("chaintrace", append(append(args, "--", kube), server.Args...)...))
}

// ends waits for the end of exec, which must have that exit code.
func ends(t *testing.T, p *kastest.Process, code int) {
	t.Helper()
	<-p.Ended()
	if got := p.Cmd.ProcessState.ExitCode(); got != code {
		t.Errorf("the exit code is %d, want %d", got, code)
	}
}

// says waits until exec has written something.
func says(t *testing.T, p *kastest.Process, text string) {
	t.Helper()
	for !strings.Contains(p.Output(), text) {
		select {
		case <-p.Ended():
			if !strings.Contains(p.Output(), text) {
				t.Fatalf("it ended without %q", text)
			}
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// startOf reads an output.
func startOf(t *testing.T, file string) (*trace.Trace, *startup.Startup) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	read, err := trace.Read(f, trace.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := startup.FromTrace(read)
	if err != nil {
		t.Fatal(err)
	}
	return read, s
}

func execUntilReady(t *testing.T, kube string) {
	out := filepath.Join(t.TempDir(), "out.json")
	p := startExec(t, kastest.KubeAPIServer(t, kastest.StartEtcd(t)), kube, "--until", "ready", "--out", out)
	ends(t, p, 0)
	read, s := startOf(t, out)
	if len(s.Servers) != 3 || len(s.Runs) != 29 || s.Ready == nil || has(read, attr.SpanShutdown) != 0 {
		t.Errorf("%d servers, %d hooks run, ready %v, %d shutdowns", len(s.Servers), len(s.Runs), s.Ready, has(read, attr.SpanShutdown))
	}
	for _, a := range read.Anomalies() {
		if a.Kind != trace.AnomalyUnfinished {
			t.Errorf("%v", a)
		}
	}
}

func execUntilEnd(t *testing.T, kube string) {
	out := filepath.Join(t.TempDir(), "out.json")
	p := startExec(t, kastest.KubeAPIServer(t, kastest.StartEtcd(t)), kube, "--out", out)
	says(t, p, "wrote "+out)
	if read, s := startOf(t, out); s.Ready == nil || has(read, attr.SpanShutdown) != 0 {
		t.Errorf("when it is ready: ready %v, %d shutdowns", s.Ready, has(read, attr.SpanShutdown))
	}
	p.Stop(t, syscall.SIGTERM)
	ends(t, p, 0)
	read, _ := startOf(t, out)
	if has(read, attr.SpanShutdown) != 1 || has(read, attr.SpanHookStop) == 0 {
		t.Errorf("%d shutdowns with %d hooks", has(read, attr.SpanShutdown), has(read, attr.SpanHookStop))
	}
	for _, a := range read.Anomalies() {
		t.Errorf("%v", a)
	}
}

// execKilled: what the kernel kills has recorded all that it had done, each span
// once, and those that had not ended are marked.
func execKilled(t *testing.T, kube string) {
	const running = "hook rbac/bootstrap-roles is running"
	for _, at := range []string{"creating kube-apiserver", running} {
		dir := t.TempDir()
		out := filepath.Join(dir, "out.json")
		pid := filepath.Join(dir, "pid")
		server := kastest.KubeAPIServer(t, kastest.StartEtcd(t))
		script := `echo $$ >` + pid + `; exec "$@"`
		args := append([]string{"exec", "--progress", "lines", "--out", out, "--out", filepath.Join(dir, "out.svg"), "--", "sh", "-c", script, "sh", kube}, server.Args...)
		p := kastest.StartProcess(t, exec.Command("chaintrace", args...))
		says(t, p, at)
		if o, err := exec.Command("sh", "-c", "kill -KILL $(cat "+pid+")").CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, o)
		}
		ends(t, p, 128+int(syscall.SIGKILL))
		says(t, p, "ended by SIGKILL")
		read, s := startOf(t, out)
		if s.Ready != nil || has(read, attr.SpanStartup) != 1 || has(read, attr.SpanChainCreate) != 1 {
			t.Errorf("killed at %q: ready %v, %d startups, %d chains", at, s.Ready, has(read, attr.SpanStartup), has(read, attr.SpanChainCreate))
		}
		if problems := read.Anomalies(); len(problems) != 1 || problems[0].Kind != trace.AnomalyUnfinished {
			t.Errorf("killed at %q: %v", at, problems)
		}
		interrupted(t, s)
		if at == running && !slices.ContainsFunc(s.Runs, func(r *startup.HookRun) bool { return !r.Finished() }) {
			t.Errorf("killed at %q: all of %d hooks have ended", at, len(s.Runs))
		}
	}
}

// interrupted checks that a process that died has interrupted what hooks had not
// ended.
func interrupted(t *testing.T, s *startup.Startup) {
	t.Helper()
	for _, r := range s.Runs {
		if (r.Outcome == attr.OutcomeInterrupted) == r.Finished() {
			t.Errorf("hook %s has the outcome %s, and finished is %v", r.Name, r.Outcome, r.Finished())
		}
	}
}

// execFailing: with an etcd that answers no more, the hook that repairs IPs and
// ports gives up after a minute, and ends the process.
func execFailing(t *testing.T, kube string) {
	etcd := kastest.StartEtcd(t)
	out := filepath.Join(t.TempDir(), "out.json")
	p := startExec(t, kastest.KubeAPIServer(t, etcd), kube, "--out", out)
	says(t, p, "creating kube-aggregator")
	freeze(t, etcd)
	ends(t, p, 255)
	const hook = "start-service-ip-repair-controllers"
	says(t, p, "exit code 255, as hook "+hook+" failed: ")
	says(t, p, "\nnot ready: of 29 hooks, ")
	_, s := startOf(t, out)
	if s.Failure == nil || s.Failure.Hook != hook || s.Failure.Err == "" || s.Ready != nil {
		t.Errorf("ready %v, failure %v", s.Ready, s.Failure)
	}
}

func execLate(t *testing.T, kube string) {
	etcd := kastest.StartEtcd(t)
	out := filepath.Join(t.TempDir(), "out.json")
	p := startExec(t, kastest.KubeAPIServer(t, etcd), kube, "--timeout", "20s", "--grace", "5s", "--out", out)
	says(t, p, "creating kube-aggregator")
	freeze(t, etcd)
	ends(t, p, exitNo)
	says(t, p, "was not ready within 20s and was stopped")
	says(t, p, "\n  rbac/bootstrap-roles of kube-apiserver, after ")
	_, s := startOf(t, out)
	if s.Ready != nil || len(s.Passed) == 0 || len(s.NeverPassed()) == 0 {
		t.Errorf("ready %v, passed %v, never passed %v", s.Ready, s.Passed, s.NeverPassed())
	}
}

// startOnFullDisk runs chaintrace exec with a server that has little room for its
// trace.
func startOnFullDisk(t *testing.T, server *kastest.Server, kube string, flags ...string) (p *kastest.Process, disk string) {
	t.Helper()
	disk = filepath.Join(t.TempDir(), "full")
	if err := os.Mkdir(disk, 0o755); err != nil {
		t.Fatal(err)
	}
	script := `mount -t tmpfs -o size=64k tmpfs "$0" && exec "$@"`
	args := []string{"-rm", "sh", "-c", script, disk, "chaintrace", "exec", "--progress", "lines", "--keep", filepath.Join(disk, "trace.json")}
	args = append(append(append(args, flags...), "--", kube), server.Args...)
	return kastest.StartProcess(t, exec.Command("unshare", args...)), disk
}

// execFullDisk: a disk that fills up costs the rest of the trace, and one line of
// the server and one of exec.
func execFullDisk(t *testing.T, kube string) {
	server := kastest.KubeAPIServer(t, kastest.StartEtcd(t))
	out := filepath.Join(t.TempDir(), "out.json")
	p, disk := startOnFullDisk(t, server, kube, "--out", out)
	server.WaitReady(t, p)
	p.Stop(t, syscall.SIGTERM)
	ends(t, p, 0)
	for _, line := range []string{"\nchaintrace: " + disk, "can write no more of its trace"} {
		if n := strings.Count(p.Output(), line); n != 1 {
			t.Errorf("%d lines of the full disk have %q", n, line)
		}
	}
	read, s := startOf(t, out)
	if len(read.Spans) == 0 || s.Ready != nil {
		t.Errorf("%d spans, ready %v", len(read.Spans), s.Ready)
	}
}

// execFullUntilReady: nobody waits for what cannot be learnt.
func execFullUntilReady(t *testing.T, kube string) {
	server := kastest.KubeAPIServer(t, kastest.StartEtcd(t))
	p, _ := startOnFullDisk(t, server, kube, "--until", "ready")
	ends(t, p, exitWork)
	says(t, p, "could write no more of its trace and has said why on its stderr: whether it got ready is not known; it was stopped")
}

// freeze has an etcd answer no more, until the test ends.
func freeze(t *testing.T, etcd *kastest.Etcd) {
	t.Helper()
	if err := etcd.Cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = etcd.Cmd.Process.Signal(syscall.SIGCONT) }) // or it could not end
}
