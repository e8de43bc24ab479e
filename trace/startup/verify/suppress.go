package verify

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Suppression accepts findings, or some of the things that a finding sums up.
type Suppression struct {
	Rule    *Rule
	Server  Patterns
	Name    Patterns
	Reason  string
	Expires time.Time // the last day on which it holds, at midnight UTC; zero for ever
	Line    int       // where it stands in its file
}

// Expired reports whether a suppression does not hold any more at a time.
func (s *Suppression) Expired(now time.Time) bool {
	return !s.Expires.IsZero() && !now.Before(s.Expires.AddDate(0, 0, 1))
}

// String names a suppression as its file has it.
func (s *Suppression) String() string {
	text := s.Rule.Code
	if s.Server != nil {
		text += " on " + s.Server.String()
	}
	if s.Name != nil {
		text += " of " + s.Name.String()
	}
	return text
}

// Suppressions are what a file of suppressions holds, in its order.
type Suppressions []*Suppression

// Suppressed tells which findings are accepted.
type Suppressed struct {
	// Findings are those that were found. One that sums up several things, of which
	// some are accepted, has the others left.
	Findings []Finding
	By       []*Suppression // for each the first suppression that accepts it, or some of it where it takes several; nil for one that is not
	Accepted []int          // for each that is not accepted how many of the things that it sums up are
	Unused   Suppressions   // those that accept nothing
	Expired  Suppressions   // those that no longer hold, whether they would accept something or not
}

// Apply matches findings with suppressions at a time.
func (list Suppressions) Apply(findings []Finding, now time.Time) *Suppressed {
	out := &Suppressed{Findings: slices.Clone(findings), By: make([]*Suppression, len(findings)), Accepted: make([]int, len(findings))}
	left := make([][]string, len(findings)) // of each the names that nothing accepts
	first := make([]*Suppression, len(findings))
	for i, f := range findings {
		if left[i] = f.Names; f.Names == nil {
			left[i] = []string{f.Name}
		}
	}
	for _, s := range list {
		if s.Expired(now) {
			out.Expired = append(out.Expired, s)
			continue
		}
		server, name := s.Server.matcher(), s.Name.matcher()
		used := false
		for i, f := range findings {
			names := f.Names
			if names == nil {
				names = []string{f.Name}
			}
			if f.Rule != s.Rule || !server(f.Server) || !slices.ContainsFunc(names, name) {
				continue
			}
			used = true
			rest := slices.DeleteFunc(slices.Clone(left[i]), name)
			if first[i] == nil && len(rest) < len(left[i]) {
				first[i] = s
			}
			left[i] = rest
		}
		if !used {
			out.Unused = append(out.Unused, s)
		}
	}
	for i, f := range findings {
		switch {
		case len(left[i]) == 0:
			out.By[i] = first[i]
		case len(left[i]) < len(f.Names):
			out.Findings[i], out.Accepted[i] = f.only(left[i]), len(f.Names)-len(left[i])
		}
	}
	return out
}

// Suppress returns a suppression of exactly this finding, with all that it sums up
// by name, unless it is chance which they are: then all of that server's.
func (f Finding) Suppress(reason string) *Suppression {
	s := &Suppression{Rule: f.Rule, Server: Patterns{literal(f.Server)}, Reason: reason}
	names := f.Names
	switch {
	case f.chance:
		return s
	case names == nil:
		names = []string{f.Name}
	}
	seen := map[string]bool{}
	for _, name := range names {
		if !seen[name] {
			seen[name] = true
			s.Name = append(s.Name, literal(name))
		}
	}
	return s
}

// FileError is all that is wrong in a file of suppressions.
type FileError struct {
	Problems []string // FILE:LINE:COLUMN: MESSAGE, by line
}

// Error implements error: one line for each problem, up to a limit.
func (e *FileError) Error() string {
	const most = 20
	lines := e.Problems
	if len(lines) > most {
		lines = append(lines[:most:most], fmt.Sprintf("and %d more", len(lines)-most))
	}
	return strings.Join(lines, "\n")
}
