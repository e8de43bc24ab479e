package attr_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strconv"
	"strings"
	"testing"
)

// TestREADMEListsTheVocabulary: the table in the README is the contract.
func TestREADMEListsTheVocabulary(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), "attr.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	words := 0
	ast.Inspect(file, func(n ast.Node) bool {
		literal, ok := n.(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			return true
		}
		word, err := strconv.Unquote(literal.Value)
		if err != nil {
			t.Fatal(err)
		}
		words++
		if !strings.Contains(string(readme), "`"+word+"`") {
			t.Errorf("the README does not list `%s`", word)
		}
		return true
	})
	if words < 80 {
		t.Errorf("only %d words were found", words)
	}
}
