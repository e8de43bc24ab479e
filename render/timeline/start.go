package timeline

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/render/internal/fold"
	"github.com/chaintrace/chaintrace/render/report"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// FromStart draws a start up, with at most so many bars; what is alike is counted
// where there is more. Phases, and hooks in trouble or that decided when the start
// was over, keep bars of their own for as long as there is room. Of a start that
// was seen from outside, in which there are no hooks, there are its checks.
func FromStart(s *startup.Startup, most int) *Timeline {
	all := s.BlameWithChecks()
	slices.SortStableFunc(all, func(a, b startup.Blame) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.Took, a.Took), strings.Compare(a.Name, b.Name))
	})
	t := &Timeline{
		Title: render.Name(s) + ": timeline", Result: render.Result(s), Bad: !slices.Contains([]startup.Outcome{startup.OutcomeReady, startup.OutcomeNotShown}, s.Outcome()),
		Origin: render.Origin(s), Problems: render.Problems(s), Notes: notes(s), Simulated: s.Simulated(),
		Milestones: milestones(s), Total: len(all),
	}
	if t.Simulated {
		t.Title += " (simulated clock)"
	}
	t.Whole = max(1, s.Over())
	for _, b := range all {
		t.Whole = max(t.Whole, b.Start+b.Took)
	}
	for _, m := range t.Milestones {
		t.Whole = max(t.Whole, m.At)
	}
	d := newDecisive(s)
	for _, p := range pieces(all, most, d) {
		if p.Folded != nil {
			t.Bars = append(t.Bars, foldedBar(all, p.Folded))
			continue
		}
		t.Bars = append(t.Bars, startBar(s, all[p.Index], d))
	}
	return t
}

// pieces chooses what gets a bar of its own, in the order in which it began.
func pieces(all []startup.Blame, most int, d decisive) []fold.Piece {
	group := func(i int) string { return all[i].Kind + "\x00" + all[i].Server + "\x00" + string(all[i].Conduct) }
	rank := func(i int) int64 {
		switch {
		case all[i].Conduct == startup.ConductFailed, all[i].Run.InTrouble(), d.has(all[i]):
			return math.MaxInt64
		case all[i].Kind == startup.KindPhase:
			return math.MaxInt64 - 1
		}
		return int64(all[i].Took)
	}
	list := fold.List(len(all), most, group, rank)
	slices.SortStableFunc(list, func(a, b fold.Piece) int { return cmp.Compare(a.Index, b.Index) })
	return list
}

// decisive is what decided when a start was over. Of phases it says nothing: they
// follow each other, and each of them did.
type decisive struct {
	runs   map[*startup.HookRun]bool
	checks map[string]bool
}

func newDecisive(s *startup.Startup) decisive {
	d := decisive{map[*startup.HookRun]bool{}, map[string]bool{}}
	for _, l := range s.CriticalChain().Links {
		if l.Run != nil {
			d.runs[l.Run] = true
		}
		if l.Kind == startup.LinkCheck {
			d.checks[l.Name] = true
		}
	}
	return d
}

func (d decisive) has(b startup.Blame) bool {
	if b.Kind == startup.KindCheck {
		return d.checks[b.Name]
	}
	return b.Run != nil && d.runs[b.Run]
}

func startBar(s *startup.Startup, b startup.Blame, d decisive) Bar {
	out := Bar{
		Kind: b.Kind, Name: b.Name, Server: b.Server, Start: b.Start, Took: b.Took, Open: b.End < b.Start,
		Conduct: b.Conduct, How: report.How(s, b),
	}
	out.Critical = d.has(b) && !out.InTrouble()
	out.Stretches = stretches(b)
	return out
}

// stretches tells waiting from work, step by step where the trace notes that.
// Neighbours that are alike are one.
func stretches(b startup.Blame) []Stretch {
	if b.Run == nil || len(b.Run.Steps) == 0 {
		return []Stretch{{b.Start, b.Took, b.Kind == startup.KindCheck || onlyWaits(b)}}
	}
	var out []Stretch
	end := b.Start + b.Took
	for _, step := range b.Run.Steps {
		took := step.Duration()
		if step.End < step.Start { // it was in this when the trace ended
			took = max(0, end-step.Start)
		}
		if took == 0 {
			continue
		}
		wait := startup.IsWait(step.What)
		if n := len(out) - 1; n >= 0 && out[n].Wait == wait && out[n].Start+out[n].Took == step.Start {
			out[n].Took += took
			continue
		}
		out = append(out, Stretch{step.Start, took, wait})
	}
	if len(out) == 0 {
		return []Stretch{{b.Start, b.Took, onlyWaits(b)}}
	}
	return out
}

// onlyWaits reports whether a hook of which the trace notes no steps is known to
// have done nothing but waiting.
func onlyWaits(b startup.Blame) bool {
	if b.Run == nil {
		return false
	}
	if b.Run.BlockedOn != "" {
		return startup.IsWait(b.Run.BlockedOn)
	}
	return b.Conduct == startup.ConductWaited && !slices.ContainsFunc(b.Run.WaitsFor, func(w string) bool { return !startup.IsWait(w) })
}

// foldedBar stands for several parts of a start.
func foldedBar(all []startup.Blame, folded []int) Bar {
	first := all[folded[0]]
	out := Bar{Kind: first.Kind, Server: first.Server, Start: first.Start, Conduct: first.Conduct, Folded: &Folded{Count: len(folded)}}
	end := first.Start
	for _, i := range folded {
		b := all[i]
		out.Start, end = min(out.Start, b.Start), max(end, b.Start+b.Took)
		out.Folded.add(b.Took)
		if b.Kind != first.Kind || b.Server != first.Server || b.Conduct != first.Conduct {
			out.Folded.Mixed = true
		}
	}
	if out.Folded.Mixed {
		out.Server, out.Conduct = "", ""
	}
	out.Took = end - out.Start
	return out
}

// add counts one more, which took no negative time.
func (f *Folded) add(took time.Duration) {
	f.Slowest = max(f.Slowest, took)
	f.Total += min(took, math.MaxInt64-f.Total)
}

// milestones returns those that the trace tells of, in order of time.
func milestones(s *startup.Startup) []Milestone {
	var out []Milestone
	ended := func(name, phase string) {
		for _, p := range s.Phases {
			if p.Name == phase && p.End >= p.Start {
				out = append(out, Milestone{name, p.End, Passed})
				return
			}
		}
	}
	ended("constructed", attr.SpanChainCreate)
	ended("listening", attr.SpanListenerServe)
	open := func(r *startup.HookRun) bool { return !r.Finished() || r.InTrouble() }
	if last := s.LastHook(); last != nil && !slices.ContainsFunc(s.Runs, open) && len(s.NotDone()) == 0 {
		out = append(out, Milestone{"hooks done", last.End, Passed})
	}
	switch s.Outcome() {
	case startup.OutcomeReady:
		out = append(out, Milestone{"ready", s.Ready.At, Good})
	case startup.OutcomeFailed:
		out = append(out, Milestone{"failed", s.Failure.At, Bad})
	case startup.OutcomeNotReady:
		out = append(out, Milestone{"not ready, the trace ends", s.Over(), Bad})
	}
	slices.SortStableFunc(out, func(a, b Milestone) int { return cmp.Compare(a.At, b.At) })
	return out
}

// notes says what has no bar: hooks of which the trace has no run, as where only
// what has ended is recorded.
func notes(s *startup.Startup) []string {
	missing := s.WithoutRun()
	if len(missing) == 0 {
		return nil
	}
	const most = 3
	var names []string
	for _, m := range missing[:min(most, len(missing))] {
		names = append(names, render.Printable(m, 40))
	}
	text := strings.Join(names, ", ")
	if more := len(missing) - most; more > 0 {
		text += " and " + render.Count(more, "other hook")
	}
	return []string{"Registered, but without a run in this trace: " + text + "."}
}
