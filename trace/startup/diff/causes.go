package diff

import (
	"strings"

	"github.com/chaintrace/chaintrace/trace/attr"
)

// causes are the changes from which others follow.
type causes struct {
	a, b         map[key]seen
	deadA, deadB bool // no start of that side got ready

	servers map[string]bool // that came or went
	hooks   map[string]bool // post-start hooks that changed on the server they are of
	checks  map[string]bool // checks that changed on any server
	things  map[string]bool // whatever changed on the server it is of, by kind and name
}

func newCauses(all []Change, a, b map[key]seen) *causes {
	c := &causes{
		a: a, b: b, servers: map[string]bool{}, hooks: map[string]bool{}, checks: map[string]bool{}, things: map[string]bool{},
	}
	for _, change := range all {
		switch {
		case change.Kind == KindServer && change.Op != Changed:
			c.servers[change.Server] = true
		case change.Kind == KindCheck && change.Op != Changed:
			c.checks[change.Name] = true
		}
		if !c.isOwn(change) {
			continue
		}
		c.things[change.Kind+"\x00"+change.Name] = true
		if change.Kind == KindHook && change.Op != Changed {
			c.hooks[change.Name] = true
		}
	}
	return c
}

// isOwn reports whether a change is of a thing of the server's own, on either
// side.
func (c *causes) isOwn(change Change) bool {
	k := key{change.Kind, change.Server, change.Name}
	return change.Op == Moved || c.a[k].own || c.b[k].own
}

const hookCheck = "poststarthook/"

// isConsequence reports whether a change follows from another one.
func (c *causes) isConsequence(change Change) bool {
	if change.Kind == KindServer {
		return false
	}
	if c.servers[change.Server] || !c.isOwn(change) && c.things[change.Kind+"\x00"+change.Name] {
		return true
	}
	switch change.Kind {
	case KindCheck:
		hook, ok := strings.CutPrefix(change.Name, hookCheck)
		return ok && c.hooks[hook]
	case KindRoute:
		return c.isCheckPath(change.Name) || c.isUnreached(change)
	}
	return false
}

// isCheckPath reports whether a route is the path of a check that changed.
func (c *causes) isCheckPath(route string) bool {
	path, _, _ := strings.Cut(route, " ")
	for _, endpoint := range []string{"/healthz/", "/livez/", "/readyz/"} {
		if check, ok := strings.CutPrefix(path, endpoint); ok {
			return c.checks[check]
		}
	}
	return false
}

// isUnreached reports whether a route is missing on a side whose starts died
// before they came to install it, while the server ran.
func (c *causes) isUnreached(change Change) bool {
	there, dead := c.a, c.deadB
	if change.Op == Added {
		there, dead = c.b, c.deadA
	}
	for _, f := range there[key{change.Kind, change.Server, change.Name}].fields {
		if f.Name == phaseField {
			return dead && change.Op != Changed && f.From == attr.PhaseRuntime
		}
	}
	return false
}
