package render

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chaintrace/chaintrace/trace"
)

// randomPicture makes a picture of frames, nodes and rows, some of which are in
// trouble, and edges between them.
func randomPicture(r *rand.Rand) *Graph {
	g := &Graph{Name: "random", Title: &Table{}}
	g.Title.Add(Cell{Text: "random"})
	for i := range r.IntN(6) {
		g.AddCluster(Cluster{Key: fmt.Sprint("frame ", i), Parent: ClusterID(r.IntN(i + 1)), Item: randomItem(r, "server")})
	}
	for i := range 1 + r.IntN(30) {
		n := Node{Key: fmt.Sprint("node ", i), Cluster: ClusterID(r.IntN(len(g.Clusters) + 1)), Role: RolePanel, Item: randomItem(r, "span")}
		if i > 0 && r.IntN(3) == 0 {
			n.Under = NodeID(1 + r.IntN(i))
		}
		n.Label.Add(Cell{Text: n.Key, Font: FontHeading})
		for j := range r.IntN(30) {
			row := Row{Key: fmt.Sprint("row ", j), Item: randomItem(r, "hook"), Cells: []Cell{{Text: strings.Repeat("    ", r.IntN(3)) + fmt.Sprint("row ", j)}, {Text: "1 ms"}}}
			if r.IntN(20) == 0 {
				row.Role = RoleFailed
			}
			n.Label.AddRow(row)
		}
		g.AddNode(n)
	}
	for range r.IntN(60) {
		g.AddEdge(Edge{From: randomEnd(r, g), To: randomEnd(r, g), Role: RoleOwn})
	}
	return g
}

func randomItem(r *rand.Rand, noun string) Item {
	if r.IntN(8) == 0 {
		return Item{}
	}
	return Item{Noun: noun, Kind: []string{"", "a", "b"}[r.IntN(3)], Took: time.Duration(r.IntN(1000)), InOrder: r.IntN(4) == 0}
}

func randomEnd(r *rand.Rand, g *Graph) End {
	n := 1 + r.IntN(len(g.Nodes))
	return End{Node: NodeID(n), Row: r.IntN(len(g.Nodes[n-1].Label.Rows) + 1)}
}

// everything adds up what has an item: how many, and how long they took.
func everything(g *Graph) (n int, took time.Duration) {
	add := func(i Item) {
		if i.Noun != "" {
			n++
			took += i.Took
		}
	}
	for _, c := range g.Clusters {
		add(c.Item)
	}
	for _, node := range g.Nodes {
		add(node.Item)
		for _, row := range node.Label.Rows {
			add(row.Item)
		}
	}
	return n, took
}

// TestNothingGetsLost: what is shown and what is counted are together all there is.
func TestNothingGetsLost(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		g := randomPicture(r)
		most := 1 + r.IntN(80)
		c := chooser{budget: most, parts: partsOf(g)}
		c.choose()
		b := collapser{g: g, parts: c.parts}
		out := b.build()
		if err := out.check(); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		n, took := everything(out)
		for _, p := range c.parts.all { // of what is counted, also that which is in it
			if p.item.Noun == "" || p.shown {
				continue
			}
			f := b.of[p]
			if f == nil || f.end.Node == 0 {
				t.Fatalf("seed %d: %s is neither shown nor counted", seed, p.name)
			}
			n++
			took += p.item.Took
			if p.within.shown && !slices.Contains(f.members, p) {
				t.Fatalf("seed %d: %s is not in its fold", seed, p.name)
			}
		}
		wantN, wantTook := everything(g)
		if n != wantN || took != wantTook {
			t.Errorf("seed %d: %d parts of %v, there are %d of %v", seed, n, took, wantN, wantTook)
		}
		if used := entries(out); used != c.used {
			t.Errorf("seed %d: it has %d entries, and was taken to have %d", seed, used, c.used)
		}
		if least := c.parts.root.extent(); entries(out) > max(most, least) && (entries(out) > 2*most || !onlyMust(c.parts.all)) {
			t.Errorf("seed %d: %d entries, where %d are wanted and %d the least", seed, entries(out), most, least)
		}
		if err := WriteDOT(&bytes.Buffer{}, out); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
	}
}

// onlyMust says whether nothing is shown but what must be, as more than the budget is
// used only for that, and what would be counted alone in an entry that is no smaller.
func onlyMust(all []*part) bool {
	return !slices.ContainsFunc(all, func(p *part) bool {
		if !p.shown || p.must || p.item.Noun == "" {
			return false
		}
		g := p.within.groups[p.group]
		return p.extent() > 1 || g.shown < len(g.members)
	})
}

// TestUrgentBeforeOthers: nothing is named that is neither in trouble nor decides
// while what is so is only counted, in whichever groups they are, but for what is in
// the way to one or would be counted alone in an entry that is no smaller.
func TestUrgentBeforeOthers(t *testing.T) {
	frame := func(g *Graph, key string) ClusterID {
		return g.AddCluster(Cluster{Key: key, Item: Item{Noun: "server", InOrder: true}})
	}
	hook := func(g *Graph, in ClusterID, key string, role Role, details int) {
		n := Node{Key: key, Cluster: in, Role: RolePanel, Item: Item{Noun: "hook", Took: 5}}
		n.Label.AddRow(Row{Role: role, Cells: []Cell{{Text: key}}})
		for range details {
			n.Label.Add(Cell{Text: "detail"})
		}
		g.AddNode(n)
	}
	for _, role := range []Role{RoleFailed, RoleBecause, RoleCritical} {
		for most := 4; most <= 12; most++ {
			g := &Graph{Title: &Table{}}
			one, two := frame(g, "marked"), frame(g, "other")
			for i := range 6 {
				hook(g, one, fmt.Sprint("skipped ", i), RoleSkipped, 0)
				hook(g, two, fmt.Sprint("small ", i), RoleOwn, 0)
			}
			hook(g, two, "urgent", role, 4)
			out := Collapse(g, most)
			var shown []string
			for i := range out.Nodes {
				if out.Nodes[i].Item.Noun != "" {
					shown = append(shown, out.Nodes[i].Key)
				}
			}
			if !slices.Contains(shown, "urgent") && (len(shown) > 0 || most > 4) {
				t.Errorf("role %d, most %d: only %q are shown", role, most, shown)
			}
			if entries(out) > max(most, 9) {
				t.Errorf("role %d, most %d: there are %d entries", role, most, entries(out))
			}
		}
	}
}

// TestEverySpanIsCounted: those shown, those counted and those below these are all.
func TestEverySpanIsCounted(t *testing.T) {
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 2))
		tr := &trace.Trace{}
		for i := range 2 + r.IntN(300) {
			s := trace.Span{SpanID: trace.SpanID{1, byte(i), byte(i >> 8)}, Name: string(rune('a' + r.IntN(4))), Start: int64(i + 1)}
			s.End = s.Start + r.Int64N(1000)
			if p := r.IntN(i + 1); p < i {
				s.ParentID = tr.Spans[p].SpanID
			}
			tr.Spans = append(tr.Spans, s)
		}
		g := newSpanTree(tr).graph()
		c := chooser{budget: 1 + r.IntN(40), parts: partsOf(g)}
		c.choose()
		b := collapser{g: g, parts: c.parts}
		n, _ := everything(b.build())
		for _, f := range b.folds {
			for _, m := range f.members {
				n += 1 + m.below
			}
		}
		if n != len(tr.Spans) {
			t.Errorf("seed %d: of %d spans %d are told of", seed, len(tr.Spans), n)
		}
	}
}

// hooksPicture is a panel of so many hooks, one of which failed.
func hooksPicture(n int) *Graph {
	g := &Graph{Title: &Table{}}
	node := Node{Key: "hooks", Role: RolePanel}
	node.Label.Add(Cell{Text: "hooks", Font: FontHeading})
	for i := range n {
		row := Row{Key: fmt.Sprint("hook ", i), Item: Item{Noun: "hook", Took: time.Duration(i) * time.Millisecond}, Cells: []Cell{{Text: fmt.Sprint("hook-", i)}, {Text: "x"}}}
		if i == 3 {
			row.Role = RoleFailed
		}
		node.Label.AddRow(row)
	}
	g.AddNode(node)
	return g
}

// TestSlowestAndFailedAreShown: of a hundred hooks the one that failed and the
// slowest keep their names.
func TestSlowestAndFailedAreShown(t *testing.T) {
	g := hooksPicture(100)
	out := Collapse(g, 6)
	var texts []string
	for _, r := range out.Nodes[0].Label.Rows {
		texts = append(texts, rowName(r))
	}
	want := []string{"hooks", "hook-3", "hook-97", "hook-98", "hook-99", "and 96 more hooks: 4.65 s together, the slowest 96 ms"}
	if !slices.Equal(texts, want) {
		t.Errorf("%q, want %q", texts, want)
	}
	if !strings.HasPrefix(out.Note, "4 of 100 hooks shown") || rowText(out.Title.Rows[0]) != out.Note {
		t.Errorf("the note is %q, the title %v", out.Note, out.Title.Rows)
	}
	if len(g.Title.Rows) != 0 || len(g.Nodes[0].Label.Rows) != 101 {
		t.Error("the picture itself was changed")
	}
}

// TestSmallPicturesStay: a picture within the limit, and one without any, is the same.
func TestSmallPicturesStay(t *testing.T) {
	g := hooksPicture(100)
	for _, most := range []int{101, 1000, 0, -1} {
		if Collapse(g, most) != g {
			t.Errorf("most %d: another picture", most)
		}
	}
}

// TestEdgesEndAtFolds: arrows from and to what is counted go to where it is counted,
// once.
func TestEdgesEndAtFolds(t *testing.T) {
	g := hooksPicture(100)
	end := Node{Key: "end"}
	end.Label.Add(Cell{Text: "end"})
	id := g.AddNode(end)
	for row := 2; row <= 101; row++ {
		g.AddEdge(Edge{From: End{Node: 1, Row: row, Side: SideEast}, To: End{Node: id}, Role: RoleOwn})
	}
	out := Collapse(g, 7)
	if n := len(out.Edges); n != 5 {
		t.Fatalf("%d edges, want one for each of the four hooks shown and one for the others", n)
	}
	if err := out.check(); err != nil {
		t.Error(err)
	}
}
