package verify

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Patterns match a name that is like one of them. In a pattern, * stands for any
// characters, / among them, and ? for one; behind a backslash they and the
// backslash stand for themselves. An empty pattern matches what has no name. No
// patterns at all (nil) match everything.
type Patterns []string

// String lists the patterns, of many the first few.
func (p Patterns) String() string {
	shown := make([]string, len(p))
	for i, pattern := range p {
		if shown[i] = pattern; pattern == "" {
			shown[i] = `""`
		}
	}
	return examples(shown)
}

// matcher returns a function that reports whether one of the patterns matches.
func (p Patterns) matcher() func(string) bool {
	if p == nil {
		return func(string) bool { return true }
	}
	literals := map[string]bool{} // most are, and there may be many
	var wild []string
	for _, pattern := range p {
		if text, ok := plain(pattern); ok {
			literals[text] = true
		} else {
			wild = append(wild, pattern)
		}
	}
	return func(name string) bool {
		return literals[name] || slices.ContainsFunc(wild, func(pattern string) bool { return matches(pattern, name) })
	}
}

// cut takes the first character off a pattern that is not empty: a wild one, or
// else text.
func cut(pattern string) (wild bool, text, rest string) {
	switch c := pattern[0]; {
	case c == '*' || c == '?':
		return true, pattern[:1], pattern[1:]
	case c == '\\' && len(pattern) > 1 && strings.IndexByte(`*?\`, pattern[1]) >= 0:
		return false, pattern[1:2], pattern[2:]
	}
	return false, pattern[:1], pattern[1:]
}

// plain returns the one name that a pattern matches, if that is all.
func plain(pattern string) (name string, ok bool) {
	var b strings.Builder
	for pattern != "" {
		wild, text, rest := cut(pattern)
		if wild {
			return "", false
		}
		b.WriteString(text)
		pattern = rest
	}
	return b.String(), true
}

// matches reports whether a pattern matches a name. Of the stars only the last one
// that was met is ever tried with more characters: whatever one of those before
// took, this one could take as well.
func matches(pattern, name string) bool {
	starred, behind, from := false, "", "" // what follows the last star, and where in the name it is tried
	for pattern != "" || name != "" {
		if pattern != "" {
			wild, text, rest := cut(pattern)
			switch {
			case wild && text == "*":
				starred, behind, from = true, rest, name
				pattern = rest
				continue
			case wild && name != "":
				pattern, name = rest, withoutFirst(name)
				continue
			case !wild && strings.HasPrefix(name, text):
				pattern, name = rest, name[len(text):]
				continue
			}
		}
		if !starred || from == "" {
			return false
		}
		from = withoutFirst(from)
		pattern, name = behind, from
	}
	return true
}

// withoutFirst returns a text that is not empty without its first character.
func withoutFirst(text string) string {
	_, size := utf8.DecodeRuneInString(text)
	return text[size:]
}

// literal returns a pattern of exactly this name.
func literal(name string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`).Replace(name)
}
