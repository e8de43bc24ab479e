package gobuild

import (
	"testing"

	"github.com/chaintrace/chaintrace/trace/instrument/rewrite"
)

// TestCounter counts the packages of a small build.
func TestCounter(t *testing.T) {
	t.Parallel()
	p := &Plan{
		runtime: runtimePackage{importPath: "app/chaintracert"},
		list: []goPackage{
			{ImportPath: "fmt"},
			{ImportPath: "k8s.io/apiserver/pkg/server", Imports: []string{"fmt"}},
			{ImportPath: "app/free", Imports: []string{"fmt"}},
			{ImportPath: "app/bound", Imports: []string{"app/free", "k8s.io/apiserver/pkg/server"}},
			{ImportPath: "app", Name: "main", Imports: []string{"app/bound"}},
		},
		Packages: []Package{
			{listed: "k8s.io/apiserver/pkg/server", Result: rewrite.Result{Files: make([]rewrite.File, 1)}},
			{listed: "app/free"},
		},
	}
	c := p.newCounter()
	for _, step := range []struct {
		text      string
		isPackage bool
		want      Progress
	}{
		{"app/chaintracert", true, Progress{"app/chaintracert", false, 1, 4}},
		{"# app/bound", false, Progress{"app/chaintracert", false, 1, 4}},
		{"./bound.go:3:4: undefined: x", false, Progress{"app/chaintracert", false, 1, 4}},
		{"", false, Progress{"app/chaintracert", false, 1, 4}},
		{"k8s.io/apiserver/pkg/server", true, Progress{"k8s.io/apiserver/pkg/server", false, 2, 4}},
		// Neither inserted into nor dependent on what is: so all may be compiled.
		{"app/free", true, Progress{"app/free", false, 3, 6}},
		{"app/bound", true, Progress{"app/bound", false, 4, 6}},
		{"fmt", true, Progress{"fmt", false, 5, 6}},
		{"app", true, Progress{"app", true, 6, 6}},
		// The runtime package's own need, which the list lacks.
		{"encoding/json", true, Progress{"encoding/json", false, 7, 7}},
	} {
		if isPackage := c.compiled(step.text); isPackage != step.isPackage || c.progress != step.want {
			t.Errorf("after %q: %v, %+v; want %v, %+v", step.text, isPackage, c.progress, step.isPackage, step.want)
		}
	}
}
