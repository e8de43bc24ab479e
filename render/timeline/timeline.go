package timeline

import (
	"fmt"
	"time"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// Timeline is what happened when, as data. Times are offsets from the beginning
// of the trace.
type Timeline struct {
	Title     string   // in one line, printable
	Result    string   // how it ended, in a sentence
	Bad       bool     // it did not end well
	Origin    string   // where the trace comes from; may be empty
	Problems  string   // what is wrong with the trace; may be empty
	Notes     []string // what else is to be known, in sentences
	Simulated bool     // times are those of a simulated clock
	Tree      bool     // the bars are a tree of spans, not the parts of a start

	Whole      time.Duration // of what is shown; at least a nanosecond
	Milestones []Milestone   // in order of time
	Bars       []Bar         // in the order in which they began; in a tree, each behind the one it is in
	Total      int           // of what the bars stand for
}

// KindSpan is the kind of a bar that stands for a span of a trace that is none of
// a start; the others are startup's.
const KindSpan = "span"

// Bar is something that took time, or several such things together.
type Bar struct {
	Kind   string // KindSpan, or startup.KindPhase, KindHook or KindCheck
	Name   string // as in the trace
	Server string // the server, or the service, that it is of; "" for none
	Depth  int    // in a tree; else 0

	Start, Took time.Duration
	Open        bool            // nobody saw it end: it is shown until the trace ends, or it must have been over
	Conduct     startup.Conduct // of a hook, or startup.ConductFailed; else ""
	Critical    bool            // it decided when the start was over
	How         string          // what it did, in words; may be empty
	Stretches   []Stretch       // of waiting and of work, in order; empty for several together

	Span   *trace.Span // that it stands for, in the trace that was given; nil for none and for several
	Folded *Folded     // of several together; else nil
	Inside int         // how many spans that it contains are not shown
}

// Stretch is a part of a bar.
type Stretch struct {
	Start, Took time.Duration
	Wait        bool // nothing was done but waiting
}

// Folded is what is said of several things together. Their bar reaches from the
// first one's beginning to the last one's end, and its Took is that.
type Folded struct {
	Count          int
	Total, Slowest time.Duration
	Mixed          bool // they are not alike
}

// InTrouble reports whether a bar did not end as it should.
func (b *Bar) InTrouble() bool {
	switch b.Conduct {
	case startup.ConductFailed, startup.ConductHung, startup.ConductInterrupted:
		return true
	}
	return false
}

// Folded reports whether there are bars that stand for several things.
func (t *Timeline) Folded() bool { return t.Total > len(t.Bars) }

// FoldedText says in a sentence what is counted rather than shown; "" where
// everything has a bar of its own.
func (t *Timeline) FoldedText() string {
	if !t.Folded() {
		return ""
	}
	text := fmt.Sprintf("These %s bars stand for %s: ", Number(len(t.Bars)), Number(t.Total))
	if len(t.Bars) == 1 {
		return fmt.Sprintf("This bar stands for %s.", Number(t.Total))
	}
	if t.Tree {
		return text + "of spans of one name those in trouble and the slowest have one of their own, the others and what is in them are counted."
	}
	return text + "the slowest and those in trouble have one of their own, the others are counted."
}

// Kind of a milestone.
const (
	Passed = ""     // it went by
	Good   = "good" // the start was over and all was well
	Bad    = "bad"  // it was over, and was not
)

// Milestone is a moment that a start goes by.
type Milestone struct {
	Name string
	At   time.Duration
	Kind string // Passed, Good or Bad
}
