package rule

import (
	"slices"
	"strings"
)

// Rule says what goes into one function.
type Rule struct {
	ID string
	// Source is where the rule is written, FILE:LINE, for messages. It is empty for one
	// that is in no file.
	Source string
	// Packages are import paths, of which a build has one: the same package
	// under the names that it has had.
	Packages []string
	// Funcs are names of one function as versions differ, "F" or "T.F" for a
	// method of T or *T. The first that the package has is meant, and of init each.
	Funcs []string
	// Required makes a build fail that has the package but not the function or
	// one of the anchors.
	Required bool
	// Anchors are applied all or, if one that is not optional is missing, none.
	Anchors []Anchor
}

// Anchor is a place in a function's body and what goes there.
type Anchor struct {
	ID string
	At Position
	// Match finds the statement, unless At is [Entry]: the first of the patterns
	// that some statement has. It is held against the statement's text up to
	// the brace that opens its body, white space made single.
	Match []Pattern
	// Contains must be found in the whole of the statement's text; empty for none.
	Contains string
	Every    bool // every statement that matches, and not only the first
	Optional bool
	Code     []Code // the first whose Has is there
}

// Code is the text of one or more Go statements on one line. In it stand $1, $2 …
// for the names of the function's parameters, $of_T for that of the first of type
// T or *T, $recv for its receiver's, $err for a pointer to its last result if that
// is an error and nil otherwise, and other names for what names in the pattern of
// this anchor or an earlier one of the rule matched. The recorder is the package
// chaintracert.
//
// The code runs only while a trace is recorded: it is put into a block of its own,
// if chaintracert.On() { … }. Variables for the code of later anchors are declared at
// the code's beginning, by var and without a value, which stays in front of the block.
type Code struct {
	// Has is what the package must declare: "F", "T", or "T.F" for a method or
	// a field. Empty for no condition.
	Has  string
	Text string
}

// TypePrefix begins what stands for the parameter of a type, see [Code].
const TypePrefix = "of_"

// Position says where code goes.
type Position string

// Positions.
const (
	Entry  Position = "entry"  // first in the function's body
	Before Position = "before" // before the statement
	After  Position = "after"  // behind the statement
	Inside Position = "inside" // first in the statement's body
)

// Packages returns the import paths that any of the rules name, sorted.
func Packages(rules []Rule) []string {
	var paths []string
	for _, r := range rules {
		paths = append(paths, r.Packages...)
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// Of returns the rules for a package.
func Of(rules []Rule, importPath string) []Rule {
	var found []Rule
	for _, r := range rules {
		if slices.Contains(r.Packages, importPath) {
			found = append(found, r)
		}
	}
	return found
}

// Receiver splits a function's name, as in [Rule], into its receiver's type and
// its own. A function has no receiver.
func Receiver(name string) (receiver, method string) {
	dot := strings.LastIndex(name, ".")
	if dot < 0 {
		return "", name
	}
	receiver = strings.TrimSuffix(strings.TrimPrefix(name[:dot], "("), ")")
	return strings.TrimPrefix(receiver, "*"), name[dot+1:]
}
