package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/chaintrace/chaintrace/chain/preset"
	"github.com/chaintrace/chaintrace/render/report"
)

func newPresetCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "preset",
		Short:   "List and show the chains that come with chaintrace, and make new ones out of traces",
		Example: "  chaintrace preset list\n  chaintrace preset show aggregated-apiserver > mine.yaml\n  chaintrace preset export real.json --out mine.yaml",
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newPresetListCommand(), newPresetShowCommand(), newPresetExportCommand())
	return cmd
}

// presetEntry is a preset in the list.
type presetEntry struct {
	Name    string   `json:"name"`
	Version string   `json:"version"`
	Servers []string `json:"servers"` // outermost first
	About   string   `json:"about"`
	Origin  struct {
		Source  string `json:"source"`  // instrumented, model or observed; "" where people wrote it
		Server  string `json:"server"`  // what was recorded
		Command string `json:"command"` // that made it out of the trace
		Note    string `json:"note"`
	} `json:"origin"`
}

// origin says in a word where the preset comes from.
func (e presetEntry) origin() string {
	if e.Origin.Source == "" {
		return "written"
	}
	return e.Origin.Source
}

func newPresetListCommand() *cobra.Command {
	output := ""
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the presets",
		Long: `List lists the presets and where each comes from: instrumented are those made out of
the trace of a real server, written those that people wrote. What was recorded, and how,
is in --output json, and in preset show.`,
		Example: "  chaintrace preset list\n  chaintrace preset list --output json",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := choice("output", output, "table", "json"); err != nil {
				return withCode(exitUsage, err)
			}
			entries, err := presetEntries()
			if err != nil {
				return withCode(exitWork, err)
			}
			if output == "json" {
				return withCode(exitWork, report.WriteJSON(cmd.OutOrStdout(), entries))
			}
			t := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(t, "NAME\tVERSION\tSERVERS\tORIGIN\tABOUT")
			for _, e := range entries {
				fmt.Fprintf(t, "%s\t%s\t%d\t%s\t%s\n", e.Name, e.Version, len(e.Servers), e.origin(), e.About)
			}
			return withCode(exitWork, t.Flush())
		},
	}
	cmd.Flags().StringVar(&output, "output", "table", "table or json")
	completeWith(cmd, "output", "table", "json")
	return cmd
}

func presetEntries() ([]presetEntry, error) {
	var entries []presetEntry
	for _, name := range preset.Names() {
		d, err := preset.Load(name)
		if err != nil {
			return nil, err
		}
		e := presetEntry{Name: name, Version: d.Version, About: d.About}
		e.Origin.Source, e.Origin.Server, e.Origin.Command, e.Origin.Note = d.Origin.Source, d.Origin.Server, d.Origin.Command, d.Origin.Note
		for i := len(d.Servers) - 1; i >= 0; i-- {
			e.Servers = append(e.Servers, d.Servers[i].Name)
		}
		entries = append(entries, e)
	}
	return entries, nil
}

func newPresetShowCommand() *cobra.Command {
	return &cobra.Command{
		Use:       "show NAME",
		Short:     "Write a preset's YAML, to read or to copy",
		Example:   "  chaintrace preset show aggregated-apiserver > mine.yaml\n  chaintrace run --chain mine.yaml --out mine.svg",
		ValidArgs: preset.Names(),
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fmt.Errorf("%s takes the name of one preset; see chaintrace preset list", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := preset.Source(args[0])
			if err != nil {
				return withCode(exitUsage, err)
			}
			_, err = cmd.OutOrStdout().Write(text)
			return withCode(exitWork, err)
		},
	}
}
