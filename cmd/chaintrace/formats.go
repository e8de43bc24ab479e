package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/render/format"
)

// newFormatsTopic returns the help topic that lists the formats. It is no
// command, as there is nothing to run.
func newFormatsTopic() *cobra.Command {
	return &cobra.Command{
		Use:   "formats",
		Short: "What --out and --format can write",
		Long: `What --out can write, told by how the file's name ends, or by --format:

` + formatTable() + `
Where it says views, --view chooses the picture: ` + join(render.Views()) + `.
With .gz behind its ending a file is packed by gzip. - is stdout.`,
	}
}

// formatTable lists all formats for a terminal.
func formatTable() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, f := range format.All() {
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", f.Name, strings.Join(f.Endings, " "), viewsOf(f), f.About)
	}
	_ = w.Flush() // a strings.Builder takes everything
	return b.String()
}

// viewsOf says which views a format can show.
func viewsOf(f format.Format) string {
	switch len(f.Views) {
	case 0:
		return "-"
	case len(render.Views()):
		return "views"
	}
	return join(f.Views)
}
