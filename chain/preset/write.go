package preset

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/chaintrace/chaintrace/chain"
)

// WriteOptions say how a description is written.
type WriteOptions struct {
	// Like is the text of a description whose comments, order of keys and layout are
	// taken over where it describes the same; empty for none.
	Like []byte
	// Comments are put above what is at a path, such as servers[0].install[3]; that of
	// the empty path comes first of all.
	Comments map[string]string
}

// Write writes a description as YAML, which [Read] reads. The same description
// with the same options is always the same text. It fails when Like is no YAML,
// or when nothing is at the path of a comment.
func Write(w io.Writer, d *chain.Description, o WriteOptions) error {
	root := document(d)
	file := &yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{root}}
	for path, comment := range o.Comments {
		n := at(root, path)
		if path == "" {
			n = file
		}
		if n == nil {
			return fmt.Errorf("description %s: there is nothing at %s to comment on", d.Name, path)
		}
		n.HeadComment = comment
	}
	if len(o.Like) > 0 {
		like, err := parse(o.Like)
		if err != nil {
			return fmt.Errorf("description %s: the layout to follow: %w", d.Name, err)
		}
		layOut(file, like)
	}
	var text bytes.Buffer
	dumper, err := yaml.NewDumper(&text, yaml.WithIndent(2), yaml.WithCompactSeqIndent(false), yaml.WithLineWidth(-1))
	if err == nil {
		err = errors.Join(dumper.Dump(file), dumper.Close())
	}
	if err != nil {
		return fmt.Errorf("description %s: %w", d.Name, err)
	}
	_, err = io.WriteString(w, spaced(text.String()))
	return err
}

// at returns the key or element of a list at a path, where its comment goes.
func at(n *yaml.Node, path string) *yaml.Node {
	place := n
	for _, part := range strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '[' }) {
		if index, ok := strings.CutSuffix(part, "]"); ok {
			i, err := strconv.Atoi(index)
			if err != nil || n.Kind != yaml.SequenceNode || i < 0 || i >= len(n.Content) {
				return nil
			}
			n = n.Content[i]
			place = n
			continue
		}
		place = nil
		if n.Kind == yaml.MappingNode {
			for _, p := range pairs(n) {
				if p.key.Value == part {
					place, n = p.key, p.value
					break
				}
			}
		}
		if place == nil {
			return nil
		}
	}
	return place
}

// spaced puts empty lines between the sections of a document, and between servers.
func spaced(text string) string {
	var out []string
	section := ""
	for line := range strings.Lines(text) {
		key, _, isKey := strings.Cut(strings.TrimSuffix(line, "\n"), ":")
		top := isKey && key != "" && !strings.ContainsAny(key[:1], " #-")
		server := section == "servers" && strings.HasPrefix(line, "  - ")
		if top {
			section = key
		}
		first := len(out) > 0 && strings.HasPrefix(out[len(out)-1], "servers:")
		if top && opens(line) || server && !first {
			out = separate(out, line[:len(line)-len(strings.TrimLeft(line, " "))])
		}
		out = append(out, line)
	}
	return strings.Join(out, "")
}

// opens reports whether a line only names a section.
func opens(line string) bool {
	line, _, _ = strings.Cut(line, " #")
	return strings.HasSuffix(strings.TrimSpace(line), ":")
}

// separate puts an empty line behind the lines, in front of the comments that
// belong to what comes next.
func separate(lines []string, indent string) []string {
	i := len(lines)
	for i > 0 && strings.HasPrefix(lines[i-1], indent+"#") {
		i--
	}
	if i == 0 || lines[i-1] == "\n" || strings.HasPrefix(lines[i-1], "servers:") {
		return lines
	}
	return append(lines[:i:i], append([]string{"\n"}, lines[i:]...)...)
}
