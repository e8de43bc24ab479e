package page

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/render/report"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// chainOverview is the overview of the start of a chain.
func chainOverview(s *startup.Startup, l *startup.Ledger, milestones []milestone) *overview {
	o := &overview{Name: render.Name(s), Result: render.Result(s), Origin: render.Origin(s), Bad: bad(s.Outcome())}
	o.addProblems(s.Problems)
	o.Facts = facts{ID: "milestones", Title: "Milestones"}
	for _, m := range milestones {
		o.Facts.Items = append(o.Facts.Items, fact{m.Text, m.Name, m.Class})
	}
	o.addStages(s.Timing())
	o.Parts = serversTable(l, s.NotToldOfServers())
	o.Lists = []linkList{criticalList(s)}
	if notDone := s.NotDone(); bad(s.Outcome()) && len(notDone) > 0 {
		o.Lists = append(o.Lists, notDoneList(notDone))
	}
	return o
}

// bad reports whether a start did not get ready, as far as anybody looked.
func bad(o startup.Outcome) bool { return o == startup.OutcomeFailed || o == startup.OutcomeNotReady }

// criticalList is what led to the end of the start.
func criticalList(s *startup.Startup) linkList {
	links := s.CriticalChain().Links
	beyond := max(0, len(links)-mostLinks)
	out := linkList{ID: "critical", Title: "What decided when it was over, from the end back to the beginning", More: more(beyond, "steps back")}
	for _, l := range links[:len(links)-beyond] {
		out.Links = append(out.Links, newLink(l, s.Outcome()))
	}
	return out
}

// notDoneList lists the hooks that were not done.
func notDoneList(hooks []string) linkList {
	beyond := max(0, len(hooks)-mostLinks)
	out := linkList{ID: "not-done", Title: "Hooks that were not done", More: more(beyond, "hooks")}
	for _, h := range hooks[:len(hooks)-beyond] {
		out.Links = append(out.Links, link{Key: key(kindHook, h), Name: name(h)})
	}
	return out
}

// addStages tells where the time went: as a bar, and by what adds up, as the same
// stage may come several times.
func (o *overview) addStages(t startup.Timing) {
	of := func(d time.Duration) string { return percent(d, max(t.Total, 1)) }
	const unexplained = "unexplained"
	var names []string
	took := map[string]time.Duration{}
	draw := func(name string, from, to time.Duration) {
		n := 0
		if name != unexplained {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
			n = 1 + slices.Index(names, name)%6
		}
		took[name] += to - from
		o.Stages = append(o.Stages, stage{name, render.Duration(to - from), of(from), of(to - from), n})
	}
	covered := time.Duration(0)
	for _, st := range t.Stages {
		if st.Start > covered {
			draw(unexplained, covered, st.Start)
		}
		draw(st.Name, st.Start, st.End)
		covered = st.End
	}
	if t.Total > covered && covered > 0 {
		draw(unexplained, covered, t.Total)
	}
	for i, name := range names {
		o.StageKey = append(o.StageKey, stage{Name: name, Took: render.Duration(took[name]), N: 1 + i%6})
	}
	if rest := took[unexplained]; rest > 0 {
		o.StageKey = append(o.StageKey, stage{Name: unexplained, Took: render.Duration(rest)})
	}
}

// serversTable lists the servers, with how much of everything they have, but for the
// subjects of which the trace does not tell.
func serversTable(l *startup.Ledger, notTold []string) plainTable {
	n := func(title string) column { return column{Title: title, Class: "n"} }
	beyond := max(0, len(l.Servers)-mostParts)
	t := plainTable{
		ID: "servers", Title: "Servers, in the order in which a request meets them", More: more(beyond, "servers"),
		Columns: []column{
			{Title: "Server"}, {Title: "Delegates to"}, n("Created in"), n("Hooks"), n("hooks taken over"),
			n("Checks"), n("checks taken over"), n("skipped"), n("lost or masked"), n("Paths"), n("API groups"),
		},
	}
	for _, sv := range l.Servers[:len(l.Servers)-beyond] {
		t.Rows = append(t.Rows, serverRow(sv, notTold))
	}
	return t
}

func serverRow(sv *startup.LedgerServer, notTold []string) row {
	delegate, took := "nobody", ""
	if sv.Delegate != "" {
		delegate = name(sv.Delegate)
	}
	if d := sv.Create.Duration(); d > 0 {
		took = render.Duration(d)
	}
	out := row{Key: key(kindServer, sv.Name), Cells: []cell{{Text: name(sv.Name)}, {Text: delegate}, {Text: took, Class: "n"}}}
	inherited, present := 0, 0
	for _, h := range sv.PostStart {
		if h.Inherited {
			inherited++
		}
	}
	for _, c := range sv.Server.Checks {
		if c.Present() {
			present++
		}
	}
	checks := map[startup.LedgerState]int{} // as the table of checks has them
	for i := range sv.Checks {
		checks[sv.Checks[i].State]++
	}
	count := func(subject string, numbers ...int) {
		for _, n := range numbers {
			text := strconv.Itoa(n)
			if slices.Contains(notTold, subject) {
				text = ""
			}
			out.Cells = append(out.Cells, cell{Text: text, Class: "n"})
		}
	}
	count(startup.SubjectHooks, len(sv.PostStart), inherited)
	count(startup.SubjectChecks, present, checks[startup.LedgerInherited], checks[startup.LedgerSkipped], checks[startup.LedgerLost]+checks[startup.LedgerMasked])
	count(startup.SubjectRoutes, len(sv.Server.Routes), len(sv.Groups))
	return out
}

func newLink(l startup.Link, outcome startup.Outcome) link {
	out := link{Name: name(l.Name), Of: render.Printable(l.Server, maxName), Took: "+" + render.Duration(l.Took)}
	out.Took = strings.Replace(out.Took, "+<", "<", 1)
	switch l.Kind {
	case startup.LinkHook:
		out.Key = key(kindHook, l.Name)
	case startup.LinkPhase:
		out.Key = phaseKey(l.Name, l.Server)
	case startup.LinkCheck:
		out.Key, out.Name = checkKey(&startup.Check{Name: l.Name}), "check "+out.Name
	case startup.LinkSignal:
		out.Name = "signal " + out.Name
	case startup.LinkReady:
		out.Name = "ready"
	case startup.LinkFailed:
		out.Name = "the process failed"
	case startup.LinkNotReady:
		out.Name = "never ready: the trace ends"
		if outcome == startup.OutcomeNotShown {
			out.Name = "not seen to be ready: the trace ends"
		}
	case startup.LinkGap:
		out.Name = "(nothing in the trace explains this time)"
	}
	if out.About = "until " + render.Duration(l.At); len(report.LinkRemarks(l)) > 0 {
		out.About += ": " + strings.Join(report.LinkRemarks(l), ": ")
	}
	return out
}
