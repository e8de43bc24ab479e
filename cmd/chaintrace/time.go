package main

import (
	"github.com/spf13/cobra"

	"github.com/chaintrace/chaintrace/render/report"
	"github.com/chaintrace/chaintrace/trace/startup"
)

func newTimeCommand() *cobra.Command {
	f := &answerFlags{}
	cmd := &cobra.Command{
		Use:   "time FILE",
		Short: "Tell where the time of a start went, by stages",
		Long: `Time prints one line with the stages of a start, as systemd-analyze time does:
building the config, constructing the chain, preparing it (PrepareRun), starting
to listen, the post-start hooks until the last of them is done, and from then
until readiness was seen. What no stage explains is called so, and all add up to
the total. Below it are the last hook that was done and the moment of readiness,
which is later: somebody has to ask /readyz. Where nobody did, the server's signal
HasBeenReady counts. Of a start that did not get ready it names the hooks that were
not done, and of one that died, what failed.

` + answeredHelp + inputHelp,
		Example: `  chaintrace time chain.json
  chaintrace time preset:kube-apiserver-1.37
  chaintrace time jaeger://localhost:16686/5b8efff798038103d269b633813fc60c --output json`,
		Args: oneInput,
		RunE: f.answers(func(s *startup.Startup) (answer, error) { return report.NewTime(s), nil }),
	}
	f.register(cmd)
	return cmd
}
