//go:build e2e

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

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
// them, and finds a start in what they write. Without being asked they write
// nothing.
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
	quiet.WaitReady(t, process)
	process.Stop(t, syscall.SIGTERM)
	writesNoTrace(t, quiet, process)

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
