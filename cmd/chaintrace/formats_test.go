package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/chaintrace/chaintrace/render/format"
)

// TestREADMEListsTheFormats: the README's table is made of the list of formats.
func TestREADMEListsTheFormats(t *testing.T) {
	const path, begin, end = "../../README.md", "<!-- formats -->\n", "<!-- end of formats -->\n"
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(content), begin)
	was, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("README has no place for the table, between %q and %q", begin, end)
	}
	if was == formatMarkdown() {
		return
	}
	if !*update {
		t.Fatal("README's table of formats is not that of the list; if that is right: go test ./cmd/chaintrace -run TestREADMEListsTheFormats -update")
	}
	if err := os.WriteFile(path, []byte(before+begin+formatMarkdown()+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestHelpListsTheFormats: flags, the help topic and completion know each format.
func TestHelpListsTheFormats(t *testing.T) {
	_, topic, _ := command("help", "formats")
	_, help, _ := command("run", "--help")
	_, completion, _ := command("__complete", "run", "--format", "")
	for _, f := range format.All() {
		for what, text := range map[string]string{"help formats": string(topic), "run --help": string(help), "completion": string(completion)} {
			if !strings.Contains(text, f.Name) || what != "run --help" && !strings.Contains(text, f.About) {
				t.Errorf("%s does not list %s", what, f.Name)
			}
		}
		if !strings.Contains(string(help), f.Endings[0]) {
			t.Errorf("run --help does not list %s", f.Endings[0])
		}
	}
}

// formatMarkdown lists all formats as the README does, each with a command.
func formatMarkdown() string {
	var b strings.Builder
	b.WriteString("| `--format` | file | shows | what it is | command |\n|---|---|---|---|---|\n")
	for _, f := range format.All() {
		views := viewsOf(f)
		if len(f.Views) == 0 {
			views = "everything"
		}
		fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s | `%s` |\n", f.Name, strings.Join(f.Endings, "`, `"), views, f.About, "chaintrace run --out chain"+f.Endings[0])
	}
	return b.String()
}
