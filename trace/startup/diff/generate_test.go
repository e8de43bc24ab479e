package diff_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// plan is a chain before it is started: what is each server's own. Everything else
// follows from that.
type plan struct {
	servers []*planned // innermost first
}

type planned struct {
	name   string
	hooks  []plannedHook
	checks []plannedCheck
	routes []startup.Route
	groups []startup.Group
}

type plannedHook struct {
	name   string
	took   time.Duration
	failed string
}

type plannedCheck struct {
	name      string
	endpoints []string
}

// randomPlan makes a chain of one to four servers. All names are different.
func randomPlan(r *rand.Rand) *plan {
	p := &plan{}
	names := 0
	name := func(of string) string {
		names++
		return fmt.Sprintf("%s%d", of, names)
	}
	for range 1 + r.IntN(4) {
		sv := &planned{name: name("server")}
		for range r.IntN(5) {
			sv.hooks = append(sv.hooks, plannedHook{name: name("hook"), took: ms * time.Duration(10+r.IntN(500))})
		}
		for range r.IntN(4) {
			sv.checks = append(sv.checks, plannedCheck{name("check"), randomEndpoints(r)})
		}
		for range r.IntN(6) {
			sv.routes = append(sv.routes, route("/"+name("path")))
		}
		for range r.IntN(3) {
			sv.groups = append(sv.groups, startup.Group{Name: name("group"), Versions: []string{"v1", "v2"}[:1+r.IntN(2)]})
		}
		p.servers = append(p.servers, sv)
	}
	return p
}

// randomEndpoints are some endpoints, one at least.
func randomEndpoints(r *rand.Rand) []string {
	return [][]string{startup.Endpoints(), {attr.Healthz, attr.Readyz}, {attr.Readyz}, {attr.Livez}}[r.IntN(4)]
}

func (p *plan) clone() *plan {
	out := &plan{}
	for _, sv := range p.servers {
		c := *sv
		c.hooks, c.checks, c.routes, c.groups = slices.Clone(sv.hooks), slices.Clone(sv.checks), slices.Clone(sv.routes), slices.Clone(sv.groups)
		out.servers = append(out.servers, &c)
	}
	return out
}

// start starts the chain as upstream would: each server takes over its delegate's
// hooks and those of its checks that are in healthz, unless it has one of the name;
// every check has paths, and so has every version of an API group, on its server
// and on those further out that pass requests on.
func (p *plan) start() *startup.Startup {
	s := &startup.Startup{Ready: &startup.Ready{At: time.Second}, End: 2 * time.Second}
	var delegate *startup.Server
	for _, own := range p.servers {
		sv := &startup.Server{Name: own.name, Create: startup.Interval{Start: 1, End: 2}, New: startup.Interval{Start: 1, End: 2}, Groups: own.groups}
		for _, h := range own.hooks {
			run := &startup.HookRun{Name: h.name, Origin: own.name, Outcome: attr.OutcomeRan, Interval: startup.Interval{Start: ms, End: ms + h.took}}
			if h.failed != "" {
				run.Outcome, run.Err = attr.OutcomeFailed, h.failed
			}
			s.Runs = append(s.Runs, run)
			sv.PostStart = append(sv.PostStart, &startup.Hook{Name: h.name, Kind: attr.KindPostStart, Origin: own.name, Run: run})
			sv.Checks = append(sv.Checks, &startup.Check{Name: "poststarthook/" + h.name, Origin: own.name, Endpoints: startup.Endpoints()})
		}
		sv.Checks = append(sv.Checks, &startup.Check{Name: "ping", Origin: own.name, Endpoints: startup.Endpoints()})
		for _, c := range own.checks {
			sv.Checks = append(sv.Checks, &startup.Check{Name: c.name, Origin: own.name, Endpoints: c.endpoints})
		}
		if delegate != nil {
			sv.Delegate = delegate.Name
			takeOver(sv, delegate)
		}
		sv.Routes = slices.Concat(own.routes, paths(sv, delegate))
		s.Servers = append(s.Servers, sv)
		delegate = sv
	}
	return s
}

// takeOver gives a server what it inherits.
func takeOver(sv, delegate *startup.Server) {
	for _, h := range delegate.PostStart {
		sv.PostStart = append(sv.PostStart, &startup.Hook{Name: h.Name, Kind: h.Kind, Origin: h.Origin, Inherited: true, Run: h.Run})
	}
	here := map[string]bool{}
	for _, c := range sv.Checks {
		here[c.Name] = true
	}
	for _, c := range delegate.Checks {
		taken := &startup.Check{Name: c.Name, Origin: c.Origin, State: startup.CheckInherited, Endpoints: startup.Endpoints()}
		switch {
		case !c.Present():
			continue
		case here[c.Name]:
			taken.State, taken.SkippedBy = startup.CheckSkipped, sv.Name
		case !slices.Contains(c.Endpoints, attr.Healthz):
			taken.State, taken.Endpoints = startup.CheckLost, c.Endpoints
		}
		sv.Checks = append(sv.Checks, taken)
	}
}

// paths are the routes that follow from what a server has.
func paths(sv, delegate *startup.Server) []startup.Route {
	var out []startup.Route
	for _, c := range sv.Checks {
		for _, endpoint := range c.Endpoints {
			if c.Present() {
				out = append(out, route("/"+endpoint+"/"+c.Name))
			}
		}
	}
	for _, g := range sv.Groups {
		out = append(out, route("/apis/"+g.Name))
		for _, v := range g.Versions {
			out = append(out, route("/apis/"+g.Name+"/"+v))
		}
	}
	if delegate != nil {
		for _, r := range delegate.Routes {
			if len(r.Path) > 6 && r.Path[:6] == "/apis/" {
				out = append(out, r)
			}
		}
	}
	return out
}

// shuffle puts everything whose order says nothing into another one.
func shuffle(r *rand.Rand, s *startup.Startup) {
	mix := func(n int, swap func(i, j int)) { r.Shuffle(n, swap) }
	mix(len(s.Runs), func(i, j int) { s.Runs[i], s.Runs[j] = s.Runs[j], s.Runs[i] })
	for _, sv := range s.Servers {
		mix(len(sv.PostStart), func(i, j int) { sv.PostStart[i], sv.PostStart[j] = sv.PostStart[j], sv.PostStart[i] })
		mix(len(sv.Checks), func(i, j int) { sv.Checks[i], sv.Checks[j] = sv.Checks[j], sv.Checks[i] })
		mix(len(sv.Routes), func(i, j int) { sv.Routes[i], sv.Routes[j] = sv.Routes[j], sv.Routes[i] })
		sv.Groups = slices.Clone(sv.Groups)
		mix(len(sv.Groups), func(i, j int) { sv.Groups[i], sv.Groups[j] = sv.Groups[j], sv.Groups[i] })
	}
}
