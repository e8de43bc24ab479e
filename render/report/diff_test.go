package report_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/chaintrace/chaintrace/render/report"
	"github.com/chaintrace/chaintrace/trace/startup"
	"github.com/chaintrace/chaintrace/trace/startup/diff"
)

const outOfCell = `</td><script>alert(1)</script>`

// everything is a diff with one of all that text and page tell.
func everything() *report.Diff {
	found := &diff.Diff{
		RunsA: 4, RunsB: 4, Consequences: 2, Compared: 5, Tested: 12, Enough: 6,
		Structure: []diff.Change{
			{Op: diff.Removed, Kind: diff.KindRoute, Server: "x", Name: "/debug/pprof (exact)", InA: 4},
			{Op: diff.Removed, Kind: diff.KindRoute, Server: "y", Name: "/debug/pprof (exact)", InA: 4},
			{Op: diff.Removed, Kind: diff.KindRoute, Server: "x", Name: "/debug/pprof/trace (exact)", InA: 4},
			{Op: diff.Removed, Kind: diff.KindRoute, Server: "y", Name: "/debug/pprof/trace (exact)", InA: 4},
			{Op: diff.Moved, Kind: diff.KindHook, Server: "x", Was: "y", Name: outOfCell, InA: 4, InB: 4},
			{Op: diff.Added, Kind: diff.KindHook, Server: "x", Name: "rare", InB: 1, OfA: 4, OfB: 3, P: 0.4, Adjusted: 0.43, Undecided: true},
		},
		Unknown:   []diff.Unknown{{Side: "a", Kind: diff.KindServer, N: 1}, {Side: "b", Kind: diff.KindCheck, N: 2}, {Side: "b", Kind: diff.KindRoute, N: 1}, {Side: "b", Kind: diff.KindRoute, Died: true, N: 3}},
		Unchanged: []diff.Count{{Kind: diff.KindRoute, Server: "x", N: 3}, {Kind: diff.KindRoute, Server: "y", N: 4}, {Kind: diff.KindServer, Server: "x", N: 1}},
		Errors:    []diff.Change{{Op: diff.Changed, Kind: diff.KindTrouble, Server: "x", Name: "h", Fields: []diff.Field{{Name: "starts", From: "1 of 4", To: "3 of 4"}}, P: 0.4857, Adjusted: 0.4857, Undecided: true}},
		Timing:    []diff.Timing{{Kind: diff.KindHookRun, Server: "x", Was: "y", Name: outOfCell, From: 1e6, To: 2e6, FromLow: 1e6, FromHigh: 1e6, ToLow: 2e6, ToHigh: 2e6, NA: 4, NB: 4, P: 0.02, Adjusted: 0.021, Verdict: diff.Slower}, {Kind: diff.KindHookRun, Server: "x", Name: "u", From: 1e6, To: 2e6, NA: 4, NB: 4, P: 0.04, Adjusted: 0.4, Verdict: diff.Undecided}},
	}
	s := []*startup.Startup{{Service: "s"}, {}, {}, {}}
	return report.NewDiff(s, s, []string{"a.json"}, []string{"b.json"}, found)
}

func TestDiffText(t *testing.T) {
	var b strings.Builder
	if err := everything().WriteText(&b, report.Style{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"-  2 routes at and below /debug/pprof", "x, y", "/trace\n", "y → x",
		"5 differences in all, and 2 more that follow from these\n",
		"~  hook h  x       starts: 1 of 4 → 3 of 4; undecided (p=0.486)\n",
		"+1.0 ms (+100%)  p=0.021 n=4+4\n", "\nunchanged: 1 server, 7 routes, 3 times\n",
		"in 1 of 3 starts; undecided (p=0.430)\n", "undecided (p=0.400 n=4+4)\n", "undecided: to tell one of 12 differences from chance takes at least 6 starts a side that have it\n",
		"\nnot compared, as a does not tell of such in any start: 1 server\n", "\nnot compared, as b did not get so far in any start before it died: 3 routes\n",
		"\nnot compared, as b does not tell of such in any start: 2 checks, 1 route\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in\n%s", want, b.String())
		}
	}
}

// TestDiffPage: what the text tells stands in tables, and no name gets out of its
// cell.
func TestDiffPage(t *testing.T) {
	var page bytes.Buffer
	if err := everything().WriteHTML(&page, []byte(`<?xml version="1.0"?><svg></svg>`)); err != nil {
		t.Fatal(err)
	}
	doc, err := html.Parse(&page)
	if err != nil {
		t.Fatal(err)
	}
	var tables int
	var cells []string
	for n := range doc.Descendants() {
		switch n.DataAtom {
		case atom.Table:
			tables++
		case atom.Script, atom.Pre:
			t.Errorf("there is a %s", n.Data)
		case atom.Td:
			text := ""
			for c := range n.Descendants() {
				text += c.Data
			}
			cells = append(cells, text)
		}
	}
	if tables != 3 {
		t.Errorf("%d tables", tables)
	}
	for _, want := range []string{"2 routes at and below /debug/pprof", "x, y", "post-start hook " + outOfCell, "starts: 1 of 4 → 3 of 4; undecided (p=0.486)"} {
		if !slices.Contains(cells, want) {
			t.Errorf("no cell %q in %q", want, cells)
		}
	}
}

// TestDiffGroups: the JSON has every change, and says which are one.
func TestDiffGroups(t *testing.T) {
	a := everything()
	if len(a.Structure) != 6 || len(a.Groups) != 3 {
		t.Fatalf("%+v", a.Groups)
	}
	g := a.Groups[0]
	if !slices.Equal(g.Members, []int{0, 1, 2, 3}) || !slices.Equal(g.Servers, []string{"x", "y"}) || g.Name != "/debug/pprof" {
		t.Errorf("%+v", g)
	}
}
