package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/chaintrace/chaintrace/trace"
)

// fakeCollector takes OTLP over HTTP, or refuses it.
type fakeCollector struct {
	url string

	mu     sync.Mutex
	bodies [][]byte
	refuse func(n int) string // what to refuse request n with; "" takes it
}

func newCollector(t *testing.T) *fakeCollector {
	t.Helper()
	t.Chdir(t.TempDir())
	c := &fakeCollector{refuse: func(int) string { return "" }}
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	c.url = server.URL
	return c
}

// ServeHTTP implements http.Handler.
func (c *fakeCollector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	c.mu.Lock()
	defer c.mu.Unlock()
	if refusal := c.refuse(len(c.bodies)); err != nil || refusal != "" {
		http.Error(w, refusal, http.StatusBadRequest)
		return
	}
	c.bodies = append(c.bodies, body)
}

// trace returns what was taken. Requests on end are one message.
func (c *fakeCollector) trace(t *testing.T) *trace.Trace {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	return readBytes(t, bytes.Join(c.bodies, nil))
}

func readBytes(t *testing.T, b []byte) *trace.Trace {
	t.Helper()
	read, err := trace.Read(bytes.NewReader(b), trace.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return read
}

func readFile(t *testing.T, name string) *trace.Trace {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return readBytes(t, b)
}

// mustRun runs a command line that has to end with this exit code.
func mustRun(t *testing.T, code int, args ...string) (stdout, stderr string) {
	t.Helper()
	got, out, errOut := command(args...)
	if got != code {
		t.Fatalf("%q: exit code %d, want %d: %s", args, got, code, errOut)
	}
	return string(out), string(errOut)
}

// compareTraces compares the spans in any order: a file groups them.
func compareTraces(t *testing.T, want, got *trace.Trace) {
	t.Helper()
	sorted := cmpopts.SortSlices(func(a, b trace.Span) bool {
		return bytes.Compare(append(a.TraceID[:], a.SpanID[:]...), append(b.TraceID[:], b.SpanID[:]...)) < 0
	})
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty(), sorted); d != "" {
		t.Errorf("traces differ (-want +got):\n%.3000s", d)
	}
}

var traceIDLine = regexp.MustCompile(`^[0-9a-f]{32}\n$`)

func TestRunSends(t *testing.T) {
	c := newCollector(t)
	out, errOut := mustRun(t, 0, "run", "--preset", "aggregated-apiserver", "--otlp", c.url, "--out", "chain.json")
	if !traceIDLine.MatchString(out) {
		t.Errorf("stdout: %q", out)
	}
	want := readFile(t, "chain.json")
	if !strings.Contains(errOut, "sent "+spanCount(len(want.Spans))+" to "+c.url+"\n") {
		t.Errorf("stderr: %s", errOut)
	}
	compareTraces(t, want, c.trace(t))
	if id := strings.TrimSpace(out); id != want.Spans[0].TraceID.String() {
		t.Errorf("trace ID %s, want %v", id, want.Spans[0].TraceID)
	}
}

// The environment alone is enough, a link is printed, and a reproducible run is
// sent as well.
func TestRunSendsByEnvironment(t *testing.T) {
	c := newCollector(t)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", c.url)
	const id = "00000000000000000000000000000001"
	out, errOut := mustRun(t, 0, "run", "--reproducible", "--quiet", "--jaeger-ui", "http://jaeger:16686/ui/")
	if want := id + "\nhttp://jaeger:16686/ui/trace/" + id + "\n"; out != want || errOut != "" {
		t.Errorf("stdout: %q, want %q; stderr: %q", out, want, errOut)
	}
	if len(c.trace(t).Spans) < 300 {
		t.Error("spans are missing")
	}

	// Where stdout is taken, the ID goes to stderr.
	c.bodies = nil
	out, errOut = mustRun(t, 0, "run", "--reproducible", "--quiet", "--out", "-", "--format", "json")
	if errOut != id+"\n" {
		t.Errorf("stderr: %q", errOut)
	}
	compareTraces(t, readBytes(t, []byte(out)), c.trace(t))
}

func TestRunDoesNotSend(t *testing.T) {
	for _, env := range []map[string]string{
		{},
		{"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"},
		{"OTEL_SDK_DISABLED": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"},
	} {
		newCollector(t)
		for name, value := range env {
			t.Setenv(name, value)
		}
		if out, errOut := mustRun(t, 0, "run", "--quiet"); out != "" || errOut != "" {
			t.Errorf("%v: stdout %q, stderr %q", env, out, errOut)
		}
	}
}

// A start that fails is sent, too.
func TestRunSendsFailedStart(t *testing.T) {
	c := newCollector(t)
	out, errOut := mustRun(t, exitNo, "run", "--quiet", "--fail", "rbac/bootstrap-roles=no", "--otlp", c.url)
	if !traceIDLine.MatchString(out) || !strings.HasPrefix(errOut, "chaintrace: post-start hook") {
		t.Errorf("stdout %q, stderr %q", out, errOut)
	}
	if len(c.trace(t).Spans) == 0 {
		t.Error("nothing was sent")
	}
}

// What a collector does not take stays in a file, and is sent from there.
func TestRunKeepsWhatIsNotSent(t *testing.T) {
	c := newCollector(t)
	c.refuse = func(int) string { return "no room" }
	out, errOut := mustRun(t, exitWork, "run", "--quiet", "--otlp", c.url)
	found := regexp.MustCompile(`^chaintrace: sending the trace to (\S+): 400 Bad Request: no room: 0 of (\d+) spans were delivered; ` +
		`the trace is kept in (chaintrace-[0-9a-f]{32}\.json): send it later with: chaintrace send --otlp \S+ chaintrace-[0-9a-f]{32}\.json\n$`).FindStringSubmatch(errOut)
	if found == nil || found[1] != c.url || out != "" {
		t.Fatalf("stdout %q, stderr %q", out, errOut)
	}
	file := found[3]
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, words, _ := strings.Cut(strings.TrimSpace(errOut), "later with: chaintrace ")
	again := strings.Fields(words)

	mustRun(t, exitWork, again...)
	if after, err := os.ReadFile(file); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file has changed: %v", err)
	}
	c.refuse = func(int) string { return "" }
	out, errOut = mustRun(t, 0, again...)
	if !traceIDLine.MatchString(out) || errOut != "sent "+found[2]+" spans to "+c.url+"\n" {
		t.Errorf("stdout %q, stderr %q", out, errOut)
	}
	compareTraces(t, readBytes(t, before), c.trace(t))
	if files, _ := filepath.Glob("*"); len(files) != 1 {
		t.Errorf("there are the files %q", files)
	}
}

// A file that was asked for is enough; both failures are told, and the one of
// the work counts.
func TestRunNamesWrittenFile(t *testing.T) {
	c := newCollector(t)
	c.refuse = func(int) string { return "no" }
	_, errOut := mustRun(t, exitWork, "run", "--quiet", "--otlp", c.url, "--out", "a.dot", "--out", "it's.json", "--fail", "rbac/bootstrap-roles=no")
	for _, want := range []string{
		"the trace is kept in it's.json: send it later with: chaintrace send --otlp " + c.url + ` 'it'\''s.json'` + "\n",
		`post-start hook "rbac/bootstrap-roles" of kube-apiserver failed: no`,
	} {
		if !strings.Contains(errOut, want) {
			t.Errorf("stderr lacks %q: %s", want, errOut)
		}
	}
	if files, _ := filepath.Glob("chaintrace-*"); len(files) != 0 {
		t.Errorf("there are the files %q", files)
	}
}

// Two runs of one job have one trace ID, but not one trace.
func TestRunKeepsBothOfOneJob(t *testing.T) {
	c := newCollector(t)
	c.refuse = func(int) string { return "no" }
	t.Setenv("TRACEPARENT", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	first, second := "chaintrace-0af7651916cd43dd8448eb211c80319c.json", "chaintrace-0af7651916cd43dd8448eb211c80319c-2.json"
	for _, file := range []string{first, second} {
		if _, errOut := mustRun(t, exitWork, "run", "--quiet", "--otlp", c.url); !strings.Contains(errOut, "is kept in "+file+":") {
			t.Errorf("stderr lacks %s: %s", file, errOut)
		}
	}
	if a, b := readFile(t, first), readFile(t, second); a.Spans[0].SpanID == b.Spans[0].SpanID {
		t.Error("both files hold one trace")
	}
	// The very same trace is not kept twice.
	for range 2 {
		_, errOut := mustRun(t, exitWork, "run", "--quiet", "--otlp", c.url, "--reproducible")
		if !strings.Contains(errOut, "is kept in chaintrace-00000000000000000000000000000001.json:") {
			t.Errorf("stderr: %s", errOut)
		}
	}
}

// When the working directory cannot be written to, another one is found.
func TestKeepElsewhere(t *testing.T) {
	c := newCollector(t)
	c.refuse = func(int) string { return "no" }
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	// A directory that is gone cannot be written to by anybody.
	gone, err := os.MkdirTemp(temp, "gone")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(gone)
	if err := os.Remove(gone); err != nil {
		t.Fatal(err)
	}
	_, errOut := mustRun(t, exitWork, "run", "--quiet", "--otlp", c.url)
	found := regexp.MustCompile(`the trace is kept in (\S+): `).FindStringSubmatch(errOut)
	if found == nil || !strings.HasPrefix(found[1], temp) {
		t.Fatalf("stderr: %s", errOut)
	}
	if len(readFile(t, found[1]).Spans) == 0 {
		t.Error("the file is empty")
	}

	t.Setenv("TMPDIR", filepath.Join(temp, "nothing"))
	if _, errOut = mustRun(t, exitWork, "run", "--quiet", "--otlp", c.url); !strings.Contains(errOut, "; the trace is lost, as it could not be kept in a file either: writing chaintrace-") {
		t.Errorf("stderr: %s", errOut)
	}
}

// Where even that fails, no empty directory is left.
func TestKeepNowhere(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	// A name that no file system takes, since nothing is forbidden to root.
	if file, err := writeElsewhere(strings.Repeat("x", 1000), []byte("{}")); err == nil {
		t.Fatalf("%s was written", file)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) != 0 {
		t.Errorf("there is %v: %v", left, err)
	}
}

// What was delivered before a failure can be looked at.
func TestSendPartly(t *testing.T) {
	c := newCollector(t)
	mustRun(t, 0, "run", "--quiet", "--shutdown", "--out", "a.json")
	twice := readFile(t, "a.json")
	twice.Spans = append(twice.Spans, twice.Spans...)
	var b bytes.Buffer
	if err := trace.WriteJSON(&b, twice); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("twice.json", b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	c.refuse = func(n int) string { return map[int]string{1: "no more"}[n] }
	out, errOut := mustRun(t, exitWork, "send", "twice.json", "--otlp", c.url)
	if !traceIDLine.MatchString(out) || !strings.Contains(errOut, "no more: 512 of "+spanCount(len(twice.Spans))+" were delivered") {
		t.Errorf("stdout %q, stderr %q", out, errOut)
	}
}

// Several traces are sent together, and named one by one.
func TestSendSeveral(t *testing.T) {
	c := newCollector(t)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", c.url)
	t.Setenv("OTEL_TRACES_EXPORTER", "none")
	mustRun(t, 0, "run", "--quiet", "--preset", "aggregated-apiserver", "--out", "a.json")
	mustRun(t, 0, "run", "--quiet", "--preset", "aggregated-apiserver", "--out", "b.json")
	a, b := readFile(t, "a.json"), readFile(t, "b.json")
	both := &trace.Trace{Spans: append(append([]trace.Span{}, a.Spans...), b.Spans...)}
	var content bytes.Buffer
	if err := trace.WriteJSON(&content, both); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("both.json", content.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("OTEL_TRACES_EXPORTER", "otlp")
	first, second := a.Spans[0].TraceID.String(), b.Spans[0].TraceID.String()
	out, errOut := mustRun(t, 0, "send", "both.json", "--quiet", "--jaeger-ui", "https://j")
	if want := first + "\nhttps://j/trace/" + first + "\n" + second + "\nhttps://j/trace/" + second + "\n"; out != want || errOut != "" {
		t.Errorf("stdout %q, want %q; stderr %q", out, want, errOut)
	}
	compareTraces(t, both, c.trace(t))

	c.bodies = nil
	if out, _ := mustRun(t, 0, "send", "both.json", "--trace", first); out != first+"\n" {
		t.Errorf("stdout %q, want %s", out, first)
	}
	compareTraces(t, a, c.trace(t))

	// What comes from a pipe is kept; of a file, how to read it again is told.
	c.refuse = func(int) string { return "no" }
	var stdout, stderr bytes.Buffer
	if code := execute([]string{"send", "-"}, bytes.NewReader(content.Bytes()), &stdout, &stderr); code != exitWork {
		t.Fatalf("exit code %d: %s", code, &stderr)
	}
	compareTraces(t, both, readFile(t, "chaintrace-"+first+".json"))
	_, errOut = mustRun(t, exitWork, "send", "both.json", "--trace", first, "--partial", "--max-depth=50", "--max-input", "1 GB", "--max-memory=2GiB")
	if want := "send it later with: chaintrace send --trace " + first + " --partial --max-input '1 GB' --max-memory 2GiB --max-depth 50 both.json\n"; !strings.Contains(errOut, want) {
		t.Errorf("stderr lacks %q: %s", want, errOut)
	}
}

// A CI job's span becomes the parent of the start.
func TestRunInCallersTrace(t *testing.T) {
	c := newCollector(t)
	t.Setenv("TRACEPARENT", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	t.Setenv("TRACESTATE", "ci=job7")
	out, _ := mustRun(t, 0, "run", "--otlp", c.url, "--out", "chain.json", "--out", "chain.svg")
	if out != "0af7651916cd43dd8448eb211c80319c\n" {
		t.Errorf("stdout %q", out)
	}
	for name, tr := range map[string]*trace.Trace{"file": readFile(t, "chain.json"), "sent": c.trace(t)} {
		for i := range tr.Spans {
			s := &tr.Spans[i]
			if s.TraceID.String() != "0af7651916cd43dd8448eb211c80319c" {
				t.Fatalf("%s: span %s is in the trace %v", name, s.Name, s.TraceID)
			}
			isRoot := s.Name == "startup"
			if (s.ParentID.String() == "b7ad6b7169203331") != isRoot || (s.Flags == 0x301) != isRoot {
				t.Errorf("%s: span %s has the parent %v and flags %#x", name, s.Name, s.ParentID, s.Flags)
			}
			if isRoot && s.TraceState != "ci=job7" {
				t.Errorf("%s: trace state %q", name, s.TraceState)
			}
		}
	}

	fixed, errOut := mustRun(t, 0, "run", "--otlp", c.url, "--reproducible", "--quiet")
	if fixed != "00000000000000000000000000000001\n" || errOut != "" {
		t.Errorf("reproducible: stdout %q, stderr %q", fixed, errOut)
	}
	t.Setenv("TRACEPARENT", "00-0AF7-01\n")
	out, errOut = mustRun(t, 0, "run", "--otlp", c.url, "--quiet")
	if !traceIDLine.MatchString(out) || errOut != "warning: TRACEPARENT: \"00-0AF7-01\" is not a W3C traceparent; it is ignored\n" {
		t.Errorf("malformed: stdout %q, stderr %q", out, errOut)
	}
}

// The environment's resource is on all spans, its service name before all
// others, and the picture tells the servers apart as it did.
func TestRunWithResourceOfEnvironment(t *testing.T) {
	c := newCollector(t)
	mustRun(t, 0, "run", "--reproducible", "--quiet", "--out", "plain.dot")
	t.Setenv("OTEL_SERVICE_NAME", "ours")
	t.Setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=ci")
	mustRun(t, 0, "run", "--reproducible", "--quiet", "--otlp", c.url, "--out", "ours.dot")
	servers := map[string]bool{}
	for _, s := range c.trace(t).Spans {
		if s.Service() != "ours" || s.Resource.Attr("deployment.environment.name").Str() != "ci" {
			t.Fatalf("span %s has the resource %v", s.Name, s.Resource.Attrs)
		}
		servers[s.Attr("apiserver.name").Str()] = true
	}
	for _, name := range []string{"kube-apiserver", "kube-aggregator", "apiextensions-apiserver"} {
		if !servers[name] {
			t.Errorf("no span has the apiserver.name %s", name)
		}
	}
	plain, err := os.ReadFile("plain.dot")
	if err != nil {
		t.Fatal(err)
	}
	ours, err := os.ReadFile("ours.dot")
	if err != nil {
		t.Fatal(err)
	}
	ours = bytes.ReplaceAll(ours, []byte("ours v1.37.2"), []byte("kube-apiserver v1.37.2")) // the title
	if !bytes.Equal(plain, ours) {
		t.Errorf("the picture has changed in line %d", firstDifference(plain, ours))
	}
}

func TestShellWord(t *testing.T) {
	for s, want := range map[string]string{
		"chain.json": "chain.json", "http://[::1]:4318/a_b-c": "http://[::1]:4318/a_b-c", "": "''",
		"a b": "'a b'", "it's": `'it'\''s'`, "$x": "'$x'", "a;b": "'a;b'", "a\nb": "'a\nb'",
	} {
		if got := shellWord(s); got != want {
			t.Errorf("%q: got %s, want %s", s, got, want)
		}
	}
}
