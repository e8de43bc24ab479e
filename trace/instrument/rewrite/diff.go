package rewrite

import (
	"strings"

	"github.com/pmezard/go-difflib/difflib"
)

// Diff returns what changed in a file as a unified diff; name is the file's name
// in it. It is empty when nothing changed.
func Diff(f File, name string) (string, error) {
	return difflib.GetUnifiedDiffString(difflib.UnifiedDiff{
		A: lines(f.Original), B: lines(f.Rewritten),
		FromFile: "a/" + name, ToFile: "b/" + name, Context: 3,
	})
}

// lines returns the lines of a text, each with its end. A last one that has none gets
// what stands for that in a unified diff.
func lines(text []byte) []string {
	all := strings.SplitAfter(string(text), "\n")
	last := len(all) - 1
	if all[last] == "" {
		return all[:last]
	}
	all[last] += "\n\\ No newline at end of file\n"
	return all
}
