package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/chaintrace/chaintrace/trace/startup/verify"
)

var explainSchema = register[Explain]("explain/v1")

// Explain is the answer of chaintrace explain.
type Explain struct {
	Schema string        `json:"schema" jsonschema:"explain/v1"`
	Rules  []ExplainRule `json:"rules" jsonschema:"the rule that was asked for, or all of them by code"`

	full bool
}

// ExplainRule is a kind of finding.
type ExplainRule struct {
	Code     string `json:"code" jsonschema:"its code, which is never used for another rule"`
	Name     string `json:"name" jsonschema:"its name"`
	Severity string `json:"severity" jsonschema:"of its findings: error, warning or note"`
	Summary  string `json:"summary" jsonschema:"what is found, in a phrase"`
	Why      string `json:"why" jsonschema:"how it comes about, and what follows from it"`
	Remedy   string `json:"remedy" jsonschema:"what to do about it"`
}

// NewExplain explains rules: in full, or in a line each.
func NewExplain(full bool, rules ...*verify.Rule) *Explain {
	a := &Explain{Schema: explainSchema, Rules: []ExplainRule{}, full: full}
	for _, r := range rules {
		a.Rules = append(a.Rules, ExplainRule{r.Code, r.Name, r.Severity.String(), r.Summary, oneLine(r.Why), oneLine(r.Remedy)})
	}
	return a
}

// oneLine joins the lines of a text that is broken for reading.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// WriteText writes a table, or in full a page for each rule.
func (a *Explain) WriteText(w io.Writer, style Style) error {
	if !a.full {
		t := &Table{Columns: []Column{{Title: "CODE"}, {Title: "NAME"}, {Title: "SEVERITY"}, {Title: "WHAT IS FOUND"}}}
		for _, r := range a.Rules {
			t.Row(Cell{Text: r.Code}, Cell{r.Name, InkStrong}, Cell{r.Severity, severityInk(r.Severity)}, Cell{Text: r.Summary})
		}
		return t.Write(w, style)
	}
	var b strings.Builder
	for i, r := range a.Rules {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%s %s (%s)\n", r.Code, style.Paint(InkStrong, r.Name), style.Paint(severityInk(r.Severity), r.Severity))
		fmt.Fprintf(&b, "%s\n\n%s\n\nWhat to do\n%s\n", sentenceCase(r.Summary), wrap(r.Why, 80), wrap(r.Remedy, 80))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// sentenceCase makes a phrase a sentence.
func sentenceCase(phrase string) string {
	return strings.ToUpper(phrase[:1]) + phrase[1:] + "."
}

// wrap breaks a text into lines of at most width characters, where words allow.
func wrap(text string, width int) string {
	var b strings.Builder
	column := 0
	for _, word := range strings.Fields(text) {
		switch {
		case column == 0:
		case column+1+len(word) > width:
			b.WriteByte('\n')
			column = 0
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += len(word)
	}
	return b.String()
}
