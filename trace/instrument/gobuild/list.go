package gobuild

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// goModule is a module as go list describes it.
type goModule struct {
	Path    string
	Version string
	Main    bool
	Dir     string
	GoMod   string // the go.mod that is used for it
	Replace *goModule
}

// goPackage is a package as go list describes it.
type goPackage struct {
	ImportPath string
	Name       string
	Dir        string
	Standard   bool
	DepOnly    bool // it is in the build only since others import it
	Module     *goModule
	GoFiles    []string
	CgoFiles   []string
	Imports    []string
}

// buildList lists the packages of a build, those that are imported before those
// that import them.
func (g *goCommand) buildList(ctx context.Context, flags []Flag, packages []string) ([]goPackage, error) {
	args := []string{"list", "-deps", "-json=ImportPath,Name,Dir,Standard,DepOnly,Module,GoFiles,CgoFiles,Imports"}
	for _, f := range flags {
		if !notForList[f.Name] {
			args = append(args, f.String())
		}
	}
	out, err := g.output(ctx, append(append(args, "--"), packages...)...)
	if err != nil {
		return nil, err
	}
	list, err := decodeAll[goPackage](out)
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	list = withoutVariants(list)
	return list, checkMain(list)
}

// withoutVariants returns each package once, by its import path. Of packages that are
// compiled by the profiles of several programs, the list has one for each of those, with
// the program's path behind it: "example.com/pkg [example.com/program]".
func withoutVariants(list []goPackage) []goPackage {
	seen := map[string]bool{}
	var once []goPackage
	for _, p := range list {
		p.ImportPath = withoutProgram(p.ImportPath)
		if seen[p.ImportPath] {
			continue
		}
		seen[p.ImportPath] = true
		for i, imported := range p.Imports {
			p.Imports[i] = withoutProgram(imported)
		}
		once = append(once, p)
	}
	return once
}

func withoutProgram(importPath string) string {
	importPath, _, _ = strings.Cut(importPath, " [")
	return importPath
}

// checkMain checks that a program is built.
func checkMain(list []goPackage) error {
	var other string
	for _, p := range list {
		if p.DepOnly {
			continue
		}
		if p.Name == "main" {
			return nil
		}
		other = p.ImportPath
	}
	if other == "" {
		return errors.New("there is no package to build")
	}
	return fmt.Errorf("%s is not a main package; name the one of your server, such as ./cmd/apiserver", other)
}

// mainModule returns the main module, or of a workspace's the one that holds the
// current directory, or the first.
func (g *goCommand) mainModule(ctx context.Context, flags []Flag) (goModule, error) {
	args := []string{"list", "-m", "-json=Path,Dir,Main"}
	for _, f := range flags {
		if f.Name == "modfile" || f.Name == "mod" || f.Name == "overlay" {
			args = append(args, f.String())
		}
	}
	out, err := g.output(ctx, args...)
	if err != nil {
		return goModule{}, err
	}
	modules, err := decodeAll[goModule](out)
	if err != nil {
		return goModule{}, fmt.Errorf("go list -m: %w", err)
	}
	var found *goModule
	for i, m := range modules {
		if m.Dir == "" || found != nil && !(within(g.dir, m.Dir) && len(m.Dir) > len(found.Dir)) {
			continue
		}
		if found == nil || within(g.dir, m.Dir) {
			found = &modules[i]
		}
	}
	if found == nil {
		return goModule{}, errors.New("go list -m: no main module has a directory")
	}
	return *found, nil
}

// decodeAll decodes values that follow each other.
func decodeAll[T any](text []byte) ([]T, error) {
	var values []T
	decoder := json.NewDecoder(bytes.NewReader(text))
	for {
		var v T
		err := decoder.Decode(&v)
		if errors.Is(err, io.EOF) {
			return values, nil
		}
		if err != nil {
			return nil, err
		}
		values = append(values, v)
	}
}

// within reports whether a path is a directory or lies in it. Both are absolute.
func within(path, dir string) bool {
	rest, ok := strings.CutPrefix(path, dir)
	return ok && (rest == "" || strings.HasSuffix(dir, string(filepath.Separator)) || rest[0] == filepath.Separator)
}
