package format

import (
	"io"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/render/page"
	"github.com/chaintrace/chaintrace/render/pprof"
	"github.com/chaintrace/chaintrace/render/timeline"
	"github.com/chaintrace/chaintrace/render/traceevent"
	"github.com/chaintrace/chaintrace/trace"
)

// pictures are the formats for people.
func pictures() []Format {
	return []Format{
		{
			Name: "dot", Endings: []string{".dot", ".gv"}, Views: render.GraphViews(),
			About: "picture for Graphviz", graph: render.WriteDOT,
		},
		{
			Name: "svg", Endings: []string{".svg"}, Views: render.Views(),
			About: "picture for browsers and documents", graph: render.WriteSVG, timeline: drawn(timeline.WriteSVG),
		},
		{
			Name: "png", Endings: []string{".png"}, Views: render.Views(), Binary: true,
			About: "picture of pixels", graph: render.WritePNG, timeline: drawn(timeline.WritePNG),
		},
		{
			Name: "html", Endings: []string{".html", ".htm"},
			About: "page for browsers: pictures, timeline and tables, to search and to select in",
			whole: func(w io.Writer, in Input, o render.Options) error {
				if in.Start == nil {
					return page.WriteSpans(w, in.Trace, page.Options{Detail: o.Detail})
				}
				return page.Write(w, in.Start, page.Options{Detail: o.Detail})
			},
		},
		{
			Name: "mmd", Endings: []string{".mmd", ".mermaid"}, Views: render.Views(),
			About: "Mermaid flowchart or Gantt chart, which GitHub shows within Markdown",
			graph: render.WriteMermaid, timeline: drawn(timeline.WriteMermaid),
		},
		{
			Name: "txt", Endings: []string{".txt"}, Views: render.Views(), Text: true,
			About: "tree or chart of plain text, for terminals and messages", whole: text,
			timeline: func(w io.Writer, t *timeline.Timeline, o render.Options) error {
				return timeline.WriteText(w, t, o.Text)
			},
		},
	}
}

// traces are the formats for other tools.
func traces() []Format {
	return []Format{
		{
			Name: "json", Endings: []string{".json", ".jsonl"}, Kept: true,
			About: "trace as OTLP JSON lines, as the collector's file exporter writes it",
			whole: ofTrace(trace.WriteJSON),
		},
		{
			Name: "pb", Endings: []string{".pb"}, Binary: true, Kept: true,
			About: "trace as OTLP protobuf", whole: ofTrace(trace.WriteProto),
		},
		{
			Name: "jaeger", Endings: []string{".jaeger.json"},
			About: "trace to upload in Jaeger's search page", whole: ofTrace(trace.WriteJaeger),
		},
		{
			Name: "perfetto", Endings: []string{".perfetto.json"},
			About: "Chrome trace events, for Perfetto and chrome://tracing", whole: ofTrace(traceevent.Write),
		},
		{
			Name: "pprof", Endings: []string{".pprof"}, Binary: true, Packed: true,
			About: "profile for go tool pprof, as a flame graph; -diff_base compares two", whole: ofTrace(pprof.Write),
		},
	}
}

// ofTrace is the writer of a format that takes nothing but spans.
func ofTrace(write func(w io.Writer, t *trace.Trace) error) func(io.Writer, Input, render.Options) error {
	return func(w io.Writer, in Input, _ render.Options) error { return write(w, in.Trace) }
}

// drawn is the writer of a timeline in a format in which nothing is to be chosen.
func drawn(write func(io.Writer, *timeline.Timeline) error) func(io.Writer, *timeline.Timeline, render.Options) error {
	return func(w io.Writer, t *timeline.Timeline, _ render.Options) error { return write(w, t) }
}

// text writes a view as text. It is no format for pictures of any kind: commands
// that draw those have a text of their own.
func text(w io.Writer, in Input, o render.Options) error {
	g, err := in.picture(o)
	if err != nil {
		return err
	}
	return render.WriteText(w, g, o.Text)
}
