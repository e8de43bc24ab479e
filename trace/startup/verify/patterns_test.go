package verify

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

func TestPatterns(t *testing.T) {
	for _, c := range []struct {
		pattern   string
		yes, noes []string
	}{
		{"", []string{""}, []string{"a"}},
		{"a", []string{"a"}, []string{"", "b", "aa"}},
		{"*", []string{"", "a", "/a/b", "a\nb"}, nil},
		{"?", []string{"a", "ä", "/", "\n"}, []string{"", "ab"}},
		{"a*", []string{"a", "a/b"}, []string{"", "ba"}},
		{"*a", []string{"a", "aa", "ba"}, []string{"", "ab"}},
		{"a*b*c", []string{"abc", "abbc", "a/b/b/cc"}, []string{"acb", "ab", "bc"}},
		{"*ab?", []string{"aaba", "ababx"}, []string{"ab", "abxy"}},
		{"**??*", []string{"ab", "abc"}, []string{"a"}},
		{`\*`, []string{"*"}, []string{"", "a", `\*`}},
		{`*\?`, []string{"?", "a?"}, []string{"a", `\?a`}},
		{`\\*`, []string{`\`, `\a`}, []string{"*"}},
		{`\a*`, []string{`\a`, `\ab`}, []string{"a"}},
		{`*\`, []string{`\`, `a\`}, []string{"a"}},
		{"ö*ü", []string{"öü", "öäü"}, []string{"ö", "ü"}},
	} {
		match := Patterns{c.pattern}.matcher()
		for _, name := range c.yes {
			if !match(name) {
				t.Errorf("%q does not match %q", c.pattern, name)
			}
		}
		for _, name := range c.noes {
			if match(name) {
				t.Errorf("%q matches %q", c.pattern, name)
			}
		}
	}
}

// TestManyPatterns: none is too many, however alike they begin.
func TestManyPatterns(t *testing.T) {
	var p Patterns
	for n := range 3000 {
		p = append(p, strings.Repeat("a", n+1)+"*b")
	}
	match := p.matcher()
	if long := strings.Repeat("a", 2999); !match("ab") || !match(long+"xb") || match(long) || match("b") {
		t.Error("3000 patterns do not match what they should, or more")
	}
}

// TestPatternsAreRegular holds matching against regular expressions that say the
// same.
func TestPatternsAreRegular(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	word := func(from []string) string {
		var b strings.Builder
		for range rnd.IntN(9) {
			b.WriteString(from[rnd.IntN(len(from))])
		}
		return b.String()
	}
	matched := 0
	for range 20_000 {
		pattern, name := word([]string{"a", "b", "ä", "*", "?"}), word([]string{"a", "b", "ä", "\xff"})
		like := regexp.MustCompile(`(?s)^` + strings.NewReplacer("*", ".*", "?", ".").Replace(pattern) + `$`)
		got, want := matches(pattern, name), like.MatchString(name)
		if got != want {
			t.Fatalf("%q matches %q: %v", pattern, name, got)
		}
		if got {
			matched++
		}
	}
	if matched < 100 {
		t.Errorf("only %d of the names match", matched)
	}
}
