package format

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/render/timeline"
	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// Input is what there is to write: a trace, and the start that was read out
// of it, or nil where it shows none.
type Input struct {
	Trace *trace.Trace
	Start *startup.Startup
}

// timeline draws up the start, or the trace where it shows none.
func (in Input) timeline(o render.Options) *timeline.Timeline {
	if in.Start == nil {
		return timeline.FromTrace(in.Trace, o.Budget())
	}
	return timeline.FromStart(in.Start, o.Budget())
}

// Format is one way of writing a start.
type Format struct {
	Name    string   // as --format takes it
	Endings []string // of file names, with the dot in front, the usual one first
	About   string   // what it is and what takes it, in a few words

	// Views are those that it can show. A format without any holds the whole
	// start, whatever the view.
	Views []render.View
	// Text is for what is drawn with characters, as render.TextOptions say.
	Text bool
	// Binary is for what must not go to a terminal.
	Binary bool
	// Packed is for what is gzip already.
	Packed bool
	// Kept is for what holds everything of the trace, so that it can be read
	// again in place of the original.
	Kept bool

	// One of these two is set: what writes a picture, or what writes the input.
	graph func(w io.Writer, g *render.Graph) error
	whole func(w io.Writer, in Input, o render.Options) error
	// What writes the view that is no graph; nil where the format cannot show it,
	// or shows everything.
	timeline func(w io.Writer, t *timeline.Timeline, o render.Options) error
}

// All returns the formats, pictures before traces.
func All() []Format { return append(pictures(), traces()...) }

// OfGraphs returns the formats that a picture of any kind can be written in.
func OfGraphs() []Format {
	return slices.DeleteFunc(All(), func(f Format) bool { return f.graph == nil })
}

// Write writes the input as o says. For a view that the format cannot show it
// returns an error that lists the formats that can.
func (f Format) Write(w io.Writer, in Input, o render.Options) error {
	if err := f.Shows(o.View); err != nil {
		return err
	}
	switch {
	case o.View == render.ViewTimeline && f.timeline != nil:
		return f.timeline(w, in.timeline(o), o)
	case f.graph == nil:
		return f.whole(w, in, o)
	}
	return f.writePicture(w, in, o)
}

// WriteGraph writes a picture. It returns an error where the format is none of
// OfGraphs.
func (f Format) WriteGraph(w io.Writer, g *render.Graph) error {
	if f.graph == nil {
		return fmt.Errorf("%s is no format for pictures", f.Name)
	}
	return f.graph(w, render.Indent(g))
}

// Shows returns an error when the format has views and this one, by its name,
// is none of them; it lists the formats that can show it. The empty name is the
// default's.
func (f Format) Shows(v render.View) error {
	view, err := render.ParseView(string(v))
	if err != nil {
		return err
	}
	if len(f.Views) == 0 || slices.Contains(f.Views, view) {
		return nil
	}
	return fmt.Errorf("%s cannot show the view %s; %s can", f.Name, view, strings.Join(Names(showing(view)), ", "))
}

// showing returns the formats that have a view.
func showing(v render.View) []Format {
	return slices.DeleteFunc(All(), func(f Format) bool { return !slices.Contains(f.Views, v) })
}

// ErrUnknown is returned for a format that there is not.
var ErrUnknown = errors.New("unknown format")

// Find returns the format of this name, or with this ending, among those that
// are allowed. The error lists their names.
func Find(name string, allowed []Format) (Format, error) {
	lower := strings.ToLower(name)
	for _, f := range allowed {
		if f.Name == lower || slices.Contains(f.Endings, "."+lower) {
			return f, nil
		}
	}
	return Format{}, fmt.Errorf("%w %q: use one of %s", ErrUnknown, render.Printable(name, 56), strings.Join(Names(allowed), ", "))
}

// Gzip is the ending of what is packed, behind that of any format.
const Gzip = ".gz"

// OfFile returns the format that a file's name ends in, in any case, and
// whether it is to be packed by gzip. Of endings that one another end in, as
// those of Jaeger's JSON and of JSON, the longest counts. The error lists the
// endings.
func OfFile(path string, allowed []Format) (Format, bool, error) {
	name := strings.ToLower(path)
	name, packed := strings.CutSuffix(name, Gzip)
	var best Format
	longest := ""
	for _, f := range allowed {
		for _, e := range f.Endings {
			if strings.HasSuffix(name, e) && len(e) > len(longest) {
				best, longest = f, e
			}
		}
	}
	if longest == "" {
		return Format{}, false, fmt.Errorf("the name does not end in one of %s", strings.Join(Endings(allowed), " "))
	}
	return best, packed && !best.Packed, nil
}

// Names returns the names of formats.
func Names(formats []Format) []string {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = f.Name
	}
	return names
}

// Endings returns the endings of formats, for each the usual one.
func Endings(formats []Format) []string {
	endings := make([]string, len(formats))
	for i, f := range formats {
		endings[i] = f.Endings[0]
	}
	return endings
}
