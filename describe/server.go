package describe

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/chaintrace/chaintrace/chain"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// server describes a server; i is its place in the chain.
func (x *describer) server(i int, sv *seen) chain.Server {
	s := chain.Server{Name: sv.Name, Kind: sv.kind}
	like := x.likeServer(sv.Name)
	if like == nil {
		like = &chain.Server{}
	}
	x.placePrepare(i, sv)
	s.Checks = keepOff(x.configuredChecks(sv)[x.sharedChecks():], like.Checks, checkKey, func(c chain.Check) bool { return !x.settings.Hold(c.Conditions) })
	s.PreconfiguredHooks = keepOff(x.preconfigured(sv, false), like.PreconfiguredHooks, hookKey, x.hookOff)
	s.DisabledHooks = x.disabledHooks(sv, like.DisabledHooks)

	b := &builder{describer: x, sv: sv, providers: x.likeProviders(sv.Name)}
	b.build()
	s.Install = keepOff(b.install, like.Install, itemKey, x.off)
	s.BeforePrepare = keepOff(b.before, like.BeforePrepare, itemKey, x.off)
	s.AfterPrepare = keepOff(b.after, like.AfterPrepare, itemKey, x.off)
	s.Timing = x.serverTiming(sv, b, like.Timing)
	if sv.kind == chain.KindAggregator {
		s.APIServices = x.apiServices(i, sv, like.APIServices)
	}
	if sv.kind == chain.KindAPIExtensions {
		s.CRDs = like.CRDs
	}
	return s
}

func checkKey(c chain.Check) string { return c.Name }

func hookKey(h chain.Hook) string { return h.Name }

func (x *describer) hookOff(h chain.Hook) bool { return !x.settings.Hold(h.Conditions) }

// placePrepare finds out when PrepareRun gets to the generic part of a server: what
// its maker adds comes before or after that.
func (x *describer) placePrepare(i int, sv *seen) {
	base := x.startup.Start.UnixNano()
	if i > 0 {
		if inner := x.servers[i-1].Prepare; inner.End >= inner.Start {
			sv.prepare = base + int64(inner.Start)
		}
	}
	sv.each(attr.SpanRouteInstall, inPrepare, func(g got) {
		if g.isGeneric() && (sv.prepare == 0 || g.Start < sv.prepare) {
			sv.prepare = g.Start
		}
	})
}

// serverTiming describes how long a server's construction took.
func (x *describer) serverTiming(sv *seen, b *builder, like chain.ServerTiming) chain.ServerTiming {
	t := like
	known := func(i startup.Interval) bool { return i.End >= i.Start }
	switch {
	case known(sv.Create):
		x.set(&t.Create, sv.Create.Duration())
	case known(sv.New) && sv.Prepare.Start > sv.New.Start && known(sv.Prepare):
		x.set(&t.Create, sv.Prepare.Start-sv.New.Start) // nothing else tells where its making ends
	}
	if known(sv.New) {
		x.set(&t.New, sv.New.Duration())
	}
	if len(b.provided) > 0 {
		x.set(&t.InstallAPIs, time.Duration(b.lastProvided-b.firstProvided))
	} else {
		t.InstallAPIs = chain.Recorded{}
	}
	if !known(sv.Prepare) {
		return t
	}
	generic := sv.Prepare.Duration()
	if len(b.after) > 0 {
		own := x.startup.Start.UnixNano() + int64(sv.Prepare.Start)
		generic = time.Duration(max(0, b.lastGeneric-own))
		x.set(&t.AfterPrepare, max(0, sv.Prepare.Duration()-generic))
	} else {
		t.AfterPrepare = chain.Recorded{}
	}
	x.set(&t.Prepare, generic)
	return t
}

// disabledHooks describes which hooks of a server are not registered.
func (x *describer) disabledHooks(sv *seen, like []chain.DisabledHook) []chain.DisabledHook {
	var there []chain.DisabledHook
	for _, h := range sv.Disabled {
		inGeneric := slices.ContainsFunc(x.Like.Generic.DisabledHooks, func(d chain.DisabledHook) bool { return d.Name == h.Name })
		if inGeneric {
			continue
		}
		d := chain.DisabledHook{Name: h.Name}
		for _, l := range like {
			if l.Name == h.Name {
				d.Conditions = x.conditions(l.Conditions)
			}
		}
		there = append(there, d)
	}
	return keepOff(there, like, func(d chain.DisabledHook) string { return d.Name }, func(d chain.DisabledHook) bool { return !x.settings.Hold(d.Conditions) })
}

// apiServices describes how an aggregator learns of API groups.
func (x *describer) apiServices(i int, sv *seen, like *chain.APIServices) *chain.APIServices {
	local := map[string]bool{}
	for _, inner := range x.servers[:i] {
		for path := range inner.routes {
			local[path] = true
		}
	}
	var a chain.APIServices
	if like != nil {
		a = *like
		a.Steps, a.Remote = slices.Clone(a.Steps), nil
	}
	var added []time.Duration // when each group version was
	sv.each(attr.SpanRouteInstall, inRuntime, func(g got) {
		path, match := g.path()
		group, version, ok := versionOf(path)
		if match != attr.MatchExact || !ok {
			return
		}
		added = append(added, time.Duration(g.Start-x.startup.Start.UnixNano()))
		if group != "" && !local[path] && !x.isCRD(group, version) {
			a.Remote = append(a.Remote, remote(like, group, version))
		}
	})
	if len(added) == 0 {
		if like == nil {
			return nil
		}
		return &a
	}
	x.apiServiceTimes(&a, added)
	return &a
}

// versionOf takes the path of a group version apart: /api, which is the core group
// with all its versions, or /apis/GROUP/VERSION.
func versionOf(path string) (group, version string, ok bool) {
	if path == "/api" {
		return "", "", true
	}
	parts := strings.Split(path, "/")
	if len(parts) != 4 || parts[1] != "apis" || parts[3] == "" {
		return "", "", false
	}
	return parts[2], parts[3], true
}

// apiServiceTimes describes when group versions are added.
func (x *describer) apiServiceTimes(a *chain.APIServices, added []time.Duration) {
	first, last := added[0], added[len(added)-1]
	if begin, run := x.hooksRun(); run {
		switch until := max(0, first-begin); len(a.Steps) {
		case 0:
			a.Steps = []chain.Step{{Work: "the APIServices get known", Takes: chain.Same(rounded(until))}}
		case 1:
			x.set(&a.Steps[0].Takes, until)
		}
	}
	if n := len(added); n > 1 {
		x.set(&a.Each, (last-first)/time.Duration(n-1))
	}
}

// isCRD reports whether a group version is known to be a custom resource's.
func (x *describer) isCRD(group, version string) bool {
	for _, sv := range x.servers {
		like := x.likeServer(sv.Name)
		if sv.kind == chain.KindAPIExtensions && like != nil &&
			slices.ContainsFunc(like.CRDs, func(c chain.CRD) bool { return c.Group == group && c.Version == version }) {
			return true
		}
	}
	return false
}

// remote describes an APIService of another server, which is taken to be there
// unless it is known not to be.
func remote(like *chain.APIServices, group, version string) chain.RemoteAPIService {
	if like != nil {
		for _, r := range like.Remote {
			if r.Group == group && r.Version == version {
				return r
			}
		}
	}
	return chain.RemoteAPIService{Group: group, Version: version, Available: true}
}

// group describes an API group.
func (x *describer) group(sv *seen, g got, like *chain.Group) chain.Group {
	out := chain.Group{Name: g.text(attr.APIGroupName)}
	if like == nil {
		like = &chain.Group{}
	}
	root := "/apis/" + out.Name
	if out.Name == "" {
		root = "/api"
	}
	for _, version := range g.Attr(attr.APIGroupVersions).StringList() {
		v := chain.GroupVersion{Version: version}
		for _, l := range like.Versions {
			if l.Version == version {
				v = l
				v.Conditions, v.Off = x.conditions(l.Conditions), false
			}
		}
		v.Routes = cmp.Or(sv.routes[root+"/"+version], v.Routes)
		out.Versions = append(out.Versions, v)
	}
	off := func(v chain.GroupVersion) bool { return v.Off || !x.settings.Hold(v.Conditions) }
	out.Versions = keepOff(out.Versions, like.Versions, func(v chain.GroupVersion) string { return v.Version }, off)
	for _, empty := range g.Attr(attr.APIGroupEmpty).StringList() {
		if !slices.ContainsFunc(out.Versions, func(v chain.GroupVersion) bool { return v.Version == empty }) {
			out.Empty = append(out.Empty, empty)
		}
	}
	return out
}
