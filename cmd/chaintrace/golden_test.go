package main

import (
	"bytes"
	"flag"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/awalterschulze/gographviz"
	"github.com/google/pprof/profile"

	"github.com/chaintrace/chaintrace/chain/preset"
	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/render/format"
	"github.com/chaintrace/chaintrace/trace"
)

var update = flag.Bool("update", false, "write the golden files")

// goldenDir holds what reproducible runs write, as <trace>.<view>.<ext>.
const goldenDir = "../../testdata/golden"

// goldens lists the golden files with the command lines that write them.
func goldens() map[string][]string {
	files := answerGoldens()
	for _, name := range preset.Names() {
		run := []string{"run", "--reproducible", "--preset", name, "--quiet", "--out", "-"}
		for _, view := range render.GraphViews() {
			files[name+"."+string(view)+".dot"] = append(run, "--view", string(view))
		}
		files[name+".summary.txt"] = []string{"run", "--reproducible", "--preset", name, "--out", "-"}
	}
	for _, f := range format.All() {
		if f.Name == "pb" {
			continue // see TestProtobufIsTheGoldenTrace
		}
		run := []string{"run", "--reproducible", "--quiet", "--preset", "aggregated-apiserver", "--out", "-", "--format", f.Name}
		if len(f.Views) == 0 {
			files["aggregated-apiserver.trace"+goldenEnding(f)] = run
			continue
		}
		for _, view := range f.Views {
			files["aggregated-apiserver."+string(view)+goldenEnding(f)] = append(run, "--view", string(view))
		}
	}
	for _, view := range render.Views() {
		for _, f := range []string{"svg", "mmd", "txt"} { // the pictures are in the README
			files["kube-apiserver-1.37."+string(view)+"."+f] = []string{"run", "--reproducible", "--quiet", "--out", "-", "--view", string(view), "--format", f}
		}
		files["kube-apiserver-1.37."+string(view)+".ascii.txt"] = []string{"run", "--reproducible", "--quiet", "--out", "-", "--view", string(view), "--format", "txt", "--ascii"}
	}
	failed := []string{"run", "--reproducible", "--fail", "start-kubernetes-service-cidr-controller=no luck", "--quiet", "--out", "-"}
	files["failed-hook.tree.dot"] = failed
	files["failed-hook.hooks.dot"] = append(failed, "--view", "hooks")
	files["failed-hook.hooks.txt"] = append(failed, "--view", "hooks", "--format", "txt")
	for _, f := range []string{"svg", "txt"} {
		files["failed-hook.timeline."+f] = append(failed, "--view", "timeline", "--format", f)
	}
	files["failed-hook.summary.txt"] = append([]string{"run", "--reproducible"}, "--fail", "start-kubernetes-service-cidr-controller=no luck", "--out", "-")
	files["masked-check.checks.dot"] = []string{"run", "--reproducible", "--chain", "testdata/masked.yaml", "--quiet", "--out", "-", "--view", "checks"}
	files["masked-check.tree.dot"] = []string{"run", "--reproducible", "--chain", "testdata/masked.yaml", "--quiet", "--out", "-"}
	files["masked-check.summary.txt"] = []string{"run", "--reproducible", "--chain", "testdata/masked.yaml", "--out", "-"}
	files["kube-apiserver-1.37.tree-low.dot"] = []string{"run", "--reproducible", "--quiet", "--out", "-", "--detail", "low"}
	files["kube-apiserver-1.37.tree-full.dot"] = []string{"run", "--reproducible", "--quiet", "--out", "-", "--detail", "full"}
	files["kube-apiserver-1.37.trace.json"] = []string{"run", "--reproducible", "--quiet", "--out", "-", "--format", "json", "--shutdown"}
	broken := []string{"render", "testdata/broken.json", "--quiet", "--out", "-"} // everything is wrong in it that can be
	files["broken.tree.dot"] = broken
	files["broken.summary.txt"] = []string{"render", "testdata/broken.json", "--out", "-"}
	files["broken.tree.txt"] = append(broken, "--format", "txt")
	files["broken.trace.perfetto.json"] = append(broken, "--format", "perfetto")
	counted := []string{"run", "--reproducible", "--quiet", "--out", "-", "--detail", "full", "--max-nodes", "60"}
	for _, view := range render.GraphViews() {
		files["kube-apiserver-1.37."+string(view)+"-counted.txt"] = append(slices.Clone(counted), "--view", string(view), "--format", "txt")
	}
	files["kube-apiserver-1.37.tree-counted.svg"] = append(slices.Clone(counted), "--format", "svg")
	foreign := []string{"render", "testdata/foreign.json", "--quiet", "--out", "-"} // of a program that is no API server
	for _, f := range format.OfGraphs() {
		files["foreign.tree"+goldenEnding(f)] = append(slices.Clone(foreign), "--format", f.Name)
	}
	files["foreign.tree.txt"] = append(slices.Clone(foreign), "--format", "txt")
	files["foreign.tree-counted.txt"] = append(slices.Clone(foreign), "--format", "txt", "--max-nodes", "16")
	files["foreign.timeline.txt"] = append(slices.Clone(foreign), "--format", "txt", "--view", "timeline")
	files["foreign.timeline.mmd"] = append(slices.Clone(foreign), "--format", "mmd", "--view", "timeline")
	files["foreign.timeline.svg"] = append(slices.Clone(foreign), "--format", "svg", "--view", "timeline")
	files["foreign.timeline.png.txt"] = append(slices.Clone(foreign), "--format", "png", "--view", "timeline")
	files["foreign.trace.html"] = append(slices.Clone(foreign), "--format", "html")
	files["foreign.trace.jaeger.json"] = append(slices.Clone(foreign), "--format", "jaeger")
	files["foreign.trace.perfetto.json"] = append(slices.Clone(foreign), "--format", "perfetto")
	files["foreign.trace.pprof.txt"] = append(slices.Clone(foreign), "--format", "pprof")
	files["foreign.summary.txt"] = []string{"render", "testdata/foreign.json", "--out", "-"}
	deep := []string{"render", "testdata/deep.json", "--quiet", "--out", "-", "--format"} // nested too deep to be drawn from left to right
	for _, f := range []string{"dot", "svg", "mmd", "txt"} {
		files["deep.tree."+f] = append(slices.Clone(deep), f)
	}
	killed := []string{"render", "testdata/killed.json", "--quiet", "--out", "-", "--format", "txt", "--view"} // tells nothing of checks and routes
	for _, view := range []render.View{render.ViewTree, render.ViewChecks, render.ViewRoutes} {
		files["killed."+string(view)+".txt"] = append(slices.Clone(killed), string(view))
	}
	files["killed.summary.txt"] = []string{"render", "testdata/killed.json", "--out", "-"}
	plan := []string{"build", "--plan", "-C", "testdata/build", "--rules", "rules.yaml", "--output"}
	files["own-span.build.diff"] = slices.Concat(plan, []string{"table"})
	files["own-span.build.json"] = slices.Concat(plan, []string{"json"})
	return files
}

// goldenEnding is how the golden file of a format ends. Of a binary one it holds
// text that says what is in it.
func goldenEnding(f format.Format) string {
	if f.Binary {
		return f.Endings[0] + ".txt"
	}
	return f.Endings[0]
}

// goldenText returns what a golden file holds of the output of a command.
func goldenText(t *testing.T, file string, stdout, stderr []byte) []byte {
	t.Helper()
	switch {
	case strings.HasSuffix(file, ".summary.txt"):
		return stderr
	case strings.HasSuffix(file, ".png.txt"):
		// The bytes depend on the compressor.
		img, err := png.Decode(bytes.NewReader(stdout))
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Appendf(nil, "%d x %d pixels\n", img.Bounds().Dx(), img.Bounds().Dy())
	case strings.HasSuffix(file, ".pprof.txt"):
		p, err := profile.ParseData(stdout)
		if err != nil {
			t.Fatal(err)
		}
		return []byte(p.String())
	}
	return stdout
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
		args[0] == "verify" && !strings.HasPrefix(file, "observed."), // in all others there is something to find
		args[0] == "which" && !whichAnswers(file):
		return exitNo
	}
	return 0
}

func TestGolden(t *testing.T) {
	for file, args := range goldens() {
		t.Run(file, func(t *testing.T) {
			code, out, errOut := command(args...)
			if wantCode := goldenCode(file, args); code != wantCode {
				t.Fatalf("exit code %d, want %d: %s", code, wantCode, errOut)
			}
			if _, again, errAgain := command(args...); !bytes.Equal(out, again) || !bytes.Equal(errOut, errAgain) {
				t.Error("a second run writes something else")
			}
			got := goldenText(t, file, out, errOut)
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

// TestProtobufIsTheGoldenTrace: what is written as protobuf is the trace that the
// golden file of OTLP JSON holds.
func TestProtobufIsTheGoldenTrace(t *testing.T) {
	code, pb, errOut := command("run", "--reproducible", "--quiet", "--preset", "aggregated-apiserver", "--out", "-", "--format", "pb")
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, errOut)
	}
	tr, err := trace.Read(bytes.NewReader(pb), trace.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	if err := trace.WriteJSON(&got, tr); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join(goldenDir, "aggregated-apiserver.trace.json"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("it differs in line %d", firstDifference(got.Bytes(), want))
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
