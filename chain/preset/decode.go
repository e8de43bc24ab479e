package preset

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/chaintrace/chaintrace/chain"
)

// decoder walks a document, notes where each value is, and collects problems.
type decoder struct {
	file     string
	nodes    map[string]*yaml.Node // by path
	problems []Problem
}

// into reads a node, which is at path, into what it was made for.
type into func(path string, n *yaml.Node)

// fields are what a mapping may have, by key.
type fields map[string]into

func (d *decoder) problem(n *yaml.Node, path, format string, args ...any) {
	d.problems = append(d.problems, Problem{d.file, max(n.Line, 1), max(n.Column, 1), path, fmt.Sprintf(format, args...)})
}

// sorted returns the problems in the order of the file.
func (d *decoder) sorted() []Problem {
	slices.SortStableFunc(d.problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return d.problems
}

// syntax makes a problem of a parser's error, which has the line in its text.
func (d *decoder) syntax(err error) Problem {
	p := Problem{File: d.file, Line: 1, Column: 1, Message: strings.TrimPrefix(err.Error(), "yaml: ")}
	at := regexp.MustCompile(`line (\d+)(?:, column (\d+))?: `).FindStringSubmatch(p.Message)
	if at != nil {
		p.Line, _ = strconv.Atoi(at[1])
		if column, err := strconv.Atoi(at[2]); err == nil {
			p.Column = column
		}
		p.Message = strings.Replace(p.Message, at[0], "", 1)
	}
	return p
}

// nearest returns the node at a path, or the innermost one around it.
func (d *decoder) nearest(path string) *yaml.Node {
	for path != "" {
		if n, ok := d.nodes[path]; ok {
			return n
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
	return d.nodes[""]
}

// enter notes a node and refuses aliases.
func (d *decoder) enter(path string, n *yaml.Node) bool {
	d.nodes[path] = n
	if n.Kind == yaml.AliasNode {
		d.problem(n, path, "aliases are not read; write the value out")
		return false
	}
	return true
}

// mapping reads a mapping with the given keys.
func (d *decoder) mapping(f fields) into {
	return func(path string, n *yaml.Node) {
		if !d.enter(path, n) {
			return
		}
		if n.Kind != yaml.MappingNode {
			d.problem(n, path, "want a mapping with the keys %s; this is %s", strings.Join(keys(f), ", "), kindOf(n))
			return
		}
		seen := map[string]int{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i], n.Content[i+1]
			at := join(path, key.Value)
			if line, again := seen[key.Value]; again {
				d.problem(key, at, "the key is there already, in line %d", line)
				continue
			}
			seen[key.Value] = key.Line
			read, known := f[key.Value]
			if !known {
				d.problem(key, at, "unknown key%s; there are %s", didYouMean(key.Value, keys(f)), strings.Join(keys(f), ", "))
				continue
			}
			read(at, value)
		}
	}
}

// named reads a mapping with free keys.
func named[T any](d *decoder, to *map[string]T, element func(*T) into) into {
	return func(path string, n *yaml.Node) {
		f := fields{}
		values := map[string]*T{}
		if n.Kind == yaml.MappingNode {
			for i := 0; i+1 < len(n.Content); i += 2 {
				name := n.Content[i].Value
				values[name] = new(T)
				f[name] = element(values[name])
			}
		}
		d.mapping(f)(path, n)
		*to = map[string]T{}
		for name, value := range values {
			(*to)[name] = *value
		}
	}
}

// list reads a sequence.
func list[T any](d *decoder, to *[]T, element func(*T) into) into {
	return func(path string, n *yaml.Node) {
		if !d.enter(path, n) {
			return
		}
		if n.Kind != yaml.SequenceNode {
			d.problem(n, path, "want a list; this is %s", kindOf(n))
			return
		}
		*to = make([]T, len(n.Content))
		for i, child := range n.Content {
			element(&(*to)[i])(fmt.Sprintf("%s[%d]", path, i), child)
		}
	}
}

// optional reads something that is nil when it is left out.
func optional[T any](to **T, element func(*T) into) into {
	return func(path string, n *yaml.Node) {
		*to = new(T)
		element(*to)(path, n)
	}
}

// scalar reads a plain value through parse, which says what it wanted.
func (d *decoder) scalar(want string, parse func(n *yaml.Node) bool) into {
	return func(path string, n *yaml.Node) {
		if !d.enter(path, n) {
			return
		}
		switch {
		case n.Kind != yaml.ScalarNode:
			d.problem(n, path, "want %s; this is %s", want, kindOf(n))
		case !parse(n):
			d.problem(n, path, "want %s; this is %q", want, n.Value)
		}
	}
}

// text reads a string. What YAML takes for a number or a truth value is a
// string here, since values of settings look like that.
func (d *decoder) text(to *string) into {
	return d.scalar("a text", func(n *yaml.Node) bool {
		*to = n.Value
		return n.Tag != "!!null"
	})
}

func (d *decoder) flag(to *bool) into {
	return d.scalar("true or false", func(n *yaml.Node) bool {
		*to = n.Value == "true"
		return n.Tag == "!!bool" && (n.Value == "true" || n.Value == "false")
	})
}

func (d *decoder) count(to *int) into {
	return d.scalar("a whole number, 0 or more", func(n *yaml.Node) (ok bool) {
		v, err := strconv.Atoi(n.Value)
		*to = v
		return err == nil && v >= 0
	})
}

func (d *decoder) duration(to *time.Duration) into {
	return d.scalar("a duration with its unit, such as 250us, 100ms or 1.5s", func(n *yaml.Node) bool {
		v, err := time.ParseDuration(n.Value)
		*to = v
		return err == nil && v >= 0
	})
}

// recorded reads one duration, or one each for fresh and warm storage.
func (d *decoder) recorded(to *chain.Recorded) into {
	return func(path string, n *yaml.Node) {
		if n.Kind == yaml.MappingNode {
			d.mapping(fields{"fresh": d.duration(&to.Fresh), "warm": d.duration(&to.Warm)})(path, n)
			return
		}
		var both time.Duration
		d.duration(&both)(path, n)
		*to = chain.Same(both)
	}
}

// conditions reads a mapping from settings to values.
func (d *decoder) conditions(to *[]chain.Condition) into {
	return func(path string, n *yaml.Node) {
		if !d.enter(path, n) {
			return
		}
		if n.Kind != yaml.MappingNode {
			d.problem(n, path, "want a mapping of settings to values; this is %s", kindOf(n))
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			c := chain.Condition{Setting: n.Content[i].Value}
			d.text(&c.Value)(join(path, c.Setting), n.Content[i+1])
			*to = append(*to, c)
		}
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func keys(f fields) []string {
	names := make([]string, 0, len(f))
	for name := range f {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func kindOf(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	if n.Tag == "!!null" {
		return "nothing"
	}
	return strconv.Quote(n.Value)
}

// didYouMean returns a hint at the known key that is nearest to an unknown one,
// or nothing when none is near.
func didYouMean(key string, known []string) string {
	best, distance := "", 3
	for _, k := range known {
		if n := editDistance(strings.ToLower(key), strings.ToLower(k)); n < distance {
			best, distance = k, n
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %q?)", best)
}

// editDistance is Levenshtein's, in bytes; long strings are far from anything.
func editDistance(a, b string) int {
	const far = 100
	if len(a) > far || len(b) > far {
		return far
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			substitute := diagonal
			if a[i] != b[j] {
				substitute++
			}
			diagonal = row[j+1]
			row[j+1] = min(substitute, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
