package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/chaintrace/chaintrace/render/report"
	"github.com/chaintrace/chaintrace/trace/startup"
)

func newCriticalChainCommand() *cobra.Command {
	f := &answerFlags{}
	server := ""
	cmd := &cobra.Command{
		Use:   "critical-chain FILE [NAME]",
		Short: "Show what held readiness back, link by link",
		Long: `Critical-chain goes from readiness backwards along causes: to the hook or the check
that was the last to be done, to the hook that it waited for, and so on to the
beginning of the start, as systemd-analyze critical-chain does. Of a start that
died it shows the chain to the failure; of one that did not get ready, to what it
was stuck in. With NAME it shows the chain to that hook, phase, readyz check or lifecycle
signal; a name that several of these have is taken in this order. Where several
servers have a hook or phase of that name, say with --server which of them is
meant; of several runs of one server's hook it is the first.

What the links took adds up to the first one's time. Time that nothing in the
trace explains is a link of its own, (gap).

` + inputHelp,
		Example: `  chaintrace critical-chain chain.json
  chaintrace critical-chain preset:kube-apiserver-1.37 start-service-ip-repair-controllers
  chaintrace critical-chain 'preset:kube-apiserver-1.37?fail=rbac/bootstrap-roles'
  chaintrace critical-chain chain.json server.prepare --server kube-apiserver
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
			if len(args) == 2 && to == "" {
				return withCode(exitUsage, errors.New("NAME is empty; give the name of a hook, check, signal or phase, or leave it out"))
			}
			if server != "" && to == "" {
				return withCode(exitUsage, errors.New("--server: it says which hook or phase is meant by NAME; give that too"))
			}
			return f.answers(func(s *startup.Startup) (answer, error) {
				a, err := report.NewCriticalChain(s, to, server)
				var ambiguous *startup.AmbiguousNameError
				if errors.As(err, &ambiguous) {
					err = fmt.Errorf("%w, with --server", err)
				}
				return a, err
			})(cmd, args[:1])
		},
	}
	cmd.Flags().StringVar(&server, "server", "", "`NAME` of the server whose hook or phase is meant")
	completeWith(cmd, "server")
	f.register(cmd)
	return cmd
}
