package verify

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Suppression accepts findings. Server and Name are patterns in which * stands
// for any characters, / among them, and ? for one; empty ones match all.
type Suppression struct {
	Rule    *Rule
	Server  string
	Name    string
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
	if s.Server != "" {
		text += " on " + s.Server
	}
	if s.Name != "" {
		text += " of " + s.Name
	}
	return text
}

// Suppressions are what a file of suppressions holds, in its order.
type Suppressions []*Suppression

// Suppressed tells which findings are accepted.
type Suppressed struct {
	By      []*Suppression // for each finding the first suppression that accepts it, or nil
	Unused  Suppressions   // those that accept nothing
	Expired Suppressions   // those that no longer hold, whether they would accept something or not
}

// Apply matches findings with suppressions at a time.
func (list Suppressions) Apply(findings []Finding, now time.Time) *Suppressed {
	out := &Suppressed{By: make([]*Suppression, len(findings))}
	for _, s := range list {
		if s.Expired(now) {
			out.Expired = append(out.Expired, s)
			continue
		}
		server, name := pattern(s.Server), pattern(s.Name)
		used := false
		for i, f := range findings {
			if f.Rule != s.Rule || !server.MatchString(f.Server) || !name.MatchString(f.Name) {
				continue
			}
			used = true
			if out.By[i] == nil {
				out.By[i] = s
			}
		}
		if !used {
			out.Unused = append(out.Unused, s)
		}
	}
	return out
}

// pattern compiles a pattern of a suppression.
func pattern(p string) *regexp.Regexp {
	if p == "" {
		p = "*"
	}
	p = regexp.QuoteMeta(p)
	p = strings.NewReplacer(`\*`, `.*`, `\?`, `.`).Replace(p)
	return regexp.MustCompile(`(?s)^` + p + `$`)
}

// Suppress returns a suppression of exactly this finding.
func (f Finding) Suppress(reason string) *Suppression {
	return &Suppression{Rule: f.Rule, Server: f.Server, Name: f.Name, Reason: reason}
}

// fields returns the keys and values of a suppression as its file has them.
func (s *Suppression) fields() [][2]string {
	fields := [][2]string{{"code", s.Rule.Code}}
	for _, field := range [][2]string{{"server", s.Server}, {"name", s.Name}, {"reason", s.Reason}} {
		if field[1] != "" {
			fields = append(fields, field)
		}
	}
	if !s.Expires.IsZero() {
		fields = append(fields, [2]string{"expires", s.Expires.Format(time.DateOnly)})
	}
	return fields
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
