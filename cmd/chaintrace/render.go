package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/chaintrace/chaintrace/trace/startup"
)

// renderFlags are the flags of render.
type renderFlags struct {
	pictureFlags
	input inputFlags
}

func newRenderCommand() *cobra.Command {
	f := &renderFlags{}
	cmd := &cobra.Command{
		Use:   "render FILE",
		Short: "Draw a saved trace",
		Long: `Render reads a trace and writes the same pictures as run does. Of several traces
it takes the latest, or the one that --trace names, and writes that alone, as a
trace too. Of a trace that shows no server chain it draws the tree of its spans, the
timeline of them, or a page of both with a table.

` + inputHelp,
		Example: `  chaintrace render chain.json --out chain.svg
  chaintrace render chain.json --view checks --detail full --out checks.png
  chaintrace render collected.json.zst --trace 5b8efff798038103d269b633813fc60c --out one.json
  chaintrace render jaeger://localhost:16686/5b8efff798038103d269b633813fc60c --out chain.svg
  kubectl exec collector -- cat /traces.json | chaintrace render - --out - --format dot`,
		Args: oneInput,
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, args[0]) },
	}
	f.pictureFlags.register(cmd)
	f.input.register(cmd)
	return cmd
}

// run checks everything first, reads, and draws.
func (f *renderFlags) run(cmd *cobra.Command, name string) error {
	pics, err := f.check(cmd.OutOrStdout())
	if err != nil {
		return withCode(exitUsage, err)
	}
	t, err := f.input.read(cmd.Context(), name, cmd.InOrStdin(), cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	s, err := startup.FromTrace(t)
	if errors.Is(err, startup.ErrNoChain) && len(t.Spans) > 0 || err == nil && s.Empty() {
		s, err = nil, nil // its spans are drawn
	}
	if err != nil {
		return withCode(exitWork, fmt.Errorf("%s: %w", inputName(name), err))
	}
	return pics.write(t, s, cmd.OutOrStdout(), cmd.ErrOrStderr())
}
