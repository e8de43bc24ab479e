package chain

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// PathRecorderMux routes by path: an exact one first, then the prefix with the
// most slashes (of those the longest), then NotFound. It mirrors
// k8s.io/apiserver/pkg/server/mux.PathRecorderMux. A path that is handled again
// goes to the later handler, as upstream's does.
//
// It is safe for concurrent use.
type PathRecorderMux struct {
	server string // for hops

	mu       sync.RWMutex
	exact    map[string]http.Handler
	prefixes []prefixHandler // in the order in which they are tried
	listed   map[string]bool
	notFound http.Handler
}

type prefixHandler struct {
	prefix  string
	handler http.Handler
}

// NewPathRecorderMux returns a mux that answers 404 to everything. The name is
// the server's, for hops.
func NewPathRecorderMux(server string) *PathRecorderMux {
	return &PathRecorderMux{
		server:   server,
		exact:    map[string]http.Handler{},
		listed:   map[string]bool{},
		notFound: http.NotFoundHandler(),
	}
}

// NotFoundHandler sets what answers paths that nothing else does.
func (m *PathRecorderMux) NotFoundHandler(h http.Handler) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.notFound = h
}

// Handle routes an exact path and lists it. It reports whether the path was
// handled before.
func (m *PathRecorderMux) Handle(path string, h http.Handler) (replaces bool) {
	return m.handle(path, h, true)
}

// UnlistedHandle is Handle without listing the path.
func (m *PathRecorderMux) UnlistedHandle(path string, h http.Handler) (replaces bool) {
	return m.handle(path, h, false)
}

// HandlePrefix routes all paths that begin with prefix, which ends in a slash,
// and lists it. It reports whether the prefix was handled before.
func (m *PathRecorderMux) HandlePrefix(prefix string, h http.Handler) (replaces bool) {
	return m.handlePrefix(prefix, h, true)
}

// UnlistedHandlePrefix is HandlePrefix without listing the prefix.
func (m *PathRecorderMux) UnlistedHandlePrefix(prefix string, h http.Handler) (replaces bool) {
	return m.handlePrefix(prefix, h, false)
}

func (m *PathRecorderMux) handle(path string, h http.Handler, listed bool) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, replaces := m.exact[path]
	m.exact[path] = h
	if listed {
		m.listed[path] = true
	}
	return replaces
}

func (m *PathRecorderMux) handlePrefix(prefix string, h http.Handler, listed bool) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if listed {
		m.listed[prefix] = true
	}
	entry := prefixHandler{prefix, h}
	i, found := slices.BinarySearchFunc(m.prefixes, entry, comparePrefixes)
	if found {
		m.prefixes[i] = entry
		return true
	}
	m.prefixes = slices.Insert(m.prefixes, i, entry)
	return false
}

// comparePrefixes puts the prefix that is tried first first.
func comparePrefixes(a, b prefixHandler) int {
	return cmp.Or(
		cmp.Compare(strings.Count(b.prefix, "/"), strings.Count(a.prefix, "/")),
		cmp.Compare(len(b.prefix), len(a.prefix)),
		cmp.Compare(a.prefix, b.prefix),
	)
}

// ListedPaths returns the paths and prefixes to show in an index, sorted.
func (m *PathRecorderMux) ListedPaths() []string {
	m.mu.RLock()
	defer m.mu.RUnlock()
	paths := make([]string, 0, len(m.listed))
	for path := range m.listed {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	return paths
}

// ServeHTTP implements [http.Handler].
func (m *PathRecorderMux) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h, hop := m.find(r.URL.Path)
	recordHop(r.Context(), hop)
	h.ServeHTTP(w, r)
}

func (m *PathRecorderMux) find(path string) (http.Handler, Hop) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if h, ok := m.exact[path]; ok {
		return h, Hop{m.server, HopExact, path}
	}
	for _, p := range m.prefixes {
		if strings.HasPrefix(path, p.prefix) {
			return p.handler, Hop{m.server, HopPrefix, p.prefix}
		}
	}
	return m.notFound, Hop{m.server, HopNotFound, ""}
}
