package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/awalterschulze/gographviz"

	"github.com/chaintrace/chaintrace/chain/preset"
	"github.com/chaintrace/chaintrace/render"
)

var update = flag.Bool("update", false, "write the golden files")

// goldenDir holds what reproducible runs write, as <trace>.<view>.<ext>.
const goldenDir = "../../testdata/golden"

// goldens lists the golden files with the command lines that write them.
func goldens() map[string][]string {
	files := answerGoldens()
	for _, name := range preset.Names() {
		run := []string{"run", "--reproducible", "--preset", name, "--quiet", "--out", "-"}
		for _, view := range render.Views() {
			files[name+"."+string(view)+".dot"] = append(run, "--view", string(view))
		}
		files[name+".summary.txt"] = append(run, "--format", "txt")
	}
	failed := []string{"run", "--reproducible", "--fail", "start-kubernetes-service-cidr-controller=no luck", "--quiet", "--out", "-"}
	files["failed-hook.tree.dot"] = failed
	files["failed-hook.hooks.dot"] = append(failed, "--view", "hooks")
	files["failed-hook.summary.txt"] = append(failed, "--format", "txt")
	files["masked-check.checks.dot"] = []string{"run", "--reproducible", "--chain", "testdata/masked.yaml", "--quiet", "--out", "-", "--view", "checks"}
	files["masked-check.tree.dot"] = []string{"run", "--reproducible", "--chain", "testdata/masked.yaml", "--quiet", "--out", "-"}
	files["masked-check.summary.txt"] = []string{"run", "--reproducible", "--chain", "testdata/masked.yaml", "--quiet", "--out", "-", "--format", "txt"}
	files["kube-apiserver-1.37.tree-low.dot"] = []string{"run", "--reproducible", "--quiet", "--out", "-", "--detail", "low"}
	files["kube-apiserver-1.37.tree-full.dot"] = []string{"run", "--reproducible", "--quiet", "--out", "-", "--detail", "full"}
	files["kube-apiserver-1.37.tree.svg"] = []string{"run", "--reproducible", "--quiet", "--out", "-", "--format", "svg"} // in the README
	files["kube-apiserver-1.37.trace.json"] = []string{"run", "--reproducible", "--quiet", "--out", "-", "--format", "json", "--shutdown"}
	files["aggregated-apiserver.trace.json"] = []string{"run", "--reproducible", "--quiet", "--out", "-", "--format", "json", "--preset", "aggregated-apiserver"}
	broken := []string{"render", "testdata/broken.json", "--quiet", "--out", "-"} // everything is wrong in it that can be
	files["broken.tree.dot"] = broken
	files["broken.summary.txt"] = append(broken, "--format", "txt")
	plan := []string{"build", "--plan", "-C", "testdata/build", "--rules", "testdata/build/rules.yaml", "--output"}
	files["own-span.build.diff"] = slices.Concat(plan, []string{"table"})
	files["own-span.build.json"] = slices.Concat(plan, []string{"json"})
	return files
}

// command runs a command line and returns what it writes.
func command(args ...string) (code int, stdout, stderr []byte) {
	var out, errOut bytes.Buffer
	code = execute(args, strings.NewReader(""), &out, &errOut)
	return code, out.Bytes(), errOut.Bytes()
}

// goldenCode returns the exit code that goes with a golden file.
func goldenCode(file string, args []string) int {
	switch {
	case strings.HasPrefix(file, "failed-") && args[0] == "run",
		args[0] == "verify", // there is something to find in all of them
		args[0] == "which" && !whichAnswers(file):
		return exitNo
	}
	return 0
}

func TestGolden(t *testing.T) {
	for file, args := range goldens() {
		t.Run(file, func(t *testing.T) {
			code, got, errOut := command(args...)
			if wantCode := goldenCode(file, args); code != wantCode {
				t.Fatalf("exit code %d, want %d: %s", code, wantCode, errOut)
			}
			if _, again, _ := command(args...); !bytes.Equal(got, again) {
				t.Error("a second run writes something else")
			}
			if strings.HasSuffix(file, ".dot") {
				if _, err := gographviz.Read(got); err != nil {
					t.Errorf("the DOT cannot be parsed: %v", err)
				}
			}
			path := filepath.Join(goldenDir, file)
			if *update {
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("the output differs from %s in line %d; if that is right: go test ./cmd/chaintrace -run TestGolden -update", path, firstDifference(got, want))
			}
		})
	}
}

// TestNoGoldenIsLeftOver finds files that no test writes any more.
func TestNoGoldenIsLeftOver(t *testing.T) {
	entries, err := os.ReadDir(goldenDir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if goldens()[e.Name()] == nil {
			t.Errorf("%s is not a golden file of any command; delete it", e.Name())
		}
	}
}

// firstDifference returns the number of the first line that differs.
func firstDifference(a, b []byte) int {
	left, right := bytes.Split(a, []byte("\n")), bytes.Split(b, []byte("\n"))
	for i := range left {
		if i >= len(right) || !bytes.Equal(left[i], right[i]) {
			return i + 1
		}
	}
	return len(left) + 1
}
