package page

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestFold(t *testing.T) {
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
		{"no piece for one alone", "aaabbb", 5, "", "0 (1 2) 3 (4 5)"},
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
		for _, p := range fold(len(c.groups), c.budget, func(i int) string { return c.groups[i : i+1] }, important) {
			if p.folded == nil {
				got = append(got, fmt.Sprint(p.index))
			} else {
				got = append(got, strings.NewReplacer("[", "(", "]", ")").Replace(fmt.Sprint(p.folded)))
			}
		}
		if d := cmp.Diff(c.want, strings.Join(got, " ")); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.what, d)
		}
	}
}

func TestTicksAreRound(t *testing.T) {
	for whole, want := range map[time.Duration]string{
		1:                       "0, 1 ns",
		2140 * time.Millisecond: "0, 500 ms, 1 s, 1.5 s, 2 s",
		999 * time.Microsecond:  "0, 200 µs, 400 µs, 600 µs, 800 µs",
		5 * time.Second:         "0, 1 s, 2 s, 3 s, 4 s, 5 s",
		time.Hour:               "0, 1000 s, 2000 s, 3000 s",
	} {
		var texts []string
		for _, tk := range (&drawer{whole: whole}).ticks() {
			texts = append(texts, tk.Text)
		}
		if got := strings.Join(texts, ", "); got != want {
			t.Errorf("%s: %s, want %s", whole, got, want)
		}
	}
}

func TestKeys(t *testing.T) {
	long := strings.Repeat("x", 500)
	keys := []string{key(kindHook, "a"), key(kindCheck, "a"), key(kindHook, long+"1"), key(kindHook, long+"2"), key(kindHook, ""), pictureKey("hook b c"), pictureKey("server a")}
	for i, k := range keys {
		if len(k) > 200 || slices.Contains(keys[:i], k) {
			t.Errorf("key %q is too long or taken", k)
		}
	}
	if keys[5] != key(kindHook, "b c") || pictureKey("routes x") != "" || pictureKey("") != "" {
		t.Errorf("the picture's keys are not the page's: %q", keys)
	}
}
