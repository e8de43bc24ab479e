package startup

import "github.com/chaintrace/chaintrace/trace/attr"

// Shadows knows the routes that no request reaches by their path.
type Shadows map[routeKey]string

type routeKey struct{ server, match, path string }

// Shadows finds the routes that no request reaches by its path, as a server
// further out answers it first: with the same path and kind of match, or an exact
// path with a web service. The web service /apis takes that path alone and is
// covered by an exact one.
func (s *Startup) Shadows() Shadows {
	out := Shadows{}
	type pathMatch struct{ path, match string }
	first := map[pathMatch]string{}
	for _, sv := range s.OutermostFirst() {
		for _, r := range sv.Routes {
			for _, match := range coveringMatches(r) {
				if outer, ok := first[pathMatch{r.Path, match}]; ok && outer != sv.Name {
					out[routeKey{sv.Name, r.Match, r.Path}] = outer
					break
				}
			}
		}
		for _, r := range sv.Routes {
			pm := pathMatch{r.Path, r.Match}
			if _, ok := first[pm]; !ok {
				first[pm] = sv.Name
			}
		}
	}
	return out
}

// coveringMatches returns the kinds of match with which the same path further
// out covers a route.
func coveringMatches(r Route) []string {
	switch {
	case r.Match == attr.MatchExact:
		return []string{attr.MatchExact, attr.MatchWebService}
	case r.Match == attr.MatchWebService && r.Path == "/apis":
		return []string{attr.MatchWebService, attr.MatchExact}
	}
	return []string{r.Match}
}

// By returns the server that answers the route's path first, or "".
func (s Shadows) By(server string, r Route) string { return s[routeKey{server, r.Match, r.Path}] }
