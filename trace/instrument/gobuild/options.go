package gobuild

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/chaintrace/chaintrace/trace/instrument/rule"
)

// Tag is the build tag that every instrumented binary is built with. It stands
// among the build settings that go version -m shows and that package
// debug/buildinfo reads.
const Tag = "chaintrace"

// ErrCover is the error of a build that is to count what is covered.
var ErrCover = errors.New("-cover: Go counts in the files on disk, without the insertions; build without -cover, -covermode and -coverpkg")

// Options say what to build, and how.
type Options struct {
	Dir      string      // where to run the Go command; the working directory when empty
	Env      []string    // its environment, NAME=VALUE; that of the process when nil
	Flags    []Flag      // flags of go build
	Packages []string    // what to build, as for go build; the package in Dir when empty
	Rules    []rule.Rule // what to insert; the package main is the program that is built
	Server   []rule.Rule // the same, but only where k8s.io/apiserver/pkg/server is in the build; no ID is twice
	Version  string      // of chaintrace, for the traces that the program writes

	Stdout io.Writer // go build's standard output
	Stderr io.Writer // what go build complains of, and which modules are downloaded
	// Compiled is told, one call at a time, of each package that is compiled. It
	// may be nil.
	Compiled func(Progress)
}

// Progress says how far a build is.
type Progress struct {
	Package string // import path of the package whose compilation begins
	Program bool   // it is a main package: linking follows
	Done    int    // how many have been begun, this one included
	// AtMost is how many there can be: those that hold insertions or depend on such,
	// and all of the build once one is compiled that does not.
	AtMost int
}

// Flag is a flag of go build.
type Flag struct {
	Name  string // without dash
	Value string // "true" for a switch that is given without a value
}

// String writes the flag as an argument.
func (f Flag) String() string { return "-" + f.Name + "=" + f.Value }

// IsSwitch reports whether go build has a flag of that name that needs no value,
// and whether it has the flag at all.
func IsSwitch(name string) (isSwitch, known bool) {
	isSwitch, known = goFlags[name]
	return isSwitch, known
}

// goFlags are the flags of go build: whether they are switches.
var goFlags = map[string]bool{
	"a": true, "n": true, "v": true, "x": true, "work": true, "json": true,
	"race": true, "msan": true, "asan": true, "cover": true, "linkshared": true,
	"modcacherw": true, "trimpath": true, "buildvcs": true,
	"C": false, "o": false, "p": false, "covermode": false, "coverpkg": false,
	"asmflags": false, "buildmode": false, "compiler": false, "gccgoflags": false,
	"gcflags": false, "installsuffix": false, "ldflags": false, "mod": false,
	"modfile": false, "overlay": false, "pgo": false, "pkgdir": false, "tags": false,
	"toolexec": false, "debug-actiongraph": false, "debug-runtime-trace": false,
	"debug-trace": false,
}

// GoFlags lists the names of go build's flags, in no order.
func GoFlags() []string {
	var names []string
	for name := range goFlags {
		names = append(names, name)
	}
	return names
}

// notForList are flags that say how go build works, not what it builds.
var notForList = map[string]bool{
	"a": true, "n": true, "v": true, "x": true, "work": true, "json": true, "o": true,
	"debug-actiongraph": true, "debug-runtime-trace": true, "debug-trace": true,
}

// find returns the value of the last flag of a name, or of that in GOFLAGS.
func find(name string, flags, fromEnv []Flag) string {
	value := ""
	for _, f := range append(append([]Flag{}, fromEnv...), flags...) {
		if f.Name == name {
			value = f.Value
		}
	}
	return value
}

// isOn reports whether the value of a switch turns it on.
func isOn(value string) bool {
	on, err := strconv.ParseBool(value)
	return err == nil && on
}

// parseGOFLAGS reads flags as GOFLAGS holds them: separated by spaces, each of
// which may be quoted.
func parseGOFLAGS(text string) ([]Flag, error) {
	var flags []Flag
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimSpace(text) {
		word, rest := text, ""
		if q := text[0]; q == '"' || q == '\'' {
			end := strings.IndexByte(text[1:], q)
			if end < 0 {
				return nil, fmt.Errorf("GOFLAGS: %s has no closing quote", text)
			}
			word, rest = text[1:1+end], text[2+end:]
		} else if end := strings.IndexAny(text, " \t\r\n"); end >= 0 {
			word, rest = text[:end], text[end:]
		}
		text = rest
		name, value, given := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(word, "-"), "-"), "=")
		if !given {
			value = "true"
		}
		flags = append(flags, Flag{name, value})
	}
	return flags, nil
}

// without returns the flags that have none of the names.
func without(flags []Flag, names ...string) []Flag {
	var kept []Flag
next:
	for _, f := range flags {
		for _, name := range names {
			if f.Name == name {
				continue next
			}
		}
		kept = append(kept, f)
	}
	return kept
}

// arguments writes flags as arguments.
func arguments(flags []Flag) []string {
	args := make([]string, len(flags))
	for i, f := range flags {
		args[i] = f.String()
	}
	return args
}
