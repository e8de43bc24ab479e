package page

import (
	"math"
	"strconv"
	"time"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/render/timeline"
	"github.com/chaintrace/chaintrace/trace/startup"
)

const (
	maxBars   = 300 // that a timeline has before bars are folded
	mostTicks = 5   // for which there is room on a narrow screen
)

// timelinePart is the timeline as the page draws it. Places are percentages of the
// whole.
type timelinePart struct {
	Ticks      []tick
	Milestones []milestone
	Bars       []bar
	Folded     string // what is counted, in a sentence; "" where nothing is
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

// milestone is a moment that a start goes by.
type milestone struct {
	Name, Text string
	Class      string
	X          string
	Y          int
	Late       bool // in the second half
}

func newTimeline(t *timeline.Timeline) *timelinePart {
	out := &timelinePart{Folded: t.FoldedText(), Simulated: t.Simulated, Whole: render.Duration(t.Whole), NS: int64(t.Whole)}
	for _, tk := range t.Ticks(mostTicks) {
		out.Ticks = append(out.Ticks, tick{percent(tk.At, t.Whole), tk.Text})
	}
	out.Milestones = newMilestones(t)
	for i := range t.Bars {
		b := &t.Bars[i]
		out.Checks = out.Checks || b.Kind == startup.KindCheck
		out.Bars = append(out.Bars, newBar(b, t.Whole))
	}
	return out
}

func percent(at, whole time.Duration) string {
	return strconv.FormatFloat(math.Round(100_000*float64(at)/float64(whole))/1000, 'f', -1, 64) + "%"
}

func newMilestones(t *timeline.Timeline) []milestone {
	var out []milestone
	for i, m := range t.Milestones {
		out = append(out, milestone{
			Name: m.Name, Text: render.Duration(m.At), Class: m.Kind, X: percent(m.At, t.Whole), Late: m.At > t.Whole/2,
			Y: 57 - 15*(len(t.Milestones)-1-i), // each on a line of its own, as they may be close together
		})
	}
	return out
}

func newBar(b *timeline.Bar, whole time.Duration) bar {
	out := bar{
		Key: barKey(b), Class: barClass(b), Name: name(b.Name), Server: render.Printable(b.Server, maxName), Took: render.Duration(b.Took),
		Detail: "from " + render.Duration(b.Start) + " to " + render.Duration(b.Start+b.Took),
	}
	if b.How != "" {
		out.Detail = b.How + "; " + out.Detail
	}
	if f := b.Folded; f != nil {
		of := b.Kind + "s like these"
		if f.Mixed {
			of = "others"
		}
		out.Name, out.Took = "and "+timeline.Number(f.Count)+" more "+of, render.Duration(f.Total)
		out.Detail = "together " + render.Duration(f.Total) + ", the slowest " + render.Duration(f.Slowest) + ", " + out.Detail
		out.Pieces = []stretch{{percent(b.Start, whole), percent(b.Took, whole), ""}}
	}
	for _, s := range b.Stretches {
		class := ""
		if s.Wait && b.Kind == startup.KindHook { // a check's bar is nothing but waiting
			class = "wait"
		}
		out.Pieces = append(out.Pieces, stretch{percent(s.Start, whole), percent(s.Took, whole), class})
	}
	return out
}

func barKey(b *timeline.Bar) string {
	switch {
	case b.Folded != nil:
		return ""
	case b.Kind == startup.KindHook:
		return key(kindHook, b.Name)
	case b.Kind == startup.KindCheck:
		return checkKey(&startup.Check{Name: b.Name})
	}
	return phaseKey(b.Name, b.Server)
}

func barClass(b *timeline.Bar) string {
	switch {
	case b.Folded != nil:
		return "fold"
	case b.Critical && b.Kind == startup.KindHook:
		return "critical"
	case b.Conduct != "":
		return string(b.Conduct)
	}
	return b.Kind
}
