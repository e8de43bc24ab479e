package rewrite

import (
	"go/ast"
	"go/token"
	"maps"
	"strconv"
	"strings"

	"github.com/chaintrace/chaintrace/trace/instrument/rule"
)

// anchor returns what to put in for an anchor, one group of edits for each place,
// or what was looked for in vain. names are what names in patterns matched so far
// in the rule.
func (s *source) anchor(fn function, a rule.Anchor, names map[string]string) (places [][]edit, lookedFor string) {
	code, ok := s.code(a)
	if !ok {
		return nil, "declaration of " + a.Code[len(a.Code)-1].Has
	}
	if a.At == rule.Entry {
		edits, lookedFor := s.edit(fn, code, int(fn.decl.Body.Lbrace-fn.file.syntax.FileStart)+1, names, a.At)
		return [][]edit{edits}, lookedFor
	}
	statements := fn.statements()
	for _, p := range a.Match {
		for _, st := range statements {
			matched, ok := p.Match(fn.file.slice(st.Pos(), headerEnd(st)))
			if !ok || !a.ContainedIn(fn.file.slice(st.Pos(), st.End())) {
				continue
			}
			at, ok := fn.file.offset(st, a.At)
			if !ok {
				continue
			}
			maps.Copy(names, matched)
			edits, lookedFor := s.edit(fn, code, at, names, a.At)
			if lookedFor != "" {
				return nil, lookedFor
			}
			places = append(places, edits)
			if !a.Every {
				return places, ""
			}
		}
		if places != nil {
			return places, ""
		}
	}
	lookedFor = "statement " + strconv.Quote(a.Match[0].Text)
	for _, p := range a.Match[1:] {
		lookedFor += " or " + strconv.Quote(p.Text)
	}
	if a.Contains != "" {
		lookedFor += " with " + strconv.Quote(a.Contains) + " in it"
	}
	return nil, lookedFor
}

// code returns the first code whose condition holds.
func (s *source) code(a rule.Anchor) (rule.Code, bool) {
	for _, c := range a.Code {
		if c.Has == "" || s.declares(c.Has) {
			return c, true
		}
	}
	return rule.Code{}, false
}

// edit expands code for a place.
func (s *source) edit(fn function, code rule.Code, at int, names map[string]string, position rule.Position) (edits []edit, lookedFor string) {
	text, err := code.Expand(func(name string) (value string, ok bool) {
		var named []edit
		switch {
		case name == "recv":
			value, named = fn.receiver()
		case name == "err":
			value, named = fn.errResult()
		case strings.HasPrefix(name, rule.TypePrefix):
			value, named = fn.parameterOf(strings.TrimPrefix(name, rule.TypePrefix))
		case name[0] >= '0' && name[0] <= '9':
			n, _ := strconv.Atoi(name)
			value, named = fn.parameter(n)
		default:
			value = names[name]
		}
		edits = append(edits, named...)
		return value, value != ""
	})
	if err != nil {
		return nil, "parameter or receiver: " + err.Error()
	}
	text = whenOn(text)
	switch position {
	case rule.Before:
		text += "; "
	case rule.After:
		text = "; " + text
	default:
		text = " " + text + ";"
	}
	return append([]edit{{at: at, text: text}}, edits...), ""
}

// slice returns the source between two positions.
func (f *file) slice(from, to token.Pos) string {
	return string(f.text[from-f.syntax.FileStart : to-f.syntax.FileStart])
}

// offset returns where code for a statement goes.
func (f *file) offset(st ast.Stmt, position rule.Position) (int, bool) {
	pos := st.Pos()
	switch position {
	case rule.After:
		pos = st.End()
	case rule.Inside:
		body := bodyOf(st)
		if body == nil {
			return 0, false
		}
		pos = body.Lbrace + 1
	}
	return int(pos - f.syntax.FileStart), true
}

// bodyOf returns the block that a statement's text goes up to, or nil.
func bodyOf(st ast.Stmt) *ast.BlockStmt {
	switch st := st.(type) {
	case *ast.ForStmt:
		return st.Body
	case *ast.RangeStmt:
		return st.Body
	case *ast.IfStmt:
		return st.Body
	}
	return nil
}

// headerEnd returns where the text of a statement ends that patterns are held
// against.
func headerEnd(st ast.Stmt) token.Pos {
	if body := bodyOf(st); body != nil {
		return body.Lbrace
	}
	return st.End()
}

// statements returns the statements in the function, those of closures among
// them, that others can be put beside, in the order of the source.
func (fn function) statements() []ast.Stmt {
	var all []ast.Stmt
	ast.Inspect(fn.decl.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BlockStmt:
			all = append(all, n.List...)
		case *ast.CaseClause:
			all = append(all, n.Body...)
		case *ast.CommClause:
			all = append(all, n.Body...)
		}
		return true
	})
	return all
}
