package fold

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestList(t *testing.T) {
	for _, c := range []struct {
		what            string
		groups          string // a letter for each entry
		budget          int
		important, want string
	}{
		{"all fit", "aabb", 4, "", "0 1 2 3"},
		{"each group keeps as many", "aaaabbbb", 4, "", "0 (1 2 3) 4 (5 6 7)"},
		{"what is important stays", "aaaaaaaa", 3, "f", "0 5 (1 2 3 4 6 7)"},
		{"a small group stays whole", "aaaaaab", 4, "", "0 1 (2 3 4 5) 6"},
		{"no piece for one alone", "aaabbb", 5, "", "0 1 2 3 (4 5)"},
		{"what is left goes to the most important", "aaabbbcccc", 5, "hj", "(0 1 2) (3 4 5) 7 9 (6 8)"},
		{"of all groups", "aaaabbbbb", 5, "gi", "0 (1 2 3) 6 8 (4 5 7)"},
		{"groups that are mixed come one after the other", "abababab", 4, "", "0 (2 4 6) 1 (3 5 7)"},
		{"too many groups", "abcdefgh", 4, "", "0 1 2 (3 4 5 6 7)"},
	} {
		important := func(i int) int64 {
			if strings.ContainsRune(c.important, rune('a'+i)) {
				return 1
			}
			return 0
		}
		var got []string
		for _, p := range List(len(c.groups), c.budget, func(i int) string { return c.groups[i : i+1] }, important) {
			if p.Folded == nil {
				got = append(got, fmt.Sprint(p.Index))
			} else {
				got = append(got, strings.NewReplacer("[", "(", "]", ")").Replace(fmt.Sprint(p.Folded)))
			}
		}
		if d := cmp.Diff(c.want, strings.Join(got, " ")); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.what, d)
		}
	}
}
