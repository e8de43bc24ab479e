package chaintracert

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/chaintrace/chaintrace/trace"
)

const wantChain = `startup
  chain.create
    server.create inner
      server.new inner
        check.add inner ping inner [healthz livez readyz]
        check.add inner etcd inner [healthz readyz]
        api.install inner
          route.install inner /metrics exact installAPI
      signal.register inner signal of inner own
      apigroup.install inner inner [v1]
        route.install inner /apis/inner/v1 webservice construction
      hook.register inner hook-of-inner post-start inner
        check.add inner poststarthook/hook-of-inner inner [healthz livez readyz]
      hook.register inner stop-inner pre-shutdown inner
    server.create outer
      server.new outer
        check.add outer ping outer [healthz livez readyz]
        check.add outer etcd outer [healthz readyz]
        hooks.merge outer
          hook.merge outer hook-of-inner post-start inner
          hook.merge outer stop-inner pre-shutdown inner
        checks.merge outer
          check.skip outer ping inner
          check.skip outer etcd inner
          check.merge outer poststarthook/hook-of-inner inner [healthz livez readyz]
        api.install outer
          route.install outer /metrics exact installAPI
      signal.register outer signal of outer own
      apigroup.install outer outer [v1]
        route.install outer /apis/outer/v1 webservice construction
      hook.register outer hook-of-outer post-start outer
        check.add outer poststarthook/hook-of-outer outer [healthz livez readyz]
      hook.register outer stop-outer pre-shutdown outer
    hook.register outer hook-of-outer post-start outer error "hook-of-outer is there already"
    hook.register outer disabled post-start outer
    server.prepare outer
      server.prepare inner
        route.install inner /healthz exact PrepareRun
      route.install inner /healthz exact PrepareRun
    listener.serve outer
  hooks.run outer
    hook.run outer hook-of-inner post-start inner ran
    hook.run outer hook-of-outer post-start outer ran
  ready outer observed
  lifecycle.signal HasBeenReady
  lifecycle.signal ShutdownInitiated
  shutdown outer
    hook.stop outer stop-inner pre-shutdown inner
`

// TestChain: what a chain does becomes the spans of the vocabulary, under the
// parents that it names.
func TestChain(t *testing.T) {
	file := filepath.Join(t.TempDir(), "trace.json")
	stdout, stderr, err := child(t, "chain", file)
	if err != nil || stderr != "" || stdout != "the server goes on\n" {
		t.Fatalf("%v, %q, %q", err, stdout, stderr)
	}
	spans := readTrace(t, file)
	// Spans are in the order of their first line; what is written at its end comes
	// behind what is in it, which outline does not mind except among siblings.
	if diff := cmp.Diff(sortedLines(wantChain), sortedLines(outline(spans))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for _, s := range spans {
		want := s.Attr("apiserver.name").Str()
		if want != "" && s.Service() != want || s.Resource.Attr("chaintrace.source").Str() != "instrumented" || s.Resource.Attr("chaintrace.clock").Str() != "wall" {
			t.Errorf("%s of %q has the resource %v", s.Name, want, s.Resource)
		}
		if s.Name == "ready" {
			checkReady(t, s)
		}
	}
}

// checkReady: each check is seen to pass, and one that fails behind another of its
// name is masked.
func checkReady(t *testing.T, ready trace.Span) {
	t.Helper()
	var got []string
	for _, e := range ready.Events {
		of := trace.Span{Attrs: e.Attrs}
		got = append(got, e.Name+" "+of.Attr("check.name").Str()+" "+of.Attr("check.skipped_by").Str())
	}
	want := []string{
		"check.passed ping ", "check.passed etcd ", "check.passed poststarthook/hook-of-inner ",
		"check.passed poststarthook/hook-of-outer ", "check.masked etcd outer",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events of ready (-want +got)\n%s", diff)
	}
}

// sortedLines keeps each line's place in the tree by its indentation and its text.
func sortedLines(text string) []string {
	var path []string
	var all []string
	for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		depth := (len(line) - len(strings.TrimLeft(line, " "))) / 2
		path = append(path[:depth], strings.TrimLeft(line, " "))
		all = append(all, strings.Join(path, " > "))
	}
	sortStrings(all)
	return all
}

func sortStrings(all []string) {
	for i := range all {
		for j := i; j > 0 && all[j] < all[j-1]; j-- {
			all[j], all[j-1] = all[j-1], all[j]
		}
	}
}

// TestOff: without a file nothing happens.
func TestOff(t *testing.T) {
	stdout, stderr, err := child(t, "chain", "")
	if err != nil || stderr != "" || stdout != "the server goes on\n" {
		t.Errorf("%v, %q, %q", err, stdout, stderr)
	}
}

// TestTraceFromOutside: trace and parent are those that the environment names, if
// they are well formed.
func TestTraceFromOutside(t *testing.T) {
	for name, test := range map[string]struct {
		trace, parent string
		taken         bool
	}{
		"taken":       {"0123456789abcdef0123456789ABCDEF", "00000000000000a1", true},
		"zero":        {strings.Repeat("0", 32), strings.Repeat("0", 16), false},
		"too short":   {"0123", "a1", false},
		"not hex":     {strings.Repeat("g", 32), strings.Repeat("-", 16), false},
		"not present": {"", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			env := map[string]string{"CHAINTRACE_FILE": "x", "CHAINTRACE_TRACE_ID": test.trace, "CHAINTRACE_PARENT_ID": test.parent}
			r := fromEnvironment(func(key string) string { return env[key] })
			if got := r.traceID == strings.ToLower(test.trace); got != test.taken {
				t.Errorf("trace ID %s", r.traceID)
			}
			if got := r.root.parent == 0xa1; got != test.taken {
				t.Errorf("parent %x", r.root.parent)
			}
			if len(r.traceID) != 32 || strings.Trim(r.traceID, "0") == "" {
				t.Errorf("trace ID %q is none", r.traceID)
			}
		})
	}
}

// TestParentsByGoroutine: spans of goroutines that run at the same time are under
// those of their own.
func TestParentsByGoroutine(t *testing.T) {
	file := record(t)
	var all sync.WaitGroup
	const goroutines, depth = 20, 5
	for g := 0; g < goroutines; g++ {
		all.Add(1)
		go func() {
			defer all.Done()
			for round := 0; round < 10; round++ {
				nest(fmt.Sprint(g), depth)
			}
		}()
	}
	all.Wait()
	if current.open[goroutine()] != nil || len(current.open) != 0 {
		t.Errorf("%d goroutines have open spans at the end", len(current.open))
	}
	spans := readTrace(t, file)
	want := 1 + goroutines*10*depth
	if len(spans) != want {
		t.Errorf("%d spans, want %d", len(spans), want)
	}
	code := map[[8]byte]string{}
	for _, s := range spans {
		code[s.SpanID] = s.Attr("code").Str()
	}
	for _, s := range spans {
		if parent := code[s.ParentID]; parent != "" && parent != s.Attr("code").Str() {
			t.Fatalf("a span of goroutine %s is under one of %s", s.Attr("code").Str(), parent)
		}
	}
}

func nest(g string, depth int) {
	defer Func("nested", "code", g)(nil)
	if depth > 1 {
		nest(g, depth-1)
	}
}

// TestFunc: attributes of any type become values of the trace's.
func TestFunc(t *testing.T) {
	file := record(t)
	Func("f", "s", "a\"\n\xff", "i", 7, "b", true, "l", []string{"x", "y"}, "e", os.ErrNotExist, "odd")(nil)
	err := fmt.Errorf("why")
	Func("g")(&err)
	spans := readTrace(t, file)
	f, g := spans[1], spans[2]
	if f.Attr("s").Str() != "a\"\n\ufffd" || f.Attr("i").Int() != 7 || !f.Attr("b").Bool() ||
		len(f.Attr("l").StringList()) != 2 || f.Attr("e").Str() != os.ErrNotExist.Error() || len(f.Attrs) != 5 {
		t.Errorf("attributes %v", f.Attrs)
	}
	if g.Status.Message != "why" {
		t.Errorf("status %v", g.Status)
	}
}

// brokenError is an error whose method panics for a nil pointer, which is no nil error.
type brokenError struct{ text string }

func (e *brokenError) Error() string { return e.text }

// TestErrors: whatever a function returns becomes a text, and ends nothing.
func TestErrors(t *testing.T) {
	file := record(t)
	for _, err := range []error{(*brokenError)(nil), &brokenError{"bad"}, &brokenError{}} {
		Func("f")(&err)
	}
	var got []string
	for _, s := range readTrace(t, file)[1:] {
		got = append(got, s.Status.Message)
	}
	if diff := cmp.Diff([]string{"<nil>", "bad", "an error without text"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestPanic: a function that panics has failed; one that is called meanwhile, or
// that recovers, has not.
func TestPanic(t *testing.T) {
	file := record(t)
	func() {
		defer func() { _ = recover() }()
		defer Func("returns meanwhile")(nil)
		defer func() {
			defer Func("is called meanwhile")(nil)
		}()
		defer Func("panics")(nil)
		panic("oh")
	}()
	func() {
		defer Func("recovers")(nil)
		defer func() { _ = recover() }()
		panic("oh")
	}()
	got := map[string]string{}
	for _, s := range readTrace(t, file)[1:] {
		got[s.Name] = s.Status.Message
	}
	want := map[string]string{"returns meanwhile": "it panicked", "is called meanwhile": "", "panics": "it panicked", "recovers": ""}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestPanicInShortSpan: spans that are written once, at their end, tell it as well, and
// what was to be registered is not.
func TestPanicInShortSpan(t *testing.T) {
	file := record(t)
	s := &fakeServer{}
	Made(s, "s", nil, nil, nil, nil)
	for _, begin := range []func() func(*error){
		func() func(*error) { return RegisterHook(s, "h", PostStart, false, false) },
		func() func(*error) { return InstallAPI(s) },
		func() func(*error) { return Group(s, nil, nil) },
		func() func(*error) { Group(s, nil, nil); return Groups() },
		func() func(*error) { return RegisterSignal(s, "never") },
	} {
		func() {
			defer func() { _ = recover() }()
			defer begin()(nil)
			panic("oh")
		}()
	}
	var got []string
	for _, s := range readTrace(t, file)[1:] {
		got = append(got, s.Name+": "+s.Status.Message)
	}
	want := []string{
		"hook.register: it panicked", "api.install: it panicked", "apigroup.install: it panicked", "apigroup.install: it panicked",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// panicsAtFirst is a check that passes when it is asked for the second time.
type panicsAtFirst struct{ asked bool }

func (*panicsAtFirst) Name() string { return "panics" }

func (c *panicsAtFirst) Check(*http.Request) error {
	if !c.asked {
		c.asked = true
		panic("oh")
	}
	return nil
}

// TestPanickingCheck: a readyz check that panics does not pass, and is asked again.
func TestPanickingCheck(t *testing.T) {
	file := record(t)
	s := &fakeServer{}
	Made(s, "s", nil, nil, nil, nil)
	RunHooks(s, 0, []checker{&panicsAtFirst{}})
	for !rootEnded() {
		time.Sleep(time.Millisecond)
	}
	if diff := cmp.Diff([]string{"panics"}, passed(readTrace(t, file))); diff != "" {
		t.Errorf("checks that passed (-want +got)\n%s", diff)
	}
}

// TestServerOfTwoGoroutines: what two goroutines register on one server at the same
// time is recorded, under what each has open.
func TestServerOfTwoGoroutines(t *testing.T) {
	file := record(t)
	created := Create("create s")
	made := New("s", nil)
	s := &fakeServer{}
	Made(s, "s", nil, nil, nil, nil)
	made(nil)
	// Each step of the second is while the first is within the same one.
	other := make(chan func())
	done := make(chan bool)
	go func() {
		for step := range other {
			step()
			done <- true
		}
	}()
	meanwhile := func(step func()) { other <- step; <-done }

	var user, hook func(*error)
	meanwhile(func() { user = Func("user.Start") })
	first := RegisterHook(s, "first", PostStart, false, false)
	meanwhile(func() { hook = RegisterHook(s, "second", PostStart, false, false) })
	adding := AddChecks(s, []fakeCheck{{name: "first"}}, 0, "healthz")
	meanwhile(func() { AddChecks(s, []fakeCheck{{name: "second"}}, 0, "healthz")(nil) })
	adding(nil)
	first(nil)
	meanwhile(func() { hook(nil) })
	group := Group(s, []groupVersion{{"first", "v1"}}, map[string]map[string]int{})
	meanwhile(func() {
		Group(s, []groupVersion{{"second", "v1"}}, map[string]map[string]int{})(nil)
		Route("s", "/second", "exact", true, false)
		user(nil)
	})
	Route("s", "/first", "exact", true, false)
	group(nil)
	created(nil)
	close(other)
	want := `startup unfinished
  server.create s
    server.new s
    hook.register s first post-start s
      check.add s first s [healthz]
    apigroup.install s first
      route.install s /first exact construction
  user.Start
    hook.register s second post-start s
      check.add s second s [healthz]
    apigroup.install s second
    route.install s /second exact construction
`
	if diff := cmp.Diff(sortedLines(want), sortedLines(outline(readTrace(t, file)))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestOpenInside: ending a span ends what was left open in it, and a second end is
// none.
func TestOpenInside(t *testing.T) {
	file := record(t)
	outer := Func("outer")
	inner := Func("inner")
	outer(nil)
	inner(nil)
	outer(nil)
	if got, want := outline(readTrace(t, file)), "startup unfinished\n  outer\n    inner\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
