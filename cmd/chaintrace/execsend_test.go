package main

import (
	"bytes"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
)

// TestExecSends: the trace of a start is sent once, when the server is ready,
// with each span once; that of one that never gets ready, when it ends.
func TestExecSends(t *testing.T) {
	for _, c := range []struct {
		name   string
		server []string
		code   int
	}{
		{"ready", []string{"begin", "hooks:a", "done:a", "ready", "sleep:1s", "exit:0"}, 0},
		{"never ready", []string{"begin", "hooks:a", "fail:a", "exit:4"}, 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			collector := newCollector(t)
			// A process of its own, as exec takes note of the end of every child of the process.
			cmd := exec.Command("chaintrace", append([]string{"exec", "--quiet", "--otlp", collector.url, "--out", "out.json", "--", "fakeserver"}, c.server...)...)
			var stdout, stderr strings.Builder
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			if err := cmd.Run(); cmd.ProcessState.ExitCode() != c.code {
				t.Fatalf("exit code %d, want %d: %v: %s", cmd.ProcessState.ExitCode(), c.code, err, &stderr)
			}
			sent, written := collector.trace(t), readFile(t, "out.json")
			if len(sent.Spans) != len(written.Spans) || len(sent.Spans) == 0 {
				t.Errorf("%d spans were sent, %d written", len(sent.Spans), len(written.Spans))
			}
			if id := sent.Spans[0].TraceID.String(); !strings.Contains(stdout.String(), id) {
				t.Errorf("stdout %q does not name the trace %s; stderr: %s", &stdout, id, &stderr)
			}
			for _, a := range sent.Anomalies() {
				if a.Kind != trace.AnomalyUnfinished {
					t.Errorf("what was sent: %v", a)
				}
			}
			if ready := has(sent, attr.SpanReady); (c.code == 0) != (ready == 1) {
				t.Errorf("%d spans %s were sent", ready, attr.SpanReady)
			}
		})
	}
}

// TestExecSendingEnds: when the server has ended, and whoever takes the trace does not
// answer, a signal ends the sending.
func TestExecSendingEnds(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	cmd := exec.Command("chaintrace", "exec", "--quiet", "--until", "ready", "--out", filepath.Join(t.TempDir(), "out.json"),
		"--otlp", "http://"+listener.Addr().String(), "--", "fakeserver", "begin", "ready", "exit:0")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	silent, err := listener.Accept() // the sending has begun
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	ended := make(chan bool)
	go func() {
		_ = cmd.Wait() // that it fails to send is told
		close(ended)
	}()
	for {
		select {
		case <-ended:
			if !strings.Contains(stderr.String(), "interrupted") {
				t.Errorf("the sending was not interrupted: %s", &stderr)
			}
			return
		case <-time.After(20 * time.Millisecond):
			_ = cmd.Process.Signal(syscall.SIGTERM) // it may go to the server, which may just have ended
		}
	}
}

// has counts the spans of a name.
func has(t *trace.Trace, name string) int {
	n := 0
	for i := range t.Spans {
		if t.Spans[i].Name == name {
			n++
		}
	}
	return n
}
