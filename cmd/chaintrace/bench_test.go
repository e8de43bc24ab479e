package main

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// BenchmarkProcess measures whole processes: the main job beside one that does
// nothing but start.
func BenchmarkProcess(b *testing.B) {
	binary := filepath.Join(b.TempDir(), "chaintrace")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		b.Fatalf("building: %v\n%s", err, out)
	}
	out := filepath.Join(b.TempDir(), "chain.dot")
	for name, args := range map[string][]string{
		"version": {"version"},
		"run-dot": {"run", "--out", out},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := exec.Command(binary, args...).Run(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
