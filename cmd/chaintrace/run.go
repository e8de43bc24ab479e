package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.opentelemetry.io/otel/attribute"
	"golang.org/x/term"

	"github.com/chaintrace/chaintrace/chain"
	"github.com/chaintrace/chaintrace/chain/clock"
	"github.com/chaintrace/chaintrace/chain/preset"
	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// runFlags are the flags of run.
type runFlags struct {
	pictureFlags
	preset, file     string
	set              []string
	storage, clock   string
	slow, fail, hang []string
	timeout          time.Duration
	shutdown         bool
	reproducible     bool
}

func newRunCommand() *cobra.Command {
	f := &runFlags{}
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
the start as it would end the real server, and --hang lets it never end.`,
		Example: `  chaintrace run --out chain.dot
  chaintrace run --out chain.svg --view hooks --storage warm
  chaintrace run --set profiling=false --set runtime-config=api/all=true --out chain.svg
  chaintrace run --fail rbac/bootstrap-roles --out failed.svg
  chaintrace run --slow start-apiextensions-informers=3s --out - --format txt
  chaintrace run --chain mine.yaml --out mine.png`,
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
	f.register(cmd)
	f.complete(cmd)
	return cmd
}

// run checks everything first, runs the chain, and writes what came of it,
// whether it got ready or not.
func (f *runFlags) run(cmd *cobra.Command) error {
	pics, err := f.check()
	if err != nil {
		return withCode(exitUsage, err)
	}
	description, err := f.description()
	if err != nil {
		return err
	}
	options, err := f.options(cmd, description)
	if err != nil {
		return withCode(exitUsage, err)
	}
	providers := f.providers(description, options.Settings)
	options.TracerProviders = providers.Provider
	completed, err := options.Complete()
	if err != nil {
		return withCode(exitUsage, err)
	}
	stop := progress(cmd.ErrOrStderr(), !options.Clock.Simulated())
	_, runErr := chain.Run(cmd.Context(), completed)
	stop()
	if err := f.write(cmd, pics, providers.Trace(), options.WhatIf); err != nil {
		return errors.Join(err, runErr)
	}
	return withCode(exitNo, runErr)
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

func (f *runFlags) description() (*chain.Description, error) {
	if f.file == "" {
		d, err := preset.Load(f.preset)
		return d, withCode(exitUsage, err)
	}
	d, err := preset.ReadFile(f.file)
	var malformed *preset.Error
	if err != nil && !errors.As(err, &malformed) {
		return nil, withCode(exitWork, err)
	}
	return d, withCode(exitUsage, err)
}

func (f *runFlags) options(cmd *cobra.Command, d *chain.Description) (chain.Options, error) {
	assignments := f.set
	if cmd.Flags().Changed("storage") {
		assignments = append(assignments, chain.SettingStorage+"="+f.storage)
	}
	settings, err := chain.ParseSettings(d, assignments)
	if err != nil {
		return chain.Options{}, err
	}
	if err := choice("clock", f.clock, attr.ClockSimulated, attr.ClockWall); err != nil {
		return chain.Options{}, err
	}
	if f.timeout <= 0 {
		return chain.Options{}, fmt.Errorf("--timeout: %v is not more than nothing", f.timeout)
	}
	whatIf, err := parseWhatIf(f.slow, f.fail, f.hang)
	if err != nil {
		return chain.Options{}, err
	}
	o := chain.Options{Description: d, Settings: settings, WhatIf: whatIf, ReadyTimeout: f.timeout, Shutdown: f.shutdown}
	o.Clock = clock.NewSimulated(f.start())
	if f.clock == attr.ClockWall {
		o.Clock = &clock.Wall{}
	}
	return o, nil
}

// start is when a simulated run begins.
func (f *runFlags) start() time.Time {
	if f.reproducible {
		return time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	}
	return time.Now()
}

// providers returns what records the spans.
func (f *runFlags) providers(d *chain.Description, settings *chain.Settings) *trace.Providers {
	config := trace.ProvidersConfig{Resource: []attribute.KeyValue{
		attribute.String(attr.ServiceVersion, d.Version),
		attribute.String(attr.Source, attr.SourceModel),
		attribute.String(attr.Clock, f.clock),
		attribute.String(attr.Preset, d.Name),
		attribute.String(attr.Storage, settings.Value(chain.SettingStorage)),
	}}
	if f.reproducible {
		config.IDs = trace.SequentialIDs()
	} else {
		config.Resource = append(config.Resource, attribute.String(attr.Version, readBuild().Version))
	}
	return trace.NewProviders(config)
}

// parseWhatIf reads the what-if flags.
func parseWhatIf(slow, fail, hang []string) (chain.WhatIf, error) {
	w := chain.WhatIf{Slow: map[string]time.Duration{}, Fail: map[string]string{}, Hang: map[string]bool{}}
	for _, s := range slow {
		hook, value, ok := strings.Cut(s, "=")
		d, err := time.ParseDuration(value)
		if !ok || err != nil || d < 0 {
			return w, fmt.Errorf("--slow %s: want HOOK=DURATION, such as %s=3s", s, hook)
		}
		w.Slow[hook] = d
	}
	for _, s := range fail {
		hook, message, ok := strings.Cut(s, "=")
		if !ok {
			message = "it was told to fail"
		}
		w.Fail[hook] = message
	}
	for _, hook := range hang {
		w.Hang[hook] = true
	}
	return w, nil
}

// progress shows on a terminal that a run in real time goes on. The function
// that it returns ends it.
func progress(w io.Writer, realTime bool) (stop func()) {
	file, ok := w.(*os.File)
	if !ok || !realTime || !term.IsTerminal(int(file.Fd())) {
		return func() {}
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		begin := time.Now()
		ticker := time.NewTicker(time.Second)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				fmt.Fprint(w, "\r\033[K")
				return
			case <-ticker.C:
				fmt.Fprintf(w, "\rstarting for %v", time.Since(begin).Round(time.Second))
			}
		}
	}()
	return func() {
		cancel()
		<-done
	}
}

// complete offers values for flags.
func (f *runFlags) complete(cmd *cobra.Command) {
	completeWith(cmd, "preset", preset.Names()...)
	completeWith(cmd, "storage", chain.Fresh, chain.Warm)
	completeWith(cmd, "clock", attr.ClockSimulated, attr.ClockWall)
	_ = cmd.MarkFlagFilename("chain", "yaml", "yml")
	hooks := func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		d, err := f.description()
		if err != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		return d.Hooks(), cobra.ShellCompDirectiveNoFileComp
	}
	for _, flag := range []string{"slow", "fail", "hang"} {
		_ = cmd.RegisterFlagCompletionFunc(flag, hooks)
	}
	_ = cmd.RegisterFlagCompletionFunc("set", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		d, err := f.description()
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
