package report

import (
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

	failure string
}

// CriticalLink is a link of a critical chain.
type CriticalLink struct {
	Kind       string `json:"kind" jsonschema:"ready, failed, not-ready, check, signal, hook, phase or gap (time that the trace does not explain)"`
	Name       string `json:"name" jsonschema:"of the hook, check, signal or phase; else empty"`
	Server     string `json:"server" jsonschema:"the server of the hook or phase; empty when unknown"`
	AtNS       int64  `json:"at_ns" jsonschema:"nanoseconds from the start until it was over and the link before it could go on"`
	DurationNS int64  `json:"duration_ns" jsonschema:"nanoseconds that the chain was here"`
	WholeNS    int64  `json:"whole_ns" jsonschema:"nanoseconds that it took in all, more than duration_ns where it waited for the next link"`
	Parts      []Part `json:"parts" jsonschema:"what a hook did in this time"`
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
	}
	for i, l := range chain.Links {
		a.Links[i] = CriticalLink{
			string(l.Kind), l.Name, l.Server, int64(l.At), int64(l.Took), int64(l.Whole), newParts(l.Parts),
		}
	}
	if s.Failure != nil {
		a.failure = s.Failure.Hook + ": " + s.Failure.Err
	}
	return a, nil
}

// WriteText writes the chain in the form of systemd-analyze critical-chain.
func (a *CriticalChain) WriteText(w io.Writer, style Style) error {
	var b strings.Builder
	b.WriteString(style.Paint(InkMuted, `The time at which something was done, and what follows could go on, stands
after "@". The time that the chain was there stands after "+".`) + "\n")
	if a.Simulated {
		b.WriteString(style.Paint(InkMuted, "All times are simulated.") + "\n")
	}
	b.WriteByte('\n')
	longest := int64(0)
	for _, l := range a.Links {
		if l.Kind != string(startup.LinkGap) {
			longest = max(longest, l.DurationNS)
		}
	}
	indent := 0
	for i, l := range a.Links {
		if i > 0 {
			b.WriteString(strings.Repeat("  ", indent) + "└─")
			indent++
		}
		b.WriteString(a.line(l, longest, style) + "\n")
	}
	if len(a.Others) > 0 {
		const most = 12
		shown := make([]string, 0, most)
		for _, name := range a.Others[:min(most, len(a.Others))] {
			shown = append(shown, render.Printable(name, 60))
		}
		more := ""
		if len(a.Others) > most {
			more = fmt.Sprintf(" and %d more", len(a.Others)-most)
		}
		fmt.Fprintf(&b, "\nNot done either: %s%s\n", strings.Join(shown, ", "), more)
	}
	a.writeProblems(&b, style)
	_, err := io.WriteString(w, b.String())
	return err
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
	var remarks []string
	if l.Kind == string(startup.LinkReady) && l.DurationNS > 0 {
		remarks = append(remarks, "until readyz was looked at again")
	}
	if l.WholeNS > l.DurationNS {
		remarks = append(remarks, "of "+duration(l.WholeNS))
	}
	if parts := partsText(l.Parts, 60); parts != "" {
		remarks = append(remarks, parts)
	}
	if len(remarks) > 0 {
		text += style.Paint(InkMuted, "  "+strings.Join(remarks, ": "))
	}
	return text
}

// name names a link for people.
func (a *CriticalChain) name(l CriticalLink) string {
	name, server := render.Printable(l.Name, 80), render.Printable(l.Server, 60)
	switch startup.LinkKind(l.Kind) {
	case startup.LinkFailed:
		return "failed: " + render.Printable(a.failure, 200)
	case startup.LinkNotReady:
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
