//go:build e2e

package kastest

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long anything may take before the test fails. It is long, since
// machines that run tests may be slow.
const patience = 3 * time.Minute

// Process is a server that runs.
type Process struct {
	Cmd *exec.Cmd

	name   string
	ended  chan struct{} // closed when the process is gone
	err    error         // of its end
	output buffer
}

// buffer holds what a process writes.
type buffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *buffer) Write(text []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(text)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// StartProcess starts a process that ends with the test.
func StartProcess(t testing.TB, cmd *exec.Cmd) *Process {
	t.Helper()
	p := &Process{Cmd: cmd, name: cmd.Args[0], ended: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = &p.output, &p.output
	if err := cmd.Start(); err != nil {
		t.Fatalf("starting %s: %v", p.name, err)
	}
	go func() {
		p.err = cmd.Wait()
		close(p.ended)
	}()
	t.Cleanup(func() {
		if !p.stop(syscall.SIGTERM, 30*time.Second) && !p.stop(syscall.SIGKILL, 30*time.Second) {
			t.Errorf("%s does not end", p.name)
		}
		if t.Failed() {
			t.Logf("%s wrote:\n%s", p.name, tail(p.output.String()))
		}
	})
	return p
}

// tail returns the end of a text.
func tail(text string) string {
	const most = 8000
	if len(text) > most {
		return "…" + text[len(text)-most:]
	}
	return text
}

// Output returns what the process has written so far.
func (p *Process) Output() string { return p.output.String() }

// Ended is closed when the process is gone.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// stop sends a signal and waits until the process is gone.
func (p *Process) stop(signal os.Signal, within time.Duration) bool {
	select {
	case <-p.ended:
		return true
	default:
	}
	_ = p.Cmd.Process.Signal(signal) // it may just have ended
	select {
	case <-p.ended:
		return true
	case <-time.After(within):
		return false
	}
}

// Stop sends a signal and waits for the end. It returns the process's state.
func (p *Process) Stop(t testing.TB, signal os.Signal) *os.ProcessState {
	t.Helper()
	if !p.stop(signal, patience) {
		t.Fatalf("%s does not end after %v; it wrote:\n%s", p.name, signal, tail(p.output.String()))
	}
	return p.Cmd.ProcessState
}

// until asks again and again until there is no error, the process is gone, or
// patience is at its end.
func (p *Process) until(t testing.TB, what string, ask func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		err := ask(ctx)
		if err == nil {
			return
		}
		select {
		case <-p.ended:
			t.Fatalf("%s ended (%v) before it was %s: %v\n%s", p.name, p.err, what, err, tail(p.output.String()))
		case <-ctx.Done():
			t.Fatalf("%s is not %s: %v\n%s", p.name, what, err, tail(p.output.String()))
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// freePort finds a port of loopback that nothing listens on.
func freePort(t testing.TB) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

// lookPath finds a program, or fails the test.
func lookPath(t testing.TB, name, install string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatal(fmt.Errorf("%w; install it: %s", err, install))
	}
	return path
}
