package render

import (
	"slices"
	"strconv"
	"strings"

	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// pathAnswer says which server answers a path, and what the path is to the others
// that have it. Servers are told by their place in the chain.
type pathAnswer struct {
	place   int         // of the server that answers; -1: none is asked
	takers  []pathRoute // its routes; none where something above the path takes it
	onward  startup.Onward
	through []int // hand the request on to it
	covers  []int // have the path and are not asked for it
	below   []int // are not asked for the path, but for what continues it
	fetched []int // whose documents the server that answers gets by itself
}

// answer finds out who answers the path of these routes, which are in the order of
// asking.
func (v *routeGraph) answer(routes []pathRoute) pathAnswer {
	a := pathAnswer{place: -1}
	for _, r := range routes {
		switch {
		case r.replaced || r.unasked:
		case r.by != "":
			a.covers = appendPlace(a.covers, r.place)
		case a.place == r.place:
			a.takers = append(a.takers, r)
		case a.place < 0 || a.onward == startup.ToDelegate:
			if a.place >= 0 {
				a.through = append(a.through, a.place)
			}
			a.place, a.takers = r.place, []pathRoute{r}
			a.onward = v.router.Onward(v.servers[r.place].Name, r.route)
		case a.onward == startup.Fetches:
			a.fetched = appendPlace(a.fetched, r.place)
		case r.route.Match == attr.MatchPrefix:
			a.below = appendPlace(a.below, r.place)
		default:
			a.covers = appendPlace(a.covers, r.place)
		}
	}
	a.covers = slices.DeleteFunc(a.covers, func(place int) bool { return hasPlace(a.below, place) })
	if a.place >= 0 {
		return a
	}
	for _, r := range routes {
		if place, ok := v.places[r.by]; ok && r.by != "" && !r.unasked {
			a.place = place
			break
		}
	}
	return a
}

// shown returns what of a path has a row of its own. In full detail that is each way
// of asking for it, else there is one row unless different servers answer.
func (v *routeGraph) shown(n *pathNode) []variant {
	variants := n.variants()
	if len(variants) < 2 || v.detail == DetailFull {
		return variants
	}
	plain, slashed := v.answer(variants[0].takers), v.answer(variants[1].takers)
	if plain.place != slashed.place {
		return variants
	}
	return []variant{{routes: n.routes, takers: n.routes}}
}

// takes reports whether a route is one of those that answer.
func (a *pathAnswer) takes(route pathRoute) bool {
	return slices.ContainsFunc(a.takers, func(r pathRoute) bool { return r.route == route.route })
}

// appendPlace appends a place to ascending ones, once.
func appendPlace(places []int, place int) []int {
	if n := len(places); n > 0 && places[n-1] == place {
		return places
	}
	return append(places, place)
}

func hasPlace(places []int, place int) bool {
	_, found := slices.BinarySearch(places, place)
	return found
}

// match says how the routes that answer take the path.
func (a *pathAnswer) match() string {
	var words []string
	for _, r := range a.takers {
		words = appendWord(words, clip(orElse(r.route.Match, "?"), maxMatch))
	}
	if len(words) == 0 && a.place >= 0 {
		return "from above"
	}
	return strings.Join(words, ", ")
}

// installers names the functions that installed the routes that answer.
func (a *pathAnswer) installers() string {
	var words []string
	for _, r := range a.takers {
		words = appendWord(words, r.route.Installer)
	}
	return clip(joinNonEmpty(", ", words...), maxInstaller)
}

func appendWord(words []string, w string) []string {
	if slices.Contains(words, w) {
		return words
	}
	return append(words, w)
}

// note says what the path is to other servers than the one that answers.
func (a *pathAnswer) note(covers string) string {
	onward := ""
	switch a.onward {
	case startup.ToDelegate:
		onward = "hands it on"
	case startup.ToRemote:
		onward = "for another server"
	case startup.ToEither:
		onward = "for custom resources or another server"
	case startup.ToCustom:
		onward = "for custom resources"
	}
	return joinNonEmpty("; ", onward, prefixed("through ", numbers(a.through)), prefixed("fetches ", numbers(a.fetched)),
		prefixed("covers ", covers), prefixed("below it ", numbers(a.below)))
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

// numbers lists servers by their number.
func numbers(places []int) string {
	const most = 6
	var words []string
	for i, p := range places {
		if i == most {
			return strings.Join(words, ", ") + " and " + strconv.Itoa(len(places)-most) + " more"
		}
		words = append(words, strconv.Itoa(p+1))
	}
	return strings.Join(words, ", ")
}

// state says what becomes of a route that is not of the server that answers.
func (v *routeGraph) state(r pathRoute, a *pathAnswer) string {
	switch {
	case r.unasked:
		return "never asked"
	case r.replaced:
		return "replaced on this server"
	case r.by == v.servers[r.place].Name:
		return "covered by a web service"
	case r.by != "":
		return "covered by " + strconv.Itoa(v.places[r.by]+1)
	case hasPlace(a.through, r.place):
		return "hands it on"
	case hasPlace(a.fetched, r.place):
		return "fetched by " + strconv.Itoa(a.place+1)
	case r.route.Match == attr.MatchPrefix || r.route.Match == attr.MatchWebService:
		return "for what is below"
	}
	return ""
}
