package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chaintrace/chaintrace/render"
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

// TestREADMEShowsEveryView: the README's pictures are golden files, which the tool
// itself writes, and there is one of each view.
func TestREADMEShowsEveryView(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	made := goldens()
	shown := map[string]bool{}
	for _, link := range regexp.MustCompile(`!\[[^]]*\]\(([^)]*)\)`).FindAllStringSubmatch(string(readme), -1) {
		file, ok := strings.CutPrefix(link[1], "testdata/golden/")
		if _, isMade := made[file]; !ok || !isMade {
			t.Errorf("README shows %s, which no test makes anew", link[1])
		}
		shown[file] = true
	}
	for _, view := range render.Views() {
		if file := "kube-apiserver-1.37." + string(view) + ".svg"; !shown[file] {
			t.Errorf("README does not show %s", file)
		}
	}
}
