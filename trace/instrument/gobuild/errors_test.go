package gobuild_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chaintrace/chaintrace/trace/instrument/gobuild"
	"github.com/chaintrace/chaintrace/trace/instrument/rule"
)

// wantError checks that an error says something.
func wantError(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("the error is %v; want %q in it", err, want)
	}
}

// TestErrors checks what is said when a build is not possible.
func TestErrors(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	missing := rule.Rule{
		ID: "server.gone", Packages: []string{"k8s.io/apiserver/pkg/server"}, Funcs: []string{"Gone", "GoneBefore"}, Required: true,
		Anchors: []rule.Anchor{{ID: "entry", At: rule.Entry, Code: []rule.Code{{Text: "println()"}}}},
	}
	for name, test := range map[string]struct {
		change func(o *gobuild.Options)
		want   []string
	}{
		"no module": {
			func(o *gobuild.Options) { o.Dir = t.TempDir() },
			[]string{"there is no go.mod here or above; build in the directory of your server's module"},
		},
		"modules turned off": {
			func(o *gobuild.Options) { o.Env = append(slices.Clone(o.Env), "GO111MODULE=off") },
			[]string{"GO111MODULE is off"},
		},
		"no directory": {
			func(o *gobuild.Options) { o.Dir = filepath.Join(o.Dir, "nowhere") },
			[]string{"no directory to build in", "nowhere"},
		},
		"no package": {
			func(o *gobuild.Options) { o.Packages = []string{"./cmd/nowhere"} },
			[]string{"go list: ", "cmd/nowhere"},
		},
		"no program": {
			func(o *gobuild.Options) { o.Packages = []string{"./own"} },
			[]string{"example.com/app/own is not a main package"},
		},
		"a web server like others": {
			func(o *gobuild.Options) {
				o.Server, o.Rules = []rule.Rule{spanRule(t, "example.com/app/own.Start")}, nil
				o.Packages = []string{"./cmd/web"}
			},
			[]string{"./cmd/web: none of this build's ", "it is no API server on k8s.io/apiserver"},
		},
		"no server": {
			func(o *gobuild.Options) { o.Packages = []string{"./cmd/other"} },
			[]string{"./cmd/other: none of this build's ", "it is no API server on k8s.io/apiserver"},
		},
		"not downloaded": {
			func(o *gobuild.Options) {
				o.Env = append(slices.Clone(o.Env), "GOMODCACHE="+t.TempDir(), "GOPROXY=off")
			},
			[]string{"go list: cmd/apiserver/main.go:", "run go mod download where the network is"},
		},
		"missing place": {
			func(o *gobuild.Options) { o.Rules = append(o.Rules, missing) },
			[]string{"k8s.io/apiserver/pkg/server v0.1.0", "rule server.gone found no func Gone or GoneBefore"},
		},
		"nothing but missing places": {
			func(o *gobuild.Options) { o.Rules = []rule.Rule{missing} },
			[]string{"./cmd/apiserver: the rules match nothing in the packages that they name\n", "rule server.gone found no func Gone or GoneBefore"},
		},
		"nothing but optional missing places": {
			func(o *gobuild.Options) {
				optional := missing
				optional.Required = false
				o.Rules = []rule.Rule{optional}
			},
			[]string{"./cmd/apiserver: the rules match nothing in the packages that they name\n", "rule server.gone found no func Gone or GoneBefore"},
		},
		"a package that is not there": {
			func(o *gobuild.Options) { o.Rules = append(o.Rules, spanRule(t, "example.com/app/owm.Start")) },
			[]string{"example.com/app/owm: rule span:example.com/app/owm.Start found no such package in this build"},
		},
		"the standard library": {
			func(o *gobuild.Options) { o.Rules = append(o.Rules, spanRule(t, "fmt.Println")) },
			[]string{"fmt: rule span:fmt.Println found no way to change the standard library"},
		},
		"coverage": {
			func(o *gobuild.Options) { o.Flags = append(o.Flags, gobuild.Flag{Name: "cover", Value: "true"}) },
			[]string{"build without -cover"},
		},
		"coverage of packages": {
			func(o *gobuild.Options) {
				o.Flags = append(o.Flags, gobuild.Flag{Name: "coverpkg", Value: "example.com/app/..."})
			},
			[]string{"build without -cover"},
		},
		"coverage for all": {
			func(o *gobuild.Options) { o.Env = append(slices.Clone(o.Env), "GOFLAGS=-cover") },
			[]string{"build without -cover"},
		},
		"nothing vendored in a workspace": {
			func(o *gobuild.Options) {
				dir := t.TempDir()
				p.run(t, "cp", "-r", ".", dir+"/app")
				if err := os.WriteFile(dir+"/go.work", []byte("go 1.24\n\nuse ./app\n"), 0o600); err != nil {
					t.Fatal(err)
				}
				o.Dir, o.Env = dir+"/app", append(slices.Clone(o.Env), "GOFLAGS=-mod=vendor", "GOWORK="+dir+"/go.work")
			},
			[]string{"go list: go: inconsistent vendoring in " + os.TempDir() + "/TestErrors"},
		},
		"bad overlay": {
			func(o *gobuild.Options) { o.Flags = append(o.Flags, gobuild.Flag{Name: "overlay", Value: "go.mod"}) },
			[]string{"-overlay: go.mod: "},
		},
		"bad GOFLAGS": {
			func(o *gobuild.Options) { o.Env = append(slices.Clone(o.Env), "GOFLAGS='-tags=x") },
			[]string{"GOFLAGS"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := p.options(t, gobuild.Flag{Name: "o", Value: os.DevNull})
			test.change(&o)
			_, err := tryBuild(t.Context(), o)
			for _, want := range test.want {
				wantError(t, err, want)
			}
		})
	}
	t.Run("does not compile", func(t *testing.T) {
		o := p.options(t)
		o.Packages, o.Rules = []string{"./cmd/broken"}, []rule.Rule{spanRule(t, "k8s.io/apiserver/pkg/server.New")}
		b, err := tryBuild(t.Context(), o)
		if !errors.Is(err, gobuild.ErrFailed) {
			t.Errorf("the error is %v; want %v", err, gobuild.ErrFailed)
		}
		// It names the file as the user knows it.
		if !strings.Contains(b.stderr, "cmd/broken/main.go:6:22: undefined: server.Old") {
			t.Errorf("go build's complaints are not passed on: %q", b.stderr)
		}
	})
	t.Run("the name is taken", func(t *testing.T) {
		p.write(t, "chaintracert/x.go", "package chaintracert\n")
		_, err := tryBuild(t.Context(), p.options(t))
		wantError(t, err, "chaintracert is there already")
	})
}

// TestDownload tells what is downloaded.
func TestDownload(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	o := p.options(t)
	o.Env = append(slices.Clone(o.Env), "GOMODCACHE="+t.TempDir())
	var stderr bytes.Buffer
	o.Stderr = &stderr
	if _, err := gobuild.Prepare(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"go: downloading k8s.io/apiserver v0.1.0\n", "go: downloading example.com/old v1.0.0\n"} {
		if !strings.Contains(stderr.String(), want) {
			t.Errorf("it tells %q; want %q", &stderr, want)
		}
	}
}

// TestNoToolchain is about a PATH without Go. It cannot run beside others.
func TestNoToolchain(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := gobuild.Prepare(t.Context(), gobuild.Options{})
	wantError(t, err, "there is no Go toolchain")
}

// TestRelativeTemp builds elsewhere with a TMPDIR that is relative to here. It cannot run
// beside others.
func TestRelativeTemp(t *testing.T) {
	p := newProject(t)
	t.Chdir(t.TempDir())
	if err := os.Mkdir("tmp", 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", "tmp")
	bin := filepath.Join(t.TempDir(), "traced")
	build(t, p.options(t, gobuild.Flag{Name: "o", Value: bin}))
	p.checkSpans(t, bin, "server.New", "own.Start")
	if left, err := os.ReadDir("tmp"); err != nil || len(left) != 0 {
		t.Errorf("%v is left, %v", left, err)
	}
}

// TestCancelled stops a build.
func TestCancelled(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	ctx, cancel := context.WithCancel(t.Context())
	o := p.options(t, gobuild.Flag{Name: "o", Value: os.DevNull}, gobuild.Flag{Name: "a", Value: "true"})
	o.Compiled = func(gobuild.Progress) { cancel() }
	plan, err := gobuild.Prepare(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := plan.Build(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v; want %v", err, context.Canceled)
	}
}
