package gobuild

import (
	"golang.org/x/mod/module"
)

// counter counts the packages that are compiled.
type counter struct {
	progress Progress
	affected map[string]bool // of the build: whether it depends on insertions
	programs map[string]bool
}

// newCounter finds what depends on insertions.
func (p *Plan) newCounter() *counter {
	c := &counter{affected: map[string]bool{p.runtime.importPath: true}, programs: map[string]bool{}}
	changed := map[string]bool{}
	for _, pkg := range p.Packages {
		changed[pkg.listed] = len(pkg.Result.Files) > 0
	}
	c.progress.AtMost = 1
	for _, pkg := range p.list { // in order of dependence
		affected := changed[pkg.ImportPath]
		for _, imported := range pkg.Imports {
			affected = affected || c.affected[imported]
		}
		c.affected[pkg.ImportPath] = affected
		c.programs[pkg.ImportPath] = pkg.Name == "main"
		if affected {
			c.progress.AtMost++
		}
	}
	return c
}

// compiled counts a package. It returns false if the text names none.
func (c *counter) compiled(text string) bool {
	affected, known := c.affected[text]
	// The package that the insertions call may need some that the build had not.
	if !known && module.CheckImportPath(text) != nil {
		return false
	}
	c.progress.Package, c.progress.Program = text, c.programs[text]
	c.progress.Done++
	if known && !affected {
		c.progress.AtMost = max(c.progress.AtMost, len(c.affected))
	}
	c.progress.AtMost = max(c.progress.AtMost, c.progress.Done)
	return true
}
