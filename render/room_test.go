package render

import (
	"strings"
	"testing"
)

// TestRoom: texts of other scripts get room, and nothing else does.
func TestRoom(t *testing.T) {
	for dot, marks := range map[string]int{
		`label=<<TD>plain</TD>>, id="a>漢<b"`:        0,
		"<TD>&#60;b&#62; &#8230;</TD>":              0,
		"<TD>&#28450;&#28450;&#28450;&#28450;</TD>": 2, // two thirds of an em are lacking
		">>, id=\"&#28450;\"];\nn2 [label=<<":       0,
	} {
		out, err := makeRoom([]byte(dot))
		if err != nil {
			t.Fatal(err)
		}
		const mark = "&#173;"
		if n := strings.Count(string(out), mark); n != marks || strings.ReplaceAll(string(out), mark, "") != dot {
			t.Errorf("%s has %d marks, want %d: %s", dot, n, marks, out)
		}
	}
}
