package rule

import (
	"errors"
	"fmt"
	"go/parser"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// maxFile is far beyond any file of rules, in bytes.
const maxFile = 1 << 20

// Error is all that is wrong in a file of rules.
type Error struct {
	Problems []string // each FILE:LINE:COLUMN: MESSAGE
}

// Error implements error: one line for each problem.
func (e *Error) Error() string { return strings.Join(e.Problems, "\n") }

// Parse reads a file of rules: YAML, a mapping with the key rules, which is a list
// of rules. name is for messages. What is wrong in it is an [Error].
func Parse(name string, text []byte) ([]Rule, error) {
	f := &fileReader{file: name}
	root, err := document(text)
	if err != nil {
		f.syntax(err)
		return nil, &Error{f.problems}
	}
	var rules []Rule
	f.mapping(root, []string{"rules"}, map[string]func(*yaml.Node){"rules": func(n *yaml.Node) {
		f.each(n, func(n *yaml.Node) { rules = append(rules, f.rule(n)) })
	}})
	seen := map[string]bool{}
	for _, r := range rules {
		if seen[r.ID] {
			f.problem(root, "two rules have the id %q", r.ID)
		}
		seen[r.ID] = true
	}
	if len(f.problems) > 0 {
		return nil, &Error{f.problems}
	}
	return rules, nil
}

// document returns the one document of a text.
func document(text []byte) (*yaml.Node, error) {
	switch {
	case len(text) > maxFile:
		return nil, fmt.Errorf("the file is larger than %d MiB", maxFile>>20)
	case !utf8.Valid(text):
		return nil, errors.New("the file is not UTF-8 text")
	}
	decoder := yaml.NewDecoder(strings.NewReader(string(text)))
	var doc yaml.Node
	if err := decoder.Decode(&doc); errors.Is(err, io.EOF) {
		return nil, errors.New("the file is empty")
	} else if err != nil {
		return nil, err
	}
	if err := decoder.Decode(&yaml.Node{}); err == nil {
		return nil, errors.New("there is more than one document in the file")
	} else if !errors.Is(err, io.EOF) {
		return nil, err
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) != 1 {
		return nil, errors.New("the file holds no rules")
	}
	return doc.Content[0], nil
}

// fileReader walks a file and collects what is wrong.
type fileReader struct {
	file     string
	problems []string
}

func (f *fileReader) problem(n *yaml.Node, format string, args ...any) {
	f.problems = append(f.problems, fmt.Sprintf("%s:%d:%d: %s", f.file, max(1, n.Line), max(1, n.Column), fmt.Sprintf(format, args...)))
}

// lineIn finds the place in a parser's message.
var lineIn = regexp.MustCompile(`line (\d+)(?:, column (\d+))?: `)

// syntax tells of a parser's error, which has its line in the text.
func (f *fileReader) syntax(err error) {
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	line, column := "1", "1"
	if at := lineIn.FindStringSubmatch(message); at != nil {
		line, message = at[1], strings.Replace(message, at[0], "", 1)
		if at[2] != "" {
			column = at[2]
		}
	}
	f.problems = append(f.problems, fmt.Sprintf("%s:%s:%s: %s", f.file, line, column, message))
}

// mapping reads a mapping's values and wants the named keys to be there.
func (f *fileReader) mapping(n *yaml.Node, wanted []string, into map[string]func(*yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		f.problem(n, "want a mapping with the keys %s", known(into))
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		read := into[key.Value]
		switch {
		case read == nil:
			f.problem(key, "unknown key %q; there are %s", key.Value, known(into))
		case seen[key.Value]:
			f.problem(key, "the key %s is there already", key.Value)
		default:
			read(value)
		}
		seen[key.Value] = true
	}
	for _, key := range wanted {
		if !seen[key] {
			f.problem(n, "the key %s is missing", key)
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
		f.problem(n, "want a list with one entry or more")
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
			f.problem(n, "want a text")
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
			f.problem(n, "want true or false")
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
