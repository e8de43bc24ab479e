package page

import (
	"slices"
	"strconv"
	"strings"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/render/timeline"
	"github.com/chaintrace/chaintrace/trace"
)

// spans is a trace that shows no server chain, on its way into a page.
type spans struct {
	t        *trace.Trace
	words    render.SpanWords
	order    []int // of time
	parents  []int
	keys     []string // of each span
	problems map[int][]trace.AnomalyKind
	services []*service // in order of their first spans
}

// spansContent is what a page on the spans of a trace is made of.
func spansContent(t *trace.Trace, o Options) (*content, error) {
	s := &spans{t: t, words: render.SpansInWords(t), order: timeline.ByTime(t), parents: t.Parents(), problems: map[int][]trace.AnomalyKind{}}
	anomalies := t.Anomalies()
	for _, a := range anomalies {
		for _, i := range a.Spans {
			s.problems[i] = append(s.problems[i], a.Kind)
		}
	}
	s.addKeys()
	s.addServices()
	drawn, err := s.pictures(o.Detail)
	if err != nil {
		return nil, err
	}
	bars := s.timeline()
	return &content{
		About: "spans", Overview: s.overview(anomalies, bars.Whole), Pictures: drawn, Timeline: bars, Tables: []*table{s.table()},
	}, nil
}

// addKeys makes the keys: a span is known by its ID. Of several that have the same,
// the later ones are numbered.
func (s *spans) addKeys() {
	s.keys = make([]string, len(s.t.Spans))
	seen := map[trace.SpanID]int{}
	for _, i := range s.order {
		id := s.t.Spans[i].SpanID
		seen[id]++
		s.keys[i] = kindSpan + ":" + id.String()
		if n := seen[id]; n > 1 {
			s.keys[i] += " " + strconv.Itoa(n)
		}
	}
}

// pictureKey is the key of a span by that of its row in the picture, which ends in
// its index; "" for what is no span.
func (s *spans) pictureKey(row string) string {
	words := strings.Fields(row)
	if len(words) != 3 || words[0] != kindSpan {
		return ""
	}
	i, err := strconv.Atoi(words[2])
	if err != nil || i < 0 || i >= len(s.keys) {
		return ""
	}
	return s.keys[i]
}

// pictures draws the tree of the spans.
func (s *spans) pictures(detail render.Detail) (*pictures, error) {
	detail, err := render.ParseDetail(string(detail))
	if err != nil {
		return nil, err
	}
	out := &pictures{ID: "tree", Title: "Tree"}
	if len(s.t.Spans) == 0 {
		out.Missing = "The trace has no spans."
		return out, nil
	}
	g, err := render.SpanTree(s.t, render.Options{MaxNodes: -1})
	if err != nil {
		return nil, err
	}
	p := picture{View: string(render.ViewTree), About: "Each span with those that it contains, from left to right."}
	fits, err := p.draw(g, mostShown(detail), "The table below has more of them.", s.pictureKey)
	if err != nil {
		return nil, err
	}
	if !fits {
		p.Folded = []string{"There is too much to be drawn here. The table below has more."}
	}
	out.Pictures = []picture{p}
	return out, nil
}

// timeline draws up when the spans ran.
func (s *spans) timeline() *timelinePart {
	t := timeline.FromTrace(s.t, maxBars)
	keys := make(map[*trace.Span]string, len(s.keys))
	for i := range s.t.Spans {
		keys[&s.t.Spans[i]] = s.keys[i]
	}
	out := newTimeline(t)
	out.Kind = kindSpan
	for i := range t.Bars {
		b := &t.Bars[i]
		drawn := newBar(b, keys[b.Span], t.Whole)
		drawn.Level = b.Depth + 1
		if len(s.services) < 2 {
			drawn.Server = ""
		}
		if b.Inside > 0 {
			drawn.Detail += "; with " + render.Count(b.Inside, "span") + " in it"
		}
		if b.Open {
			drawn.Detail = "has no end in the trace; " + drawn.Detail
			if b.Conduct == "" {
				drawn.Class = "interrupted"
			}
		}
		out.Bars = append(out.Bars, drawn)
	}
	out.About = out.Whole + ": spans in the order in which they began, each below the one that it is in."
	out.explain()
	return out
}

// trouble says what is wrong with a span: its class as a row, and its status.
func trouble(s *trace.Span) (class, status string) {
	switch {
	case s.Status.Code == trace.StatusError && s.End == 0:
		return "bad", "error, unfinished"
	case s.Status.Code == trace.StatusError:
		return "bad", "error"
	case s.End == 0:
		return "warn", "unfinished"
	}
	return "", "ok"
}

// deepest is how many levels the spans have, one within the other.
func (s *spans) deepest() int {
	levels, most := make([]int, len(s.parents)), 0
	var way []int // from a span to the nearest one whose level is known; not by recursion: a trace can be nested deeply
	for i := range levels {
		at, level := i, 0
		for way = way[:0]; at >= 0 && levels[at] == 0; at = s.parents[at] {
			way = append(way, at)
		}
		if at >= 0 {
			level = levels[at]
		}
		for _, j := range slices.Backward(way) {
			level++
			levels[j] = level
		}
		most = max(most, level)
	}
	return most
}
