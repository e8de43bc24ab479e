package startup_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

const ms = time.Millisecond

func TestFromTrace(t *testing.T) {
	s := chainOfTwo().read(t)
	if len(s.Problems) > 0 {
		t.Errorf("problems: %q", s.Problems)
	}
	if s.Service != "process" || s.Version != "v1" || s.Preset != "two" || !s.Simulated() || s.Storage != "fresh" || s.End != 100*ms {
		t.Errorf("the start reads as %+v", s)
	}
	if s.Ready == nil || s.Ready.At != 95*ms || s.Ready.How != "computed" || s.Failure != nil {
		t.Errorf("ready %+v, failure %+v", s.Ready, s.Failure)
	}
	inner, outer := s.Servers[0], s.Servers[1]
	if inner.Name != "inner" || inner.Delegate != "" || outer.Name != "outer" || outer.Delegate != "inner" {
		t.Fatalf("the servers are %s and %s", inner.Name, outer.Name)
	}
	if inner.Prepare != (startup.Interval{Start: 21 * ms, End: 30 * ms}) || outer.Prepare != (startup.Interval{Start: 30 * ms, End: 40 * ms}) {
		t.Errorf("own parts of PrepareRun: %v and %v", inner.Prepare, outer.Prepare)
	}
	if inner.Creator != "create" || inner.Create.Duration() != 9*ms || inner.New.Duration() != 4*ms {
		t.Errorf("inner was made by %q in %v", inner.Creator, inner.Create)
	}
	if len(outer.PostStart) != 2 || !outer.PostStart[0].Inherited || outer.PostStart[0].Origin != "inner" || outer.PostStart[1].Origin != "outer" {
		t.Errorf("hooks of outer: %+v", outer.PostStart)
	}
	if outer.PostStart[0].Run == nil || outer.PostStart[0].Run != inner.PostStart[0].Run || outer.PostStart[0].Run.Duration() != 20*ms {
		t.Error("both servers' hook a should have one run of 20 ms")
	}
	if len(outer.Disabled) != 1 || outer.Disabled[0].Name != "off" {
		t.Errorf("disabled: %+v", outer.Disabled)
	}
	if len(outer.Routes) != 1 || outer.Routes[0].Path != "/x" || !outer.Routes[0].Listed {
		t.Errorf("routes: %+v", outer.Routes)
	}
	if diff := cmp.Diff([]startup.Group{{Name: "g", Versions: []string{"v1"}, Empty: []string{"v1beta1"}}}, outer.Groups); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]startup.MuxSignal{{Name: "s", Inherited: true}}, outer.Signals); diff != "" {
		t.Error(diff)
	}
	var phases []string
	for _, p := range s.Phases {
		phases = append(phases, p.Name+" "+p.Server)
	}
	if diff := cmp.Diff([]string{"server.prepare outer", "hooks.run outer"}, phases); diff != "" {
		t.Error(diff)
	}
}

func checksOf(sv *startup.Server) []string {
	var lines []string
	for _, c := range sv.Checks {
		lines = append(lines, strings.Join(append([]string{c.Name, c.State.String(), c.Origin, c.SkippedBy}, c.Endpoints...), " "))
	}
	return lines
}

func TestChecks(t *testing.T) {
	want := []string{
		"db own outer  healthz livez readyz",
		"poststarthook/a inherited inner  healthz livez readyz",
		"both own outer  readyz",
		"db skipped inner outer",
		"only-readyz lost inner  readyz", // both is not lost: outer has one of that name
	}
	if diff := cmp.Diff(want, checksOf(chainOfTwo().read(t).Server("outer"))); diff != "" {
		t.Error(diff)
	}
	b := chainOfTwo()
	b.Spans[len(b.Spans)-1].Events = []trace.Event{{Name: attr.EventCheckMasked, Attrs: []trace.Attr{
		kv(attr.CheckName, "db"), kv(attr.CheckOrigin, "inner"), kv(attr.CheckSkippedBy, "outer"),
	}}}
	if got := checksOf(b.read(t).Server("outer"))[3]; got != "db masked inner outer" {
		t.Errorf("a skipped check that fails reads as %q, want masked", got)
	}
}

func TestFailureAndWhatItStopped(t *testing.T) {
	b := newBuilder()
	root := b.add(trace.SpanID{}, attr.SpanStartup, 0, 0)
	run := func(name, outcome string, end int64, waits ...string) {
		b.add(root, attr.SpanHookRun, 10, end, kv(attr.HookName, name), kv(attr.HookOutcome, outcome), kv(attr.HookError, name+" failed"), list(attr.HookWaitsFor, waits...))
	}
	run("third", attr.OutcomeInterrupted, 50, "timer:1s", "hook:second")
	run("second", attr.OutcomeHung, 50, "hook:first")
	run("first", attr.OutcomeFailed, 40)
	run("later", attr.OutcomeFailed, 45)
	run("alone", attr.OutcomeInterrupted, 50, "cache:first")
	run("done", attr.OutcomeRan, 20, "hook:first")
	s := b.read(t)
	if s.Failure == nil || s.Failure.Hook != "first" || s.Failure.At != 40*ms || s.Failure.Err != "first failed" {
		t.Fatalf("the failure is %+v", s.Failure)
	}
	because := map[string]string{}
	for _, r := range s.Runs {
		because[r.Name] = r.BecauseOf
	}
	if diff := cmp.Diff(map[string]string{"first": "", "second": "first", "third": "first", "later": "", "alone": "", "done": ""}, because); diff != "" {
		t.Error(diff)
	}
	if s.Ready != nil {
		t.Error("it was never ready")
	}
	if len(s.Problems) != 1 || s.Problems[0] != "1 span has no end" {
		t.Errorf("problems: %q", s.Problems)
	}
}

func TestBrokenTracesAreRead(t *testing.T) {
	b := newBuilder()
	b.of("x", attr.SpanServerNew, 5, 3, kv(attr.ServerDelegate, "y"))
	b.of("y", attr.SpanServerNew, 6, 0, kv(attr.ServerDelegate, "x"))
	b.of("z", attr.SpanServerCreate, 7, 8, kv(attr.ServerDelegate, "gone"))
	b.add(trace.SpanID{9}, attr.SpanHookRun, 8, 0, kv(attr.HookName, "h"))
	b.add(trace.SpanID{}, attr.SpanCheckAdd, 8, 9, kv(attr.CheckName, "c"))
	b.add(trace.SpanID{}, attr.SpanRouteInstall, 8, 9, kv(attr.RoutePath, "/"))
	b.Spans = append(b.Spans, b.Spans[0])
	s := b.read(t)
	for _, want := range []string{
		"there is no span startup", "delegate in a circle", "delegates to gone, of which the trace says nothing", "have no end",
		"has a parent that is not in the trace", "have an end before the start", "does not say of which server", "1 span has an ID that another span has",
	} {
		if !strings.Contains(strings.Join(s.Problems, "\n"), want) {
			t.Errorf("the problems do not say %q: %q", want, s.Problems)
		}
	}
	if len(s.Servers) != 3 || s.Server("x").New.Duration() != 0 {
		t.Errorf("the servers are %+v", s.Servers)
	}
	if s.Runs[0].Outcome != attr.OutcomeHung {
		t.Errorf("a run without an end is %q, want hung", s.Runs[0].Outcome)
	}
}

func TestNotAChain(t *testing.T) {
	b := newBuilder()
	b.add(trace.SpanID{}, "GET /", 0, 1)
	if _, err := startup.FromTrace(&b.Trace); !errors.Is(err, startup.ErrNoChain) || !strings.Contains(err.Error(), `"GET /"`) {
		t.Errorf("a foreign trace: %v", err)
	}
	if _, err := startup.FromTrace(&trace.Trace{}); !errors.Is(err, startup.ErrNoChain) {
		t.Errorf("an empty trace: %v", err)
	}
}

// TestOrderOfSpansDoesNotMatter: files hold spans in any order.
func TestOrderOfSpansDoesNotMatter(t *testing.T) {
	want := chainOfTwo().read(t)
	for seed := range uint64(50) {
		b := chainOfTwo()
		rand.New(rand.NewPCG(seed, 0)).Shuffle(len(b.Spans), func(i, j int) { b.Spans[i], b.Spans[j] = b.Spans[j], b.Spans[i] })
		if diff := cmp.Diff(want, b.read(t)); diff != "" {
			t.Fatalf("seed %d: %s", seed, diff)
		}
	}
}

func FuzzFromTrace(f *testing.F) {
	var seed bytes.Buffer
	if err := trace.WriteJSON(&seed, &chainOfTwo().Trace); err != nil {
		f.Fatal(err)
	}
	f.Add(seed.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		tr, err := trace.Read(bytes.NewReader(data), trace.ReadOptions{})
		if err != nil {
			return
		}
		s, err := startup.FromTrace(tr)
		if (s == nil) == (err == nil) {
			t.Fatalf("FromTrace returns %v and %v", s, err)
		}
		if s == nil {
			return
		}
		checkOffsets(t, s)
	})
}

func BenchmarkFromTrace(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		tr := newBuilder()
		tr.add(trace.SpanID{}, attr.SpanStartup, 0, 100)
		for i := len(tr.Spans); i < n; i++ {
			server := "server-" + string(rune('a'+i%3))
			switch i % 4 {
			case 0:
				tr.of(server, attr.SpanHookRegister, int64(i), int64(i+1), kv(attr.HookName, "hook"), kv(attr.HookKind, attr.KindPostStart))
			case 1:
				tr.of(server, attr.SpanCheckAdd, int64(i), int64(i+1), kv(attr.CheckName, "check"), list(attr.CheckEndpoints, "healthz"))
			case 2:
				tr.of(server, attr.SpanRouteInstall, int64(i), int64(i+1), kv(attr.RoutePath, "/"))
			default:
				tr.of(server, attr.SpanCheckMerge, int64(i), int64(i+1), kv(attr.CheckName, "check"))
			}
		}
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				if _, err := startup.FromTrace(&tr.Trace); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/span")
		})
	}
}
