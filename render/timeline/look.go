package timeline

import (
	"strings"
	"time"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// maxName is how many characters of a name are shown at most.
const maxName = 72

// look is how bars of a kind look, and what the legend says of them.
type look struct {
	role  render.Role
	thin  bool
	hatch bool   // there is nothing but waiting
	text  string // in the legend
	words string // behind the time that it took; "" for none
}

// lookOf returns how a bar looks.
func (t *Timeline) lookOf(b *Bar) look {
	switch {
	case b.Folded != nil:
		return look{role: render.RoleSkipped, text: "several that are alike"}
	case b.Conduct == startup.ConductFailed:
		return look{role: render.RoleFailed, text: "failed", words: "failed"}
	case b.Conduct == startup.ConductHung:
		return look{role: render.RoleBecause, text: "did not end", words: "hung"}
	case b.Conduct == startup.ConductInterrupted:
		return look{role: render.RoleBecause, text: "did not end", words: "stopped"}
	case b.Conduct == startup.ConductSwallowed:
		return look{role: render.RoleBecause, text: "did not end", words: "deadline passed, went on"}
	case b.Critical:
		return look{role: render.RoleCritical, text: t.decides()}
	case b.Conduct == startup.ConductLaunched:
		return look{role: render.RoleLaunched, thin: true, text: "only launched"}
	case b.Kind == startup.KindPhase:
		return look{role: render.RolePhaseA, text: "phase", words: openWords(b)}
	case b.Kind == KindSpan:
		return look{role: render.RoleRan, text: "span", words: openWords(b)}
	case b.Kind == startup.KindCheck:
		return look{role: render.RoleRan, hatch: true, text: "check, until it passed", words: checkWords(b)}
	}
	return look{role: render.RoleRan, text: "hook at work", words: openWords(b)}
}

// decides says what a bar on the critical chain did. Of a start that did not get ready
// it decided nothing.
func (t *Timeline) decides() string {
	if t.Bad {
		return "on the way to the end"
	}
	return "decides the end"
}

func openWords(b *Bar) string {
	if b.Open {
		return "not ended"
	}
	return ""
}

func checkWords(b *Bar) string {
	if b.Open {
		return "never passed"
	}
	return ""
}

// barName is what a bar is called, printable.
func barName(b *Bar) string {
	if b.Folded == nil {
		if b.Name == "" {
			return "(no name)"
		}
		return render.Printable(b.Name, maxName)
	}
	return b.FoldedName()
}

// FoldedName is what a bar is called that stands for several things: so many more of
// what.
func (b *Bar) FoldedName() string {
	more := "and " + Number(b.Folded.Count) + " more"
	switch {
	case b.Folded.Mixed:
		return more
	case b.Kind == KindSpan:
		return more + " " + render.Printable(b.Name, maxName)
	}
	return more + " " + b.Kind + "s like these"
}

// barTook is how long a bar took, and what is to be said of how it ended.
func barTook(b *Bar, l look) string {
	text := render.Duration(b.Took)
	if f := b.Folded; f != nil {
		text = "together " + render.Duration(f.Total) + ", slowest " + render.Duration(f.Slowest)
	} else if l.words != "" {
		text += ", " + l.words
	}
	if b.Inside > 0 {
		text += " (" + Number(b.Inside) + " inside)"
	}
	return text
}

// barTip is all that is known of a bar, in lines.
func (t *Timeline) barTip(b *Bar) string {
	lines := []string{barName(b)}
	if b.Server != "" {
		lines = append(lines, b.Kind+" of "+render.Printable(b.Server, maxName))
	} else {
		lines = append(lines, b.Kind)
	}
	when := "from " + render.Duration(b.Start) + " to " + render.Duration(b.Start+b.Took) + ": " + barTook(b, t.lookOf(b))
	if t.Simulated {
		when += " (simulated)"
	}
	lines = append(lines, when)
	if b.How != "" {
		lines = append(lines, render.Printable(b.How, 1000))
	}
	if b.Critical {
		lines = append(lines, t.decides())
	}
	return strings.Join(lines, "\n")
}

// description says in words what a picture shows.
func (t *Timeline) description() string {
	parts := []string{t.Result + "."}
	for _, m := range t.Milestones {
		parts = append(parts, m.text()+".")
	}
	parts = append(parts, render.Count(len(t.Bars), "bar")+", in the order in which they began.")
	return strings.Join(parts, " ")
}

func (m Milestone) text() string { return m.Name + " " + render.Duration(m.At) }

// role of a milestone's line and text.
func (m Milestone) role() render.Role {
	switch m.Kind {
	case Good:
		return render.RoleInherited // green
	case Bad:
		return render.RoleFailed
	}
	return render.RoleNone
}

// header is what is said above the bars, below the title.
func (t *Timeline) header() []headerLine {
	result := headerLine{text: t.Result, role: render.RoleTitle, bold: true}
	if t.Bad {
		result.role = render.RoleFailed
	}
	origin := headerLine{text: t.Origin, role: render.RoleMuted}
	if t.Simulated {
		origin.role = render.RoleSimulated
	}
	lines := []headerLine{result, origin, {text: t.Problems, role: render.RoleProblem}}
	for _, n := range t.Notes {
		lines = append(lines, headerLine{text: n, role: render.RoleProblem})
	}
	lines = append(lines, headerLine{text: t.FoldedText(), role: render.RoleProblem})
	some := lines[:0]
	for _, l := range lines {
		if l.text != "" {
			some = append(some, l)
		}
	}
	return some
}

type headerLine struct {
	text string
	role render.Role
	bold bool
}

// at returns a moment as a share of so much room.
func (t *Timeline) at(moment time.Duration, room float64) float64 {
	return room * min(1, max(0, float64(moment)/float64(t.Whole)))
}
