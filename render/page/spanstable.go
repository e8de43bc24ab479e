package page

import (
	"fmt"
	"strings"
	"time"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/render/internal/fold"
	"github.com/chaintrace/chaintrace/render/timeline"
	"github.com/chaintrace/chaintrace/trace"
)

// How much of what a span has its row says.
const (
	mostAttrs  = 12
	mostEvents = 4
)

// table lists the spans in order of time. Of too many those in trouble and the
// longest of each name have rows of their own. Of what no span has there is no column.
func (s *spans) table() *table {
	t := &table{ID: "spans", Title: "Spans", Noun: "span", Kind: kindSpan, Total: len(s.order), Columns: []column{
		{Title: "Span"}, {Title: "Service", Filter: true}, {Title: "Kind", Filter: true}, {Title: "Status", Filter: true}, {Title: "In"},
		{Title: "Began", Class: "n"}, {Title: "Took", Class: "n"}, {Title: "Remarks", Class: "words"}, {Title: "Attributes", Class: "words"}, {Title: "ID"},
	}}
	group := func(n int) string {
		span := &s.t.Spans[s.order[n]]
		return span.Service() + "\x00" + span.Name
	}
	rank := func(n int) int64 {
		span := &s.t.Spans[s.order[n]]
		if class, _ := trouble(span); class != "" {
			return troubled
		}
		return int64(span.Duration())
	}
	for _, p := range fold.List(len(s.order), maxRows, group, rank) {
		if p.Folded == nil {
			t.Rows = append(t.Rows, s.row(s.order[p.Index]))
		} else {
			t.Rows, t.Folded = append(t.Rows, s.foldedRow(p.Folded)), true
		}
	}
	t.dropEmptyColumns()
	return t
}

// row is the row of a span.
func (s *spans) row(i int) row {
	span := &s.t.Spans[i]
	class, status := trouble(span)
	r := row{Key: s.keys[i], Class: class, Cells: []cell{
		{Text: name(span.Name)}, {Text: name(span.Service())}, {Text: kindText(span.Kind)}, {Text: status}, {}, s.began(span), {},
		{Text: s.remarks(i)}, {Text: attributes(span.Attrs)}, {Text: span.SpanID.String()},
	}}
	if p := s.parents[i]; p >= 0 {
		r.Cells[4].Text = name(s.t.Spans[p].Name)
	}
	if span.End != 0 {
		r.Cells[6] = moment(span.Duration())
	}
	return r
}

// foldedRow stands for the spans at these places in order of time.
func (s *spans) foldedRow(places []int) row {
	first := &s.t.Spans[s.order[places[0]]]
	of, service := name(first.Name), name(first.Service())
	var total, slowest time.Duration
	for _, n := range places {
		span := &s.t.Spans[s.order[n]]
		total += span.Duration()
		slowest = max(slowest, span.Duration())
		if span.Name != first.Name {
			of = "others"
		}
		if span.Service() != first.Service() {
			service = ""
		}
	}
	return row{Class: "fold", Cells: []cell{
		{Text: fmt.Sprintf("and %s more %s", timeline.Number(len(places)), of)}, {Text: service}, {}, {}, {}, {}, moment(total),
		{Text: "together; the slowest of them " + render.Duration(slowest)}, {}, {},
	}}
}

// began is a cell for when a span began, after the beginning of the trace.
func (s *spans) began(span *trace.Span) cell {
	if span.Start <= 0 {
		return cell{}
	}
	return moment(time.Duration(span.Start - s.words.Start))
}

// remarks say what else is known of a span: its error, what is wrong with it, what
// happened in it, and how many spans it is linked to.
func (s *spans) remarks(i int) string {
	span := &s.t.Spans[i]
	var out []string
	if span.Status.Message != "" {
		out = append(out, render.Printable(span.Status.Message, 400))
	}
	for _, kind := range s.problems[i] {
		if text := render.SpanProblem(kind); text != "" {
			out = append(out, text)
		}
	}
	for n, e := range span.Events {
		if n == mostEvents {
			out = append(out, "and "+render.Count(len(span.Events)-n, "more event"))
			break
		}
		text := "event " + name(e.Name)
		if e.Time > 0 {
			text += " at " + render.Duration(time.Duration(max(0, e.Time-s.words.Start)))
		}
		out = append(out, text)
	}
	if n := len(span.Links); n > 0 {
		out = append(out, render.Count(n, "link"))
	}
	return strings.Join(out, "; ")
}

// attributes writes attributes down, the first of many.
func attributes(attrs []trace.Attr) string {
	var out []string
	for n, a := range attrs {
		if n == mostAttrs {
			out = append(out, "and "+timeline.Number(len(attrs)-n)+" more")
			break
		}
		out = append(out, render.Printable(a.Key, 80)+" = "+render.ValueText(a.Value))
	}
	return strings.Join(out, ", ")
}

// kindText is what a kind of spans is called; "" where none was given.
func kindText(k trace.Kind) string {
	switch k {
	case trace.KindInternal:
		return "internal"
	case trace.KindServer:
		return "server"
	case trace.KindClient:
		return "client"
	case trace.KindProducer:
		return "producer"
	case trace.KindConsumer:
		return "consumer"
	}
	return ""
}
