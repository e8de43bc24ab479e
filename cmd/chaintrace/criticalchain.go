package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/chaintrace/chaintrace/render/report"
	"github.com/chaintrace/chaintrace/trace/startup"
)

func newCriticalChainCommand() *cobra.Command {
	f := &answerFlags{}
	cmd := &cobra.Command{
		Use:   "critical-chain FILE [NAME]",
		Short: "Show what held readiness back, link by link",
		Long: `Critical-chain goes from readiness backwards along causes: to the hook or the check
that was the last to be done, to the hook that it waited for, and so on to the
beginning of the start, as systemd-analyze critical-chain does. Of a start that
died it shows the chain to the failure; of one that did not get ready, to what it
was stuck in. With NAME it shows the chain to that hook, readyz check, lifecycle
signal or phase.

What the links took adds up to the first one's time. Time that nothing in the
trace explains is a link of its own, (gap).

` + inputHelp,
		Example: `  chaintrace critical-chain chain.json
  chaintrace critical-chain preset:kube-apiserver-1.37 start-service-ip-repair-controllers
  chaintrace critical-chain 'preset:kube-apiserver-1.37?fail=rbac/bootstrap-roles'
  chaintrace critical-chain chain.json MuxAndDiscoveryComplete --output json`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 || len(args) == 2 {
				return nil
			}
			return fmt.Errorf("%s takes a trace file, - for stdin, or the address of a Jaeger, and at most one name; there are %d arguments", cmd.CommandPath(), len(args))
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			to := ""
			if len(args) == 2 {
				to = args[1]
			}
			return f.answers(func(s *startup.Startup) (answer, error) { return report.NewCriticalChain(s, to) })(cmd, args[:1])
		},
	}
	f.register(cmd)
	return cmd
}
