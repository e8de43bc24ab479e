package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/render/format"
	"github.com/chaintrace/chaintrace/render/report"
	"github.com/chaintrace/chaintrace/trace/startup"
	"github.com/chaintrace/chaintrace/trace/startup/diff"
)

// diffFlags are the flags of diff.
type diffFlags struct {
	answerFlags
	a, b      []string
	only      []string
	threshold float64
	minDelta  time.Duration
	exitCode  bool
	out       []string
	format    string
}

func newDiffCommand() *cobra.Command {
	f := &diffFlags{}
	defaults := diff.DefaultOptions()
	cmd := &cobra.Command{
		Use:   "diff A B",
		Short: "Compare two starts, or many with many",
		Long: `Diff tells what changed from A to B: in the structure of the chain (added,
removed, moved to another server, changed), in what went wrong, and in time. Things
are matched by server, kind and name; their order does not count, as upstream's
differs from start to start. What follows from another difference, such as the
copies of a hook that further servers inherit, is only counted.

With one start a side, times are told that differ by more than --threshold and
--min-delta. Each start is as chance had it: give several a side with --a and --b,
which take inputs, patterns such as 'old*.json', and inputs with many traces. Then
medians are compared, and a change is told only if it is none of chance: a time must
differ by a Mann-Whitney U test, with at least 4 starts a side, and each median lie
outside the other's 95 % interval; what only some starts have or fail with, by
Fisher's exact test. All p are corrected for how much is compared at once (Benjamini
and Hochberg at 5 %): where nothing changed, at most one comparison in twenty says that
something did. To find one hook of fifty, that takes 7 starts a side. What is
undecided is shown as that, and does not count. Copies of one start are counted once,
and so are simulated starts that went alike.

What the traces of a side do not tell of, as their source does not record it or all
starts died before, is not compared; how much that is, is said.

` + inputHelp,
		Example: `  chaintrace diff preset:kube-apiserver-1.23 preset:kube-apiserver-1.37
  chaintrace diff preset:kube-apiserver-1.37 'preset:kube-apiserver-1.37?profiling=false' --only structure
  chaintrace diff before.json after.json --exit-code
  chaintrace diff before.json after.json --out changes.svg --out changes.html
  chaintrace diff --a 'old*.json' --b 'new*.json' --output json`,
		Args: func(cmd *cobra.Command, args []string) error {
			many := len(f.a) + len(f.b)
			switch {
			case many == 0 && len(args) == 2, len(args) == 0 && len(f.a) > 0 && len(f.b) > 0:
				return nil
			}
			return fmt.Errorf("%s takes two inputs, or --a and --b instead; there are %d", cmd.CommandPath(), len(args))
		},
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, args) },
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&f.a, "a", nil, "`INPUT` or pattern of side A, all starts in it; repeatable")
	flags.StringArrayVar(&f.b, "b", nil, "`INPUT` or pattern of side B, all starts in it; repeatable")
	flags.StringSliceVar(&f.only, "only", nil, "compare only: structure, errors, timing; repeatable")
	flags.Float64Var(&f.threshold, "threshold", 100*defaults.Threshold, "tell times that differ by at least so many `PERCENT`")
	flags.DurationVar(&f.minDelta, "min-delta", defaults.MinDelta, "and by at least so much")
	flags.BoolVar(&f.exitCode, "exit-code", false, "exit with 1 when anything differs")
	flags.StringArrayVarP(&f.out, "out", "o", nil, "file to draw what changed into, format by its ending ("+strings.Join(format.Endings(diffFormats()), " ")+"); - is stdout, in place of the text; repeatable")
	flags.StringVar(&f.format, "format", "", "format of all outputs, whatever their names end in")
	completeFormats(cmd, diffFormats())
	completeWith(cmd, "only", diff.Parts()...)
	f.input.registerReading(cmd)
	f.registerPrinting(cmd)
	return cmd
}

const diffPage = "html" // the format that is a page with picture and text

// diffFormats lists what --out of diff can write.
func diffFormats() []format.Format {
	page := format.Format{Name: diffPage, Endings: []string{".html", ".htm"}, About: "page with picture and text"}
	return append(format.OfGraphs(), page)
}

// run checks everything, reads both sides and compares them.
func (f *diffFlags) run(cmd *cobra.Command, args []string) error {
	o, parts, err := f.options(cmd.Flags().Changed("only"))
	if err != nil {
		return withCode(exitUsage, err)
	}
	targets, err := parseTargets(f.out, f.format, diffFormats())
	if err == nil {
		err = refuseTerminal(targets, cmd.OutOrStdout())
	}
	if err != nil {
		return withCode(exitUsage, err)
	}
	inputsA, inputsB := f.a, f.b
	if len(args) == 2 {
		inputsA, inputsB = args[:1], args[1:]
	}
	if slices.Contains(inputsA, "-") && slices.Contains(inputsB, "-") {
		return withCode(exitUsage, errors.New("both sides are stdin; give a file for one of them"))
	}
	a, namesA, err := f.side(cmd, "a", inputsA, len(args) == 0)
	if err != nil {
		return err
	}
	b, namesB, err := f.side(cmd, "b", inputsB, len(args) == 0)
	if err != nil {
		return err
	}
	found := diff.Compare(a, b, o)
	found.Only(parts)
	answer := report.NewDiff(a, b, namesA, namesB, found)
	if err := writeDiffs(targets, a, b, found, answer, cmd.OutOrStdout()); err != nil {
		return withCode(exitWork, err)
	}
	if !slices.ContainsFunc(targets, target.isStdout) {
		if err := f.print(cmd, answer); err != nil {
			return err
		}
	}
	if f.exitCode && !found.Empty() {
		return withCode(exitNo, errors.New("--exit-code: there are differences"))
	}
	return nil
}

// options checks the flags. That --only was given is told apart from what is in it.
func (f *diffFlags) options(onlySome bool) (diff.Options, map[string]bool, error) {
	o := diff.DefaultOptions()
	if err := f.check(); err != nil {
		return o, nil, err
	}
	if !(f.threshold >= 0) { // NaN is refused, too
		return o, nil, fmt.Errorf("--threshold: %v is not a percentage of zero or more", f.threshold)
	}
	if f.minDelta < 0 {
		return o, nil, fmt.Errorf("--min-delta: %v is below zero; give a duration such as 1ms", f.minDelta)
	}
	o.Threshold, o.MinDelta = f.threshold/100, f.minDelta
	all := diff.Parts()
	only := f.only
	switch {
	case !onlySome:
		only = all
	case len(only) == 0:
		only = []string{""}
	}
	parts := map[string]bool{}
	for _, part := range only {
		if err := choice("only", part, all...); err != nil {
			return o, nil, err
		}
		parts[part] = true
	}
	return o, parts, nil
}

// writeDiffs draws what changed for all targets and then writes them: nothing is
// touched before everything is drawn.
func writeDiffs(targets []target, a, b []*startup.Startup, found *diff.Diff, answer *report.Diff, stdout io.Writer) error {
	pictures := make([][]byte, len(targets))
	for i, to := range targets {
		var err error
		pictures[i], err = to.content(func(w io.Writer) error {
			return drawDiff(w, to.format, render.Overlay(a, b, found), answer)
		})
		if err != nil {
			return fmt.Errorf("%s: %w", to, err)
		}
	}
	for i, to := range targets {
		if err := to.write(pictures[i], stdout); err != nil {
			return err
		}
	}
	return nil
}

// drawDiff writes the picture of what changed, or the page that it is on.
func drawDiff(w io.Writer, to format.Format, picture *render.Graph, answer *report.Diff) error {
	if to.Name != diffPage {
		return to.WriteGraph(w, picture)
	}
	var svg bytes.Buffer
	if err := render.WriteSVG(&svg, picture); err != nil {
		return err
	}
	return answer.WriteHTML(w, svg.Bytes())
}
