package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/chaintrace/chaintrace/chain"
	"github.com/chaintrace/chaintrace/chain/preset"
	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// runFlags are the flags of run.
type runFlags struct {
	pictureFlags
	modelRun
	sending sendFlags
	storage string
}

func newRunCommand() *cobra.Command {
	f := &runFlags{sending: sendFlags{getenv: os.Getenv}}
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Build, start and trace a server chain, and draw it",
		Long: `Run builds the described server chain, prepares it and starts it until it is
ready, records OpenTelemetry spans of every step, and writes pictures or the
trace itself. A summary goes to stderr.

By default time is simulated: hooks take as long as they were measured to take,
and the run is over in milliseconds. With --clock wall they take that long.

With --set the options of the chain are set, by the names of the real server's
flags and feature gates; a wrong name lists them all. What-if flags change single
hooks: --slow makes one take longer, --fail lets it return an error, which ends
the start as it would end the real server, and --hang lets it never end.

The trace is sent if --otlp or the environment asks for it: OTEL_TRACES_EXPORTER
or OTEL_EXPORTER_OTLP_ENDPOINT is set. That happens when the start is over and
all files are written, so that it takes no part in any time. TRACEPARENT in the
environment makes the start a child of that span (not with --reproducible, whose
IDs are fixed); OTEL_SERVICE_NAME is the service.name of all spans, instead of the
server's; OTEL_RESOURCE_ATTRIBUTES are added.

` + sendHelp,
		Example: `  chaintrace run --out chain.dot
  chaintrace run --out chain.svg --view hooks --storage warm
  chaintrace run --set profiling=false --set runtime-config=api/all=true --out chain.svg
  chaintrace run --fail rbac/bootstrap-roles --out failed.svg
  chaintrace run --slow start-apiextensions-informers=3s --out - --format txt
  chaintrace run --chain mine.yaml --out mine.png
  chaintrace run --otlp http://localhost:4318 --jaeger-ui http://localhost:16686`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.preset, "preset", preset.Default, "chain to run: "+strings.Join(preset.Names(), ", "))
	flags.StringVar(&f.file, "chain", "", "YAML file that describes the chain to run (see chaintrace preset show)")
	flags.StringArrayVar(&f.set, "set", nil, "option of the chain as NAME=VALUE; repeatable")
	flags.StringVar(&f.storage, "storage", chain.Fresh, "durations measured on empty or on used storage: fresh, warm")
	flags.StringVar(&f.clock, "clock", attr.ClockSimulated, "simulated, or wall for real time")
	flags.StringArrayVar(&f.slow, "slow", nil, "what if HOOK=DURATION: this hook takes so much longer; repeatable")
	flags.StringArrayVar(&f.fail, "fail", nil, "what if HOOK or HOOK=MESSAGE: this hook returns an error; repeatable")
	flags.StringArrayVar(&f.hang, "hang", nil, "what if HOOK: this hook never ends; repeatable")
	flags.DurationVar(&f.timeout, "timeout", chain.DefaultReadyTimeout, "give up when the chain is not ready so long after its hooks begin")
	flags.BoolVar(&f.shutdown, "shutdown", false, "go on with a graceful shutdown after it is ready")
	flags.BoolVar(&f.reproducible, "reproducible", false, "fixed IDs and start time: the same input gives the same bytes")
	cmd.MarkFlagsMutuallyExclusive("preset", "chain")
	f.pictureFlags.register(cmd)
	f.sending.register(cmd)
	f.complete(cmd)
	return cmd
}

// run checks everything first, runs the chain, and writes and sends what came
// of it, whether it got ready or not.
func (f *runFlags) run(cmd *cobra.Command) error {
	pics, err := f.check(cmd.OutOrStdout())
	if err != nil {
		return withCode(exitUsage, err)
	}
	if cmd.Flags().Changed("storage") {
		f.set = append(f.set, chain.SettingStorage+"="+f.storage)
	}
	f.service = f.sending.getenv("OTEL_SERVICE_NAME")
	run, err := f.prepare()
	if err != nil {
		return err
	}
	sends, err := f.sending.beside(cmd, pics)
	if err != nil {
		return err
	}
	if sends != nil {
		// A reader of stdout who has seen enough must not end the process before
		// the trace is sent; writing then fails, which execute knows.
		signal.Ignore(syscall.SIGPIPE)
	}
	ctx := cmd.Context()
	if !f.reproducible {
		ctx = withCaller(ctx, f.sending.getenv, cmd.ErrOrStderr())
	}
	stop := func() {}
	if !run.options.Clock.Simulated() {
		stop = progress(cmd.ErrOrStderr(), "starting")
	}
	t, runErr := run.trace(ctx)
	stop()
	err = f.write(cmd, pics, t, run.options.WhatIf)
	if sends != nil {
		err = sendAfter(cmd.Context(), sends, t, pics, err)
	}
	if err != nil {
		return errors.Join(err, runErr)
	}
	return withCode(exitNo, runErr)
}

// sendAfter sends the trace after its files were written, or were not, which is
// what written says, and returns what failed of both.
func sendAfter(ctx context.Context, s *sender, t *trace.Trace, pics pictures, written error) error {
	defer s.close(ctx)
	err := s.send(ctx, t, func() (kept, error) {
		if k, ok := savedTrace(pics.targets); ok && written == nil {
			return k, nil
		}
		return keepTrace(t)
	})
	if err != nil && errors.Is(written, syscall.EPIPE) {
		return err // together, both would be taken for the closed pipe
	}
	return errors.Join(written, err)
}

func (f *runFlags) write(cmd *cobra.Command, pics pictures, t *trace.Trace, whatIf chain.WhatIf) error {
	s, err := startup.FromTrace(t)
	if err != nil {
		return withCode(exitWork, err)
	}
	if err := pics.write(t, s, cmd.OutOrStdout(), cmd.ErrOrStderr()); err != nil {
		return err
	}
	for _, hook := range whatIf.Hooks() {
		ran := func(r *startup.HookRun) bool { return r.Name == hook }
		if len(s.Runs) > 0 && !slices.ContainsFunc(s.Runs, ran) {
			fmt.Fprintf(cmd.ErrOrStderr(), "note: hook %s is not run with these settings; what if changed nothing\n", hook)
		}
	}
	return nil
}

// complete offers values for flags.
func (f *runFlags) complete(cmd *cobra.Command) {
	completeWith(cmd, "preset", preset.Names()...)
	completeWith(cmd, "storage", chain.Fresh, chain.Warm)
	completeWith(cmd, "clock", attr.ClockSimulated, attr.ClockWall)
	_ = cmd.MarkFlagFilename("chain", "yaml", "yml")
	hooks := func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		d, err := f.describe()
		if err != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		return d.Hooks(), cobra.ShellCompDirectiveNoFileComp
	}
	for _, flag := range []string{"slow", "fail", "hang"} {
		_ = cmd.RegisterFlagCompletionFunc(flag, hooks)
	}
	_ = cmd.RegisterFlagCompletionFunc("set", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		d, err := f.describe()
		if err != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		var names []string
		for _, o := range d.AllOptions() {
			names = append(names, o.Name+"=\t"+o.About)
		}
		return names, cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
	})
}
