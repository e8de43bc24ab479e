package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/trace/startup"
)

var criticalSchema = register[CriticalChain]("critical-chain/v1")

// CriticalChain is the answer of chaintrace critical-chain.
type CriticalChain struct {
	Schema string `json:"schema" jsonschema:"critical-chain/v1"`
	Start
	To     string         `json:"to" jsonschema:"the hook, check, signal or phase that was asked for; empty for readiness or the end of the start"`
	Links  []CriticalLink `json:"links" jsonschema:"from the end backwards; the duration_ns of all add up to the first one's at_ns"`
	Others []string       `json:"others" jsonschema:"of a start that did not get ready: hooks that had not ended either, or checks that did not pass"`

	WithoutRun []string `json:"without_run" jsonschema:"hooks that should have run and have no run in the trace, where one of them may be what held the start back"`
	LastBefore string   `json:"last_before" jsonschema:"of a signal: the hook that was the last to be done before it, where the trace does not say that this was its cause; else empty"`
	Failure    *Failure `json:"failure" jsonschema:"what ended the process; null when nothing did"`
}

// CriticalLink is a link of a critical chain.
type CriticalLink struct {
	Kind       string `json:"kind" jsonschema:"ready, failed, not-ready (where the trace does not show readiness, too), check, signal, hook, phase or gap (time that the trace does not explain)"`
	Name       string `json:"name" jsonschema:"of the hook, check, signal or phase; else empty"`
	Server     string `json:"server" jsonschema:"the server of the hook or phase; empty when unknown"`
	AtNS       int64  `json:"at_ns" jsonschema:"nanoseconds from the start until it was over and the link before it could go on"`
	DurationNS int64  `json:"duration_ns" jsonschema:"nanoseconds that the chain was here"`
	WholeNS    int64  `json:"whole_ns" jsonschema:"nanoseconds that it took in all, more than duration_ns where it waited for the next link"`
	Parts      []Part `json:"parts" jsonschema:"what a hook did in this time"`
	NotYetNS   *int64 `json:"not_yet_ns" jsonschema:"of a check: nanoseconds from the start until readyz was last looked at before and it had not passed; null when the trace shows no such look"`
}

// NewCriticalChain answers what led to readiness or to what is named, if it is; of
// the server, if one is.
func NewCriticalChain(s *startup.Startup, to, server string) (*CriticalChain, error) {
	chain := s.CriticalChain()
	if to != "" {
		var err error
		if chain, err = s.CriticalChainTo(to, server); err != nil {
			return nil, err
		}
	}
	a := &CriticalChain{
		Schema: criticalSchema, Start: newStart(s), To: to,
		Links: make([]CriticalLink, len(chain.Links)), Others: append([]string{}, chain.Others...),
		WithoutRun: append([]string{}, chain.WithoutRun...), Failure: newFailure(s.Failure),
	}
	if chain.Before != nil {
		a.LastBefore = chain.Before.Name
	}
	for i, l := range chain.Links {
		a.Links[i] = newCriticalLink(l)
	}
	return a, nil
}

func newCriticalLink(l startup.Link) CriticalLink {
	out := CriticalLink{string(l.Kind), l.Name, l.Server, int64(l.At), int64(l.Took), int64(l.Whole), newParts(l.Parts), nil}
	if l.NotYet > 0 {
		ns := int64(l.NotYet)
		out.NotYetNS = &ns
	}
	return out
}

// deepest is how far links are indented. A chain of thousands would else take
// text without end.
const deepest = 40

// WriteText writes the chain in the form of systemd-analyze critical-chain.
func (a *CriticalChain) WriteText(to io.Writer, style Style) error {
	w := bufio.NewWriter(to) // it keeps the first error
	fmt.Fprintln(w, style.Paint(InkMuted, `The time at which something was done, and what follows could go on, stands
after "@". The time that the chain was there stands after "+".`))
	if a.Simulated {
		fmt.Fprintln(w, style.Paint(InkMuted, "All times are simulated."))
	}
	fmt.Fprintln(w)
	longest := int64(0)
	for _, l := range a.Links {
		if l.Kind != string(startup.LinkGap) {
			longest = max(longest, l.DurationNS)
		}
	}
	for i, l := range a.Links {
		if i > 0 {
			fmt.Fprint(w, strings.Repeat("  ", min(i-1, deepest))+"└─")
		}
		fmt.Fprintln(w, a.line(l, longest, style))
	}
	a.writeBeside(w)
	a.writeProblems(w, style)
	return w.Flush()
}

// writeBeside writes what is no link but may have to do with it.
func (a *CriticalChain) writeBeside(w io.Writer) {
	const most = 12
	if a.LastBefore != "" {
		fmt.Fprintf(w, "\nDone last before it, but perhaps not its cause: %s\n", render.Printable(a.LastBefore, 60))
	}
	if len(a.Others) > 0 {
		fmt.Fprintf(w, "\nNot done either: %s\n", few(a.Others, most))
	}
	if len(a.WithoutRun) > 0 {
		fmt.Fprintf(w, "\nRegistered, but without a run in this trace: %s\n", few(a.WithoutRun, most))
	}
}

// line writes a link. Red is where time is spent: at least a tenth of the
// chain, or the longest of its links.
func (a *CriticalChain) line(l CriticalLink, longest int64, style Style) string {
	text := a.name(l) + " @" + duration(l.AtNS)
	if l.DurationNS > 0 {
		took := "+" + duration(l.DurationNS)
		switch {
		case l.Kind == string(startup.LinkGap):
			took = style.Paint(InkWarn, took)
		case l.DurationNS == longest || 10*l.DurationNS >= a.Links[0].AtNS:
			took = style.Paint(InkBad, took)
		}
		text += " " + took
	}
	if remarks := l.remarks("@", "of ", 60); len(remarks) > 0 {
		text += style.Paint(InkMuted, "  "+strings.Join(remarks, ": "))
	}
	return text
}

// remarks says what else is known of a link; at comes before a point in time, of
// before the whole of what the link is a part of, and width is how many characters
// each part of a hook may have.
func (l CriticalLink) remarks(at, of string, width int) []string {
	var remarks []string
	switch kind := startup.LinkKind(l.Kind); {
	case (kind == startup.LinkReady || kind == startup.LinkSignal) && l.DurationNS > 0:
		remarks = append(remarks, "until readyz was looked at again")
	case l.NotYetNS != nil:
		remarks = append(remarks, "had not passed "+at+duration(*l.NotYetNS))
	}
	if whole := duration(l.WholeNS); l.WholeNS > l.DurationNS && whole != duration(l.DurationNS) {
		remarks = append(remarks, of+whole)
	}
	if parts := partsText(l.Parts, width); parts != "" {
		remarks = append(remarks, parts)
	}
	return remarks
}

// name names a link for people.
func (a *CriticalChain) name(l CriticalLink) string {
	name, server := render.Printable(l.Name, 80), render.Printable(l.Server, 60)
	switch startup.LinkKind(l.Kind) {
	case startup.LinkFailed:
		return "failed: " + a.Failure.text()
	case startup.LinkNotReady:
		if a.Outcome == string(startup.OutcomeNotShown) {
			return "not seen to be ready: the trace ends"
		}
		return "never ready: the trace ends"
	case startup.LinkGap:
		return "(gap)"
	case startup.LinkCheck:
		return "check " + name
	case startup.LinkSignal:
		return "signal " + name
	case startup.LinkPhase:
		return strings.TrimSpace(name + " " + server)
	case startup.LinkHook:
		return name
	}
	return l.Kind
}
