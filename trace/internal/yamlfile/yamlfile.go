// Package yamlfile reads YAML files that people write, and says where in them
// something is wrong.
package yamlfile

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// MaxSize is far beyond any file that a person writes, in bytes.
const MaxSize = 1 << 20

// Document returns the one document of a text, or nil where there is none. It
// returns an error for what is larger than MaxSize, not UTF-8, no YAML, or more
// than one document.
func Document(text []byte) (*yaml.Node, error) {
	switch {
	case len(text) > MaxSize:
		return nil, fmt.Errorf("the file is larger than %d MiB", MaxSize>>20)
	case !utf8.Valid(text):
		return nil, errors.New("the file is not UTF-8 text")
	}
	decoder := yaml.NewDecoder(strings.NewReader(string(text)))
	var document yaml.Node
	if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	if err := decoder.Decode(&yaml.Node{}); err == nil {
		return nil, errors.New("there is more than one document in the file")
	} else if !errors.Is(err, io.EOF) {
		return nil, err
	}
	if document.Kind != yaml.DocumentNode || len(document.Content) != 1 {
		return nil, nil
	}
	return document.Content[0], nil
}

// Problems collects what is wrong in a file, each as FILE:LINE:COLUMN: MESSAGE.
type Problems struct {
	File string
	List []string
}

// Add tells of a problem at a node.
func (p *Problems) Add(n *yaml.Node, format string, args ...any) {
	p.List = append(p.List, fmt.Sprintf("%s:%d:%d: %s", p.File, max(1, n.Line), max(1, n.Column), fmt.Sprintf(format, args...)))
}

// place finds the place in a parser's message.
var place = regexp.MustCompile(`line (\d+)(?:, column (\d+))?: `)

// Syntax tells of an error of [Document], whose place is in its text. What to do
// about it, if that is known, stands behind it.
func (p *Problems) Syntax(err error, todo string) {
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	line, column := "1", "1"
	if at := place.FindStringSubmatch(message); at != nil {
		line, message = at[1], strings.Replace(message, at[0], "", 1)
		if at[2] != "" {
			column = at[2]
		}
	}
	p.List = append(p.List, fmt.Sprintf("%s:%s:%s: %s%s", p.File, line, column, message, todo))
}
