package render_test

import (
	"strings"
	"testing"

	"github.com/chaintrace/chaintrace/render"
)

func TestTextWidth(t *testing.T) {
	for s, want := range map[string]int{"": 0, "abc": 3, "日本": 4, "e\u0301": 1, "é": 1, "├─ █": 4, "🚀": 2} {
		if got := render.TextWidth(s); got != want {
			t.Errorf("%q takes %d columns, want %d", s, got, want)
		}
	}
	for n, want := range map[int]string{-1: "", 0: "", 1: "a", 2: "a", 3: "a日", 4: "a日e\u0301", 9: "a日e\u0301"} {
		if got := render.TextHead("a日e\u0301", n); got != want {
			t.Errorf("of %d columns: %q, want %q", n, got, want)
		}
	}
}

// TestWideTextFits: what takes two columns of a terminal is counted as two.
func TestWideTextFits(t *testing.T) {
	g := &render.Graph{}
	n := render.Node{Key: "checks"}
	n.Label.Add(cell("サーバー"), cell(""))
	n.Label.Add(cell("日本語の名前がとても長いサーバーの名前です"), cell("yes"))
	n.Label.Add(cell("ping"), cell("yes"))
	g.AddNode(n)
	for _, width := range []int{8, 20, 38, 46, 0} {
		text := outline(t, g, render.TextOptions{Width: width})
		at := map[int]bool{}
		for _, l := range strings.Split(text, "\n") {
			if n := render.TextWidth(l); width > 0 && n > width {
				t.Errorf("%d: %q takes %d columns", width, l, n)
			}
			if before, _, found := strings.Cut(l, "yes"); found {
				at[render.TextWidth(before)] = true
			}
		}
		if len(at) > 1 || width == 38 && len(at) == 0 {
			t.Errorf("%d: what is in a column stands at %v:\n%s", width, at, text)
		}
	}
}
