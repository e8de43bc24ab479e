package verify

import (
	"regexp"
	"strings"
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
	var others []string
	for _, pattern := range p {
		if text, ok := plain(pattern); ok {
			literals[text] = true
		} else {
			others = append(others, expression(pattern))
		}
	}
	if len(others) == 0 {
		return func(name string) bool { return literals[name] }
	}
	wild := regexp.MustCompile(`(?s)^(?:` + strings.Join(others, "|") + `)$`)
	return func(name string) bool { return literals[name] || wild.MatchString(name) }
}

// tokens calls do for the characters of a pattern: with a wild one, or with text.
func tokens(pattern string, do func(wild byte, text string)) {
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case c == '*' || c == '?':
			do(c, "")
		case c == '\\' && i+1 < len(pattern) && strings.IndexByte(`*?\`, pattern[i+1]) >= 0:
			i++
			do(0, pattern[i:i+1])
		default:
			do(0, pattern[i:i+1])
		}
	}
}

// plain returns the one name that a pattern matches, if that is all.
func plain(pattern string) (name string, ok bool) {
	var b strings.Builder
	ok = true
	tokens(pattern, func(wild byte, text string) {
		ok = ok && wild == 0
		b.WriteString(text)
	})
	return b.String(), ok
}

// expression writes a pattern as a regular expression.
func expression(pattern string) string {
	var b, text strings.Builder
	flush := func() {
		b.WriteString(regexp.QuoteMeta(text.String()))
		text.Reset()
	}
	tokens(pattern, func(wild byte, part string) {
		switch wild {
		case '*':
			flush()
			b.WriteString(".*")
		case '?':
			flush()
			b.WriteString(".")
		default:
			text.WriteString(part)
		}
	})
	flush()
	return b.String()
}

// literal returns a pattern of exactly this name.
func literal(name string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`).Replace(name)
}
