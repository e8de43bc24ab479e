package rule

import (
	"errors"
	"go/parser"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/chaintrace/chaintrace/trace/internal/yamlfile"
)

// Error is all that is wrong in a file of rules.
type Error struct {
	Problems []string // each FILE:LINE:COLUMN: MESSAGE
}

// Error implements error: one line for each problem.
func (e *Error) Error() string { return strings.Join(e.Problems, "\n") }

// Parse reads a file of rules: YAML, a mapping with the key rules, which is a list
// of rules. name is for messages. What is wrong in it is an [Error].
func Parse(name string, text []byte) ([]Rule, error) {
	f := &fileReader{yamlfile.Problems{File: name}}
	root, err := yamlfile.Document(text)
	if err == nil && root == nil {
		err = errors.New("the file is empty")
	}
	if err != nil {
		f.Syntax(err, "")
		return nil, &Error{f.List}
	}
	var rules []Rule
	f.mapping(root, []string{"rules"}, map[string]func(*yaml.Node){"rules": func(n *yaml.Node) {
		f.each(n, func(n *yaml.Node) { rules = append(rules, f.rule(n)) })
	}})
	seen := map[string]bool{}
	for _, r := range rules {
		if seen[r.ID] {
			f.Add(root, "two rules have the id %q", r.ID)
		}
		seen[r.ID] = true
	}
	if len(f.List) > 0 {
		return nil, &Error{f.List}
	}
	return rules, nil
}

// fileReader walks a file and collects what is wrong.
type fileReader struct{ yamlfile.Problems }

// mapping reads a mapping's values and wants the named keys to be there.
func (f *fileReader) mapping(n *yaml.Node, wanted []string, into map[string]func(*yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		f.Add(n, "want a mapping with the keys %s", known(into))
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		read := into[key.Value]
		switch {
		case read == nil:
			f.Add(key, "unknown key %q; there are %s", key.Value, known(into))
		case seen[key.Value]:
			f.Add(key, "the key %s is there already", key.Value)
		default:
			read(value)
		}
		seen[key.Value] = true
	}
	for _, key := range wanted {
		if !seen[key] {
			f.Add(n, "the key %s is missing", key)
		}
	}
}

func known(into map[string]func(*yaml.Node)) string {
	var keys []string
	for key := range into {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return strings.Join(keys, ", ")
}

// each reads the entries of a list.
func (f *fileReader) each(n *yaml.Node, entry func(*yaml.Node)) {
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
		f.Add(n, "want a list with one entry or more")
		return
	}
	for _, e := range n.Content {
		entry(e)
	}
}

// text reads a text that is not empty.
func (f *fileReader) text(into *string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if n.Kind != yaml.ScalarNode || n.Tag == "!!null" || strings.TrimSpace(n.Value) == "" {
			f.Add(n, "want a text")
			return
		}
		*into = n.Value
	}
}

// texts reads a text or a list of texts.
func (f *fileReader) texts(into *[]string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		one := func(n *yaml.Node) {
			var text string
			f.text(&text)(n)
			*into = append(*into, text)
		}
		if n.Kind == yaml.ScalarNode {
			one(n)
			return
		}
		f.each(n, one)
	}
}

func (f *fileReader) flag(into *bool) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if n.Kind != yaml.ScalarNode || n.Tag != "!!bool" {
			f.Add(n, "want true or false")
			return
		}
		*into = n.Value == "true"
	}
}

// goStatements reports whether text is Go statements.
func goStatements(text string) error { return isGo(text, "func() { ", "; }") }

// goExpression reports whether text is one Go expression.
func goExpression(text string) error { return isGo(text, "(", ")") }

// isGo reports whether text is Go code where it stands in an expression.
func isGo(text, before, behind string) error {
	if strings.ContainsAny(text, "\n\r") {
		return errors.New("the code is more than one line; lines of the source must stay where they are")
	}
	text = placeholder.ReplaceAllString(text, "x$1")
	if _, err := parser.ParseExpr(before + text + behind); err != nil {
		message := err.Error()
		return errors.New("the code is not Go: " + message[strings.Index(message, " ")+1:])
	}
	return nil
}
