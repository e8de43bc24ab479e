package startup

import "strings"

// Onward says what becomes of a request that a route takes.
type Onward uint8

// What a route does with a request.
const (
	AnswersItself Onward = iota // its handler answers
	ToDelegate                  // an APIService of the chain's own: on to the delegate
	ToRemote                    // an APIService of another server
	ToEither                    // an APIService; the trace does not tell whether custom resources of the chain are behind it
	ToCustom                    // the custom resource handler, which passes on what no definition has
	Fetches                     // OpenAPI documents, which it gets from the servers behind it by itself
)

// Onward returns what a route of a server does with a request that it takes. The
// server must be one of the chain.
func (r *Router) Onward(server string, route *Route) Onward {
	return r.onward(r.places[server], route)
}

func (r *Router) onward(place int, route *Route) Onward {
	switch gv := proxied(route); {
	case gv != "":
		return r.behind(place, gv)
	case r.tables[place].crds && (route.Path == "/apis" || route.Path == "/apis/"):
		return ToCustom
	case fetchesOpenAPI(route):
		return Fetches
	}
	return AnswersItself
}

// behind returns where the proxy for a group version finds it: with the delegate
// if one further in serves it, or may.
func (r *Router) behind(place int, gv string) Onward {
	found := ToRemote
	for at := r.next(place); at >= 0; at = r.next(at) {
		if r.tables[at].groups[gv] {
			return ToDelegate
		}
		if r.tables[at].crds {
			found = ToEither
		}
	}
	return found
}

// fetchesOpenAPI reports whether a route is of an aggregator that gets OpenAPI
// documents of its delegates by itself, whatever covers their paths.
func fetchesOpenAPI(r *Route) bool {
	return strings.HasPrefix(r.Path, "/openapi/") && strings.Contains(r.Installer+" "+r.Source, "aggregator")
}

// Chain returns the servers that requests get to, in the order in which they are
// asked. A server that no other delegates to is not among them, unless it is the
// outermost.
func (r *Router) Chain() []*Server {
	if len(r.tables) == 0 {
		return nil
	}
	chain := []*Server{r.tables[0].server}
	for at := r.next(0); at >= 0; at = r.next(at) {
		chain = append(chain, r.tables[at].server)
	}
	return chain
}
