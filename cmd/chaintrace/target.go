package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"
	"golang.org/x/term"

	"github.com/chaintrace/chaintrace/render/format"
)

// target is something to write.
type target struct {
	path   string // - for stdout
	format format.Format
	packed bool // by gzip
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
func parseTargets(paths []string, name string, allowed []format.Format) ([]target, error) {
	var all format.Format // the zero Format where each file's name tells its own
	if name != "" {
		var err error
		if all, err = format.Find(name, allowed); err != nil {
			return nil, fmt.Errorf("--format: %w", err)
		}
	}
	var targets []target
	seen := map[string]string{}
	for _, path := range paths {
		t, err := parseTarget(path, all, allowed)
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

func parseTarget(path string, all format.Format, allowed []format.Format) (target, error) {
	t := target{path: path, format: all}
	switch {
	case path == "":
		return t, errors.New("--out: the name is empty; give a file, or - for stdout")
	case t.isStdout():
		if all.Name == "" {
			t.format = allowed[0]
		}
		return t, nil
	case all.Name == "":
		var err error
		if t.format, t.packed, err = format.OfFile(path, allowed); err != nil {
			return t, fmt.Errorf("--out %s: %w; rename it, or say --format", path, err)
		}
	default:
		t.packed = !all.Packed && strings.HasSuffix(strings.ToLower(path), format.Gzip)
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

// terminal returns the terminal that the target is, or nil.
func (t target) terminal(stdout io.Writer) *os.File {
	file, ok := stdout.(*os.File)
	if !t.isStdout() || !ok || !term.IsTerminal(int(file.Fd())) {
		return nil
	}
	return file
}

// width returns how many characters a line of the target has room for; 0 where
// nothing limits it.
func (t target) width(stdout io.Writer) int {
	file := t.terminal(stdout)
	if file == nil {
		return 0
	}
	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// refuseTerminal returns an error where binary output would go to a terminal.
func refuseTerminal(targets []target, stdout io.Writer) error {
	for _, t := range targets {
		if t.format.Binary && t.terminal(stdout) != nil {
			return fmt.Errorf("--out -: %s is binary, and stdout is a terminal; redirect it, or give a file", t.format.Name)
		}
	}
	return nil
}

// content returns what draw writes, packed where the target wants that.
func (t target) content(draw func(w io.Writer) error) ([]byte, error) {
	var b bytes.Buffer
	if !t.packed {
		err := draw(&b)
		return b.Bytes(), err
	}
	z := gzip.NewWriter(&b)
	err := errors.Join(draw(z), z.Close())
	return b.Bytes(), err
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
