package chaintracert

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"testing"
)

// TestVocabulary: the recorder, which imports nothing of chaintrace's, uses the names
// that package attr has.
func TestVocabulary(t *testing.T) {
	syntax, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", "..", "attr", "attr.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	ast.Inspect(syntax, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			text, _ := strconv.Unquote(lit.Value)
			known[text] = true
		}
		return true
	})
	file := filepath.Join(t.TempDir(), "trace.json")
	if _, stderr, err := child(t, "chain", file); err != nil {
		t.Fatal(err, stderr)
	}
	check := func(what, name string) {
		if !known[name] {
			t.Errorf("%s %q is not in the vocabulary", what, name)
		}
	}
	for _, s := range readTrace(t, file) {
		check("span", s.Name)
		for _, a := range s.Attrs {
			check("attribute", a.Key)
		}
		for _, a := range s.Resource.Attrs {
			check("resource attribute", a.Key)
		}
		for _, e := range s.Events {
			check("event", e.Name)
			for _, a := range e.Attrs {
				check("event's attribute", a.Key)
			}
		}
	}
}
