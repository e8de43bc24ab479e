//go:build e2e

package main

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/trace"
)

// TestJaegerGivesBackWhatWasSent sends the default run to a real Jaeger and
// reads it back: the same spans and the same pictures, but for what Jaeger
// cannot hold.
func TestJaegerGivesBackWhatWasSent(t *testing.T) {
	s := startJaeger(t)
	for protocol, endpoint := range map[string]string{"gRPC": "grpc://" + s.OTLPGRPC, "HTTP": "http://" + s.OTLPHTTP} {
		t.Run(protocol, func(t *testing.T) {
			dir := t.TempDir()
			direct := filepath.Join(dir, "direct.json")
			id := sendRun(t, s, endpoint, "--out", direct)
			address := "jaeger://" + s.Query + "/" + id

			sent := readTraceFile(t, direct)
			awaitSpans(t, s, id, len(sent.Spans))
			back := readBack(t, dir, address)
			if services := servicesOf(back); len(services) != 3 {
				t.Errorf("Jaeger has the services %q", services)
			}
			if len(sent.Spans) < 300 {
				t.Errorf("only %d spans were sent", len(sent.Spans))
			}
			if diff := gocmp.Diff(inJaeger(sent), withSortedResources(back), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("sent and read back (-sent +back):\n%s", diff)
			}
			for _, view := range render.Views() {
				samePicture(t, direct, address, string(view), "svg")
			}
			for _, view := range render.GraphViews() {
				samePicture(t, direct, address, string(view), "dot")
			}
			for _, question := range answerCommands() {
				sameAnswer(t, direct, address, question)
			}
		})
	}
}

// sendRun sends a run, in real order of time as every run, and returns its ID.
func sendRun(t *testing.T, s *jaegerServer, endpoint string, args ...string) string {
	t.Helper()
	ui := "http://" + s.Query
	code, out, errOut := command(append([]string{"run", "--otlp", endpoint, "--jaeger-ui", ui}, args...)...)
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, errOut)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != 2 || lines[1] != ui+"/trace/"+lines[0] {
		t.Fatalf("it prints %q", lines)
	}
	return lines[0]
}

func readTraceFile(t *testing.T, path string) *trace.Trace {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	tr, err := trace.Read(bytes.NewReader(b), trace.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// readBack reads what Jaeger has as the command does.
func readBack(t *testing.T, dir, address string) *trace.Trace {
	t.Helper()
	file := filepath.Join(dir, "back.json")
	if code, _, errOut := command("render", address, "--quiet", "--out", file); code != 0 {
		t.Fatalf("exit code %d: %s", code, errOut)
	}
	return readTraceFile(t, file)
}

func servicesOf(t *trace.Trace) []string {
	var names []string
	for i := range t.Spans {
		names = append(names, t.Spans[i].Service())
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// inJaeger returns what Jaeger can hold of a chain's trace: no flags, and
// attributes of a resource in no order. Of scopes it holds name and version, of
// links only where they lead; the chain has no more of either.
func inJaeger(t *trace.Trace) *trace.Trace {
	out := withSortedResources(t)
	for i := range out.Spans {
		out.Spans[i].Flags = 0
	}
	return out
}

func withSortedResources(t *trace.Trace) *trace.Trace {
	out := &trace.Trace{Spans: slices.Clone(t.Spans)}
	for i := range out.Spans {
		r := *out.Spans[i].Resource
		r.Attrs = slices.SortedFunc(slices.Values(r.Attrs), func(a, b trace.Attr) int { return cmp.Compare(a.Key, b.Key) })
		out.Spans[i].Resource = &r
	}
	return out
}

// sameAnswer asks a saved trace and the one in Jaeger the same question.
func sameAnswer(t *testing.T, direct, address, question string) {
	t.Helper()
	_, want, errOut := command(question, direct, "--output", "json")
	if len(want) == 0 {
		t.Fatalf("%s %s: %s", question, direct, errOut)
	}
	if _, got, errOut := command(question, address, "--output", "json"); !bytes.Equal(got, want) {
		t.Errorf("the answer of %s from Jaeger differs in line %d: %s", question, firstDifference(got, want), errOut)
	}
}

func samePicture(t *testing.T, direct, address, view, format string) {
	t.Helper()
	picture := func(input string) []byte {
		code, out, errOut := command("render", input, "--quiet", "--view", view, "--out", "-", "--format", format, "--detail", "full")
		if code != 0 || len(errOut) > 0 {
			t.Fatalf("%s: exit code %d: %s", input, code, errOut)
		}
		return out
	}
	if want, got := picture(direct), picture(address); !bytes.Equal(want, got) {
		t.Errorf("the %s of view %s drawn from Jaeger differs in line %d", format, view, firstDifference(got, want))
	}
}

// TestJaegerByService finds traces by what is asked for, and lists them.
func TestJaegerByService(t *testing.T) {
	s := startJaeger(t)
	var ids []string
	for range 3 {
		ids = append(ids, sendRun(t, s, "http://"+s.OTLPHTTP, "--quiet"))
	}
	for _, id := range ids {
		awaitSpans(t, s, id, 300)
	}
	search := "jaeger://" + s.Query + "/?service=kube-aggregator&lookback=1h&limit=10"
	code, out, errOut := command("traces", search)
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, errOut)
	}
	for _, id := range ids {
		if !strings.Contains(string(out), id) {
			t.Errorf("the list lacks %s:\n%s", id, out)
		}
	}
	for _, id := range ids {
		if code, _, errOut := command("render", search, "--trace", id, "--quiet", "--out", filepath.Join(t.TempDir(), "x.dot")); code != 0 {
			t.Errorf("trace %s: exit code %d: %s", id, code, errOut)
		}
	}
	for address, want := range map[string]string{
		"jaeger://" + s.Query + "/?service=nobody":                  "kube-aggregator",
		"jaeger://" + s.Query + "/0123456789abcdef0123456789abcdef": "0123456789abcdef0123456789abcdef",
	} {
		if code, _, errOut := command("render", address); code != exitWork || !strings.Contains(string(errOut), want) {
			t.Errorf("%s: exit code %d, %s", address, code, errOut)
		}
	}
}

// TestJaegerKeepsItOnDisk: another storage, and another process that reads it.
func TestJaegerKeepsItOnDisk(t *testing.T) {
	dir := t.TempDir()
	direct := filepath.Join(dir, "direct.json")
	first := startJaegerWith(t, jaegerOptions{badgerDir: dir})
	id := sendRun(t, first, "grpc://"+first.OTLPGRPC, "--quiet", "--out", direct)
	sent := readTraceFile(t, direct)
	awaitSpans(t, first, id, len(sent.Spans))
	first.stop(t)

	second := startJaegerWith(t, jaegerOptions{badgerDir: dir, args: []string{"--query.base-path=/jaeger"}})
	back := readBack(t, dir, "jaeger://"+second.Query+"/jaeger/"+id)
	if diff := gocmp.Diff(inJaeger(sent), withSortedResources(back), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("sent and read back (-sent +back):\n%.2000s", diff)
	}
}

// TestJaegerDiesWhileSending: nothing is lost, and what was kept can be sent
// when there is a Jaeger again.
func TestJaegerDiesWhileSending(t *testing.T) {
	t.Chdir(t.TempDir())
	const spans = 100_000
	big := manySpans(spans)
	var in bytes.Buffer
	if err := trace.WriteJSON(&in, big); err != nil {
		t.Fatal(err)
	}
	id := big.Spans[0].TraceID.String()

	s := startJaeger(t)
	go killWhenItHasSome(t, s, id)
	var out, errOut bytes.Buffer
	code := execute([]string{"send", "-", "--otlp", "grpc://" + s.OTLPGRPC}, &in, &out, &errOut)
	if code != exitWork {
		t.Fatalf("exit code %d: %s", code, &errOut)
	}
	kept := "chaintrace-" + id + ".json"
	for _, want := range []string{kept, fmt.Sprintf("of %d spans", spans), "chaintrace send"} {
		if !strings.Contains(errOut.String(), want) {
			t.Errorf("it says %q, without %q", &errOut, want)
		}
	}
	if diff := gocmp.Diff(big, readTraceFile(t, kept), cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("what was kept (-want +got):\n%.2000s", diff)
	}

	again := startJaeger(t)
	if code, _, errOut := command("send", kept, "--otlp", "grpc://"+again.OTLPGRPC); code != 0 {
		t.Fatalf("sending what was kept: exit code %d: %s", code, errOut)
	}
	back := awaitSpans(t, again, id, spans)
	if diff := gocmp.Diff(inJaeger(big), withSortedResources(back), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("sent again and read back (-sent +back):\n%.2000s", diff)
	}
}

// killWhenItHasSome ends Jaeger as soon as it has taken spans of the trace.
func killWhenItHasSome(t *testing.T, s *jaegerServer, id string) {
	for t.Context().Err() == nil {
		resp, err := http.Get("http://" + s.Query + "/api/services")
		if err != nil {
			t.Errorf("asking Jaeger: %v", err)
			return
		}
		var answer bytes.Buffer
		_, err = answer.ReadFrom(resp.Body)
		resp.Body.Close()
		if err == nil && strings.Contains(answer.String(), "apiserver") {
			s.kill()
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// awaitSpans returns what Jaeger has of a trace as soon as it has this many
// spans, which it takes in the background.
func awaitSpans(t *testing.T, s *jaegerServer, id string, want int) *trace.Trace {
	t.Helper()
	deadline := time.Now().Add(3 * time.Minute)
	for {
		resp, err := http.Get("http://" + s.Query + "/api/v3/traces/" + id)
		if err != nil {
			t.Fatal(err)
		}
		tr, err := trace.Read(resp.Body, trace.ReadOptions{})
		resp.Body.Close()
		if err == nil && len(tr.Spans) >= want {
			return tr
		}
		if time.Now().After(deadline) {
			t.Fatalf("Jaeger has %d of %d spans: %v", len(tr.Spans), want, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// manySpans returns a trace that takes a while to send.
func manySpans(n int) *trace.Trace {
	resource := &trace.Resource{Attrs: []trace.Attr{{Key: "service.name", Value: trace.String("my-apiserver")}}}
	scope := &trace.Scope{Name: "test"}
	t := &trace.Trace{Spans: make([]trace.Span, n)}
	for i := range t.Spans {
		t.Spans[i] = trace.Span{
			TraceID: trace.TraceID{1, 2, 3, 15: 4}, Name: "hook.run", Kind: trace.KindInternal,
			Start: 1_750_000_000_000_000_000 + int64(i), End: 1_750_000_000_000_000_007 + 2*int64(i),
			Attrs:    []trace.Attr{{Key: "hook.name", Value: trace.String(fmt.Sprintf("hook-%d", i))}},
			Resource: resource, Scope: scope,
		}
		binary.BigEndian.PutUint64(t.Spans[i].SpanID[:], uint64(i+1))
	}
	return t
}
