package render

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/chaintrace/chaintrace/trace"
)

// SpanTree draws any trace as the tree of its spans, for those that show no server
// chain: each span with the service that it is of, how long it took, and when. Spans
// without children are rows of the one that they are in. It has no levels of detail.
// It returns an error for a view that only a server chain has.
func SpanTree(t *trace.Trace, opts Options) (*Graph, error) {
	view, err := ParseView(string(opts.View))
	if err != nil {
		return nil, err
	}
	if view != ViewTree {
		return nil, fmt.Errorf("the trace shows no server chain, and so it has no %s to show: use the view %s or %s, which show its spans", view, ViewTree, ViewTimeline)
	}
	return Collapse(newSpanTree(t).graph(), opts.Budget()), nil
}

// spanTree is a picture of spans in the making.
type spanTree struct {
	about    spanFacts
	t        *trace.Trace
	g        *Graph
	parents  []int
	children [][]int // in order of time
	roots    []int
	problems map[int][]trace.AnomalyKind
	ends     []End // where each span is in the picture
	again    map[trace.SpanID]bool
	byID     map[spanKey]int // once there is a link
}

// spanKey tells a span from those of all traces.
type spanKey struct {
	trace trace.TraceID
	span  trace.SpanID
}

func newSpanTree(t *trace.Trace) *spanTree {
	b := &spanTree{
		about: factsOf(t), t: t, parents: t.Parents(), children: make([][]int, len(t.Spans)),
		problems: map[int][]trace.AnomalyKind{}, ends: make([]End, len(t.Spans)), again: map[trace.SpanID]bool{},
	}
	order := make([]int, len(t.Spans))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return compareSpans(&t.Spans[i], &t.Spans[j]) })
	for _, i := range order {
		if p := b.parents[i]; p >= 0 {
			b.children[p] = append(b.children[p], i)
		} else {
			b.roots = append(b.roots, i)
		}
	}
	for _, a := range b.about.anomalies {
		for _, i := range a.Spans {
			b.problems[i] = append(b.problems[i], a.Kind)
		}
	}
	return b
}

// compareSpans puts spans in order of time, and those that begin together in an
// order that their content decides.
func compareSpans(a, b *trace.Span) int {
	return cmp.Or(cmp.Compare(a.Start, b.Start), slices.Compare(a.SpanID[:], b.SpanID[:]), strings.Compare(a.Name, b.Name), cmp.Compare(a.End, b.End))
}

func (b *spanTree) graph() *Graph {
	b.g = &Graph{
		Name: b.about.title(), Description: b.about.sentence() + ".",
		Title: b.about.table(), LeftToRight: true, Ordered: true, NodeGap: 10, RankGap: 46,
	}
	stack := slices.Clone(b.roots)
	slices.Reverse(stack)
	for len(stack) > 0 { // not by recursion: a trace can be nested deeply
		i := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		b.addNode(i)
		for _, c := range slices.Backward(b.children[i]) {
			if len(b.children[c]) > 0 {
				stack = append(stack, c)
			}
		}
	}
	b.addLinks()
	b.g.Legend = b.legend()
	return b.g
}

// addNode adds a span with those below it that have no children.
func (b *spanTree) addNode(i int) {
	s := &b.t.Spans[i]
	id := NodeID(len(b.g.Nodes) + 1)
	n := Node{Key: b.key(s), Role: RolePanel, Tooltip: b.tip(i), Item: b.item(i)}
	b.addRows(&n.Label, i, id)
	for _, c := range b.children[i] {
		if len(b.children[c]) == 0 {
			b.addRows(&n.Label, c, id)
		}
	}
	b.ends[i].Row = 0
	if p := b.parents[i]; p >= 0 {
		n.Under = b.ends[p].Node
		b.g.AddEdge(Edge{From: End{Node: n.Under, Side: SideEast}, To: End{Node: id, Side: SideWest}, Role: RoleRequest})
	}
	b.g.AddNode(n)
}

// key tells a span from all others.
func (b *spanTree) key(s *trace.Span) string {
	key := "span " + s.SpanID.String()
	if b.again[s.SpanID] {
		return fmt.Sprintf("%s again %d", key, len(b.g.Nodes))
	}
	b.again[s.SpanID] = true
	return key
}

func (b *spanTree) item(i int) Item {
	s := &b.t.Spans[i]
	kind := name(s.Name)
	if service := s.Service(); service != "" && b.about.services > 1 {
		kind += " of " + clip(service, 40)
	}
	return Item{Noun: "span", Kind: kind, Took: max(0, s.Duration())}
}

// addRows adds the row of a span and those that belong to it.
func (b *spanTree) addRows(l *Table, i int, node NodeID) {
	s := &b.t.Spans[i]
	heading := len(l.Rows) == 0
	r := Row{Key: fmt.Sprintf("span %s %d", s.SpanID, i), Tooltip: b.tip(i), Role: b.role(i, heading)}
	label := Cell{Text: name(s.Name)}
	if heading {
		label.Font = FontBold
	} else {
		r.Item = b.item(i)
	}
	r.Cells = []Cell{label}
	if b.about.services > 1 {
		service := Cell{Text: "  ", Font: FontSmall}
		if p := b.parents[i]; p < 0 || b.t.Spans[p].Service() != s.Service() {
			service = Cell{Text: clip(s.Service(), 40), Font: FontSmall, Role: RoleMuted}
			if r.Role == RoleFailed {
				service.Role = RoleNone
			}
		}
		r.Cells = append(r.Cells, service)
	}
	took := Cell{Text: duration(s.Duration()), Align: AlignRight}
	if s.End == 0 {
		took.Text = "unfinished"
	}
	r.Cells = append(r.Cells, Cell{Bar: b.about.bar(s, b.barRole(i))}, took)
	b.ends[i] = End{Node: node, Row: l.AddRow(r)}
	for _, note := range b.notes(i) {
		note.Span = len(r.Cells)
		l.AddRow(Row{Key: r.Key, Role: r.Role, Tooltip: r.Tooltip, Cells: []Cell{note}})
	}
}

// role is that of a span's row.
func (b *spanTree) role(i int, heading bool) Role {
	s := &b.t.Spans[i]
	switch {
	case s.Status.Code == trace.StatusError:
		return RoleFailed
	case s.End == 0:
		return RoleBecause
	case heading && len(b.children[i]) > 0:
		return RoleOwn
	}
	return RoleNone
}

func (b *spanTree) barRole(i int) Role {
	switch s := &b.t.Spans[i]; {
	case s.Status.Code == trace.StatusError:
		return RoleLost
	case s.End == 0:
		return RoleCritical
	}
	return RoleRan
}

// notes are the lines below a span's row: its error, and what is wrong with it.
func (b *spanTree) notes(i int) []Cell {
	var notes []Cell
	if s := &b.t.Spans[i]; s.Status.Code == trace.StatusError && s.Status.Message != "" {
		notes = append(notes, Cell{Text: "    " + clip(s.Status.Message, 60), Font: FontSmall})
	}
	for _, kind := range b.problems[i] {
		if text := problemText(kind); text != "" {
			notes = append(notes, Cell{Text: "    " + text, Font: FontSmall, Role: b.noteRole(i)})
		}
	}
	return notes
}

func (b *spanTree) noteRole(i int) Role {
	if b.t.Spans[i].Status.Code == trace.StatusError {
		return RoleNone // on the ground of what failed nothing else can be read
	}
	return RoleProblem
}

// problemText says what is wrong with a span where it stands; "" for what is seen
// there anyway, or is of no account for the picture.
func problemText(kind trace.AnomalyKind) string {
	switch kind {
	case trace.AnomalyOrphan:
		return "its parent is not in the trace"
	case trace.AnomalyCycle:
		return "it is its own ancestor: the circle is cut here or above"
	case trace.AnomalyDuplicateID:
		return "another span has its ID"
	case trace.AnomalyBackward:
		return "it ends before it starts"
	case trace.AnomalyNoTime:
		return "it has no valid start"
	case trace.AnomalyEarly:
		return "it starts before its parent: clocks disagree"
	}
	return ""
}

// linked returns the index of the span that a link leads to, or -1.
func (b *spanTree) linked(l *trace.Link) int {
	if b.byID == nil {
		b.byID = make(map[spanKey]int, len(b.t.Spans))
		for j := range slices.Backward(b.t.Spans) {
			b.byID[spanKey{b.t.Spans[j].TraceID, b.t.Spans[j].SpanID}] = j
		}
	}
	if to, ok := b.byID[spanKey{l.TraceID, l.SpanID}]; ok {
		return to
	}
	return -1
}

// addLinks draws the links from span to span; those within a node, tooltips tell of.
func (b *spanTree) addLinks() {
	for i := range b.t.Spans {
		for j := range b.t.Spans[i].Links {
			to := b.linked(&b.t.Spans[i].Links[j])
			if to < 0 || to == i || b.ends[to].Node == b.ends[i].Node {
				continue
			}
			b.g.AddEdge(Edge{
				From: b.ends[i], To: b.ends[to], Role: RoleSkipped, Word: "link",
				Tooltip: name(b.t.Spans[i].Name) + " has a link to " + name(b.t.Spans[to].Name) + ".",
			})
		}
	}
}

// barRemark is left out where no bars are drawn.
const barRemark = "A bar shows when a span ran, of the time from the beginning of the trace to its end."

func (b *spanTree) legend() *Table {
	entries := []legendEntry{{RoleOwn, "span with others in it"}, {RoleFailed, "error"}, {RoleBecause, "has no end in the trace"}}
	remarks := []string{barRemark}
	if b.about.services > 1 {
		remarks = append(remarks, "A service is named where a span is of another one than the span that it is in.")
	}
	if slices.ContainsFunc(b.g.Edges, func(e Edge) bool { return e.Role == RoleSkipped }) {
		remarks = append(remarks, "Dashed arrows are links.")
	}
	return legend(b.g, entries, remarks...)
}

// bar shows when a span ran.
func (f *spanFacts) bar(s *trace.Span, role Role) *Bar {
	start := max(s.Start, f.start)
	end := max(s.End, start)
	if s.End == 0 {
		end = f.end
	}
	at := func(ns int64) int {
		return int(math.Round(barTrack * float64(ns-f.start) / max(1, float64(f.end-f.start))))
	}
	from, to := min(at(start), barTrack-1), at(end)
	return &Bar{Track: barTrack, Segments: []Segment{{Length: from}, {Length: max(1, to-from), Role: role}}}
}

// tip writes down what is known of a span.
func (b *spanTree) tip(i int) string {
	s := &b.t.Spans[i]
	t := (&tip{}).add("%s", orElse(s.Name, "(no name)"))
	if service := s.Service(); service != "" {
		t.add("of %s", service)
	}
	if s.Start > 0 {
		t.add("begins at %s", duration(time.Duration(max(0, s.Start-b.about.start))))
	}
	if s.End == 0 {
		t.add("has no end in the trace")
	} else {
		t.add("takes %s", duration(s.Duration()))
	}
	if s.Status.Code == trace.StatusError {
		t.add("error: %s", s.Status.Message)
	}
	for _, kind := range b.problems[i] {
		if text := problemText(kind); text != "" {
			t.add("%s", text)
		}
	}
	attrs := make([]string, len(s.Attrs))
	for j, a := range s.Attrs[:min(len(s.Attrs), maxList)] {
		attrs[j] = clip(a.Key, maxLabel) + " = " + valueText(a.Value)
	}
	t.list("attributes:", attrs)
	events := make([]string, len(s.Events))
	for j, e := range s.Events[:min(len(s.Events), maxList)] {
		events[j] = name(e.Name) + " at " + duration(time.Duration(max(0, e.Time-b.about.start)))
	}
	t.list("events:", events)
	links := make([]string, len(s.Links))
	for j := range s.Links[:min(len(s.Links), maxList)] {
		l := &s.Links[j]
		if to := b.linked(l); to >= 0 {
			links[j] = name(b.t.Spans[to].Name)
		} else {
			links[j] = "span " + l.SpanID.String() + " of trace " + l.TraceID.String()
		}
	}
	return t.list("links to:", links).String()
}

// valueText writes a value in short.
func valueText(v trace.Value) string {
	switch v.Kind() {
	case trace.ValueString:
		return clip(v.Str(), 120)
	case trace.ValueBool:
		return fmt.Sprint(v.Bool())
	case trace.ValueInt:
		return fmt.Sprint(v.Int())
	case trace.ValueFloat:
		return fmt.Sprint(v.Float())
	case trace.ValueBytes:
		return count(len(v.Str()), "byte")
	case trace.ValueList:
		return count(len(v.List()), "value")
	case trace.ValueMap:
		return count(len(v.Map()), "entry")
	}
	return ""
}
