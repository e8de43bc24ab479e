//go:build e2e

package kastest

import (
	"os"
	"path/filepath"
	"testing"
)

// Main packages of the module that Module returns.
const (
	KubeAPIServerPackage   = "."
	SampleAPIServerPackage = "k8s.io/sample-apiserver"
)

// Module returns the directory of the module that a kube-apiserver and a
// sample-apiserver are built in.
func Module(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		module := filepath.Join(dir, ".ci", "kubernetes")
		if _, err := os.Stat(filepath.Join(module, "go.mod")); err == nil {
			return module
		}
		if filepath.Dir(dir) == dir {
			t.Fatal("there is no .ci/kubernetes/go.mod here or above")
		}
		dir = filepath.Dir(dir)
	}
}
