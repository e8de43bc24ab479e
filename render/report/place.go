package report

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/mod/module"
)

// The bases of places.
const (
	baseModules = "GOMODCACHE"
	baseSources = "SRCROOT"
)

// baseMeaning says where the bases are.
var baseMeaning = map[string]string{
	baseModules: "Go's module cache, which go env GOMODCACHE names",
	baseSources: "the root of the server's own source",
}

// place is a place in the source, as a URI has it.
type place struct {
	uri       string
	base      string // "" for an absolute uri
	line, end int    // 0 when unknown; end is at least line
}

// placeForm is [module@version/]path/file.ext[:line[-line]].
var placeForm = regexp.MustCompile(`^([^:\s]+\.[A-Za-z0-9]+)(?::(\d{1,9})(?:-(\d{1,9}))?(?::\d+)?)?$`)

// parsePlace reads a source place out of a trace.
func parsePlace(source string) (place, bool) {
	m := placeForm.FindStringSubmatch(source)
	if m == nil {
		return place{}, false
	}
	p := place{base: baseSources}
	p.line, _ = strconv.Atoi(m[2]) // "" is 0
	p.end, _ = strconv.Atoi(m[3])
	p.end = max(p.end, p.line)
	path := m[1]
	switch name, rest, ok := strings.Cut(path, "@"); {
	case strings.HasPrefix(path, "/"):
		return place{(&url.URL{Scheme: "file", Path: path}).String(), "", p.line, p.end}, true
	case ok:
		version, file, _ := strings.Cut(rest, "/")
		p.base = baseModules
		// The cache spells capitals out.
		if escaped, err := module.EscapePath(name); err == nil {
			name = escaped
		}
		if escaped, err := module.EscapeVersion(version); err == nil {
			version = escaped
		}
		path = name + "@" + version + "/" + file
	}
	p.uri = (&url.URL{Path: path}).EscapedPath()
	return p, true
}
