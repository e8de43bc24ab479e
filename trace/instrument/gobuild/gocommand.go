package gobuild

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
)

// goCommand runs the Go command.
type goCommand struct {
	path string
	dir  string   // absolute
	env  []string // NAME=VALUE

	telling sync.Mutex
	tell    io.Writer // is told what is downloaded
}

// findGo finds the user's Go command.
func findGo(dir string, env []string, tell io.Writer) (*goCommand, error) {
	path, err := exec.LookPath("go")
	if err != nil {
		return nil, fmt.Errorf("there is no Go toolchain: %w; install Go (https://go.dev/dl) or add its bin directory to PATH", err)
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, err
	}
	if info, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("no directory to build in: %w", err)
	} else if !info.IsDir() {
		return nil, fmt.Errorf("%s is no directory to build in", dir)
	}
	if env == nil {
		env = os.Environ()
	}
	if tell == nil {
		tell = io.Discard
	}
	return &goCommand{path: path, dir: dir, env: env, tell: tell}, nil
}

// with returns the same with more in its environment.
func (g *goCommand) with(env []string) *goCommand {
	return &goCommand{path: g.path, dir: g.dir, env: append(append([]string{}, g.env...), env...), tell: g.tell}
}

// command is a run of the Go command.
func (g *goCommand) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, g.path, args...)
	cmd.Dir = g.dir
	// The last of a name counts. The Go command trusts PWD for its directory's name.
	cmd.Env = append(append([]string{}, g.env...), "PWD="+g.dir)
	return cmd
}

// collectLess has a run that is over soon not collect its garbage. It is nothing for
// go build, whose compilers would do the same.
var collectLess = []string{"GOGC=off", "GOMEMLIMIT=512MiB"}

// output returns what a run writes. Its error holds what the run complained of.
func (g *goCommand) output(ctx context.Context, args ...string) ([]byte, error) {
	var out bytes.Buffer
	complaints := complaints{command: g}
	cmd := g.command(ctx, args...)
	cmd.Env = append(append([]string{}, collectLess...), cmd.Env...) // the user's own count
	cmd.Stdout, cmd.Stderr = &out, &complaints
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, &commandError{args[0], err, strings.TrimSpace(complaints.other.String() + complaints.line.String())}
	}
	return out.Bytes(), nil
}

// complaints takes what a run writes to its standard error: what it downloads, of
// which the user is told at once, as it may take long, and the rest.
type complaints struct {
	command *goCommand
	line    bytes.Buffer // that is not complete yet
	other   bytes.Buffer
}

func (c *complaints) Write(text []byte) (int, error) {
	for line := range bytes.Lines(text) {
		c.line.Write(line)
		if !bytes.HasSuffix(line, []byte("\n")) {
			break
		}
		if bytes.HasPrefix(c.line.Bytes(), []byte("go: downloading ")) {
			c.command.telling.Lock()
			_, _ = c.command.tell.Write(c.line.Bytes()) // that nobody reads it is no reason to stop
			c.command.telling.Unlock()
		} else {
			c.other.Write(c.line.Bytes())
		}
		c.line.Reset()
	}
	return len(text), nil
}

// commandError is a failed run of the Go command.
type commandError struct {
	verb       string
	err        error
	complaints string
}

func (e *commandError) Unwrap() error { return e.err }

func (e *commandError) Error() string {
	if e.complaints == "" {
		return fmt.Sprintf("go %s: %v", e.verb, e.err)
	}
	return fmt.Sprintf("go %s: %s%s", e.verb, e.complaints, e.advice())
}

// advice is what to do about what the Go command complains of, where it does not
// say so itself.
func (e *commandError) advice() string {
	for _, offline := range []string{"module lookup disabled by GOPROXY=off", "dial tcp", "no such host", "connection refused"} {
		if strings.Contains(e.complaints, offline) {
			return "\na module is not downloaded: run go mod download where the network is, or set GOPROXY"
		}
	}
	return ""
}

// environment is what the Go command says of itself.
type environment struct {
	GOMOD      string // path of the main module's go.mod
	GOWORK     string // path of the workspace's go.work
	GOFLAGS    string
	GOMODCACHE string
	GOROOT     string
	GOVERSION  string

	GO111MODULE string
}

// environment asks the Go command for its settings. It is an error if there is no
// main module.
func (g *goCommand) environment(ctx context.Context) (environment, error) {
	var e environment
	out, err := g.output(ctx, "env", "-json", "GOMOD", "GOWORK", "GOFLAGS", "GOMODCACHE", "GOROOT", "GOVERSION", "GO111MODULE")
	if err != nil {
		return e, err
	}
	if err := json.Unmarshal(out, &e); err != nil {
		return e, fmt.Errorf("go env: %w", err)
	}
	if e.GOWORK == "off" {
		e.GOWORK = ""
	}
	if e.GOMOD == os.DevNull {
		e.GOMOD = ""
	}
	if e.GOMODCACHE != "" { // as the user wrote it, and directories of modules are clean
		e.GOMODCACHE = filepath.Clean(e.GOMODCACHE)
	}
	if e.GO111MODULE == "off" {
		return e, errors.New("GO111MODULE is off, and what is built has to be a module: go env -u GO111MODULE, or unset it")
	}
	if e.GOMOD == "" && e.GOWORK == "" {
		return e, fmt.Errorf("%s: there is no go.mod here or above; build in the directory of your server's module (or name it: -C DIR)", g.dir)
	}
	return e, nil
}

// failed reports whether the error is that the Go command ended with a failure,
// of which it has told the user itself.
func failed(err error) bool {
	var exit *exec.ExitError
	return errors.As(err, &exit)
}
