package rewrite

import (
	"cmp"
	"fmt"
	"go/token"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/chaintrace/chaintrace/trace/instrument/rule"
)

// runtimeName is what the injected package is called in a file that imports it.
const runtimeName = "chaintracert"

// Package is one package of a build.
type Package struct {
	ImportPath string
	Module     string // the path of the module that it is in
	Version    string // the module's version; empty where it has none
	Dir        string
	Files      []string // absolute paths of its Go files
	// Overlay names, for some files, others whose text is to be read instead. It may
	// be nil.
	Overlay map[string]string
}

// Result is what became of the rules in one package.
type Result struct {
	Files   []File  // only those that changed, in the order of their names
	Matched []Match // in the order of the rules
	Missed  []Miss  // likewise
}

// File is a file before and after.
type File struct {
	Path                string
	Original, Rewritten []byte
	Insertions          []Insertion // in the order of the file
}

// Match is a place where code was put in.
type Match struct {
	Rule, Anchor string
	Place        string // file:line, relative to the module
}

// Miss is a rule or an anchor for which the package has no place.
type Miss struct {
	Rule      string
	Required  bool   // the build cannot do without it
	Package   string // the import path
	Version   string // of the package's module
	File      string // where the function is, relative to the module; empty when there is none
	LookedFor []string
}

// String says it in a line.
func (m Miss) String() string {
	version := ""
	if m.Version != "" {
		version = " " + m.Version
	}
	in := ""
	if m.File != "" {
		in = m.File + ": "
	}
	return fmt.Sprintf("%s%s: %srule %s found no %s", m.Package, version, in, m.Rule, strings.Join(m.LookedFor, " and no "))
}

// Missed returns what the rules missed in a build of several packages: a rule that
// names several of them is missed only where none of them has a place for it.
func Missed(results []Result) []Miss {
	matched := map[string]bool{}
	for _, r := range results {
		for _, m := range r.Matched {
			matched[m.Rule] = true
		}
	}
	var missed []Miss
	for _, r := range results {
		for _, m := range r.Missed {
			if !matched[m.Rule] || m.File != "" {
				missed = append(missed, m)
			}
		}
	}
	return missed
}

// Rewrite applies the rules that name the package. runtime is the import path of
// the package that the code calls. The error is for a file that cannot be read or
// is no Go, before or after; what has no place in the package is no error but
// in the result.
func Rewrite(p Package, rules []rule.Rule, runtime string) (Result, error) {
	src, err := load(p)
	if err != nil {
		return Result{}, err
	}
	var result Result
	for _, r := range rule.Of(rules, p.ImportPath) {
		src.apply(r, &result)
	}
	for _, f := range src.files {
		if len(f.edits) == 0 {
			continue
		}
		rewritten, err := f.splice(runtime)
		if err != nil {
			return Result{}, err
		}
		result.Files = append(result.Files, rewritten)
	}
	return result, nil
}

// apply applies one rule.
func (s *source) apply(r rule.Rule, result *Result) {
	all := s.functions(r.Funcs)
	if all == nil {
		result.Missed = append(result.Missed, s.miss(r, "", "func "+strings.Join(r.Funcs, " or ")))
	}
	for _, fn := range all {
		s.applyTo(fn, r, result)
	}
}

// applyTo applies one rule to one function, whole or not at all.
func (s *source) applyTo(fn function, r rule.Rule, result *Result) {
	var matched []Match
	var edits []edit
	var missing, optional []string
	names := map[string]string{}
	for _, a := range r.Anchors {
		places, lookedFor := s.anchor(fn, a, names)
		switch {
		case lookedFor == "":
		case a.Optional:
			optional = append(optional, lookedFor)
		default:
			missing = append(missing, lookedFor)
		}
		if lookedFor != "" {
			continue
		}
		for _, group := range places {
			matched = append(matched, Match{r.ID, cmp.Or(a.ID, string(a.At)), s.place(fn.file, group[0].at)})
			edits = append(edits, group...)
		}
	}
	if missing != nil {
		result.Missed = append(result.Missed, s.miss(r, s.inModule(fn.file.path), missing...))
		return
	}
	if optional != nil {
		m := s.miss(r, s.inModule(fn.file.path), optional...)
		m.Required = false
		result.Missed = append(result.Missed, m)
	}
	result.Matched = append(result.Matched, matched...)
	for _, e := range edits {
		e.rule, e.source = r.ID, r.Source
		fn.file.edits = append(fn.file.edits, e)
	}
}

func (s *source) miss(r rule.Rule, file string, lookedFor ...string) Miss {
	return Miss{r.ID, r.Required, s.pkg.ImportPath, s.pkg.Version, file, lookedFor}
}

// inModule returns a file's path within its module.
func (s *source) inModule(file string) string {
	dir := strings.TrimPrefix(strings.TrimPrefix(s.pkg.ImportPath, s.pkg.Module), "/")
	return path.Join(dir, filepath.Base(file))
}

func (s *source) place(f *file, offset int) string {
	// Of the file itself, whatever a line directive says.
	line := s.set.PositionFor(f.syntax.FileStart+token.Pos(offset), false).Line
	return s.inModule(f.path) + ":" + strconv.Itoa(line)
}
