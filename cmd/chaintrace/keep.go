package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/chaintrace/chaintrace/trace"
)

// kept says where a trace is that was not sent.
type kept struct {
	file  string
	flags []string // of send, to send that trace
}

// keepTrace writes a trace to a new file in the working directory, or else in
// that for temporary files.
func keepTrace(t *trace.Trace) (kept, error) {
	var content bytes.Buffer
	if err := trace.WriteJSON(&content, t); err != nil {
		return kept{}, err
	}
	base := "chaintrace"
	if all := t.Summaries(); len(all) > 0 {
		base += "-" + all[0].ID.String()
	}
	file, err := writeNew("", base, content.Bytes())
	if err == nil {
		return kept{file: file}, nil
	}
	file, tempErr := writeElsewhere(base, content.Bytes())
	if tempErr != nil {
		return kept{}, fmt.Errorf("%w; and elsewhere: %w", err, tempErr)
	}
	return kept{file: file}, nil
}

// writeElsewhere writes content to a file in a directory of its own, since in
// the one for temporary files others could have put a link by that name.
func writeElsewhere(base string, content []byte) (string, error) {
	dir, err := os.MkdirTemp("", "chaintrace-")
	if err != nil {
		return "", err
	}
	file, err := writeNew(dir, base, content)
	if err != nil {
		_ = os.Remove(dir) // it is empty
		return "", err
	}
	return file, nil
}

// writeNew writes content to the first of base.json, base-2.json, … that is not
// there yet, or holds just that. Traces with one ID need not be the same: those
// of one job have the job's.
func writeNew(dir, base string, content []byte) (string, error) {
	for n := 1; ; n++ {
		name := base + ".json"
		if n > 1 {
			name = fmt.Sprintf("%s-%d.json", base, n)
		}
		name = filepath.Join(dir, name)
		f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
		if errors.Is(err, fs.ErrExist) {
			if old, err := os.ReadFile(name); err == nil && bytes.Equal(old, content) {
				return name, nil
			}
			continue
		}
		if err != nil {
			return "", fmt.Errorf("writing %s: %w", name, reason(err))
		}
		err = errors.Join(f.Close(), target{path: name}.write(content, nil))
		if err != nil {
			_ = os.Remove(name) // it is empty
			return "", err
		}
		return name, nil
	}
}

// savedTrace returns the file, of those that were written, that holds the trace
// and can be read again.
func savedTrace(targets []target) (kept, bool) {
	for _, t := range targets {
		if t.format.Kept && isRegular(t.path) {
			return kept{file: t.path}, true
		}
	}
	return kept{}, false
}

// isRegular reports whether the path is that of a regular file, or of a link
// to one.
func isRegular(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

var plainWord = regexp.MustCompile(`^[\w./:@%+=,\[\]-]+$`)

// shellWord quotes a word of a command line if a shell needs that.
func shellWord(s string) string {
	if plainWord.MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
