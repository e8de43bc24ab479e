package gobuild

import (
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/chaintrace/chaintrace/trace/instrument/rewrite"
	"github.com/chaintrace/chaintrace/trace/instrument/rule"
)

// Names that the Go command has for programs.
const (
	program     = "main"                   // any, in stack traces and in its own source
	programFile = "command-line-arguments" // one whose files are named
)

// importPath returns the path by which rules name a package: of a program whose
// files are named, that of their directory.
func (p *Plan) importPath(pkg goPackage) string {
	if pkg.ImportPath == programFile && within(pkg.Dir, p.main.Dir) {
		return path.Join(p.main.Path, filepath.ToSlash(strings.TrimPrefix(pkg.Dir, p.main.Dir)))
	}
	return pkg.ImportPath
}

// module returns the module of a package; nil is the standard library.
func (p *Plan) module(pkg goPackage) *goModule {
	if pkg.Module == nil && pkg.ImportPath == programFile && within(pkg.Dir, p.main.Dir) {
		return &p.main
	}
	return pkg.Module
}

// ownRules returns the user's rules. What they name main is the program that is
// built, or each of them.
func (p *Plan) ownRules() []rule.Rule {
	var programs []string
	for _, pkg := range p.list {
		if pkg.Name == program && !pkg.DepOnly {
			programs = append(programs, p.importPath(pkg))
		}
	}
	rules := slices.Clone(p.options.Rules)
	for i, r := range rules {
		if at := slices.Index(r.Packages, program); at >= 0 {
			rules[i].Packages = slices.Replace(slices.Clone(r.Packages), at, at+1, programs...)
		}
	}
	return rules
}

// absent returns which of the user's rules name packages that are none of the build's
// or cannot be changed.
func (p *Plan) absent(rules []rule.Rule) []rewrite.Miss {
	var missed []rewrite.Miss
	for _, r := range rules {
		lookedFor := "such package in this build"
		there := slices.ContainsFunc(p.list, func(pkg goPackage) bool {
			if !slices.Contains(r.Packages, p.importPath(pkg)) {
				return false
			}
			if pkg.Standard {
				lookedFor = "way to change the standard library"
			}
			return p.module(pkg) != nil
		})
		if !there {
			missed = append(missed, rewrite.Miss{
				Rule: r.ID, Required: r.Required, Package: strings.Join(r.Packages, " or "), LookedFor: []string{lookedFor},
			})
		}
	}
	return missed
}
