package report

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// WriteText writes for each server a heading and a table of each kind of entry.
func (a *Ledger) WriteText(w io.Writer, style Style) error {
	var b strings.Builder
	filtered, rows := a.filter.Kind != "" || len(a.filter.States) > 0, 0
	for _, sv := range a.Servers {
		n := len(sv.Hooks) + len(sv.Checks) + len(sv.Routes)
		rows += n
		if filtered && n == 0 {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		if err := a.writeServer(&b, style, sv); err != nil {
			return err
		}
	}
	switch {
	case rows > 0:
	case filtered && len(a.Servers) > 0:
		b.WriteString("nothing in the ledger is so\n")
	case len(a.Servers) == 0:
		b.WriteString("the trace tells of no server\n")
	}
	a.writeProblems(&b, style)
	_, err := io.WriteString(w, b.String())
	return err
}

func (a *Ledger) writeServer(w io.Writer, style Style, sv LedgerServer) error {
	heading := style.Paint(InkStrong, printableName(sv.Name))
	if sv.Delegate != "" {
		heading += ", delegates to " + printableName(sv.Delegate)
	}
	fmt.Fprintln(w, heading)
	for _, kind := range []struct {
		name   string
		counts []LedgerCount
		rows   int
		write  func(io.Writer, Style, LedgerServer) error
	}{
		{LedgerHooks, sv.Counts.Hooks, len(sv.Hooks), a.writeHooks},
		{LedgerChecks, sv.Counts.Checks, len(sv.Checks), a.writeChecks},
		{LedgerRoutes, sv.Counts.Routes, len(sv.Routes), a.writeRoutes},
	} {
		if kind.rows == 0 && len(a.filter.States) > 0 || a.filter.Kind != "" && a.filter.Kind != kind.name {
			continue
		}
		fmt.Fprintf(w, "\n  %s: %s\n", style.Paint(InkStrong, kind.name), a.countsText(kind.name, kind.counts))
		if err := kind.write(w, style, sv); err != nil {
			return err
		}
	}
	return nil
}

// printableName is how the ledger shows a name.
func printableName(s string) string {
	if s == "" {
		return "(no name)"
	}
	return render.Printable(s, 80)
}

// countsText says how many there are of each state, and behind that of each mark.
func (a *Ledger) countsText(kind string, counts []LedgerCount) string {
	var parts []string
	for _, c := range counts {
		parts = append(parts, strconv.Itoa(c.Entries)+" "+c.Is)
	}
	switch {
	case len(parts) > 0:
		return strings.Join(parts, ", ")
	case slices.Contains(a.NotTold, kind):
		return "the trace tells of none"
	}
	return "none"
}

// stateInk paints what is not as one would think.
func stateInk(item LedgerItem) Ink {
	switch startup.LedgerState(item.State) {
	case startup.LedgerMasked, startup.LedgerRejected:
		return InkBad
	case startup.LedgerLost, startup.LedgerSkipped, startup.LedgerDisabled:
		return InkWarn
	}
	for _, m := range item.Marks {
		if m != string(startup.MarkShadowed) {
			return InkWarn
		}
	}
	return InkNone
}

// from says by whose merges something came here.
func from(item LedgerItem) string {
	if len(item.Through) < 2 {
		return ""
	}
	var names []string
	for _, name := range item.Through[:len(item.Through)-1] {
		names = append(names, printableName(name))
	}
	return strings.Join(names, " → ")
}

// left is what stands left of the rows of a server.
const left = "    "

// indented writes to w with a margin.
func indented(w io.Writer, write func(io.Writer) error) error {
	var b strings.Builder
	if err := write(&b); err != nil {
		return err
	}
	for line := range strings.Lines(b.String()) {
		if _, err := io.WriteString(w, left+line); err != nil {
			return err
		}
	}
	return nil
}

// ledgerTable is a table whose empty columns are left out.
type ledgerTable struct {
	titles []string
	rows   [][]Cell
}

func (t *ledgerTable) row(cells ...Cell) { t.rows = append(t.rows, cells) }

func (t *ledgerTable) write(w io.Writer, style Style) error {
	if len(t.rows) == 0 {
		return nil
	}
	var out Table
	var kept []int
	for i, title := range t.titles {
		if slices.ContainsFunc(t.rows, func(row []Cell) bool { return row[i].Text != "" }) {
			kept = append(kept, i)
			out.Columns = append(out.Columns, Column{Title: title})
		}
	}
	for _, row := range t.rows {
		var cells []Cell
		for _, i := range kept {
			cells = append(cells, row[i])
		}
		out.Row(cells...)
	}
	return indented(w, func(w io.Writer) error { return out.Write(w, style) })
}

func (a *Ledger) writeHooks(w io.Writer, style Style, sv LedgerServer) error {
	t := &ledgerTable{titles: []string{"HOOK", "KIND", "STATE", "FROM", "REMARKS", "REGISTERED AT"}}
	for _, h := range sv.Hooks {
		t.row(
			Cell{printableName(h.Name), InkNone}, Cell{render.Printable(h.Kind, 20), InkNone},
			Cell{h.State, stateInk(h.LedgerItem)}, Cell{from(h.LedgerItem), InkNone},
			Cell{hookRemarks(h), InkNone}, Cell{render.Printable(h.RegisteredAt, 120), InkMuted},
		)
	}
	return t.write(w, style)
}

func hookRemarks(h LedgerHook) string {
	var remarks []string
	if h.Preconfigured {
		remarks = append(remarks, "preconfigured")
	}
	if slices.Contains(h.Marks, string(startup.MarkDuplicate)) {
		remarks = append(remarks, "duplicate")
	}
	switch {
	case h.State == string(startup.LedgerLost) && h.Kind == attr.KindPostStart:
		remarks = append(remarks, "registered too late to be taken over: never runs")
	case h.State == string(startup.LedgerLost):
		remarks = append(remarks, "registered too late to be taken over")
	case h.Error != "":
		remarks = append(remarks, render.Printable(h.Error, 160))
	}
	return strings.Join(remarks, ", ")
}

func (a *Ledger) writeChecks(w io.Writer, style Style, sv LedgerServer) error {
	t := &ledgerTable{titles: []string{"CHECK", "STATE", "ENDPOINTS", "FROM", "REMARKS", "REGISTERED AT"}}
	for _, c := range sv.Checks {
		endpoints := strings.Join(c.Endpoints, " ")
		if len(c.Endpoints) == len(startup.Endpoints()) {
			endpoints = "all"
		}
		t.row(
			Cell{printableName(c.Name), InkNone}, Cell{c.State, stateInk(c.LedgerItem)},
			Cell{endpoints, InkNone}, Cell{from(c.LedgerItem), InkNone},
			Cell{checkRemarks(sv.Name, c), InkNone}, Cell{render.Printable(c.RegisteredAt, 120), InkMuted},
		)
	}
	return t.write(w, style)
}

func checkRemarks(server string, c LedgerCheck) string {
	var remarks []string
	add := func(condition bool, text string) {
		if condition {
			remarks = append(remarks, text)
		}
	}
	lost, namesake := c.State == string(startup.LedgerLost), slices.Contains(c.Marks, string(startup.MarkNamesake))
	add(c.Configured && !lost && !namesake, "configured")
	add(slices.Contains(c.Marks, string(startup.MarkDuplicate)), "duplicate")
	add(c.SkippedBy != "" && !namesake, "kept out by the check of its name configured on "+printableName(c.SkippedBy))
	add((lost || namesake) && !slices.Contains(c.Endpoints, attr.Healthz), "only healthz is passed on")
	add(lost && slices.Contains(c.Endpoints, attr.Healthz), "in healthz, and yet not passed on")
	add(namesake, printableName(server)+" has another of that name")
	add(c.State == string(startup.LedgerMasked), "fails, which nobody sees")
	add(len(c.Promoted) > 0, "new in "+strings.Join(c.Promoted, " and "))
	add(c.DelayNS > 0, "livez grace "+duration(c.DelayNS))
	add(c.LostDelayNS > 0, "livez grace "+duration(c.LostDelayNS)+" lost")
	return strings.Join(remarks, ", ")
}
