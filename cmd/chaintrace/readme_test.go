package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestREADMEPrintsTheConfigurations: what README shows is what the end-to-end
// tests run.
func TestREADMEPrintsTheConfigurations(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join("..", "..", "testdata", "fleet", "*.yaml"))
	if err != nil || len(files) != 2 {
		t.Fatalf("there are the configurations %q: %v", files, err)
	}
	for _, file := range files {
		config, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(readme), "\n```yaml\n"+string(config)+"```\n") {
			t.Errorf("README does not print %s as it is", file)
		}
	}
}
