package render

import (
	"fmt"
	"io"
	"strings"

	"github.com/chaintrace/chaintrace/trace/startup"
)

// Formats returns the names of the formats that Write knows.
func Formats() []string { return []string{"dot", "svg", "png", "txt"} }

// Write draws s as opts says and writes it to w in a format of Formats: a
// picture as Graphviz DOT, SVG or PNG, or as txt the summary, which has no
// views. The error for an unknown format lists the known ones.
func Write(w io.Writer, s *startup.Startup, format string, opts Options) error {
	if format == "txt" {
		return WriteSummary(w, s)
	}
	var write func(io.Writer, *Graph) error
	switch format {
	case "dot":
		write = WriteDOT
	case "svg":
		write = WriteSVG
	case "png":
		write = WritePNG
	default:
		return fmt.Errorf("unknown format %q: use one of %s", clip(format, maxLabel), strings.Join(Formats(), ", "))
	}
	g, err := Picture(s, opts)
	if err != nil {
		return err
	}
	return write(w, g)
}
