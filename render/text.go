package render

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	maxLabel   = 56   // characters of one name in a label
	maxTooltip = 4096 // bytes of one tooltip
	maxList    = 40   // entries of one list in a tooltip
	ellipsis   = "…"
)

// visible returns s as valid UTF-8 in which everything that would not be seen,
// or would change how its neighbours are seen, is spelt out: control
// characters, line ends, marks that turn the direction of writing. What it
// returns is allowed in XML.
func visible(s string) string {
	if isPlain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		if isPrintable(r) {
			b.WriteRune(r)
			continue
		}
		// QuoteRune spells the character between two apostrophes.
		q := strconv.QuoteRuneToASCII(r)
		b.WriteString(q[1 : len(q)-1])
	}
	return b.String()
}

func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

func isPrintable(r rune) bool {
	// What stands for bytes that are no UTF-8 is spelt out as well: gographviz
	// takes it for an error of its input.
	return r == ' ' || r != utf8.RuneError && unicode.IsGraphic(r) && !unicode.Is(unicode.Zs, r)
}

// clip returns s made visible and cut to at most n characters, the last of
// which then is an ellipsis.
func clip(s string, n int) string {
	// A rune takes at most four bytes, and spelling out only makes a string
	// longer: what is behind this cannot be part of the result.
	if len(s) > 4*n+utf8.UTFMax {
		s = s[:4*n+utf8.UTFMax]
	}
	s = visible(s)
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	count := 0
	for i := range s {
		if count == n-1 {
			return s[:i] + ellipsis
		}
		count++
	}
	return s
}

// name is how a name out of a trace appears in a label.
func name(s string) string {
	if s == "" {
		return "(no name)"
	}
	return clip(s, maxLabel)
}

// tip collects the lines of a tooltip.
type tip struct {
	lines []string
}

// add appends a line; the arguments are made visible before they are formatted.
func (t *tip) add(format string, args ...any) *tip {
	for i, a := range args {
		if s, ok := a.(string); ok {
			args[i] = clip(s, maxTooltip/2)
		}
	}
	t.lines = append(t.lines, fmt.Sprintf(format, args...))
	return t
}

// list appends a heading with the entries below it, the first maxList of them.
func (t *tip) list(heading string, entries []string) *tip {
	if len(entries) == 0 {
		return t
	}
	t.add("%s", heading)
	for i, e := range entries {
		if i == maxList {
			t.add("  %s and %d more", ellipsis, len(entries)-i)
			break
		}
		t.add("  %s", e)
	}
	return t
}

// String returns the lines, cut to what a tooltip can hold.
func (t *tip) String() string {
	s := strings.Join(t.lines, "\n")
	if len(s) <= maxTooltip {
		return s
	}
	end := maxTooltip
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + ellipsis
}

// duration writes d with about three digits, as people say it.
func duration(d time.Duration) string {
	ms := float64(d) / float64(time.Millisecond)
	switch {
	case d == 0:
		return "0 ms"
	case d < 0:
		return "-" + duration(-d)
	case ms < 0.01:
		return "<0.01 ms"
	case ms < 0.995:
		return strconv.FormatFloat(ms, 'f', 2, 64) + " ms"
	case ms < 9.95:
		return strconv.FormatFloat(ms, 'f', 1, 64) + " ms"
	case ms < 999.5:
		return strconv.FormatFloat(ms, 'f', 0, 64) + " ms"
	case d < 100*time.Second:
		return strconv.FormatFloat(d.Seconds(), 'f', 2, 64) + " s"
	}
	return d.Round(time.Second).String()
}

// count writes a number with its noun: "1 hook", "3 hooks".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + plural(noun)
}

func plural(noun string) string {
	if strings.HasSuffix(noun, "ry") {
		return strings.TrimSuffix(noun, "y") + "ies"
	}
	if strings.HasSuffix(noun, "x") || strings.HasSuffix(noun, "s") {
		return noun + "es"
	}
	return noun + "s"
}

// slug turns a key into an id that every format takes: lower-case letters,
// digits and single hyphens.
func slug(key string) string {
	var b strings.Builder
	hyphen := false
	for _, r := range strings.ToLower(clip(key, 80)) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			if hyphen && b.Len() > 0 {
				b.WriteByte('-')
			}
			hyphen = false
			b.WriteRune(r)
			continue
		}
		hyphen = true
	}
	if b.Len() == 0 {
		return "x"
	}
	return b.String()
}

// countOf writes a number of things of an owner: "7 of kube-apiserver".
func countOf(n int, owner string) string {
	return strconv.Itoa(n) + " of " + name(owner)
}
