package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/chaintrace/chaintrace/render/report"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// answeredHelp says what exit code 0 means for the commands that tell what
// happened in a start.
const answeredHelp = `The exit code is 0 whenever the question was answered, for a start that failed or
did not get ready too.

`

// answerFlags are the flags of every command that answers a question about a
// start, or about several.
type answerFlags struct {
	input  inputFlags
	output string
	color  string
}

// register adds the flags of a command that takes one trace.
func (f *answerFlags) register(cmd *cobra.Command) {
	f.input.register(cmd)
	f.registerPrinting(cmd)
}

// registerPrinting adds the flags that say how to print.
func (f *answerFlags) registerPrinting(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.output, "output", "table", "table, for people, or json, for programs (see chaintrace schema)")
	cmd.Flags().StringVar(&f.color, "color", "auto", "colour: auto (on a terminal, unless NO_COLOR is set), always or never")
	completeWith(cmd, "output", "table", "json")
	completeWith(cmd, "color", "auto", "always", "never")
}

// check checks the flags that say how to print.
func (f *answerFlags) check() error {
	if err := choice("output", f.output, "table", "json"); err != nil {
		return withCode(exitUsage, err)
	}
	return withCode(exitUsage, choice("color", f.color, "auto", "always", "never"))
}

// startup reads the start that an input holds. Its errors have exit codes.
func (f *answerFlags) startup(cmd *cobra.Command, name string) (*startup.Startup, error) {
	t, err := f.input.read(cmd.Context(), name, cmd.InOrStdin(), cmd.ErrOrStderr())
	if err != nil {
		return nil, err
	}
	s, err := startup.FromTrace(t)
	if err != nil {
		return nil, withCode(exitWork, fmt.Errorf("%s: %w", inputName(name), err))
	}
	return s, nil
}

// style says how to write to w.
func (f *answerFlags) style(w io.Writer) report.Style {
	switch f.color {
	case "always":
		return report.Style{Color: true}
	case "never":
		return report.Style{}
	}
	file, ok := w.(*os.File)
	return report.Style{Color: ok && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && term.IsTerminal(int(file.Fd()))}
}

// answer is what an answering command prints.
type answer interface {
	// WriteText writes the answer for people.
	WriteText(w io.Writer, style report.Style) error
}

// print writes the answer to stdout in the form that the flags ask for. The
// answer itself is what --output json writes.
func (f *answerFlags) print(cmd *cobra.Command, a answer) error {
	w := cmd.OutOrStdout()
	if f.output == "json" {
		return withCode(exitWork, report.WriteJSON(w, a))
	}
	return withCode(exitWork, a.WriteText(w, f.style(w)))
}

// answers runs a command that answers a question about one start.
func (f *answerFlags) answers(about func(s *startup.Startup) (answer, error)) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		if err := f.check(); err != nil {
			return err
		}
		s, err := f.startup(cmd, args[len(args)-1])
		if err != nil {
			return err
		}
		a, err := about(s)
		if err != nil {
			return withCode(exitUsage, err)
		}
		return f.print(cmd, a)
	}
}
