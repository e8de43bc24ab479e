package render

import (
	"testing"
	"time"
)

func TestQuote(t *testing.T) {
	for in, want := range map[string]string{
		"a":      `"a"`,
		`a"b`:    `"a\"b"`,
		`\N`:     `"\\N"`,
		"a\nb":   `"a\nb"`,
		"&amp;":  `"&amp;amp;"`,
		"a\x00b": `"a\\x00b"`,
		"\xff":   `"\\ufffd"`,
		"<b>":    `"<b>"`,
	} {
		if got := quote(in); got != want {
			t.Errorf("quote(%q) = %s, want %s", in, got, want)
		}
	}
}

func TestEscapeHTML(t *testing.T) {
	for in, want := range map[string]string{
		"a b": "a b", "<b>": "&#60;b&#62;", `\N`: "&#92;&#92;N", "&": "&#38;", "é…": "&#233;&#8230;", "\n": `&#92;&#92;n`,
	} {
		if got := escapeHTML(in); got != want {
			t.Errorf("escapeHTML(%q) = %s, want %s", in, got, want)
		}
	}
}

func TestClip(t *testing.T) {
	for _, c := range []struct {
		in   string
		n    int
		want string
	}{{"short", 10, "short"}, {"exactly", 7, "exactly"}, {"too long", 4, "too…"}, {"äöüß", 3, "äö…"}, {"a\tb", 10, `a\tb`}, {"", 3, ""}} {
		if got := clip(c.in, c.n); got != c.want {
			t.Errorf("clip(%q, %d) = %q, want %q", c.in, c.n, got, c.want)
		}
	}
}

func TestDuration(t *testing.T) {
	for in, want := range map[time.Duration]string{
		0: "0 ms", 5 * time.Microsecond: "<0.01 ms", 130 * time.Microsecond: "0.13 ms", 1900 * time.Microsecond: "1.9 ms",
		101 * time.Millisecond: "101 ms", 1448 * time.Millisecond: "1.45 s", 60 * time.Second: "60.00 s", 2 * time.Minute: "2m0s", -time.Second: "-1.00 s",
	} {
		if got := duration(in); got != want {
			t.Errorf("duration(%v) = %q, want %q", in, got, want)
		}
	}
}

func TestCommonPath(t *testing.T) {
	for _, c := range []struct {
		in   []string
		want string
	}{{[]string{"/a/b", "/a/c"}, "/a"}, {[]string{"/a", "/a/"}, "/a"}, {[]string{"/a", "/b"}, ""}} {
		if got := commonPath(c.in); got != c.want {
			t.Errorf("commonPath(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}
