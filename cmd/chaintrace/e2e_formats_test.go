//go:build e2e

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
)

// writeFiles runs a command line that writes these files into a new directory,
// and returns their paths.
func writeFiles(t *testing.T, args []string, names ...string) []string {
	t.Helper()
	dir := t.TempDir()
	var paths []string
	for _, n := range names {
		path := filepath.Join(dir, n)
		args = append(args, "--out", path)
		paths = append(paths, path)
	}
	if code, _, errOut := command(append(args, "--quiet")...); code != 0 && code != exitNo {
		t.Fatalf("exit code %d: %s", code, errOut)
	}
	return paths
}

// pprofTool runs go tool pprof.
func pprofTool(t *testing.T, args ...string) string {
	t.Helper()
	var out, errOut bytes.Buffer
	cmd := exec.Command("go", append([]string{"tool", "pprof"}, args...)...)
	cmd.Env = append(cmd.Environ(), "PPROF_TMPDIR="+t.TempDir())
	cmd.Stdout, cmd.Stderr = &out, &errOut
	if err := cmd.Run(); err != nil {
		t.Fatalf("go tool pprof %q: %v\n%s", args, err, &errOut)
	}
	return out.String()
}

// TestPprofReadsProfiles has go tool pprof report on a start, and on what changed
// in another.
func TestPprofReadsProfiles(t *testing.T) {
	run := []string{"run", "--reproducible"}
	one := writeFiles(t, run, "one.pprof")[0]
	slow := writeFiles(t, append(run, "--slow", "rbac/bootstrap-roles=3s"), "slow.pprof")[0]

	top := pprofTool(t, "-top", "-nodecount=400", "-nodefraction=0", one)
	for _, want := range []string{"File: kube-apiserver v1.37.2 (simulated time)", "Type: time", "timer:1s", "rbac/bootstrap-roles", "server.prepare kube-aggregator", "hooks.run"} {
		if !strings.Contains(top, want) {
			t.Errorf("the report lacks %q:\n%s", want, top)
		}
	}
	if tree := pprofTool(t, "-traces", one); !strings.Contains(tree, "rbac/bootstrap-roles\n             kube-apiserver\n             hooks.run\n             startup") {
		t.Errorf("the stack of a hook is not hook, server, phase:\n%.3000s", tree)
	}
	same := pprofTool(t, "-top", "-diff_base", one, one)
	if !strings.Contains(same, "Total samples = ") || strings.Contains(same, "rbac/") {
		t.Errorf("a start differs from itself:\n%s", same)
	}
	changed := pprofTool(t, "-top", "-cum", "-diff_base", one, slow)
	if !strings.Contains(changed, "rbac/bootstrap-roles") || strings.Contains(changed, "scheduling/") {
		t.Errorf("what changed is\n%s", changed)
	}
}

// TestPprofShowsNamesAsTheyAre: names that mean something to pprof, to a page or to
// a terminal are names in its reports, and in those of its pages.
func TestPprofShowsNamesAsTheyAre(t *testing.T) {
	profile := writeFiles(t, []string{"render", namedTrace(t, hostileNames()...)}, "named.pprof")[0]
	top := pprofTool(t, "-top", "-nodefraction=0", profile)
	for _, name := range hostileNames() {
		if !strings.Contains(top, " "+name+"\n") {
			t.Errorf("the report lacks %q:\n%s", name, top)
		}
	}
}

// hostileNames mean something to one tool or another.
func hostileNames() []string {
	return []string{
		"GET /pods/<id> (cached)", "<script>window.hacked=1</script>", "a::b(c)[d]", "_ZN3foo3barEv", `"quoted"\n`, "%s%d", "../../etc/passwd",
		"javascript:alert(1)", "&amp;&#0;", "漢字 🚀 naïve", "__proto__", "null", "'; DROP TABLE spans; --", "=1+1",
	}
}

// namedTrace writes a trace into a file: spans with these names in one called root,
// whose texts are all such a name too. It returns the path.
func namedTrace(t *testing.T, names ...string) string {
	t.Helper()
	resource := &trace.Resource{Attrs: []trace.Attr{{Key: attr.ServiceName, Value: trace.String("names")}}}
	tr := &trace.Trace{Spans: []trace.Span{{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{0: 1}, Name: "root", Kind: trace.KindServer, Start: 1e18, End: 1e18 + 1e9, Resource: resource}}}
	for i, name := range names {
		s := trace.Span{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{7: byte(2 + i)}, ParentID: trace.SpanID{1}, Name: name, Kind: trace.KindClient, Resource: resource}
		s.Start = 1e18 + int64(i)*1e6
		s.End = s.Start + 9e5
		s.Attrs = []trace.Attr{{Key: name, Value: trace.String(name)}}
		s.Events = []trace.Event{{Name: name, Time: s.Start, Attrs: []trace.Attr{{Key: "text", Value: trace.String(name)}}}}
		s.Status = trace.Status{Code: trace.StatusError, Message: name}
		tr.Spans = append(tr.Spans, s)
	}
	return traceFile(t, tr)
}

// traceFile writes a trace into a file and returns its path.
func traceFile(t *testing.T, tr *trace.Trace) string {
	t.Helper()
	var b bytes.Buffer
	if err := trace.WriteJSON(&b, tr); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "trace.json")
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// jaegerSpans reads a document of Jaeger's and returns its spans as text by ID,
// with their processes, and tags in order.
func jaegerSpans(t *testing.T, in []byte) map[string]string {
	t.Helper()
	var doc struct {
		Data []struct {
			Spans     []map[string]any
			Processes map[string]map[string]any
		}
	}
	d := json.NewDecoder(bytes.NewReader(in))
	d.UseNumber()
	if err := d.Decode(&doc); err != nil {
		t.Fatalf("%v in %.300s", err, in)
	}
	spans := map[string]string{}
	for _, tr := range doc.Data {
		for _, s := range tr.Spans {
			p := tr.Processes[s["processID"].(string)]
			s["process"] = map[string]any{"serviceName": p["serviceName"], "tags": sortedTags(p["tags"])}
			delete(s, "processID")
			delete(s, "flags") // of which Jaeger has its own
			s["tags"] = sortedTags(s["tags"])
			for _, l := range s["logs"].([]any) {
				l.(map[string]any)["fields"] = sortedTags(l.(map[string]any)["fields"])
			}
			text, err := json.MarshalIndent(s, "", " ")
			if err != nil {
				t.Fatal(err)
			}
			spans[s["spanID"].(string)] = string(text)
		}
	}
	return spans
}

func sortedTags(tags any) []string {
	var texts []string
	for _, tag := range tags.([]any) {
		if key := tag.(map[string]any)["key"]; key != "internal.span.format" {
			texts = append(texts, fmt.Sprint(tag))
		}
	}
	slices.Sort(texts)
	return texts
}

// TestJaegerWritesTheSame sends a run and a trace with hostile names to a real
// Jaeger, whose query API answers with the format that its search page reads: it is
// what --out writes of the same.
func TestJaegerWritesTheSame(t *testing.T) {
	s := startJaeger(t)
	ours := filepath.Join(t.TempDir(), "ours.jaeger.json")
	direct := filepath.Join(t.TempDir(), "direct.json")
	id := sendRun(t, s, "http://"+s.OTLPHTTP, "--out", ours, "--out", direct)
	sameInJaeger(t, s, id, ours, len(readTraceFile(t, direct).Spans))
	// Read again, it gives the same pictures, to the nanosecond.
	for _, format := range []string{"dot", "txt"} {
		samePicture(t, direct, ours, "hooks", format)
	}

	for _, file := range []string{namedTrace(t, hostileNames()...), traceFile(t, withoutService())} {
		if code, _, errOut := command("send", file, "--otlp", "http://"+s.OTLPHTTP); code != 0 {
			t.Fatalf("exit code %d: %s", code, errOut)
		}
		tr := readTraceFile(t, file)
		sameInJaeger(t, s, tr.Spans[0].TraceID.String(), writeFiles(t, []string{"render", file}, "ours.jaeger.json")[0], len(tr.Spans))
	}
}

// withoutService returns a trace of a resource without attributes and one with others
// than a service's name.
func withoutService() *trace.Trace {
	t := &trace.Trace{}
	for i, attrs := range [][]trace.Attr{nil, {{Key: "host.name", Value: trace.String("h")}}} {
		t.Spans = append(t.Spans, trace.Span{
			TraceID: trace.TraceID{2}, SpanID: trace.SpanID{7: byte(1 + i)}, Name: "span", Kind: trace.KindInternal,
			Start: 1e18, End: 1e18 + 1e6, Resource: &trace.Resource{Attrs: attrs},
		})
	}
	return t
}

// sameInJaeger compares a file in Jaeger's format with what Jaeger has of a trace.
func sameInJaeger(t *testing.T, s *jaegerServer, id, file string, spans int) {
	t.Helper()
	awaitSpans(t, s, id, spans)
	response, err := http.Get("http://" + s.Query + "/api/traces/" + id + "?raw=true")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	ours, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	theirs, written := jaegerSpans(t, answer), jaegerSpans(t, ours)
	if len(theirs) != spans {
		t.Errorf("Jaeger has %d of %d spans", len(theirs), spans)
	}
	if d := gocmp.Diff(theirs, written); d != "" {
		t.Errorf("Jaeger's and ours (-theirs +ours):\n%.4000s", d)
	}
}

// onTerminal runs the command on a terminal of 60 columns.
func onTerminal(binary, args string) (string, error) {
	out, err := exec.Command("script", "-qec", "stty cols 60; "+binary+" "+args, "/dev/null").CombinedOutput()
	return strings.ReplaceAll(string(out), "\r", ""), err
}

// TestTerminal: text fits, and nothing binary comes to it.
func TestTerminal(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "chaintrace")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := onTerminal(binary, "run --reproducible --quiet --out - --format txt")
	if err != nil || !strings.Contains(out, "└─ kube-aggregator") || !strings.Contains(out, "…\n") {
		t.Errorf("%v\n%s", err, out)
	}
	for l := range strings.Lines(out) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(l, "\n")); n > 60 {
			t.Errorf("%d characters: %s", n, l)
		}
	}
	for _, format := range []string{"png", "pb", "pprof"} {
		if out, err := onTerminal(binary, "run --out - --format "+format); err == nil || !strings.Contains(out, format+" is binary, and stdout is a terminal") || len(out) > 500 {
			t.Errorf("%s: %v, %.300q", format, err, out)
		}
	}
}
