package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// diffSide is what was read of a side of a diff.
type diffSide struct {
	name   string // of the flag
	starts []*startup.Startup
	inputs []string // that starts are from
	seen   map[[sha256.Size]byte]string
	stderr io.Writer
}

// side reads the starts of a side: with every, all that its inputs hold, else the
// latest.
func (f *diffFlags) side(cmd *cobra.Command, name string, inputs []string, every bool) ([]*startup.Startup, []string, error) {
	if !every {
		s, err := f.startup(cmd, inputs[0])
		return []*startup.Startup{s}, []string{inputName(inputs[0])}, err
	}
	side := &diffSide{name: name, seen: map[[sha256.Size]byte]string{}, stderr: cmd.ErrOrStderr()}
	var read []string
	for _, pattern := range inputs {
		expanded, err := expand(pattern)
		if err != nil {
			return nil, nil, err
		}
		for _, input := range expanded {
			if slices.Contains(read, input) && !isModelInput(input) {
				continue // two patterns match it
			}
			read = append(read, input)
			of, err := f.every(cmd, input)
			if err != nil {
				return nil, nil, err
			}
			if err := side.add(inputName(input), of); err != nil {
				return nil, nil, withCode(exitWork, fmt.Errorf("%s: %w", inputName(input), err))
			}
		}
	}
	return side.starts, side.inputs, nil
}

// add adds the starts of an input, but for those that are there already: they
// would count as starts of their own where there was one.
func (s *diffSide) add(input string, starts []*startup.Startup) error {
	copies, of := 0, ""
	for _, start := range starts {
		print, err := start.Fingerprint()
		if err != nil {
			return err
		}
		if first, known := s.seen[print]; known {
			copies, of = copies+1, first
			continue
		}
		s.seen[print] = input
		s.starts = append(s.starts, start)
	}
	switch {
	case copies == 1:
		fmt.Fprintf(s.stderr, "note: --%s: a start in %s is the same as one in %s; it counts once\n", s.name, input, of)
	case copies > 1:
		fmt.Fprintf(s.stderr, "note: --%s: %d starts in %s are the same as others, such as one in %s; they count once\n", s.name, copies, input, of)
	}
	if copies < len(starts) {
		s.inputs = append(s.inputs, input)
	}
	return nil
}

// expand returns the files that a pattern matches; what is no pattern, as it is. The
// name of a file is none, whatever is in it.
func expand(pattern string) ([]string, error) {
	if isModelInput(pattern) || pattern == "-" || inputName(pattern) != pattern {
		return []string{pattern}, nil
	}
	if _, err := os.Stat(pattern); err == nil {
		return []string{pattern}, nil
	}
	found, err := filepath.Glob(pattern)
	if err != nil {
		return nil, withCode(exitUsage, fmt.Errorf("%s: the pattern is malformed: write \\[ for [", pattern))
	}
	if len(found) == 0 {
		return []string{pattern}, nil // opening it tells what is wrong
	}
	return found, nil
}

// every reads all starts that an input holds. Traces that are none are passed by
// as long as there is a start.
func (f *diffFlags) every(cmd *cobra.Command, name string) ([]*startup.Startup, error) {
	var starts []*startup.Startup
	none := startup.ErrNoChain
	add := func(t *trace.Trace) {
		for _, one := range t.Split() {
			s, err := startup.FromTrace(one)
			if err != nil {
				none = err
				continue
			}
			starts = append(starts, s)
		}
	}
	if err := f.readEvery(cmd, name, add); err != nil {
		return nil, err
	}
	if len(starts) == 0 {
		return nil, withCode(exitWork, fmt.Errorf("%s: %w", inputName(name), none))
	}
	return starts, nil
}

// readEvery reads all traces of an input: of a search in a Jaeger that names no limit
// not only those of the first answer.
func (f *diffFlags) readEvery(cmd *cobra.Command, name string, add func(t *trace.Trace)) error {
	if isSearch(name) {
		search := f.input
		search.keep = func(*trace.Span) bool { return true }
		return search.readPages(cmd.Context(), name, cmd.ErrOrStderr(), add)
	}
	t, err := f.input.readAll(cmd.Context(), name, cmd.InOrStdin(), cmd.ErrOrStderr())
	if err == nil {
		add(t)
	}
	return err
}
