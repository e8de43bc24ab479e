package page

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/render/report"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// maxBars is how many bars a timeline has before bars are folded.
const maxBars = 300

// timeline is what happened when: a bar for each phase and hook, in the order in
// which they began, or for each check of a start that was seen from outside. Places are percentages of the whole.
type timeline struct {
	Ticks      []tick
	Milestones []milestone
	Bars       []bar
	Total      int // of what the bars stand for
	Folded     bool
	Simulated  bool
	Checks     bool // there are checks among the bars, as nobody saw the hooks
	Whole      string
	NS         int64 // the same in nanoseconds
}

type tick struct{ X, Text string }

type bar struct {
	Key, Class string
	Name       string
	Server     string
	Took       string
	Detail     string
	Pieces     []stretch
}

// stretch is a part of a bar.
type stretch struct{ X, Width, Class string }

// newTimeline draws s up. critical holds the runs that decide when it is ready.
func newTimeline(s *startup.Startup, blame []startup.Blame, milestones []milestone, critical map[*startup.HookRun]bool) *timeline {
	all := slices.Clone(blame)
	slices.SortStableFunc(all, func(a, b startup.Blame) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.Took, a.Took), strings.Compare(a.Name, b.Name))
	})
	whole := s.Over()
	for _, b := range all {
		whole = max(whole, b.Start+b.Took)
	}
	for _, m := range milestones {
		whole = max(whole, m.at)
	}
	d := &drawer{s: s, whole: max(whole, 1), critical: critical}
	t := &timeline{Ticks: d.ticks(), Total: len(all), Simulated: s.Simulated(), Whole: render.Duration(whole), NS: int64(d.whole)}
	t.Checks = slices.ContainsFunc(all, func(b startup.Blame) bool { return b.Kind == startup.KindCheck })
	for i, m := range milestones {
		m.Y = 57 - 15*(len(milestones)-1-i) // each on a line of its own, as they may be close together
		m.X, m.Late = d.percent(m.at), m.at > d.whole/2
		t.Milestones = append(t.Milestones, m)
	}
	group := func(i int) string { return all[i].Kind + "\x00" + all[i].Server + "\x00" + string(all[i].Conduct) }
	rank := func(i int) int64 {
		if all[i].Run.InTrouble() || all[i].Kind == startup.KindPhase || critical[all[i].Run] {
			return troubled
		}
		return int64(all[i].Took)
	}
	for _, p := range fold(len(all), maxBars, group, rank) {
		if p.folded != nil {
			t.Bars, t.Folded = append(t.Bars, d.foldedBar(all, p.folded)), true
			continue
		}
		t.Bars = append(t.Bars, d.bar(all[p.index]))
	}
	return t
}

// drawer turns times into places.
type drawer struct {
	s        *startup.Startup
	whole    time.Duration
	critical map[*startup.HookRun]bool
}

func (d *drawer) percent(at time.Duration) string {
	return strconv.FormatFloat(math.Round(100_000*float64(at)/float64(d.whole))/1000, 'f', -1, 64) + "%"
}

// mostTicks is how many ticks have room on a narrow screen.
const mostTicks = 5

// ticks marks the axis at round times.
func (d *drawer) ticks() []tick {
	step := time.Duration(1)
	for _, factor := range cycle(2, 2.5, 2) { // 1, 2, 5, 10, …
		if d.whole/step <= mostTicks {
			break
		}
		step = time.Duration(float64(step) * factor)
	}
	var out []tick
	for at := time.Duration(0); at <= d.whole; at += step {
		out = append(out, tick{d.percent(at), tickText(at)})
	}
	return out
}

// cycle repeats the factors for as long as a duration has digits.
func cycle(factors ...float64) []float64 {
	return slices.Repeat(factors, 20)
}

// tickText writes a round time without digits that say nothing.
func tickText(at time.Duration) string {
	if at == 0 {
		return "0"
	}
	for _, u := range []struct {
		unit time.Duration
		name string
	}{{time.Second, " s"}, {time.Millisecond, " ms"}, {time.Microsecond, " µs"}} {
		if at >= u.unit {
			return strconv.FormatFloat(float64(at)/float64(u.unit), 'f', -1, 64) + u.name
		}
	}
	return strconv.FormatInt(int64(at), 10) + " ns"
}

func (d *drawer) bar(b startup.Blame) bar {
	out := bar{
		Name: name(b.Name), Server: render.Printable(b.Server, maxName), Took: render.Duration(b.Took), Class: string(b.Conduct),
		Detail: fmt.Sprintf("from %s to %s", render.Duration(b.Start), render.Duration(b.Start+b.Took)),
	}
	if how := report.How(d.s, b); how != "" {
		out.Detail = how + "; " + out.Detail
	}
	if b.Run == nil {
		out.Key = phaseKey(b.Name, b.Server)
		if b.Kind == startup.KindCheck {
			out.Key = checkKey(&startup.Check{Name: b.Name})
		}
		if out.Class == "" {
			out.Class = b.Kind
		}
		out.Pieces = []stretch{d.stretch(b.Start, b.Took, "")}
		return out
	}
	out.Key = key(kindHook, b.Name)
	if d.critical[b.Run] && !b.Run.InTrouble() {
		out.Class = "critical"
	}
	for _, step := range b.Run.Steps {
		if took := step.Duration(); took > 0 {
			out.Pieces = append(out.Pieces, d.stretch(step.Start, took, waitClass(step.What)))
		}
	}
	if len(out.Pieces) == 0 {
		class := ""
		if b.Conduct == startup.ConductWaited && !slices.ContainsFunc(b.Run.WaitsFor, func(w string) bool { return waitClass(w) == "" }) {
			class = "wait"
		}
		out.Pieces = []stretch{d.stretch(b.Start, b.Took, class)}
	}
	return out
}

func (d *drawer) stretch(start, took time.Duration, class string) stretch {
	return stretch{d.percent(start), d.percent(took), class}
}

// waitClass tells waiting from work by an entry of hook.waits_for.
func waitClass(what string) string {
	switch kind, _, _ := strings.Cut(what, ":"); kind {
	case "hook", "cache", "timer":
		return "wait"
	}
	return ""
}

// foldedBar stands for several bars, from the first one's beginning to the last
// one's end.
func (d *drawer) foldedBar(all []startup.Blame, folded []int) bar {
	first := all[folded[0]]
	start, end := first.Start, first.Start
	var total, slowest time.Duration
	for _, i := range folded {
		start, end = min(start, all[i].Start), max(end, all[i].Start+all[i].Took)
		total += all[i].Took
		slowest = max(slowest, all[i].Took)
	}
	return bar{
		Class: "fold", Name: fmt.Sprintf("and %s more %ss like these", number(len(folded)), first.Kind), Server: render.Printable(first.Server, maxName),
		Took:   render.Duration(total),
		Detail: fmt.Sprintf("together %s, the slowest %s, from %s to %s", render.Duration(total), render.Duration(slowest), render.Duration(start), render.Duration(end)),
		Pieces: []stretch{d.stretch(start, end-start, "")},
	}
}

// milestone is a moment that a start goes by.
type milestone struct {
	Name, Text string
	Class      string
	X          string
	Y          int
	Late       bool // in the second half
	at         time.Duration
}

// milestones returns those that the trace tells of, in order of time.
func milestones(s *startup.Startup) []milestone {
	var out []milestone
	add := func(name, class string, at time.Duration) {
		out = append(out, milestone{Name: name, Text: render.Duration(at), Class: class, at: at})
	}
	ended := func(name, phase string) {
		for _, p := range s.Phases {
			if p.Name == phase && p.End >= p.Start {
				add(name, "", p.End)
				return
			}
		}
	}
	ended("constructed", attr.SpanChainCreate)
	ended("listening", attr.SpanListenerServe)
	if last := s.LastHook(); last != nil && !slices.ContainsFunc(s.Runs, func(r *startup.HookRun) bool { return !r.Finished() || r.InTrouble() }) {
		add("hooks done", "", last.End)
	}
	switch s.Outcome() {
	case startup.OutcomeReady:
		add("ready", "good", s.Ready.At)
	case startup.OutcomeFailed:
		add("failed", "bad", s.Failure.At)
	case startup.OutcomeNotReady:
		add("not ready, the trace ends", "bad", s.Over())
	}
	slices.SortStableFunc(out, func(a, b milestone) int { return cmp.Compare(a.at, b.at) })
	return out
}
