package gobuild_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chaintrace/chaintrace/trace/instrument/gobuild"
	"github.com/chaintrace/chaintrace/trace/instrument/rule"
)

// TestRuleDoesNotCompile: the compiler's complaints name the user's file, although
// another stands in for it, and the rule whose code it is. With a TMPDIR that the Go
// command names relative to where it runs, it cannot run beside others.
func TestRuleDoesNotCompile(t *testing.T) {
	p := newProject(t)
	own := filepath.Join(p.dir, "own/own.go")
	p.write(t, "own/wrong.go", "package own\n\nfunc Two() { wrong() }\n")
	rules, err := rule.Parse("mine.yaml", []byte(`rules:
  - id: bad
    package: example.com/app/own
    func: Start
    span: start
    attributes: {name: $1.Name}
  - id: far
    package: example.com/app/own
    func: Start
    anchors:
      - code: _ = "`+strings.Repeat("far ", 64)+`"; nowhere()
  - id: fine
    package: example.com/app/own
    func: Two
    span: two
`))
	if err != nil {
		t.Fatal(err)
	}
	for name, dir := range map[string]string{"absolute": os.TempDir(), "relative": filepath.Dir(p.dir)} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("TMPDIR", dir)
			o := p.options(t)
			o.Rules = rules
			b, err := tryBuild(t.Context(), o)
			if !errors.Is(err, gobuild.ErrFailed) {
				t.Errorf("the error is %v; want %v", err, gobuild.ErrFailed)
			}
			for _, want := range []string{
				"name.Name undefined (type string has no field or method Name)\n\tinserted by rule bad of mine.yaml:2\n",
				own + ":7: undefined: nowhere\n\tin that line is code of rule far of mine.yaml:7\n",
				filepath.Join(p.dir, "own/wrong.go") + ":3:", "undefined: wrong\n", // the user's own
			} {
				if !strings.Contains(b.stderr, want) {
					t.Errorf("go build complains\n%s\nwant %q in it", b.stderr, want)
				}
			}
			if strings.Contains(b.stderr, "rule fine") || strings.Contains(b.stderr, "chaintrace-build-") {
				t.Errorf("go build complains\n%s", b.stderr)
			}
		})
	}
}
