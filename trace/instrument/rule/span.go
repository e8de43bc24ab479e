package rule

import (
	"fmt"
	"go/ast"
	"go/parser"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// functionName is a function as Go names it: package path, type where there is
// one, function. A package path may end in a major version behind a dot. Any other dot of
// its last element is %2e, as in stack traces.
var functionName = regexp.MustCompile(`^((?:[^\s()"]*/)?(?:[\w~-]|%2e)+(?:\.v\d+)?)\.(?:\(?(\*?)([\pL_][\pL\p{Nd}_]*)(?:\[\.\.\.\])?\)?\.)?([\pL_][\pL\p{Nd}_]*)(?:\[\.\.\.\])?$`)

// FromSpan makes the rule that records every call of one function as a span. It
// takes "example.com/pkg.(*T).Start", "example.com/pkg.T.Start" or
// "example.com/pkg.Start", with the "[...]" of stack traces for type parameters or
// without.
func FromSpan(function string) (Rule, error) {
	m := functionName.FindStringSubmatch(strings.TrimSpace(function))
	if m == nil {
		return Rule{}, fmt.Errorf("%q names no function: want one such as example.com/pkg.Start or example.com/pkg.(*T).Start", function)
	}
	importPath, pointer, receiver, method := strings.ReplaceAll(m[1], "%2e", "."), m[2], m[3], m[4]
	name := importPath[strings.LastIndex(importPath, "/")+1:]
	short := method
	if receiver != "" {
		short = receiver + "." + method
		if pointer != "" {
			name += ".(*" + receiver + ")"
		} else {
			name += "." + receiver
		}
	}
	name += "." + method
	return Rule{
		ID: "span:" + function, Packages: []string{importPath}, Funcs: []string{short}, Required: true,
		Anchors: []Anchor{{ID: "span", At: Entry, Code: []Code{{Text: spanCode(name, nil)}}}},
	}, nil
}

// spanCode is the code that records a function as a span. The values of the
// attributes are Go expressions.
func spanCode(name string, attributes map[string]string) string {
	var b strings.Builder
	b.WriteString("defer chaintracert.Func(" + quote(name))
	keys := make([]string, 0, len(attributes))
	for key := range attributes {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		b.WriteString(", " + quote(key) + ", " + guarded(attributes[key]))
	}
	b.WriteString(")($err)")
	return b.String()
}

// guarded is an expression that does not panic where the given one does: what is only
// looked at must not end the server.
func guarded(expression string) string {
	switch parsed, _ := parser.ParseExpr(placeholder.ReplaceAllString(expression, "x$1")); parsed.(type) {
	case *ast.Ident, *ast.BasicLit:
		return expression
	}
	return "func() (chaintraceValue interface{}) { defer func() { _ = recover() }(); chaintraceValue = " + expression + "; return }()"
}

// quote writes a Go string in which a $ stands for nothing, see [Code].
func quote(text string) string { return strings.ReplaceAll(strconv.Quote(text), "$", `\x24`) }
