package startup_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// shadowed lists the routes that nothing reaches, as "SERVER MATCH PATH by SERVER".
func shadowed(s *startup.Startup) []string {
	shadows := s.Shadows()
	var out []string
	for _, sv := range s.OutermostFirst() {
		for _, r := range sv.Routes {
			if by := shadows.By(sv.Name, r); by != "" {
				out = append(out, fmt.Sprintf("%s %s %s by %s", sv.Name, r.Match, r.Path, by))
			}
		}
	}
	return out
}

func TestShadows(t *testing.T) {
	s := chainOf(
		&startup.Server{Name: "in", Routes: routesOf(
			"exact /a/b", "prefix /a/c/", "webservice /a/ws", "exact /w/x", "exact /own", "webservice /own", "prefix /own/deep/", "exact /free",
			"webservice /half", "prefix /w/", "exact /apis", "webservice /apis", "exact /apis/x",
		)},
		&startup.Server{Name: "mid", Routes: routesOf("exact /free/not")},
		&startup.Server{Name: "out", Routes: routesOf("prefix /a/", "webservice /w", "exact /half", "webservice /apis")},
	)
	if diff := cmp.Diff([]string{
		"in exact /a/b by out", "in prefix /a/c/ by out", "in webservice /a/ws by out", "in exact /w/x by out",
		"in exact /own by in", "in prefix /own/deep/ by in", "in prefix /w/ by out", "in exact /apis by out", "in webservice /apis by out",
	}, shadowed(s)); diff != "" {
		t.Error(diff)
	}
}

// TestShadowsOfAnAggregator: what its proxies pass on is not shadowed, and neither
// are the documents that it fetches.
func TestShadowsOfAnAggregator(t *testing.T) {
	s := aggregated(true)
	s.Server("mid").Routes = append(s.Server("mid").Routes, routesOf("exact /apis/apps", "exact /apis", "exact /apis/far/v1/x")...)
	out := s.Server("out")
	for i := range out.Routes {
		if r := &out.Routes[i]; r.Installer == "spec.register" {
			r.Installer = "aggregator.register"
		}
	}
	if diff := cmp.Diff([]string{"mid exact /apis/apps by out", "in exact /apis by mid"}, shadowed(s)); diff != "" {
		t.Error(diff)
	}
}

// TestShadowsAgreeWithTheRouter: what is shadowed no request goes by, and to what
// is not there is a way.
func TestShadowsAgreeWithTheRouter(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	word := func() string { return []string{"", "/a", "/b", "/apis"}[rnd.IntN(4)] }
	matches := []string{attr.MatchExact, attr.MatchPrefix, attr.MatchWebService}
	for range 2000 {
		var servers []*startup.Server
		for i := range 1 + rnd.IntN(3) {
			sv := &startup.Server{Name: fmt.Sprint("s", i)}
			for range rnd.IntN(6) {
				r := startup.Route{Match: matches[rnd.IntN(3)], Path: "/x" + word() + word()}
				if rnd.IntN(8) == 0 {
					r.Path = "/apis"
				}
				if r.Match == attr.MatchPrefix {
					r.Path += "/"
				}
				sv.Routes = append(sv.Routes, r)
			}
			servers = append(servers, sv)
		}
		s := chainOf(servers...)
		shadows, router := s.Shadows(), s.Router()
		for _, sv := range servers {
			for _, r := range sv.Routes {
				reached := slices.ContainsFunc([]string{r.Path, r.Path + "/", r.Path + "zz", r.Path + "/zz"}, func(path string) bool {
					hops := router.Way(path).Hops
					return slices.ContainsFunc(hops, func(h startup.Hop) bool {
						return h.Server == sv.Name && string(h.Kind) == r.Match && h.Path == r.Path
					})
				})
				if by := shadows.By(sv.Name, r); (by == "") != reached {
					t.Fatalf("%s %s of %s is shadowed by %q, and reached: %v; %+v", r.Match, r.Path, sv.Name, by, reached, servers)
				}
			}
		}
	}
}

func BenchmarkShadows(b *testing.B) {
	for _, n := range []int{1_000, 10_000} {
		b.Run(fmt.Sprint("servers-", n), func(b *testing.B) {
			var servers []*startup.Server
			for i := range n {
				servers = append(servers, &startup.Server{Name: fmt.Sprint(i), Routes: routesOf("exact /healthz", "exact /a/b", fmt.Sprint("prefix /own/", i, "/"))})
			}
			s := chainOf(servers...)
			for b.Loop() {
				s.Shadows()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(3*n), "ns/route")
		})
	}
}
