package describe

import (
	"slices"

	"github.com/chaintrace/chaintrace/chain"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// related returns what can be taken from a description. Of one that has no server of
// the chain's that is only what it says of hooks and checks, and nothing of what
// there might be under other settings.
func (x *describer) related(like *chain.Description) *chain.Description {
	if like == nil {
		return &chain.Description{}
	}
	for _, s := range x.startup.Servers {
		if slices.ContainsFunc(like.Servers, func(l chain.Server) bool { return l.Name == s.Name }) {
			return like
		}
	}
	other := *like
	g := &other.Generic
	g.Checks = slices.DeleteFunc(slices.Clone(g.Checks), func(c chain.Check) bool { return len(c.When)+len(c.Unless) > 0 })
	g.PreconfiguredHooks = slices.DeleteFunc(slices.Clone(g.PreconfiguredHooks), func(h chain.Hook) bool { return len(h.When)+len(h.Unless) > 0 })
	g.NewHooks = map[string]chain.GenericHook{}
	for name, h := range like.Generic.NewHooks {
		if slices.ContainsFunc(x.startup.Runs, func(r *startup.HookRun) bool { return r.Name == name }) {
			g.NewHooks[name] = h
		}
	}
	g.DisabledHooks, g.RouteSources, g.NoNotFoundHandler = nil, nil, false
	g.Flagz, g.Statusz = chain.Conditional{}, chain.Conditional{}
	other.Settings, other.Timing, other.Shutdown = nil, chain.ProcessTiming{}, chain.ShutdownTiming{}
	return &other
}

// likeServer returns the server of this name in the description to be like.
func (x *describer) likeServer(name string) *chain.Server {
	for i := range x.Like.Servers {
		if x.Like.Servers[i].Name == name {
			return &x.Like.Servers[i]
		}
	}
	return nil
}

// items returns all that a described server adds.
func items(s chain.Server) []chain.Item {
	return slices.Concat(s.Install, s.BeforePrepare, s.AfterPrepare)
}

// likeItem finds an item of the same kind and name on the server of this name, or
// else on any. One that holds by default goes before others.
func (x *describer) likeItem(server, key string) *chain.Item {
	var found *chain.Item
	look := func(s chain.Server) {
		for _, item := range items(s) {
			if itemKey(item) == key && (found == nil || x.off(*found) && !x.off(item)) {
				found = &item
			}
		}
	}
	if s := x.likeServer(server); s != nil {
		look(*s)
	}
	for _, s := range x.Like.Servers {
		if found == nil {
			look(s)
		}
	}
	return found
}

// likeHook finds a post-start hook of this name, wherever it is described.
func (x *describer) likeHook(server, name string) *chain.Hook {
	if item := x.likeItem(server, "hook "+name); item != nil {
		return item.Hook
	}
	preconfigured := x.Like.Generic.PreconfiguredHooks
	for _, s := range x.Like.Servers {
		preconfigured = append(slices.Clone(preconfigured), s.PreconfiguredHooks...)
		for _, item := range items(s) {
			for _, p := range item.Providers {
				if p.Hook != nil && p.Hook.Name == name {
					return p.Hook
				}
			}
		}
	}
	if i := slices.IndexFunc(preconfigured, func(h chain.Hook) bool { return h.Name == name }); i >= 0 {
		return &preconfigured[i]
	}
	if h, ok := x.Like.Generic.NewHooks[name]; ok {
		return &chain.Hook{Name: name, Steps: h.Steps, RegisteredAt: h.RegisteredAt}
	}
	return nil
}

// likeProviders returns the storage providers of the server of this name.
func (x *describer) likeProviders(server string) []chain.Provider {
	if s := x.likeServer(server); s != nil {
		for _, item := range s.Install {
			if len(item.Providers) > 0 {
				return item.Providers
			}
		}
	}
	return nil
}

// itemKey says which thing an item is.
func itemKey(i chain.Item) string {
	switch {
	case i.Hook != nil:
		return "hook " + i.Hook.Name
	case i.PreShutdownHook != nil:
		return "preShutdownHook " + i.PreShutdownHook.Name
	case i.Check != nil:
		return "check " + i.Check.Name
	case i.Route != nil:
		return "route " + i.Route.Match + " " + i.Route.Path
	case i.WebService != nil:
		return "webService " + i.WebService.Path
	case i.Group != nil:
		return "group " + i.Group.Name
	case i.Signal != "":
		return "signal " + i.Signal
	}
	return "providers"
}

// off reports whether an item is not there by default.
func (x *describer) off(i chain.Item) bool {
	return !x.settings.Hold(i.Conditions) ||
		i.Hook != nil && !x.settings.Hold(i.Hook.Conditions) ||
		i.Check != nil && !x.settings.Hold(i.Check.Conditions)
}

// keepOff adds to what is there what another description has beside it under other
// settings, each behind what it stands behind there.
func keepOff[T any](there, like []T, key func(T) string, off func(T) bool) []T {
	on := map[string]bool{} // what the other has by default
	for _, l := range like {
		on[key(l)] = on[key(l)] || !off(l)
	}
	out, place := slices.Clone(there), 0
	for _, l := range like {
		i := slices.IndexFunc(out, func(t T) bool { return key(t) == key(l) })
		switch {
		case i >= 0 && (!off(l) || !on[key(l)]):
			place = i + 1
		case off(l):
			out = slices.Insert(out, place, l)
			place++
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}
