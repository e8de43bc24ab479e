//go:build e2e

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/instrument/gobuild"
	"github.com/chaintrace/chaintrace/trace/instrument/kastest"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// buildServer builds a server of .ci/kubernetes with chaintrace build. It takes
// minutes unless it is in Go's cache.
func buildServer(t *testing.T, pkg string, flags ...string) string {
	t.Helper()
	t.Setenv("CGO_ENABLED", "0")
	binary := filepath.Join(t.TempDir(), "server")
	args := append([]string{"build", "-C", kastest.Module(t), "-o", binary}, flags...)
	var out, errOut bytes.Buffer
	if code := execute(append(args, pkg), nil, &out, &errOut); code != 0 {
		t.Fatalf("chaintrace %v: exit code %d\n%s", args, code, &errOut)
	}
	t.Logf("%s%s", &errOut, &out)
	return binary
}

// moduleFiles are the files that a build could change.
func moduleFiles(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(kastest.Module(t), func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		all.WriteString(path + "\n" + string(content))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

// TestBuildKubernetes builds the real kube-apiserver and sample-apiserver, runs
// them, and finds a start in what they write. Without being asked kube-apiserver writes
// nothing, and answers as the plain one does.
func TestBuildKubernetes(t *testing.T) {
	before := moduleFiles(t)
	kube := buildServer(t, kastest.KubeAPIServerPackage)
	sample := buildServer(t, kastest.SampleAPIServerPackage)
	if moduleFiles(t) != before {
		t.Error("a build changed the module's files")
	}
	for _, binary := range []string{kube, sample} {
		if out, err := exec.Command("go", "version", "-m", binary).CombinedOutput(); err != nil || !strings.Contains(string(out), "-tags="+gobuild.Tag+"\n") {
			t.Errorf("go version -m %s: %v; it does not name the tag %s:\n%s", binary, err, gobuild.Tag, out)
		}
	}
	etcd := kastest.StartEtcd(t)
	quiet := kastest.KubeAPIServer(t, etcd)
	process := quiet.Start(t, kube)
	got := answers(t, quiet, process)
	process.Stop(t, syscall.SIGTERM)
	writesNoTrace(t, quiet, process)
	process = quiet.Start(t, plainServer(t))
	if diff := cmp.Diff(answers(t, quiet, process), got); diff != "" {
		t.Errorf("not as the plain one (-plain +instrumented):\n%s", diff)
	}
	process.Stop(t, syscall.SIGTERM)

	server := kastest.KubeAPIServer(t, etcd)
	file := filepath.Join(t.TempDir(), "kube.json")
	process = server.Start(t, kube, "CHAINTRACE_FILE="+file)
	server.WaitReady(t, process)

	sampleServer := kastest.SampleAPIServer(t, kastest.StartEtcd(t), server)
	sampleFile := filepath.Join(t.TempDir(), "sample.json")
	sampleProcess := sampleServer.Start(t, sample, "CHAINTRACE_FILE="+sampleFile)
	sampleServer.WaitReady(t, sampleProcess)
	sampleProcess.Stop(t, syscall.SIGTERM)
	process.Stop(t, syscall.SIGTERM)

	checkStart(t, file, "apiextensions-apiserver", "kube-apiserver", "kube-aggregator")
	checkStart(t, sampleFile, "sample-apiserver")
}

// plainServer builds the kube-apiserver of .ci/kubernetes as it is.
func plainServer(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "plain")
	if out, err := exec.Command("go", "-C", kastest.Module(t), "build", "-o", binary, kastest.KubeAPIServerPackage).CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return binary
}

// answers is what a server says of itself once it is ready: each check, in lines whose
// order differs from start to start.
func answers(t *testing.T, server *kastest.Server, process *kastest.Process) map[string][]string {
	t.Helper()
	server.WaitReady(t, process)
	all := map[string][]string{}
	for _, path := range []string{"/version", "/healthz?verbose", "/livez?verbose", "/readyz?verbose"} {
		text, err := server.Get(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		all[path] = slices.Sorted(strings.Lines(text))
	}
	return all
}

// writesNoTrace checks that a server has written none, neither to its output nor into
// its directory, which is where it ran.
func writesNoTrace(t *testing.T, server *kastest.Server, process *kastest.Process) {
	t.Helper()
	written := map[string]string{"the output": process.Output()}
	err := filepath.WalkDir(server.Dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		written[path] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for where, text := range written {
		if strings.Contains(text, `"resourceSpans"`) || strings.Contains(text, "chaintrace: ") {
			t.Errorf("a server that was not asked for a trace has written one, or complained of it: see %s", where)
		}
	}
}

// checkStart checks the names of the servers in a trace, and that each has hooks.
func checkStart(t *testing.T, file string, servers ...string) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	read, err := trace.Read(f, trace.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := startup.FromTrace(read)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, server := range s.Servers {
		names = append(names, server.Name)
		if len(server.PostStart) == 0 {
			t.Errorf("%s: %s has no hooks", file, server.Name)
		}
	}
	for _, want := range servers {
		if !strings.Contains(strings.Join(names, "\n"), want) {
			t.Errorf("%s has the servers %v; there must be %s", file, names, want)
		}
	}
}
