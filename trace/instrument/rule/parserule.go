package rule

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// rule reads one rule, in its long form with anchors or in its short one with a
// span's name.
func (f *fileReader) rule(n *yaml.Node) Rule {
	r := Rule{Source: fmt.Sprintf("%s:%d", f.File, n.Line)}
	var span string
	var attributes map[string]string
	f.mapping(n, []string{"id", "package", "func"}, map[string]func(*yaml.Node){
		"id": f.text(&r.ID), "package": f.texts(&r.Packages), "func": f.texts(&r.Funcs), "required": f.flag(&r.Required),
		"anchors": func(n *yaml.Node) {
			known := map[string]bool{}
			f.each(n, func(n *yaml.Node) { r.Anchors = append(r.Anchors, f.anchor(n, known)) })
		},
		"span":       f.text(&span),
		"attributes": func(n *yaml.Node) { attributes = f.attributes(n) },
	})
	for i, name := range r.Funcs {
		receiver, method := Receiver(name)
		if receiver != "" {
			method = receiver + "." + method
		}
		r.Funcs[i] = method
	}
	switch {
	case span != "" && r.Anchors != nil:
		f.Add(n, "the rule has both a span and anchors: a span is the short form")
	case span == "" && attributes != nil:
		f.Add(n, "the rule has attributes, but no span for them")
	case span == "" && r.Anchors == nil:
		f.Add(n, "the rule has neither a span nor anchors")
	case span != "":
		r.Anchors = []Anchor{{ID: "span", At: Entry, Code: []Code{{Text: spanCode(span, attributes)}}}}
	}
	return r
}

// attributes reads a mapping of keys to Go expressions.
func (f *fileReader) attributes(n *yaml.Node) map[string]string {
	read := map[string]string{}
	if n.Kind != yaml.MappingNode {
		f.Add(n, "want a mapping of attributes to Go expressions, such as name: $1")
		return read
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		var value string
		f.text(&value)(n.Content[i+1])
		if read[n.Content[i].Value] != "" {
			f.Add(n.Content[i], "the attribute %s is there already", n.Content[i].Value)
		}
		if err := goExpression(value); err != nil && value != "" {
			f.Add(n.Content[i+1], "%v", err)
		}
		for _, name := range (Code{Text: value}).Placeholders() {
			if !ofCall(name) {
				f.Add(n.Content[i+1], "the expression has $%s; when the function is called there are its parameters, such as $1, and its receiver, $recv", name)
			}
		}
		read[n.Content[i].Value] = value
	}
	return read
}

// anchor reads one anchor. known are the names that patterns before it match, and
// gets those of its own.
func (f *fileReader) anchor(n *yaml.Node, known map[string]bool) Anchor {
	a := Anchor{At: Entry}
	f.mapping(n, []string{"code"}, map[string]func(*yaml.Node){
		"id": f.text(&a.ID),
		"at": func(n *yaml.Node) {
			a.At = Position(n.Value)
			if all := []Position{Entry, Before, After, Inside}; !slices.Contains(all, a.At) {
				f.Add(n, "unknown position %q; there are %q", n.Value, all)
			}
		},
		"match":    func(n *yaml.Node) { a.Match = f.patterns(n) },
		"contains": f.text(&a.Contains), "every": f.flag(&a.Every), "optional": f.flag(&a.Optional),
		"code": func(n *yaml.Node) { a.Code = f.codes(n) },
	})
	switch {
	case a.At == Entry && (a.Match != nil || a.Contains != "" || a.Every):
		f.Add(n, "at entry there is no statement to match")
	case a.At != Entry && a.Match == nil:
		f.Add(n, "the key match is missing: which statement is meant")
	}
	f.placeholders(n, a, known)
	return a
}

func (f *fileReader) patterns(n *yaml.Node) []Pattern {
	var texts []string
	f.texts(&texts)(n)
	var patterns []Pattern
	for _, text := range texts {
		p, err := NewPattern(text)
		if err != nil {
			f.Add(n, "%v", err)
		}
		patterns = append(patterns, p)
	}
	return patterns
}

// codes reads a text, or a list of texts that depend on what is declared.
func (f *fileReader) codes(n *yaml.Node) []Code {
	var codes []Code
	one := func(n *yaml.Node, c Code) {
		if err := goStatements(c.Text); err != nil {
			f.Add(n, "%v", err)
		}
		codes = append(codes, c)
	}
	if n.Kind == yaml.ScalarNode {
		var c Code
		f.text(&c.Text)(n)
		one(n, c)
		return codes
	}
	f.each(n, func(n *yaml.Node) {
		var c Code
		f.mapping(n, []string{"text"}, map[string]func(*yaml.Node){"has": f.text(&c.Has), "text": f.text(&c.Text)})
		one(n, c)
	})
	return codes
}

// placeholders tells of names in the code for which nothing will be there.
func (f *fileReader) placeholders(n *yaml.Node, a Anchor, known map[string]bool) {
	for _, p := range a.Match {
		for _, name := range p.names {
			if inAll(name, a.Match) {
				known[name] = true
			}
		}
	}
	for _, c := range a.Code {
		for _, name := range c.Placeholders() {
			if !ofCall(name) && name != "err" && !known[name] {
				f.Add(n, "the code has $%s, which no pattern matches", name)
			}
		}
	}
}

// ofCall reports whether a name stands for what a function is called with.
func ofCall(name string) bool {
	return name == "recv" || strings.HasPrefix(name, TypePrefix) || strings.Trim(name, "0123456789") == ""
}

// inAll reports whether all patterns have the name.
func inAll(name string, patterns []Pattern) bool {
	return !slices.ContainsFunc(patterns, func(p Pattern) bool { return !slices.Contains(p.names, name) })
}
