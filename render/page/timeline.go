package page

import (
	"math"
	"slices"
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
	Kind       string // of the things that the bars have keys of; "" where these are named by them
	Ticks      []tick
	Milestones []milestone
	Bars       []bar
	About      string // what there is, in a sentence
	Folded     string // what is counted, in a sentence; "" where nothing is
	Samples    []barSample
	Whole      string
	NS         int64 // the same in nanoseconds
}

// barSample is a bar with what it means, by the classes of the bar and of its piece.
type barSample struct{ Class, Piece, Text string }

type tick struct{ X, Text string }

type bar struct {
	Key, Class string
	Level      int // how deep it is in a tree, from 1 on; else 0
	Name       string
	Server     string
	Took       string
	Detail     string
	Pieces     []stretch
}

// stretch is a part of a bar.
type stretch struct{ X, Width, Class string }

// newStretch is never so short that a browser leaves it out, as it does with what has
// no width.
func newStretch(start, took, whole time.Duration, class string) stretch {
	width := percent(took, whole)
	if width == "0%" {
		width = "0.001%"
	}
	return stretch{percent(start, whole), width, class}
}

// milestone is a moment that a start goes by.
type milestone struct {
	Name, Text string
	Class      string
	X          string
	Y          int
	Late       bool // in the second half
}

// newTimeline draws up all of a timeline but its bars and what is said of them.
func newTimeline(t *timeline.Timeline) *timelinePart {
	out := &timelinePart{Folded: t.FoldedText(), Whole: render.Duration(t.Whole), NS: int64(t.Whole), Milestones: newMilestones(t)}
	for _, tk := range t.Ticks(mostTicks) {
		out.Ticks = append(out.Ticks, tick{percent(tk.At, t.Whole), tk.Text})
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

// newBar draws up a bar, which is about what has the key.
func newBar(b *timeline.Bar, key string, whole time.Duration) bar {
	out := bar{
		Key: key, Class: barClass(b), Name: name(b.Name), Server: render.Printable(b.Server, maxName), Took: render.Duration(b.Took),
		Detail: "from " + render.Duration(b.Start) + " to " + render.Duration(b.Start+b.Took),
	}
	if b.How != "" {
		out.Detail = b.How + "; " + out.Detail
	}
	if f := b.Folded; f != nil {
		out.Name, out.Took = b.FoldedName(), render.Duration(f.Total)
		out.Detail = "together " + render.Duration(f.Total) + ", the slowest " + render.Duration(f.Slowest) + ", " + out.Detail
		out.Pieces = []stretch{newStretch(b.Start, b.Took, whole, "")}
	}
	for _, s := range b.Stretches {
		class := ""
		if s.Wait && b.Kind == startup.KindHook { // a check's bar is nothing but waiting
			class = "wait"
		}
		out.Pieces = append(out.Pieces, newStretch(s.Start, s.Took, whole, class))
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
	case b.InTrouble(), b.Conduct == startup.ConductSwallowed: // that counts for more than what it decides, as in the other pictures
		return string(b.Conduct)
	case b.Critical && b.Kind == startup.KindHook:
		return "critical"
	case b.Conduct != "":
		return string(b.Conduct)
	}
	return b.Kind
}

// explain adds what the colours mean, of those that there are.
func (t *timelinePart) explain() {
	is := func(classes ...string) bool {
		return slices.ContainsFunc(t.Bars, func(b bar) bool { return slices.Contains(classes, b.Class) })
	}
	waits := slices.ContainsFunc(t.Bars, func(b bar) bool {
		return slices.ContainsFunc(b.Pieces, func(p stretch) bool { return p.Class == "wait" })
	})
	for _, s := range []struct {
		there  bool
		sample barSample
	}{
		{is("phase"), barSample{"phase", "", "phase"}},
		{is("hook", "ran", "waited"), barSample{"", "", "hook at work"}},
		{is("span"), barSample{"", "", "span"}},
		{waits, barSample{"", "wait", "waiting"}},
		{is("check"), barSample{"check", "", "check, until it passed"}},
		{is("launched"), barSample{"launched", "", "only launched"}},
		{is("critical"), barSample{"critical", "", "decides the end"}},
		{is("failed"), barSample{"failed", "", "failed"}},
		{is("hung", "interrupted", "swallowed"), barSample{"interrupted", "", "did not end"}},
		{is("fold"), barSample{"fold", "", "several that are alike"}},
	} {
		if s.there {
			t.Samples = append(t.Samples, s.sample)
		}
	}
}
