package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/hinshun/vt10x"
	"golang.org/x/sys/unix"
)

// session is a command that has a terminal, and what is to be seen there.
type session struct {
	t    *testing.T
	cmd  *exec.Cmd
	file *os.File // the other side of the terminal
	done chan struct{}

	mu     sync.Mutex
	screen vt10x.Terminal
	all    strings.Builder // what was written to it
}

// startSession runs chaintrace on a terminal of that size.
func startSession(t *testing.T, columns, rows int, args ...string) *session {
	t.Helper()
	s := &session{t: t, cmd: exec.Command("chaintrace", args...), done: make(chan struct{}), screen: vt10x.New(vt10x.WithSize(columns, rows))}
	s.cmd.Env = append(os.Environ(), "TERM=xterm")
	var err error
	if s.file, err = pty.StartWithSize(s.cmd, &pty.Winsize{Cols: uint16(columns), Rows: uint16(rows)}); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(s.done)
		buf := make([]byte, 4096)
		for {
			n, err := s.file.Read(buf)
			s.mu.Lock()
			_, _ = s.screen.Write(buf[:n])
			s.all.Write(buf[:n])
			s.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		// Usually all have ended, and only the terminal is left.
		if group, err := unix.IoctlGetInt(int(s.file.Fd()), unix.TIOCGPGRP); err == nil && group > 0 {
			_ = unix.Kill(-group, unix.SIGKILL)
		}
		_ = s.cmd.Process.Kill()
		<-s.done
		s.file.Close()
	})
	return s
}

// rows returns what is to be seen, without spaces at the ends.
func (s *session) rows() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	rows := strings.Split(s.screen.String(), "\n")
	for i := range rows {
		rows[i] = strings.TrimRight(rows[i], " ")
	}
	return rows
}

// until waits until something is as it should be.
func (s *session) until(what string, is func() bool) {
	s.t.Helper()
	for range 3000 {
		if is() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	s.t.Fatalf("%s: never; to be seen is\n%s", what, strings.Join(s.rows(), "\n"))
}

// see waits until a text is to be seen.
func (s *session) see(text string) {
	s.t.Helper()
	s.until(text, func() bool { return strings.Contains(strings.Join(s.rows(), "\n"), text) })
}

// press presses keys.
func (s *session) press(keys string) {
	s.t.Helper()
	if _, err := io.WriteString(s.file, keys); err != nil {
		s.t.Fatal(err)
	}
}

// wait waits for the end and returns the exit code.
func (s *session) wait() int {
	s.t.Helper()
	var exit *exec.ExitError
	if err := s.cmd.Wait(); err != nil && !errors.As(err, &exit) {
		s.t.Fatal(err)
	}
	return s.cmd.ProcessState.ExitCode()
}

// TestExecOnTerminal: the start is shown in the last rows, above which the server
// writes and reads as if nothing were there. When it is ready those are gone.
func TestExecOnTerminal(t *testing.T) {
	hooks := "hooks:alpha,beta," + strings.Repeat("x", 100)
	s := startSession(t, 80, 16, "exec", "--quiet", "--progress", "live", "--",
		"fakeserver", "say:first", "begin", hooks, "line", "say:second", "done:alpha", "fail:beta", "line", "say:third", "line", "ready", "sleep:200ms", "say:last")
	s.see("alpha running")
	s.press("typed\n")
	s.see("alpha done")
	s.see("beta failed")
	rows := s.rows()
	block := strings.Join(rows[12:], "\n")
	for _, want := range []string{"fake-apiserver v1.2.3: running the hooks, 2 of 3 done", "beta failed", "alpha done", "… running"} {
		if !strings.Contains(block, want) {
			t.Errorf("%q is not in the last rows:\n%s", want, strings.Join(rows, "\n"))
		}
	}
	s.press("\n\n")
	s.see("chaintrace: ready after")
	s.see("last")
	if code := s.wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	text := strings.Join(s.rows(), "\n")
	at := 0
	for _, want := range []string{"first\n", "typed\n", "second\n", "third\n", "chaintrace: ready after", "last"} {
		i := strings.Index(text[at:], want)
		if i < 0 {
			t.Errorf("%q is not to be seen, or not in its place:\n%s", want, text)
			continue
		}
		at += i
	}
	for _, gone := range []string{"alpha", "running"} {
		if strings.Contains(text, gone) {
			t.Errorf("%q is still to be seen:\n%s", gone, text)
		}
	}
}

// TestExecOnTerminalThatChanges: what scrolls, and how much, changes with the
// size of the terminal.
func TestExecOnTerminalThatChanges(t *testing.T) {
	s := startSession(t, 80, 12, "exec", "--quiet", "--progress", "live", "--",
		"fakeserver", "begin", "hooks:a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q", "line", "done:q", "line", "ready", "say:last")
	s.see("and 13 more")
	s.mu.Lock()
	s.screen.Resize(60, 30)
	s.mu.Unlock()
	if err := pty.Setsize(s.file, &pty.Winsize{Cols: 60, Rows: 30}); err != nil {
		t.Fatal(err)
	}
	s.press("\n")
	s.see("1 of 17 done")
	if last := s.rows()[29]; !strings.Contains(last, "and 4 more") {
		t.Errorf("the last row is %q:\n%s", last, strings.Join(s.rows(), "\n"))
	}
	s.press("\n")
	s.see("last")
	if code := s.wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// TestExecOnTerminalThatGetsTooNarrow: what scrolls is all of it again, and nothing
// of the log is taken for what was shown.
func TestExecOnTerminalThatGetsTooNarrow(t *testing.T) {
	args := []string{"exec", "--quiet", "--progress", "live", "--", "fakeserver", "begin", "hooks:alpha,beta", "line"}
	for i := range 30 {
		args = append(args, fmt.Sprintf("say:l%02d.", i))
	}
	s := startSession(t, 80, 12, append(args, "line", "ready", "say:last")...)
	s.see("alpha running")
	s.mu.Lock()
	s.screen.Resize(19, 45)
	s.mu.Unlock()
	if err := pty.Setsize(s.file, &pty.Winsize{Cols: 19, Rows: 45}); err != nil {
		t.Fatal(err)
	}
	time.Sleep(4 * followEvery) // it is looked at now and then
	s.press("\n")
	s.see("l29.")
	s.press("\n")
	s.see("last")
	if code := s.wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	text := strings.Join(s.rows(), "\n")
	for i := range 30 {
		if line := fmt.Sprintf("l%02d.", i); !strings.Contains(text, line) {
			t.Fatalf("%s is not to be seen:\n%s", line, text)
		}
	}
}

// TestExecKeys: the keys that interrupt and stop act on the server once, and the
// job stops and goes on as a whole.
func TestExecKeys(t *testing.T) {
	s := startSession(t, 80, 24, "exec", "--quiet", "--progress", "live", "--", "fakeserver", "begin", "hooks:a", "say:up", "line", "ready", "wait:2", "exit:9")
	s.see("up")
	s.see("a running")
	s.press("\x1a")
	pid := s.cmd.Process.Pid
	var status unix.WaitStatus
	if _, err := unix.Wait4(pid, &status, unix.WUNTRACED, nil); err != nil || !status.Stopped() {
		t.Fatalf("it did not stop: %v, %v", status, err)
	}
	s.until("the shell would have the terminal as it was", func() bool { return !strings.Contains(strings.Join(s.rows(), "\n"), "a running") })
	if err := unix.Kill(pid, unix.SIGCONT); err != nil {
		t.Fatal(err)
	}
	s.see("a running")
	s.until("the server has the terminal again", func() bool {
		group, err := unix.IoctlGetInt(int(s.file.Fd()), unix.TIOCGPGRP)
		return err == nil && group != pid
	})
	s.press("\n")
	s.see("chaintrace: ready")
	s.press("\x03")
	s.see("got interrupt")
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	s.see("got terminated")
	s.see("fakeserver: exit code 9")
	if code := s.wait(); code != 9 {
		t.Errorf("exit code %d", code)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := strings.Count(s.all.String(), "got interrupt"); n != 1 {
		t.Errorf("the server was interrupted %d times", n)
	}
}

// TestExecKeysThroughShell: what a shell has started stops and goes on with it, and
// a job that is told to stop from elsewhere stops once.
func TestExecKeysThroughShell(t *testing.T) {
	s := startSession(t, 80, 24, "exec", "--quiet", "--progress", "none", "--",
		"sh", "-c", "trap : INT; fakeserver begin say:up line say:on wait exit:9; exit $?")
	s.see("up")
	stop := []func(){func() { s.press("\x1a") }, func() { _ = s.cmd.Process.Signal(unix.SIGTSTP) }}
	for _, stop := range stop {
		stop()
		pid := s.cmd.Process.Pid
		var status unix.WaitStatus
		if _, err := unix.Wait4(pid, &status, unix.WUNTRACED, nil); err != nil || !status.Stopped() {
			t.Fatalf("it did not stop: %v, %v", status, err)
		}
		if err := unix.Kill(pid, unix.SIGCONT); err != nil {
			t.Fatal(err)
		}
		s.until("the server has the terminal again", func() bool {
			group, err := unix.IoctlGetInt(int(s.file.Fd()), unix.TIOCGPGRP)
			return err == nil && group != pid
		})
	}
	s.press("\n")
	s.see("on")
	s.press("\x03")
	s.see("got interrupt")
	if code := s.wait(); code != 9 {
		t.Errorf("exit code %d", code)
	}
}

// TestExecOnDumbTerminal: one that knows no escape sequences gets none.
func TestExecOnDumbTerminal(t *testing.T) {
	s := startSession(t, 80, 24, "exec", "--quiet", "--progress", "none", "--",
		"sh", "-c", "TERM=dumb chaintrace exec -- fakeserver begin hooks:a,b done:a fail:b ready; echo last")
	s.see("hook b failed")
	s.see("last")
	if code := s.wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if strings.Contains(s.all.String(), "\x1b") {
		t.Errorf("it wrote %q", s.all.String())
	}
}
