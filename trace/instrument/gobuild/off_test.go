package gobuild_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/chaintrace/chaintrace/trace/instrument/gobuild"
	"github.com/chaintrace/chaintrace/trace/instrument/rule"
)

// TestNoTraceAskedFor: nothing that a rule of either form says is evaluated then, or
// once the trace cannot be written.
func TestNoTraceAskedFor(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	rules, err := rule.Parse("mine.yaml", []byte(`rules:
  - id: short
    package: example.com/app/own
    func: Start
    span: short
    attributes: {name: 'func() string { println("short evaluated"); return $1 }()'}
  - id: long
    package: k8s.io/apiserver/pkg/server
    func: New
    anchors:
      - code: 'var chaintraceEnd func(*error); println("long evaluated"); chaintraceEnd = chaintracert.Func("long")'
      - {at: before, match: return ..., code: chaintraceEnd(nil)}
`))
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(t.TempDir(), "traced")
	o := p.options(t, gobuild.Flag{Name: "o", Value: bin})
	o.Rules = rules
	build(t, o)
	if out := p.run(t, bin); strings.Contains(out, "evaluated") {
		t.Errorf("without a trace the program writes %q", out)
	}
	p.env = append(p.env, "CHAINTRACE_FILE="+filepath.Join(t.TempDir(), "trace.json"))
	out := p.run(t, bin)
	for _, want := range []string{"short evaluated\n", "long evaluated\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("with a trace the program writes %q; want %q in it", out, want)
		}
	}
	p.env = append(p.env, "CHAINTRACE_FILE="+filepath.Join(t.TempDir(), "nowhere", "trace.json"))
	// The first of them finds that out.
	if out := p.run(t, bin); !strings.Contains(out, "short evaluated\n") || strings.Contains(out, "long evaluated\n") {
		t.Errorf("with a trace that cannot be written the program writes %q", out)
	}
}
