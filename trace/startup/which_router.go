package startup

import (
	"net/http"
	"strings"

	"github.com/chaintrace/chaintrace/trace/attr"
)

// Router finds the way of requests down a chain by the routes that a trace tells
// of, as the handlers of the servers would. It is made once for a trace and is
// safe for concurrent use.
//
// What a trace does not tell are methods, custom resource definitions, and which
// APIServices other servers are behind; then a way has branches.
type Router struct {
	tables []*routeTable // outermost first
	places map[string]int
	linked bool // some server says what it delegates to
	routes bool // some server has a route, whether it is kept or not
	end    Way  // what the end of the chain answers
}

// Router returns the router of the chain as it was when the trace ended.
func (s *Startup) Router() *Router {
	r := s.router(func(*Route) bool { return true })
	if m := s.Mux(); m.Waits && m.Fired == nil {
		r.end = wayUnavailable()
	}
	return r
}

// EarlyRouter returns the router of the chain as it was when it had just begun
// to serve: without what is installed at runtime, and before MuxComplete.
func (s *Startup) EarlyRouter() *Router {
	r := s.router(func(r *Route) bool { return r.Phase != attr.PhaseRuntime })
	if s.Mux().Waits {
		r.end = wayUnavailable()
	}
	return r
}

func wayUnavailable() Way { return Way{End: WayUnavailable, Status: http.StatusServiceUnavailable} }

func (s *Startup) router(keep func(r *Route) bool) *Router {
	r := &Router{places: map[string]int{}, end: Way{End: WayNotFound, Status: http.StatusNotFound}}
	for i, sv := range s.OutermostFirst() {
		r.tables = append(r.tables, newRouteTable(sv, keep))
		r.places[sv.Name] = i
		r.linked = r.linked || sv.Delegate != ""
		r.routes = r.routes || len(sv.Routes) > 0
	}
	return r
}

// Way finds the way of a request for a path, which is decoded and without a
// query. Where the trace has no route at all, as that of a start that was seen from
// outside, it is undecided and has no hop.
func (r *Router) Way(path string) *Way {
	w := &Way{}
	if !r.routes {
		w.finish(WayUndecided, "", 0)
		return w
	}
	r.enter(w, 0, path)
	return w
}

// next returns the place of the server that one delegates to, or -1. Where no
// server of a trace says so, the order in which they were made does.
func (r *Router) next(place int) int {
	sv := r.tables[place].server
	next, ok := r.places[sv.Delegate]
	switch {
	case ok && next > place:
		return next
	case !r.linked && place+1 < len(r.tables):
		return place + 1
	}
	return -1
}

// further returns the places of the servers behind one.
func (r *Router) further(place int) []int {
	var out []int
	for at := r.next(place); at >= 0; at = r.next(at) {
		out = append(out, at)
	}
	return out
}

// enter goes on with what the director of a server does.
func (r *Router) enter(w *Way, place int, path string) {
	t := r.tables[place]
	kind, route := t.find(path)
	hop := Hop{Server: t.server.Name, Kind: kind, Route: route}
	if route != nil {
		hop.Path = route.Path
	}
	w.Hops = append(w.Hops, hop)
	if route == nil {
		r.pass(w, place, path)
		return
	}
	switch gv := proxied(route); {
	case t.lacks(kind, route, path):
		w.finish(WayNotFound, t.server.Name, http.StatusNotFound)
	case kind == HopWebService:
		w.finish(WayAnswered, t.server.Name, 0)
	case gv != "":
		r.proxy(w, place, path, route, gv)
	case t.crds && (route.Path == "/apis" || route.Path == "/apis/"):
		r.customResource(w, place, path)
	case aggregatesOpenAPI(route):
		r.openAPI(w, place, path)
	default:
		w.finish(WayAnswered, t.server.Name, 0)
	}
}

func (w *Way) finish(end WayEnd, by string, status int) { w.End, w.By, w.Status = end, by, status }

// pass goes on with the delegate's director, or with the end of the chain.
func (r *Router) pass(w *Way, place int, path string) {
	if next := r.next(place); next >= 0 {
		r.enter(w, next, path)
		return
	}
	w.Hops = append(w.Hops, Hop{Kind: HopEnd})
	w.finish(r.end.End, "", r.end.Status)
}

// proxy goes on with what the aggregator's proxy for a group version does: it
// passes to the delegate what the chain serves itself.
func (r *Router) proxy(w *Way, place int, path string, route *Route, gv string) {
	name := r.tables[place].server.Name
	local := Hop{Server: name, Kind: HopProxy, Path: strings.TrimSuffix(route.Path, "/"), Route: route}
	remote := local
	remote.Kind = HopRemote
	switch r.behind(place, gv) {
	case ToDelegate:
		w.Hops = append(w.Hops, local)
		r.pass(w, place, path)
		return
	case ToRemote:
		w.Hops = append(w.Hops, remote)
		w.finish(WayUndecided, "", 0)
		return
	}
	w.finish(WayUndecided, "", 0)
	custom := Way{Hops: []Hop{local}}
	r.pass(&custom, place, path)
	w.Branches = []Branch{
		{"custom resources of this chain are behind the APIService of " + gv, custom},
		{"another server is behind it", Way{Hops: []Hop{remote}, End: WayUndecided}},
	}
}

// customResource goes on with what the custom resource handler does. It decides
// by the number of parts of the path what it is asked for, and passes on what
// belongs to no custom resource definition. It mirrors crdHandler in
// k8s.io/apiextensions-apiserver/pkg/apiserver.
func (r *Router) customResource(w *Way, place int, path string) {
	name := r.tables[place].server.Name
	crd := func(what string) Way {
		return Way{Hops: []Hop{{Server: name, Kind: HopCRD, Path: what}}}
	}
	parts := strings.Split(strings.Trim(path, "/"), "/")
	served, passed := "storage", "no custom resource"
	when := "the resource"
	switch len(parts) {
	case 0, 1:
		w.Hops = append(w.Hops, crd(passed).Hops...)
		r.pass(w, place, path)
		return
	case 2:
		served, passed = "group discovery", "group discovery"
		when = "the group " + parts[1]
	case 3:
		served, passed = "version discovery", "version discovery"
		when = parts[1] + "/" + parts[2]
	default:
		when += " in " + parts[1] + "/" + parts[2]
	}
	yes, no := crd(served), crd(passed)
	yes.finish(WayAnswered, name, 0)
	r.pass(&no, place, path)
	w.finish(WayUndecided, "", 0)
	w.Branches = []Branch{
		{"a custom resource definition has " + when, yes},
		{"no custom resource definition has it", no},
	}
}

// openAPI goes on with what the aggregator does for the documents of OpenAPI
// version 3: it lists them all, and gets each from its owner at once rather than
// by passing the request on.
func (r *Router) openAPI(w *Way, place int, path string) {
	name := r.tables[place].server.Name
	document := strings.TrimPrefix(strings.TrimPrefix(path, openAPIV3Root), "/")
	if document == "" || r.tables[place].ownsOpenAPI(document) {
		w.finish(WayAnswered, name, 0)
		return
	}
	for _, at := range r.further(place) {
		if r.tables[at].ownsOpenAPI(document) {
			r.enter(w, at, path)
			return
		}
	}
	w.finish(WayNotFound, name, http.StatusNotFound)
}
