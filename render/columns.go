package render

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// TextWidth returns how many columns of a terminal a text takes: two for each of the
// wide characters of East Asia, none for a mark on the one before.
func TextWidth(s string) int {
	if isPlain(s) {
		return len(s)
	}
	n := 0
	for _, r := range s {
		n += runeWidth(r)
	}
	return n
}

// TextHead returns the beginning of a text that takes at most n columns.
func TextHead(s string, n int) string {
	for i, r := range s {
		if n -= runeWidth(r); n < 0 {
			return s[:i]
		}
	}
	return s
}

// textTail returns the end of a text that takes at most n columns.
func textTail(s string, n int) string {
	for i := len(s); i > 0; {
		r, size := utf8.DecodeLastRuneInString(s[:i])
		if n -= runeWidth(r); n < 0 {
			return s[i:]
		}
		i -= size
	}
	return s
}

func runeWidth(r rune) int {
	switch {
	case r < utf8.RuneSelf:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	case isWide(r):
		return 2
	}
	return 1
}

func isWide(r rune) bool {
	kind := width.LookupRune(r).Kind()
	return kind == width.EastAsianWide || kind == width.EastAsianFullwidth
}
