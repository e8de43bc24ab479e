package render_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/trace"
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
