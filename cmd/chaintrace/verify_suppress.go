package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/trace/jaeger"
	"github.com/chaintrace/chaintrace/trace/startup/verify"
)

// readSuppressions reads the file of --suppress, if there is one.
func readSuppressions(file string) (verify.Suppressions, error) {
	if file == "" {
		return nil, nil
	}
	in, err := os.Open(file)
	if err != nil {
		return nil, withCode(exitWork, fmt.Errorf("--suppress %s: %w", file, reason(err)))
	}
	defer in.Close()
	list, err := verify.ReadSuppressions(in, file)
	var malformed *verify.FileError
	if errors.As(err, &malformed) {
		return nil, withCode(exitUsage, err)
	}
	return list, withCode(exitWork, err)
}

// tellSuppressions warns of suppressions that have no effect.
func tellSuppressions(w io.Writer, file string, suppressed *verify.Suppressed) {
	for _, s := range suppressed.Expired {
		fmt.Fprintf(w, "warning: %s:%d: %s holds no longer: it expired after %s\n", file, s.Line, render.Printable(s.String(), 120), s.Expires.Format("2006-01-02"))
	}
	for _, s := range suppressed.Unused {
		fmt.Fprintf(w, "warning: %s:%d: %s accepts nothing that is found here; take it out\n", file, s.Line, render.Printable(s.String(), 120))
	}
}

// starterReason stands in the entries of a file that --write-suppressions begins.
const starterReason = "found when this file was begun; say here why it is accepted"

// writeSuppressions writes a file that accepts the findings that nothing accepts
// yet, if it has a name.
func writeSuppressions(w io.Writer, file string, suppressed *verify.Suppressed) error {
	if file == "" {
		return nil
	}
	var list verify.Suppressions
	seen := map[string]bool{}
	for i, f := range suppressed.Findings {
		s := f.Suppress(starterReason)
		if accepts := fmt.Sprintf("%s %q %q", s.Rule.Code, s.Server, s.Name); suppressed.By[i] == nil && !seen[accepts] {
			seen[accepts] = true
			list = append(list, s)
		}
	}
	out, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	switch {
	case errors.Is(err, fs.ErrExist):
		return withCode(exitUsage, fmt.Errorf("--write-suppressions %s: the file is there already; give another name, and add what you want from it", file))
	case err != nil:
		return withCode(exitWork, fmt.Errorf("--write-suppressions %s: %w", file, reason(err)))
	}
	err = list.Write(out)
	if err := errors.Join(err, out.Close()); err != nil {
		return withCode(exitWork, fmt.Errorf("--write-suppressions %s: %w", file, reason(err)))
	}
	entries := "entries"
	if len(list) == 1 {
		entries = "entry"
	}
	fmt.Fprintf(w, "wrote %s with %d %s; say in each why it is accepted\n", file, len(list), entries)
	return nil
}

// inputURI names an input as a URI: of a file, or of a description that the model
// runs, that file's, relative if its name is.
func inputURI(name string) string {
	switch {
	case name == "-":
		return "stdin"
	case jaeger.IsAddress(name):
		return inputName(name)
	case strings.HasPrefix(name, presetInput):
		preset, _, _ := strings.Cut(strings.TrimPrefix(name, presetInput), "?")
		return presetInput + url.PathEscape(preset)
	case strings.HasPrefix(name, chainInput):
		name, _, _ = strings.Cut(strings.TrimPrefix(name, chainInput), "?")
	}
	u := url.URL{Path: filepath.ToSlash(name)}
	if filepath.IsAbs(name) {
		u.Scheme = "file"
	}
	return u.String()
}
