package describe

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/chaintrace/chaintrace/chain"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// tidy brings what was taken from elsewhere in line with the chain that there is:
// what refers to nothing here goes, and what is referred to comes along.
func (x *describer) tidy() {
	d := x.result.Description
	hooks := d.Hooks()
	known := func(name string) bool { return slices.Contains(hooks, name) }
	d.Generic.DisabledHooks = slices.DeleteFunc(d.Generic.DisabledHooks, func(h chain.DisabledHook) bool { return !known(h.Name) })
	for i := range d.Servers {
		d.Servers[i].DisabledHooks = slices.DeleteFunc(d.Servers[i].DisabledHooks, func(h chain.DisabledHook) bool { return !known(h.Name) })
	}
	x.eachSteps(func(steps []chain.Step) []chain.Step {
		return slices.DeleteFunc(slices.Clone(steps), func(s chain.Step) bool { return s.Hook != "" && !known(s.Hook) })
	})
	x.caches(known)
	versions := d.GroupVersions()
	for i, c := range d.Caches {
		if !slices.Contains(versions, c.Needs) {
			d.Caches[i].Needs = ""
		}
	}
	x.eachSteps(func(steps []chain.Step) []chain.Step {
		for i, s := range steps {
			if !slices.Contains(versions, s.Needs) {
				steps[i].Needs = ""
			}
			if s.Cache != "" && !slices.ContainsFunc(d.Caches, func(c chain.Cache) bool { return c.Name == s.Cache }) {
				steps[i] = chain.Step{Work: "cache " + s.Cache, Conditions: s.Conditions}
			}
		}
		return steps
	})
	x.signals()
	x.options()
}

// eachHook calls f for every post-start hook of the description, with the path of
// the element of a list that it is or is in.
func (x *describer) eachHook(f func(path string, h *chain.Hook)) {
	d := x.result.Description
	hooks := func(path string, hooks []chain.Hook) {
		for i := range hooks {
			f(fmt.Sprintf("%s[%d]", path, i), &hooks[i])
		}
	}
	items := func(path string, items []chain.Item) {
		for i, item := range items {
			if item.Hook != nil {
				f(fmt.Sprintf("%s[%d]", path, i), item.Hook)
			}
			for j, p := range item.Providers {
				if p.Hook != nil {
					f(fmt.Sprintf("%s[%d].providers[%d]", path, i, j), p.Hook)
				}
			}
		}
	}
	hooks("generic.preconfiguredHooks", d.Generic.PreconfiguredHooks)
	for i, s := range d.Servers {
		path := fmt.Sprintf("servers[%d].", i)
		hooks(path+"preconfiguredHooks", s.PreconfiguredHooks)
		items(path+"install", s.Install)
		items(path+"beforePrepare", s.BeforePrepare)
		items(path+"afterPrepare", s.AfterPrepare)
	}
}

// eachSteps changes all lists of steps.
func (x *describer) eachSteps(change func([]chain.Step) []chain.Step) {
	d := x.result.Description
	x.eachHook(func(_ string, h *chain.Hook) { h.Steps = change(h.Steps) })
	for name, h := range d.Generic.NewHooks {
		h.Steps = change(h.Steps)
		d.Generic.NewHooks[name] = h
	}
	checks := func(checks []chain.Check) {
		for i := range checks {
			checks[i].Steps = change(checks[i].Steps)
		}
	}
	checks(d.Generic.Checks)
	for i := range d.Servers {
		s := &d.Servers[i]
		checks(s.Checks)
		for _, item := range items(*s) {
			if item.Check != nil {
				item.Check.Steps = change(item.Check.Steps)
			}
		}
		if s.APIServices != nil {
			s.APIServices.Steps = change(s.APIServices.Steps)
		}
	}
}

// caches describes the caches that something waits for.
func (x *describer) caches(known func(hook string) bool) {
	d := x.result.Description
	var wanted []string
	want := func(name string) {
		if name != "" && !slices.Contains(wanted, name) {
			wanted = append(wanted, name)
		}
	}
	x.eachSteps(func(steps []chain.Step) []chain.Step {
		for _, s := range steps {
			want(s.Cache)
		}
		return steps
	})
	want(d.Generic.InformerCache)
	for _, c := range x.Like.Caches {
		if slices.Contains(wanted, c.Name) {
			c.StartedBy = slices.DeleteFunc(slices.Clone(c.StartedBy), func(hook string) bool { return !known(hook) })
			d.Caches = append(d.Caches, c)
			wanted = slices.DeleteFunc(wanted, func(name string) bool { return name == c.Name })
		}
	}
	for _, name := range wanted {
		d.Caches = append(d.Caches, chain.Cache{Name: name})
	}
	for i := range d.Caches {
		c := &d.Caches[i]
		if c.Name == d.Generic.InformerCache {
			if len(c.StartedBy) == 0 {
				c.StartedBy = []string{hookInformers}
			}
			if at := x.passedAfterHooks(checkInformers); at > 0 {
				x.observed(&c.Syncs, at)
			}
		}
		if len(c.StartedBy) == 0 {
			x.startedBy(c)
		}
	}
	d.Caches = slices.DeleteFunc(d.Caches, func(c chain.Cache) bool { return len(c.StartedBy) == 0 })
}

// passedAfterHooks returns when, after the hooks began, a check was seen to pass; 0
// when that is unknown.
func (x *describer) passedAfterHooks(check string) time.Duration {
	begin, run := x.hooksRun()
	for _, p := range x.startup.Passed {
		if p.Check == check && run {
			return rounded(max(0, p.At-begin))
		}
	}
	return 0
}

// starter returns the hook that a run waits for together with a cache, or "".
func starter(run *startup.HookRun, cache string) string {
	if i := slices.Index(run.WaitsFor, "cache:"+cache); i > 0 {
		if hook, ok := strings.CutPrefix(run.WaitsFor[i-1], "hook:"); ok {
			return hook
		}
	}
	return ""
}

// cacheOfNobody returns the first cache that is waited for without the hook that
// starts it: the generic server's informers are such a one.
func (x *describer) cacheOfNobody() string {
	for _, run := range x.startup.Runs {
		for _, what := range run.WaitsFor {
			if cache, ok := strings.CutPrefix(what, "cache:"); ok && starter(run, cache) == "" {
				return cache
			}
		}
	}
	return ""
}

// startedBy guesses which hooks start a cache: one that is waited for together with
// it, or else the first two that return at once, since of one alone it would have
// been said.
func (x *describer) startedBy(c *chain.Cache) {
	for _, run := range x.startup.Runs {
		if hook := starter(run, c.Name); hook != "" && len(c.StartedBy) == 0 {
			c.StartedBy = []string{hook}
		}
	}
	told := len(c.StartedBy) > 0
	begun := time.Duration(-1)
	for _, run := range x.startup.Runs {
		if !told && len(c.StartedBy) < 2 && run.Behavior == attr.BehaviorLaunches && run.End >= run.Start {
			c.StartedBy = append(c.StartedBy, run.Name)
		}
		if begun < 0 && slices.Contains(c.StartedBy, run.Name) {
			begun = run.End
		}
	}
	for _, run := range x.startup.Runs {
		for _, s := range run.Steps {
			if s.What == "cache:"+c.Name && s.End >= s.Start && begun >= 0 {
				c.Syncs = chain.Same(rounded(max(0, s.End-begun)))
			}
		}
	}
}

// signals takes off hooks the signals that nobody registers here.
func (x *describer) signals() {
	registered := map[string]bool{}
	for _, s := range x.result.Description.Servers {
		for _, item := range s.Install {
			registered[item.Signal] = true
		}
	}
	x.eachHook(func(_ string, h *chain.Hook) {
		if !registered[h.Closes] {
			h.Closes = ""
		}
	})
}

// comments says above hooks what is unknown of them.
func (x *describer) comments() {
	comments := map[string]string{}
	x.eachHook(func(path string, h *chain.Hook) {
		if what, ok := x.unknown[h.Name]; ok {
			comments[path] = what
		}
	})
	x.result.Comments = comments
	if n := len(comments); n > 0 {
		x.note("%s unknown: comments in the description say so", plural(n, "what 1 hook waits for and does is", "what %d hooks wait for and do is"))
	}
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return fmt.Sprintf(many, n)
}
