package describe

import (
	"cmp"
	"slices"

	"github.com/chaintrace/chaintrace/chain"
	"github.com/chaintrace/chaintrace/trace/attr"
)

// builder describes what a server gets beside what the generic server brings.
type builder struct {
	*describer
	sv        *seen
	providers []chain.Provider // of the server that this one is like

	install, before, after      []chain.Item
	provided                    []chain.Provider
	pending                     []chain.Provider // those whose hook was seen, and not yet their group
	firstProvided, lastProvided int64
	lastGeneric                 int64 // when the generic PrepareRun was last seen
}

// build goes through all that the server gets.
func (b *builder) build() {
	place := -1 // of the storage providers
	for _, g := range b.sv.all {
		if g.Name == attr.SpanRouteInstall && g.phase == inPrepare && g.isGeneric() {
			b.lastGeneric = max(b.lastGeneric, g.End)
		}
		if b.provide(g) {
			if place < 0 {
				place = len(b.install)
			}
			continue
		}
		if item, ok := b.item(g); ok {
			b.add(g, item)
		}
	}
	for _, p := range b.pending { // nothing came of the group
		b.install = append(b.install, chain.Item{Hook: p.Hook})
	}
	if len(b.provided) == 0 {
		return
	}
	off := func(p chain.Provider) bool { return p.Off || !b.settings.Hold(p.Conditions) || !b.served(p.Group) }
	all := keepOff(b.provided, b.providers, func(p chain.Provider) string { return p.Group.Name }, off)
	b.install = slices.Insert(b.install, place, chain.Item{Providers: all})
}

// served reports whether any version of a group is served by default.
func (b *builder) served(g chain.Group) bool {
	return slices.ContainsFunc(g.Versions, func(v chain.GroupVersion) bool { return !v.Off && b.settings.Hold(v.Conditions) })
}

// add puts an item where the server got it. Only what is outermost can get
// something in PrepareRun.
func (b *builder) add(g got, item chain.Item) {
	switch {
	case g.phase != inPrepare || !b.sv.outermost:
		b.install = append(b.install, item)
	case b.sv.prepare != 0 && g.Start < b.sv.prepare:
		b.before = append(b.before, item)
	default:
		b.after = append(b.after, item)
	}
}

// provide takes what a storage provider brings: its hook, and then its group.
func (b *builder) provide(g got) bool {
	if len(b.providers) == 0 || g.phase != inInstall {
		return false
	}
	switch g.Name {
	case attr.SpanHookRegister:
		i := slices.IndexFunc(b.providers, func(p chain.Provider) bool { return p.Hook != nil && p.Hook.Name == g.text(attr.HookName) })
		if i < 0 || g.text(attr.HookKind) == attr.KindPreShutdown {
			return false
		}
		hook := b.hook(b.sv.Name, g)
		b.pending = append(b.pending, chain.Provider{Group: chain.Group{Name: b.providers[i].Group.Name}, Hook: &hook})
	case attr.SpanAPIGroup:
		name := g.text(attr.APIGroupName)
		known := slices.ContainsFunc(b.providers, func(p chain.Provider) bool { return p.Group.Name == name })
		if !known && (len(b.provided) == 0 || b.likeItem(b.sv.Name, itemKey(chain.Item{Group: &chain.Group{Name: name}})) != nil) {
			return false
		}
		b.provideGroup(g)
	default:
		return false
	}
	if b.firstProvided == 0 {
		b.firstProvided = g.Start
	}
	b.lastProvided = max(b.lastProvided, g.End)
	return true
}

// provideGroup adds a provider with its group, and the hook that it has brought
// before.
func (b *builder) provideGroup(g got) {
	name := g.text(attr.APIGroupName)
	var like *chain.Group
	p := chain.Provider{}
	if i := slices.IndexFunc(b.providers, func(p chain.Provider) bool { return p.Group.Name == name }); i >= 0 {
		like, p.Conditions = &b.providers[i].Group, b.conditions(b.providers[i].Conditions)
		if hook := b.providers[i].Hook; hook != nil && b.hookOff(*hook) {
			p.Hook = hook // there under other settings
		}
	}
	group := b.group(b.sv, g, like)
	if i := slices.IndexFunc(b.pending, func(p chain.Provider) bool { return p.Group.Name == name }); i >= 0 {
		p.Hook = b.pending[i].Hook
		b.pending = slices.Delete(b.pending, i, i+1)
	}
	p.Group = group
	b.provided = append(b.provided, p) // providers are in the order of their groups
}

// item describes one thing that a server gets, unless the generic server brings it.
func (b *builder) item(g got) (item chain.Item, ok bool) {
	if g.phase == inPart || g.phase == inRuntime || g.phase == inNew && g.Name != attr.SpanCheckAdd {
		return item, false
	}
	switch g.Name {
	case attr.SpanHookRegister:
		return b.hookItem(g), true
	case attr.SpanCheckAdd:
		return b.checkItem(g)
	case attr.SpanAPIGroup:
		return b.groupItem(g), true
	case attr.SpanSignalRegister:
		item.Signal = g.text(attr.SignalName)
		return item, g.text(attr.SignalScope) != attr.SignalMerged
	}
	return b.routeItem(g), !g.isGeneric()
}

// checkItem describes a check that is neither configured nor the generic server's.
func (b *builder) checkItem(g got) (item chain.Item, ok bool) {
	name := g.text(attr.CheckName)
	if g.Attr(attr.CheckConfigured).Bool() || name == checkInformers && g.phase == inNew || name == checkShutdown && g.phase == inPrepare {
		return item, false
	}
	item.Check = &chain.Check{Name: name}
	var like *chain.Check
	if l := b.likeItem(b.sv.Name, itemKey(item)); l != nil {
		like, item.Conditions = l.Check, b.conditions(l.Conditions)
	}
	check := b.check(g, like)
	item.Check = &check
	return item, true
}

func (b *builder) groupItem(g got) chain.Item {
	item := chain.Item{Group: &chain.Group{Name: g.text(attr.APIGroupName)}}
	var like *chain.Group
	if l := b.likeItem(b.sv.Name, itemKey(item)); l != nil {
		like, item.Conditions = l.Group, b.conditions(l.Conditions)
	}
	group := b.group(b.sv, g, like)
	item.Group = &group
	return item
}

// Checks that the generic server adds by itself.
const (
	checkInformers = "informer-sync"
	checkShutdown  = "shutdown"
)

func (b *builder) hookItem(g got) chain.Item {
	item := chain.Item{}
	name := g.text(attr.HookName)
	if g.text(attr.HookKind) == attr.KindPreShutdown {
		h := chain.ShutdownHook{Name: name}
		item.PreShutdownHook = &h
		if l := b.likeItem(b.sv.Name, itemKey(item)); l != nil {
			h, item.Conditions = *l.PreShutdownHook, b.conditions(l.Conditions)
		}
		h.RegisteredAt = cmp.Or(g.text(attr.HookRegisteredAt), h.RegisteredAt)
		return item
	}
	hook := b.hook(b.sv.Name, g)
	item.Hook = &hook
	if l := b.likeItem(b.sv.Name, itemKey(item)); l != nil {
		item.Conditions = b.conditions(l.Conditions)
	}
	return item
}

// routeItem describes a path or a web service.
func (b *builder) routeItem(g got) chain.Item {
	item := chain.Item{}
	path, match := g.path()
	if match == attr.MatchWebService {
		w := chain.WebService{Path: path}
		item.WebService = &w
		if l := b.likeItem(b.sv.Name, itemKey(item)); l != nil {
			w, item.Conditions = *l.WebService, b.conditions(l.Conditions)
		}
		w.Routes = cmp.Or(b.sv.routes[path], w.Routes)
		w.Installer, w.Source = cmp.Or(g.text(attr.RouteInstaller), w.Installer), cmp.Or(g.text(attr.RouteSource), w.Source)
		return item
	}
	r := chain.Route{Path: path, Match: match}
	item.Route = &r
	if l := b.likeItem(b.sv.Name, itemKey(item)); l != nil {
		r, item.Conditions = *l.Route, b.conditions(l.Conditions)
	}
	r.Unlisted = !g.Attr(attr.RouteListed).Bool()
	r.Installer, r.Source = cmp.Or(g.text(attr.RouteInstaller), r.Installer), cmp.Or(g.text(attr.RouteSource), r.Source)
	return item
}
