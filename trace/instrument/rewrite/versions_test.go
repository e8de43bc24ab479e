//go:build e2e

package rewrite_test

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chaintrace/chaintrace/trace/instrument/rewrite"
	"github.com/chaintrace/chaintrace/trace/instrument/rule"
)

// minors are Kubernetes' versions that the rules are for, by the number behind "1."
// (or "0." for the staging modules), each with whether k8s.io/kubernetes, which
// is large, is looked at too, and the rules that find no place there.
var minors = []struct {
	version    string
	kubernetes bool
	missed     []string
}{
	{"23.17", true, []string{"config.complete"}}, {"24.17", false, nil}, {"25.16", false, nil},
	{"26.15", true, []string{"config.complete"}}, {"27.16", false, nil}, {"28.15", false, nil},
	{"29.15", true, []string{"server.create.controlplane"}}, {"30.14", false, nil}, {"31.14", true, nil},
	{"32.11", false, nil}, {"33.7", false, nil}, {"34.3", true, nil},
	{"35.7", false, nil}, {"36.6", false, nil}, {"37.2", true, nil},
}

// TestVersions: every version has the required anchors, and all others but for those that
// it is known to lack; and each rule has a place in some version.
func TestVersions(t *testing.T) {
	rules := rule.Builtin()
	placed := map[string]bool{}
	for _, minor := range minors {
		modules := []string{
			"k8s.io/apiserver@v0." + minor.version, "k8s.io/kube-aggregator@v0." + minor.version,
			"k8s.io/apiextensions-apiserver@v0." + minor.version,
		}
		if minor.kubernetes {
			modules = append(modules, "k8s.io/kubernetes@v1."+minor.version)
		}
		if minor.version == minors[0].version {
			modules = append(modules, "github.com/emicklei/go-restful@v2.9.5+incompatible")
		} else {
			modules = append(modules, "github.com/emicklei/go-restful/v3@v3.8.0")
		}
		var results []rewrite.Result
		for _, m := range download(t, modules) {
			for _, p := range m.packages(t, rule.Packages(rules)) {
				result, err := rewrite.Rewrite(p, rules, "rt")
				if err != nil {
					t.Fatal(err)
				}
				results = append(results, result)
				for _, match := range result.Matched {
					placed[match.Rule] = true
				}
			}
		}
		var missed []string
		for _, miss := range rewrite.Missed(results) {
			missed = append(missed, miss.Rule)
			if !slices.Contains(minor.missed, miss.Rule) || miss.Required {
				t.Errorf("%v", miss)
			}
		}
		if !slices.Equal(missed, minor.missed) {
			t.Errorf("1.%s misses the rules %q, want %q", minor.version, missed, minor.missed)
		}
	}
	for _, r := range rules {
		if !placed[r.ID] {
			t.Errorf("no version has a place for the rule %s", r.ID)
		}
	}
}

// module is what go mod download tells of a module.
type module struct{ Path, Version, Dir, Error string }

func download(t *testing.T, modules []string) []module {
	t.Helper()
	cmd := exec.Command("go", append([]string{"mod", "download", "-json"}, modules...)...)
	cmd.Dir = t.TempDir()
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("downloading %v: %v\n%s", modules, err, out)
	}
	var all []module
	for d := json.NewDecoder(strings.NewReader(string(out))); d.More(); {
		var m module
		if err := d.Decode(&m); err != nil {
			t.Fatal(err)
		}
		all = append(all, m)
	}
	return all
}

// packages returns those of the packages that the module has.
func (m module) packages(t *testing.T, importPaths []string) []rewrite.Package {
	t.Helper()
	var found []rewrite.Package
	for _, importPath := range importPaths {
		rest, ok := strings.CutPrefix(importPath, m.Path)
		if !ok || rest != "" && rest[0] != '/' {
			continue
		}
		dir := filepath.Join(m.Dir, filepath.FromSlash(rest))
		all, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		p := rewrite.Package{ImportPath: importPath, Module: m.Path, Version: m.Version, Dir: dir}
		for _, name := range all {
			if !strings.HasSuffix(name, "_test.go") {
				p.Files = append(p.Files, name)
			}
		}
		if p.Files != nil {
			found = append(found, p)
		}
	}
	return found
}
