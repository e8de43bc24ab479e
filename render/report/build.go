package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/chaintrace/chaintrace/render"
)

var buildSchema = register[Build]("build/v1")

// Build is the answer of chaintrace build: what was instrumented, and what was not.
type Build struct {
	Schema   string         `json:"schema" jsonschema:"build/v1"`
	Module   string         `json:"module" jsonschema:"path of the main module"`
	Mode     string         `json:"mode" jsonschema:"how the build was made to see the insertions: overlay, module or workspace"`
	Built    bool           `json:"built" jsonschema:"whether it was built; false with --plan"`
	Packages []BuildPackage `json:"packages" jsonschema:"the packages of the build that rules name"`
	Missed   []BuildMiss    `json:"missed" jsonschema:"rules that found no place"`
	Counts   BuildCounts    `json:"counts" jsonschema:"totals"`
}

// BuildPackage is a package that rules name.
type BuildPackage struct {
	Package    string           `json:"package" jsonschema:"its import path"`
	Module     string           `json:"module" jsonschema:"path of its module"`
	Version    string           `json:"version,omitempty" jsonschema:"version of its module; left out for the main module"`
	Insertions []BuildInsertion `json:"insertions" jsonschema:"what was inserted"`
}

// BuildInsertion is an insertion.
type BuildInsertion struct {
	Rule   string `json:"rule" jsonschema:"the rule that asks for it"`
	Anchor string `json:"anchor" jsonschema:"what of the rule was found"`
	Place  string `json:"place" jsonschema:"where: file and line, within the module"`
}

// BuildMiss is a rule that found no place.
type BuildMiss struct {
	Rule      string   `json:"rule" jsonschema:"the rule"`
	Required  bool     `json:"required" jsonschema:"whether nothing is built without it"`
	Package   string   `json:"package" jsonschema:"import path of the package that was searched"`
	Version   string   `json:"version,omitempty" jsonschema:"version of its module; left out for the main module"`
	File      string   `json:"file,omitempty" jsonschema:"the file that was searched, if only one"`
	LookedFor []string `json:"looked_for" jsonschema:"what was looked for; any of it would have served"`
}

// BuildCounts are totals.
type BuildCounts struct {
	Packages   int `json:"packages" jsonschema:"packages with insertions"`
	Insertions int `json:"insertions" jsonschema:"insertions"`
	Missed     int `json:"missed" jsonschema:"rules that found no place in a package that they name"`
	Required   int `json:"required" jsonschema:"those among them that are required"`
}

// NewBuild starts the answer. Packages and misses are added by Add and Miss.
func NewBuild(module, mode string, built bool) *Build {
	return &Build{Schema: buildSchema, Module: module, Mode: mode, Built: built, Packages: []BuildPackage{}, Missed: []BuildMiss{}}
}

// Add adds a package and counts what it has.
func (a *Build) Add(p BuildPackage) {
	if p.Insertions == nil {
		p.Insertions = []BuildInsertion{}
	}
	a.Packages = append(a.Packages, p)
	if len(p.Insertions) > 0 {
		a.Counts.Packages++
	}
	a.Counts.Insertions += len(p.Insertions)
}

// Miss adds a rule that found no place.
func (a *Build) Miss(m BuildMiss) {
	a.Missed = append(a.Missed, m)
	a.Counts.Missed++
	if m.Required {
		a.Counts.Required++
	}
}

// WriteText writes a line for each package, and one for each rule that found no
// place.
func (a *Build) WriteText(w io.Writer, style Style) error {
	t := &Table{Columns: []Column{{Title: "INSERTED", Right: true}, {Title: "PACKAGE"}, {Title: "VERSION"}}}
	for _, p := range a.Packages {
		t.Row(Cell{Text: fmt.Sprint(len(p.Insertions))}, Cell{render.Printable(p.Package, 200), InkStrong}, Cell{Text: render.Printable(p.Version, 60)})
	}
	if err := t.Write(w, style); err != nil {
		return err
	}
	if len(a.Missed) > 0 {
		if _, err := io.WriteString(w, "\n"); err != nil {
			return err
		}
		if err := a.missed().Write(w, style); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "\n%s\n", a.summary())
	return err
}

// missed is the table of rules that found no place.
func (a *Build) missed() *Table {
	t := &Table{Columns: []Column{{Title: "NOT FOUND"}, {Title: "PACKAGE"}, {Title: "LOOKED FOR"}}}
	for _, m := range a.Missed {
		ink := InkWarn
		if m.Required {
			ink = InkBad
		}
		where := m.Package
		if m.File != "" {
			where = m.File + " of " + where
		}
		t.Row(Cell{render.Printable(m.Rule, 100), ink}, Cell{Text: render.Printable(where, 200)}, Cell{Text: render.Printable(strings.Join(m.LookedFor, ", "), 200)})
	}
	return t
}

// summary is the answer in a line.
func (a *Build) summary() string {
	done := "would be instrumented"
	if a.Built {
		done = "instrumented"
	}
	text := fmt.Sprintf("%s in %s %s", things(a.Counts.Insertions, "place"), things(a.Counts.Packages, "package"), done)
	if a.Counts.Missed > 0 {
		text += fmt.Sprintf("; %s found no place in this version, %d of them required", things(a.Counts.Missed, "rule"), a.Counts.Required)
	}
	return text
}
