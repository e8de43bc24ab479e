package startup

import (
	"iter"
	"strings"

	"github.com/chaintrace/chaintrace/trace/attr"
)

// Shadows knows the routes that no request reaches by their path.
type Shadows map[routeKey]string

type routeKey struct{ server, match, path string }

// Shadows finds the routes that no request reaches by its path, as something else
// takes all that they would: on a server further out a route of that path or a
// longer way up, or a web service of their own server, which is asked before the
// mux. An APIService's route for a group version that may be the chain's own
// passes requests on and shadows nothing, and neither does the custom resource
// handler. OpenAPI documents that the aggregator fetches by itself are reached.
func (s *Startup) Shadows() Shadows {
	router := s.router(func(*Route) bool { return true })
	out, holders := Shadows{}, holders{places: map[string][]int{}}
	if len(router.tables) == 0 {
		return out
	}
	for place := 0; place >= 0; place = router.next(place) {
		t := router.tables[place]
		for i := range t.server.Routes {
			r := &t.server.Routes[i]
			if by := router.shadow(place, holders.of(r), r); by != "" {
				out[routeKey{t.server.Name, r.Match, r.Path}] = by
			}
		}
		holders.add(place, t)
	}
	return out
}

// holders knows which servers have a path, so that of a long chain only those are
// looked at which may cover a route. Places are ascending: the outermost first.
type holders struct {
	places  map[string][]int
	lengths lengths // of paths
}

func (h *holders) add(place int, t *routeTable) {
	for _, paths := range []map[string]int{t.services, t.exact, t.prefixes} {
		for path := range paths {
			if places := h.places[path]; len(places) == 0 || places[len(places)-1] != place {
				h.places[path] = append(places, place)
				h.lengths.add(len(path))
			}
		}
	}
}

// of returns the places of servers that have a route's path or one above it, each
// once and in order.
func (h *holders) of(r *Route) iter.Seq[int] {
	var heads [][]int
	for n := range h.lengths.upTo(len(r.Path)) {
		if places := h.places[r.Path[:n]]; len(places) > 0 {
			heads = append(heads, places)
		}
	}
	return func(yield func(int) bool) {
		for {
			next := -1
			for _, places := range heads {
				if len(places) > 0 && (next < 0 || places[0] < next) {
					next = places[0]
				}
			}
			if next < 0 || !yield(next) {
				return
			}
			for i, places := range heads {
				if len(places) > 0 && places[0] == next {
					heads[i] = places[1:]
				}
			}
		}
	}
}

// By returns the server that answers the route's path before it is asked, or "":
// one further out, or its own, where a web service does.
func (s Shadows) By(server string, r Route) string { return s[routeKey{server, r.Match, r.Path}] }

// shadow returns the server that answers a route's path first, or "".
func (r *Router) shadow(place int, further iter.Seq[int], route *Route) string {
	for at := range further {
		cover := r.tables[at].cover(route)
		switch {
		case cover == nil:
			continue
		case fetchesOpenAPI(cover):
			return ""
		case !r.mayPass(at, cover):
			return r.tables[at].server.Name
		}
	}
	if own := r.tables[place]; route.Match != attr.MatchWebService && own.coveredByService(route) {
		return own.server.Name
	}
	return ""
}

// mayPass reports whether a route passes requests on to the delegate, or may.
func (r *Router) mayPass(place int, route *Route) bool {
	switch r.onward(place, route) {
	case ToDelegate, ToEither, ToCustom:
		return true
	}
	return false
}

// cover returns a route of the table that takes every request that a route further
// in could, or nil.
func (t *routeTable) cover(route *Route) *Route {
	switch {
	case route.Match == attr.MatchPrefix:
		return t.below(route.Path)
	case route.Match == attr.MatchWebService:
		if _, itself := t.find(route.Path); itself == nil {
			return nil
		}
		if route.Path != "/apis" {
			return t.below(route.Path + "/")
		}
		_, slashed := t.find("/apis/") // it takes no more than these two
		return slashed
	}
	_, found := t.find(route.Path)
	return found
}

// below returns the web service or prefix that takes everything that begins with a
// path, which ends in a slash; nil when there is none.
func (t *routeTable) below(path string) *Route {
	if root := strings.TrimSuffix(path, "/"); root != path {
		if services := t.servicesFor(root); len(services) > 0 && root != "/apis" {
			return &t.server.Routes[services[0]]
		}
	}
	for n := range t.prefixLengths.upTo(len(path)) {
		if i, ok := t.prefixes[path[:n]]; ok && n > 0 {
			return &t.server.Routes[i]
		}
	}
	return nil
}

// coveredByService reports whether web services of the same server take all that a
// path on its mux would.
func (t *routeTable) coveredByService(route *Route) bool {
	if route.Match != attr.MatchPrefix {
		return len(t.servicesFor(route.Path)) > 0
	}
	cover := t.below(route.Path)
	return cover != nil && cover.Match == attr.MatchWebService
}
