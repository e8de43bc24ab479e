package render

import (
	"fmt"
	"math"
	"strings"

	"github.com/chaintrace/chaintrace/trace/startup"
)

// View is a way of looking at the start of a server chain.
type View string

// The views.
const (
	ViewTree   View = "tree"   // the delegation tree: servers with what they own and took over
	ViewHooks  View = "hooks"  // which post-start hook waits for which, and what holds readiness back
	ViewChecks View = "checks" // what feeds healthz, livez and readyz of each server
	ViewRoutes View = "routes" // the paths of each server and which server answers them
	// ViewTimeline shows what happened when. It is no graph: package
	// render/timeline draws it.
	ViewTimeline View = "timeline"
)

// Views returns the views, the default first.
func Views() []View { return append(GraphViews(), ViewTimeline) }

// GraphViews returns the views that Picture draws, the default first.
func GraphViews() []View { return []View{ViewTree, ViewHooks, ViewChecks, ViewRoutes} }

// Detail is how much a view shows.
type Detail string

// The levels of detail.
const (
	DetailLow    Detail = "low"    // counts
	DetailNormal Detail = "normal" // what is each server's own by name, the rest counted
	DetailFull   Detail = "full"   // everything by name
)

// Details returns the levels of detail, from little to much.
func Details() []Detail { return []Detail{DetailLow, DetailNormal, DetailFull} }

// ParseView returns the view of this name; the empty name is the default's.
// The error lists the names that there are.
func ParseView(s string) (View, error) {
	if s == "" {
		return ViewTree, nil
	}
	return parseOne("view", s, Views())
}

// ParseDetail returns the level of detail of this name; the empty name is the
// default's. The error lists the names that there are.
func ParseDetail(s string) (Detail, error) {
	if s == "" {
		return DetailNormal, nil
	}
	return parseOne("detail", s, Details())
}

func parseOne[T ~string](what, s string, allowed []T) (T, error) {
	words := make([]string, len(allowed))
	for i, a := range allowed {
		if string(a) == s {
			return a, nil
		}
		words[i] = string(a)
	}
	return "", fmt.Errorf("unknown %s %q: use one of %s", what, clip(s, maxLabel), strings.Join(words, ", "))
}

// Options says what to draw. The zero value draws the default view at the
// default level of detail.
type Options struct {
	View   View   // "" is ViewTree
	Detail Detail // "" is DetailNormal
	Text   TextOptions
	// MaxNodes is how many entries, frames and rows, a picture shows before what is
	// alike is counted; 0 is DefaultMaxNodes, but all in full detail; a negative
	// number is all.
	MaxNodes int
}

// DefaultMaxNodes is how many entries a picture shows when nobody says.
const DefaultMaxNodes = 200

// Budget returns how many entries a picture may show.
func (o Options) Budget() int {
	switch {
	case o.MaxNodes < 0, o.MaxNodes == 0 && o.Detail == DetailFull:
		return math.MaxInt
	case o.MaxNodes == 0:
		return DefaultMaxNodes
	}
	return o.MaxNodes
}

// Picture builds the graph that shows s as opts says. The graph holds no
// reference to s. It returns an error when opts names a level of detail that does
// not exist, or a view that does not or that is no graph.
func Picture(s *startup.Startup, opts Options) (*Graph, error) {
	g, err := whole(s, opts)
	if err != nil {
		return nil, err
	}
	return Collapse(g, opts.Budget()), nil
}

// whole builds the graph without counting anything.
func whole(s *startup.Startup, opts Options) (*Graph, error) {
	view, err := ParseView(string(opts.View))
	if err != nil {
		return nil, err
	}
	detail, err := ParseDetail(string(opts.Detail))
	if err != nil {
		return nil, err
	}
	switch view {
	case ViewTimeline:
		return nil, fmt.Errorf("the view %s is no graph", view)
	case ViewHooks:
		return hooksView(s, detail), nil
	case ViewChecks:
		return checksView(s, detail), nil
	case ViewRoutes:
		return routesView(s, detail), nil
	}
	return treeView(s, detail), nil
}

// SayIfNothing changes the picture of a view that has nothing in it, as of a start that
// was seen from outside, for writers that show it all the same: it then says so, in
// place of the explanation of colours.
func SayIfNothing(g *Graph, v View) {
	if len(g.Nodes) > 0 {
		return
	}
	what := "servers"
	switch v {
	case ViewHooks:
		what = "runs of hooks"
	case ViewChecks:
		what = "health checks"
	}
	n := Node{Key: "nothing", Role: RolePanel}
	n.Label.AddRow(Row{Role: RoleProblem, Cells: []Cell{{Text: nothingOf(what)}}})
	n.Label.Add(Cell{Text: "What it tells is in the view " + string(ViewTimeline) + ".", Font: FontSmall})
	g.AddNode(n)
	g.Legend = nil
}
