package render_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/render/format"
	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// defaultStart is the start of the default chain, as the golden trace has it.
func defaultStart(b *testing.B) *startup.Startup {
	b.Helper()
	f, err := os.Open("../testdata/golden/kube-apiserver-1.37.trace.json")
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	t, err := trace.Read(f, trace.ReadOptions{})
	if err != nil {
		b.Fatal(err)
	}
	s, err := startup.FromTrace(t)
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// BenchmarkSVG draws the default chain within the process and, side by side,
// has Graphviz's own dot draw the same DOT.
func BenchmarkSVG(b *testing.B) {
	s := defaultStart(b)
	b.Run("in-process", func(b *testing.B) {
		for b.Loop() {
			if err := write(io.Discard, s, "svg", render.Options{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("dot", func(b *testing.B) {
		dot, err := exec.LookPath("dot")
		if err != nil {
			b.Skip("there is no dot to compare with; install graphviz")
		}
		var in bytes.Buffer
		if err := write(&in, s, "dot", render.Options{}); err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			cmd := exec.Command(dot, "-Tsvg")
			cmd.Stdin = bytes.NewReader(in.Bytes())
			if err := cmd.Run(); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkPNG(b *testing.B) {
	s := defaultStart(b)
	for b.Loop() {
		if err := write(io.Discard, s, "png", render.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkWriteGraph writes graphs of many nodes in formats that lay nothing out;
// the time per node should stay the same.
func BenchmarkWriteGraph(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		g := &render.Graph{Name: "large"}
		cluster := g.AddCluster(render.Cluster{Key: "cluster", Role: render.RoleServer})
		for i := range n {
			node := render.Node{Key: fmt.Sprintf("node %d", i), Cluster: cluster, Role: render.RolePanel, Tooltip: "a node among many"}
			node.Label.AddRow(render.Row{Role: render.RoleOwn, Cells: []render.Cell{{Text: fmt.Sprintf("hook-%d", i)}, {Text: "100 ms", Align: render.AlignRight}}})
			id := g.AddNode(node)
			if i > 0 {
				g.AddEdge(render.Edge{From: render.End{Node: id - 1, Row: 1, Side: render.SideEast}, To: render.End{Node: id}, Role: render.RoleOwn})
			}
		}
		text := func(w io.Writer, g *render.Graph) error { return render.WriteText(w, g, render.TextOptions{}) }
		for _, f := range []struct {
			name  string
			write func(io.Writer, *render.Graph) error
		}{{"dot", render.WriteDOT}, {"txt", text}} {
			b.Run(fmt.Sprintf("format=%s/nodes=%d", f.name, n), func(b *testing.B) {
				for b.Loop() {
					if err := f.write(io.Discard, g); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/node")
			})
		}
	}
}

// startOf is a trace of about so many spans, of a server that starts with many hooks,
// checks and paths.
func startOf(b *testing.B, spans int) (*trace.Trace, *startup.Startup) {
	b.Helper()
	t := &trace.Trace{}
	res := &trace.Resource{Attrs: []trace.Attr{{Key: attr.ServiceName, Value: trace.String("bench")}}}
	add := func(name string, parent int, start, took int64, attrs ...trace.Attr) int {
		s := trace.Span{Name: name, Start: 1_700_000_000_000_000_000 + start, Attrs: attrs, Resource: res}
		s.End = s.Start + took
		s.TraceID[0] = 1
		binary.BigEndian.PutUint64(s.SpanID[:], uint64(len(t.Spans)+1))
		binary.BigEndian.PutUint64(s.ParentID[:], uint64(parent))
		t.Spans = append(t.Spans, s)
		return len(t.Spans)
	}
	server := trace.Attr{Key: attr.ServerName, Value: trace.String("bench")}
	root := add(attr.SpanStartup, 0, 0, 1_000_000_000)
	made := add(attr.SpanServerNew, root, 1, 1000, server)
	run := add(attr.SpanHooksRun, root, 2000, 900_000_000)
	for i := 0; len(t.Spans) < spans; i++ {
		hook := trace.Attr{Key: attr.HookName, Value: trace.String(fmt.Sprint("hook-", i))}
		add(attr.SpanHookRegister, made, 10, 1, server, hook)
		add(attr.SpanCheckAdd, made, 11, 1, server, trace.Attr{Key: attr.CheckName, Value: trace.String(fmt.Sprint("check-", i))})
		add(attr.SpanRouteInstall, made, 12, 1, server, trace.Attr{Key: attr.RoutePath, Value: trace.String(fmt.Sprintf("/apis/g%d/r%d", i/100, i))})
		add(attr.SpanHookRun, run, 3000+int64(i), 1000+int64(i%977)*1000, server, hook, trace.Attr{Key: attr.HookOutcome, Value: trace.String(attr.OutcomeRan)})
	}
	s, err := startup.FromTrace(t)
	if err != nil {
		b.Fatal(err)
	}
	return t, s
}

// BenchmarkLargeTraces writes traces of many spans, as a server chain and as nothing
// but spans, with all in them and with what is alike counted. The time per span
// should stay the same, that of layouts, which are of what is counted, goes down.
func BenchmarkLargeTraces(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		t, s := startOf(b, n)
		for _, in := range []format.Input{{Trace: t, Start: s}, {Trace: t}} {
			what := "chain"
			if in.Start == nil {
				what = "spans"
			}
			for _, c := range []struct {
				format string
				most   int
			}{{"dot", -1}, {"txt", -1}, {"dot", 0}, {"txt", 0}, {"mmd", 0}, {"svg", 0}} {
				f, err := format.Find(c.format, format.All())
				if err != nil {
					b.Fatal(err)
				}
				shown := "all"
				if c.most == 0 {
					shown = strconv.Itoa(render.DefaultMaxNodes)
				}
				b.Run(fmt.Sprintf("of=%s/format=%s/shown=%s/spans=%d", what, c.format, shown, n), func(b *testing.B) {
					for b.Loop() {
						if err := f.Write(io.Discard, in, render.Options{MaxNodes: c.most}); err != nil {
							b.Fatal(err)
						}
					}
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/span")
				})
			}
		}
	}
}
