package format

import (
	"errors"
	"io"

	"github.com/chaintrace/chaintrace/render"
)

// Of what is too large for a format, that much is shown if nobody said how much,
// or half of that, and so on, but not less than the least.
const (
	mostOfLarge  = 2000
	leastOfLarge = 20
)

// picture returns what shows the input: the view of a start, or the spans of a trace
// that shows none.
func (in Input) picture(o render.Options) (*render.Graph, error) {
	if in.Start == nil {
		return render.SpanTree(in.Trace, o)
	}
	g, err := render.Picture(in.Start, o)
	if err != nil {
		return nil, err
	}
	render.SayIfNothing(g, o.View)
	return g, nil
}

// writePicture writes a picture of the input with as many entries as o allows. If o
// says no number, and it is too large for the format, more of it is counted.
func (f Format) writePicture(w io.Writer, in Input, o render.Options) error {
	most := o.Budget()
	all := o
	all.MaxNodes = -1
	g, err := in.picture(all)
	if err != nil {
		return err
	}
	err = f.WriteGraph(w, render.Collapse(g, most))
	if o.MaxNodes != 0 {
		return err
	}
	for most = min(most, mostOfLarge); errors.Is(err, render.ErrTooLarge) && most >= leastOfLarge; most /= 2 {
		err = f.WriteGraph(w, render.Collapse(g, most))
	}
	return err
}
