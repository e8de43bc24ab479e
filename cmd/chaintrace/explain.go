package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/chaintrace/chaintrace/render/report"
	"github.com/chaintrace/chaintrace/trace/startup/verify"
)

func newExplainCommand() *cobra.Command {
	f := &answerFlags{}
	cmd := &cobra.Command{
		Use:   "explain [CODE|NAME]...",
		Short: "Explain what verify finds: why it is a problem, and what to do",
		Long: `Explain tells of a rule of chaintrace verify how what it finds comes about, what
follows from it and what to do. Without a code or a name it lists all rules.`,
		Example: `  chaintrace explain
  chaintrace explain CT201
  chaintrace explain masked-check lost-check
  chaintrace explain --output json`,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			var names []string
			for _, r := range verify.Rules() {
				names = append(names, fmt.Sprintf("%s\t%s", r.Code, r.Summary), fmt.Sprintf("%s\t%s", r.Name, r.Summary))
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(); err != nil {
				return err
			}
			if len(args) == 0 {
				return f.print(cmd, report.NewExplain(false, verify.Rules()...))
			}
			var rules []*verify.Rule
			for _, arg := range args {
				rule, err := verify.Lookup(arg)
				if err != nil {
					return withCode(exitUsage, err)
				}
				rules = append(rules, rule)
			}
			return f.print(cmd, report.NewExplain(true, rules...))
		},
	}
	f.registerPrinting(cmd)
	return cmd
}
