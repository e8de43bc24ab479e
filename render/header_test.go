package render

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

func TestProblemsText(t *testing.T) {
	long := strings.Repeat("long ", 100)
	for _, c := range []struct {
		problems []string
		want     string
	}{
		{nil, ""},
		{[]string{"a"}, "This trace has problems: a"},
		{[]string{"a", "b"}, "This trace has problems: a; b"},
		{[]string{"a", "b", "c"}, "This trace has problems: a; b; and 1 more: see the summary"},
		{[]string{"a\x1b", "b", "c", "d"}, `This trace has problems: a\x1b; b; and 2 more: see the summary`},
	} {
		if got := problemsText(&startup.Startup{Problems: c.problems}); got != c.want {
			t.Errorf("%q are told as %q, want %q", c.problems, got, c.want)
		}
	}
	got := problemsText(&startup.Startup{Problems: []string{long, long, long}})
	if n := utf8.RuneCountInString(got); float64(n)*charPoints > titleTrack || !strings.HasSuffix(got, ellipsis+"; and 1 more: see the summary") {
		t.Errorf("long problems take %d characters: %q", n, got)
	}
}

// TestWhereReadinessWasSeen: a client sees it from outside, the recorder in the
// server does not.
func TestWhereReadinessWasSeen(t *testing.T) {
	for source, want := range map[string]string{
		attr.SourceInstrumented: "Ready after 2.00 s, as seen inside the server",
		attr.SourceObserved:     "Ready after 2.00 s, as seen from outside",
		"":                      "Ready after 2.00 s, as seen from outside",
	} {
		s := &startup.Startup{Source: source, Ready: &startup.Ready{At: 2 * time.Second, How: "observed"}}
		if got := readyText(s); got != want {
			t.Errorf("source %q: %q, want %q", source, got, want)
		}
	}
}

// TestProblemsAreInEveryPicture: and only where there are any.
func TestProblemsAreInEveryPicture(t *testing.T) {
	for _, view := range GraphViews() {
		for _, problems := range [][]string{nil, {"something is missing"}} {
			g, err := Picture(&startup.Startup{Problems: problems}, Options{View: view})
			if err != nil {
				t.Fatal(err)
			}
			marked := false
			for _, row := range g.Title.Rows {
				marked = marked || row.Cells[0].Role == RoleProblem && strings.Contains(row.Cells[0].Text, "something is missing")
			}
			if marked != (len(problems) > 0) {
				t.Errorf("%s: with problems %q the title is %+v", view, problems, g.Title.Rows)
			}
		}
	}
}
