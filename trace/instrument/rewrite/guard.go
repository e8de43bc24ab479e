package rewrite

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
)

// whenOn returns the code of a rule so that it does nothing, and computes nothing,
// unless a trace is recorded. Variables that it declares without values at its
// beginning stay where code of other places can use them.
func whenOn(code string) string {
	declared := declarations(code)
	rest := strings.TrimLeft(code[declared:], "; ")
	if rest == "" {
		return code
	}
	guarded := "if " + runtimeName + ".On() { " + rest + " }"
	if declared == 0 {
		return guarded
	}
	return code[:declared] + "; " + guarded
}

// declarations returns how much of the code is, at its beginning, declarations of
// variables without values.
func declarations(code string) int {
	const before = "package p; func _() { "
	syntax, err := parser.ParseFile(token.NewFileSet(), "", before+code+"\n}", parser.SkipObjectResolution)
	if err != nil || len(syntax.Decls) == 0 {
		return 0 // it is told where the code is put in
	}
	body := syntax.Decls[0].(*ast.FuncDecl).Body
	end := 0
	for _, statement := range body.List {
		d, ok := statement.(*ast.DeclStmt)
		if !ok || !valueless(d.Decl.(*ast.GenDecl)) {
			break
		}
		end = int(d.End()-syntax.FileStart) - len(before)
	}
	return end
}

// valueless reports whether a declaration is of variables without values.
func valueless(d *ast.GenDecl) bool {
	if d.Tok != token.VAR {
		return false
	}
	for _, spec := range d.Specs {
		if spec.(*ast.ValueSpec).Values != nil {
			return false
		}
	}
	return true
}
