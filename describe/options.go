package describe

import (
	"slices"

	"github.com/chaintrace/chaintrace/chain"
)

// options takes over the settings that something in the description depends on.
func (x *describer) options() {
	d := x.result.Description
	used := map[string]bool{}
	use := func(c chain.Conditions) {
		for _, condition := range slices.Concat(c.When, c.Unless) {
			used[condition.Setting] = true
		}
	}
	use(d.Generic.Flagz.Conditions)
	use(d.Generic.Statusz.Conditions)
	x.eachSteps(func(steps []chain.Step) []chain.Step {
		for _, s := range steps {
			use(s.Conditions)
		}
		return steps
	})
	x.eachHook(func(_ string, h *chain.Hook) { use(h.Conditions) })
	checks := func(checks []chain.Check) {
		for _, c := range checks {
			use(c.Conditions)
		}
	}
	disabled := func(hooks []chain.DisabledHook) {
		for _, h := range hooks {
			use(h.Conditions)
		}
	}
	checks(d.Generic.Checks)
	disabled(d.Generic.DisabledHooks)
	for _, s := range d.Servers {
		checks(s.Checks)
		disabled(s.DisabledHooks)
		for _, item := range items(s) {
			useItem(item, use)
		}
	}
	for _, o := range x.Like.Options {
		if used[o.Name] {
			d.Options = append(d.Options, o)
		}
	}
}

// useItem calls use for the conditions of an item and of all in it but hooks.
func useItem(item chain.Item, use func(chain.Conditions)) {
	group := func(g chain.Group) {
		for _, v := range g.Versions {
			use(v.Conditions)
		}
	}
	use(item.Conditions)
	if item.Check != nil {
		use(item.Check.Conditions)
	}
	if item.Group != nil {
		group(*item.Group)
	}
	for _, p := range item.Providers {
		use(p.Conditions)
		group(p.Group)
	}
}
