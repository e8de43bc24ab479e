package gobuild

import (
	"bufio"
	"errors"
	"io"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/chaintrace/chaintrace/trace/instrument/rewrite"
)

// standIns tells of the files that stand in for others in a build.
type standIns struct {
	names     *strings.Replacer       // puts the names that the user knows for theirs
	rewritten map[string]rewrite.File // by their names
	dir       string                  // what names are relative to
}

// newStandIns makes it of files' contents by path, and the files that an overlay puts
// in their place.
func (p *Plan) newStandIns(contents map[string][]byte, replace map[string]string) standIns {
	s := standIns{rewritten: map[string]rewrite.File{}, dir: p.command.dir}
	var names []string
	for path := range contents {
		names = append(names, replace[path], path)
		// The Go command shortens a name by that, if it can.
		if relative, err := filepath.Rel(s.dir, replace[path]); err == nil {
			names = append(names, relative, path)
		}
	}
	s.names = strings.NewReplacer(names...)
	for _, f := range p.files {
		s.rewritten[replace[f.Path]] = f
	}
	return s
}

// compilerPlace is how a complaint of the compiler begins. Far right in a line it
// has no column.
var compilerPlace = regexp.MustCompile(`^\s*(.+?):(\d+):(?:(\d+):)? `)

// explain returns a line of go build's with the names that the user knows, and behind it
// which rule has put in the code that is complained of, if one has.
func (s standIns) explain(line string) string {
	explained := s.names.Replace(line)
	place := compilerPlace.FindStringSubmatch(line)
	if place == nil {
		return explained
	}
	name := place[1]
	if !filepath.IsAbs(name) {
		name = filepath.Join(s.dir, name)
	}
	number, _ := strconv.Atoi(place[2])
	column, _ := strconv.Atoi(place[3])
	for _, inserted := range s.rewritten[name].InsertedAt(number, column) {
		what := "inserted by "
		if column == 0 {
			what = "in that line is code of "
		}
		explained = strings.TrimSuffix(explained, "\n") + "\n\t" + what + inserted.String() + "\n"
	}
	return explained
}

// follow reads go build's complaints, and passes them on but for the names of
// packages, unless the user asked for those.
func (p *Plan) follow(r io.Reader, files standIns) error {
	c := p.newCounter()
	verbose := find("v", p.options.Flags, nil)
	stderr := p.options.Stderr
	if stderr == nil {
		stderr = io.Discard
	}
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadString('\n')
		isPackage := c.compiled(strings.TrimSuffix(line, "\n"))
		if isPackage && p.options.Compiled != nil {
			p.options.Compiled(c.progress)
		}
		if line != "" && (!isPackage || verbose == "true") {
			if _, err := io.WriteString(stderr, files.explain(line)); err != nil {
				// The build goes on, and must not fill the pipe.
				stderr = io.Discard
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
