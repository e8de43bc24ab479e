package render

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// TestAnswersAgreeWithTheRouter: the server that a row names is the one that a
// request for the path gets to.
func TestAnswersAgreeWithTheRouter(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 8))
	word := func() string {
		return []string{"", "/a", "/b", "/apis", "/g/v1", "/openapi/v3"}[rnd.IntN(6)]
	}
	matches := []string{attr.MatchExact, attr.MatchPrefix, attr.MatchWebService}
	compared := 0
	for range 3000 {
		s := &startup.Startup{}
		for i := range 1 + rnd.IntN(4) {
			sv := &startup.Server{Name: fmt.Sprint("s", i)}
			if i > 0 {
				sv.Delegate = fmt.Sprint("s", i-1)
			}
			for range rnd.IntN(7) {
				r := startup.Route{Match: matches[rnd.IntN(3)], Path: word() + word(), Installer: "x.Install"}
				switch {
				case r.Match == attr.MatchPrefix, r.Match == attr.MatchExact && rnd.IntN(3) == 0, r.Path == "":
					r.Path += "/"
				}
				if r.Match != attr.MatchWebService && rnd.IntN(3) == 0 {
					r.Installer = "x.AddAPIService"
				}
				sv.Routes = append(sv.Routes, r)
			}
			s.Servers = append(s.Servers, sv)
		}
		compared += compareAnswers(t, s)
	}
	if compared < 10_000 {
		t.Errorf("only %d paths have been compared", compared)
	}
}

// compareAnswers compares what the rows of all paths say with the router, and
// returns how many it has compared.
func compareAnswers(t *testing.T, s *startup.Startup) int {
	t.Helper()
	compared := 0
	for _, detail := range []Detail{DetailNormal, DetailFull} {
		v := newRouteGraph(s, detail)
		var visit func(n *pathNode)
		visit = func(n *pathNode) {
			for _, vt := range v.shown(n) {
				paths := map[string]bool{}
				for _, r := range vt.routes {
					paths[r.route.Path] = true
				}
				a := v.answer(vt.takers)
				for path := range paths {
					way := v.router.Way(path)
					if way.End != startup.WayAnswered {
						continue // it depends on what nobody knows
					}
					compared++
					if a.place < 0 || v.servers[a.place].Name != way.By {
						t.Fatalf("%s: %q is answered by %s, and the row says %+v; %s", detail, path, way.By, a, routesText(s))
					}
				}
			}
			for _, c := range n.children {
				visit(c)
			}
		}
		visit(v.root)
	}
	return compared
}

func routesText(s *startup.Startup) string {
	var b strings.Builder
	for _, sv := range s.Servers {
		for _, r := range sv.Routes {
			fmt.Fprintf(&b, "%s %s %s %s; ", sv.Name, r.Match, r.Path, r.Installer)
		}
	}
	return b.String()
}

// TestPathTree: every path is at one place, however odd it is.
func TestPathTree(t *testing.T) {
	sv := &startup.Server{Name: "s"}
	for _, path := range []string{"/", "", "x", "//", "///", "/a", "/a/", "/a//", "/a/b/c", "/a/b/c/", "/long/only/one", strings.Repeat("/d", 100), "/a/b", "/é/\x00"} {
		sv.Routes = append(sv.Routes, startup.Route{Path: path, Match: attr.MatchExact})
	}
	root := pathTree([]*startup.Server{sv}, 1, startup.Shadows{})
	var got []string
	var visit func(n *pathNode, level int)
	visit = func(n *pathNode, level int) {
		for _, r := range n.routes {
			got = append(got, fmt.Sprintf("%d %q: %q", level, n.name, r.route.Path))
		}
		if len(n.routes) == 0 {
			got = append(got, fmt.Sprintf("%d %q", level, n.name))
		}
		for _, c := range n.children {
			visit(c, level+1)
		}
	}
	visit(root, 0)
	want := `0 "": "/"
1 "": ""
1 "/": "//"
2 "": "///"
1 "/a": "/a"
1 "/a": "/a/"
2 "": "/a//"
2 "b": "/a/b"
3 "c": "/a/b/c"
3 "c": "/a/b/c/"
1 "` + strings.Repeat("/d", 100) + `": "` + strings.Repeat("/d", 100) + `"
1 "/long/only/one": "/long/only/one"
1 "/é/\x00": "/é/\x00"
1 "x": "x"`
	if text := strings.Join(got, "\n"); text != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
	if root.paths != 12 {
		t.Errorf("%d paths are counted", root.paths)
	}
}
