package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	oteltrace "go.opentelemetry.io/otel/trace"
	"golang.org/x/sys/unix"

	"github.com/chaintrace/chaintrace/trace/follow"
)

// Values of --until.
const (
	untilExit  = "exit"
	untilReady = "ready"
)

// execFlags are the flags of exec.
type execFlags struct {
	pictureFlags
	sending        sendFlags
	until          string
	timeout, grace time.Duration
	keep           string
	progress       string
	color          string
}

// execHelp is the first part of the command's help.
const execHelp = `Exec runs a server that chaintrace build has built, shows on stderr how its start
comes on, hook by hook, and writes pictures or the trace when the server is ready,
and again when it ends. If it dies, or is not ready in time, that is told together
with the hooks that have not ended and what they wait for, and the outputs show how
far it came.

The server has stdin, stdout and stderr to itself, and gets what exec gets of SIGHUP,
SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGALRM, SIGTSTP and SIGCONT. Its exit
code, or 128 and the number of the signal that it died of, is that of exec. With
--until ready it is stopped by SIGTERM as soon as it is ready, and the exit code is 0.
If it cannot go on writing its trace, as on a full disk, that is told and the server
goes on; only with --until ready it is stopped, with exit code 3, as nobody can learn
any more whether it gets ready.

The server writes its trace to the file that CHAINTRACE_FILE names, which exec sets
and follows. The file is deleted at the end, unless --keep names it, or the outputs
could not be written. TRACEPARENT in the environment makes the start a child of that
span.

The trace is sent once, when the server is ready or else when it ends, if --otlp or
the environment asks for it: OTEL_TRACES_EXPORTER or OTEL_EXPORTER_OTLP_ENDPOINT is
set.

`

func newExecCommand() *cobra.Command {
	f := &execFlags{sending: sendFlags{getenv: os.Getenv}}
	cmd := &cobra.Command{
		Use:   "exec [flags] -- COMMAND [ARGUMENT...]",
		Short: "Run your API server, see it come up, and record its start",
		Long:  execHelp + sendHelp,
		Example: `  chaintrace build -o kas ./cmd/kube-apiserver
  chaintrace exec --out chain.svg -- ./kas --etcd-servers=http://127.0.0.1:2379
  chaintrace exec --until ready --timeout 1m --out chain.json -- ./kas --config kas.yaml
  chaintrace exec --quiet --otlp http://localhost:4318 -- ./kas`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("give the command to run, as in: chaintrace exec --out chain.svg -- ./kas --etcd-servers=http://127.0.0.1:2379")
			}
			return nil
		},
		RunE: f.run,
	}
	flags := cmd.Flags()
	flags.SetInterspersed(false) // what follows the command is its own
	flags.StringVar(&f.until, "until", untilExit, "exit: go on until the server ends; ready: stop it when it is ready")
	flags.DurationVar(&f.timeout, "timeout", 0, "stop the server, with exit code 1, if it is not ready so long after it was started; 0 is never")
	flags.DurationVar(&f.grace, "grace", 30*time.Second, "when the server is to stop, SIGKILL it so long after SIGTERM")
	flags.StringVar(&f.keep, "keep", "", "`FILE` for the server to write its trace to, which is kept; what is in it is replaced")
	flags.StringVar(&f.progress, "progress", progressAuto, "how to show the start: live, in a part of the terminal; lines; none; or auto: live on a terminal")
	flags.StringVar(&f.color, "color", "auto", "colour: auto (on a terminal, unless NO_COLOR is set), always or never")
	f.pictureFlags.register(cmd)
	f.sending.register(cmd)
	completeWith(cmd, "until", untilExit, untilReady)
	completeWith(cmd, "progress", progressAuto, progressLive, progressLines, progressNone)
	completeWith(cmd, "color", "auto", "always", "never")
	return cmd
}

// check checks the flags.
func (f *execFlags) check(stdout io.Writer) (pictures, error) {
	pics, err := f.pictureFlags.check(stdout)
	if err != nil {
		return pics, err
	}
	if f.timeout < 0 || f.grace < 0 {
		return pics, errors.New("--timeout, --grace: a duration is negative")
	}
	if err := writable(pics.targets); err != nil {
		return pics, err
	}
	if err := choice("until", f.until, untilExit, untilReady); err != nil {
		return pics, err
	}
	if err := choice("progress", f.progress, progressAuto, progressLive, progressLines, progressNone); err != nil {
		return pics, err
	}
	return pics, choice("color", f.color, "auto", "always", "never")
}

// run checks everything first, starts the server, and follows it to its end.
func (f *execFlags) run(cmd *cobra.Command, args []string) error {
	pics, err := f.check(cmd.OutOrStdout())
	if err != nil {
		return withCode(exitUsage, err)
	}
	path, err := findCommand(args[0])
	if err != nil {
		return withCode(exitWork, err)
	}
	sends, err := f.sending.beside(cmd, pics)
	if err != nil {
		return err
	}
	rec, err := newRecording(f.keep)
	if err != nil {
		return withCode(exitWork, err)
	}
	defer rec.close()
	stderr := cmd.ErrOrStderr()
	why := howToBuild
	recording, advice := instrumented(path)
	if recording {
		why = notBegun
	}
	if advice != "" {
		fmt.Fprintf(stderr, "note: %s\n", advice)
	}
	// From here on signals are the server's, and a stderr that nobody reads any
	// more must not end this process before the server.
	ctx := context.WithoutCancel(cmd.Context())
	if cmd.Context().Err() != nil {
		return withCode(exitWork, errors.New("interrupted before anything was started"))
	}
	server := &exec.Cmd{Path: path, Args: args, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	server.Env = append(os.Environ(), rec.environment(withCaller(ctx, f.sending.getenv, stderr))...)
	c, err := startChild(server)
	if err != nil {
		return withCode(exitWork, fmt.Errorf("starting %s: %w", args[0], whyNot(err)))
	}
	signal.Ignore(syscall.SIGPIPE)
	e := &execution{
		execFlags: f, cmd: cmd, pics: pics, sends: sends, recording: rec, child: c, name: args[0],
		view: f.view(stderr), begun: time.Now(), silent: advice != "", why: why,
	}
	if sends != nil {
		defer sends.close(ctx)
	}
	return e.follow(ctx)
}

// findCommand finds the program to run, as a shell would.
func findCommand(name string) (string, error) {
	path, err := exec.LookPath(name)
	switch {
	case err == nil:
		return path, nil
	case errors.Is(err, exec.ErrDot):
		return "", fmt.Errorf("%s is in this directory, which PATH does not name: write ./%s", name, name)
	case errors.Is(err, exec.ErrNotFound):
		return "", fmt.Errorf("there is no command %s in any directory of PATH", name)
	case errors.Is(err, os.ErrNotExist):
		return "", fmt.Errorf("there is no file %s to run", name)
	case errors.Is(err, os.ErrPermission), errors.Is(err, syscall.EISDIR):
		return "", fmt.Errorf("%s cannot be run: it is a directory, or its permissions do not allow it", name)
	}
	return "", fmt.Errorf("running %s: %w", name, err)
}

// whyNot says why a program that is there does not start.
func whyNot(err error) error {
	switch {
	case errors.Is(err, syscall.ENOEXEC):
		return errors.New("it is no program of this system, and no script that names its interpreter by #! in its first line")
	case errors.Is(err, os.ErrNotExist):
		return errors.New("the interpreter that its first line names, or the loader that it needs, is not there")
	}
	return reason(err)
}

// writable tells of outputs that could not be written: a server may take long to get
// there. Where it cannot be told now, writing tells it.
func writable(targets []target) error {
	for _, t := range targets {
		place := t.place()
		if info, err := os.Stat(place); err != nil || info.Mode().IsRegular() {
			place = filepath.Dir(place) // where it is written, and then put in its place
		}
		if err := unix.Access(place, unix.W_OK); err != nil && !t.isStdout() {
			return withCode(exitWork, fmt.Errorf("--out %s: %s cannot be written to: %w", t.path, place, err))
		}
	}
	return nil
}

// recording is the file that the server writes its trace to.
type recording struct {
	*follow.File
	path string
	dir  string // to be removed with the file; "" when the file is kept
}

// newRecording makes the file, empty: the one to keep, or one in a new directory
// that nobody else can write to.
func newRecording(keep string) (*recording, error) {
	r := &recording{path: absolute(keep)}
	if keep == "" {
		dir, err := os.MkdirTemp("", "chaintrace-")
		if err != nil {
			return nil, fmt.Errorf("making a file for the trace: %w", err)
		}
		r.dir, r.path = dir, dir+"/trace.json"
	}
	err := r.create()
	if err == nil {
		r.File, err = follow.Open(r.path)
	}
	if err != nil {
		r.close()
		if keep != "" {
			return nil, fmt.Errorf("--keep %s: %w", keep, reason(err))
		}
		return nil, err
	}
	return r, nil
}

func (r *recording) create() error {
	if info, err := os.Stat(r.path); err == nil && !info.Mode().IsRegular() {
		return errors.New("that is no regular file")
	}
	f, err := os.OpenFile(r.path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// environment returns what has the server write there, and be a part of the
// caller's trace.
func (r *recording) environment(caller context.Context) []string {
	env := []string{"CHAINTRACE_FILE=" + r.path}
	if sc := oteltrace.SpanContextFromContext(caller); sc.IsValid() {
		env = append(env, "CHAINTRACE_TRACE_ID="+sc.TraceID().String(), "CHAINTRACE_PARENT_ID="+sc.SpanID().String())
	}
	return env
}

// preserve leaves the file where it is, and returns its name.
func (r *recording) preserve() string {
	r.dir = ""
	return r.path
}

// close deletes the file, unless it is kept.
func (r *recording) close() {
	if r.File != nil {
		_ = r.File.Close() // it was only read
	}
	if r.dir != "" {
		_ = os.RemoveAll(r.dir) // ours alone
	}
}

// warn tells of something that is not as it should be, and ends nothing.
func warn(stderr io.Writer, err error) { fmt.Fprintf(stderr, "warning: %v\n", err) }
