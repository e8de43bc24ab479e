package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/startup"
)

func newRenderCommand() *cobra.Command {
	f := &pictureFlags{}
	partial := false
	cmd := &cobra.Command{
		Use:   "render FILE",
		Short: "Draw a saved trace",
		Long: `Render reads a trace that was saved as OTLP JSON (lines, or one document; gzip
too) and writes the same pictures as run does. - reads stdin.`,
		Example: `  chaintrace render chain.json --out chain.svg
  chaintrace render chain.json --view checks --detail full --out checks.png
  gunzip -c chain.json.gz | chaintrace render - --out - --format dot`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fmt.Errorf("%s takes one trace file, or - for stdin; there are %d", cmd.CommandPath(), len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			pics, err := f.check()
			if err != nil {
				return withCode(exitUsage, err)
			}
			t, err := readTrace(args[0], cmd.InOrStdin(), cmd.ErrOrStderr(), partial)
			if err != nil {
				return withCode(exitWork, err)
			}
			s, err := startup.FromTrace(t)
			if err != nil {
				return withCode(exitWork, fmt.Errorf("%s: %w", args[0], err))
			}
			return pics.write(t, s, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().BoolVar(&partial, "partial", false, "draw what can be read of a broken trace")
	f.register(cmd)
	return cmd
}

// readTrace reads a trace file. Of a broken one it returns what was read only
// when partial is set, with a warning.
func readTrace(path string, stdin io.Reader, stderr io.Writer, partial bool) (*trace.Trace, error) {
	r := stdin
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return nil, fmt.Errorf("trace: %w", err)
		}
		defer file.Close()
		r = file
	}
	t, err := trace.ReadJSON(r)
	switch {
	case err == nil:
		return t, nil
	case !partial || t == nil || len(t.Spans) == 0:
		more := ""
		if t != nil && len(t.Spans) > 0 {
			more = fmt.Sprintf("; %d spans before that can be drawn with --partial", len(t.Spans))
		}
		return nil, fmt.Errorf("trace %s: %w%s", path, err, more)
	}
	fmt.Fprintf(stderr, "warning: trace %s: %v; drawing the %d spans before that\n", path, err, len(t.Spans))
	return t, nil
}
