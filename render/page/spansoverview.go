package page

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/render/timeline"
	"github.com/chaintrace/chaintrace/trace"
)

// mostLongest is how many of the longest spans the overview names.
const mostLongest = 10

// service is what a trace has of a service.
type service struct {
	name                      string
	spans, errors, unfinished int
	first                     int // of its spans in order of time, as index
	longest                   int // the same of that which took longest
}

// addServices sums the spans up by services.
func (s *spans) addServices() {
	of := map[string]*service{}
	for _, i := range s.order {
		span := &s.t.Spans[i]
		sv := of[span.Service()]
		if sv == nil {
			sv = &service{name: span.Service(), first: i, longest: i}
			of[sv.name] = sv
			s.services = append(s.services, sv)
		}
		sv.spans++
		if span.Status.Code == trace.StatusError {
			sv.errors++
		}
		if span.End == 0 {
			sv.unfinished++
		}
		if span.Duration() > s.t.Spans[sv.longest].Duration() {
			sv.longest = i
		}
	}
}

// overview says what the trace is and has, beside what is wrong with it.
func (s *spans) overview(anomalies []trace.Anomaly, whole string) *overview {
	o := &overview{Name: s.words.Title, Result: s.words.Result, Origin: s.words.Origin, Bad: s.words.Failed > 0}
	problems := make([]string, len(anomalies))
	for i, a := range anomalies {
		problems[i] = a.String()
	}
	o.addProblems(problems)
	o.Facts = s.facts(whole)
	o.Parts = s.servicesTable()
	o.Lists = []linkList{s.troubled(), s.longest()}
	return o
}

// facts are what can be said of the trace in numbers.
func (s *spans) facts(whole string) facts {
	f := facts{ID: "facts", Title: "In numbers"}
	add := func(n int, noun, class string) {
		_, words, _ := strings.Cut(render.Count(n, noun), " ")
		f.Items = append(f.Items, fact{timeline.Number(n), words, class})
	}
	add(len(s.t.Spans), "span", "")
	add(len(s.services), "service", "")
	add(s.deepest(), "level", "")
	f.Items = append(f.Items, fact{whole, "from beginning to end", ""})
	unfinished := 0
	for _, sv := range s.services {
		unfinished += sv.unfinished
	}
	if s.words.Failed > 0 {
		add(s.words.Failed, "error", "bad")
	}
	if unfinished > 0 {
		add(unfinished, "unfinished span", "bad")
	}
	if s.words.Start > 0 {
		f.Items = append(f.Items, fact{time.Unix(0, s.words.Start).UTC().Format("2006-01-02 15:04:05 MST"), "beginning", ""})
	}
	return f
}

// servicesTable lists the services with what the trace has of them.
func (s *spans) servicesTable() plainTable {
	n := func(title string) column { return column{Title: title, Class: "n"} }
	beyond := max(0, len(s.services)-mostParts)
	t := plainTable{
		ID: "services", Title: "Services, in the order in which they are met", More: more(beyond, "services"),
		Columns: []column{{Title: "Service"}, n("Spans"), n("Errors"), n("Unfinished"), n("Began"), n("Longest span"), {Title: "which is"}},
	}
	for _, sv := range s.services[:len(s.services)-beyond] {
		longest := &s.t.Spans[sv.longest]
		r := row{Cells: []cell{{Text: name(sv.name)}}}
		for _, n := range []int{sv.spans, sv.errors, sv.unfinished} {
			r.Cells = append(r.Cells, cell{Text: strconv.Itoa(n), Class: "n"})
		}
		began, took := s.began(&s.t.Spans[sv.first]), cell{Text: render.Duration(longest.Duration())}
		began.Class, took.Class = "n", "n"
		t.Rows = append(t.Rows, row{Cells: append(r.Cells, began, took, cell{Text: name(longest.Name)})})
	}
	return t
}

// troubled are the spans that failed or have no end, in order of time.
func (s *spans) troubled() linkList {
	l := linkList{ID: "trouble", Title: "What failed or has no end"}
	n := 0
	for _, i := range s.order {
		class, status := trouble(&s.t.Spans[i])
		if class == "" {
			continue
		}
		if n++; n > mostLinks {
			continue
		}
		link := s.link(i)
		if message := s.t.Spans[i].Status.Message; message != "" {
			status += ": " + render.Printable(message, maxName)
		}
		link.About = status + ", " + link.About
		l.Links = append(l.Links, link)
	}
	l.More = more(n-mostLinks, "such spans")
	return l
}

// longest are the spans that took longest.
func (s *spans) longest() linkList {
	l := linkList{ID: "longest", Title: "What took longest"}
	ended := slices.DeleteFunc(slices.Clone(s.order), func(i int) bool { return s.t.Spans[i].End == 0 })
	slices.SortStableFunc(ended, func(a, b int) int { return cmp.Compare(s.t.Spans[b].Duration(), s.t.Spans[a].Duration()) })
	for _, i := range ended[:min(len(ended), mostLongest)] {
		l.Links = append(l.Links, s.link(i))
	}
	return l
}

func (s *spans) link(i int) link {
	span := &s.t.Spans[i]
	out := link{Key: s.keys[i], Name: name(span.Name), About: "began at " + s.began(span).Text}
	if span.End != 0 {
		out.Took = render.Duration(span.Duration())
	}
	if len(s.services) > 1 {
		out.Of = render.Printable(span.Service(), maxName)
	}
	return out
}
