package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/renameio/v2"
)

// target is something to write.
type target struct {
	path   string // - for stdout
	format string
}

func (t target) isStdout() bool { return t.path == "-" }

func (t target) String() string {
	if t.isStdout() {
		return "stdout"
	}
	return t.path
}

// parseTargets checks all outputs before any work is done, against the formats
// that are allowed.
func parseTargets(paths []string, format string, allowed []string) ([]target, error) {
	if format != "" {
		if err := choice("format", format, allowed...); err != nil {
			return nil, err
		}
	}
	var targets []target
	seen := map[string]string{}
	for _, path := range paths {
		t, err := parseTarget(path, format, allowed)
		if err != nil {
			return nil, err
		}
		if first, ok := seen[t.place()]; ok {
			return nil, fmt.Errorf("--out %s: that is what --out %s writes already", path, first)
		}
		seen[t.place()] = path
		targets = append(targets, t)
	}
	return targets, nil
}

func parseTarget(path, format string, allowed []string) (target, error) {
	t := target{path, format}
	switch {
	case path == "":
		return t, errors.New("--out: the name is empty; give a file, or - for stdout")
	case t.isStdout():
		if format == "" {
			t.format = "dot"
		}
		return t, nil
	case format == "":
		t.format = strings.TrimPrefix(strings.ToLower(filepath.Ext(path)), ".")
		if !slices.Contains(allowed, t.format) {
			return t, fmt.Errorf("--out %s: the name does not end in one of .%s; rename it, or say --format", path, strings.Join(allowed, " ."))
		}
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return t, fmt.Errorf("--out %s: that is a directory; give a file in it", path)
	}
	dir := filepath.Dir(t.place())
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return t, withCode(exitWork, fmt.Errorf("--out %s: there is no directory %s; make it first", path, dir))
	}
	return t, nil
}

// place is the file that is really written: what a symbolic link points to.
func (t target) place() string {
	if t.isStdout() {
		return t.path
	}
	if real, err := filepath.EvalSymlinks(t.path); err == nil {
		return absolute(real)
	}
	return absolute(t.path)
}

func absolute(path string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		return filepath.Clean(path)
	}
	return abs
}

// write replaces the file as a whole, keeping its permissions. What is no
// regular file, such as a device, is written to.
func (t target) write(content []byte, stdout io.Writer) error {
	if t.isStdout() {
		_, err := stdout.Write(content)
		return err
	}
	place := t.place()
	if info, err := os.Stat(place); err == nil && !info.Mode().IsRegular() {
		if err := writeInto(place, content); err != nil {
			return fmt.Errorf("writing %s: %w", t.path, reason(err))
		}
		return nil
	}
	err := renameio.WriteFile(place, content, 0o644, renameio.WithExistingPermissions(), renameio.WithTempDir(filepath.Dir(place)))
	if err != nil {
		return fmt.Errorf("writing %s: %w; the file is as it was", t.path, reason(err))
	}
	return nil
}

func writeInto(path string, content []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Close())
}

// reason leaves out the names of temporary files.
func reason(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
