package diff

import (
	"cmp"
	"strings"
)

// causes are the changes from which others follow.
type causes struct {
	a, b map[key]seen

	servers map[string]bool        // that came or went
	hooks   map[string]bool        // post-start hooks that changed on the server they are of
	linked  map[string]bool        // servers that delegate to another one than before
	checks  map[string]bool        // checks that came, went or changed their endpoints on any server
	remade  map[string]bool        // checks that a server took over before and has as its own now, or the other way round
	apis    map[Op]map[string]bool // paths of API groups and versions that came or went, without slashes around them
	things  map[thing]map[Op]bool  // what happened to things on the server that they are of
}

func newCauses(all []Change, a, b map[key]seen) *causes {
	c := &causes{
		a: a, b: b, servers: map[string]bool{}, linked: map[string]bool{}, hooks: map[string]bool{}, checks: map[string]bool{}, remade: map[string]bool{}, things: map[thing]map[Op]bool{},
		apis: map[Op]map[string]bool{Added: {}, Removed: {}},
	}
	for _, change := range all {
		switch {
		case change.Kind == KindServer && change.Op != Changed:
			c.servers[change.Server] = true
		case change.Kind == KindServer:
			c.linked[change.Server] = change.has(delegateField)
		case change.Kind == KindCheck:
			c.checks[change.Name] = c.checks[change.Name] || change.Op != Changed || change.has(endpointsField)
			c.remade[change.Name] = c.remade[change.Name] || change.has(fromField)
		case change.Kind == KindGroup:
			c.noteGroup(change)
		}
		if !c.isOwn(change) {
			continue
		}
		c.note(change)
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

func (c *causes) note(change Change) {
	t := thing{change.Kind, change.Name}
	if c.things[t] == nil {
		c.things[t] = map[Op]bool{}
	}
	c.things[t][change.Op] = true
	if change.has(endpointsField) {
		c.things[t][Moved] = true // only what is in healthz is handed up
	}
}

// noteGroup notes the paths that come or go with a group or with versions of it,
// on its server and where further ones pass requests for them on.
func (c *causes) noteGroup(change Change) {
	path := "apis/" + change.Name
	if change.Name == coreGroup {
		path = "api"
	}
	in := func(side map[key]seen, server string) map[string]bool {
		paths := map[string]bool{}
		if s := side[key{change.Kind, server, change.Name}]; s.n > 0 {
			paths[path] = true
			for _, version := range s.list(versionsField) {
				paths[path+"/"+version] = true
			}
		}
		return paths
	}
	a, b := in(c.a, cmp.Or(change.Was, change.Server)), in(c.b, change.Server)
	for p := range a {
		if !b[p] || change.Op == Moved {
			c.apis[Removed][p] = true
		}
	}
	for p := range b {
		if !a[p] || change.Op == Moved {
			c.apis[Added][p] = true
		}
	}
}

// explains reports whether a change of an inherited copy follows from what
// happened to the thing where it is a server's own. That a copy goes follows only
// where the thing goes: one that stays and is inherited no more is news.
func (c *causes) explains(copied Change) bool {
	ops := c.things[thing{copied.Kind, copied.Name}]
	if copied.Op == Changed {
		return len(ops) > 0
	}
	return ops[copied.Op] || ops[Moved]
}

// explainsAbsence reports whether it follows from what happened to a check, or to
// whom a server delegates, that the server has it not: it is lost there, or skipped.
func (c *causes) explainsAbsence(change Change) bool {
	ops := c.things[thing{KindCheck, change.Name}]
	return ops[change.Op] || ops[Moved] || c.remade[change.Name] || c.linked[change.Server]
}

const hookCheck = "poststarthook/"

// isConsequence reports whether a change follows from another one.
func (c *causes) isConsequence(change Change) bool {
	if change.Kind == KindServer {
		return false
	}
	if c.servers[change.Server] || !c.isOwn(change) && c.explains(change) {
		return true
	}
	switch change.Kind {
	case KindLostCheck, KindSkippedCheck:
		return c.explainsAbsence(change)
	case KindCheck:
		hook, ok := strings.CutPrefix(change.Name, hookCheck)
		return ok && c.hooks[hook]
	case KindRoute:
		return c.isCheckPath(change.Name) || c.isAPIPath(change)
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

// isAPIPath reports whether a route is the path of an API group, or of a version, that
// came, went or moved with it.
func (c *causes) isAPIPath(change Change) bool {
	path := strings.Join(segments(change.Name), "/")
	if change.Op == Moved {
		return c.apis[Removed][path] && c.apis[Added][path]
	}
	return c.apis[change.Op][path]
}
