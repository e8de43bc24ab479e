package instrument_test

import (
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/chaintrace/chaintrace/trace/instrument"
)

// TestRuntimeFiles: the injected recorder is whole, uses the standard library alone,
// and compiles in a module of the oldest Go version that targets declare, with a
// build's own versions in it.
func TestRuntimeFiles(t *testing.T) {
	files := instrument.RuntimeFiles()
	name, modules := instrument.ModulesFile(map[string]string{"k8s.io/b": "v2", "k8s.io/a": "v1 \"x\""}, "v9")
	if files[name] == nil {
		t.Fatalf("%s replaces no file of the recorder", name)
	}
	files[name] = modules
	dir := t.TempDir()
	files["go.mod"] = []byte("module example.com/rt\n\ngo 1.16\n")
	for name, text := range files {
		if strings.HasSuffix(name, "_test.go") {
			t.Errorf("%s is a test", name)
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(name, ".go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ImportsOnly)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, spec := range f.Imports {
			if path, _ := strconv.Unquote(spec.Path.Value); strings.Contains(strings.Split(path, "/")[0], ".") {
				t.Errorf("%s imports %s, which is not of the standard library", name, path)
			}
		}
	}
	for _, system := range []string{"linux", "windows"} {
		cmd := exec.Command("go", "build", ".")
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=", "GOOS="+system, "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("on %s: %v\n%s", system, err, out)
		}
	}
}

func TestModulesFile(t *testing.T) {
	_, text := instrument.ModulesFile(map[string]string{"k8s.io/b": "v2", "k8s.io/a": "v1"}, "v9")
	want := `package chaintracert

// Written for this build.
const recorderVersion = "v9"

var moduleVersions = map[string]string{
	"k8s.io/a": "v1",
	"k8s.io/b": "v2",
}
`
	if string(text) != want {
		t.Errorf("got\n%s", text)
	}
}
