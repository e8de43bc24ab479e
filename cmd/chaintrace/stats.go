package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/chaintrace/chaintrace/render/report"
	"github.com/chaintrace/chaintrace/trace/startup"
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
ID. LAST is in how many starts a hook was the last to be done. Below are times far
beyond the others (Tukey's outer fence), and how the time to readiness went on.

All traces of all inputs count, each as a start; those that show no server chain
are passed by. One input at a time is in memory, and of each start only its times
are kept. A search in a Jaeger gives as many traces as its limit says, 20 if it
says nothing: write 'jaeger://HOST:PORT/?service=NAME&lookback=7d&limit=1000'.

` + inputHelp,
		Example: `  chaintrace stats starts/*.json.gz
  chaintrace stats 'jaeger://localhost:16686/?service=kube-apiserver&lookback=7d&limit=1000' --by version
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
	groups := map[string][]stats.Record{}
	var order []string
	for _, name := range args {
		records, err := f.records(cmd, name)
		if err != nil {
			return err
		}
		for _, r := range records {
			version := ""
			if f.by == "version" {
				version = r.Version
			}
			if groups[version] == nil {
				order = append(order, version)
			}
			groups[version] = append(groups[version], r)
		}
	}
	if len(order) == 0 {
		return withCode(exitWork, fmt.Errorf("there is no start in %s", inputName(args[0])))
	}
	slices.Sort(order)
	return f.print(cmd, report.NewStats(groups, order, f.slowest))
}

// records reads the starts of an input and keeps their times. Traces that are
// no starts are counted on stderr.
func (f *statsFlags) records(cmd *cobra.Command, name string) ([]stats.Record, error) {
	t, err := f.input.readAll(cmd.Context(), name, cmd.InOrStdin(), cmd.ErrOrStderr())
	if err != nil {
		return nil, err
	}
	var records []stats.Record
	others := 0
	for _, one := range t.Split() {
		s, err := startup.FromTrace(one)
		switch {
		case errors.Is(err, startup.ErrNoChain):
			others++
		case err != nil:
			return nil, withCode(exitWork, fmt.Errorf("%s: %w", inputName(name), err))
		default:
			records = append(records, stats.NewRecord(one.Spans[0].TraceID, s))
		}
	}
	if others > 0 {
		fmt.Fprintf(cmd.ErrOrStderr(), "note: %d of the traces in %s show no server chain\n", others, inputName(name))
	}
	return records, nil
}
