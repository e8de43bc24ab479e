package chaintracert

import (
	"sort"
	"strings"
)

// Kinds of hooks.
const (
	PostStart   = "post-start"
	PreShutdown = "pre-shutdown"
)

// genericServer is the package of the generic API server.
const genericServer = "k8s.io/apiserver/pkg/server"

// isRegistration reports whether a function is one of those that register hooks:
// the caller of the outermost is who registers one.
func isRegistration(function string) bool {
	if packageOf(function) != genericServer {
		return false
	}
	name := function[strings.LastIndex(function, ".")+1:]
	return strings.HasPrefix(name, "AddPostStartHook") || strings.HasPrefix(name, "AddPreShutdownHook")
}

// ConfigureHook notes where a hook was put on a configuration.
func ConfigureHook(name string) {
	r := active()
	if r == nil {
		return
	}
	place := callerOf(isRegistration)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.names.configured[name] = place
}

// Preconfigured notes the hooks, the keys of a map, that New takes from a server's
// configuration.
func Preconfigured(upstream, hooks interface{}) {
	r := active()
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := r.names.of(upstream); s != nil {
		for _, name := range keys(hooks) {
			s.preconfigured[name] = true
		}
	}
}

// RegisterHook records the registration of a hook. disabled is a hook that the
// configuration keeps from being registered, and dropped one that is not registered
// without anybody saying so, of which nothing is recorded.
func RegisterHook(upstream interface{}, name, kind string, disabled, dropped bool) func(*error) {
	r := active()
	if r == nil || dropped {
		return ended
	}
	place := callerOf(isRegistration)
	key := goroutine()
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.names.of(upstream)
	if s == nil {
		return ended
	}
	preconfigured := kind == PostStart && s.preconfigured[name]
	if preconfigured && r.names.configured[name] != "" {
		place = r.names.configured[name]
	}
	sp := r.under(key, "hook.register", s.name,
		str("hook.name", name), str("hook.kind", kind), str("hook.origin", s.name),
		str("hook.registered_at", place))
	if kind == PostStart {
		sp.attrs = append(sp.attrs, flag("hook.preconfigured", preconfigured), flag("hook.disabled", disabled))
	}
	r.push(key, sp)
	return func(err *error) {
		message := failure(err)
		r.mu.Lock()
		defer r.mu.Unlock()
		if message == "" && !disabled {
			r.names.registered++
			s.ofKind(kind)[name] = &hook{name, s.name, place, r.names.registered}
		}
		r.end(sp, message)
	}
}

// ofKind returns the hooks of a kind.
func (s *server) ofKind(kind string) map[string]*hook {
	if kind == PreShutdown {
		return s.stops
	}
	return s.hooks
}

// MergeHooks records the hooks, keys of two maps, that New takes over from a
// server's delegate.
func MergeHooks(upstream, delegate, postStart, preShutdown interface{}) {
	r := active()
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	s, from := r.names.of(upstream), r.names.of(delegate)
	if s == nil {
		return
	}
	key := r.keyOf(s)
	merge := r.under(key, "hooks.merge", s.name)
	r.push(key, merge)
	for _, of := range []struct {
		kind  string
		names []string
	}{{PostStart, keys(postStart)}, {PreShutdown, keys(preShutdown)}} {
		for _, h := range from.offers(of.kind, of.names) {
			s.ofKind(of.kind)[h.name] = h
			r.mark(key, "hook.merge", s.name,
				str("hook.name", h.name), str("hook.kind", of.kind), str("hook.origin", h.origin),
				str("hook.registered_at", h.place))
		}
	}
	r.end(merge, "")
}

// offers returns what is known of a delegate's hooks, in the order of their
// registration, and behind them those of which nothing is, by name.
func (s *server) offers(kind string, names []string) []*hook {
	var found []*hook
	for _, name := range names {
		h := &hook{name: name}
		if s != nil {
			h.origin = s.name
			if known := s.ofKind(kind)[name]; known != nil {
				h = known
			}
		}
		found = append(found, h)
	}
	sort.Slice(found, func(i, j int) bool {
		a, b := found[i], found[j]
		if (a.number == 0) != (b.number == 0) {
			return b.number == 0
		}
		if a.number != b.number {
			return a.number < b.number
		}
		return a.name < b.name
	})
	return found
}
