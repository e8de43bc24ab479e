package main

import (
	"github.com/spf13/cobra"

	"github.com/chaintrace/chaintrace/render/report"
	"github.com/chaintrace/chaintrace/trace/startup"
)

func newBlameCommand() *cobra.Command {
	f := &answerFlags{}
	by := ""
	cmd := &cobra.Command{
		Use:   "blame FILE",
		Short: "List hooks and phases, slowest first, and how each spent its time",
		Long: `Blame lists the post-start hooks and the phases of a start, the slowest first, as
systemd-analyze blame does, and how each hook spent its time: it ran, it launched
something that goes on in the background, it waited for another hook or for a cache,
or it swallowed a timeout and went on as if all were well. Hooks run side by side, so
their times do not add up; critical-chain tells which of them hold readiness back.
A trace that was seen from outside has no hooks' runs; then the readyz checks are
listed, with the time until they were seen to pass.

Headroom is what a hook had left of its deadline. "not kept" stands behind a
deadline that is looked at only between attempts: it cuts off none that hangs.

` + answeredHelp + inputHelp,
		Example: `  chaintrace blame chain.json
  chaintrace blame preset:kube-apiserver-1.37 --by server
  chaintrace blame jaeger://localhost:16686/5b8efff798038103d269b633813fc60c --output json`,
		Args: oneInput,
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("by") {
				if err := choice("by", by, "server"); err != nil {
					return withCode(exitUsage, err)
				}
			}
			return f.answers(func(s *startup.Startup) (answer, error) { return report.NewBlame(s, by == "server"), nil })(cmd, args)
		},
	}
	cmd.Flags().StringVar(&by, "by", "", "group by: server")
	completeWith(cmd, "by", "server")
	f.register(cmd)
	return cmd
}
