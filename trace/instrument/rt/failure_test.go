//go:build !windows && !plan9 && !js && !wasip1

package chaintracert

import (
	"bufio"
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/chaintrace/chaintrace/trace/follow"
)

// TestNotWritable: what cannot be written costs the trace and a line on stderr, and
// nothing else.
func TestNotWritable(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ file, want string }{
		"disk full":         {"/dev/full", "chaintrace: /dev/full: no space left on device: the trace ends here\n"},
		"no such directory": {"/nowhere/x", "chaintrace: /nowhere/x: no such file or directory: no trace is written\n"},
		"a directory":       {"/", "chaintrace: /: is a directory: no trace is written\n"},
		"nobody reads":      {fifo, "chaintrace: " + fifo + ": nobody reads the pipe: no trace is written\n"},
	} {
		t.Run(name, func(t *testing.T) {
			stdout, stderr, err := child(t, "chain", test.file)
			if err != nil || stdout != "the server goes on\n" || stderr != test.want {
				t.Errorf("%v, %q, stderr %q, want %q", err, stdout, stderr, test.want)
			}
		})
	}
}

// TestGivesUp: who follows the file can see that a process which goes on writes no
// more to it, and that one does which may.
func TestGivesUp(t *testing.T) {
	file := filepath.Join(t.TempDir(), "trace.json")
	child := childCommand("asked", file)
	// The file cannot hold much, as if the disk were full.
	cmd := exec.Command("sh", "-c", `ulimit -f 8 && exec "$0"`, child.Path)
	cmd.Env = child.Env
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ask := func() {
		if _, err := stdin.Write([]byte{1}); err != nil {
			t.Fatal(err)
		}
	}
	ask()
	for text := []byte(nil); !bytes.Contains(text, []byte("asked")); time.Sleep(time.Millisecond) {
		if text, err = os.ReadFile(file); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
	f, err := follow.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if f.GivenUp() {
		t.Error("it has given up, and has not")
	}
	for range 100 {
		ask() // for more than the file may hold
	}
	if line, err := bufio.NewReader(stderr).ReadString('\n'); err != nil || line != "chaintrace: "+file+": file too large: the trace ends here\n" {
		t.Errorf("%v, stderr %q", err, line)
	}
	for !f.GivenUp() {
		time.Sleep(time.Millisecond)
	}
	_ = stdin.Close()
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	if f.GivenUp() {
		t.Error("a process that has ended has given up")
	}
}

// TestPipe: a reader that goes away, or that does not read, ends the trace; the
// server goes on.
func TestPipe(t *testing.T) {
	for name, test := range map[string]struct{ child, want string }{
		"goes away": {"asked", "broken pipe"},
		"sleeps":    {"keepgoing", "whoever reads the pipe is too slow"},
	} {
		t.Run(name, func(t *testing.T) {
			fifo := filepath.Join(t.TempDir(), "fifo")
			if err := syscall.Mkfifo(fifo, 0o600); err != nil {
				t.Fatal(err)
			}
			reader, err := os.OpenFile(fifo, os.O_RDWR|syscall.O_NONBLOCK, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer reader.Close()
			cmd := childCommand(test.child, fifo)
			stdin, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			stderr, err := cmd.StderrPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			if name == "goes away" {
				ask := func() {
					if _, err := stdin.Write([]byte{1}); err != nil {
						t.Fatal(err)
					}
				}
				ask()
				if _, err := bufio.NewReader(reader).ReadString('\n'); err != nil {
					t.Fatal(err)
				}
				_ = reader.Close()
				ask()
			}
			line, err := bufio.NewReader(stderr).ReadString('\n')
			if err != nil || line != "chaintrace: "+fifo+": "+test.want+": the trace ends here\n" {
				t.Errorf("%v, stderr %q", err, line)
			}
			_ = stdin.Close()
			if err := cmd.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestFailingHook: a hook whose error ends the process has its span in the file
// before that.
func TestFailingHook(t *testing.T) {
	file := filepath.Join(t.TempDir(), "trace.json")
	_, stderr, err := child(t, "fail", file)
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 7 || stderr != "" {
		t.Fatalf("%v, %q", err, stderr)
	}
	text := outline(readTrace(t, file))
	if want := `    hook.run outer hook-of-outer post-start outer failed error "no \"storage\"\n"`; !strings.Contains(text, want) {
		t.Errorf("no\n%s\nin\n%s", want, text)
	}
	if !strings.HasPrefix(text, "startup unfinished\n") || !strings.Contains(text, "  ready outer observed unfinished\n") {
		t.Errorf("the start is not unfinished:\n%s", text)
	}
}

// TestPanickingHook: a hook that panics has failed.
func TestPanickingHook(t *testing.T) {
	file := filepath.Join(t.TempDir(), "trace.json")
	if _, stderr, err := child(t, "panic", file); err == nil || !strings.Contains(stderr, "panic: oh") {
		t.Fatalf("%v, %q", err, stderr)
	}
	if text := outline(readTrace(t, file)); !strings.Contains(text, `hook.run only hook-of-only post-start only failed error "the hook panicked`) {
		t.Error(text)
	}
}

// TestKilled: a process that is killed leaves what went on as unfinished, and which
// checks had passed by then.
func TestKilled(t *testing.T) {
	file := filepath.Join(t.TempDir(), "trace.json")
	cmd := childCommand("killed", file)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(stdout).ReadString('\n'); err != nil {
		t.Errorf("%v, %q", err, line)
	}
	for so := []byte(nil); !bytes.Contains(so, []byte("check.passed")); time.Sleep(time.Millisecond) {
		if so, err = os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	spans := readTrace(t, file)
	if diff := cmp.Diff([]string{"ping"}, passed(spans)); diff != "" {
		t.Errorf("checks that passed (-want +got)\n%s", diff)
	}
	text := outline(spans)
	for _, want := range []string{
		"startup unfinished\n", "  server.create only\n", "  hooks.run only unfinished\n",
		"    hook.run only hook-of-only post-start only unfinished\n", "  ready only observed unfinished\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// TestTakeBack: a line that had room in part is taken off again.
func TestTakeBack(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(file, []byte("whole\nhal"), 0o600); err != nil {
		t.Fatal(err)
	}
	o, err := openOutput(file)
	if err != nil {
		t.Fatal(err)
	}
	o.takeBack(3)
	if got, _ := os.ReadFile(file); string(got) != "whole\n" {
		t.Errorf("%q is left", got)
	}
}

// TestHalfRecord: half a record that a process has left which died does not spoil
// what the next one records into the same file. What is no record stays.
func TestHalfRecord(t *testing.T) {
	const whole = `{"resourceSpans":[{"resource":{"attributes":[]},"scopeSpans":[{"spans":[]}]}]}` + "\n"
	for _, test := range []struct{ before, after string }{
		{whole + whole[:7], whole}, {whole + whole[:60], whole}, {whole[:40], ""}, {whole, whole}, {"a\nb", "a\nb"}, {"{}", "{}"}, {"", ""},
		{whole + whole[:40] + strings.Repeat("x", 30_000), whole},
		{whole[:40] + strings.Repeat("x", 90_000), whole[:40] + strings.Repeat("x", 90_000)}, // nobody writes as much
	} {
		file := filepath.Join(t.TempDir(), "trace.json")
		if err := os.WriteFile(file, []byte(test.before), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := openOutput(file); err != nil {
			t.Fatal(err)
		}
		if got, _ := os.ReadFile(file); string(got) != test.after {
			t.Errorf("of %.100q is left %.100q, want %.100q", test.before, got, test.after)
		}
	}
	file := filepath.Join(t.TempDir(), "trace.json")
	if err := os.WriteFile(file, []byte(whole[:60]), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, stderr, err := child(t, "chain", file); err != nil || stderr != "" {
		t.Fatal(err, stderr)
	}
	if text := outline(readTrace(t, file)); !strings.HasPrefix(text, "startup\n  chain.create\n") {
		t.Error(text)
	}
}

// TestStderrThatNobodyReads: where even the complaint cannot be written, the server
// goes on.
func TestStderrThatNobodyReads(t *testing.T) {
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	defer writer.Close()
	fd := int(writer.Fd())
	if err := syscall.SetNonblock(fd, true); err != nil {
		t.Fatal(err)
	}
	for { // until it is full
		if _, err := syscall.Write(fd, []byte{'x'}); err != nil {
			break
		}
	}
	if err := syscall.SetNonblock(fd, false); err != nil {
		t.Fatal(err)
	}
	cmd := childCommand("chain", "/dev/full")
	cmd.Stderr = writer
	timer := time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	if out, err := cmd.Output(); err != nil || string(out) != "the server goes on\n" {
		t.Errorf("%v, %q", err, out)
	}
}
