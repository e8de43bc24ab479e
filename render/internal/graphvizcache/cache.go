// Package graphvizcache gives go-graphviz a place of its own for what it keeps
// between processes.
//
// When it is initialised, go-graphviz compiles Graphviz from WebAssembly and
// keeps the machine code in a directory of a fixed name in the directory for
// temporary files. Where that is shared, another user's directory of this name
// makes it panic before main begins, and whatever lies in it is run. It can
// only be told otherwise through the environment, and only before it is
// initialised: this package imports next to nothing and its path sorts before
// go-graphviz's, so by the order that the Go language promises it comes first.
package graphvizcache

import (
	"io/fs"
	"os"
	"path/filepath"
)

// variable is where os.TempDir looks first on the systems that have it.
const variable = "TMPDIR"

// original is what the variable was before this package was initialised. That
// changing it is this package's initialisation is the point of the package.
var original, wasSet = redirect()

// redirect points the variable at the user's own cache directory, or at
// nothing when that cannot be used: then nothing is kept, and every process
// compiles anew.
func redirect() (string, bool) {
	value, set := os.LookupEnv(variable)
	dir, err := directory()
	if err != nil {
		dir = filepath.Join(os.DevNull, "no-cache")
	}
	_ = os.Setenv(variable, dir) // fails for names and values that these are not
	return value, set
}

// Restore gives the environment back what it was. Whoever imports go-graphviz
// calls it once that is initialised.
func Restore() bool {
	if wasSet {
		return os.Setenv(variable, original) == nil
	}
	return os.Unsetenv(variable) == nil
}

// directory returns the user's own cache directory for this program, made when
// it is not there. All that is in it must be readable, as go-graphviz panics
// when it cannot read what it finds.
func directory() (string, error) {
	caches, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(caches, "chaintrace")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	return dir, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		return f.Close()
	})
}
