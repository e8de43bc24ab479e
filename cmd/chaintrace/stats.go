package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/chaintrace/chaintrace/render/report"
	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/startup/stats"
)

// statsFlags are the flags of stats.
type statsFlags struct {
	answerFlags
	by      string
	slowest int
}

func newStatsCommand() *cobra.Command {
	f := &statsFlags{}
	cmd := &cobra.Command{
		Use:   "stats FILE...",
		Short: "Sum up many starts: median, percentiles, worst, outliers and trend",
		Long: `Stats sums up many starts: how often they got ready, and for each hook, phase, stage
and milestone the median, the 90th and 95th percentile and the worst start's trace
ID. LAST is in how many starts a hook was the last to be done. Below are the starts
that did not get ready, with the hooks that kept them from it: those that failed, or
had not ended without waiting for another one; then the times far
beyond the others (Tukey's outer fence), and how the time to readiness went on.

All traces of all inputs count, each as a start, and once if it comes again; those
that show no server chain are passed by. The spans of a start may be spread over
several inputs, as over several collectors' rotated files. A start takes a few
kilobytes of memory, however many spans it has.

A search in a Jaeger without limit= gives all starts of its time, two days unless
lookback= or start= say otherwise, and is asked for piece by piece.

` + inputHelp,
		Example: `  chaintrace stats starts/*.json.gz
  chaintrace stats 'jaeger://localhost:16686/?service=kube-apiserver&lookback=7d' --by version
  chaintrace stats collected.json --slowest 0 --output json`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return fmt.Errorf("%s takes trace files, - for stdin, or the address of a Jaeger; there are none", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, args) },
	}
	cmd.Flags().StringVar(&f.by, "by", "", "group by: version")
	cmd.Flags().IntVar(&f.slowest, "slowest", 25, "print the slowest `N` times; 0 is all")
	completeWith(cmd, "by", "version")
	completeWith(cmd, "slowest")
	f.input.registerReading(cmd)
	f.registerPrinting(cmd)
	return cmd
}

func (f *statsFlags) run(cmd *cobra.Command, args []string) error {
	if err := f.check(); err != nil {
		return err
	}
	if cmd.Flags().Changed("by") {
		if err := choice("by", f.by, "version"); err != nil {
			return withCode(exitUsage, err)
		}
	}
	if f.slowest < 0 {
		return withCode(exitUsage, fmt.Errorf("--slowest: %d is below zero", f.slowest))
	}
	var sieve stats.Sieve
	for _, name := range args {
		if err := f.sift(cmd, name, &sieve); err != nil {
			return err
		}
	}
	found := sieve.Gathered()
	if found.Again > 0 {
		fmt.Fprintf(cmd.ErrOrStderr(), "note: %s in the inputs more than once and counted once\n", countOf(found.Again, "start"))
	}
	if found.Foreign > 0 {
		fmt.Fprintf(cmd.ErrOrStderr(), "note: %s passed by, without a server chain\n", countOf(found.Foreign, "trace"))
	}
	groups := map[string][]stats.Record{}
	var order []string
	for _, r := range found.Records {
		version := ""
		if f.by == "version" {
			version = r.Version
		}
		if groups[version] == nil {
			order = append(order, version)
		}
		groups[version] = append(groups[version], r)
	}
	if len(order) == 0 {
		return withCode(exitWork, fmt.Errorf("there is no start in %s", inputName(args[0])))
	}
	slices.Sort(order)
	return f.print(cmd, report.NewStats(groups, order, f.by == "version", f.slowest))
}

// sift reads an input, of which the sieve keeps what it needs.
func (f *statsFlags) sift(cmd *cobra.Command, name string, sieve *stats.Sieve) error {
	defer sieve.Next()
	f.input.keep = sieve.Take
	if isSearch(name) {
		return f.input.readPages(cmd.Context(), name, cmd.ErrOrStderr(), func(*trace.Trace) {})
	}
	_, err := f.input.readAll(cmd.Context(), name, cmd.InOrStdin(), cmd.ErrOrStderr())
	return err
}

// countOf writes a number of things with what was done: "1 trace was", "3 traces were".
func countOf(n int, noun string) string {
	if n == 1 {
		return "1 " + noun + " was"
	}
	return fmt.Sprintf("%d %ss were", n, noun)
}
