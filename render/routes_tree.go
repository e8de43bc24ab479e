package render

import (
	"cmp"
	"slices"
	"strings"

	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// maxPathDepth is how many segments of a path are told apart. What is behind
// them counts as one.
const maxPathDepth = 32

// pathNode is a path that some server has, or a directory of such paths.
type pathNode struct {
	// name is how it is called from the directory above on: one segment, or
	// several where nothing branches off. Below the root it begins with a slash.
	name     string
	path     string      // in full, without the slash behind it
	routes   []pathRoute // of it, with or without a slash behind it, in the order of asking
	children []*pathNode // by name
	paths    int         // that some server has, at it and below it
	index    map[string]*pathNode
}

// pathRoute is one server's route of a path.
type pathRoute struct {
	place    int // of the server in the chain, the outermost being 0
	route    *startup.Route
	by       string // the server that answers the path before this one is asked; "" for none
	replaced bool   // another registration of the path on the same server is asked instead
	unasked  bool   // no request gets to the server
}

// pathTree makes the tree of all paths of the servers, the first chained of which
// requests get to. It takes time that is linear in the number of routes.
func pathTree(servers []*startup.Server, chained int, shadows startup.Shadows) *pathNode {
	type sameRoute struct {
		place       int
		match, path string
	}
	type position struct {
		n  *pathNode
		at int
	}
	root, known := &pathNode{path: "/"}, map[sameRoute]position{}
	for place, sv := range servers {
		for i := range sv.Routes {
			r := &sv.Routes[i]
			n := root.at(r.Path)
			route := pathRoute{place: place, route: r, by: shadows.By(sv.Name, *r), unasked: place >= chained}
			key := sameRoute{place, r.Match, r.Path}
			if earlier, ok := known[key]; ok {
				// Of two web services the first one answers, of two on the mux the last.
				if r.Match == attr.MatchWebService {
					route.replaced = true
				} else {
					earlier.n.routes[earlier.at].replaced = true
				}
			}
			if !route.replaced {
				known[key] = position{n, len(n.routes)}
			}
			n.routes = append(n.routes, route)
		}
	}
	root.finish()
	return root
}

// at returns the node of a path below the root.
func (n *pathNode) at(path string) *pathNode {
	switch {
	case path == "/":
		return n
	case !strings.HasPrefix(path, "/"):
		return n.child(path, path) // no path of a request's
	}
	end := len(path)
	if path[end-1] == '/' {
		end--
	}
	for start, depth := 1, 1; ; depth++ {
		stop := end
		if i := strings.IndexByte(path[start:max(start, end)], '/'); i >= 0 && depth < maxPathDepth {
			stop = start + i
		}
		stop = max(stop, start)
		name := path[start:stop]
		if depth == 1 {
			name = path[:stop]
		}
		n = n.child(name, path[:stop])
		if stop >= end {
			return n
		}
		start = stop + 1
	}
}

func (n *pathNode) child(name, path string) *pathNode {
	c := n.index[name]
	if c == nil {
		c = &pathNode{name: name, path: path}
		if n.index == nil {
			n.index = map[string]*pathNode{}
		}
		n.index[name] = c
		n.children = append(n.children, c)
	}
	return c
}

// finish sorts, counts, and joins a directory that only holds another one with it.
func (n *pathNode) finish() {
	n.index = nil
	for i, c := range n.children {
		c.finish()
		if len(c.routes) == 0 && len(c.children) == 1 {
			only := c.children[0]
			only.name = c.name + "/" + only.name
			n.children[i] = only
		}
		n.paths += n.children[i].paths
	}
	if len(n.routes) > 0 {
		n.paths++
	}
	slices.SortFunc(n.children, func(a, b *pathNode) int { return cmp.Compare(a.name, b.name) })
	slices.SortStableFunc(n.routes, func(a, b pathRoute) int {
		return cmp.Or(cmp.Compare(a.place, b.place), cmp.Compare(matchOrder(a.route.Match), matchOrder(b.route.Match)))
	})
}

// matchOrder is the order in which a server looks for what takes a path.
func matchOrder(match string) int {
	switch match {
	case attr.MatchWebService:
		return 0
	case attr.MatchExact:
		return 1
	}
	return 2
}

// variant is a path as it is asked for: without or with a slash behind it.
type variant struct {
	slashed bool
	routes  []pathRoute // of this very path
	takers  []pathRoute // and the web services of the path without the slash, which take it too
}

// variants parts the routes by their very path.
func (n *pathNode) variants() []variant {
	plain, slashed := variant{}, variant{slashed: true}
	for _, r := range n.routes {
		if !r.slashed() {
			plain.routes = append(plain.routes, r)
		} else {
			slashed.routes = append(slashed.routes, r)
		}
		if r.slashed() || r.route.Match == attr.MatchWebService {
			slashed.takers = append(slashed.takers, r)
		}
	}
	plain.takers = plain.routes
	switch {
	case len(slashed.routes) == 0:
		return []variant{plain}
	case len(plain.routes) == 0:
		return []variant{slashed}
	}
	return []variant{plain, slashed}
}

func (r *pathRoute) slashed() bool {
	return len(r.route.Path) > 1 && strings.HasSuffix(r.route.Path, "/")
}
