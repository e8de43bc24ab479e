package render

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"

	"github.com/goccy/go-graphviz"

	"github.com/chaintrace/chaintrace/render/internal/graphvizcache"
)

// go-graphviz is initialised by now, and has found its cache.
var _ = graphvizcache.Restore()

// maxLaidOut is how many nodes and rows a picture may have. Laying out takes
// far more than linear time and cannot be stopped halfway.
const maxLaidOut = 20_000

// ErrTooLarge is returned for a picture that would take too long to lay out.
var ErrTooLarge = errors.New("the picture is too large to lay out")

// formatJSON is Graphviz's JSON with the drawing operations of everything.
const formatJSON graphviz.Format = "json"

// Graphviz doubles backslashes in the texts of its JSON, and of a label that has two
// of them side by side it loses what follows. A character that no text has, as it is
// a control character, stands for them there.
const (
	escapedBackslash = "&#92;&#92;" // as escapeHTML writes it
	backslashMark    = "\u0080"
	escapedMark      = "&#128;"
)

// cellStyle says that the border of a cell is not a whole line. Graphviz writes into its
// JSON for that what lies in memory, which is no JSON: such borders are whole there.
var cellStyle = regexp.MustCompile(` STYLE="(dashed|dotted)"`)

// layOut runs Graphviz, within this process, on the graph and returns its
// output in the format. Tips is as for writeDOT.
func layOut(g *Graph, format graphviz.Format, tips *tooltips) ([]byte, error) {
	if n := size(g); n > maxLaidOut {
		return nil, fmt.Errorf("%w: it has %d nodes and rows, the limit is %d; show less with --max-nodes or a lower detail, or write DOT", ErrTooLarge, n, maxLaidOut)
	}
	var dot bytes.Buffer
	if err := writeDOT(&dot, g, tips); err != nil {
		return nil, err
	}
	roomy, err := makeRoom(dot.Bytes())
	if err != nil {
		return nil, fmt.Errorf("laying out: %w", err)
	}
	if format == formatJSON {
		roomy = bytes.ReplaceAll(roomy, []byte(escapedBackslash), []byte(escapedMark))
		roomy = cellStyle.ReplaceAll(roomy, nil)
	}
	out, err := runGraphviz(roomy, format)
	if err != nil {
		return nil, fmt.Errorf("laying out: %w", err)
	}
	if len(g.Nodes) > 0 && nothingPlaced(out) {
		return nil, fmt.Errorf("laying out: %w", errNotPlaced)
	}
	return out, nil
}

var (
	errNotPlaced = errors.New("Graphviz could not place anything; write DOT and try the dot command on it")
	pictureSize  = regexp.MustCompile(`<svg width="[^"]*" height="[^"]*"|"bb": "[^"]*"`)
)

// nothingPlaced reports whether a picture in SVG or JSON has no size, but for a margin:
// Graphviz has given up, which its library does not report.
func nothingPlaced(out []byte) bool {
	size := string(pictureSize.Find(out))
	return size == `<svg width="8pt" height="8pt"` || size == `"bb": "0,0,0,0"`
}

// runGraphviz lays a graph in DOT out.
func runGraphviz(dot []byte, format graphviz.Format) ([]byte, error) {
	// No deadline and no cancelling: the library is of no use any more after a
	// layout that was broken off.
	ctx := context.Background()
	gv, err := graphviz.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("starting Graphviz: %w", err)
	}
	defer gv.Close()
	parsed, err := graphviz.ParseBytes(dot)
	if err != nil {
		return nil, fmt.Errorf("reading the DOT: %w", err)
	}
	if parsed == nil {
		return nil, errNotPlaced // as after it gave up on something else in this process
	}
	defer parsed.Close()
	var out bytes.Buffer
	if err := gv.Render(ctx, parsed, format, &out); err != nil {
		return nil, err
	}
	if out.Len() == 0 {
		return nil, errNotPlaced
	}
	return out.Bytes(), nil
}

// size counts what takes time to lay out.
func size(g *Graph) int {
	n := len(g.Edges)
	for i := range g.Nodes {
		n += 1 + len(g.Nodes[i].Label.Rows)
	}
	return n
}
