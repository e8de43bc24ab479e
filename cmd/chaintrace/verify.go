package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/chaintrace/chaintrace/render/report"
	"github.com/chaintrace/chaintrace/trace/startup/verify"
)

// verifyFlags are the flags of verify.
type verifyFlags struct {
	answerFlags
	near     float64
	failOn   string
	suppress string
	write    string
}

func newVerifyCommand() *cobra.Command {
	f := &verifyFlags{}
	cmd := &cobra.Command{
		Use:   "verify FILE",
		Short: "Find problems in a start: hidden checks, endless waits, dead routes, never ready",
		Long: `Verify looks for what is wrong in a chain, or will be one day: health checks that are
hidden, lost or there twice, hooks that may wait for ever or are near their deadline,
hooks that wait for each other or never run, routes that nobody reaches, and what
keeps the chain from being ready. Each finding has a code that chaintrace explain
tells more of, a severity (error, warning, note) and, where the trace knows it, the
place in the source.

The exit code is 1 when there are findings at least as bad as --fail-on, whose default
takes any. Findings that are accepted go into a file for --suppress, a YAML list:

  - code: CT201                 # or the rule's name
    server: kube-apiserver      # may be left out, as may name and expires
    name: start-*               # * stands for any characters, \* for itself; or a list
    reason: we watch these checks
    expires: 2027-01-31         # the last day on which it holds

What a finding sums up, such as many paths of a server, is accepted by its names; what
is new is found all the same. --write-suppressions begins such a file with all that is
found. SARIF output is for
code scanning; findings without a place in the source are placed at FILE.

` + inputHelp,
		Example: `  chaintrace verify chain.json
  chaintrace verify preset:kube-apiserver-1.37 --fail-on error
  chaintrace verify chain.json --write-suppressions accepted.yaml
  chaintrace verify chain.json --suppress accepted.yaml --output sarif > chaintrace.sarif
  chaintrace explain CT201`,
		Args: oneInput,
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, args[0]) },
	}
	f.input.register(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.output, "output", "table", "table, for people; json, for programs (see chaintrace schema); or sarif, for code scanning")
	flags.StringVar(&f.color, "color", "auto", "colour: auto (on a terminal, unless NO_COLOR is set), always or never")
	flags.StringVar(&f.failOn, "fail-on", "note", "exit code 1 from findings of this severity on: note, warning, error, or never")
	flags.Float64Var(&f.near, "near", verify.DefaultNear*100, "a hook that takes `PERCENT` of its deadline is near it")
	flags.StringVar(&f.suppress, "suppress", "", "`FILE` of findings that are accepted")
	flags.StringVar(&f.write, "write-suppressions", "", "new `FILE` to write that accepts all that is found now")
	completeWith(cmd, "output", "table", "json", "sarif")
	completeWith(cmd, "color", "auto", "always", "never")
	completeWith(cmd, "fail-on", "note", "warning", "error", "never")
	completeWith(cmd, "near", "50", "80", "90")
	return cmd
}

// failOnNever is what has findings never decide the exit code.
const failOnNever = "never"

// check checks the flags.
func (f *verifyFlags) check() error {
	if err := choice("output", f.output, "table", "json", "sarif"); err != nil {
		return err
	}
	if err := choice("color", f.color, "auto", "always", "never"); err != nil {
		return err
	}
	if f.suppress == "-" || f.write == "-" {
		return errors.New("--suppress and --write-suppressions take the name of a file: stdin and stdout are for the trace and what is found")
	}
	if !(f.near > 0 && f.near <= 100) {
		return fmt.Errorf("--near: %v is not a percentage above 0 and up to 100", f.near)
	}
	return choice("fail-on", f.failOn, "note", "warning", "error", failOnNever)
}

func (f *verifyFlags) run(cmd *cobra.Command, name string) error {
	if err := f.check(); err != nil {
		return withCode(exitUsage, err)
	}
	accepted, err := readSuppressions(f.suppress)
	if err != nil {
		return err
	}
	s, err := f.startup(cmd, name)
	if err != nil {
		return err
	}
	findings := verify.Find(s, verify.Options{Near: f.near / 100})
	suppressed := accepted.Apply(findings, time.Now())
	tellSuppressions(cmd.ErrOrStderr(), f.suppress, suppressed)
	if err := writeSuppressions(cmd.ErrOrStderr(), f.write, suppressed); err != nil {
		return err
	}
	a := report.NewVerify(s, suppressed)
	if f.output == "sarif" {
		err = a.WriteSARIF(cmd.OutOrStdout(), report.SARIF{Version: releasedVersion(), Input: inputURI(name)})
	} else {
		err = f.print(cmd, a)
	}
	if err != nil {
		return withCode(exitWork, err)
	}
	return f.verdict(name, a.Counts)
}

// verdict is the error that makes the exit code 1.
func (f *verifyFlags) verdict(name string, counts report.VerifyCounts) error {
	for _, severity := range verify.Severities() {
		if severity.String() != f.failOn {
			continue
		}
		if n := counts.AtLeast(severity); n > 0 {
			return withCode(exitNo, fmt.Errorf("%s: --fail-on %s: %s", inputName(name), f.failOn, findingCount(n)))
		}
	}
	return nil
}

func findingCount(n int) string {
	if n == 1 {
		return "1 finding"
	}
	return fmt.Sprintf("%d findings", n)
}

// releasedVersion returns the version of this program, or "" for one that has none.
func releasedVersion() string {
	if v := readBuild().Version; strings.HasPrefix(v, "v") {
		return v
	}
	return ""
}
