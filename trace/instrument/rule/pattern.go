package rule

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Pattern is the text of a statement with ... for any text and $name for a Go
// identifier. A name that comes twice matches two identifiers, and the first
// is the one meant.
type Pattern struct {
	Text  string
	re    *regexp.Regexp
	names []string
}

// wild finds what is special in a pattern.
var wild = regexp.MustCompile(`\.\.\.|\$[a-zA-Z]\w*`)

// identifier is a Go identifier in a regular expression.
const identifier = `([\pL_][\pL\p{Nd}_]*)`

// NewPattern reads a pattern.
func NewPattern(text string) (Pattern, error) {
	p := Pattern{Text: text}
	text = oneLine(text)
	if strings.Trim(text, ". ") == "" {
		return Pattern{}, errors.New("the pattern is empty or matches everything")
	}
	var expression strings.Builder
	expression.WriteString("^")
	last := 0
	for _, at := range wild.FindAllStringIndex(text, -1) {
		expression.WriteString(regexp.QuoteMeta(text[last:at[0]]))
		if token := text[at[0]:at[1]]; token == "..." {
			expression.WriteString(".*")
		} else {
			expression.WriteString(identifier)
			p.names = append(p.names, token[1:])
		}
		last = at[1]
	}
	expression.WriteString(regexp.QuoteMeta(text[last:]) + "$")
	re, err := regexp.Compile(expression.String())
	if err != nil {
		return Pattern{}, fmt.Errorf("pattern %q: %w", text, err)
	}
	p.re = re
	return p, nil
}

// Match holds the pattern against a statement's text and returns what its names
// matched.
func (p Pattern) Match(statement string) (names map[string]string, ok bool) {
	groups := p.re.FindStringSubmatch(oneLine(statement))
	if groups == nil {
		return nil, false
	}
	names = map[string]string{}
	for i, name := range p.names {
		if _, ok := names[name]; !ok {
			names[name] = groups[i+1]
		}
	}
	return names, true
}

// oneLine makes all white space single.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// ContainedIn reports whether the anchor's Contains is in a statement's text.
func (a Anchor) ContainedIn(statement string) bool {
	return strings.Contains(oneLine(statement), oneLine(a.Contains))
}

// placeholder finds what stands for something in a [Code].
var placeholder = regexp.MustCompile(`\$(\d+|[a-zA-Z]\w*)`)

// Placeholders returns what stands for something in the code, without the $, in
// order and each time it comes.
func (c Code) Placeholders() []string {
	var names []string
	for _, m := range placeholder.FindAllStringSubmatch(c.Text, -1) {
		names = append(names, m[1])
	}
	return names
}

// Expand puts values in. The error names the first placeholder without one.
func (c Code) Expand(value func(name string) (string, bool)) (string, error) {
	var missing error
	text := placeholder.ReplaceAllStringFunc(c.Text, func(token string) string {
		v, ok := value(token[1:])
		if !ok && missing == nil {
			missing = fmt.Errorf("nothing for %s", token)
		}
		return v
	})
	return text, missing
}
