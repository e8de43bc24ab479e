package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/render/report"
	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/startup"
)

func newTracesCommand() *cobra.Command {
	f := &inputFlags{}
	output := ""
	cmd := &cobra.Command{
		Use:   "traces FILE",
		Short: "List the traces in a file, and what is wrong with them",
		Long: `Traces lists what traces an input holds, the oldest first. The last column marks
the one that other commands take unless they are told --trace, and counts the
spans that are not as they should be: orphans, whose parent is missing; those in
a cycle of parents; duplicates of an ID; unfinished ones; backward ones, which
end before they start; those without time or without ID; and early ones, which
start before their parents, as clocks disagree.

` + inputHelp + `

With --output json it writes an array of objects: trace_id, begun (RFC 3339 with
nanoseconds, null when unknown), duration_ns, spans (how many), services (those
that begin first in front), root (the name of the first root span, or ""),
latest, and anomalies, which counts spans by kind:
` + kindNames() + `.`,
		Example: `  chaintrace traces chain.json
  chaintrace traces --output json chain.json.gz
  chaintrace traces 'jaeger://localhost:16686/?service=kube-apiserver&lookback=1h'
  chaintrace render chain.json --trace 5b8efff798038103d269b633813fc60c --out chain.svg`,
		Args: oneInput,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := choice("output", output, "table", "json"); err != nil {
				return withCode(exitUsage, err)
			}
			t, err := f.readAll(cmd.Context(), args[0], cmd.InOrStdin(), cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			if len(t.Spans) == 0 {
				fmt.Fprintf(cmd.ErrOrStderr(), "note: there are no spans in %s\n", inputName(args[0]))
			}
			latest, _ := startup.Latest(t)
			write := writeTraceTable
			if output == "json" {
				write = writeTraceJSON
			}
			return withCode(exitWork, write(cmd.OutOrStdout(), t.Summaries(), latest))
		},
	}
	cmd.Flags().StringVar(&output, "output", "table", "table or json")
	completeWith(cmd, "output", "table", "json")
	f.registerReading(cmd)
	return cmd
}

// oneInput wants the name of one input.
func oneInput(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("%s takes one trace file, - for stdin, or the address of a Jaeger; there are %d", cmd.CommandPath(), len(args))
	}
	return nil
}

func kindNames() string { return join(trace.AnomalyKinds()) }

// writeTraceTable writes the list for people.
func writeTraceTable(w io.Writer, all []trace.Summary, latest trace.TraceID) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "TRACE ID\tBEGUN\tDURATION\tSPANS\tSERVICES\tROOT\tNOTES")
	for _, s := range all {
		begun := "-"
		if s.Start > 0 {
			begun = utc(s.Start).Format(millis)
		}
		fmt.Fprintf(t, "%v\t%s\t%s\t%d\t%s\t%s\t%s\n", s.ID, begun, render.Duration(s.Duration()), s.Spans,
			serviceList(s.Services), orDash(render.Printable(s.Root, 40)), orDash(traceNotes(s, latest)))
	}
	return t.Flush()
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// serviceList names the first services.
func serviceList(names []string) string {
	const most = 3
	var shown []string
	for i, name := range names {
		if i == most {
			shown = append(shown, fmt.Sprintf("and %d more", len(names)-most))
			break
		}
		shown = append(shown, render.Printable(name, 40))
	}
	return orDash(strings.Join(shown, ", "))
}

// traceNotes says what is to be known of a trace.
func traceNotes(s trace.Summary, latest trace.TraceID) string {
	var notes []string
	if s.ID == latest {
		notes = append(notes, "latest")
	}
	for _, a := range s.Anomalies {
		notes = append(notes, fmt.Sprintf("%d %s", len(a.Spans), anomalyWord(a)))
	}
	return strings.Join(notes, ", ")
}

// anomalyWord names an anomaly behind the number of its spans.
func anomalyWord(a trace.Anomaly) string {
	plural := "s"
	if len(a.Spans) == 1 {
		plural = ""
	}
	switch a.Kind {
	case trace.AnomalyOrphan:
		return "orphan" + plural
	case trace.AnomalyCycle:
		return "in a cycle"
	case trace.AnomalyDuplicateID:
		return "duplicate" + plural
	case trace.AnomalyNoTime:
		return "without time"
	case trace.AnomalyEventNoTime:
		return "with an event without time"
	case trace.AnomalyNoID:
		return "without ID"
	}
	return string(a.Kind)
}

// traceEntry is a trace in the list for programs. The help of traces documents
// it; names are only ever added.
type traceEntry struct {
	TraceID    string                    `json:"trace_id"`
	Begun      *string                   `json:"begun"`
	DurationNS int64                     `json:"duration_ns"`
	Spans      int                       `json:"spans"`
	Services   []string                  `json:"services"`
	Root       string                    `json:"root"`
	Latest     bool                      `json:"latest"`
	Anomalies  map[trace.AnomalyKind]int `json:"anomalies"`
}

// writeTraceJSON writes the list for programs.
func writeTraceJSON(w io.Writer, all []trace.Summary, latest trace.TraceID) error {
	entries := make([]traceEntry, len(all))
	for i, s := range all {
		e := traceEntry{
			TraceID: s.ID.String(), DurationNS: int64(s.Duration()), Spans: s.Spans,
			Services: append([]string{}, s.Services...), Root: s.Root,
			Latest: s.ID == latest, Anomalies: map[trace.AnomalyKind]int{},
		}
		if s.Start > 0 {
			begun := utc(s.Start).Format(nanos)
			e.Begun = &begun
		}
		for _, a := range s.Anomalies {
			e.Anomalies[a.Kind] = len(a.Spans)
		}
		entries[i] = e
	}
	return report.WriteJSON(w, entries)
}
