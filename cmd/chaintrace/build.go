package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/chaintrace/chaintrace/render/report"
	"github.com/chaintrace/chaintrace/trace/instrument/gobuild"
	"github.com/chaintrace/chaintrace/trace/instrument/rewrite"
	"github.com/chaintrace/chaintrace/trace/instrument/rule"
)

// buildFlags are the flags of build. Those of go build are in goFlags.
type buildFlags struct {
	answerFlags
	plan    bool
	rules   []string
	spans   []string
	goFlags []gobuild.Flag
}

func newBuildCommand() *cobra.Command {
	f := &buildFlags{}
	cmd := &cobra.Command{
		Use:   "build [flags] [go build's flags] [PACKAGE]",
		Short: "Build your API server with spans in its server chain",
		Long: `Build works as go build does, takes its flags, and builds any program of the current
module. What it builds is your server with a few dozen insertions in k8s.io/apiserver,
kube-aggregator, apiextensions-apiserver and kube-apiserver, as far as they are part of
it, that record spans. Sources, go.mod and go.sum stay as they are, and so does the line
number of each statement. Nothing is recorded unless chaintrace exec asks for it.

It then tells what was instrumented, and which rules found no place in this version. A
rule that is required and finds none makes the build fail. The plan is all that and
every insertion as a diff, without building.

Spans for functions of your own come from --span, or out of a file of rules.

That a binary is instrumented is seen in go version -m: it has the build tag ` + gobuild.Tag + `.`,
		Example: `  chaintrace build -o kas ./cmd/kube-apiserver
  chaintrace build --plan ./cmd/kube-apiserver
  chaintrace build -o kas -trimpath -ldflags=-s --span 'example.com/pkg.(*Server).Start' .
  chaintrace exec --out chain.svg -- ./kas --etcd-servers=http://127.0.0.1:2379`,
		// Go's flags have one dash, which cobra takes for single letters.
		DisableFlagParsing: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			packages, err := f.parse(cmd, args)
			if err != nil {
				return withCode(exitUsage, err)
			}
			if help, err := cmd.Flags().GetBool("help"); err == nil && help {
				return cmd.Help()
			}
			return f.run(cmd, packages)
		},
	}
	f.registerPrinting(cmd)
	flags := cmd.Flags()
	flags.BoolVar(&f.plan, "plan", false, "show every insertion as a diff, and build nothing")
	flags.StringArrayVar(&f.rules, "rules", nil, "`FILE` of rules to add, sought where -C leads; may be repeated")
	flags.StringArrayVar(&f.spans, "span", nil, "`FUNCTION` to record a span for, such as 'example.com/pkg.(*T).Start'; may be repeated")
	cmd.ValidArgsFunction = completeBuild
	return cmd
}

// parse sets the flags and returns the other arguments. As the Go command does, it
// takes one dash or two.
func (f *buildFlags) parse(cmd *cobra.Command, args []string) (packages []string, err error) {
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		if arg == "--" {
			return append(packages, args...), nil
		}
		if !strings.HasPrefix(arg, "-") || arg == "-" {
			packages = append(packages, arg)
			continue
		}
		name, value, given := strings.Cut(strings.TrimPrefix(arg[1:], "-"), "=")
		if name == "h" {
			name = "help"
		}
		own := cmd.Flags().Lookup(name)
		isSwitch, known := gobuild.IsSwitch(name)
		switch {
		case own != nil:
			isSwitch = own.NoOptDefVal != ""
		case !known:
			return nil, fmt.Errorf("%s: neither chaintrace build nor go build has that flag", arg)
		}
		if !given && isSwitch {
			value = "true"
		} else if !given {
			if len(args) == 0 {
				return nil, fmt.Errorf("%s needs a value", arg)
			}
			value, args = args[0], args[1:]
		}
		if own == nil {
			f.goFlags = append(f.goFlags, gobuild.Flag{Name: name, Value: value})
		} else if err := cmd.Flags().Set(name, value); err != nil {
			return nil, fmt.Errorf("%s: %w", arg, err)
		}
	}
	return packages, nil
}

// completeBuild offers flags: cobra leaves that to a command that parses its own.
func completeBuild(_ *cobra.Command, _ []string, word string) ([]string, cobra.ShellCompDirective) {
	if !strings.HasPrefix(word, "-") {
		return nil, cobra.ShellCompDirectiveDefault
	}
	offers := []string{"--plan", "--rules", "--span", "--output", "--color", "--help"}
	for _, name := range gobuild.GoFlags() {
		offers = append(offers, "-"+name)
	}
	sort.Strings(offers)
	return offers, cobra.ShellCompDirectiveNoFileComp
}

func (f *buildFlags) run(cmd *cobra.Command, packages []string) error {
	if err := f.check(); err != nil {
		return err
	}
	rules, err := f.ownRules()
	if err != nil {
		return withCode(exitUsage, err)
	}
	ctx := cmd.Context()
	if !signal.Ignored(syscall.SIGHUP) { // as nohup has it
		var stop func()
		ctx, stop = signal.NotifyContext(ctx, syscall.SIGHUP)
		defer stop()
	}
	tell := newBuildTeller(cmd.ErrOrStderr())
	plan, err := gobuild.Prepare(ctx, gobuild.Options{
		Flags: f.goFlags, Packages: packages, Server: rule.Builtin(), Rules: rules, Version: readBuild().Version,
		Stdout: cmd.OutOrStdout(), Stderr: tell, Compiled: tell.compiled,
	})
	if errors.Is(err, gobuild.ErrCover) {
		return withCode(exitUsage, err)
	}
	if err != nil {
		return buildFailed(err)
	}
	if f.plan {
		return withCode(exitWork, errors.Join(f.showPlan(cmd, plan), plan.Missing()))
	}
	if err := plan.Missing(); err != nil {
		return withCode(exitWork, err)
	}
	tell.begin(plan)
	err = plan.Build(ctx)
	tell.end(err)
	if err != nil {
		return buildFailed(err)
	}
	return f.print(cmd, buildReport(plan, !plan.Dry()))
}

// buildFailed is the error of a command that could not prepare a build or finish it.
func buildFailed(err error) error {
	if errors.Is(err, context.Canceled) {
		err = errors.New("interrupted before the build was done")
	}
	return withCode(exitWork, err)
}

// ownRules are the rules of the flags. Each has an ID of its own, by which it is told
// what it found.
func (f *buildFlags) ownRules() ([]rule.Rule, error) {
	var rules []rule.Rule
	taken := map[string]string{}
	for _, r := range rule.Builtin() {
		taken[r.ID] = "a rule of chaintrace's own"
	}
	take := func(id, from string) error {
		if by := taken[id]; by != "" {
			return fmt.Errorf("%s: %s is the id of %s: give it another", from, id, by)
		}
		taken[id] = "a rule of " + from
		return nil
	}
	for _, name := range f.rules {
		if !filepath.IsAbs(name) {
			name = filepath.Join(f.directory(), name) // as go build takes all files that are named
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("--rules: %w", err)
		}
		more, err := rule.Parse(name, text)
		if err != nil {
			return nil, fmt.Errorf("--rules: %w", err)
		}
		for _, r := range more {
			if err := take(r.ID, name); err != nil {
				return nil, fmt.Errorf("--rules: %w", err)
			}
		}
		rules = append(rules, more...)
	}
	for i, function := range f.spans {
		if slices.Contains(f.spans[:i], function) {
			return nil, fmt.Errorf("--span: %s is there twice", function)
		}
		r, err := rule.FromSpan(function)
		if err != nil {
			return nil, fmt.Errorf("--span: %w", err)
		}
		rules = append(rules, r)
	}
	return rules, nil
}

// directory is where the build takes place: that of -C, or "" for the current one.
func (f *buildFlags) directory() string {
	dir := ""
	for _, flag := range f.goFlags {
		if flag.Name == "C" {
			dir = flag.Value
		}
	}
	return dir
}

// showPlan prints the insertions and what was matched.
func (f *buildFlags) showPlan(cmd *cobra.Command, plan *gobuild.Plan) error {
	a := buildReport(plan, false)
	if f.output == "json" {
		return f.print(cmd, a)
	}
	diffs, err := plan.Diffs()
	if err != nil {
		return err
	}
	w := cmd.OutOrStdout()
	for _, d := range diffs {
		if _, err := io.WriteString(w, d); err != nil {
			return err
		}
	}
	return a.WriteText(cmd.ErrOrStderr(), f.style(cmd.ErrOrStderr()))
}

// buildReport says what a plan inserts.
func buildReport(plan *gobuild.Plan, built bool) *report.Build {
	a := report.NewBuild(plan.Module, string(plan.Mode), built)
	for _, p := range plan.Packages {
		a.Add(report.BuildPackage{
			Package: p.ImportPath, Module: p.Module, Version: p.Version,
			Insertions: insertions(p.Result.Matched),
		})
	}
	for _, m := range plan.Missed {
		a.Miss(report.BuildMiss{Rule: m.Rule, Required: m.Required, Package: m.Package, Version: m.Version, File: m.File, LookedFor: m.LookedFor})
	}
	return a
}

func insertions(matched []rewrite.Match) []report.BuildInsertion {
	var all []report.BuildInsertion
	for _, m := range matched {
		all = append(all, report.BuildInsertion{Rule: m.Rule, Anchor: m.Anchor, Place: m.Place})
	}
	return all
}
