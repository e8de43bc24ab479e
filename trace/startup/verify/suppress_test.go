package verify_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chaintrace/chaintrace/trace/startup/verify"
)

func readSuppressions(t *testing.T, text string) verify.Suppressions {
	t.Helper()
	list, err := verify.ReadSuppressions(strings.NewReader(text), "accepted.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// ill is a chain with a finding on each server.
func ill() []verify.Finding {
	m := newModel()
	m.outerRun.Deadline = 0            // CT201 outer outer-hook
	m.inner.Checks[0].Delay = 60000000 // CT106 outer outer
	return verify.Find(m.Startup, verify.Options{})
}

func TestSuppressionsMatch(t *testing.T) {
	today := time.Date(2027, time.January, 31, 23, 0, 0, 0, time.UTC)
	for _, c := range []struct{ entry, accepts, state string }{
		{"{code: CT201, reason: r}", "CT201", ""},
		{"{code: hook-without-deadline, reason: r}", "CT201", ""},
		{"{code: ct201, reason: r, server: outer, name: outer-hook}", "CT201", ""},
		{"{code: CT201, reason: r, name: outer-*}", "CT201", ""},
		{"{code: CT201, reason: r, name: '?uter-hook'}", "CT201", ""},
		{"{code: CT201, reason: r, name: outer}", "", "unused"},
		{"{code: CT201, reason: r, name: 'outer.hook'}", "", "unused"},
		{"{code: CT201, reason: r, server: inner}", "", "unused"},
		{"{code: CT106, reason: r}", "CT106", ""},
		{"{code: CT101, reason: r}", "", "unused"},
		{"{code: CT201, reason: r, expires: 2027-01-31}", "CT201", ""},
		{"{code: CT201, reason: r, expires: 2027-01-30}", "", "expired"},
	} {
		findings := ill()
		out := readSuppressions(t, "- "+c.entry).Apply(findings, today)
		accepts, state := "", ""
		for i, by := range out.By {
			if by != nil {
				accepts += findings[i].Rule.Code
			}
		}
		if len(out.Unused) > 0 {
			state = "unused"
		}
		if len(out.Expired) > 0 {
			state += "expired"
		}
		if accepts != c.accepts || state != c.state {
			t.Errorf("%s accepts %q and is %q, want %q and %q", c.entry, accepts, state, c.accepts, c.state)
		}
	}
}

// TestFirstSuppressionAccepts: the second of two that match is not unused for it.
func TestFirstSuppressionAccepts(t *testing.T) {
	findings := ill()
	out := readSuppressions(t, "- {code: CT201, reason: first}\n- {code: CT201, name: outer-hook, reason: second}\n").Apply(findings, time.Now())
	i := slices.IndexFunc(findings, func(f verify.Finding) bool { return f.Rule.Code == "CT201" })
	if by := out.By[i]; by == nil || by.Reason != "first" || by.Line != 1 || len(out.Unused) > 0 {
		t.Errorf("accepted by %v, unused %v", by, out.Unused)
	}
}

func TestBadSuppressions(t *testing.T) {
	for text, want := range map[string]string{
		"- {code: CT999, reason: r}":                      `accepted.yaml:1:10: code: there is no rule "CT999"; chaintrace explain lists them`,
		"- {code: CT201}":                                 "accepted.yaml:1:3: the entry has no reason",
		"- {reason: r}":                                   "accepted.yaml:1:3: the entry has no code",
		"- {code: CT201, reason: ''}":                     "accepted.yaml:1:25: reason: it is empty",
		"- {code: CT201, reason: }":                       "reason: it is empty",
		"- {code: CT201, reason: r, until: x}":            `accepted.yaml:1:28: unknown key "until"; there are code, expires, name, reason, server`,
		"- {code: CT201, reason: r, reason: s}":           "accepted.yaml:1:28: the key reason is there already",
		"- {code: CT201, reason: r, name: [a]}":           "accepted.yaml:1:34: name: want a text",
		"- {code: CT201, reason: r, expires: tomorrow}":   `expires: want a date such as 2027-01-31; this is "tomorrow"`,
		"- {code: CT201, reason: r, expires: 2027-02-30}": "expires: want a date",
		"- CT201":                    "accepted.yaml:1:3: want an entry with the keys code, expires",
		"code: CT201":                "accepted.yaml:1:1: want a list of entries",
		"- {code: CT201\n":           "accepted.yaml:",
		"- &a {code: x}\n- *a":       "accepted.yaml:2:3: want an entry",
		"[]\n---\n[]":                "there is more than one document in the file",
		"\xff":                       "the file is not UTF-8 text",
		strings.Repeat("#", 1<<20+1): "the file is larger than 1 MiB",
	} {
		_, err := verify.ReadSuppressions(strings.NewReader(text), "accepted.yaml")
		var malformed *verify.FileError
		if !errors.As(err, &malformed) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: %v, want %q", text, err, want)
		}
	}
	_, err := verify.ReadSuppressions(strings.NewReader(strings.Repeat("- {}\n", 30)), "accepted.yaml")
	if n := strings.Count(err.Error(), "\n"); n != 20 || !strings.HasSuffix(err.Error(), "and 40 more") {
		t.Errorf("of many problems it shows %d lines: %v", n+1, err)
	}
}

func TestEmptySuppressions(t *testing.T) {
	for _, text := range []string{"", "# nothing\n", "[]", "---\n"} {
		if list := readSuppressions(t, text); len(list) > 0 {
			t.Errorf("%q holds %v", text, list)
		}
	}
}

// TestWrittenSuppressionsAreRead: also with names that YAML would take for
// something else.
func TestWrittenSuppressionsAreRead(t *testing.T) {
	list := readSuppressions(t, `
- {code: CT201, server: "yes", name: "2027-01-31", reason: "a: b # c"}
- {code: CT301, name: "/apis/*", reason: "two\nlines", expires: 2027-01-31}
- {code: CT403, reason: '*'}
`)
	var b strings.Builder
	if err := list.Write(&b); err != nil {
		t.Fatal(err)
	}
	again := readSuppressions(t, b.String())
	if len(again) != len(list) {
		t.Fatalf("wrote %d, read %d:\n%s", len(list), len(again), b.String())
	}
	for i, s := range again {
		w := list[i]
		if s.Rule != w.Rule || s.Server != w.Server || s.Name != w.Name || s.Reason != w.Reason || !s.Expires.Equal(w.Expires) {
			t.Errorf("wrote %+v, read %+v:\n%s", w, s, b.String())
		}
	}
}

// TestSuppressAcceptsItsFinding: what --write-suppressions writes accepts all.
func TestSuppressAcceptsItsFinding(t *testing.T) {
	findings := ill()
	var list verify.Suppressions
	for _, f := range findings {
		list = append(list, f.Suppress("r"))
	}
	if out := list.Apply(findings, time.Now()); slices.Contains(out.By, nil) || len(out.Unused) > 0 {
		t.Errorf("accepted by %v, unused %v", out.By, out.Unused)
	}
}
