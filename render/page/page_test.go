package page_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"github.com/chaintrace/chaintrace/render/page"
	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

const ms = time.Millisecond

// recorded reads a start out of a golden trace.
func recorded(tb testing.TB, file string) *startup.Startup {
	tb.Helper()
	return read(tb, "../../testdata/golden/"+file)
}

// read reads a start out of a file.
func read(tb testing.TB, file string) *startup.Startup {
	tb.Helper()
	f, err := os.Open(file)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	t, err := trace.Read(f, trace.ReadOptions{})
	if err != nil {
		tb.Fatal(err)
	}
	s, err := startup.FromTrace(t)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// defaultStart is the start of the default chain.
func defaultStart(tb testing.TB) *startup.Startup {
	tb.Helper()
	return recorded(tb, "kube-apiserver-1.37.trace.json")
}

// write returns the page of s.
func write(tb testing.TB, s *startup.Startup) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := page.Write(&b, s, page.Options{}); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// named returns a small start that did not get ready, in which everything that
// can be named has the name.
func named(name string) *startup.Startup {
	failed := &startup.HookRun{Name: name, Origin: name, Interval: startup.Interval{Start: ms, End: 5 * ms}, Behavior: name, Outcome: attr.OutcomeFailed, Err: name}
	waits := &startup.HookRun{
		Name: name + "2", Origin: name, Interval: startup.Interval{Start: ms, End: 5 * ms}, Outcome: attr.OutcomeInterrupted,
		WaitsFor: []string{"hook:" + name, "cache:" + name, name}, BlockedOn: "hook:" + name, BecauseOf: name, Deadline: ms, AtDeadline: name,
		Steps: []startup.Step{{What: "hook:" + name, Interval: startup.Interval{Start: ms, End: 4 * ms}}},
	}
	inner := &startup.Server{
		Name: name, Creator: name, Create: startup.Interval{End: ms},
		PostStart: []*startup.Hook{{Name: name, Origin: name, Kind: attr.KindPostStart, RegisteredAt: name, Run: failed}, {Name: name + "2", Origin: name, Run: waits}},
		Rejected:  []startup.RejectedHook{{Hook: &startup.Hook{Name: name, Kind: name, RegisteredAt: name}, Err: name}},
		Checks:    []*startup.Check{{Name: name, Origin: name, Configured: true, Endpoints: []string{attr.Healthz}}},
		Routes:    []startup.Route{{Path: name, Match: name, Installer: name, Phase: name, Source: name}},
		Groups:    []startup.Group{{Name: name, Versions: []string{name}, Empty: []string{name}}},
	}
	outer := &startup.Server{
		Name: name + "outer", Delegate: name,
		PostStart: []*startup.Hook{{Name: name, Origin: name, Inherited: true, Run: failed}},
		Disabled:  []*startup.Hook{{Name: name}},
		Checks: []*startup.Check{
			{Name: name, Origin: name, Endpoints: []string{attr.Readyz}},
			{Name: name, Origin: name, State: startup.CheckMasked, SkippedBy: name},
			{Name: name, Origin: name, State: startup.CheckLost, Endpoints: []string{attr.Livez}},
		},
		Routes: []startup.Route{{Path: name, Match: name, Installer: name, Phase: name, Source: name}},
	}
	return &startup.Startup{
		Service: name, Version: name, Preset: name, Source: "model", Clock: "simulated", Storage: name,
		Servers: []*startup.Server{inner, outer}, Runs: []*startup.HookRun{failed, waits},
		Phases:  []startup.Phase{{Name: name, Server: name, Interval: startup.Interval{End: 3 * ms}}},
		Failure: &startup.Failure{Hook: name, Err: name, At: 5 * ms}, End: 6 * ms, Problems: []string{name},
	}
}

// hostile are names that mean something to a browser.
func hostile() map[string]string {
	return map[string]string{
		"quotes": `"'` + "`", "line ends": "a\nb\r\nc\u2028d", "attribute": `" onmouseover="alert(1)" x="`, "template": "{{.}} ${x}",
		"markup": "<b>bold</b><!-- -->", "end of script": "</script><script>alert(1)</script>", "end of style": "</style><img src=x onerror=alert(1)>",
		"end of SVG": "</svg></title></text><foreignObject><body onload=alert(1)>", "end of CDATA": "]]>", "entity": "&amp;&lt;&#0;&nosuch;", "address": "javascript:alert(1)",
		"long": strings.Repeat("long name ", 1000), "long word": strings.Repeat("unbroken", 1000), "invalid UTF-8": "a\xffb\xc3", "NUL": "a\x00b", "control": "\x1b[31m\x07\x7f",
		"emoji": "🚀 naïve Ω", "right to left": "\u202eabc\u202c שלום", "base": "<base href=//example.org>", "form": "<form action=//example.org><button>",
	}
}

// shape is the page's elements with the names of their attributes, in order. A
// row's data-k is left out: it is there where the name does not say as much.
func shape(t *testing.T, content []byte) []string {
	t.Helper()
	var out []string
	z := html.NewTokenizer(bytes.NewReader(content))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return out
		case html.StartTagToken, html.SelfClosingTagToken:
			token := z.Token()
			line := token.Data
			for _, a := range token.Attr {
				if token.Data != "tr" || a.Key != "data-k" {
					line += " " + a.Key
				}
				if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "src" {
					t.Errorf("an element %s has the attribute %s=%q", token.Data, a.Key, a.Val)
				}
			}
			out = append(out, line)
		}
	}
}

// TestHostileNamesAreOnlyText: whatever things are called, the page is made of
// the same elements.
func TestHostileNamesAreOnlyText(t *testing.T) {
	want := shape(t, write(t, named("plain")))
	if len(want) < 200 {
		t.Fatalf("a plain page has %d elements", len(want))
	}
	for what, name := range hostile() {
		t.Run(what, func(t *testing.T) {
			content := write(t, named(name))
			if d := cmp.Diff(want, shape(t, content)); d != "" {
				t.Errorf("the name changes the page's elements (-plain +%s):\n%s", what, d)
			}
			if bytes.ContainsAny(content, "\x00\x1b\x07\x7f\u202e\u2028") {
				t.Error("the page passes characters on that are not seen")
			}
			if n := len(content); n > 300_000 {
				t.Errorf("the page has %d bytes", n)
			}
		})
	}
	write(t, named(""))
}

// TestPolicyAllowsWhatThePageBrings reads the page as a browser does and holds
// its policy against its scripts and its style.
func TestPolicyAllowsWhatThePageBrings(t *testing.T) {
	for what, content := range map[string][]byte{"chain": write(t, defaultStart(t)), "spans": writeSpans(t, manySpans(200))} {
		t.Run(what, func(t *testing.T) { checkPolicy(t, content) })
	}
}

// checkPolicy holds the policy of a page against what is on it.
func checkPolicy(t *testing.T, content []byte) {
	t.Helper()
	doc, err := html.Parse(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	policy := ""
	var hashes []string
	for n := range doc.Descendants() {
		switch {
		case n.Type != html.ElementNode:
		case n.Data == "script" || n.Data == "style":
			sum := sha256.Sum256([]byte(n.FirstChild.Data))
			hashes = append(hashes, n.Data+"-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
		case n.Data == "meta" && len(n.Attr) == 2 && n.Attr[0].Val == "Content-Security-Policy":
			policy = n.Attr[1].Val
		}
	}
	allowed := map[string][]string{}
	for directive := range strings.SplitSeq(policy, ";") {
		words := strings.Fields(directive)
		allowed[words[0]] = words[1:]
	}
	if !slices.Equal(allowed["default-src"], []string{"'none'"}) || strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") {
		t.Errorf("the policy is not strict: %s", policy)
	}
	for _, h := range hashes {
		directive, hash, _ := strings.Cut(h, " ")
		if !slices.Contains(allowed[directive], hash) {
			t.Errorf("the policy does not allow %s %s", directive, hash)
		}
	}
	if n := len(allowed["script-src"]) + len(allowed["style-src"]); n != len(hashes) || n < 2 {
		t.Errorf("the policy allows %d scripts and styles, the page has %d", n, len(hashes))
	}
}

// TestPageOfTheDefaultTraceIsSmall: it is sent around.
func TestPageOfTheDefaultTraceIsSmall(t *testing.T) {
	const most = 400_000
	if n := len(write(t, defaultStart(t))); n > most {
		t.Errorf("the page has %d bytes, more than %d", n, most)
	}
}

func TestPageIsTheSameEachTime(t *testing.T) {
	for _, s := range []*startup.Startup{defaultStart(t), named("x"), manyThings(5000)} {
		if !bytes.Equal(write(t, s), write(t, s)) {
			t.Error("a second page is another")
		}
	}
}

// TestEveryColourOfThePictureHasADarkOne: a colour that the style does not know
// stays as it is on paper, as does the white of text on strong grounds.
func TestEveryColourOfThePictureHasADarkOne(t *testing.T) {
	colour := regexp.MustCompile(`(fill|stroke)="(#[0-9a-f]{6})"`)
	found := map[string]bool{}
	pages := [][]byte{write(t, defaultStart(t)), write(t, recorded(t, "aggregated-apiserver.trace.json")), write(t, named("x")), writeSpans(t, brokenSpans("x"))}
	for _, page := range pages {
		_, body, _ := strings.Cut(string(page), "<body>")
		for _, c := range colour.FindAllString(body, -1) {
			found[c] = true
		}
	}
	content := string(write(t, defaultStart(t)))
	delete(found, `fill="#fffffe"`)
	for c := range found {
		if !strings.Contains(content, ".drawn ["+c+"]{") {
			t.Errorf("the style has no rule for [%s]", c)
		}
	}
	if len(found) < 15 {
		t.Errorf("the pictures have %d colours", len(found))
	}
}

// TestThingsOfThePictureCanBeSelected: what the picture names has the key that
// the tables have.
func TestThingsOfThePictureCanBeSelected(t *testing.T) {
	content := string(write(t, defaultStart(t)))
	first, last := strings.Index(content, `<section id="chain"`), strings.Index(content, `<section id="timeline"`)
	pictures, tables := content[first:last], content[:first]+content[last:]
	for _, key := range []string{
		"server:kube-aggregator", "server:kube-apiserver", "server:apiextensions-apiserver", "hook:rbac/bootstrap-roles",
		"hook:generic-apiserver-start-informers", "check:etcd", "check:autoregister-completion", "hook:stop-kubernetes-service-controller",
	} {
		attribute := `data-k="` + key + `"`
		if !strings.Contains(pictures, attribute) {
			t.Errorf("the pictures have no %s", key)
		}
		_, name, _ := strings.Cut(key, ":")
		if !strings.Contains(tables, attribute) && !strings.Contains(tables, "<tr><th>"+name+"<td") {
			t.Errorf("only the pictures have %s", key)
		}
	}
	if n := strings.Count(pictures, `data-k="hook:rbac/bootstrap-roles"`); n < 2 {
		t.Errorf("%d pictures have the slowest hook", n)
	}
}

// TestRowsHaveTheKeyThatTheirNameGives: what reads the rows makes the key of the
// table's kind and the first cell where a row has none of its own.
func TestRowsHaveTheKeyThatTheirNameGives(t *testing.T) {
	doc, err := html.Parse(bytes.NewReader(write(t, defaultStart(t))))
	if err != nil {
		t.Fatal(err)
	}
	kind, with, without := "", map[string]int{}, map[string]int{}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		for _, a := range n.Attr {
			if n.Data == "table" && a.Key == "data-kind" {
				kind = a.Val
			}
			if n.Data == "tr" && a.Key == "data-k" && kind != "" {
				with[kind]++
				if first := n.FirstChild; kind+":"+first.FirstChild.Data == a.Val {
					t.Errorf("a row about %q says so twice", a.Val)
				}
			}
		}
		if n.Data == "tr" && n.Parent.Data == "tbody" && len(n.Attr) == 0 {
			without[kind]++
		}
	}
	if with["hook"] != 0 || with["path"] != 0 || with["check"] < 50 || without["check"] < 20 || without["hook"] < 50 {
		t.Errorf("rows with a key: %v, without: %v", with, without)
	}
}

// TestStartSeenFromOutside: of one that has no hooks the timeline shows the checks.
func TestStartSeenFromOutside(t *testing.T) {
	content := string(write(t, read(t, "../../cmd/chaintrace/testdata/observed.json")))
	_, timeline, _ := strings.Cut(content, `<section id="timeline"`)
	timeline, _, _ = strings.Cut(timeline, "</section>")
	for _, want := range []string{"checks, from when readyz was first looked at", `<li class="check" data-k="hook:`, "tells of no server", "</b> ready"} {
		if !strings.Contains(content, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if n := strings.Count(timeline, `<li class="check"`); n < 3 {
		t.Errorf("the timeline has %d checks", n)
	}
}

// manyThings is a start of about n spans.
func manyThings(n int) *startup.Startup {
	s := &startup.Startup{Service: "large", Clock: "simulated", End: time.Minute, Ready: &startup.Ready{At: 50 * time.Second}}
	inner := &startup.Server{Name: "inner", Create: startup.Interval{End: ms}, Prepare: startup.Interval{End: -1}}
	outer := &startup.Server{Name: "outer", Delegate: "inner", Create: startup.Interval{End: -1}, Prepare: startup.Interval{End: -1}}
	s.Servers = []*startup.Server{inner, outer}
	for i := range n / 5 {
		name := "h" + strconv.Itoa(i)
		run := &startup.HookRun{Name: name, Origin: "inner", Outcome: attr.OutcomeRan, Interval: startup.Interval{Start: time.Second, End: time.Second + time.Duration(i+1)*100*time.Microsecond}}
		if i == 7 {
			run.Outcome, run.Err = attr.OutcomeFailed, "no luck"
		}
		s.Runs = append(s.Runs, run)
		inner.PostStart = append(inner.PostStart, &startup.Hook{Name: name, Origin: "inner", Kind: attr.KindPostStart, Run: run})
		outer.PostStart = append(outer.PostStart, &startup.Hook{Name: name, Origin: "inner", Kind: attr.KindPostStart, Run: run, Inherited: true})
		inner.Checks = append(inner.Checks, &startup.Check{Name: "poststarthook/" + name, Origin: "inner", Endpoints: startup.Endpoints()})
		inner.Routes = append(inner.Routes, startup.Route{Path: "/healthz/poststarthook/" + name, Match: attr.MatchExact, Installer: "installHealthz", Phase: attr.PhasePrepareRun})
	}
	return s
}

// TestLargeStartsAreFoldedAndSaySo: the page does not grow with the trace for
// ever, what counts stays on it, and readers learn what they do not see.
func TestLargeStartsAreFoldedAndSaySo(t *testing.T) {
	content := string(write(t, manyThings(100_000)))
	if n := len(content); n > 2_000_000 {
		t.Errorf("the page has %d bytes", n)
	}
	for _, want := range []string{
		"rows stand for 40,000", "rows stand for 20,000", "bars stand for 20,001", "of 20001 entries shown, the others are counted: those in trouble and the slowest are drawn",
		`data-k="hook:h7"`, `data-k="hook:h19999"`, "failed: no luck", "more hooks like these", "more routes like these",
	} {
		if !strings.Contains(content, want) {
			t.Errorf("the page does not say %q: %q", want, regexp.MustCompile(`class="folded">[^<]*`).FindAllString(content, -1))
		}
	}
	if strings.Contains(string(write(t, defaultStart(t))), "like these") {
		t.Error("the page of the default trace is folded")
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestWriteErrorsAreReported(t *testing.T) {
	if err := page.Write(fullDisk{}, named("x"), page.Options{}); err == nil || !strings.Contains(err.Error(), "writing HTML: disk full") {
		t.Errorf("%v", err)
	}
}

// BenchmarkWrite writes pages of starts of so many spans; the time per span
// should not grow.
func BenchmarkWrite(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		s := manyThings(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var size int
			for b.Loop() {
				size = len(write(b, s))
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/span")
			b.ReportMetric(float64(size), "B/page")
		})
	}
	s := defaultStart(b)
	b.Run("default", func(b *testing.B) {
		for b.Loop() {
			write(b, s)
		}
	})
}
