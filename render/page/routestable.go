package page

import (
	"slices"
	"strings"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/render/internal/fold"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// routesTable lists the paths of all servers.
func routesTable(s *startup.Startup, l *startup.Ledger) *table {
	w := newWays(s)
	all := entries(l, func(sv *startup.LedgerServer) []startup.LedgerRoute { return sv.Routes })
	t := &table{ID: "routes", Title: "Routes", Noun: "route", Kind: kindPath, Total: len(all), Columns: []column{
		{Title: "Path"}, {Title: "Server", Filter: true}, {Title: "Match", Filter: true}, {Title: "Answered by"},
		{Title: "Installed in", Filter: true}, {Title: "By", Class: "code"}, {Title: "Remarks"},
	}}
	group := func(i int) string {
		r := all[i].entry.Route
		return all[i].server + "\x00" + r.Phase + "\x00" + r.Installer
	}
	rank := func(i int) int64 { return int64(len(all[i].entry.Marks)) }
	for _, p := range fold.List(len(all), maxRows, group, rank) {
		sv, e := all[p.Index].server, all[p.Index].entry
		by := []cell{{Text: render.Printable(e.Route.Phase, 40)}, {Text: render.Printable(e.Route.Installer, maxName)}}
		if p.Folded != nil {
			t.Rows, t.Folded = append(t.Rows, foldedRow(len(p.Folded), "route", append([]cell{{Text: name(sv)}, {}, {}}, append(by, cell{})...)...)), true
			continue
		}
		r := row{Key: key(kindPath, e.Route.Path), Cells: []cell{{Text: name(e.Route.Path)}, {Text: name(sv)}, {Text: render.Printable(e.Route.Match, 40)}}}
		if e.ShadowedBy != "" {
			r.Class = "muted"
		}
		way := w.router.Way(e.Route.Path)
		r.Cells = append(append(append(r.Cells, cell{Text: answeredBy(way)}), by...), cell{Text: w.remarks(sv, e, way)})
		t.Rows = append(t.Rows, r)
	}
	return t
}

// ways knows who answers requests.
type ways struct {
	router *startup.Router
	asked  map[string]bool // the servers that requests get to
}

func newWays(s *startup.Startup) *ways {
	w := &ways{s.Router(), map[string]bool{}}
	for _, sv := range w.router.Chain() {
		w.asked[sv.Name] = true
	}
	return w
}

// answeredBy names who answers a request, or all of those who may, where the trace
// does not tell.
func answeredBy(w *startup.Way) string {
	var names []string
	for _, way := range w.Ways() {
		by := "it depends"
		switch {
		case way.By != "":
			by = name(way.By)
		case way.End == startup.WayNotFound:
			by = "nobody (404)"
		case way.End == startup.WayUnavailable:
			by = "nobody (503)"
		case way.End == startup.WayAnswered:
			by = "another server"
		}
		if !slices.Contains(names, by) {
			names = append(names, by)
		}
	}
	return strings.Join(names, " or ")
}

// remarks says in words what is special of a route, and what it is for where another
// server answers its path.
func (w *ways) remarks(sv string, e *startup.LedgerRoute, way *startup.Way) string {
	var remarks []string
	switch {
	case !w.asked[sv]:
		remarks = append(remarks, "never asked, as no server delegates to this one")
	case e.ShadowedBy != "":
		remarks = append(remarks, "covered")
	case way.By != "" && way.By != sv:
		remarks = append(remarks, w.purpose(sv, e, way))
	}
	switch {
	case e.Has(startup.MarkReplaced):
		remarks = append(remarks, "a later route of the path took its place")
	case e.Route.Replaces:
		remarks = append(remarks, "took the place of an earlier route of the path")
	}
	if e.Route.Listed {
		remarks = append(remarks, "listed at /")
	}
	return strings.Join(slices.DeleteFunc(remarks, func(r string) bool { return r == "" }), ", ")
}

// purpose says what a route is there for whose path another server answers.
func (w *ways) purpose(sv string, e *startup.LedgerRoute, way *startup.Way) string {
	last := way.Hops[len(way.Hops)-1]
	switch {
	case w.router.Onward(sv, &e.Route) == startup.ToDelegate:
		return "hands requests on"
	case last.Route != nil && w.router.Onward(way.By, last.Route) == startup.Fetches:
		return "its document is fetched by " + name(way.By)
	case e.Route.Match != attr.MatchExact:
		return "for what continues the path"
	}
	return ""
}
