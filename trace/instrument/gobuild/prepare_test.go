package gobuild_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chaintrace/chaintrace/trace/instrument/gobuild"
)

// places returns what a plan puts in, as package: file:line.
func places(plan *gobuild.Plan) []string {
	var all []string
	for _, p := range plan.Packages {
		for _, m := range p.Result.Matched {
			all = append(all, p.ImportPath+": "+m.Place)
		}
	}
	return all
}

// TestCgo puts spans into a file that cgo goes through first.
func TestCgo(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	o := p.options(t)
	o.Env = append(slices.Clone(o.Env), "CGO_ENABLED=1")
	o.Rules = append(o.Rules[:0:0], spanRule(t, "example.com/app/own.Native"))
	plan, err := gobuild.Prepare(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"example.com/app/own: own/native.go:6"}, places(plan)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestProfiles builds programs each of which is compiled by a profile of its own.
func TestProfiles(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	main, err := os.ReadFile(filepath.Join(p.dir, "cmd/apiserver/main.go"))
	if err != nil {
		t.Fatal(err)
	}
	p.write(t, "cmd/second/main.go", string(main))
	for _, name := range []string{"apiserver", "second"} {
		p.write(t, "cmd/"+name+"/default.pgo", "") // go list does not read it
	}
	o := p.options(t)
	o.Packages = []string{"./cmd/apiserver", "./cmd/second"}
	plan, err := gobuild.Prepare(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"example.com/app/own: own/own.go:7", "k8s.io/apiserver/pkg/server: pkg/server/server.go:13"}, places(plan)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	o.Packages = o.Packages[:1]
	single, err := gobuild.Prepare(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if single.Len()+1 != plan.Len() {
		t.Errorf("%d packages for one program and %d for both", single.Len(), plan.Len())
	}
}

// TestInternal builds in a module whose packages others may not import, with and
// without a vendor directory.
func TestInternal(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.run(t, "go", "mod", "edit", "-module=corp.example/internal/app")
	for _, name := range []string{"cmd/apiserver/main.go", "cmd/web/main.go"} {
		text, err := os.ReadFile(filepath.Join(p.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		p.write(t, name, strings.ReplaceAll(string(text), "example.com/app/", "corp.example/internal/app/"))
	}
	bin := t.TempDir()
	for _, vendor := range []string{"", "vendor"} {
		if vendor != "" {
			p.run(t, "go", "mod", "vendor")
		}
		o := p.options(t, gobuild.Flag{Name: "o", Value: bin + "/traced" + vendor})
		o.Rules = o.Rules[:1]
		build(t, o)
		p.checkSpans(t, bin+"/traced"+vendor, "server.New")
	}
}

// TestUntouched builds where the Go command would complete go.mod, go.sum or go.work.sum.
func TestUntouched(t *testing.T) {
	t.Parallel()
	for name, setUp := range map[string]func(t *testing.T, p *project){
		"a workspace without sums": func(t *testing.T, p *project) {
			p.run(t, "go", "work", "init", ".")
			p.run(t, "go", "work", "use", ".")
			if err := os.Remove(filepath.Join(p.dir, "go.sum")); err != nil {
				t.Fatal(err)
			}
		},
		"-mod=mod and a go.mod that lacks some": func(t *testing.T, p *project) {
			p.run(t, "go", "mod", "edit", "-droprequire=example.com/old")
			p.env = append(p.env, "GOFLAGS=-modcacherw -buildvcs=false -mod=mod")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProject(t)
			setUp(t, p)
			bin := t.TempDir()
			before := hashes(t, p.dir)
			// One has insertions in the module cache, and the other none.
			o := p.options(t, gobuild.Flag{Name: "o", Value: bin + "/traced"})
			build(t, o)
			p.checkSpans(t, bin+"/traced", "server.New", "own.Start")
			o.Rules = o.Rules[1:]
			build(t, o)
			if diff := cmp.Diff(before, hashes(t, p.dir)); diff != "" {
				t.Errorf("files changed (-before +after):\n%s", diff)
			}
		})
	}
}
