package render_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/awalterschulze/gographviz"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// routesOf makes routes out of lines such as "prefix /x/ INSTALLER".
func routesOf(lines ...string) []startup.Route {
	var routes []startup.Route
	for _, line := range lines {
		f := strings.Fields(line)
		routes = append(routes, startup.Route{Match: f[0], Path: f[1], Installer: f[2]})
	}
	return routes
}

// routedChain has a path in every relation to a server that there is.
func routedChain() *startup.Startup {
	in := &startup.Server{Name: "in", Creator: "createAPIExtensionsServer", Routes: routesOf(
		"exact /both I.In", "prefix /apis/ I.In", "webservice /apis/g I.In", "exact /openapi/v2 I.In", "exact /under/x I.In", "prefix /half/ I.In",
	)}
	mid := &startup.Server{Name: "mid", Delegate: "in", Routes: routesOf(
		"exact /both I.Mid", "webservice /apis/g/v1 I.Mid", "exact /own I.Mid", "webservice /own I.Mid", "exact /twice I.First", "exact /twice I.Second", "exact /half I.Mid",
	)}
	out := &startup.Server{Name: "out", Delegate: "mid", Routes: routesOf(
		"exact /both I.Out", "exact /apis I.Out", "exact /apis/g A.AddAPIService", "exact /apis/g/v1 A.AddAPIService", "prefix /apis/g/v1/ A.AddAPIService",
		"exact /apis/far/v1 A.AddAPIService", "exact /openapi/v2 aggregator.Install", "prefix /under/ I.Out",
	)}
	for i := range 12 {
		out.Routes = append(out.Routes, routesOf(fmt.Sprintf("exact /checks/c%02d I.Out", i))...)
		if i < 3 {
			mid.Routes = append(mid.Routes, routesOf(fmt.Sprintf("exact /checks/c%02d I.Mid", i))...)
		}
	}
	alone := &startup.Server{Name: "alone", Routes: routesOf("exact /alone I.Alone")}
	return &startup.Startup{Service: "s", Servers: []*startup.Server{alone, in, mid, out}}
}

func routesText(t *testing.T, s *startup.Startup, detail render.Detail) string {
	t.Helper()
	g, err := render.Picture(s, render.Options{View: render.ViewRoutes, Detail: detail})
	if err != nil {
		t.Fatal(err)
	}
	g.Title, g.Words = nil, nil
	return outline(t, g, render.TextOptions{})
}

// The tree of routedChain, at each level of detail.
const (
	routesNormal = `Requests ask these in turn
├─ 1 out          20 routes
├─ 2 mid          10 routes, 5 covered
├─ 3 in           6 routes, 2 covered
├─ 4 alone        1 route, never asked: no server delegates to it
└─ 404 not found  when none of them has the path
/
├─ ~ /alone     nobody is asked
├─ /apis        1 out            exact                                                    I.Out
│  ├─ /apis/    3 in             prefix           for custom resources                    I.In
│  ├─ far/v1    1 out            exact            for custom resources or another server  A.AddAPIService
│  └─ g         1 out            exact            covers 3                                A.AddAPIService
│     └─ v1     2 mid            webservice       through 1                               I.Mid
├─ /both        1 out            exact            covers 2, 3                             I.Out
├─ /checks/…    1 out            12 paths, exact  covers 3 of 2                           I.Out
├─ /half        2 mid            exact                                                    I.Mid
├─ /half/       3 in             prefix                                                   I.In
├─ /openapi/v2  1 out            exact            fetches 3                               aggregator.Install
├─ /own         2 mid            webservice       covers 2                                I.Mid
├─ /twice       2 mid            exact                                                    I.Second
└─ /under/      1 out            prefix                                                   I.Out
   └─ ~ x       1 out            from above       covers 3

~ passed by: skipped, or covered by a server further out
`
	routesFull = `Requests ask these in turn
├─ 1 out          20 routes
├─ 2 mid          10 routes, 5 covered
├─ 3 in           6 routes, 2 covered
├─ 4 alone        1 route, never asked: no server delegates to it
└─ 404 not found  when none of them has the path
/
├─ ~ /alone         nobody is asked
│  └─ ~ also        4 alone          exact       never asked                             I.Alone
├─ /apis            1 out            exact                                               I.Out
│  ├─ /apis/        3 in             prefix      for custom resources                    I.In
│  ├─ far/v1        1 out            exact       for custom resources or another server  A.AddAPIService
│  └─ g             1 out            exact                                               A.AddAPIService
│     ├─ ~ also     3 in             webservice  for what is below                       I.In
│     ├─ v1         2 mid            webservice  through 1                               I.Mid
│     │  └─ ~ also  1 out            exact       hands it on                             A.AddAPIService
│     └─ v1/        2 mid            webservice  through 1                               I.Mid
│        └─ ~ also  1 out            prefix      hands it on                             A.AddAPIService
├─ /both            1 out            exact                                               I.Out
│  ├─ ~ also        2 mid            exact       covered by 1                            I.Mid
│  └─ ~ also        3 in             exact       covered by 1                            I.In
├─ /checks          12 paths
│  ├─ c00           1 out            exact                                               I.Out
│  │  └─ ~ also     2 mid            exact       covered by 1                            I.Mid
│  ├─ c01           1 out            exact                                               I.Out
│  │  └─ ~ also     2 mid            exact       covered by 1                            I.Mid
│  ├─ c02           1 out            exact                                               I.Out
│  │  └─ ~ also     2 mid            exact       covered by 1                            I.Mid
│  ├─ c03           1 out            exact                                               I.Out
│  ├─ c04           1 out            exact                                               I.Out
│  ├─ c05           1 out            exact                                               I.Out
│  ├─ c06           1 out            exact                                               I.Out
│  ├─ c07           1 out            exact                                               I.Out
│  ├─ c08           1 out            exact                                               I.Out
│  ├─ c09           1 out            exact                                               I.Out
│  ├─ c10           1 out            exact                                               I.Out
│  └─ c11           1 out            exact                                               I.Out
├─ /half            2 mid            exact                                               I.Mid
├─ /half/           3 in             prefix                                              I.In
├─ /openapi/v2      1 out            exact                                               aggregator.Install
│  └─ ~ also        3 in             exact       fetched by 1                            I.In
├─ /own             2 mid            webservice                                          I.Mid
│  └─ ~ also        2 mid            exact       covered by a web service                I.Mid
├─ /twice           2 mid            exact                                               I.Second
│  └─ ~ also        2 mid            exact       replaced on this server                 I.First
└─ /under/          1 out            prefix                                              I.Out
   └─ ~ x           1 out            from above
      └─ ~ also     3 in             exact       covered by 1                            I.In

~ passed by: skipped, or covered by a server further out
`
	routesLow = `Requests ask these in turn
├─ 1 out          20 routes
├─ 2 mid          10 routes, 5 covered
├─ 3 in           6 routes, 2 covered
├─ 4 alone        1 route, never asked: no server delegates to it
└─ 404 not found  when none of them has the path
/
├─ /alone       nobody is asked    1 path
├─ /apis        3 by 1, 1 by 2    4 paths
├─ /both        1 out              1 path
├─ /checks      1 out            12 paths
├─ /half        2 mid              1 path
├─ /openapi/v2  1 out              1 path
├─ /own         2 mid              1 path
├─ /twice       2 mid              1 path
└─ /under       1 out             2 paths
`
)

func TestRoutes(t *testing.T) {
	for detail, want := range map[render.Detail]string{
		render.DetailNormal: routesNormal,
		render.DetailFull:   routesFull,
		render.DetailLow:    routesLow,
	} {
		if got := routesText(t, routedChain(), detail); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", detail, got, want)
		}
	}
}

// TestRoutesOfNoTrace: a trace without routes does not tell that there are none.
func TestRoutesOfNoTrace(t *testing.T) {
	for _, s := range []*startup.Startup{{}, {Servers: []*startup.Server{{Name: "s"}}}} {
		if got := routesText(t, s, render.DetailNormal); !strings.Contains(got, "The trace tells nothing of paths.") {
			t.Errorf("got\n%s", got)
		}
	}
}

// TestHostilePaths: whatever paths are, they are names in a picture and nothing else.
func TestHostilePaths(t *testing.T) {
	sv := &startup.Server{Name: "s"}
	for _, name := range hostile() {
		for _, path := range []string{name, "/" + name, "/dir/" + name, "/dir/" + name + "/", name + "/" + name, "/" + strings.Repeat(name+"/", 50)} {
			for _, match := range []string{attr.MatchExact, attr.MatchPrefix, attr.MatchWebService, name} {
				sv.Routes = append(sv.Routes, startup.Route{Path: path, Match: match, Installer: name})
			}
		}
	}
	s := &startup.Startup{Servers: []*startup.Server{sv, {Name: "outer", Delegate: "s", Routes: sv.Routes}}}
	for _, detail := range render.Details() {
		o := render.Options{View: render.ViewRoutes, Detail: detail}
		var dot, svg, txt bytes.Buffer
		for name, w := range map[string]io.Writer{"dot": &dot, "svg": &svg, "txt": &txt, "mmd": io.Discard} {
			if err := write(w, s, name, o); err != nil {
				t.Fatalf("%s, %s: %v", detail, name, err)
			}
		}
		if _, err := gographviz.Read(dot.Bytes()); err != nil {
			t.Errorf("%s: the DOT cannot be parsed: %.300v", detail, err)
		}
		checkSVG(t, svg.Bytes())
		if strings.ContainsAny(txt.String(), "\x00\x1b\x07\r\u202e\u2028") {
			t.Errorf("%s: control characters are passed on", detail)
		}
	}
}

// BenchmarkRoutes draws chains with many routes; the time per route should stay the
// same.
func BenchmarkRoutes(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		in, out := &startup.Server{Name: "in"}, &startup.Server{Name: "out", Delegate: "in"}
		for i := range n / 4 {
			gv := fmt.Sprintf("/apis/group-%d/v1", i)
			out.Routes = append(out.Routes, routesOf("exact "+gv+" A.AddAPIService", "prefix "+gv+"/ A.AddAPIService", fmt.Sprintf("exact /healthz/%d I.I", i))...)
			in.Routes = append(in.Routes, routesOf("webservice "+gv+" I.In")...)
		}
		s := &startup.Startup{Servers: []*startup.Server{in, out}}
		for _, f := range []string{"dot", "txt"} {
			b.Run(fmt.Sprintf("format=%s/routes=%d", f, n), func(b *testing.B) {
				for b.Loop() {
					if err := write(io.Discard, s, f, render.Options{View: render.ViewRoutes, Detail: render.DetailFull}); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/route")
			})
		}
	}
}
