package rewrite

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"go/parser"
	"go/scanner"
	"go/token"
	"slices"
	"strconv"
)

// edit is text that goes in at an offset.
type edit struct {
	at           int
	text         string
	rule, source string // whose it is, as [Insertion] says
}

// Insertion is text that a rule has put into a file.
type Insertion struct {
	Rule   string // its ID
	Source string // where the rule is written, as [rule.Rule] has it
	Line   int    // of the file, before and after
	// From is the column where the text begins in the rewritten file, in bytes from 1
	// as the compiler counts, and To the one behind it.
	From, To int
}

// String names the rule and where it is written.
func (i Insertion) String() string {
	if i.Source == "" {
		return "rule " + i.Rule
	}
	return "rule " + i.Rule + " of " + i.Source
}

// maxColumn is the last column that the compiler tells.
const maxColumn = 254

// InsertedAt returns the insertion, if any, that has a place of the rewritten file within
// it. Column 0 is any beyond those that the compiler tells, so that there may be several.
func (f File) InsertedAt(line, column int) []Insertion {
	var found []Insertion
	for _, i := range f.Insertions {
		within := i.From <= column && column < i.To
		if column == 0 {
			within = i.To > maxColumn+1
		}
		if i.Line == line && within {
			found = append(found, i)
		}
	}
	return found
}

// splice returns the file with its edits and the import of what they call.
func (f *file) splice(runtime string) (File, error) {
	edits := slices.Clone(f.edits)
	slices.SortStableFunc(edits, func(a, b edit) int { return cmp.Compare(a.at, b.at) })
	edits = slices.CompactFunc(edits, func(a, b edit) bool { return a.at == b.at && a.text == b.text })
	imported := edit{at: f.at(f.syntax.Name.End()), text: "; import " + runtimeName + " " + strconv.Quote(runtime)}
	result := File{Path: f.path, Original: f.text}
	out := &result.Rewritten
	last := 0
	for _, e := range append([]edit{imported}, edits...) {
		*out = append(*out, f.text[last:e.at]...)
		if e.rule != "" {
			column := len(*out) - bytes.LastIndexByte(*out, '\n')
			result.Insertions = append(result.Insertions, Insertion{
				Rule: e.rule, Source: e.source, Line: 1 + bytes.Count(*out, []byte("\n")), From: column, To: column + len(e.text),
			})
		}
		*out = append(*out, e.text...)
		last = e.at
	}
	*out = append(*out, f.text[last:]...)
	if _, err := parser.ParseFile(token.NewFileSet(), f.path, *out, parser.SkipObjectResolution); err != nil {
		return File{}, fmt.Errorf("the code of %s does not fit: %w", result.culprit(err), err)
	}
	return result, nil
}

// culprit names the rule in whose code a syntax error is.
func (f File) culprit(err error) string {
	var syntax scanner.ErrorList
	if errors.As(err, &syntax) && len(syntax) > 0 {
		// Where a line directive says otherwise, none is found.
		if found := f.InsertedAt(syntax[0].Pos.Line, syntax[0].Pos.Column); found != nil {
			return found[0].String()
		}
	}
	return "a rule"
}
