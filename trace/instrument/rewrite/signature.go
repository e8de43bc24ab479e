package rewrite

import (
	"go/ast"
	"go/token"
	"strconv"
)

// Names of what has none and is needed in a rule's code. A blank name gets them behind
// its underscore.
const (
	errName   = "chaintraceErr"
	paramName = "chaintraceParam" // with the parameter's number
	recvName  = "chaintraceRecv"
)

// at returns the offset of a position.
func (f *file) at(p token.Pos) int { return int(p - f.syntax.FileStart) }

// receiver returns the name of the function's receiver, and the edits that give it one;
// "" if the function is no method.
func (fn function) receiver() (string, []edit) {
	if fn.decl.Recv == nil {
		return "", nil
	}
	return fn.named(fn.decl.Recv, 1, func(int) string { return recvName })
}

// parameter returns the name of a parameter, counted from 1, and the edits that give it
// one; "" if there are not so many.
func (fn function) parameter(n int) (string, []edit) {
	return fn.named(fn.decl.Type.Params, n, func(n int) string { return paramName + strconv.Itoa(n) })
}

// parameterOf is parameter for the first of a type or a pointer to it.
func (fn function) parameterOf(typ string) (string, []edit) {
	n := 1
	for _, field := range fn.decl.Type.Params.List {
		if typeName(field.Type) == typ {
			return fn.parameter(n)
		}
		n += max(1, len(field.Names))
	}
	return "", nil
}

// named returns the n-th name in a list. Where there are no names all get one, since a
// list may not have some.
func (fn function) named(list *ast.FieldList, n int, name func(n int) string) (string, []edit) {
	if n < 1 || n > list.NumFields() {
		return "", nil
	}
	var names []*ast.Ident
	var edits []edit
	for i, field := range list.List {
		names = append(names, field.Names...)
		edits = append(edits, edit{at: fn.file.at(field.Type.Pos()), text: name(i+1) + " "})
	}
	switch {
	case names == nil:
		return name(n), edits
	case names[n-1].Name == "_":
		return "_" + name(n), []edit{{at: fn.file.at(names[n-1].End()), text: name(n)}}
	}
	return names[n-1].Name, nil
}

// errResult returns a pointer to the function's last result if that is an error,
// as an expression, and the edits that give it a name; else "nil".
func (fn function) errResult() (string, []edit) {
	results := fn.decl.Type.Results
	if results == nil || len(results.List) == 0 {
		return "nil", nil
	}
	last := results.List[len(results.List)-1]
	if name, ok := last.Type.(*ast.Ident); !ok || name.Name != "error" {
		return "nil", nil
	}
	if last.Names != nil {
		name := last.Names[len(last.Names)-1]
		if name.Name == "_" {
			return "&_" + errName, []edit{{at: fn.file.at(name.End()), text: errName}}
		}
		return "&" + name.Name, nil
	}
	var edits []edit
	for _, field := range results.List[:len(results.List)-1] {
		edits = append(edits, edit{at: fn.file.at(field.Type.Pos()), text: "_ "})
	}
	if results.Opening.IsValid() {
		edits = append(edits, edit{at: fn.file.at(last.Type.Pos()), text: errName + " "})
	} else {
		edits = append(edits, edit{at: fn.file.at(last.Type.Pos()), text: "(" + errName + " "}, edit{at: fn.file.at(last.Type.End()), text: ")"})
	}
	return "&" + errName, edits
}
