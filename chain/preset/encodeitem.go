package preset

import (
	"go.yaml.in/yaml/v4"

	"github.com/chaintrace/chaintrace/chain"
)

// item writes one thing that is added to a server.
func item(i chain.Item) *yaml.Node {
	o := block()
	if i.Hook != nil {
		o.put("hook", hook(*i.Hook))
	}
	if i.PreShutdownHook != nil {
		o.put("preShutdownHook", shutdownHook(*i.PreShutdownHook))
	}
	if i.Check != nil {
		o.put("check", check(*i.Check))
	}
	if i.Route != nil {
		o.put("route", route(*i.Route))
	}
	if i.WebService != nil {
		o.put("webService", webService(*i.WebService))
	}
	if i.Group != nil {
		o.put("group", group(*i.Group))
	}
	o.put("signal", text(i.Signal))
	o.put("providers", sequence(i.Providers, provider))
	o.putConditions(i.Conditions)
	return o.node
}

func hook(h chain.Hook) *yaml.Node {
	o := block()
	o.put("name", must(h.Name))
	o.put("behavior", text(h.Behavior))
	o.put("steps", steps(h.Steps))
	o.put("deadline", duration(h.Deadline))
	o.put("atDeadline", text(h.AtDeadline))
	o.put("closes", text(h.Closes))
	o.put("registeredAt", text(h.RegisteredAt))
	o.putConditions(h.Conditions)
	return o.node
}

// steps writes steps, one alone in one line.
func steps(all []chain.Step) *yaml.Node {
	n := sequence(all, step)
	if len(all) == 1 {
		n.Style = yaml.FlowStyle
	}
	return n
}

// step writes a step, a timer with its duration.
func step(s chain.Step) *yaml.Node {
	o := flow()
	o.put("hook", text(s.Hook))
	o.put("cache", text(s.Cache))
	o.put("loopback", text(s.Loopback))
	o.put("work", text(s.Work))
	takes := recorded(s.Takes)
	if s.Timer {
		if takes == nil {
			takes = must("0s")
		}
		o.put("timer", takes)
	} else {
		o.put("takes", takes)
	}
	o.put("poll", duration(s.Poll))
	o.put("needs", text(s.Needs))
	o.putConditions(s.Conditions)
	return o.node
}

func shutdownHook(h chain.ShutdownHook) *yaml.Node {
	o := block()
	o.put("name", must(h.Name))
	o.put("takes", recorded(h.Takes))
	o.put("registeredAt", text(h.RegisteredAt))
	return o.node
}

func check(c chain.Check) *yaml.Node {
	o := block()
	o.put("name", must(c.Name))
	o.put("endpoints", texts(c.Endpoints))
	o.put("bootSequence", flag(c.BootSequence))
	o.put("steps", steps(c.Steps))
	o.put("fails", text(c.Fails))
	o.putConditions(c.Conditions)
	return o.shortest()
}

func route(r chain.Route) *yaml.Node {
	o := flow()
	o.put("path", must(r.Path))
	o.put("match", text(r.Match))
	o.put("unlisted", flag(r.Unlisted))
	o.put("handler", text(r.Handler))
	o.put("installer", text(r.Installer))
	o.put("source", text(r.Source))
	return o.node
}

func webService(w chain.WebService) *yaml.Node {
	o := flow()
	o.put("path", must(w.Path))
	o.put("routes", count(w.Routes))
	o.put("installer", text(w.Installer))
	o.put("source", text(w.Source))
	return o.node
}

func provider(p chain.Provider) *yaml.Node {
	o := block()
	o.put("group", group(p.Group))
	if p.Hook != nil {
		o.put("hook", hook(*p.Hook))
	}
	o.put("off", flag(p.Off))
	o.putConditions(p.Conditions)
	return o.node
}

func group(g chain.Group) *yaml.Node {
	o := block()
	o.put("name", must(g.Name))
	o.put("versions", sequence(g.Versions, groupVersion))
	o.put("empty", texts(g.Empty))
	return o.node
}

func groupVersion(v chain.GroupVersion) *yaml.Node {
	o := flow()
	o.put("version", must(v.Version))
	o.put("off", flag(v.Off))
	o.put("routes", count(v.Routes))
	o.put("resources", texts(v.Resources))
	o.putConditions(v.Conditions)
	return o.node
}
