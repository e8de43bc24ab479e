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
	write, err := graphWriter(format)
	if err != nil {
		return err
	}
	g, err := Picture(s, opts)
	if err != nil {
		return err
	}
	return write(w, g)
}

// graphWriter returns what writes pictures in a format.
func graphWriter(format string) (func(io.Writer, *Graph) error, error) {
	switch format {
	case "dot":
		return WriteDOT, nil
	case "svg":
		return WriteSVG, nil
	case "png":
		return WritePNG, nil
	}
	return nil, fmt.Errorf("unknown format %q: use one of %s", clip(format, maxLabel), strings.Join(Formats(), ", "))
}
