package verify

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/chaintrace/chaintrace/trace/internal/yamlfile"
)

// entryKeys are what an entry of a file may have.
var entryKeys = []string{"code", "expires", "name", "reason", "server"}

// ReadSuppressions reads a file of suppressions: a YAML list of entries with the
// keys code, reason and, where wanted, server, name and expires. What is wrong in
// it is a [FileError]; filename is for messages.
func ReadSuppressions(r io.Reader, filename string) (Suppressions, error) {
	text, err := io.ReadAll(io.LimitReader(r, yamlfile.MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("suppressions %s: %w", filename, err)
	}
	f := &fileReader{Problems: yamlfile.Problems{File: filename}}
	root, err := yamlfile.Document(text)
	switch {
	case err != nil:
		f.Syntax(err, aliasAdvice(err))
	case root == nil || root.Tag == "!!null": // nothing but comments
	case root.Kind != yaml.SequenceNode:
		f.Add(root, "want a list of entries, each with a code and a reason")
	default:
		for _, n := range root.Content {
			f.entry(n)
		}
	}
	if len(f.List) > 0 {
		return nil, &FileError{f.List}
	}
	return f.read, nil
}

// fileReader walks a file and collects what is wrong.
type fileReader struct {
	yamlfile.Problems
	read Suppressions
}

// aliasErrors are in the parser's messages about a * without quotes, which is an
// alias in YAML.
var aliasErrors = []string{"did not find expected alphabetic or numeric character", "unknown anchor"}

// aliasAdvice is what to do about an error of the parser, if it is one of those.
func aliasAdvice(err error) string {
	if slices.ContainsFunc(aliasErrors, func(alias string) bool { return strings.Contains(err.Error(), alias) }) {
		return "; write a pattern that begins with * in quotes, as '*'"
	}
	return ""
}

// entry reads one suppression.
func (f *fileReader) entry(n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		f.Add(n, "want an entry with the keys %s", strings.Join(entryKeys, ", "))
		return
	}
	s := &Suppression{Line: n.Line}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		switch {
		case !slices.Contains(entryKeys, key.Value):
			f.Add(key, "unknown key %q; there are %s", key.Value, strings.Join(entryKeys, ", "))
		case seen[key.Value]:
			f.Add(key, "the key %s is there already", key.Value)
		case key.Value == "server":
			s.Server = f.patterns(key.Value, value)
		case key.Value == "name":
			s.Name = f.patterns(key.Value, value)
		case value.Kind != yaml.ScalarNode:
			f.Add(value, "%s: want a text", key.Value)
		case value.Tag == "!!null" || strings.TrimSpace(value.Value) == "":
			f.Add(value, "%s: it is empty", key.Value)
		default:
			f.value(s, key.Value, value)
		}
		seen[key.Value] = true
	}
	for _, key := range []string{"code", "reason"} {
		if !seen[key] {
			f.Add(n, "the entry has no %s", key)
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
		f.Add(n, "%s: it is empty", key)
	}
	var out Patterns
	for _, text := range texts {
		switch {
		case text.Kind != yaml.ScalarNode:
			f.Add(text, "%s: want a text, or a list of texts", key)
		case text.Tag == "!!null":
			f.Add(text, `%s: it is empty; leave it out to accept all, or write "" for none`, key)
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
			f.Add(n, "code: %v", err)
		}
	case "reason":
		s.Reason = n.Value
	case "expires":
		if s.Expires, err = time.Parse(time.DateOnly, n.Value); err != nil {
			f.Add(n, "expires: want a date such as 2027-01-31; this is %q", n.Value)
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
