package preset

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"github.com/chaintrace/chaintrace/chain"
)

// Limits of a description file, far beyond any real one.
const (
	maxSize  = 8 << 20 // bytes
	maxShown = 20      // problems in one error
)

// Problem is something wrong in a file.
type Problem struct {
	File         string
	Line, Column int    // from 1
	Path         string // e.g. servers[1].install[3].hook.deadline; empty for the document
	Message      string
}

// String writes a problem in the form FILE:LINE:COLUMN: PATH: MESSAGE.
func (p Problem) String() string {
	if p.Path == "" {
		return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Message)
	}
	return fmt.Sprintf("%s:%d:%d: %s: %s", p.File, p.Line, p.Column, p.Path, p.Message)
}

// Error is all that is wrong in a file, in the order of its lines.
type Error struct {
	Problems []Problem
}

// Error implements error: one line for each problem, up to a limit.
func (e *Error) Error() string {
	var lines []string
	for i, p := range e.Problems {
		if i == maxShown {
			lines = append(lines, fmt.Sprintf("and %d more", len(e.Problems)-maxShown))
			break
		}
		lines = append(lines, p.String())
	}
	return strings.Join(lines, "\n")
}

// ReadFile reads a description from a file. See [Read].
func ReadFile(path string) (*chain.Description, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("description: %w", err)
	}
	defer f.Close()
	return Read(f, path)
}

// Read reads a description; filename is for messages. An [Error] tells all that
// is wrong with it.
func Read(r io.Reader, filename string) (*chain.Description, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxSize+1))
	if err != nil {
		return nil, fmt.Errorf("description %s: %w", filename, err)
	}
	d := &decoder{file: filename, nodes: map[string]*yaml.Node{}}
	file, err := parse(text)
	if err != nil {
		return nil, &Error{[]Problem{d.syntax(err)}}
	}
	description := &chain.Description{}
	d.description(description)("", file.Content[0])
	if len(d.problems) == 0 {
		for _, p := range description.Validate() {
			d.problem(d.nearest(p.Path), p.Path, "%s", p.Message)
		}
	}
	if len(d.problems) > 0 {
		return nil, &Error{d.sorted()}
	}
	return description, nil
}

// parse returns the one document of a text, which has one node in it.
func parse(text []byte) (*yaml.Node, error) {
	switch {
	case len(text) > maxSize:
		return nil, fmt.Errorf("the file is larger than %d MiB", maxSize>>20)
	case !utf8.Valid(text):
		return nil, errors.New("the file is not UTF-8 text")
	}
	parser := yaml.NewDecoder(strings.NewReader(string(text)))
	var document yaml.Node
	if err := parser.Decode(&document); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, errors.New("the file is empty; see chaintrace preset show for an example")
		}
		return nil, err
	}
	if err := parser.Decode(&yaml.Node{}); !errors.Is(err, io.EOF) {
		if err == nil {
			err = errors.New("there is more than one document in the file")
		}
		return nil, err
	}
	if document.Kind != yaml.DocumentNode || len(document.Content) != 1 {
		return nil, errors.New("the file holds no description")
	}
	return &document, nil
}
