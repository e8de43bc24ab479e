package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// routeGroup is routes that one function installed in one phase.
type routeGroup struct {
	phase, installer, source string
	routes                   []LedgerRoute
}

// routeGroups groups routes, in the order in which the groups begin.
func routeGroups(routes []LedgerRoute) []*routeGroup {
	type key struct{ phase, installer, source string }
	var out []*routeGroup
	index := map[key]*routeGroup{}
	for _, r := range routes {
		k := key{r.Phase, r.Installer, r.Source}
		if index[k] == nil {
			index[k] = &routeGroup{phase: r.Phase, installer: r.Installer, source: r.Source}
			out = append(out, index[k])
		}
		index[k].routes = append(index[k].routes, r)
	}
	return out
}

// writeRoutes writes a line for each installer and below it its routes, which
// are in columns with those of all others.
func (a *Ledger) writeRoutes(w io.Writer, style Style, sv LedgerServer) error {
	groups := routeGroups(sv.Routes)
	t := &Table{Columns: make([]Column, 3)}
	ends := make([]int, len(groups)) // the number of rows up to a group's last
	for i, g := range groups {
		for _, row := range a.routeRows(sv.Name, g.routes) {
			t.Row(Cell{gap + row[0], InkNone}, Cell{row[1], InkNone}, Cell{row[2], InkNone})
		}
		ends[i] = t.Len()
	}
	return indented(w, func(w io.Writer) error {
		var b strings.Builder
		if err := t.Write(&b, style); err != nil {
			return err
		}
		lines := slices.Collect(strings.Lines(b.String()))
		at := 0
		for i, g := range groups {
			heading := style.Paint(InkStrong, orUnknown(g.phase, "phase unknown")+", "+printableInstaller(g.installer))
			if g.source != "" {
				heading += gap + style.Paint(InkMuted, render.Printable(g.source, 120))
			}
			if _, err := fmt.Fprintf(w, "%s\n%s", heading, strings.Join(lines[at:ends[i]], "")); err != nil {
				return err
			}
			at = ends[i]
		}
		return nil
	})
}

func printableInstaller(s string) string {
	return orUnknown(render.Printable(s, 80), "installer unknown")
}

func orUnknown(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return render.Printable(s, 80)
}

// routeRows returns a row for each route; unless all are wanted, one for the
// paths of single checks that have the same remarks.
func (a *Ledger) routeRows(server string, routes []LedgerRoute) [][3]string {
	var rows [][3]string
	place := map[[3]string]int{}
	counts := map[int]int{}
	for _, r := range routes {
		row := [3]string{render.Printable(r.Path, 120), matchWord(r.Match), routeRemarks(server, r)}
		endpoint := checkEndpoint(r)
		if endpoint == "" || a.filter.All {
			rows = append(rows, row)
			continue
		}
		row[0] = endpoint
		at, ok := place[row]
		if !ok {
			at = len(rows)
			place[row] = at
			rows = append(rows, row)
		}
		counts[at]++
	}
	for at, n := range counts {
		checks := "checks"
		if n == 1 {
			checks = "check"
		}
		rows[at][0] = fmt.Sprintf("/%s/NAME of %d %s", rows[at][0], n, checks)
	}
	return rows
}

// checkEndpoint returns the endpoint whose single check a path is, or "".
func checkEndpoint(r LedgerRoute) string {
	for _, e := range startup.Endpoints() {
		if rest, ok := strings.CutPrefix(r.Path, "/"+e+"/"); ok && rest != "" && r.Match == string(startup.HopExact) {
			return e
		}
	}
	return ""
}

func matchWord(match string) string {
	if match == string(startup.HopWebService) {
		return "web service"
	}
	return render.Printable(match, 20)
}

func routeRemarks(server string, r LedgerRoute) string {
	var remarks []string
	if !r.Listed {
		remarks = append(remarks, "unlisted")
	}
	if r.Replaces {
		remarks = append(remarks, "replaces an earlier one")
	}
	if slices.Contains(r.Marks, string(startup.MarkReplaced)) {
		remarks = append(remarks, "replaced by a later one")
	}
	if slices.Contains(r.Marks, string(startup.MarkDuplicate)) && len(remarks) == 0 {
		remarks = append(remarks, "duplicate")
	}
	switch r.ShadowedBy {
	case "":
	case server:
		remarks = append(remarks, "shadowed by a web service of its own")
	default:
		remarks = append(remarks, "shadowed by "+printableName(r.ShadowedBy))
	}
	return strings.Join(remarks, ", ")
}
