package rule_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/chaintrace/chaintrace/trace/instrument/rule"
)

// TestBuiltin: the embedded rules are well formed, and their names are their own.
func TestBuiltin(t *testing.T) {
	rules := rule.Builtin()
	if len(rules) < 20 {
		t.Errorf("%d rules", len(rules))
	}
	seen := map[string]bool{}
	for _, r := range rules {
		if seen[r.ID] {
			t.Errorf("two rules are %s", r.ID)
		}
		seen[r.ID] = true
		for _, a := range r.Anchors {
			if a.ID == "" {
				t.Errorf("an anchor of %s has no id", r.ID)
			}
		}
	}
}

func TestParse(t *testing.T) {
	rules, err := rule.Parse("mine.yaml", []byte(`
rules:
  - id: start
    package: example.com/pkg
    func: (*T).Start
    span: my.start $1
    attributes: {name: $1, $kind: '"fast"'}
  - id: inner
    package: [example.com/a, example.com/b]
    func: [New, old]
    required: true
    anchors:
      - {id: one, at: before, match: ["$v := f(...)", "$v = f(...)"], contains: x, every: true, optional: true, code: "chaintracert.Signal($v)"}
      - code:
        - {has: T.field, text: "chaintracert.Signal($v + $recv.field)"}
        - text: "defer f()($err)"
`))
	if err != nil {
		t.Fatal(err)
	}
	pattern := func(text string) rule.Pattern {
		p, err := rule.NewPattern(text)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	want := []rule.Rule{
		{
			ID: "start", Source: "mine.yaml:3", Packages: []string{"example.com/pkg"}, Funcs: []string{"T.Start"},
			Anchors: []rule.Anchor{{
				ID: "span", At: rule.Entry,
				Code: []rule.Code{{Text: `defer chaintracert.Func("my.start \x241", "\x24kind", "fast", "name", $1)($err)`}},
			}},
		},
		{
			ID: "inner", Source: "mine.yaml:8", Packages: []string{"example.com/a", "example.com/b"}, Funcs: []string{"New", "old"}, Required: true,
			Anchors: []rule.Anchor{
				{
					ID: "one", At: rule.Before, Match: []rule.Pattern{pattern("$v := f(...)"), pattern("$v = f(...)")},
					Contains: "x", Every: true, Optional: true, Code: []rule.Code{{Text: "chaintracert.Signal($v)"}},
				},
				{At: rule.Entry, Code: []rule.Code{
					{Has: "T.field", Text: "chaintracert.Signal($v + $recv.field)"}, {Text: "defer f()($err)"},
				}},
			},
		},
	}
	if diff := cmp.Diff(want, rules, cmpopts.IgnoreUnexported(rule.Pattern{})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := rule.Packages(rules); !cmp.Equal(got, []string{"example.com/a", "example.com/b", "example.com/pkg"}) {
		t.Errorf("packages %v", got)
	}
	if got := rule.Of(rules, "example.com/b"); len(got) != 1 || got[0].ID != "inner" {
		t.Errorf("of b: %v", got)
	}
}

// TestGuard: an attribute that panics is without a value, and ends no server.
func TestGuard(t *testing.T) {
	rules, err := rule.Parse("mine.yaml", []byte("rules: [{id: a, package: p, func: T.F, span: s, attributes: {n: $recv.Name}}]"))
	if err != nil {
		t.Fatal(err)
	}
	want := `defer chaintracert.Func("s", "n", func() (chaintraceValue interface{}) { defer func() { _ = recover() }(); chaintraceValue = $recv.Name; return }())($err)`
	if got := rules[0].Anchors[0].Code[0].Text; got != want {
		t.Errorf("the code is\n%s; want\n%s", got, want)
	}
}

// TestParseErrors: what is wrong is told with its place, all of it at once.
func TestParseErrors(t *testing.T) {
	const head = "rules:\n  - id: r\n    package: p\n    func: F\n"
	for name, test := range map[string]struct {
		text string
		want []string
	}{
		"empty":            {"", []string{"f.yaml:1:1: the file is empty"}},
		"not UTF-8":        {"rules: \xff", []string{"f.yaml:1:1: the file is not UTF-8 text"}},
		"syntax":           {"rules:\n  - {a", []string{"f.yaml:3:1: did not find"}},
		"two documents":    {"rules: []\n---\nrules: []\n", []string{"f.yaml:1:1: there is more than one document"}},
		"not a mapping":    {"- a", []string{"f.yaml:1:1: want a mapping with the keys rules"}},
		"no rules":         {"rules: []", []string{"f.yaml:1:8: want a list with one entry or more"}},
		"unknown keys":     {"rules:\n  - id: r\n    packges: p\n", []string{`f.yaml:3:5: unknown key "packges"; there are anchors, attributes, func, id, package, required, span`, "f.yaml:2:5: the key package is missing", "the key func is missing", "neither a span nor anchors"}},
		"twice":            {head + "    func: G\n    span: s\n", []string{"f.yaml:5:5: the key func is there already"}},
		"two rules":        {head + "    span: s\n" + strings.TrimPrefix(head, "rules:\n") + "    span: s\n", []string{`two rules have the id "r"`}},
		"both forms":       {head + "    span: s\n    anchors: [{code: f()}]\n", []string{"f.yaml:2:5: the rule has both a span and anchors"}},
		"error too early":  {head + "    span: s\n    attributes: {a: $1, e: $err}\n", []string{"f.yaml:6:28: the expression has $err; when the function is called"}},
		"lone attributes":  {head + "    attributes: {a: $1}\n", []string{"f.yaml:2:5: the rule has attributes, but no span"}},
		"bad attribute":    {head + "    span: s\n    attributes: {a: ')'}\n", []string{"f.yaml:6:21: the code is not Go"}},
		"two attributes":   {head + "    span: s\n    attributes: {a: '1, 2'}\n", []string{"f.yaml:6:21: the code is not Go"}},
		"bad but balanced": {head + "    span: s\n    attributes: {a: '1); f(2'}\n", []string{"f.yaml:6:21: the code is not Go"}},
		"bad flag":         {head + "    span: s\n    required: maybe\n", []string{"f.yaml:6:15: want true or false"}},
		"bad position":     {head + "    anchors: [{at: nowhere, match: x, code: f()}]\n", []string{`f.yaml:5:20: unknown position "nowhere"`}},
		"no match":         {head + "    anchors: [{at: before, code: f()}]\n", []string{"f.yaml:5:15: the key match is missing"}},
		"match at entry":   {head + "    anchors: [{match: x, code: f()}]\n", []string{"at entry there is no statement to match"}},
		"match everything": {head + "    anchors: [{at: after, match: ..., code: f()}]\n", []string{"the pattern is empty or matches everything"}},
		"no code":          {head + "    anchors: [{at: after, match: x}]\n", []string{"the key code is missing"}},
		"not Go":           {head + "    anchors: [{code: 'f('}]\n", []string{"f.yaml:5:22: the code is not Go"}},
		"two lines":        {head + "    anchors: [{code: \"f()\\ng()\"}]\n", []string{"the code is more than one line"}},
		"unknown name":     {head + "    anchors: [{at: after, match: $a = x, code: f($b)}]\n", []string{"f.yaml:5:15: the code has $b, which no pattern matches"}},
		"name of one only": {head + "    anchors: [{at: after, match: [$a = x, y()], code: f($a)}]\n", []string{"the code has $a, which no pattern matches"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := rule.Parse("f.yaml", []byte(test.text))
			var all *rule.Error
			if !errors.As(err, &all) {
				t.Fatalf("error %v", err)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("no %q in\n%v", want, err)
				}
			}
		})
	}
}

func TestFromSpan(t *testing.T) {
	for function, want := range map[string]struct{ pkg, fn, span string }{
		"example.com/pkg.(*T).Start":   {"example.com/pkg", "T.Start", "pkg.(*T).Start"},
		"example.com/pkg.T.Start":      {"example.com/pkg", "T.Start", "pkg.T.Start"},
		"example.com/a/pkg.Start":      {"example.com/a/pkg", "Start", "pkg.Start"},
		"gopkg.in/yaml.v3.Unmarshal":   {"gopkg.in/yaml.v3", "Unmarshal", "yaml.v3.Unmarshal"},
		"k8s.io/klog/v2.(*T).F":        {"k8s.io/klog/v2", "T.F", "v2.(*T).F"},
		"example.com/pkg.(*T[...]).F":  {"example.com/pkg", "T.F", "pkg.(*T).F"},
		"example.com/pkg.Map[...]":     {"example.com/pkg", "Map", "pkg.Map"},
		"example.com/a/nats%2ego.Dial": {"example.com/a/nats.go", "Dial", "nats.go.Dial"},
		"gopkg.in/yaml%2ev3.(*T).F":    {"gopkg.in/yaml.v3", "T.F", "yaml.v3.(*T).F"},
		"main.run":                     {"main", "run", "main.run"},
		"example.com/my-pkg.Обработка": {"example.com/my-pkg", "Обработка", "my-pkg.Обработка"},
	} {
		r, err := rule.FromSpan(function)
		if err != nil {
			t.Error(err)
			continue
		}
		code := `defer chaintracert.Func("` + want.span + `")($err)`
		if r.Packages[0] != want.pkg || r.Funcs[0] != want.fn || r.Anchors[0].Code[0].Text != code || !r.Required {
			t.Errorf("%s: %+v", function, r)
		}
	}
	for _, bad := range []string{"", "Start", "example.com/pkg", "example.com/pkg.(*T)", "a b.C", "example.com/pkg.T.Start()", `x".F`} {
		if r, err := rule.FromSpan(bad); err == nil {
			t.Errorf("%q gives %+v", bad, r)
		}
	}
}

func TestPattern(t *testing.T) {
	for _, test := range []struct {
		pattern, statement string
		names              map[string]string // nil: no match
	}{
		{"for _, $c := range $d.Checks()", "for _, check := range  x.Checks() ", map[string]string{"c": "check", "d": "x"}},
		{"$s := &T{...}", "s := &T{\n\ta: 1,\n\tb: f(),\n}", map[string]string{"s": "s"}},
		{"$s := &T{...}", "s.x := &T{}", nil},
		{"close($e.ch)", "close(e.ch)", map[string]string{"e": "e"}},
		{"close($e.ch)", "closed(e.ch)", nil},
		{"$a = $a + 1", "x = y + 1", map[string]string{"a": "x"}},
		{"..., $e = f(...)", "a, b, err = f(1, 2)", map[string]string{"e": "err"}},
		{"f()", "f();", nil},
	} {
		p, err := rule.NewPattern(test.pattern)
		if err != nil {
			t.Fatal(err)
		}
		names, ok := p.Match(test.statement)
		if ok != (test.names != nil) || ok && !cmp.Equal(names, test.names) {
			t.Errorf("%q against %q: %v %v", test.pattern, test.statement, names, ok)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("rules:\n  - {id: a, package: b, func: c, span: d, attributes: {e: $1}}\n"))
	f.Add([]byte("rules: [{id: a, package: b, func: c, anchors: [{at: after, match: '$x = ...', code: f($x)}]}]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		rules, err := rule.Parse("f", text)
		if err == nil && len(rules) == 0 {
			t.Error("neither rules nor an error")
		}
	})
}
