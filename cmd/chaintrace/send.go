package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/chaintrace/chaintrace/trace"
)

// sendCommandFlags are the flags of send.
type sendCommandFlags struct {
	sendFlags
	input inputFlags
	quiet bool
}

func newSendCommand() *cobra.Command {
	f := &sendCommandFlags{sendFlags: sendFlags{getenv: os.Getenv}}
	cmd := &cobra.Command{
		Use:   "send FILE",
		Short: "Send a saved trace to a collector or a Jaeger",
		Long: `Send reads traces and sends all of them, or the one that --trace names. Where
neither --otlp nor the environment says where to, it is http://localhost:4318.

` + sendHelp + `

` + inputHelp,
		Example: `  chaintrace send chain.json
  chaintrace send chain.json --otlp grpc://localhost:4317 --jaeger-ui http://localhost:16686
  OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20TOKEN chaintrace send chain.json --otlp https://collector.example.com
  gunzip -c chain.json.gz | chaintrace send -`,
		Args: oneInput,
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, args[0]) },
	}
	flags := cmd.Flags()
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "do not say how much was sent")
	flags.StringVar(&f.input.id, "trace", "", "`ID` of the one trace to send (see chaintrace traces); without it, all")
	completeWith(cmd, "trace")
	f.register(cmd)
	f.input.registerReading(cmd)
	return cmd
}

// run checks everything first, reads, and sends.
func (f *sendCommandFlags) run(cmd *cobra.Command, name string) error {
	s, err := f.open(cmd, cmd.OutOrStdout(), f.quiet)
	if err != nil {
		return err
	}
	defer s.close(cmd.Context())
	t, err := f.read(cmd, name)
	if err != nil {
		return err
	}
	if len(t.Spans) == 0 {
		return withCode(exitWork, fmt.Errorf("%s: there are no spans in it to send", inputName(name)))
	}
	return s.send(cmd.Context(), t, func() (kept, error) {
		if !isRegular(name) {
			return keepTrace(t)
		}
		return kept{file: name, flags: f.again(cmd)}, nil
	})
}

func (f *sendCommandFlags) read(cmd *cobra.Command, name string) (*trace.Trace, error) {
	read := f.input.readAll
	if f.input.id != "" {
		read = f.input.read
	}
	return read(cmd.Context(), name, cmd.InOrStdin(), cmd.ErrOrStderr())
}

// again returns the flags that choose the same spans of the same file again,
// and that let it be read.
func (f *sendCommandFlags) again(cmd *cobra.Command) []string {
	var flags []string
	if f.input.id != "" {
		flags = append(flags, "--trace", f.input.id)
	}
	if f.input.partial {
		flags = append(flags, "--partial")
	}
	for _, name := range []string{"max-input", "max-memory", "max-depth"} {
		if flag := cmd.Flags().Lookup(name); flag.Changed {
			flags = append(flags, "--"+name, flag.Value.String())
		}
	}
	return flags
}
