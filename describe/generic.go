package describe

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/chaintrace/chaintrace/chain"
	"github.com/chaintrace/chaintrace/trace/attr"
)

// anyServer reports whether any server fits.
func (x *describer) anyServer(fits func(sv *seen) bool) bool {
	return slices.ContainsFunc(x.servers, fits)
}

// installs reports whether the generic part of any server installs a path.
func (x *describer) installs(path string, during phase) bool {
	return x.anyServer(func(sv *seen) bool { return sv.has(path, during) })
}

// registers reports whether any server has a post-start hook of its own.
func (x *describer) registers(hook string) bool {
	return x.anyServer(func(sv *seen) bool {
		for _, h := range sv.PostStart {
			if h.Name == hook && !h.Inherited {
				return true
			}
		}
		return false
	})
}

// defaults finds out which settings the start had, as far as the chain depends on
// them and they are not what they are anyway.
func (x *describer) defaults() map[string]string {
	values := map[string]bool{}
	if x.anyServer(func(sv *seen) bool { return len(sv.routes) > 0 }) { // their routes were recorded
		values[chain.SettingIndex] = x.installs("/", inNew)
		values[chain.SettingProfiling] = x.installs("/debug/pprof/", inNew)
		values[chain.SettingMetrics] = x.installs("/metrics", inNew)
		values[chain.SettingPriorityAndFairness] = x.registers("priority-and-fairness-filter")
	}
	if x.anyServer(func(sv *seen) bool { return sv.keepsDiscovery() && len(sv.routes) > 0 }) {
		values[chain.SettingDiscovery] = x.anyServer(func(sv *seen) bool { return sv.keepsDiscovery() && sv.has("/apis", inNew) })
	}
	out := map[string]string{}
	for name, value := range x.Like.Settings {
		if _, told := values[name]; !told && name != chain.SettingLivezGracePeriod {
			out[name] = value
		}
	}
	for _, o := range chain.BuiltinOptions() {
		if value, told := values[o.Name]; told && o.Default != strconv.FormatBool(value) {
			out[o.Name] = strconv.FormatBool(value)
		}
	}
	grace := time.Duration(0)
	for _, sv := range x.servers {
		for _, c := range sv.Checks {
			grace = max(grace, c.Delay)
		}
	}
	if grace > 0 {
		out[chain.SettingLivezGracePeriod] = grace.String()
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// keepsDiscovery reports whether a server of this kind may serve discovery at /apis.
func (sv *seen) keepsDiscovery() bool {
	return sv.kind == chain.KindKubeAPIServer || sv.kind == chain.KindGeneric
}

// generic describes the generic config.
func (x *describer) generic() chain.GenericConfig {
	like := x.Like.Generic
	g := chain.GenericConfig{
		NoNotFoundHandler:  like.NoNotFoundHandler,
		ObjectCountTracker: x.registers("storage-object-count-tracker-hook"),
		SLIMetrics:         x.installs("/metrics/slis", inNew),
		OpenAPIV2:          x.openAPI("/openapi/v2"),
		OpenAPIV3:          x.openAPI("/openapi/v3"),
		Flagz:              x.conditional("/flagz", like.Flagz),
		Statusz:            x.conditional("/statusz", like.Statusz),
		NewHooks:           x.newHooks(),
		RouteSources:       x.routeSources(),
	}
	if x.anyServer(func(sv *seen) bool { return sv.kind == chain.KindKubeAPIServer }) {
		if g.KubeletClient = like.KubeletClient; g.KubeletClient.Port == 0 {
			g.KubeletClient.Port = 10250
		}
	}
	if x.registers(hookInformers) || x.anyServer((*seen).looksAtInformers) {
		g.InformerCache = cmp.Or(like.InformerCache, x.cacheOfNobody(), "informers")
	}
	if len(x.servers) > 0 {
		shared := x.configuredChecks(x.servers[0])[:x.sharedChecks()]
		g.Checks = keepOff(shared, like.Checks, checkKey, func(c chain.Check) bool { return !x.settings.Hold(c.Conditions) })
	}
	for _, sv := range x.servers {
		g.PreconfiguredHooks = append(g.PreconfiguredHooks, x.preconfigured(sv, true)...)
	}
	g.PreconfiguredHooks = keepOff(g.PreconfiguredHooks, like.PreconfiguredHooks, hookKey, x.hookOff)
	g.DisabledHooks = x.disabledByAll()
	return g
}

// hookInformers starts the informers of the generic server.
const hookInformers = "generic-apiserver-start-informers"

// looksAtInformers reports whether New gave a server the check of its informers, as
// it does also where the hook that starts them is disabled.
func (sv *seen) looksAtInformers() (found bool) {
	sv.each(attr.SpanCheckAdd, inNew, func(g got) { found = found || g.text(attr.CheckName) == checkInformers })
	return found
}

// openAPI reports whether servers that are no aggregators, which have a document of
// their own, install OpenAPI.
func (x *describer) openAPI(path string) bool {
	return x.anyServer(func(sv *seen) bool { return sv.kind != chain.KindAggregator && sv.has(path, inPrepare) })
}

// conditional describes a page that is there or not.
func (x *describer) conditional(path string, like chain.Conditional) chain.Conditional {
	switch there := x.installs(path, inPrepare); {
	case there:
		return chain.Conditional{Present: true, Conditions: x.conditions(like.Conditions)}
	case like.Present && !x.settings.Hold(like.Conditions):
		return like
	}
	return chain.Conditional{}
}

// isNewHook reports whether the model's New registers a hook by itself.
func isNewHook(name string) bool { return slices.Contains(chain.NewHookNames(), name) }

// newHooks describes the hooks that New adds by itself.
func (x *describer) newHooks() map[string]chain.GenericHook {
	hooks := maps.Clone(x.Like.Generic.NewHooks)
	if hooks == nil {
		hooks = map[string]chain.GenericHook{}
	}
	for _, sv := range x.servers {
		sv.each(attr.SpanHookRegister, inNew, func(g got) {
			name := g.text(attr.HookName)
			if !isNewHook(name) || g.Attr(attr.HookPreconfig).Bool() {
				return
			}
			h := hooks[name]
			if at := g.text(attr.HookRegisteredAt); at != "" {
				h.RegisteredAt = at
			}
			h.Steps = x.hookSteps(h.Steps, len(h.Steps) > 0, name)
			if _, unknown := x.unknown[name]; unknown { // all of them only start goroutines
				delete(x.unknown, name)
				for i := range h.Steps {
					h.Steps[i].Work = "start goroutines"
				}
			}
			hooks[name] = h
		})
	}
	return hooks
}

// preconfigured describes the hooks that New registers for the config, as it does
// those of versions of New that the model does not know: all that the generic
// config is known to bring, or all others.
func (x *describer) preconfigured(sv *seen, byAll bool) []chain.Hook {
	var hooks []chain.Hook
	sv.each(attr.SpanHookRegister, inNew, func(g got) {
		name := g.text(attr.HookName)
		if g.text(attr.HookKind) == attr.KindPreShutdown || isNewHook(name) && !g.Attr(attr.HookPreconfig).Bool() {
			return
		}
		known := slices.ContainsFunc(x.Like.Generic.PreconfiguredHooks, func(h chain.Hook) bool { return h.Name == name })
		if (known && sv.keepsDiscovery()) == byAll { // the kinds that keep the generic config's hooks
			hooks = append(hooks, x.hook(sv.Name, g))
		}
	})
	return hooks
}

// disabledByAll describes the hooks that the generic config keeps from being
// registered.
func (x *describer) disabledByAll() []chain.DisabledHook {
	var out []chain.DisabledHook
	for _, d := range x.Like.Generic.DisabledHooks {
		disabled := x.anyServer(func(sv *seen) bool {
			for _, h := range sv.Disabled {
				if h.Name == d.Name {
					return true
				}
			}
			return false
		})
		if disabled {
			d.Conditions = x.conditions(d.Conditions)
		}
		if disabled || !x.settings.Hold(d.Conditions) {
			out = append(out, d)
		}
	}
	return out
}

// configuredChecks describes the checks that are there before New.
func (x *describer) configuredChecks(sv *seen) []chain.Check {
	checks := []chain.Check{}
	sv.each(attr.SpanCheckAdd, inNew, func(g got) {
		if !g.Attr(attr.CheckConfigured).Bool() {
			return
		}
		known := slices.Clone(x.Like.Generic.Checks)
		if like := x.likeServer(sv.Name); like != nil {
			known = append(slices.Clone(like.Checks), known...)
		}
		var like *chain.Check
		if i := slices.IndexFunc(known, func(c chain.Check) bool { return c.Name == g.text(attr.CheckName) }); i >= 0 {
			like = &known[i]
		}
		checks = append(checks, x.check(g, like))
	})
	return checks
}

// sharedChecks counts the configured checks that all servers have first.
func (x *describer) sharedChecks() int {
	first := x.configuredChecks(x.servers[0])
	n := len(first)
	for _, sv := range x.servers[1:] {
		checks := x.configuredChecks(sv)
		i := 0
		for i < min(n, len(checks)) && checks[i].Name == first[i].Name && slices.Equal(checks[i].Endpoints, first[i].Endpoints) {
			i++
		}
		n = i
	}
	return n
}

// routeSources finds where the generic server's installers are called. Of several
// lines of one file it names the first and the last.
func (x *describer) routeSources() map[string]string {
	places := map[string][]string{}
	for _, sv := range x.servers {
		for _, g := range sv.all {
			installer, source := g.text(attr.RouteInstaller), g.text(attr.RouteSource)
			isDescribed := (g.phase == inInstall || g.phase == inPrepare) && !g.isGeneric()
			if g.Name == attr.SpanRouteInstall && !isDescribed && installer != "" && source != "" {
				places[installer] = append(places[installer], source)
			}
		}
	}
	sources := maps.Clone(x.Like.Generic.RouteSources)
	if sources == nil {
		sources = map[string]string{}
	}
	for installer, all := range places {
		sources[installer] = span(all)
	}
	return sources
}

// span joins places in the source: FILE:FIRST-LAST. Where they are in several files
// it is the first place.
func span(places []string) string {
	file, _, _ := cutLine(places[0])
	first, last := 0, 0
	for _, place := range places {
		f, from, to := cutLine(place)
		if f != file || from == 0 {
			return places[0]
		}
		if first == 0 || from < first {
			first = from
		}
		last = max(last, to)
	}
	if first == last {
		return places[0]
	}
	return fmt.Sprintf("%s:%d-%d", file, first, last)
}

// cutLine takes FILE:LINE or FILE:FIRST-LAST apart; lines are 0 when there are none.
func cutLine(place string) (file string, first, last int) {
	i := strings.LastIndexByte(place, ':')
	if i < 0 {
		return place, 0, 0
	}
	from, to, isSpan := strings.Cut(place[i+1:], "-")
	if !isSpan {
		to = from
	}
	first, errFirst := strconv.Atoi(from)
	last, errLast := strconv.Atoi(to)
	if errFirst != nil || errLast != nil {
		return place, 0, 0
	}
	return place[:i], first, last
}
