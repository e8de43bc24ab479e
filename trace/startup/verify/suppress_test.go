package verify_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
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
	m.inner.Checks[0].Delay = 60000000 // CT106 outer poststarthook/inner-hook
	m.outer.Routes[0].At = 51 * ms     // CT303 outer /outer
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
		{`{code: CT201, reason: r, name: 'outer\-hook'}`, "", "unused"},
		{"{code: CT201, reason: r, name: [nobody, outer-hook]}", "CT201", ""},
		{"{code: CT201, reason: r, server: [inner, out*]}", "CT201", ""},
		{`{code: CT201, reason: r, server: ""}`, "", "unused"},
		{"{code: CT106, reason: r}", "CT106", ""},
		{"{code: CT106, reason: r, name: outer}", "", "unused"}, // it is about checks
		{"{code: CT106, reason: r, name: poststarthook/*}", "CT106", ""},
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
		"- {code: CT201, reason: r, name: {a: b}}":        "accepted.yaml:1:34: name: want a text, or a list of texts",
		"- {code: CT201, reason: r, name: [a, [b]]}":      "accepted.yaml:1:38: name: want a text, or a list of texts",
		"- {code: CT201, reason: r, name: []}":            "accepted.yaml:1:34: name: it is empty",
		"- {code: CT201, reason: r, server: }":            "server: it is empty; leave it out to accept all",
		"- {code: [CT201], reason: r}":                    "code: want a text",
		"- {code: CT201, reason: r, expires: tomorrow}":   `expires: want a date such as 2027-01-31; this is "tomorrow"`,
		"- {code: CT201, reason: r, expires: 2027-02-30}": "expires: want a date",
		"- CT201":                      "accepted.yaml:1:3: want an entry with the keys code, expires",
		"code: CT201":                  "accepted.yaml:1:1: want a list of entries",
		"- {code: CT201\n":             "accepted.yaml:",
		"- code: CT201\n  name: *\n":   "accepted.yaml:2:1: did not find expected alphabetic or numeric character; write a pattern that begins with * in quotes, as '*'",
		"- code: CT201\n  name: *-b\n": "accepted.yaml:2:1: unknown anchor '-b' referenced; write a pattern that begins with * in quotes, as '*'",
		"- &a {code: x}\n- *a":         "accepted.yaml:2:3: want an entry",
		"[]\n---\n[]":                  "there is more than one document in the file",
		"\xff":                         "the file is not UTF-8 text",
		strings.Repeat("#", 1<<20+1):   "the file is larger than 1 MiB",
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
- {code: CT303, server: "", name: [a, '\*', "no"], reason: r}
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
		if s.Rule != w.Rule || !slices.Equal(s.Server, w.Server) || (s.Server == nil) != (w.Server == nil) || !slices.Equal(s.Name, w.Name) || s.Reason != w.Reason || !s.Expires.Equal(w.Expires) {
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

// TestSuppressAcceptsNothingElse: not what names mean as patterns, and not what
// has a name where its finding has none.
func TestSuppressAcceptsNothingElse(t *testing.T) {
	rule, err := verify.Lookup("CT201")
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"", "*", "?", `\`, `\*`, `\\*`, "a*b", "axb", "**", "[a]", ".*"}
	for _, accepted := range names {
		for _, other := range names {
			finding := verify.Finding{Rule: rule, Server: accepted, Name: accepted}
			var b strings.Builder
			if err := (verify.Suppressions{finding.Suppress("r")}).Write(&b); err != nil {
				t.Fatal(err)
			}
			for _, found := range []verify.Finding{{Rule: rule, Server: accepted, Name: other}, {Rule: rule, Server: other, Name: accepted}} {
				out := readSuppressions(t, b.String()).Apply([]verify.Finding{found}, time.Now())
				if (out.By[0] != nil) != (accepted == other) {
					t.Errorf("a suppression of %q accepts %q: %v\n%s", accepted, other, out.By[0] != nil, b.String())
				}
			}
		}
	}
}

// manyPaths is a chain in which the outer server covers paths of the inner one.
func manyPaths(paths ...string) []verify.Finding {
	m := newModel()
	for _, path := range paths {
		r := startup.Route{Path: path, Match: attr.MatchExact, At: 2 * ms}
		m.inner.Routes, m.outer.Routes = append(m.inner.Routes, r), append(m.outer.Routes, r)
	}
	return verify.Find(m.Startup, verify.Options{})
}

// TestSummedFindingsAreAcceptedByName: what is new is found, whatever was
// accepted before, and what is accepted is not told of.
func TestSummedFindingsAreAcceptedByName(t *testing.T) {
	before := manyPaths("/a", "/b")
	if len(before) != 1 || brief(before[0]) != "CT302 inner server inner x2" {
		t.Fatalf("found %v", before)
	}
	accepted := verify.Suppressions{before[0].Suppress("r")}
	if out := accepted.Apply(before, time.Now()); out.By[0] != accepted[0] || out.Accepted[0] != 0 || len(out.Findings[0].Names) != 2 {
		t.Errorf("the same is not accepted: %+v", out)
	}
	after := manyPaths("/a", "/b", "/new")
	out := accepted.Apply(after, time.Now())
	want := "1 of the 4 routes of inner are never asked by their path, as outer answers further out: /new (2 more accepted)"
	if f := out.Findings[0]; out.By[0] != nil || out.Accepted[0] != 2 || f.Count != 1 || f.Message != want || !slices.Equal(f.Names, []string{"/new"}) {
		t.Errorf("of a new path it says %+v", out)
	}
	list := readSuppressions(t, "- {code: CT302, name: /a, reason: first}\n- {code: CT302, name: [/a, /b], reason: second}\n- {code: CT302, name: /c, reason: third}\n")
	if out := list.Apply(before, time.Now()); out.By[0] != list[0] || len(out.Unused) != 1 || out.Unused[0] != list[2] {
		t.Errorf("by several: %+v", out)
	}
	if after[0].Message == want {
		t.Error("the finding itself was changed")
	}
}

// TestChanceIsAcceptedAsAWhole: which paths come late is chance.
func TestChanceIsAcceptedAsAWhole(t *testing.T) {
	late := func(path string) []verify.Finding {
		m := newModel()
		m.outer.Routes = append(m.outer.Routes, startup.Route{Path: path, Match: attr.MatchExact, At: 60 * ms})
		return verify.Find(m.Startup, verify.Options{})
	}
	s := late("/a")[0].Suppress("r")
	if out := (verify.Suppressions{s}).Apply(late("/b"), time.Now()); s.Name != nil || out.By[0] != s {
		t.Errorf("%v does not accept %+v", s, out.Findings)
	}
}
