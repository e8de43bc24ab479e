package main

import (
	"encoding/json"
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// build says what this program was built from.
type build struct {
	Version  string `json:"version"`
	Go       string `json:"go"`
	Revision string `json:"revision,omitempty"`
	Modified bool   `json:"modified,omitempty"`
}

func readBuild() build {
	b := build{Version: "unknown"}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	b.Go = info.GoVersion
	if info.Main.Version != "" {
		b.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Revision = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}

func newVersionCommand() *cobra.Command {
	output := ""
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: "  chaintrace version\n  chaintrace version --output json",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := choice("output", output, "text", "json"); err != nil {
				return withCode(exitUsage, err)
			}
			b := readBuild()
			if output == "json" {
				return withCode(exitWork, json.NewEncoder(cmd.OutOrStdout()).Encode(b))
			}
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "chaintrace %s %s\n", b.Version, b.Go)
			return withCode(exitWork, err)
		},
	}
	cmd.Flags().StringVar(&output, "output", "text", "text or json")
	completeWith(cmd, "output", "text", "json")
	return cmd
}
