package page

import (
	"strconv"
	"strings"
	"time"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/render/report"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// overview is what the page begins with.
type overview struct {
	Name, Result, Origin string
	Bad                  bool // it did not get ready
	Simulated            bool
	Milestones           []milestone
	Stages               []stage
	Servers              []server
	MoreServers          int
	Links                []link
	MoreLinks            int
	Problems             []string
	MoreProblems         int
}

// stage is a stretch of the start, as a part of a bar of 100 percent.
type stage struct {
	Name, Took, X, Width string
	N                    int // tells it from its neighbours
}

// server is a line of the table of servers.
type server struct {
	Key, Name, Delegate, Took string
	Counts                    []string
}

// link is a link of what led to readiness.
type link struct{ Key, Name, Server, At, Took, How string }

// How much of each list the overview shows.
const (
	mostServers  = 100
	mostLinks    = 20
	mostProblems = 20
)

func newOverview(s *startup.Startup, milestones []milestone, critical startup.CriticalChain) *overview {
	o := &overview{
		Name: render.Name(s), Result: render.Result(s), Origin: render.Origin(s),
		Bad: s.Outcome() != startup.OutcomeReady, Simulated: s.Simulated(), Milestones: milestones,
	}
	o.addStages(s.Timing())
	servers := s.OutermostFirst()
	o.MoreServers = max(0, len(servers)-mostServers)
	for _, sv := range servers[:len(servers)-o.MoreServers] {
		o.Servers = append(o.Servers, newServer(sv))
	}
	o.MoreLinks = max(0, len(critical.Links)-mostLinks)
	for _, l := range critical.Links[:len(critical.Links)-o.MoreLinks] {
		o.Links = append(o.Links, newLink(l))
	}
	o.MoreProblems = max(0, len(s.Problems)-mostProblems)
	for _, p := range s.Problems[:len(s.Problems)-o.MoreProblems] {
		o.Problems = append(o.Problems, render.Printable(p, 400))
	}
	return o
}

// addStages draws up where the time went.
func (o *overview) addStages(t startup.Timing) {
	of := func(d time.Duration) string { return percent(d, max(t.Total, 1)) }
	covered := time.Duration(0)
	for i, st := range t.Stages {
		if gap := st.Start - covered; gap > 0 {
			o.Stages = append(o.Stages, stage{"unexplained", render.Duration(gap), of(covered), of(gap), 0})
		}
		o.Stages = append(o.Stages, stage{st.Name, render.Duration(st.Duration()), of(st.Start), of(st.Duration()), 1 + i%6})
		covered = st.End
	}
	if gap := t.Total - covered; gap > 0 && covered > 0 {
		o.Stages = append(o.Stages, stage{"unexplained", render.Duration(gap), of(covered), of(gap), 0})
	}
}

func newServer(sv *startup.Server) server {
	out := server{Key: key(kindServer, sv.Name), Name: name(sv.Name), Delegate: "nobody: the end of the chain"}
	if sv.Delegate != "" {
		out.Delegate = name(sv.Delegate)
	}
	if d := sv.Create.Duration(); d > 0 {
		out.Took = render.Duration(d)
	}
	inherited, present := 0, 0
	for _, h := range sv.PostStart {
		if h.Inherited {
			inherited++
		}
	}
	for _, c := range sv.Checks {
		if c.Present() {
			present++
		}
	}
	passed := len(sv.ChecksIn(startup.CheckSkipped)) + len(sv.ChecksIn(startup.CheckMasked)) + len(sv.ChecksIn(startup.CheckLost))
	for _, n := range []int{len(sv.PostStart), inherited, present, len(sv.ChecksIn(startup.CheckInherited)), passed, len(sv.Routes), len(sv.Groups)} {
		out.Counts = append(out.Counts, strconv.Itoa(n))
	}
	return out
}

func newLink(l startup.Link) link {
	out := link{Name: name(l.Name), Server: render.Printable(l.Server, maxName), At: render.Duration(l.At), Took: "+" + render.Duration(l.Took), How: report.PartsText(l.Parts, 70)}
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
		if l.Took > 0 {
			out.How = "until readyz was looked at again"
		}
	case startup.LinkFailed:
		out.Name = "the process failed"
	case startup.LinkNotReady:
		out.Name = "never ready: the trace ends"
	case startup.LinkGap:
		out.Name = "(nothing in the trace explains this time)"
	}
	return out
}
