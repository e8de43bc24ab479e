package chain

import (
	"fmt"
	"slices"
	"strings"

	"github.com/chaintrace/chaintrace/trace/attr"
)

// Problem is something wrong in a description. Path says where, in the notation
// servers[1].install[3].hook.steps[0].
type Problem struct {
	Path    string
	Message string
}

// Validate returns what is wrong in a description, in its order. What upstream
// lets through is no problem: two servers may have hooks, checks and routes of
// the same name, for that is what chains are described to show.
func (d *Description) Validate() []Problem {
	v := &validator{d: d, settings: map[string]Option{}, hooks: d.Hooks()}
	v.defaults()
	v.options()
	v.caches()
	v.generic()
	if len(d.Servers) == 0 {
		v.add("servers", "a chain needs at least one server")
	}
	for i, server := range d.Servers {
		v.server(fmt.Sprintf("servers[%d]", i), i, server)
	}
	return v.problems
}

type validator struct {
	d        *Description
	settings map[string]Option
	hooks    []string
	signals  []string
	problems []Problem
}

func (v *validator) add(path, format string, args ...any) {
	v.problems = append(v.problems, Problem{path, fmt.Sprintf(format, args...)})
}

// oneOf checks a value against those that are allowed.
func (v *validator) oneOf(path, value string, allowed ...string) {
	if !slices.Contains(allowed, value) {
		v.add(path, "%q is not one of %s", value, strings.Join(allowed, ", "))
	}
}

// unique checks that names are there and differ.
func (v *validator) unique(path, field string, names []string) {
	seen := map[string]int{}
	for i, name := range names {
		at := fmt.Sprintf("%s[%d].%s", path, i, field)
		if name == "" {
			v.add(at, "a name is missing")
			continue
		}
		if first, ok := seen[name]; ok {
			v.add(at, "%q is there already, at %s[%d]", name, path, first)
		}
		seen[name] = i
	}
}

// defaults checks the values that a description gives to settings of every chain.
func (v *validator) defaults() {
	adding := []string{SettingRuntimeConfig, SettingFeatureGates} // they add up, and have no one value
	for _, name := range sortedKeys(v.d.Settings) {
		path, value := "settings."+name, v.d.Settings[name]
		builtin := BuiltinOptions()
		i := slices.IndexFunc(builtin, func(o Option) bool { return o.Name == name })
		switch {
		case i < 0 || slices.Contains(adding, name):
			v.add(path, "%q is no setting of every chain that has one value; declare it under options", name)
		case len(builtin[i].Values) > 0 && !slices.Contains(builtin[i].Values, value):
			v.add(path, "%q is not one of %s", value, strings.Join(builtin[i].Values, ", "))
		case name == SettingLivezGracePeriod || name == SettingShutdownDelay:
			if _, err := parseDuration(name, value); err != nil {
				v.add(path, "%v", err)
			}
		}
	}
}

func (v *validator) options() {
	var names []string
	for _, o := range v.d.Options {
		names = append(names, o.Name)
	}
	v.unique("options", "name", names)
	for _, o := range BuiltinOptions() {
		v.settings[o.Name] = o
	}
	for i, o := range v.d.Options {
		path := fmt.Sprintf("options[%d]", i)
		if _, ok := v.settings[o.Name]; ok && slices.Index(names, o.Name) == i {
			v.add(path+".name", "every chain has the option %q already", o.Name)
		}
		if len(o.Values) > 0 && o.Default != "" && !slices.Contains(o.Values, o.Default) {
			v.add(path+".default", "%q is not one of %s", o.Default, strings.Join(o.Values, ", "))
		}
		v.settings[o.Name] = o
	}
}

func (v *validator) conditions(path string, c Conditions) {
	for _, condition := range c.When {
		v.condition(path+".when", condition)
	}
	for _, condition := range c.Unless {
		v.condition(path+".unless", condition)
	}
}

func (v *validator) condition(path string, c Condition) {
	path += "." + c.Setting
	o, ok := v.settings[c.Setting]
	switch {
	case !ok:
		v.add(path, "there is no setting %q; declare it under options", c.Setting)
	case len(o.Values) > 0 && c.Value != "set" && !slices.Contains(o.Values, c.Value):
		v.add(path, "%q is not one of %s", c.Value, strings.Join(o.Values, ", "))
	}
}

func (v *validator) caches() {
	var names []string
	for i, c := range v.d.Caches {
		names = append(names, c.Name)
		path := fmt.Sprintf("caches[%d]", i)
		if len(c.StartedBy) == 0 {
			v.add(path+".startedBy", "no hook starts this cache; name one")
		}
		for j, hook := range c.StartedBy {
			v.hook(fmt.Sprintf("%s.startedBy[%d]", path, j), hook)
		}
		v.served(path+".needs", c.Needs)
	}
	v.unique("caches", "name", names)
}

// hook checks a reference to a hook.
func (v *validator) hook(path, name string) {
	if !slices.Contains(v.hooks, name) {
		v.add(path, "no server describes a hook %q", name)
	}
}

// served checks a reference to a group version.
func (v *validator) served(path, gv string) {
	if gv != "" && !slices.Contains(v.d.GroupVersions(), gv) {
		v.add(path, "no server describes the group version %q", gv)
	}
}

func (v *validator) generic() {
	g := v.d.Generic
	v.checks("generic.checks", g.Checks)
	v.preconfigured("generic.preconfiguredHooks", g.PreconfiguredHooks)
	for i, h := range g.DisabledHooks {
		v.disabled(fmt.Sprintf("generic.disabledHooks[%d]", i), h)
	}
	if g.InformerCache != "" && !slices.ContainsFunc(v.d.Caches, func(c Cache) bool { return c.Name == g.InformerCache }) {
		v.add("generic.informerCache", "there is no cache %q", g.InformerCache)
	}
	v.conditions("generic.flagz", g.Flagz.Conditions)
	v.conditions("generic.statusz", g.Statusz.Conditions)
	for _, name := range sortedKeys(g.NewHooks) {
		path := "generic.newHooks." + name
		v.oneOf(path, name, NewHookNames()...)
		v.steps(path+".steps", name, g.NewHooks[name].Steps)
	}
}

func (v *validator) preconfigured(path string, hooks []Hook) {
	var names []string
	for i, h := range hooks {
		names = append(names, h.Name)
		v.hookItem(fmt.Sprintf("%s[%d]", path, i), h)
	}
	v.unique(path, "name", names)
}

func (v *validator) disabled(path string, h DisabledHook) {
	v.hook(path+".name", h.Name)
	v.conditions(path, h.Conditions)
}

func (v *validator) checks(path string, checks []Check) {
	var names []string
	for i, c := range checks {
		names = append(names, c.Name)
		v.check(fmt.Sprintf("%s[%d]", path, i), c)
	}
	v.unique(path, "name", names)
}

func (v *validator) check(path string, c Check) {
	if c.Name == "" {
		v.add(path+".name", "a name is missing")
	}
	if len(c.Endpoints) == 0 {
		v.add(path+".endpoints", "a check needs at least one of healthz, livez, readyz")
	}
	for i, endpoint := range c.Endpoints {
		v.oneOf(fmt.Sprintf("%s.endpoints[%d]", path, i), endpoint, allEndpoints...)
	}
	if c.Fails != "" && len(c.Steps) > 0 {
		v.add(path+".fails", "a check that always fails has no steps")
	}
	v.steps(path+".steps", "", c.Steps)
	v.conditions(path, c.Conditions)
}

func (v *validator) hookItem(path string, h Hook) {
	if h.Name == "" {
		v.add(path+".name", "a name is missing")
	}
	v.oneOf(path+".behavior", h.Behavior, attr.BehaviorLaunches, attr.BehaviorRuns, attr.BehaviorWaits)
	switch {
	case h.Deadline == 0 && h.AtDeadline != "":
		v.add(path+".atDeadline", "there is no deadline")
	case h.Deadline != 0:
		v.oneOf(path+".atDeadline", h.AtDeadline, attr.DeadlineFails, attr.DeadlinePasses, attr.DeadlineIgnored)
	}
	if h.Closes != "" && !slices.Contains(v.registeredSignals(), h.Closes) {
		v.add(path+".closes", "no server registers the signal %q", h.Closes)
	}
	v.steps(path+".steps", h.Name, h.Steps)
	v.conditions(path, h.Conditions)
}

func (v *validator) registeredSignals() []string {
	if v.signals == nil {
		for _, server := range v.d.Servers {
			for _, item := range server.Install {
				if item.Signal != "" {
					v.signals = append(v.signals, item.Signal)
				}
			}
		}
	}
	return v.signals
}

func (v *validator) steps(path, hook string, steps []Step) {
	for i, s := range steps {
		v.step(fmt.Sprintf("%s[%d]", path, i), hook, s)
	}
}

func (v *validator) step(path, hook string, s Step) {
	kinds := 0
	for _, is := range []bool{s.Hook != "", s.Cache != "", s.Timer, s.Loopback != "", s.Work != ""} {
		if is {
			kinds++
		}
	}
	if kinds != 1 {
		v.add(path, "a step is exactly one of hook, cache, timer, loopback, work; this is %d of them", kinds)
	}
	if s.Hook != "" {
		v.hook(path+".hook", s.Hook)
		if s.Hook == hook {
			v.add(path+".hook", "the hook waits for itself")
		}
	}
	if s.Cache != "" && !slices.ContainsFunc(v.d.Caches, func(c Cache) bool { return c.Name == s.Cache }) {
		v.add(path+".cache", "there is no cache %q", s.Cache)
	}
	waits := s.Hook != "" || s.Cache != ""
	if waits && s.Takes != (Recorded{}) {
		v.add(path+".takes", "a wait takes as long as it takes; only timer, loopback and work have a duration")
	}
	if !waits && s.Poll != 0 {
		v.add(path+".poll", "only hook and cache steps look at intervals")
	}
	v.served(path+".needs", s.Needs)
	v.conditions(path, s.Conditions)
}

func (v *validator) server(path string, i int, s Server) {
	if s.Name == "" {
		v.add(path+".name", "a name is missing")
	}
	for j, other := range v.d.Servers[:i] {
		if other.Name == s.Name && s.Name != "" {
			v.add(path+".name", "%q is there already, at servers[%d]", s.Name, j)
		}
	}
	v.oneOf(path+".kind", string(s.Kind), string(KindAPIExtensions), string(KindKubeAPIServer), string(KindAggregator), string(KindGeneric))
	v.checks(path+".checks", s.Checks)
	v.preconfigured(path+".preconfiguredHooks", s.PreconfiguredHooks)
	for j, h := range s.DisabledHooks {
		v.disabled(fmt.Sprintf("%s.disabledHooks[%d]", path, j), h)
	}
	last := i == len(v.d.Servers)-1
	for _, list := range []struct {
		field string
		items []Item
	}{{"install", s.Install}, {"beforePrepare", s.BeforePrepare}, {"afterPrepare", s.AfterPrepare}} {
		if list.field != "install" && len(list.items) > 0 && !last {
			v.add(path+"."+list.field, "only the outermost server, the last one, adds to PrepareRun: those inside are prepared by the generic one")
		}
		for j, item := range list.items {
			v.item(fmt.Sprintf("%s.%s[%d]", path, list.field, j), s, item)
		}
	}
	if len(s.CRDs) > 0 && s.Kind != KindAPIExtensions {
		v.add(path+".crds", "only an %s serves custom resources", KindAPIExtensions)
	}
	if s.APIServices != nil {
		if s.Kind != KindAggregator {
			v.add(path+".apiServices", "only a %s has APIServices", KindAggregator)
		}
		v.steps(path+".apiServices.steps", "", s.APIServices.Steps)
	}
}

func (v *validator) item(path string, s Server, item Item) {
	kinds := 0
	for _, is := range []bool{
		item.Hook != nil, item.PreShutdownHook != nil, item.Check != nil, item.Route != nil,
		item.WebService != nil, item.Group != nil, item.Signal != "", len(item.Providers) > 0,
	} {
		if is {
			kinds++
		}
	}
	if kinds != 1 {
		v.add(path, "an item is exactly one of hook, preShutdownHook, check, route, webService, group, signal, providers; this is %d of them", kinds)
	}
	v.conditions(path, item.Conditions)
	if item.Hook != nil {
		v.hookItem(path+".hook", *item.Hook)
	}
	if item.PreShutdownHook != nil && item.PreShutdownHook.Name == "" {
		v.add(path+".preShutdownHook.name", "a name is missing")
	}
	if item.Check != nil {
		v.check(path+".check", *item.Check)
	}
	if item.Route != nil {
		v.route(path+".route", s, *item.Route)
	}
	if item.WebService != nil && !strings.HasPrefix(item.WebService.Path, "/") {
		v.add(path+".webService.path", "%q does not begin with a slash", item.WebService.Path)
	}
	if item.Group != nil {
		v.group(path+".group", *item.Group)
	}
	for i, p := range item.Providers {
		at := fmt.Sprintf("%s.providers[%d]", path, i)
		v.group(at+".group", p.Group)
		if p.Hook != nil {
			v.hookItem(at+".hook", *p.Hook)
		}
		v.conditions(at, p.Conditions)
	}
}

func (v *validator) route(path string, s Server, r Route) {
	if !strings.HasPrefix(r.Path, "/") {
		v.add(path+".path", "%q does not begin with a slash", r.Path)
	}
	v.oneOf(path+".match", r.Match, attr.MatchExact, attr.MatchPrefix)
	if r.Match == attr.MatchPrefix && !strings.HasSuffix(r.Path, "/") {
		v.add(path+".path", "the prefix %q does not end in a slash", r.Path)
	}
	ofAggregator := []string{HandlerAPIs, HandlerAPIsPlain, HandlerOpenAPIV2, HandlerOpenAPIV3}
	v.oneOf(path+".handler", r.Handler, append([]string{"", HandlerOK, HandlerCRD}, ofAggregator...)...)
	if slices.Contains(ofAggregator, r.Handler) && s.Kind != KindAggregator {
		v.add(path+".handler", "only a %s has the handler %q", KindAggregator, r.Handler)
	}
}

func (v *validator) group(path string, g Group) {
	var names []string
	for i, version := range g.Versions {
		names = append(names, version.Version)
		v.conditions(fmt.Sprintf("%s.versions[%d]", path, i), version.Conditions)
	}
	v.unique(path+".versions", "version", names)
	for i, empty := range g.Empty {
		if slices.Contains(names, empty) {
			v.add(fmt.Sprintf("%s.empty[%d]", path, i), "%q is among the versions already; one that is off by default has off: true there", empty)
		}
	}
}
