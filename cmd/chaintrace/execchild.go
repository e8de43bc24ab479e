package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// child is a process that was started, in a process group of its own, so that it
// gets each signal once: from here, or, where it has the terminal, from there.
type child struct {
	done     chan struct{}        // closed when it has ended
	pauses   chan chan<- struct{} // before this process stops, it asks here to have the terminal left as it was, and waits for the answer
	terminal int                  // the terminal's descriptor if the child has it; else -1

	told atomic.Bool // the child was told to stop: that it did is no news

	mu     sync.Mutex
	pid    int
	ended  bool
	status unix.WaitStatus
}

// passedOn are the signals that a child gets.
var passedOn = []os.Signal{
	unix.SIGINT, unix.SIGTERM, unix.SIGHUP, unix.SIGQUIT, unix.SIGUSR1, unix.SIGUSR2, unix.SIGALRM, unix.SIGTSTP, unix.SIGCONT,
}

// startChild starts a command whose stdin, stdout and stderr are files. If stdin
// is the terminal and this process in its foreground, the command has the
// terminal until it ends: a pipe's reader beside this process, which keeps the log,
// does not end by the key that interrupts the command.
func startChild(cmd *exec.Cmd) (*child, error) {
	c := &child{done: make(chan struct{}), pauses: make(chan chan<- struct{}), terminal: -1}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if stdin := int(os.Stdin.Fd()); term.IsTerminal(stdin) && foreground(stdin) {
		c.terminal = stdin
		cmd.SysProcAttr.Foreground, cmd.SysProcAttr.Ctty = true, stdin
	}
	signals := make(chan os.Signal, 16)
	for _, s := range passedOn {
		if !signal.Ignored(s) { // as under nohup, which is meant for the command too
			signal.Notify(signals, s)
		}
	}
	adopt()
	if err := cmd.Start(); err != nil {
		signal.Stop(signals)
		return nil, err
	}
	c.pid = cmd.Process.Pid
	if c.terminal >= 0 {
		// Taking the terminal back is done from the background.
		signal.Ignore(unix.SIGTTOU)
	}
	stops := make(chan struct{}, 1)
	go c.wait(stops)
	go c.pass(signals, stops)
	return c, nil
}

// foreground reports whether this process is in the foreground of a terminal.
func foreground(terminal int) bool {
	group, err := unix.IoctlGetInt(terminal, unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}

// give puts a process group in the foreground of the terminal.
func (c *child) give(group int) {
	// It fails when the terminal is gone, and then nothing is to be done.
	_ = unix.IoctlSetPointerInt(c.terminal, unix.TIOCSPGRP, group)
}

// takeBack puts this process in the foreground of the terminal if the child is
// there, or nobody, as what the child has put there has ended. Else the job is in
// the background, and the terminal is its shell's.
func (c *child) takeBack() {
	if c.terminal < 0 {
		return
	}
	group, err := unix.IoctlGetInt(c.terminal, unix.TIOCGPGRP)
	if err == nil && (group == c.pid || errors.Is(unix.Kill(-group, 0), unix.ESRCH)) {
		c.give(unix.Getpgrp())
	}
}

// wait waits for the end, and says on the way when the child was stopped, as it
// is by the terminal's key for that. It takes note of the end of all that was adopted.
func (c *child) wait(stops chan<- struct{}) {
	for {
		var status unix.WaitStatus
		pid, err := unix.Wait4(-1, &status, unix.WUNTRACED, nil)
		switch {
		case errors.Is(err, unix.EINTR), err == nil && pid != c.pid:
		case err == nil && status.Stopped():
			if status.StopSignal() == unix.SIGTSTP && c.told.Swap(false) {
				continue
			}
			select {
			case stops <- struct{}{}:
			default:
			}
		default:
			c.mu.Lock()
			c.ended, c.status = true, status
			c.mu.Unlock()
			c.takeBack()
			close(c.done)
			return
		}
	}
}

// pass hands signals on. When the child was stopped, or this process is to stop,
// both do, as the shell that has started this process expects.
func (c *child) pass(signals <-chan os.Signal, stops <-chan struct{}) {
	for {
		select {
		case <-c.done:
			return
		case <-stops:
			if c.terminal >= 0 {
				c.pause()
				c.takeBack()
				_ = unix.Kill(0, unix.SIGSTOP) // the whole job
				c.resume()
			}
		case s := <-signals:
			switch s {
			case unix.SIGTSTP:
				c.told.Store(true)
				c.signal(unix.SIGTSTP)
				c.pause()
				_ = unix.Kill(unix.Getpid(), unix.SIGSTOP)
				c.resume()
			case unix.SIGCONT:
				c.resume()
			default:
				c.signal(s.(syscall.Signal))
			}
		}
	}
}

// impatience is how long stopping waits for an answer that may not come, as the
// outputs are being written.
const impatience = 300 * time.Millisecond

// pause has the terminal left as it was.
func (c *child) pause() {
	answer := make(chan struct{})
	select {
	case c.pauses <- answer:
		<-answer
	case <-time.After(impatience):
	}
}

// resume has the child go on, in the foreground if this process is there. What the
// child has started was stopped with it.
func (c *child) resume() {
	if c.terminal >= 0 && foreground(c.terminal) {
		c.give(c.pid)
	}
	c.signalGroup(unix.SIGCONT)
}

// signal sends a signal to the child if it still runs.
func (c *child) signal(s syscall.Signal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.ended {
		_ = unix.Kill(c.pid, s) // it may just have ended, and be gone
	}
}

// signalGroup sends a signal to the child and what it has started, if it still runs.
func (c *child) signalGroup(s syscall.Signal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.ended {
		_ = unix.Kill(-c.pid, s) // it may just have ended
	}
}

// stop asks the child to end, and what it leaves behind, as a shell may leave a
// server. It kills what has not ended in time, and reports whether it had to.
func (c *child) stop(grace time.Duration) (killed bool) {
	late := time.After(grace)
	c.signal(unix.SIGTERM)
	c.signalGroup(unix.SIGCONT) // what is stopped would not notice
	select {
	case <-c.done:
		// What is left gets the signal only now: a child that passes it on would
		// have had it get two.
		if !c.leaves(unix.SIGTERM) {
			return false
		}
		_ = c.leaves(unix.SIGCONT)
		if c.leavesNothing(late) {
			return false
		}
		_ = c.leaves(unix.SIGKILL)
	case <-late:
		c.kill()
		<-c.done
	}
	c.leavesNothing(time.After(afterKill))
	return true
}

// afterKill is more than the system needs to end a process.
const afterKill = 2 * time.Second

// leavesNothing waits until nothing is left of the child's process group. It reports
// whether that was so in time.
func (c *child) leavesNothing(late <-chan time.Time) bool {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		c.reap()
		if !c.leaves(0) {
			return true
		}
		select {
		case <-tick.C:
		case <-late:
			return false
		}
	}
}

// kill kills the child's process group if it still runs.
func (c *child) kill() { c.signalGroup(unix.SIGKILL) }

// reap takes note of the end of what the child has left behind.
func (c *child) reap() {
	for {
		if pid, err := unix.Wait4(-c.pid, nil, unix.WNOHANG, nil); err != nil || pid <= 0 {
			return
		}
	}
}

// leaves sends a signal to what is left of the process group of a child that has
// ended, and reports whether there is anything. No other can have its number as long
// as there is.
func (c *child) leaves(s syscall.Signal) bool { return unix.Kill(-c.pid, s) == nil }

// code returns the exit code, as a shell has it. The child has ended.
func (c *child) code() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.status.Signaled() {
		return 128 + int(c.status.Signal())
	}
	return c.status.ExitStatus()
}

// how says how the child has ended.
func (c *child) how() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.status.Signaled() {
		return fmt.Sprintf("ended by %s", unix.SignalName(c.status.Signal()))
	}
	return fmt.Sprintf("exit code %d", c.status.ExitStatus())
}
