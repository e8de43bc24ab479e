package gobuild

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

// relocation has the Go command use other files than the user's to find its modules.
type relocation struct {
	flags   []Flag
	env     []string
	replace map[string]string // for the overlay
}

// cached returns the modules of the build that lie in the module cache, each once.
func (p *Plan) cached() []*goModule {
	var modules []*goModule
	seen := map[string]bool{}
	for _, pkg := range p.list {
		m := pkg.Module
		if m == nil || m.Main || seen[m.Path] || !within(m.Dir, p.env.GOMODCACHE) {
			continue
		}
		seen[m.Path] = true
		modules = append(modules, m)
	}
	return modules
}

// relocate writes, into dir, what has a build find its modules where they are without
// taking them for ones of the module cache.
func (p *Plan) relocate(dir string) (relocation, error) {
	r := relocation{replace: map[string]string{}}
	cache := filepath.Join(dir, "modcache")
	if err := os.Symlink(p.env.GOMODCACHE, cache); err != nil {
		return r, fmt.Errorf("the build needs a second name for the module cache: %w", err)
	}
	r.env = append(r.env, "GOMODCACHE="+cache)
	modules := p.cached()
	for _, m := range modules {
		// A directory that replaces a module must hold a go.mod, which old
		// modules do not have.
		file := filepath.Join(m.Dir, "go.mod")
		if _, err := os.Stat(file); os.IsNotExist(err) {
			r.replace[file] = m.GoMod
		}
	}
	if p.Mode == ModeWorkspace {
		work, err := p.writeGoWork(dir, modules)
		r.env = append(r.env, "GOWORK="+work)
		return r, err
	}
	mod, err := p.writeGoMod(dir, modules)
	r.flags = append(r.flags, Flag{"modfile", mod})
	return r, err
}

// writeGoMod writes a go.mod in which modules are replaced by their directories,
// and its go.sum.
func (p *Plan) writeGoMod(dir string, modules []*goModule) (string, error) {
	base := p.env.GOMOD
	if p.modfile != "" {
		base = p.modfile
	}
	text, err := os.ReadFile(base)
	if err != nil {
		return "", err
	}
	file, err := modfile.Parse(base, text, nil)
	if err != nil {
		return "", err
	}
	if err := replace(file, file.Replace, replacements(file.Replace, modules)); err != nil {
		return "", err
	}
	if text, err = file.Format(); err != nil {
		return "", err
	}
	name := filepath.Join(dir, "go.mod")
	if err := os.WriteFile(name, text, 0o644); err != nil {
		return "", err
	}
	return name, copyFile(filepath.Join(dir, "go.sum"), strings.TrimSuffix(base, ".mod")+".sum")
}

// writeGoWork writes a go.work in which modules are replaced by their directories,
// and its go.work.sum.
func (p *Plan) writeGoWork(dir string, modules []*goModule) (string, error) {
	text, err := os.ReadFile(p.env.GOWORK)
	if err != nil {
		return "", err
	}
	file, err := modfile.ParseWork(p.env.GOWORK, text, nil)
	if err != nil {
		return "", err
	}
	// Paths are relative to the file.
	absolute := func(path string) string {
		if filepath.IsAbs(path) {
			return path
		}
		return filepath.Join(filepath.Dir(p.env.GOWORK), filepath.FromSlash(path))
	}
	var uses []string
	for _, u := range slices.Clone(file.Use) {
		uses = append(uses, u.Path)
		if err := file.DropUse(u.Path); err != nil {
			return "", err
		}
	}
	file.Cleanup()
	for _, path := range uses {
		if err := file.AddUse(absolute(path), ""); err != nil {
			return "", err
		}
	}
	kept := replacements(file.Replace, modules)
	for i := range kept {
		if kept[i].New.Version == "" {
			kept[i].New.Path = absolute(kept[i].New.Path)
		}
	}
	if err := replace(file, file.Replace, kept); err != nil {
		return "", err
	}
	name := filepath.Join(dir, "go.work")
	if err := os.WriteFile(name, modfile.Format(file.Syntax), 0o644); err != nil {
		return "", err
	}
	return name, copyFile(filepath.Join(dir, "go.work.sum"), p.env.GOWORK+".sum")
}

// replacer is a go.mod or a go.work.
type replacer interface {
	DropReplace(oldPath, oldVers string) error
	AddReplace(oldPath, oldVers, newPath, newVers string) error
	Cleanup()
}

// replace gives a file other replacements than it had.
func replace(file replacer, was []*modfile.Replace, now []modfile.Replace) error {
	for _, r := range slices.Clone(was) {
		if err := file.DropReplace(r.Old.Path, r.Old.Version); err != nil {
			return err
		}
	}
	file.Cleanup()
	for _, r := range now {
		if err := file.AddReplace(r.Old.Path, r.Old.Version, r.New.Path, r.New.Version); err != nil {
			return err
		}
	}
	return nil
}

// replacements returns what is to be replaced: what was, but for modules, and these by
// their directories.
func replacements(was []*modfile.Replace, modules []*goModule) []modfile.Replace {
	directories := map[string]bool{}
	for _, m := range modules {
		directories[m.Path] = true
	}
	var all []modfile.Replace
	for _, r := range was {
		if !directories[r.Old.Path] {
			all = append(all, *r)
		}
	}
	for _, m := range modules {
		all = append(all, modfile.Replace{Old: module.Version{Path: m.Path}, New: module.Version{Path: m.Dir}})
	}
	return all
}

// copyFile copies a file, if it is there.
func copyFile(to, from string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		if os.IsNotExist(err) {
			return nil
		}
		return err
	}
	return os.WriteFile(to, text, fs.FileMode(0o644))
}
