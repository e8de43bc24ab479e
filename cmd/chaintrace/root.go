package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

func newRootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "chaintrace",
		Short: "Trace and draw how a Kubernetes-style API server starts",
		Long: `chaintrace shows how an API server built on k8s.io/apiserver starts, and what
holds its readiness back: the servers of its chain, their hooks, health checks
and paths, what each takes over from the next and what gets lost on the way.

It runs an instrumented model of the chain of kube-apiserver (or of one that you
describe), records OpenTelemetry spans, draws them, and sends them to a collector
or a Jaeger. Out of any trace it answers what took long, what held readiness back,
what each server has and who answers a path, what is wrong, and what changed.

Exit codes: 0 all is well; 1 the answer is no, as the chain that run ran did not get
ready, there are findings, or nobody answers; 2 the command line or the description
is wrong; 3 the work failed. To tell where the time of a start went is no "no",
whether it got ready or not.`,
		Example: `  chaintrace run --out chain.dot
  chaintrace run --out chain.svg --out chain.json --storage warm
  chaintrace run --otlp http://localhost:4318 --jaeger-ui http://localhost:16686
  chaintrace render chain.json --view hooks --out hooks.png
  chaintrace critical-chain chain.json
  chaintrace diff before.json after.json`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noArguments,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.AddCommand(newRunCommand(), newExecCommand(), newRenderCommand(), newSendCommand(), newTracesCommand(), newPresetCommand(), newVersionCommand())
	root.AddCommand(newBuildCommand())
	root.AddCommand(newTimeCommand(), newBlameCommand(), newCriticalChainCommand(), newSchemaCommand())
	root.AddCommand(newLedgerCommand(), newWhichCommand())
	root.AddCommand(newVerifyCommand(), newExplainCommand(), newDiffCommand(), newStatsCommand(), newFormatsTopic())
	return root
}

// noArguments refuses arguments, which for a command with subcommands are
// misspelt names of those.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if !cmd.HasSubCommands() {
		return fmt.Errorf("%s takes no arguments; there is %q", cmd.CommandPath(), args[0])
	}
	var names []string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	return fmt.Errorf("%s has no command %q; there are %s", cmd.CommandPath(), args[0], strings.Join(names, ", "))
}

// choice checks a flag's value against those that are allowed.
func choice(flag, value string, allowed ...string) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	return fmt.Errorf("--%s: %q is not one of %s", flag, value, strings.Join(allowed, ", "))
}

// completeWith offers fixed values for a flag.
func completeWith(cmd *cobra.Command, flag string, values ...string) {
	// It fails only for a flag that does not exist.
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
}
