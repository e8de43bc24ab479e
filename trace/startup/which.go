package startup

import "github.com/chaintrace/chaintrace/trace/attr"

// HopKind says by what a request was passed on or answered.
type HopKind string

// The kinds of hop. They are those of the model's handlers, and what a trace
// leaves open.
const (
	HopWebService  HopKind = "webservice"  // the director found a go-restful web service
	HopExact       HopKind = "exact"       // the mux had the very path
	HopPrefix      HopKind = "prefix"      // the mux had a prefix of it
	HopNotFound    HopKind = "notfound"    // the mux passes on to the delegate, or to the end
	HopProxy       HopKind = "proxy"       // an APIService of the chain's own: to the delegate
	HopRemote      HopKind = "remote"      // an APIService of another server
	HopUnavailable HopKind = "unavailable" // an APIService whose server is not there
	HopCRD         HopKind = "crd"         // the custom resource handler's decision; Path says which
	HopEnd         HopKind = "end"         // the handler at the end of the chain
)

// Hop is one step of a request's way down the chain.
type Hop struct {
	Server string // "" at the end of the chain
	Kind   HopKind
	Path   string // what matched; "" when nothing did
	Route  *Route // what the trace tells of what matched; nil when nothing did
}

// WayEnd says how a way down the chain ends.
type WayEnd string

// The ends of a way.
const (
	WayAnswered    WayEnd = "answered"    // a handler of some server answers, whatever that is
	WayNotFound    WayEnd = "not-found"   // 404
	WayUnavailable WayEnd = "unavailable" // 503
	WayUndecided   WayEnd = "undecided"   // it depends on what the trace does not tell; see Branches and Unknown
)

// Way is the way of a request down the chain.
type Way struct {
	Hops []Hop
	End  WayEnd
	By   string // the server whose handler answers; "" for the end of the chain, or when that is not known
	// Status is the HTTP status; 0 when nobody asked and it does not follow.
	Status int
	// Branches are the ways that it may go on after its last hop, where that
	// depends on what the trace does not tell.
	Branches []Branch
}

// Branch is one of several ways that a request may go on.
type Branch struct {
	When string // in words
	Way  Way
}

// Unknown reports whether nothing is known of the way, since the trace has no routes.
func (w *Way) Unknown() bool { return w.End == WayUndecided && len(w.Hops) == 0 }

// Ways returns the ways that a request may take as a whole, without branches: the
// way itself where everything is known.
func (w *Way) Ways() []Way {
	if len(w.Branches) == 0 {
		return []Way{*w}
	}
	var out []Way
	for _, b := range w.Branches {
		for _, rest := range b.Way.Ways() {
			rest.Hops = append(append([]Hop{}, w.Hops...), rest.Hops...)
			out = append(out, rest)
		}
	}
	return out
}

// MayLack reports whether the server that answers may still have nothing at the
// path: it is below what matched, and the trace does not tell what is there.
func (w *Way) MayLack(path string) bool {
	if w.End != WayAnswered || w.Status != 0 || len(w.Hops) == 0 {
		return false
	}
	last := w.Hops[len(w.Hops)-1]
	return (last.Kind == HopWebService || last.Kind == HopPrefix) && last.Path != path
}

// MuxComplete is the lifecycle signal before which the end of the chain answers
// 503 instead of 404.
const MuxComplete = "MuxAndDiscoveryComplete"

// MuxState is what is known of MuxComplete.
type MuxState struct {
	// Waits: some server has registered a signal that it waits for. Without one
	// it is fired before the server serves, or there is no such thing in the
	// server's version.
	Waits bool
	Fired *Signal // nil when the trace does not show it
}

// Mux returns what the trace tells of MuxComplete.
func (s *Startup) Mux() MuxState {
	var m MuxState
	for _, sv := range s.Servers {
		m.Waits = m.Waits || len(sv.Signals) > 0
	}
	for i := range s.Signals {
		if s.Signals[i].Name == MuxComplete && m.Fired == nil {
			m.Fired = &s.Signals[i]
		}
	}
	return m
}

// RouteOf is a route of a server.
type RouteOf struct {
	Server string
	Route  *Route
}

// Unused returns the routes of all servers that match a path as well, but are
// not what any hop of its way went by. They are in the order in which a request
// would meet them.
func (r *Router) Unused(path string, way *Way) []RouteOf {
	type match struct {
		server string
		kind   HopKind
		path   string
	}
	used := map[match]bool{}
	for _, w := range way.Ways() {
		for _, h := range w.Hops {
			used[match{h.Server, h.Kind, h.Path}] = true
		}
	}
	var out []RouteOf
	for _, t := range r.tables {
		for _, route := range t.matches(path) {
			if !used[match{t.server.Name, HopKind(route.Match), route.Path}] {
				out = append(out, RouteOf{t.server.Name, route})
			}
		}
	}
	return out
}

// Route returns what the server has for a path or root with a kind of match: of
// several web services the first, else the last, which is the one that answers.
// It returns nil when there is none.
func (sv *Server) Route(match, path string) *Route {
	var found *Route
	for i := range sv.Routes {
		r := &sv.Routes[i]
		if r.Match == match && r.Path == path && (found == nil || match != attr.MatchWebService) {
			found = r
		}
	}
	return found
}
