package rewrite

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"

	"github.com/chaintrace/chaintrace/trace/instrument/rule"
)

// source is a parsed package.
type source struct {
	pkg   Package
	set   *token.FileSet
	files []*file
}

type file struct {
	path   string
	text   []byte
	syntax *ast.File
	edits  []edit
}

// function is a function with a body.
type function struct {
	file *file
	decl *ast.FuncDecl
}

func load(p Package) (*source, error) {
	s := &source{pkg: p, set: token.NewFileSet()}
	for _, name := range slices.Sorted(slices.Values(p.Files)) {
		text, err := os.ReadFile(cmp.Or(p.Overlay[name], name))
		if err != nil {
			return nil, fmt.Errorf("package %s: %w", p.ImportPath, err)
		}
		syntax, err := parser.ParseFile(s.set, name, text, parser.SkipObjectResolution)
		if err != nil {
			return nil, fmt.Errorf("package %s: %w", p.ImportPath, err)
		}
		s.files = append(s.files, &file{path: name, text: text, syntax: syntax})
	}
	return s, nil
}

// functions returns the first of the named functions that the package has: one, but for
// init, of which a package may have several.
func (s *source) functions(names []string) []function {
	for _, name := range names {
		receiver, method := rule.Receiver(name)
		var found []function
		for _, f := range s.files {
			for _, d := range f.syntax.Decls {
				fn, ok := d.(*ast.FuncDecl)
				if ok && fn.Body != nil && fn.Name.Name == method && receiverType(fn) == receiver {
					found = append(found, function{file: f, decl: fn})
				}
			}
		}
		if found != nil {
			return found
		}
	}
	return nil
}

// receiverType returns the name of the type that a method is of, or "".
func receiverType(fn *ast.FuncDecl) string {
	if fn.Recv == nil || len(fn.Recv.List) == 0 {
		return ""
	}
	return typeName(fn.Recv.List[0].Type)
}

func typeName(t ast.Expr) string {
	switch t := t.(type) {
	case *ast.Ident:
		return t.Name
	case *ast.StarExpr:
		return typeName(t.X)
	case *ast.ParenExpr:
		return typeName(t.X)
	case *ast.IndexExpr:
		return typeName(t.X)
	case *ast.IndexListExpr:
		return typeName(t.X)
	}
	return ""
}

// declares reports whether the package declares a function, a type, or a method
// or field of one.
func (s *source) declares(name string) bool {
	receiver, member := rule.Receiver(name)
	for _, f := range s.files {
		for _, d := range f.syntax.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.Name == member && receiverType(d) == receiver {
					return true
				}
			case *ast.GenDecl:
				if slices.ContainsFunc(d.Specs, func(spec ast.Spec) bool { return specDeclares(spec, receiver, member) }) {
					return true
				}
			}
		}
	}
	return false
}

func specDeclares(spec ast.Spec, receiver, member string) bool {
	t, ok := spec.(*ast.TypeSpec)
	if !ok {
		return false
	}
	if receiver == "" {
		return t.Name.Name == member
	}
	fields, ok := t.Type.(*ast.StructType)
	if !ok || t.Name.Name != receiver {
		return false
	}
	return slices.ContainsFunc(fields.Fields.List, func(field *ast.Field) bool {
		if field.Names == nil {
			return typeName(field.Type) == member
		}
		return slices.ContainsFunc(field.Names, func(n *ast.Ident) bool { return n.Name == member })
	})
}
