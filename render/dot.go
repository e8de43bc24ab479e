package render

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/awalterschulze/gographviz"
)

const (
	dotGraphName = "chain"
	dotTitleName = "cluster_title"
	dotRankName  = "rank_"     // and a number
	dotFontSize  = 12          // of text without a font of its own
	dotFont      = "Helvetica" // alone: only then does Graphviz know how wide letters are
)

// WriteDOT writes the graph in Graphviz's language. Nodes and clusters are
// named by their number, never by what a trace calls them; their id attribute
// carries their key. It returns an error, before anything is written, when an
// edge or a node refers to something that the graph does not have.
func WriteDOT(w io.Writer, g *Graph) error { return writeDOT(w, g, nil) }

// writeDOT writes DOT, with numbers for tooltips where those are collected.
func writeDOT(w io.Writer, g *Graph, tips *tooltips) error {
	if err := g.check(); err != nil {
		return fmt.Errorf("writing DOT: %w", err)
	}
	b := newDOTBuilder(g)
	b.tips = tips
	if err := b.build(); err != nil {
		return fmt.Errorf("writing DOT: %w", err)
	}
	tree, err := b.out.WriteAst()
	if err != nil {
		return fmt.Errorf("writing DOT: %w", err)
	}
	bw := bufio.NewWriterSize(w, 1<<16)
	writeDOTTree(bw, tree)
	if err := bw.Flush(); err != nil {
		return fmt.Errorf("writing DOT: %w", err)
	}
	return nil
}

// check reports every reference to a node, row or cluster that is not there.
// gographviz drops such things silently or fails late.
func (g *Graph) check() error {
	var errs []error
	known := func(c ClusterID) bool { return c >= 0 && int(c) <= len(g.Clusters) }
	for i, c := range g.Clusters {
		// A parent that comes later could close a circle.
		if !known(c.Parent) || int(c.Parent) > i {
			errs = append(errs, fmt.Errorf("cluster %d (%s): parent %d is not an earlier cluster", i+1, name(c.Key), c.Parent))
		}
	}
	for i, n := range g.Nodes {
		if !known(n.Cluster) {
			errs = append(errs, fmt.Errorf("node %d (%s): there is no cluster %d", i+1, name(n.Key), n.Cluster))
		}
		if n.Under < 0 || int(n.Under) > i {
			errs = append(errs, fmt.Errorf("node %d (%s): %d, which it is under, is not an earlier node", i+1, name(n.Key), n.Under))
		}
	}
	for i, e := range g.Edges {
		for _, end := range []End{e.From, e.To} {
			switch {
			case end.Node < 1 || int(end.Node) > len(g.Nodes):
				errs = append(errs, fmt.Errorf("edge %d: there is no node %d", i+1, end.Node))
			case end.Row < 0 || end.Row > len(g.Nodes[end.Node-1].Label.Rows):
				errs = append(errs, fmt.Errorf("edge %d: node %d (%s) has no row %d", i+1, end.Node, name(g.Nodes[end.Node-1].Key), end.Row))
			}
		}
	}
	return errors.Join(errs...)
}

// dotBuilder turns a Graph into gographviz's.
type dotBuilder struct {
	in       *Graph
	out      *gographviz.Graph
	ids      *idSet
	ports    map[NodeID]portSet
	digits   int
	tips     *tooltips
	nodeKeys []string // id attributes by node
	ordered  bool     // Graphviz keeps the order of edges; it crashes where some lead across
}

func newDOTBuilder(g *Graph) *dotBuilder {
	return &dotBuilder{
		in:      g,
		out:     gographviz.NewGraph(),
		ids:     newIDSet(),
		ports:   usedPorts(g),
		ordered: g.Ordered && !slices.ContainsFunc(g.Edges, g.across),
		digits:  max(3, len(strconv.Itoa(max(len(g.Nodes), len(g.Clusters))))),
	}
}

// Zero-padded, as gographviz sorts by name.
func (b *dotBuilder) nodeName(n NodeID) string { return fmt.Sprintf("n%0*d", b.digits, int(n)) }

func (b *dotBuilder) clusterName(c ClusterID) string {
	if c == 0 {
		return b.rootName()
	}
	return fmt.Sprintf("cluster_%0*d", b.digits, int(c))
}

// rootName is where what belongs to no cluster goes: a frame that is not seen
// and carries the title, as a graph has but one label and that is the legend.
func (b *dotBuilder) rootName() string {
	if b.in.Title != nil {
		return dotTitleName
	}
	return dotGraphName
}

// addTitle adds the frame that carries the title. In one that holds nothing else it puts
// a node that is not seen: Graphviz leaves out empty ones, and the title with them.
func (b *dotBuilder) addTitle() error {
	if b.in.Title == nil {
		return nil
	}
	attrs := map[string]string{
		"label": htmlLabel(b.in.Title, tableLook{padding: 2, below: b.roomAbove()}), "labeljust": "l", "labelloc": "t", "margin": "12",
		"peripheries": "0", "id": quote(b.ids.unique("title")),
	}
	if err := b.out.AddSubGraph(dotGraphName, dotTitleName, attrs); err != nil || len(b.in.Nodes) > 0 {
		return err
	}
	return b.out.AddNode(dotTitleName, b.nodeName(0), map[string]string{"shape": "point", "style": "invis", "label": quote("")})
}

func (b *dotBuilder) build() error {
	if err := errors.Join(b.out.SetName(dotGraphName), b.out.SetDir(true)); err != nil {
		return err
	}
	for _, a := range b.graphAttrs() {
		if err := b.out.AddAttr(dotGraphName, a[0], a[1]); err != nil {
			return err
		}
	}
	if err := b.addTitle(); err != nil {
		return err
	}
	for i := range b.in.Clusters {
		if err := b.addCluster(ClusterID(i + 1)); err != nil {
			return err
		}
	}
	for i := range b.in.Nodes {
		if err := b.addNode(NodeID(i + 1)); err != nil {
			return err
		}
	}
	for i := range b.in.Edges {
		if b.ordered && b.in.LeftToRight {
			i = len(b.in.Edges) - 1 - i // Graphviz then goes from the bottom up
		}
		if err := b.addEdge(i); err != nil {
			return err
		}
	}
	return b.order()
}

func (b *dotBuilder) graphAttrs() [][2]string {
	attrs := [][2]string{
		{"charset", quote("utf-8")},
		{"bgcolor", quote(colorPage)},
		{"fontname", quote(dotFont)},
		{"fontsize", number(dotFontSize)},
		{"fontcolor", quote(colorInk)},
		{"compound", "true"},
		{"id", quote(b.ids.unique(dotGraphName))},
		{"tooltip", quote(visible(b.in.Name))},
	}
	if b.in.LeftToRight {
		attrs = append(attrs, [2]string{"rankdir", "LR"})
	}
	if b.ordered {
		attrs = append(attrs, [2]string{"ordering", "out"})
	}
	if b.in.NodeGap > 0 {
		attrs = append(attrs, [2]string{"nodesep", inches(b.in.NodeGap)})
	}
	if b.in.RankGap > 0 {
		attrs = append(attrs, [2]string{"ranksep", inches(b.in.RankGap)})
	}
	if b.in.Legend != nil {
		attrs = append(attrs,
			[2]string{"label", htmlLabel(b.in.Legend, tableLook{padding: 2})},
			[2]string{"labelloc", "b"}, [2]string{"labeljust", "l"})
	}
	return attrs
}

func (b *dotBuilder) addCluster(id ClusterID) error {
	c := b.in.Clusters[id-1]
	st := styleOf(c.Role)
	label := quote("")
	if c.Label != nil {
		label = htmlLabel(c.Label, tableLook{padding: 2, text: st.Text})
	}
	attrs := map[string]string{
		// An attribute that is left out is inherited from the frame around.
		"label":       label,
		"labeljust":   "l",
		"labelloc":    "t",
		"style":       quote(joinWords("rounded,filled", st.Dash)),
		"color":       quote(st.Line),
		"fillcolor":   quote(orElse(st.Fill, colorPage)),
		"penwidth":    number(st.Pen),
		"peripheries": "1",
		"margin":      "14",
		"id":          quote(b.ids.unique(c.Key)),
		"tooltip":     b.tooltip(c.Tooltip),
	}
	return b.out.AddSubGraph(b.clusterName(c.Parent), b.clusterName(id), attrs)
}

func (b *dotBuilder) addNode(id NodeID) error {
	n := b.in.Nodes[id-1]
	key := b.ids.unique(n.Key)
	b.nodeKeys = append(b.nodeKeys, key)
	st := styleOf(n.Role)
	attrs := map[string]string{"id": quote(key), "tooltip": b.tooltip(n.Tooltip)}
	look := tableLook{padding: 3, ports: b.ports[id], text: st.Text}
	// A panel's outline is its table's, unless it is dashed: Graphviz writes
	// what lies behind a table's DASHED in memory into its JSON.
	if n.Shape == ShapePanel && st.Dash == "" {
		look.border = &st
		look.fill = st.Fill
	} else {
		attrs["shape"] = shapeName(n.Shape)
		attrs["style"] = quote(joinWords(shapeStyle(n.Shape), st.Dash))
		attrs["color"] = quote(st.Line)
		attrs["fillcolor"] = quote(orElse(st.Fill, colorPage))
		attrs["penwidth"] = number(st.Pen)
		attrs["margin"] = quote("0.08,0.04")
		look.padding = 1
	}
	if b.tips != nil {
		look.rowAttrs = func(r Row) string {
			return fmt.Sprintf(` HREF="#" ID="%s" TOOLTIP="%s"`, b.ids.unique(n.Key+" "+rowName(r)), b.tips.add(r.Tooltip))
		}
	}
	attrs["label"] = htmlLabel(&n.Label, look)
	return b.out.AddNode(b.clusterName(n.Cluster), b.nodeName(id), attrs)
}

// tooltip writes a tooltip, or its number where they are collected.
func (b *dotBuilder) tooltip(s string) string {
	if b.tips != nil && s != "" {
		s = b.tips.add(s)
	}
	return quote(s)
}

func (b *dotBuilder) addEdge(i int) error {
	e := b.in.Edges[i]
	st := styleOf(e.Role)
	attrs := map[string]string{
		"color":    quote(st.Line),
		"penwidth": number(st.Pen),
		"id":       quote(b.ids.unique("edge " + b.nodeKeys[e.From.Node-1] + " " + b.nodeKeys[e.To.Node-1])),
		"tooltip":  b.tooltip(e.Tooltip),
	}
	if st.Dash != "" {
		attrs["style"] = st.Dash
	}
	if len(e.Label) > 0 {
		attrs["label"] = htmlLabel(edgeLabel(e), tableLook{padding: 1, text: orElse(st.Ink, st.Text)})
	}
	from, to, backward := e.From, e.To, e.Backward
	if e.Beside {
		if b.in.Title != nil && b.in.LeftToRight {
			from, to, backward = to, from, !backward // Graphviz fills a frame's ranks upwards
		}
		if err := b.oneRank(i, from.Node, to.Node); err != nil {
			return err
		}
	}
	switch {
	case e.Plain:
		attrs["dir"] = "none"
	case backward:
		attrs["dir"] = "back"
	}
	if e.Span > 1 {
		attrs["minlen"] = strconv.Itoa(e.Span)
	}
	if b.in.Ordered && b.in.across(e) {
		attrs["constraint"] = "false"
	}
	if e.Weight > 0 {
		attrs["weight"] = strconv.Itoa(e.Weight)
	}
	return b.out.AddPortEdge(b.nodeName(from.Node), b.port(from), b.nodeName(to.Node), b.port(to), true, attrs)
}

// oneRank puts nodes into one rank. No other rank has the number.
func (b *dotBuilder) oneRank(number int, nodes ...NodeID) error {
	name := dotRankName + strconv.Itoa(number+1)
	if err := b.out.AddSubGraph(b.rootName(), name, map[string]string{"rank": "same"}); err != nil {
		return err
	}
	for _, n := range nodes {
		if err := b.out.AddNode(name, b.nodeName(n), nil); err != nil {
			return err
		}
	}
	return nil
}

// port writes where at its node an edge ends, as gographviz wants it: without
// the colon in front.
func (b *dotBuilder) port(e End) string {
	side := map[Side]string{SideWest: "w", SideEast: "e"}[e.Side]
	if e.Row == 0 {
		return side
	}
	port := portName(e.Row, e.Side, &b.in.Nodes[e.Node-1].Label)
	if side != "" {
		port += ":" + side
	}
	return port
}

func edgeLabel(e Edge) *Table {
	t := &Table{}
	for _, l := range e.Label {
		t.Add(Cell{Text: l, Font: FontSmall, Align: AlignCenter})
	}
	return t
}

func shapeName(s Shape) string {
	switch s {
	case ShapeEllipse:
		return "ellipse"
	case ShapeTerminal:
		return "octagon"
	}
	return "box"
}

func shapeStyle(s Shape) string {
	if s == ShapeBox || s == ShapePanel {
		return "rounded,filled"
	}
	return "filled"
}
