package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/chaintrace/chaintrace/render/report"
)

func newSchemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema [NAME]",
		Short: "Describe the JSON that --output json writes",
		Long: `Schema lists the shapes of what --output json writes, or writes the JSON Schema of
one, with what each field means. The field "schema" of an answer names its shape.
Within a version fields are only ever added.`,
		Example:   "  chaintrace schema\n  chaintrace schema blame\n  chaintrace schema blame/v1",
		ValidArgs: report.Schemas(),
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return fmt.Errorf("%s takes one name or none; there are %d", cmd.CommandPath(), len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				_, err := fmt.Fprintln(cmd.OutOrStdout(), strings.Join(report.Schemas(), "\n"))
				return withCode(exitWork, err)
			}
			schema, err := report.Schema(args[0])
			if err != nil {
				return withCode(exitUsage, err)
			}
			return withCode(exitWork, report.WriteJSON(cmd.OutOrStdout(), schema))
		},
	}
}
