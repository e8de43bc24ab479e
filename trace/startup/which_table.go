package startup

import (
	"iter"
	"slices"
	"strings"

	"github.com/chaintrace/chaintrace/trace/attr"
)

// routeTable finds the route of one server that takes a path. A path is looked
// up in as many steps as there are lengths of roots and prefixes, however many
// routes there are and however long they are.
type routeTable struct {
	server *Server
	// The places of routes in server.Routes: of web services with one root the
	// first, of paths on the mux the last, as later ones replace earlier ones.
	services, exact, prefixes map[string]int
	prefixLengths             lengths
	serviceLengths            lengths
	groups                    map[string]bool // the group versions that it serves, as G/V or v1
	// crds: it is the server of custom resources, whose paths decide by what
	// custom resource definitions there are.
	crds bool
}

func newRouteTable(sv *Server, keep func(r *Route) bool) *routeTable {
	t := &routeTable{
		server: sv, services: map[string]int{}, exact: map[string]int{}, prefixes: map[string]int{}, groups: map[string]bool{},
	}
	for i := range sv.Routes {
		r := &sv.Routes[i]
		if !keep(r) {
			continue
		}
		switch r.Match {
		case attr.MatchWebService:
			if _, ok := t.services[r.Path]; !ok {
				t.services[r.Path] = i
				t.serviceLengths.add(len(r.Path))
			}
			if gv := groupVersionOf(r.Path); gv != "" {
				t.groups[gv] = true
			}
		case attr.MatchPrefix:
			t.prefixes[r.Path] = i
			t.prefixLengths.add(len(r.Path))
		default:
			t.exact[r.Path] = i
		}
	}
	t.crds = sv.Creator == "createAPIExtensionsServer"
	for _, g := range sv.Groups {
		t.crds = t.crds || g.Name == "apiextensions.k8s.io"
		for _, v := range g.Versions {
			t.groups[strings.TrimPrefix(g.Name+"/"+v, "/")] = true
		}
	}
	return t
}

// groupVersionOf returns the group version whose own path this is, as G/V, or v1
// of the core group; "" for any other path.
func groupVersionOf(path string) string {
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	switch {
	case len(parts) == 3 && parts[0] == "apis":
		return parts[1] + "/" + parts[2]
	case len(parts) == 2 && parts[0] == "api":
		return parts[1]
	}
	return ""
}

// find returns what takes a path and how: a web service first, then the very
// path, then the prefix with the most slashes and of those the longest, which is
// the longest of all as each is the beginning of the path. It mirrors director
// in k8s.io/apiserver/pkg/server/handler.go and pathHandler in
// k8s.io/apiserver/pkg/server/mux.
func (t *routeTable) find(path string) (HopKind, *Route) {
	if services := t.servicesFor(path); len(services) > 0 {
		return HopWebService, &t.server.Routes[services[0]]
	}
	if i, ok := t.exact[path]; ok {
		return HopExact, &t.server.Routes[i]
	}
	for n := range t.prefixLengths.upTo(len(path)) {
		if i, ok := t.prefixes[path[:n]]; ok && n > 0 {
			return HopPrefix, &t.server.Routes[i]
		}
	}
	return HopNotFound, nil
}

// matches returns all routes that would take a path, in the order in which they
// are looked at.
func (t *routeTable) matches(path string) []*Route {
	var out []*Route
	for _, i := range t.servicesFor(path) {
		out = append(out, &t.server.Routes[i])
	}
	if i, ok := t.exact[path]; ok {
		out = append(out, &t.server.Routes[i])
	}
	for n := range t.prefixLengths.upTo(len(path)) {
		if i, ok := t.prefixes[path[:n]]; ok && n > 0 {
			out = append(out, &t.server.Routes[i])
		}
	}
	return out
}

// servicesFor returns the places of the web services that take a path: those
// whose root it is, or continues with a slash. The root /apis takes no more than
// itself, since everything below may belong to another server. The longest root is
// first: that one answers, as the director hands the request over to go-restful's
// CurlyRouter, which looks for the root that fits best.
func (t *routeTable) servicesFor(path string) []int {
	var found []int
	for n := range t.serviceLengths.upTo(len(path)) {
		if n < len(path) && path[n] != '/' {
			continue
		}
		root := path[:n]
		if i, ok := t.services[root]; ok && (root != "/apis" || path == "/apis" || path == "/apis/") {
			found = append(found, i)
		}
	}
	return found
}

// lengths are those that strings of a set have, each once and ascending. Of a long
// string only so many beginnings need to be looked up in the set.
type lengths []int

func (l *lengths) add(n int) {
	if i, found := slices.BinarySearch(*l, n); !found {
		*l = slices.Insert(*l, i, n)
	}
}

// upTo returns the lengths that are not greater than n, descending.
func (l lengths) upTo(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := len(l) - 1; i >= 0; i-- {
			if l[i] <= n && !yield(l[i]) {
				return
			}
		}
	}
}

// rootOnly reports whether a web service is one of those that answer at their
// root and nowhere below: the lists of groups and of a group's versions, the
// version, and what OpenID clients ask for.
func rootOnly(r *Route) bool {
	for _, installer := range []string{"InstallAPIGroups", "InstallLegacyAPIGroup", ".installAPI", "Version.Install", "OpenIDMetadataServer).Install"} {
		if strings.HasSuffix(r.Installer, installer) {
			return true
		}
	}
	return false
}

// lacks reports whether a route takes a path that its handler is known not to have.
func (t *routeTable) lacks(kind HopKind, r *Route, path string) bool {
	switch {
	case kind == HopWebService:
		return path != r.Path && path != r.Path+"/" && rootOnly(r)
	case kind != HopPrefix || aggregatesOpenAPI(r):
		return false
	case r.Path == openAPIV3:
		return !t.ownsOpenAPI(strings.TrimPrefix(path, openAPIV3))
	}
	return path == pprofCmdline && strings.HasSuffix(r.Installer, "Profiling.Install")
}

// proxied returns the group version whose requests a route proxies, or "": those
// that AddAPIService installs for a version, but not those for a group, which the
// aggregator answers.
func proxied(r *Route) string {
	if !strings.HasSuffix(r.Installer, "AddAPIService") {
		return ""
	}
	path := strings.TrimSuffix(r.Path, "/")
	if path == "/api" {
		return "v1"
	}
	return groupVersionOf(path)
}

// pprofCmdline is linked to by the page of profiles and belongs to none of them.
const pprofCmdline = "/debug/pprof/cmdline"

// The paths of the documents of OpenAPI version 3.
const (
	openAPIV3Root = "/openapi/v3"
	openAPIV3     = openAPIV3Root + "/"
)

// aggregatesOpenAPI reports whether a route gets the documents of OpenAPI version
// 3 from the servers that own them, rather than being one of them. The generic
// server's are installed by InstallV3.
func aggregatesOpenAPI(r *Route) bool {
	return (r.Path == openAPIV3Root || r.Path == openAPIV3) && !strings.HasSuffix(r.Installer, "InstallV3")
}

// ownsOpenAPI reports whether the server has the document of this path below
// /openapi/v3/.
func (t *routeTable) ownsOpenAPI(document string) bool {
	gv := groupVersionOf("/" + document)
	return gv != "" && t.groups[gv]
}
