package gobuild

import (
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/chaintrace/chaintrace/trace/instrument/rewrite"
	"github.com/chaintrace/chaintrace/trace/instrument/rule"
)

// Mode says where the files lie that are rewritten, which decides how the build
// gets to see them; see the package's documentation.
type Mode string

// The modes.
const (
	ModeOverlay   Mode = "overlay"   // none lies in the module cache
	ModeModule    Mode = "module"    // some lie in the module cache
	ModeWorkspace Mode = "workspace" // the same, in a workspace
)

// Plan is a build that is ready to run. It must not be used by several goroutines at
// the same time.
type Plan struct {
	GoVersion string // of the toolchain, such as go1.26.8
	Module    string // path of the main module
	Mode      Mode
	Packages  []Package // those of the build that rules name, in the order of go list
	Missed    []rewrite.Miss

	options Options
	tags    string // all of the build's, Tag included
	modfile string // what -modfile names, if anything
	mod     string // the value of -mod, if any
	command *goCommand
	env     environment
	main    goModule // the main module, or that of a workspace
	list    []goPackage
	overlay map[string]string // the user's own
	runtime runtimePackage
	files   []rewrite.File
}

// Package is a package that rules name, and what became of them there.
type Package struct {
	ImportPath string // of a program whose files are named, that of their directory
	Module     string
	Version    string // of the module; empty for the main module
	Result     rewrite.Result

	listed string // what the Go command calls it
}

// Prepare finds out what is in a build and what to insert where. Nothing is
// built, and nothing written but temporary files. What a rule requires and a package lacks is no error yet: see
// Plan.Missing.
func Prepare(ctx context.Context, o Options) (*Plan, error) {
	if dir := find("C", o.Flags, nil); dir != "" {
		if !filepath.IsAbs(dir) {
			dir = filepath.Join(o.Dir, dir)
		}
		o.Dir, o.Flags = dir, without(o.Flags, "C")
	}
	if len(o.Packages) == 0 {
		o.Packages = []string{"."}
	}
	command, err := findGo(o.Dir, o.Env, o.Stderr)
	if err != nil {
		return nil, err
	}
	p := &Plan{options: o, command: command}
	if p.env, err = command.environment(ctx); err != nil {
		return nil, err
	}
	p.GoVersion = p.env.GOVERSION
	if err := p.load(ctx); err != nil {
		return nil, err
	}
	return p, p.rewrite()
}

// load asks the Go command for what is in the build.
func (p *Plan) load(ctx context.Context) error {
	fromEnv, err := parseGOFLAGS(p.env.GOFLAGS)
	if err != nil {
		return err
	}
	if isOn(find("cover", p.options.Flags, fromEnv)) || find("coverpkg", p.options.Flags, fromEnv) != "" || find("covermode", p.options.Flags, fromEnv) != "" {
		return ErrCover
	}
	// Go takes them separated by spaces as well.
	tags := strings.FieldsFunc(find("tags", p.options.Flags, fromEnv), func(r rune) bool { return r == ',' || r == ' ' })
	p.tags = strings.Join(append(tags, Tag), ",")
	if p.overlay, err = readOverlay(find("overlay", p.options.Flags, fromEnv), p.command.dir); err != nil {
		return err
	}
	if p.modfile = find("modfile", p.options.Flags, fromEnv); p.modfile != "" && !filepath.IsAbs(p.modfile) {
		p.modfile = filepath.Join(p.command.dir, p.modfile)
	}
	p.mod = find("mod", p.options.Flags, fromEnv)
	flags := append(without(p.options.Flags, "tags"), Flag{"tags", p.tags})
	if err := p.ask(ctx, flags); err != nil {
		return err
	}
	p.Module = p.main.Path
	p.runtime, err = newRuntimePackage(p.main, p.env.GOROOT)
	return err
}

// serverPackage is in every API server. What else rules name, such as go-restful,
// others have too.
const serverPackage = "k8s.io/apiserver/pkg/server"

// rewrite makes the insertions in memory.
func (p *Plan) rewrite() error {
	own := p.ownRules()
	rules := own
	if slices.ContainsFunc(p.list, func(pkg goPackage) bool { return pkg.ImportPath == serverPackage }) {
		rules = slices.Concat(p.options.Server, own)
	}
	named := map[string]bool{}
	for _, path := range rule.Packages(rules) {
		named[path] = true
	}
	var results []rewrite.Result
	for _, pkg := range p.list {
		module := p.module(pkg)
		if !named[p.importPath(pkg)] || module == nil {
			continue
		}
		in := rewrite.Package{ImportPath: p.importPath(pkg), Module: module.Path, Version: module.version(), Dir: pkg.Dir, Overlay: p.overlay}
		for _, name := range slices.Concat(pkg.GoFiles, pkg.CgoFiles) {
			in.Files = append(in.Files, filepath.Join(pkg.Dir, name))
		}
		result, err := rewrite.Rewrite(in, rules, p.runtime.importPath)
		if err != nil {
			return fmt.Errorf("%s: %w", pkg.ImportPath, err)
		}
		results = append(results, result)
		p.files = append(p.files, result.Files...)
		p.Packages = append(p.Packages, Package{in.ImportPath, in.Module, in.Version, result, pkg.ImportPath})
	}
	p.Missed = append(rewrite.Missed(results), p.absent(own)...)
	if len(p.files) == 0 {
		return p.nothing()
	}
	p.Mode = ModeOverlay
	for _, f := range p.files {
		if within(f.Path, p.env.GOMODCACHE) {
			p.Mode = ModeModule
			if p.env.GOWORK != "" {
				p.Mode = ModeWorkspace
			}
		}
	}
	return nil
}

// nothing is the error of a build without anything to insert.
func (p *Plan) nothing() error {
	what := strings.Join(p.options.Packages, " ")
	err := fmt.Errorf("%s: the rules match nothing in the packages that they name", what)
	if len(p.Packages) == 0 {
		err = fmt.Errorf("%s: none of this build's %d packages is known: it is no API server on k8s.io/apiserver, or needs rules of its own (--rules, --span)", what, len(p.list))
	}
	return errors.Join(err, missing(p.Missed))
}

// version returns the version of the code that is used for a module.
func (m *goModule) version() string {
	if m.Replace != nil && m.Replace.Version != "" {
		return m.Replace.Version
	}
	return m.Version
}

// Missing returns an error that joins a MissingError for each required place of
// insertion that the build lacks, or nil.
func (p *Plan) Missing() error {
	return missing(slices.DeleteFunc(slices.Clone(p.Missed), func(m rewrite.Miss) bool { return !m.Required }))
}

func missing(misses []rewrite.Miss) error {
	var all []error
	for _, m := range misses {
		all = append(all, &MissingError{m})
	}
	return errors.Join(all...)
}

// MissingError says that a place of insertion is missing.
type MissingError struct {
	Miss rewrite.Miss
}

// Error names version and file, and what was looked for.
func (e *MissingError) Error() string { return e.Miss.String() }

// Len returns the number of packages in the build, the one that insertions call
// included.
func (p *Plan) Len() int { return len(p.list) + 1 }

// Dry reports whether the build is only to be shown, by go build's -n.
func (p *Plan) Dry() bool { return isOn(find("n", p.options.Flags, nil)) }

// Diffs returns each file's insertions as a unified diff.
func (p *Plan) Diffs() ([]string, error) {
	var all []string
	for _, pkg := range p.Packages {
		for _, f := range pkg.Result.Files {
			diff, err := rewrite.Diff(f, path.Join(pkg.ImportPath, filepath.Base(f.Path)))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", f.Path, err)
			}
			all = append(all, diff)
		}
	}
	return all, nil
}
