package verify

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// maxFile is far beyond any file of suppressions, in bytes.
const maxFile = 1 << 20

// entryKeys are what an entry of a file may have.
var entryKeys = []string{"code", "expires", "name", "reason", "server"}

// ReadSuppressions reads a file of suppressions: a YAML list of entries with the
// keys code, reason and, where wanted, server, name and expires. What is wrong in
// it is a [FileError]; filename is for messages.
func ReadSuppressions(r io.Reader, filename string) (Suppressions, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("suppressions %s: %w", filename, err)
	}
	f := &fileReader{file: filename}
	root, err := f.parse(text)
	switch {
	case err != nil:
		f.syntax(err)
	case root == nil: // nothing but comments
	case root.Kind != yaml.SequenceNode:
		f.problem(root, "want a list of entries, each with a code and a reason")
	default:
		for _, n := range root.Content {
			f.entry(n)
		}
	}
	if len(f.problems) > 0 {
		return nil, &FileError{f.problems}
	}
	return f.read, nil
}

// fileReader walks a file and collects what is wrong.
type fileReader struct {
	file     string
	read     Suppressions
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
	for _, alias := range aliasErrors {
		if strings.Contains(message, alias) {
			message += "; write a pattern that begins with * in quotes, as '*'"
			break
		}
	}
	f.problems = append(f.problems, fmt.Sprintf("%s:%s:%s: %s", f.file, line, column, message))
}

// aliasErrors are in the parser's messages about a * without quotes, which is an
// alias in YAML.
var aliasErrors = []string{"did not find expected alphabetic or numeric character", "unknown anchor"}

// parse returns the one document of a text, or nil for an empty one.
func (f *fileReader) parse(text []byte) (*yaml.Node, error) {
	switch {
	case len(text) > maxFile:
		return nil, fmt.Errorf("the file is larger than %d MiB", maxFile>>20)
	case !utf8.Valid(text):
		return nil, errors.New("the file is not UTF-8 text")
	}
	parser := yaml.NewDecoder(strings.NewReader(string(text)))
	var document yaml.Node
	if err := parser.Decode(&document); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	if err := parser.Decode(&yaml.Node{}); err == nil {
		return nil, errors.New("there is more than one document in the file")
	} else if !errors.Is(err, io.EOF) {
		return nil, err
	}
	if document.Kind != yaml.DocumentNode || len(document.Content) != 1 || document.Content[0].Tag == "!!null" {
		return nil, nil
	}
	return document.Content[0], nil
}

// entry reads one suppression.
func (f *fileReader) entry(n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		f.problem(n, "want an entry with the keys %s", strings.Join(entryKeys, ", "))
		return
	}
	s := &Suppression{Line: n.Line}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		switch {
		case !slices.Contains(entryKeys, key.Value):
			f.problem(key, "unknown key %q; there are %s", key.Value, strings.Join(entryKeys, ", "))
		case seen[key.Value]:
			f.problem(key, "the key %s is there already", key.Value)
		case key.Value == "server":
			s.Server = f.patterns(key.Value, value)
		case key.Value == "name":
			s.Name = f.patterns(key.Value, value)
		case value.Kind != yaml.ScalarNode:
			f.problem(value, "%s: want a text", key.Value)
		case value.Tag == "!!null" || strings.TrimSpace(value.Value) == "":
			f.problem(value, "%s: it is empty", key.Value)
		default:
			f.value(s, key.Value, value)
		}
		seen[key.Value] = true
	}
	for _, key := range []string{"code", "reason"} {
		if !seen[key] {
			f.problem(n, "the entry has no %s", key)
		}
	}
	f.read = append(f.read, s)
}

// patterns reads a text or a list of texts. A text that is empty in quotes is one
// that matches what has no name.
func (f *fileReader) patterns(key string, n *yaml.Node) Patterns {
	texts := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		texts = n.Content
	}
	if len(texts) == 0 {
		f.problem(n, "%s: it is empty", key)
	}
	var out Patterns
	for _, text := range texts {
		switch {
		case text.Kind != yaml.ScalarNode:
			f.problem(text, "%s: want a text, or a list of texts", key)
		case text.Tag == "!!null":
			f.problem(text, `%s: it is empty; leave it out to accept all, or write "" for none`, key)
		default:
			out = append(out, text.Value)
		}
	}
	return out
}

// value reads the value of a known key.
func (f *fileReader) value(s *Suppression, key string, n *yaml.Node) {
	var err error
	switch key {
	case "code":
		if s.Rule, err = Lookup(n.Value); err != nil {
			f.problem(n, "code: %v", err)
		}
	case "reason":
		s.Reason = n.Value
	case "expires":
		if s.Expires, err = time.Parse(time.DateOnly, n.Value); err != nil {
			f.problem(n, "expires: want a date such as 2027-01-31; this is %q", n.Value)
		}
	}
}

// heading explains a file of suppressions to whoever opens it.
const heading = `# Findings of chaintrace verify that are accepted. An entry without a server or a
# name accepts all; both may be lists, and * in them stands for any characters
# (\* for itself). A finding that sums up several things is accepted by their
# names. After the day in expires an entry no longer holds. chaintrace explain
# CODE tells of a finding.
`

// Write writes suppressions as [ReadSuppressions] reads them.
func (list Suppressions) Write(w io.Writer) error {
	root := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	for _, s := range list {
		entry := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
		add := func(key string, value *yaml.Node) {
			entry.Content = append(entry.Content, textNode(key), value)
		}
		add("code", textNode(s.Rule.Code))
		if s.Server != nil {
			add("server", s.Server.node())
		}
		if s.Name != nil {
			add("name", s.Name.node())
		}
		add("reason", textNode(s.Reason))
		if !s.Expires.IsZero() {
			add("expires", textNode(s.Expires.Format(time.DateOnly)))
		}
		root.Content = append(root.Content, entry)
	}
	if _, err := io.WriteString(w, heading); err != nil || len(list) == 0 {
		return err
	}
	text, err := yaml.Marshal(root)
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}

func textNode(text string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(text)
	return n
}

// node returns the patterns as a file has them: one as a text.
func (p Patterns) node() *yaml.Node {
	if len(p) == 1 {
		return textNode(p[0])
	}
	list := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	for _, pattern := range p {
		list.Content = append(list.Content, textNode(pattern))
	}
	return list
}
