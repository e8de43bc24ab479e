package preset_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chaintrace/chaintrace/chain"
	"github.com/chaintrace/chaintrace/chain/preset"
)

// small is a description without problems; the tests put something wrong in.
const small = `name: small
process: small-apiserver
options:
  - {name: mode, default: a, values: [a, b]}
caches:
  - {name: informers, startedBy: [start], syncs: 10ms}
generic:
  checks:
    - {name: ping, endpoints: [healthz, livez, readyz]}
servers:
  - name: server
    kind: generic
    install:
      - hook:
          name: start
          behavior: launches
      - hook:
          name: wait
          behavior: waits
          steps:
            - {hook: start}
            - {cache: informers, poll: 100ms}
            - {loopback: list, takes: {fresh: 2ms, warm: 1ms}, when: {mode: a}}
          deadline: 30s
          atDeadline: fails
      - route: {path: /x/, match: prefix}
      - group: {name: example.com, versions: [{version: v1, resources: [things]}]}
`

func TestReadSmall(t *testing.T) {
	d, err := preset.Read(strings.NewReader(small), "small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	hook := d.Servers[0].Install[1].Hook
	if hook.Deadline != 30*time.Second || len(hook.Steps) != 3 || hook.Steps[2].Takes.Warm != time.Millisecond || hook.Steps[2].When[0].Value != "a" {
		t.Errorf("the hook reads as %+v", hook)
	}
}

func TestReadTellsWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		name, old, new string
		want           []string // each part of the message
	}{
		{"unknown key", "    kind: generic", "    knid: generic", []string{"small.yaml:12:5: servers[0].knid: unknown key (did you mean \"kind\"?)"}},
		{"key twice", "process: small-apiserver", "name: again", []string{"small.yaml:2:1: name: the key is there already, in line 1"}},
		{"no unit", "syncs: 10ms", "syncs: 10", []string{"small.yaml:6:50: caches[0].syncs: want a duration with its unit, such as", `this is "10"`}},
		{"wrong unit", "deadline: 30s", "deadline: 30 sec", []string{"small.yaml:24:21", "want a duration"}},
		{"negative", "deadline: 30s", "deadline: -30s", []string{"want a duration"}},
		{"wrong type", "    install:", "    crds: no\n    install:", []string{"small.yaml:13:11: servers[0].crds: want a list; this is \"no\""}},
		{"dangling hook", "{hook: start}", "{hook: begin}", []string{"small.yaml:21:22: servers[0].install[1].hook.steps[0].hook: no server describes a hook \"begin\""}},
		{"dangling cache", "cache: informers,", "cache: informer,", []string{"small.yaml:22:", "there is no cache \"informer\""}},
		{"dangling starter", "startedBy: [start]", "startedBy: [stop]", []string{"caches[0].startedBy[0]: no server describes a hook \"stop\""}},
		{"unknown value", "behavior: launches", "behavior: flies", []string{"small.yaml:16:21", `"flies" is not one of launches, runs, waits`}},
		{"unknown kind", "kind: generic", "kind: general", []string{`servers[0].kind: "general" is not one of apiextensions-apiserver, kube-apiserver, kube-aggregator, generic`}},
		{"unknown setting", "when: {mode: a}", "when: {mood: a}", []string{`there is no setting "mood"; declare it under options`}},
		{"unknown setting's value", "when: {mode: a}", "when: {mode: c}", []string{`"c" is not one of a, b`}},
		{"no deadline", "          deadline: 30s\n", "", []string{"atDeadline: there is no deadline"}},
		{"two kinds of step", "{hook: start}", "{hook: start, work: both}", []string{"exactly one of hook, cache, timer, loopback, work"}},
		{"waits for itself", "{hook: start}", "{hook: wait}", []string{"the hook waits for itself"}},
		{"prefix", "path: /x/, match", "path: /x, match", []string{`the prefix "/x" does not end in a slash`}},
		{"endpoint", "endpoints: [healthz, livez, readyz]", "endpoints: [healths]", []string{`"healths" is not one of healthz, livez, readyz`}},
		{"alias", "process: small-apiserver", "process: *anchor", []string{"small.yaml:2"}},
		{"syntax", "servers:", "servers: [", []string{"small.yaml:"}},
		{"two documents", "name: small", "name: small\n---\nname: two", []string{"more than one document"}},
		{"not text", "name: small", "name: \xff\xfe", []string{"not UTF-8"}},
		{"empty", small, "", []string{"the file is empty"}},
		{"a list", small, "- name: small", []string{"small.yaml:1:1: want a mapping"}},
		{"no servers", small, "name: small", []string{"servers: a chain needs at least one server"}},
		{"two problems", "syncs: 10ms}\ngeneric:", "syncs: 10}\ngenerics:", []string{"small.yaml:6:50", "small.yaml:7:1: generics: unknown key (did you mean \"generic\"?)"}},
		{"outermost only", "servers:", "servers:\n  - name: inner\n    kind: generic\n    beforePrepare: [{signal: s}]", []string{"servers[0].beforePrepare: only the outermost server"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(small, c.old, c.new, 1)
			if text == small {
				t.Fatal("the test changes nothing")
			}
			_, err := preset.Read(strings.NewReader(text), "small.yaml")
			var problems *preset.Error
			if !errors.As(err, &problems) || len(problems.Problems) == 0 {
				t.Fatalf("the error is %v, want an Error with problems", err)
			}
			for _, part := range c.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("the error is\n%v\nwant in it\n%s", err, part)
				}
			}
		})
	}
}

func TestReadFileNamesTheFile(t *testing.T) {
	if _, err := preset.ReadFile(filepath.Join(t.TempDir(), "missing.yaml")); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "missing.yaml") {
		t.Errorf("a missing file: %v", err)
	}
}

func TestPresetsLoad(t *testing.T) {
	for _, name := range preset.Names() {
		d, err := preset.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		if d.Name != name || d.About == "" || d.Origin == (chain.Origin{}) {
			t.Errorf("%s: name %q, about %q, origin %+v", name, d.Name, d.About, d.Origin)
		}
	}
	if _, err := preset.Load("kube-apiserver-9"); err == nil || !strings.Contains(err.Error(), "kube-apiserver-1.37, ") {
		t.Errorf("an unknown preset: %v, want an error that lists those there are", err)
	}
	if s := start(t, "aggregated-apiserver"); !s.Ready {
		t.Errorf("the example is not ready: %v", s.err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte("a: &a [*a, *a]"))
	f.Add([]byte("servers: [{install: [{hook: {steps: [{}]}}]}]"))
	for _, name := range preset.Names() {
		text, err := preset.Source(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := preset.Read(strings.NewReader(string(text)), "fuzz.yaml")
		if (d == nil) == (err == nil) {
			t.Errorf("Read returns %v and %v", d, err)
		}
		var problems *preset.Error
		if errors.As(err, &problems) {
			for _, p := range problems.Problems {
				if p.Line < 1 || p.Column < 1 || p.Message == "" {
					t.Errorf("a problem without its place: %+v", p)
				}
			}
		}
	})
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := preset.Load(preset.Default); err != nil {
			b.Fatal(err)
		}
	}
}
