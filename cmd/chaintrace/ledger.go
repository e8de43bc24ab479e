package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/chaintrace/chaintrace/render/report"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// ledgerFlags are the flags of chaintrace ledger.
type ledgerFlags struct {
	answerFlags
	filter report.LedgerFilter
}

func newLedgerCommand() *cobra.Command {
	f := &ledgerFlags{}
	cmd := &cobra.Command{
		Use:   "ledger FILE",
		Short: "List what each server has, and how it came by it",
		Long: `Ledger lists for each server, the outermost first, every hook, health check and
path: its own; inherited, and by whose merges; skipped, as a check configured here
has the same name; lost, which the delegate has and did not pass on; masked, which
is skipped or lost, and failing while a check here that has its name passes;
disabled; or rejected, as registering it failed. Beside that, an entry may be a
duplicate; promoted, to endpoints where the delegate has it not; without the livez
grace period that it had (lost-grace); a lost check with a namesake here; replaced
by a later path; or shadowed by a route that answers the path first, on a server
further out or, of a web service, on the same one.

Of the paths of single checks, such as /healthz/ping, there is one row for many
unless --all is given. --output json has them all.

` + inputHelp,
		Example: `  chaintrace ledger chain.json
  chaintrace ledger preset:kube-apiserver-1.37 --server kube-aggregator --kind checks
  chaintrace ledger 'preset:kube-apiserver-1.37?livez-grace-period=60s' --state skipped,masked,lost,duplicate
  chaintrace ledger chain.json --output json`,
		Args:              oneInput,
		ValidArgsFunction: completeInput,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.checkFilter(cmd.Flags().Changed); err != nil {
				return withCode(exitUsage, err)
			}
			return f.answers(func(s *startup.Startup) (answer, error) { return report.NewLedger(s, f.filter) })(cmd, args)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.filter.Server, "server", "", "this server alone")
	flags.StringVar(&f.filter.Kind, "kind", "", "hooks, checks or routes alone")
	flags.StringSliceVar(&f.filter.States, "state", nil, "those alone that are `ONE,OR,OTHER` of "+strings.Join(startup.LedgerWords(), ", "))
	flags.BoolVar(&f.filter.All, "all", false, "a row for each path of a single check")
	completeWith(cmd, "server")
	completeWith(cmd, "kind", report.LedgerHooks, report.LedgerChecks, report.LedgerRoutes)
	completeWith(cmd, "state", startup.LedgerWords()...)
	f.register(cmd)
	return cmd
}

// completeInput offers the presets beside files.
func completeInput(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return presetInputs(), cobra.ShellCompDirectiveDefault
}

// checkFilter checks the flags that say what is wanted, those that are given. An
// empty one is a mistake, as of a variable that is not set.
func (f *ledgerFlags) checkFilter(given func(flag string) bool) error {
	if given("server") && f.filter.Server == "" {
		return errors.New("--server: it is empty; leave it out for all servers")
	}
	if given("state") && len(f.filter.States) == 0 {
		return errors.New("--state: it is empty; leave it out for all states")
	}
	if given("kind") {
		if err := choice("kind", f.filter.Kind, report.LedgerHooks, report.LedgerChecks, report.LedgerRoutes); err != nil {
			return err
		}
	}
	for _, word := range f.filter.States {
		if !slices.Contains(startup.LedgerWords(), word) {
			return fmt.Errorf("--state: %q is not one of %s", word, strings.Join(startup.LedgerWords(), ", "))
		}
	}
	return nil
}
