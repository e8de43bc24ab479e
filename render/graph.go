package render

import "time"

// Graph is a picture as data: what is in it, what belongs together and which
// part each thing plays. It says nothing of any output format. The zero value
// is an empty picture that reads from top to bottom.
type Graph struct {
	// Name is what the picture shows, in one line, for screen readers and for
	// the title of a document.
	Name string
	// Description says the same in a few sentences.
	Description string

	// Title stands above the picture and Legend below it; either may be nil.
	Title, Legend *Table
	// Note says what is only counted, in a sentence that is in Title too; "" where
	// all is shown.
	Note string
	// Words explains words in the picture that need it, in sentences. It is part of
	// the Legend too, for formats that write that.
	Words []string

	LeftToRight bool
	Ordered     bool    // what hangs under one node, or under none, stands in the order of the nodes and edges
	NodeGap     float64 // between nodes of one rank, in points; 0: the default
	RankGap     float64 // between ranks, in points; 0: the default

	Clusters []Cluster // a ClusterID is 1 + the index here
	Nodes    []Node    // a NodeID is 1 + the index here
	Edges    []Edge
}

// NodeID names a node of one Graph. The zero value names none.
type NodeID int

// ClusterID names a cluster of one Graph. The zero value is the picture itself.
type ClusterID int

// Cluster is a frame around nodes and other clusters.
type Cluster struct {
	Key     string // stable across traces of similar chains; becomes an id
	Parent  ClusterID
	Label   *Table // nil: none
	Role    Role
	Tooltip string
	Item    Item
}

// Item says how a part of a picture is counted where there is too much to be shown.
// The zero value is of a part that is shown whenever the thing that it is in is.
type Item struct {
	// Noun is what it is one of: "hook".
	Noun string
	// Kind tells those apart that have one noun and one role but are not alike. It is
	// named behind the noun. May be empty.
	Kind string
	// Took is how long it took; 0 where that is not known. Those that took longest
	// are shown first.
	Took time.Duration
	// InOrder is for what follows one another: the first ones are shown.
	InOrder bool
}

// Shape is the outline of a node.
type Shape uint8

// The outlines that a node can have.
const (
	ShapePanel    Shape = iota // a table with a border of its own
	ShapeBox                   // a box with rounded corners
	ShapeEllipse               // an oval
	ShapeTerminal              // an octagon: here something ends
)

// Node is one thing in a picture.
type Node struct {
	Key     string // stable across traces of similar chains; becomes an id
	Cluster ClusterID
	Shape   Shape
	Role    Role
	Label   Table
	Tooltip string
	Item    Item
	Under   NodeID // an earlier node; where that is only counted, so is this one; 0: none
}

// Table is a label made of rows of cells. Its columns are aligned.
type Table struct {
	Rows  []Row
	Width int // at least this many points; 0: as wide as its text
}

// Row is one line of a Table.
type Row struct {
	// Key says what the row is about, a word for its kind and its name: "hook x",
	// "check y". Rows of one key are about one thing. Empty: nothing in particular.
	Key     string
	Cells   []Cell
	Role    Role   // the ground of the row; RoleNone: that of the table
	Tooltip string // the full facts about this row; empty: the node's
	Rule    bool   // a thin line above the row
	Item    Item   // a row with the key of the row above belongs to that, and needs none
}

// Align says where the text of a cell stands.
type Align uint8

// The alignments of a cell's text.
const (
	AlignLeft Align = iota
	AlignRight
	AlignCenter
)

// Font is how the text of a cell looks.
type Font uint8

// The looks of text.
const (
	FontNormal  Font = iota
	FontBold         // what to look at first
	FontSmall        // remarks
	FontHeading      // the name of a panel or a server
	FontTitle        // the name of the picture
)

// Cell is one field of a Row: text, or a bar or a table where that is set.
type Cell struct {
	Text   string
	Font   Font
	Italic bool
	Align  Align
	Role   Role // colour of the text, and of its ground where Badge is set
	Badge  bool // the text stands in a filled field of its role's colour
	Span   int  // columns taken; 0 means 1
	Bar    *Bar
	Table  *Table // a table of its own instead of text
}

// Bar is a horizontal bar on a track: a stretch of a longer whole.
type Bar struct {
	Track    int // length of the whole in points
	Height   int // in points; 0: the default
	Segments []Segment
}

// Segment is one stretch of a Bar; stretches follow one another.
type Segment struct {
	Length int    // in points
	Role   Role   // RoleNone: a gap
	Text   string // written on it in small letters; must fit
}

// Side is the side of a node at which an edge ends.
type Side uint8

// The sides of a node.
const (
	SideAny Side = iota
	SideWest
	SideEast
)

// End is one end of an edge.
type End struct {
	Node NodeID
	Row  int  // 1 + the index of the row of the node's label; 0: the node as a whole
	Side Side // of the row, or of the node
}

// Edge joins two nodes.
type Edge struct {
	From, To End
	Role     Role
	Label    []string // lines
	// About is what of the nodes it joins, a name, for formats in which edges end at
	// nodes and not at rows. May be empty.
	About   string
	Word    string // what it is, for formats that do not lay out, where it has no Label
	Tooltip string
	// Backward draws the arrow from To to From without changing which of the
	// two comes first in the picture.
	Backward bool
	// Plain draws a line without an arrow head.
	Plain bool
	// Beside lets the ends stand in one rank, From before To, where nothing else
	// parts them.
	Beside bool
	// Weight pulls the edge straight and short; 0 means 1.
	Weight int
	// Span keeps the ends at least so many ranks apart; 0 means 1.
	Span int
}

// AddCluster adds a cluster and returns its ID.
func (g *Graph) AddCluster(c Cluster) ClusterID {
	g.Clusters = append(g.Clusters, c)
	return ClusterID(len(g.Clusters))
}

// AddNode adds a node and returns its ID.
func (g *Graph) AddNode(n Node) NodeID {
	g.Nodes = append(g.Nodes, n)
	return NodeID(len(g.Nodes))
}

// AddEdge adds an edge. Its ends are checked when the graph is written.
func (g *Graph) AddEdge(e Edge) {
	g.Edges = append(g.Edges, e)
}

// Add appends a row of these cells and returns its number for End.Row.
func (t *Table) Add(cells ...Cell) int {
	return t.AddRow(Row{Cells: cells})
}

// AddRow appends a row and returns its number for End.Row.
func (t *Table) AddRow(r Row) int {
	t.Rows = append(t.Rows, r)
	return len(t.Rows)
}
