package page

import (
	"slices"
	"strings"
	"time"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/render/internal/fold"
	"github.com/chaintrace/chaintrace/render/report"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// troubled is the rank of what must not be folded away.
const troubled = int64(1) << 62

// of is an entry of a ledger with the server whose it is.
type of[T any] struct {
	server string
	entry  *T
}

// entries collects what the servers have, outermost first.
func entries[T any](l *startup.Ledger, list func(*startup.LedgerServer) []T) []of[T] {
	var out []of[T]
	for _, sv := range l.Servers {
		all := list(sv)
		for i := range all {
			out = append(out, of[T]{sv.Name, &all[i]})
		}
	}
	return out
}

// hooksTable lists the hooks of all servers.
func hooksTable(s *startup.Startup, l *startup.Ledger, blame map[*startup.HookRun]startup.Blame) *table {
	all := entries(l, func(sv *startup.LedgerServer) []startup.LedgerHook { return sv.Hooks })
	t := &table{ID: "hooks", Title: "Hooks", Noun: "hook", Kind: kindHook, Total: len(all), Columns: []column{
		{Title: "Hook"}, {Title: "Server", Filter: true}, {Title: "Kind", Filter: true}, {Title: "State", Filter: true}, {Title: "From"},
		{Title: "Began", Class: "n"}, {Title: "Took", Class: "n"}, {Title: "How", Class: "words"}, {Title: "Registered at", Class: "code"},
	}}
	missing := map[string]bool{} // they should have run
	for _, h := range s.CriticalChain().WithoutRun {
		missing[h] = true
	}
	group := func(i int) string {
		return all[i].server + "\x00" + all[i].entry.Hook.Kind + "\x00" + string(all[i].entry.State)
	}
	rank := func(i int) int64 {
		e := all[i].entry
		if e.Hook.Run.InTrouble() || e.Err != "" {
			return troubled
		}
		if e.Hook.Run == nil {
			return -1
		}
		return int64(blame[e.Hook.Run].Took)
	}
	for _, p := range fold.List(len(all), maxRows, group, rank) {
		sv, e := all[p.Index].server, all[p.Index].entry
		where := []cell{{Text: name(sv)}, {Text: render.Printable(e.Hook.Kind, maxName)}, stateCell(&e.LedgerEntry), fromCell(&e.LedgerEntry)}
		if p.Folded != nil {
			var total, slowest time.Duration
			for _, i := range p.Folded {
				if run := all[i].entry.Hook.Run; run != nil {
					total += blame[run].Took
					slowest = max(slowest, blame[run].Took)
				}
			}
			how := "together; the slowest of them " + render.Duration(slowest)
			t.Rows, t.Folded = append(t.Rows, foldedRow(len(p.Folded), "hook", append(where, cell{}, moment(total), cell{Text: how}, cell{})...)), true
			continue
		}
		t.Rows = append(t.Rows, hookRow(s, e, where, blame, missing))
	}
	return t
}

func hookRow(s *startup.Startup, e *startup.LedgerHook, where []cell, blame map[*startup.HookRun]startup.Blame, missing map[string]bool) row {
	r := row{Key: key(kindHook, e.Hook.Name), Class: badClass(e.State)}
	began, took, how := cell{}, cell{}, report.HookRemarks(e)
	if run := e.Hook.Run; run != nil {
		b := blame[run]
		began, took = moment(b.Start), moment(b.Took)
		if how != "" {
			how = "; " + how
		}
		how = report.HowAtLength(s, b) + how
		if run.InTrouble() {
			r.Class = "bad"
		}
	} else if missing[e.Hook.Name] {
		how = strings.TrimSuffix("has no run in the trace; "+how, "; ")
	}
	r.Cells = append(append([]cell{{Text: name(e.Hook.Name)}}, where...), began, took, cell{Text: how}, cell{Text: render.Printable(e.Place, maxName)})
	return r
}

// checksTable lists the health checks of all servers.
func checksTable(l *startup.Ledger) *table {
	all := entries(l, func(sv *startup.LedgerServer) []startup.LedgerCheck { return sv.Checks })
	t := &table{ID: "checks", Title: "Health checks", Noun: "check", Kind: kindCheck, Total: len(all), Columns: []column{
		{Title: "Check"}, {Title: "Server", Filter: true}, {Title: "State", Filter: true}, {Title: "From"},
		{Title: "Endpoints", Filter: true}, {Title: "Remarks"}, {Title: "Registered at", Class: "code"},
	}}
	group := func(i int) string { return all[i].server + "\x00" + string(all[i].entry.State) }
	rank := func(i int) int64 {
		e := all[i].entry
		if badClass(e.State) != "" {
			return troubled
		}
		return int64(len(e.Marks))
	}
	for _, p := range fold.List(len(all), maxRows, group, rank) {
		sv, e := all[p.Index].server, all[p.Index].entry
		where := []cell{{Text: name(sv)}, stateCell(&e.LedgerEntry), fromCell(&e.LedgerEntry)}
		if p.Folded != nil {
			t.Rows, t.Folded = append(t.Rows, foldedRow(len(p.Folded), "check", append(where, cell{}, cell{}, cell{})...)), true
			continue
		}
		class := badClass(e.State)
		if e.Has(startup.MarkNamesake) {
			class = "" // that another one of the name is there is as it should be
		}
		t.Rows = append(t.Rows, row{Key: checkKey(e.Check), Class: class, Cells: append(append([]cell{{Text: name(e.Check.Name)}}, where...),
			cell{Text: strings.Join(e.Endpoints, " ")}, cell{Text: report.CheckRemarks(sv, e)}, cell{Text: render.Printable(e.Place, maxName)})})
	}
	return t
}

// watchedTable lists the health checks of a start that was watched from outside, where
// no trace tells whose they are: when each of them passed.
func watchedTable(blame []startup.Blame) *table {
	all := slices.DeleteFunc(slices.Clone(blame), func(b startup.Blame) bool { return b.Kind != startup.KindCheck })
	t := &table{ID: "checks", Title: "Health checks", Noun: "check", Kind: kindCheck, Total: len(all), Columns: []column{
		{Title: "Check"}, {Title: "Passed at", Class: "n"}, {Title: "Took", Class: "n"},
	}}
	rank := func(i int) int64 { return int64(all[i].Took) }
	for _, p := range fold.List(len(all), maxRows, func(int) string { return "" }, rank) {
		if p.Folded != nil {
			t.Rows, t.Folded = append(t.Rows, foldedRow(len(p.Folded), "check", cell{}, cell{})), true
			continue
		}
		b := all[p.Index]
		r := row{Key: checkKey(&startup.Check{Name: b.Name}), Cells: []cell{{Text: name(b.Name)}, moment(b.End), moment(b.Took)}}
		t.Rows = append(t.Rows, r)
	}
	return t
}
