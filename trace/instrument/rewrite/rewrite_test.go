package rewrite_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chaintrace/chaintrace/trace/instrument/rewrite"
	"github.com/chaintrace/chaintrace/trace/instrument/rule"
)

// write makes a package of one file for each text.
func write(t *testing.T, texts ...string) rewrite.Package {
	t.Helper()
	p := rewrite.Package{ImportPath: "example.com/m/pkg/p", Module: "example.com/m", Version: "v1.2.3", Dir: t.TempDir()}
	for i, text := range texts {
		name := filepath.Join(p.Dir, string(rune('a'+i))+".go")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		p.Files = append(p.Files, name)
	}
	return p
}

// oneRule is a rule for the function F of the package, with anchors as in a file.
func oneRule(t *testing.T, fn, anchors string) []rule.Rule {
	t.Helper()
	rules, err := rule.Parse("r", []byte("rules:\n- id: r\n  package: example.com/m/pkg/p\n  func: "+fn+"\n  required: true\n  anchors:\n"+anchors))
	if err != nil {
		t.Fatal(err)
	}
	return rules
}

// imports is there where code is.
const imports = `; import chaintracert "rt"`

// guarded writes out what keeps code from running without a trace.
var guarded = strings.NewReplacer("«", "if chaintracert.On() { ", "»", " }")

// TestRewrite: code goes where the anchor says, on the same line.
func TestRewrite(t *testing.T) {
	for _, test := range []struct {
		name, fn, anchors, before, after string
	}{
		{
			"entry of a method, with its receiver and parameters", "(*T).F", "  - code: 'f($recv, $1, $3)'",
			"func (t *T) F(a, b int, c string) {\n\tg()\n}", "func (t *T) F(a, b int, c string) { «f(t, a, c)»;\n\tg()\n}",
		},
		{
			"two statements, with a variable of their own", "F", "  - code: 'x := 1; f(x)'",
			"func F() {}", "func F() { «x := 1; f(x)»;}",
		},
		{
			"a variable for other places, declared without a trace too", "F",
			"  - code: 'var x, y int; var z *chaintracert.Run; x = 1; var u int; f(u)'\n  - {at: after, match: g(), code: 'f(x)'}",
			"func F() {\n\tg()\n}", "func F() { var x, y int; var z *chaintracert.Run; «x = 1; var u int; f(u)»;\n\tg(); «f(x)»\n}",
		},
		{
			"a variable alone, and one with a value", "F", "  - code: var x int\n  - code: var y = f()",
			"func F() {}", "func F() { var x int; «var y = f()»;}",
		},
		{
			"each of several functions init", "init", "  - code: f()",
			"func init() {}\nfunc init() { g() }", "func init() { «f()»;}\nfunc init() { «f()»; g() }",
		},
		{
			"a parameter by its type", "F", "  - code: f($of_T)",
			"func F(a int, t *T) {}", "func F(a int, t *T) { «f(t)»;}",
		},
		{
			"parameters and a receiver without names get some", "T.F", "  - code: 'f($2, $recv)'\n  - code: g($1)",
			"func (*T[K]) F(int, ...map[string]int) {}",
			"func (chaintraceRecv *T[K]) F(chaintraceParam1 int, chaintraceParam2 ...map[string]int) { «f(chaintraceParam2, chaintraceRecv)»; «g(chaintraceParam1)»;}",
		},
		{
			"and blank ones more to theirs", "T.F", "  - code: 'f($2, $of_T, $recv)'",
			"func (_ *T) F(a, _ int, _ *T) {}",
			"func (_chaintraceRecv *T) F(a, _chaintraceParam2 int, _chaintraceParam3 *T) { «f(_chaintraceParam2, _chaintraceParam3, _chaintraceRecv)»;}",
		},
		{
			"a parameter without a name by its type", "F", "  - code: f($of_T)",
			"func F(int, T) {}", "func F(chaintraceParam1 int, chaintraceParam2 T) { «f(chaintraceParam2)»;}",
		},
		{
			"an error without a name gets one", "F", "  - code: defer f()($err)",
			"func F() error { return nil }", "func F() (chaintraceErr error) { «defer f()(&chaintraceErr)»; return nil }",
		},
		{
			"and the results before it with it", "F", "  - code: defer f()($err)",
			"func F() (*int, map[string]int, error) { return nil, nil, nil }",
			"func F() (_ *int, _ map[string]int, chaintraceErr error) { «defer f()(&chaintraceErr)»; return nil, nil, nil }",
		},
		{
			"a named error keeps its name", "F", "  - code: defer f()($err)",
			"func F() (n int, err error) { return }", "func F() (n int, err error) { «defer f()(&err)»; return }",
		},
		{
			"a blank name gets more to it", "F", "  - code: defer f()($err)",
			"func F() (n int, _ error) { return 1, nil }",
			"func F() (n int, _chaintraceErr error) { «defer f()(&_chaintraceErr)»; return 1, nil }",
		},
		{
			"no error", "F", "  - code: defer f()($err)",
			"func F() int { return 1 }", "func F() int { «defer f()(nil)»; return 1 }",
		},
		{
			"twice named is named once", "F", "  - code: defer f()($err)\n  - code: defer g()($err)",
			"func F() error { return nil }", "func F() (chaintraceErr error) { «defer f()(&chaintraceErr)»; «defer g()(&chaintraceErr)»; return nil }",
		},
		{
			"before, inside and after a loop, with names that it matched", "F",
			"  - {at: before, match: 'for $k := range $m', code: 'f($m)'}\n  - {at: inside, match: 'for $k := range m', code: 'g($k)'}\n  - {at: after, match: 'for $k := range m', code: 'h($m)'}",
			"func F() {\n\tfor key := range m { // why\n\t\tx(key)\n\t} // end\n}",
			"func F() {\n\t«f(m)»; for key := range m { «g(key)»; // why\n\t\tx(key)\n\t}; «h(m)» // end\n}",
		},
		{
			"a statement over several lines, in a closure in a case", "F",
			"  - {at: after, match: '$s := &T{...}', code: 'f($s)'}",
			"func F() {\n\tgo func() {\n\t\tswitch {\n\t\tcase true:\n\t\t\ts := &T{\n\t\t\t\tA: 1,\n\t\t\t}\n\t\t}\n\t}()\n}",
			"func F() {\n\tgo func() {\n\t\tswitch {\n\t\tcase true:\n\t\t\ts := &T{\n\t\t\t\tA: 1,\n\t\t\t}; «f(s)»\n\t\t}\n\t}()\n}",
		},
		{
			"the first of the patterns that is there, each time", "F",
			"  - {at: before, match: [old($x), new($x)], every: true, code: f($x)}",
			"func F() {\n\tnew(a)\n\tg()\n\tnew(b)\n}", "func F() {\n\t«f(a)»; new(a)\n\tg()\n\t«f(b)»; new(b)\n}",
		},
		{
			"the one that contains a text", "F",
			"  - {at: inside, match: 'for _, $x := range xs', contains: 'use( x )', code: f($x)}",
			"func F() {\n\tfor _, x := range xs {\n\t}\n\tfor _, x := range xs {\n\t\tuse(   x )\n\t}\n}",
			"func F() {\n\tfor _, x := range xs {\n\t}\n\tfor _, x := range xs { «f(x)»;\n\t\tuse(   x )\n\t}\n}",
		},
		{
			"code by what is declared", "F",
			"  - code: [{has: T.newer, text: f(1)}, {has: T.field, text: f(2)}, {text: f(3)}]",
			"type T struct { field int }\nfunc F() {}", "type T struct { field int }\nfunc F() { «f(2)»;}",
		},
		{
			"an if, with the else left alone", "F",
			"  - {at: inside, match: 'if $e != nil', code: f($e)}",
			"func F() {\n\tif err != nil {\n\t} else if x {\n\t}\n}", "func F() {\n\tif err != nil { «f(err)»;\n\t} else if x {\n\t}\n}",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := write(t, "package other\n", "package p // the package\n\n"+test.before+"\n")
			result, err := rewrite.Rewrite(p, oneRule(t, test.fn, test.anchors), "rt")
			if err != nil || len(result.Missed) != 0 || len(result.Files) != 1 {
				t.Fatalf("%v, missed %v, %d files", err, result.Missed, len(result.Files))
			}
			f := result.Files[0]
			want := "package p" + imports + " // the package\n\n" + guarded.Replace(test.after) + "\n"
			if diff := cmp.Diff(want, string(f.Rewritten)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if strings.Count(string(f.Original), "\n") != strings.Count(string(f.Rewritten), "\n") {
				t.Error("lines have moved")
			}
			if read, err := os.ReadFile(f.Path); err != nil || string(read) != string(f.Original) {
				t.Errorf("the file itself has changed, or %v", err)
			}
		})
	}
}

// TestMissed: what a package has no place for is told, and a rule of which a part
// is missing is not applied at all.
func TestMissed(t *testing.T) {
	const source = "package p\n\nfunc F(int) {\n\tg()\n}\n"
	for name, test := range map[string]struct {
		fn, anchors string
		want        rewrite.Miss
	}{
		"function": {"[F2, (*T).F]", "  - code: f()", rewrite.Miss{LookedFor: []string{"func F2 or T.F"}}},
		"statement": {
			"F", "  - code: f()\n  - {at: before, match: [h(), i()], contains: j, code: f()}",
			rewrite.Miss{File: "pkg/p/a.go", LookedFor: []string{`statement "h()" or "i()" with "j" in it`}},
		},
		"body":        {"F", "  - {at: inside, match: g(), code: f()}", rewrite.Miss{File: "pkg/p/a.go", LookedFor: []string{`statement "g()"`}}},
		"parameter":   {"F", "  - code: f($2)", rewrite.Miss{File: "pkg/p/a.go", LookedFor: []string{"parameter or receiver: nothing for $2"}}},
		"number":      {"F", "  - code: f($0)", rewrite.Miss{File: "pkg/p/a.go", LookedFor: []string{"parameter or receiver: nothing for $0"}}},
		"type":        {"F", "  - code: f($of_T)", rewrite.Miss{File: "pkg/p/a.go", LookedFor: []string{"parameter or receiver: nothing for $of_T"}}},
		"receiver":    {"F", "  - code: f($recv)", rewrite.Miss{File: "pkg/p/a.go", LookedFor: []string{"parameter or receiver: nothing for $recv"}}},
		"declaration": {"F", "  - code: [{has: T.x, text: f()}]", rewrite.Miss{File: "pkg/p/a.go", LookedFor: []string{"declaration of T.x"}}},
	} {
		t.Run(name, func(t *testing.T) {
			result, err := rewrite.Rewrite(write(t, source), oneRule(t, test.fn, test.anchors), "rt")
			if err != nil || len(result.Files) != 0 || len(result.Matched) != 0 {
				t.Fatalf("%v, %v", err, result)
			}
			want := test.want
			want.Rule, want.Required, want.Package, want.Version = "r", true, "example.com/m/pkg/p", "v1.2.3"
			if diff := cmp.Diff([]rewrite.Miss{want}, result.Missed); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if text := want.String(); !strings.HasPrefix(text, "example.com/m/pkg/p v1.2.3: ") || !strings.Contains(text, want.LookedFor[0]) {
				t.Errorf("in words: %s", text)
			}
		})
	}
}

// TestLineDirective: places are in the file itself.
func TestLineDirective(t *testing.T) {
	p := write(t, "package p\n\n//line other.y:100\nfunc F() {}\n")
	result, err := rewrite.Rewrite(p, oneRule(t, "F", "  - code: f()"), "rt")
	if err != nil || len(result.Matched) != 1 || result.Matched[0].Place != "pkg/p/a.go:4" {
		t.Errorf("%v, matched %v", err, result.Matched)
	}
}

// TestInsertions: whose text is where in a rewritten file.
func TestInsertions(t *testing.T) {
	p := write(t, "package p\n\nfunc F() error {\n\tg()\n\treturn nil\n}\n")
	rules := append(oneRule(t, "F", "  - code: defer f()($err)"), oneRule(t, "F", "  - {at: before, match: g(), code: ünder()}")...)
	rules[1].ID, rules[1].Source = "s", ""
	result, err := rewrite.Rewrite(p, rules, "rt")
	if err != nil || len(result.Files) != 1 {
		t.Fatal(err, result)
	}
	f := result.Files[0]
	var got []string
	for _, i := range f.Insertions {
		line := strings.Split(string(f.Rewritten), "\n")[i.Line-1]
		got = append(got, i.String()+": "+line[i.From-1:i.To-1])
	}
	want := []string{
		"rule r of r:2: (chaintraceErr ", "rule r of r:2: )", "rule r of r:2:  " + guarded.Replace("«defer f()(&chaintraceErr)»") + ";",
		"rule s: " + guarded.Replace("«ünder()»") + "; ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("(-want +got)\n%s", diff)
	}
	last := f.Insertions[3]
	for at, rules := range map[[2]int]int{{4, last.From}: 1, {4, last.To - 1}: 1, {4, last.To}: 0, {4, last.From - 1}: 0, {4, 0}: 0, {1, 2}: 0} {
		if found := f.InsertedAt(at[0], at[1]); len(found) != rules {
			t.Errorf("at %v are %v, and not %d", at, found, rules)
		}
	}
}

// TestOptional: an anchor that may be missing is told and hinders nothing.
func TestOptional(t *testing.T) {
	p := write(t, "package p\n\nfunc F() {}\n")
	result, err := rewrite.Rewrite(p, oneRule(t, "F", "  - {id: here, code: f()}\n  - {at: after, match: g(), optional: true, code: f()}"), "rt")
	if err != nil {
		t.Fatal(err)
	}
	if want := []rewrite.Match{{Rule: "r", Anchor: "here", Place: "pkg/p/a.go:3"}}; !cmp.Equal(result.Matched, want) {
		t.Errorf("matched %v", result.Matched)
	}
	if len(result.Missed) != 1 || result.Missed[0].Required {
		t.Errorf("missed %v", result.Missed)
	}
	diff, err := rewrite.Diff(result.Files[0], "pkg/p/a.go")
	if want := "--- a/pkg/p/a.go\n+++ b/pkg/p/a.go\n@@ -1,3 +1,3 @@\n-package p\n+package p" + imports + "\n \n-func F() {}\n+func F() { " + guarded.Replace("«f()»") + ";}\n"; err != nil || diff != want {
		t.Errorf("%v\n%s", err, diff)
	}
}

// TestDiffWithoutLastNewline: a file may end within a line.
func TestDiffWithoutLastNewline(t *testing.T) {
	diff, err := rewrite.Diff(rewrite.File{Original: []byte("a\nb"), Rewritten: []byte("a\nb c")}, "f")
	const end = "\n\\ No newline at end of file\n"
	if want := "--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\n-b" + end + "+b c" + end; err != nil || diff != want {
		t.Errorf("%v\n%s", err, diff)
	}
}

// TestWebServicePath: a web service is recorded once go-restful has given it a path.
func TestWebServicePath(t *testing.T) {
	p := write(t, `package restful

func (c *Container) Add(service *WebService) *Container {
	if len(service.rootPath) == 0 {
		service.Path("/")
	}
	c.webServices = append(c.webServices, service)
	return c
}
`)
	p.ImportPath, p.Module = "github.com/emicklei/go-restful/v3", "github.com/emicklei/go-restful/v3"
	result, err := rewrite.Rewrite(p, rule.Builtin(), "rt")
	if want := []rewrite.Match{{Rule: "webservice.add", Anchor: "add", Place: "a.go:7"}}; err != nil || !cmp.Equal(result.Matched, want) {
		t.Errorf("matched %v, %v", result.Matched, err)
	}
}

// TestMissedInBuild: a rule that names several packages needs one of them.
func TestMissedInBuild(t *testing.T) {
	found := rewrite.Result{Matched: []rewrite.Match{{Rule: "a"}}}
	missed := rewrite.Result{Missed: []rewrite.Miss{{Rule: "a", Package: "p"}, {Rule: "b", Package: "p"}, {Rule: "a", Package: "p", File: "f.go"}}}
	got := rewrite.Missed([]rewrite.Result{found, missed})
	if want := []rewrite.Miss{{Rule: "b", Package: "p"}, {Rule: "a", Package: "p", File: "f.go"}}; !cmp.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}

// TestErrors: a package that cannot be read or is no Go, and code that does not
// fit where it goes.
func TestErrors(t *testing.T) {
	for name, test := range map[string]struct{ source, code, want string }{
		"not Go":       {"package p\nfunc {", "f()", "package example.com/m/pkg/p: "},
		"does not fit": {"package p\nfunc F() {}", "f(", "the code of rule r of r:2 does not fit: "},
	} {
		t.Run(name, func(t *testing.T) {
			rules := oneRule(t, "F", "  - code: f()")
			rules[0].Anchors[0].Code[0].Text = test.code
			_, err := rewrite.Rewrite(write(t, test.source), rules, "rt")
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v", err)
			}
		})
	}
	p := write(t)
	p.Files = []string{filepath.Join(p.Dir, "absent.go")}
	if _, err := rewrite.Rewrite(p, oneRule(t, "F", "  - code: f()"), "rt"); err == nil || !strings.Contains(err.Error(), "absent.go") {
		t.Errorf("error %v", err)
	}
}
