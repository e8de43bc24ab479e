package verify

import (
	"fmt"
	"slices"
	"strings"
)

// Severity says how bad a finding is. Greater is worse.
type Severity uint8

// The severities.
const (
	Note    Severity = iota + 1 // surprising, and good to know
	Warning                     // it will hurt when something else goes wrong
	Error                       // it is wrong now
)

// String returns the severity in one lower-case word.
func (s Severity) String() string {
	switch s {
	case Note:
		return "note"
	case Warning:
		return "warning"
	case Error:
		return "error"
	}
	return "unknown"
}

// Severities returns all severities, the worst first.
func Severities() []Severity { return []Severity{Error, Warning, Note} }

// Rule is a kind of problem. Code and name never change their meaning, and the
// code of a rule that is given up is not used again.
type Rule struct {
	Code     string // CT1xx: checks, CT2xx: hooks, CT3xx: routes, CT4xx: readiness
	Name     string // in kebab-case
	Severity Severity
	Summary  string // what is found, in a phrase
	Why      string // how it comes about, and what follows from it
	Remedy   string // what to do about it

	find func(f *facts, report reporter)
}

// allRules holds the rules by code.
var allRules = slices.SortedFunc(
	slices.Values(slices.Concat(checkRules, hookRules, deadlineRules, waitRules, routeRules, readyRules)),
	func(a, b *Rule) int { return strings.Compare(a.Code, b.Code) })

// Rules returns all rules, by code.
func Rules() []*Rule { return slices.Clone(allRules) }

// Lookup returns the rule of a code or name. Case does not count.
func Lookup(codeOrName string) (*Rule, error) {
	for _, r := range allRules {
		if strings.EqualFold(r.Code, codeOrName) || strings.EqualFold(r.Name, codeOrName) {
			return r, nil
		}
	}
	return nil, fmt.Errorf("there is no rule %q; chaintrace explain lists them", codeOrName)
}
