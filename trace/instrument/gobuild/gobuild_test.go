package gobuild_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"debug/buildinfo"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/goproxytest"
	"golang.org/x/tools/txtar"

	"github.com/chaintrace/chaintrace/trace/instrument/gobuild"
	"github.com/chaintrace/chaintrace/trace/instrument/rule"
)

// project is a directory with a module that can be built, and the surroundings in
// which to build.
type project struct {
	dir   string // of the module or workspace
	cache string // of modules
	env   []string
}

// newProject unpacks testdata/app.txtar. Its modules come from testdata/proxy.
func newProject(t *testing.T) *project {
	t.Helper()
	proxy, err := goproxytest.NewServer("testdata/proxy", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proxy.Close)
	p := &project{dir: t.TempDir(), cache: t.TempDir()}
	archive, err := txtar.ParseFile("testdata/app.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range archive.Files {
		p.write(t, f.Name, string(f.Data))
	}
	p.env = append(os.Environ(), "GOPROXY="+proxy.URL, "GONOSUMDB=*", "GOMODCACHE="+p.cache,
		"GOFLAGS=-modcacherw -buildvcs=false", "GOWORK=", "GO111MODULE=", "GOTOOLCHAIN=local", "CGO_ENABLED=0")
	p.run(t, "go", "mod", "download", "all")
	return p
}

// write writes a file of the project.
func (p *project) write(t *testing.T, name, content string) {
	t.Helper()
	name = filepath.Join(p.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// run runs a command in the project and returns what it writes.
func (p *project) run(t testing.TB, args ...string) string {
	t.Helper()
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir, cmd.Env = p.dir, p.env
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v\n%s", args, err, out)
	}
	return string(out)
}

// options are those of a build of cmd/apiserver with spans for two functions.
func (p *project) options(t *testing.T, flags ...gobuild.Flag) gobuild.Options {
	t.Helper()
	o := gobuild.Options{Dir: p.dir, Env: p.env, Flags: flags, Packages: []string{"./cmd/apiserver"}}
	for _, function := range []string{"k8s.io/apiserver/pkg/server.New", "example.com/app/own.Start"} {
		o.Rules = append(o.Rules, spanRule(t, function))
	}
	return o
}

// spanRule is a rule that records a span for a function.
func spanRule(t *testing.T, function string) rule.Rule {
	t.Helper()
	r, err := rule.FromSpan(function)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// built is what a build did.
type built struct {
	plan     *gobuild.Plan
	compiled []string
	stderr   string
}

// build prepares and builds.
func build(t *testing.T, o gobuild.Options) built {
	t.Helper()
	b, err := tryBuild(t.Context(), o)
	if err != nil {
		t.Fatalf("%v\n%s", err, b.stderr)
	}
	return b
}

func tryBuild(ctx context.Context, o gobuild.Options) (b built, err error) {
	var stderr bytes.Buffer
	o.Stderr = &stderr
	o.Compiled = func(p gobuild.Progress) { b.compiled = append(b.compiled, p.Package) }
	if b.plan, err = gobuild.Prepare(ctx, o); err != nil {
		return b, err
	}
	err = b.plan.Build(ctx)
	b.stderr = stderr.String()
	return b, err
}

// hashes returns a hash of every file below directories.
func hashes(t *testing.T, dirs ...string) map[string][32]byte {
	t.Helper()
	all := map[string][32]byte{}
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.Type().IsRegular() {
				return err
			}
			content, err := os.ReadFile(path)
			all[path] = sha256.Sum256(content)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// layouts are the ways in which a server's module can get at others.
var layouts = []struct {
	name  string
	mode  gobuild.Mode
	setUp func(t *testing.T, p *project)
	old   bool // has a span in example.com/old as well, a module without go.mod
}{
	{name: "module", mode: gobuild.ModeModule, setUp: func(*testing.T, *project) {}},
	{name: "modfile", mode: gobuild.ModeModule, setUp: func(t *testing.T, p *project) {
		text, err := os.ReadFile(filepath.Join(p.dir, "go.mod"))
		if err != nil {
			t.Fatal(err)
		}
		p.write(t, "go.mod", "module example.com/app\n\ngo 1.24\n")
		p.write(t, "alt/other.mod", string(text))
		p.run(t, "go", "mod", "download", "-modfile=alt/other.mod", "all")
		p.env = append(p.env, "GOFLAGS=-modcacherw -buildvcs=false -modfile=alt/other.mod")
	}},
	{name: "a module cache with an unclean name", mode: gobuild.ModeModule, setUp: func(_ *testing.T, p *project) {
		p.env = append(p.env, "GOMODCACHE="+filepath.Dir(p.cache)+"//./"+filepath.Base(p.cache)+"/")
	}},
	{name: "replaced by a version", mode: gobuild.ModeModule, setUp: func(t *testing.T, p *project) {
		p.run(t, "go", "mod", "edit", "-require=k8s.io/apiserver@v0.0.9", "-replace=k8s.io/apiserver@v0.0.9=k8s.io/apiserver@v0.1.0")
		p.run(t, "go", "mod", "tidy")
	}},
	{name: "replaced by a directory", mode: gobuild.ModeOverlay, setUp: func(t *testing.T, p *project) {
		p.run(t, "cp", "-r", filepath.Join(p.cache, "k8s.io/apiserver@v0.1.0"), "apiserver")
		p.run(t, "go", "mod", "edit", "-replace=k8s.io/apiserver=./apiserver")
	}},
	{name: "replaced by a directory beside the module cache", mode: gobuild.ModeModule, old: true, setUp: func(t *testing.T, p *project) {
		p.run(t, "cp", "-r", filepath.Join(p.cache, "k8s.io/apiserver@v0.1.0"), "apiserver")
		p.run(t, "go", "mod", "edit", "-replace=k8s.io/apiserver=./apiserver")
	}},
	{name: "vendor", mode: gobuild.ModeOverlay, setUp: func(t *testing.T, p *project) {
		p.run(t, "go", "mod", "vendor")
		p.env = append(p.env, "GOPROXY=off", "GOMODCACHE="+t.TempDir())
	}},
	{name: "workspace", mode: gobuild.ModeWorkspace, setUp: func(t *testing.T, p *project) {
		p.run(t, "go", "mod", "edit", "-replace=example.com/old=example.com/old@v1.0.0")
		p.write(t, "more/go.mod", "module example.com/more\n\ngo 1.24\n")
		p.run(t, "go", "work", "init", ".", "./more")
		p.run(t, "go", "work", "sync")
	}},
	{name: "workspace with the server's module", mode: gobuild.ModeOverlay, setUp: func(t *testing.T, p *project) {
		p.run(t, "cp", "-r", filepath.Join(p.cache, "k8s.io/apiserver@v0.1.0"), "staging")
		p.run(t, "go", "work", "init", ".", "./staging")
	}},
	{name: "workspace that replaces by a directory beside the module cache", mode: gobuild.ModeWorkspace, old: true, setUp: func(t *testing.T, p *project) {
		p.run(t, "cp", "-r", filepath.Join(p.cache, "k8s.io/apiserver@v0.1.0"), "staging")
		p.run(t, "go", "work", "init", ".")
		p.run(t, "go", "work", "edit", "-replace=k8s.io/apiserver=./staging")
	}},
	{name: "workspace with a vendor directory", mode: gobuild.ModeOverlay, setUp: func(t *testing.T, p *project) {
		p.run(t, "go", "work", "init", ".")
		p.run(t, "go", "work", "vendor")
		p.env = append(p.env, "GOPROXY=off", "GOMODCACHE="+t.TempDir())
	}},
}

// TestLayouts builds the same program from modules that lie in different places.
// It must do what the plain one does, write spans when asked to, and leave every
// file as it was.
func TestLayouts(t *testing.T) {
	t.Parallel()
	for _, layout := range layouts {
		t.Run(layout.name, func(t *testing.T) {
			t.Parallel()
			p := newProject(t)
			layout.setUp(t, p)
			bin := t.TempDir()
			p.run(t, "go", "build", "-o", bin+"/plain", "./cmd/apiserver")
			before := hashes(t, p.dir, p.cache)

			o := p.options(t, gobuild.Flag{Name: "o", Value: bin + "/traced"})
			spans := []string{"server.New", "own.Start"}
			want := []string{"example.com/app/chaintracert", "example.com/app/cmd/apiserver", "example.com/app/own", "k8s.io/apiserver/pkg/server"}
			if layout.old {
				o.Rules = append(o.Rules, spanRule(t, "example.com/old.Greeting"))
				spans = append(spans, "old.Greeting")
				want = slices.Insert(want, 3, "example.com/old")
			}
			b := build(t, o)

			if diff := cmp.Diff(before, hashes(t, p.dir, p.cache)); diff != "" {
				t.Errorf("files changed (-before +after):\n%s", diff)
			}
			if b.plan.Mode != layout.mode {
				t.Errorf("the mode is %s; want %s", b.plan.Mode, layout.mode)
			}
			// The plain build has compiled everything. So what is compiled now is what has
			// insertions, and what depends on that. (The package that they call may need more of
			// the standard library.)
			compiled := slices.DeleteFunc(b.compiled, func(path string) bool { return !strings.Contains(path, ".") })
			slices.Sort(compiled)
			if diff := cmp.Diff(want, compiled); diff != "" {
				t.Errorf("compiled (-want +got):\n%s", diff)
			}
			// What it prints holds the names of source files and line numbers.
			plain := p.run(t, bin+"/plain")
			if diff := cmp.Diff(plain, p.run(t, bin+"/traced")); diff != "" {
				t.Errorf("what it prints differs (-plain +traced):\n%s", diff)
			}
			checkTags(t, bin+"/traced", gobuild.Tag)
			p.checkSpans(t, bin+"/traced", spans...)
		})
	}
}

// checkTags checks the build tags that a binary names.
func checkTags(t *testing.T, binary, want string) {
	t.Helper()
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range info.Settings {
		if s.Key == "-tags" && s.Value == want {
			return
		}
	}
	t.Errorf("the binary is not built with the tags %s: %v", want, info.Settings)
}

// checkSpans checks that a binary records functions.
func (p *project) checkSpans(t *testing.T, binary string, names ...string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "trace.json")
	asked := *p
	asked.env = append(slices.Clone(p.env), "CHAINTRACE_FILE="+file)
	asked.run(t, binary)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if !strings.Contains(string(text), name) {
			t.Errorf("the trace has no span for %s:\n%s", name, text)
		}
	}
}

// TestFlags builds with go build's flags.
func TestFlags(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	bin := t.TempDir()

	t.Run("trimpath", func(t *testing.T) {
		b := build(t, p.options(t, gobuild.Flag{Name: "o", Value: bin + "/trimmed"}, gobuild.Flag{Name: "trimpath", Value: "true"}))
		out := p.run(t, bin+"/trimmed")
		if want := "hello apiserver k8s.io/apiserver@v0.1.0/pkg/server/server.go:14 k8s.io/apiserver@v0.1.0/pkg/untouched/untouched.go\n"; !strings.HasSuffix(out, want) {
			t.Errorf("it prints %q; want %q at the end", out, want)
		}
		if b.stderr != "" {
			t.Errorf("go build complains: %s", b.stderr)
		}
	})
	t.Run("tags", func(t *testing.T) {
		build(t, p.options(t, gobuild.Flag{Name: "o", Value: bin + "/tagged"}, gobuild.Flag{Name: "tags", Value: "mine yours"}))
		checkTags(t, bin+"/tagged", "mine,yours,"+gobuild.Tag)
		if out := p.run(t, bin+"/tagged"); !strings.HasPrefix(out, "started tagged\n") {
			t.Errorf("the file with the tag is not in it: %s", out)
		}
	})
	t.Run("tags of GOFLAGS", func(t *testing.T) {
		o := p.options(t, gobuild.Flag{Name: "o", Value: bin + "/environment"})
		o.Env = append(slices.Clone(o.Env), `GOFLAGS=-modcacherw '-tags=mine,yours' -buildvcs=false`)
		build(t, o)
		checkTags(t, bin+"/environment", "mine,yours,"+gobuild.Tag)
	})
	t.Run("directory and import path", func(t *testing.T) {
		o := p.options(t, gobuild.Flag{Name: "C", Value: filepath.Base(p.dir)}, gobuild.Flag{Name: "o", Value: bin + "/elsewhere"})
		o.Dir, o.Packages = filepath.Dir(p.dir), []string{"example.com/app/cmd/apiserver"}
		build(t, o)
		p.checkSpans(t, bin+"/elsewhere", "server.New", "own.Start")
	})
	t.Run("the current directory", func(t *testing.T) {
		o := p.options(t, gobuild.Flag{Name: "o", Value: bin + "/here"})
		o.Dir, o.Packages = filepath.Join(p.dir, "cmd/apiserver"), nil
		build(t, o)
		p.checkSpans(t, bin+"/here", "server.New", "own.Start")
	})
	t.Run("verbose", func(t *testing.T) {
		b := build(t, p.options(t, gobuild.Flag{Name: "o", Value: bin + "/verbose"}, gobuild.Flag{Name: "v", Value: "true"}, gobuild.Flag{Name: "a", Value: "true"}, gobuild.Flag{Name: "n", Value: "true"}))
		if !strings.Contains(b.stderr, "mkdir -p") {
			t.Errorf("go build was to say what it would do, but says %q", b.stderr)
		}
	})
	t.Run("overlay", func(t *testing.T) {
		p.write(t, "other/own.go", "package own\n\nimport \"fmt\"\n\n// Start is another.\nfunc Start(string) { fmt.Println(\"overlaid\"); added() }\n")
		p.write(t, "other/added.go", "package own\n\nfunc added() { println(\"added\") }\n")
		p.write(t, "overlay.json", `{"Replace": {"own/own.go": "other/own.go", "own/added.go": "other/added.go"}}`)
		overlay := gobuild.Flag{Name: "overlay", Value: "overlay.json"}
		o := p.options(t, gobuild.Flag{Name: "o", Value: bin + "/overlaid"}, overlay)
		build(t, o)
		if out := p.run(t, bin+"/overlaid"); !strings.HasPrefix(out, "overlaid\nadded\n") {
			t.Errorf("the user's overlay is not in it: %s", out)
		}
		p.checkSpans(t, bin+"/overlaid", "server.New", "own.Start")
	})
}
