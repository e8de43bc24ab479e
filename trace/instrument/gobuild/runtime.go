package gobuild

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/chaintrace/chaintrace/trace/instrument"
)

// runtimePackage is the package that insertions call.
type runtimePackage struct {
	importPath string
	dir        string // where the build finds it; it does not exist
}

// runtimeName is the name of the runtime package's directory.
const runtimeName = "chaintracert"

// newRuntimePackage places the runtime package in the main module. Where that is
// internal to others, so that packages of other modules may not import its packages,
// it goes to the standard library. (Go 1.21 and older look for that on disk alone, and
// say so.)
func newRuntimePackage(main goModule, goroot string) (runtimePackage, error) {
	p := runtimePackage{path.Join(main.Path, runtimeName), filepath.Join(main.Dir, runtimeName)}
	if slices.Contains(strings.Split(main.Path, "/"), "internal") {
		p = runtimePackage{runtimeName, filepath.Join(goroot, "src", runtimeName)}
	}
	if _, err := os.Lstat(p.dir); err == nil {
		return p, fmt.Errorf("%s is there already, and the build needs that name for the package that records spans: give it another", p.dir)
	}
	return p, nil
}

// runtimeFiles returns the files of the runtime package by their paths, at none of
// which there is a file.
func (p *Plan) runtimeFiles() map[string][]byte {
	versions := map[string]string{}
	for _, pkg := range p.list {
		if m := pkg.Module; m != nil {
			versions[m.Path] = m.version()
		}
	}
	files := map[string][]byte{}
	for name, content := range instrument.RuntimeFiles() {
		files[filepath.Join(p.runtime.dir, name)] = content
	}
	name, content := instrument.ModulesFile(versions, p.options.Version)
	files[filepath.Join(p.runtime.dir, name)] = content
	return files
}
