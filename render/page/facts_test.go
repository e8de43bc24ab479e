package page_test

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// section returns the part of a page with the id, as HTML.
func section(t *testing.T, content []byte, id string) string {
	t.Helper()
	_, from, found := strings.Cut(string(content), `<section id="`+id+`"`)
	if !found {
		t.Fatalf("the page has no part %s", id)
	}
	out, _, _ := strings.Cut(from, "</section>")
	return out
}

// words are the texts of elements, which have no others within, that begin so.
func words(content, begin string) []string {
	var out []string
	for _, m := range regexp.MustCompile(regexp.QuoteMeta(begin)+`([^<]*)`).FindAllStringSubmatch(content, -1) {
		out = append(out, html.UnescapeString(m[1]))
	}
	return out
}

// TestStagesAddUp: what is said of a stage is said once, although it may come several
// times, and what nothing explains comes last.
func TestStagesAddUp(t *testing.T) {
	overview := section(t, write(t, read(t, "../../testdata/recorded/kube-apiserver-1.37.2.fresh.json.gz")), "overview")
	if n := strings.Count(overview, "<title>unexplained"); n < 3 {
		t.Fatalf("%d stretches of the bar are unexplained, too few for this test", n)
	}
	_, key, _ := strings.Cut(overview, `aria-labelledby="stages-title"`)
	key, _, _ = strings.Cut(key, "</ul>")
	var got []string
	for _, m := range regexp.MustCompile(`</svg>(\w+) <b>([^<]*)`).FindAllStringSubmatch(key, -1) {
		got = append(got, m[1]+" "+m[2])
	}
	want := []string{"config 88 ms", "construction 220 ms", "prepare 452 ms", "listening 0.57 ms", "hooks 1.37 s", "ready 12 ms", "unexplained 196 ms"}
	if !slices.Equal(got, want) {
		t.Errorf("the time went to %q, not to %q", got, want)
	}
}

// TestServersCountWhatTheTablesHave: the overview and the table of checks tell the
// same.
func TestServersCountWhatTheTablesHave(t *testing.T) {
	for _, s := range []*startup.Startup{defaultStart(t), read(t, "../../cmd/chaintrace/testdata/broken.json"), named("x")} {
		content := write(t, s)
		_, servers, _ := strings.Cut(section(t, content, "overview"), `aria-labelledby="servers-title"`)
		servers, _, _ = strings.Cut(servers, "</table>")
		titles := words(servers, `<th scope="col" class="n">`)
		rows := strings.Split(servers, "<tr data-k=")[1:]
		for _, row := range rows {
			server := words(row, `<span class="pick">`)[0]
			cells := words(row, `<td class="n">`)
			states := map[string]int{}
			for _, check := range strings.Split(section(t, content, "checks"), "<tr")[2:] {
				if cells := regexp.MustCompile(`<t[hd][^>]*>([^<]*)`).FindAllStringSubmatch(check, 3); cells[1][1] == server {
					states[cells[2][1]]++
				}
			}
			for column, want := range map[string]int{"skipped": states["skipped"], "lost or masked": states["lost"] + states["masked"]} {
				if got := cells[slices.Index(titles, column)]; got != strconv.Itoa(want) {
					t.Errorf("%s: %s checks are %s, but the table has %d", server, got, column, want)
				}
			}
		}
		if len(rows) != len(s.Servers) {
			t.Errorf("%d rows for %d servers", len(rows), len(s.Servers))
		}
	}
}

// TestChecksOfAStartSeenFromOutside are in their table, and not said to be none.
func TestChecksOfAStartSeenFromOutside(t *testing.T) {
	s := read(t, "../../cmd/chaintrace/testdata/observed.json")
	content := write(t, s)
	checks := section(t, content, "checks")
	for _, want := range []string{"<th>autoregister-completion<td", "<th>ping<td", `<tr data-k="hook:rbac/bootstrap-roles"`, ">2.20 s<td", ">1.52 s</tr>"} {
		if !strings.Contains(checks, want) {
			t.Errorf("the table of checks has no %q:\n%s", want, checks)
		}
	}
	if got := words(section(t, content, "overview"), "until 2.20 s"); !slices.Contains(got, ": had not passed at 1.70 s") {
		t.Errorf("of the last check the overview says %q", got)
	}
}

// TestBarsAreDrawnHoweverShort: a browser leaves out what has no width.
func TestBarsAreDrawnHoweverShort(t *testing.T) {
	for _, s := range []*startup.Startup{defaultStart(t), named("x"), manyThings(5000)} {
		if got := regexp.MustCompile(`<rect[^>]* width="0%"`).FindAllString(section(t, write(t, s), "timeline"), -1); len(got) > 0 {
			t.Errorf("%d bars have no width", len(got))
		}
	}
}

// TestServersOfWhichTheTraceDoesNotTell: no number is not the number 0.
func TestServersOfWhichTheTraceDoesNotTell(t *testing.T) {
	_, servers, _ := strings.Cut(section(t, write(t, read(t, "../../cmd/chaintrace/testdata/killed.json")), "overview"), `aria-labelledby="servers-title"`)
	servers, _, _ = strings.Cut(servers, "</table>")
	if got := words(servers, `<td class="n">`); !slices.Equal(got, []string{"12 ms", "7", "0", "", "", "", "", "", ""}) {
		t.Errorf("the server has %q", got)
	}
}

// TestRoutesAreAnsweredBy whom chaintrace which names.
func TestRoutesAreAnsweredBy(t *testing.T) {
	routes := section(t, write(t, defaultStart(t)), "routes")
	got := map[string]string{}
	for _, m := range regexp.MustCompile(`<th>([^<]*)<td>([^<]*)<td>[^<]*<td>([^<]*)<td>[^<]*<td>[^<]*<td>([^<]*)</tr>`).FindAllStringSubmatch(routes, -1) {
		got[m[2]+" "+m[1]] = m[3] + ": " + m[4]
	}
	for route, want := range map[string]string{
		"kube-aggregator /healthz":                              "kube-aggregator: listed at /",
		"kube-apiserver /healthz":                               "kube-aggregator: covered, listed at /",
		"kube-aggregator /apis/apps/v1":                         "kube-apiserver: hands requests on, listed at /",
		"kube-apiserver /apis/apps/v1":                          "kube-apiserver: listed at /",
		"kube-aggregator /apis/apiextensions.k8s.io/v1":         "apiextensions-apiserver: hands requests on, listed at /",
		"apiextensions-apiserver /apis/apiextensions.k8s.io/v1": "apiextensions-apiserver: listed at /",
		"kube-apiserver /apis/apps":                             "kube-aggregator: for what continues the path, listed at /",
		"kube-aggregator /openapi/v2":                           "kube-aggregator: listed at /",
		"kube-apiserver /openapi/v2":                            "kube-aggregator: its document is fetched by kube-aggregator, listed at /",
		"apiextensions-apiserver /openapi/v2":                   "kube-aggregator: its document is fetched by kube-aggregator, listed at /",
	} {
		if got[route] != want {
			t.Errorf("%s: %q, not %q", route, got[route], want)
		}
	}
}

// TestRoutesThatNobodyAnswers: of a server that is not asked, and of which the trace
// does not tell who answers.
func TestRoutesThatNobodyAnswers(t *testing.T) {
	route := []startup.Route{{Path: "/lost", Match: attr.MatchExact}}
	s := &startup.Startup{Servers: []*startup.Server{{Name: "lost", Routes: route}, {Name: "inner"}, {Name: "outer", Delegate: "inner"}}}
	if got := section(t, write(t, s), "routes"); !strings.Contains(got, "<td>nobody (404)<td><td><td>never asked, as no server delegates to this one</tr>") {
		t.Errorf("%s", got)
	}
}

// TestHooksThatWereNotDone are named, as are those that never ran.
func TestHooksThatWereNotDone(t *testing.T) {
	content := write(t, read(t, "../../cmd/chaintrace/testdata/killed.json"))
	if got := words(section(t, content, "overview"), `<li data-k="hook:wait-for-sample-informers"><span class="took"></span> <span class="pick">`); !slices.Equal(got, []string{"wait-for-sample-informers"}) {
		t.Errorf("not done are %q", got)
	}
	if !strings.Contains(section(t, content, "hooks"), "<td>has no run in the trace<td") {
		t.Error("the table does not say that a hook has no run")
	}
	if strings.Contains(section(t, write(t, defaultStart(t)), "overview"), "not-done") {
		t.Error("in a start that got ready hooks were not done")
	}
}

// TestStartOfWhichNothingTellsWhetherItGotReady is not said to have failed to.
func TestStartOfWhichNothingTellsWhetherItGotReady(t *testing.T) {
	s := &startup.Startup{Service: "x", Phases: []startup.Phase{{Name: attr.SpanHooksRun, Interval: startup.Interval{End: ms}}}, End: ms}
	if s.Outcome() != startup.OutcomeNotShown {
		t.Fatal(s.Outcome())
	}
	if got := section(t, write(t, s), "overview"); strings.Contains(got, "never ready") || strings.Contains(got, "bad") || !strings.Contains(got, "not seen to be ready: the trace ends") {
		t.Errorf("%s", got)
	}
}

// TestTimelineExplainsItsColours, those that there are, as the timelines of other
// formats do.
func TestTimelineExplainsItsColours(t *testing.T) {
	hung := &startup.HookRun{Name: "h", Interval: startup.Interval{Start: ms, End: -1}}
	for _, c := range []struct {
		s    *startup.Startup
		want []string
	}{
		{defaultStart(t), []string{"phase", "hook at work", "waiting", "only launched", "decides the end"}},
		{read(t, "../../cmd/chaintrace/testdata/observed.json"), []string{"check, until it passed"}},
		{named("x"), []string{"phase", "waiting", "failed", "did not end"}},
		{&startup.Startup{Runs: []*startup.HookRun{hung}, End: 2 * ms}, []string{"did not end"}},
	} {
		key, _, _ := strings.Cut(section(t, write(t, c.s), "timeline"), "</ul>")
		var got []string
		for _, m := range regexp.MustCompile(`</svg>([^<]+)</li>`).FindAllStringSubmatch(key, -1) {
			got = append(got, m[1])
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("the timeline explains %q, not %q", got, c.want)
		}
	}
}

// TestWhatHooksDidIsToldInFull where there is room for it.
func TestWhatHooksDidIsToldInFull(t *testing.T) {
	content := write(t, defaultStart(t))
	for _, id := range []string{"overview", "hooks"} {
		if !strings.Contains(section(t, content, id), "list and reconcile ClusterRoles, ClusterRoleBindings") {
			t.Errorf("what the slowest hook did is cut off in %s", id)
		}
	}
}
