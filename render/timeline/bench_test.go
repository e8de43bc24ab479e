package timeline_test

import (
	"fmt"
	"io"
	"math"
	"testing"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/render/timeline"
)

// BenchmarkWrite draws starts of many hooks up and writes them, each hook with a
// bar of its own; the time for each should stay the same.
func BenchmarkWrite(b *testing.B) {
	text := func(w io.Writer, t *timeline.Timeline) error { return timeline.WriteText(w, t, render.TextOptions{}) }
	for _, n := range []int{1_000, 10_000, 100_000} {
		s := many(n)
		for _, f := range []struct {
			name  string
			most  int
			write func(io.Writer, *timeline.Timeline) error
		}{{"svg", math.MaxInt, timeline.WriteSVG}, {"txt", math.MaxInt, text}, {"svg-of-200", 200, timeline.WriteSVG}} {
			b.Run(fmt.Sprintf("format=%s/bars=%d", f.name, n), func(b *testing.B) {
				for b.Loop() {
					if err := f.write(io.Discard, timeline.FromStart(s, f.most)); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/bar")
			})
		}
	}
}

// BenchmarkTrace draws traces of many spans up as 200 bars.
func BenchmarkTrace(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		t := tree(n, func(i int) int { return (i+4)/5 - 1 }, func(i int) string { return fmt.Sprintf("name %d", i%10) })
		b.Run(fmt.Sprintf("spans=%d", n), func(b *testing.B) {
			for b.Loop() {
				if tl := timeline.FromTrace(t, 200); len(tl.Bars) == 0 {
					b.Fatal("there are no bars")
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/span")
		})
	}
}
