package chain

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// Serializer writes the objects that the API answers with. It stands for
// upstream's negotiated serializer, which New refuses to be without.
type Serializer interface {
	Encode(w io.Writer, object any) error
}

// JSONSerializer writes JSON.
type JSONSerializer struct{}

// Encode implements [Serializer].
func (JSONSerializer) Encode(w io.Writer, object any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(object)
}

// object is a Kubernetes object in an answer.
type object map[string]any

// writeObject answers with an object. An error of writing means that the
// client is gone; there is nobody left to tell.
func writeObject(w http.ResponseWriter, s Serializer, code int, o any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = s.Encode(w, o)
}

// writeStatus answers with a Status object.
func writeStatus(w http.ResponseWriter, s Serializer, code int, reason, message string) {
	writeObject(w, s, code, object{
		"kind": "Status", "apiVersion": "v1", "metadata": object{},
		"status": "Failure", "message": message, "reason": reason, "code": code,
	})
}

// reasonFor returns the Status reason that goes with an HTTP code.
func reasonFor(code int) string {
	switch code {
	case http.StatusNotFound:
		return "NotFound"
	case http.StatusMethodNotAllowed:
		return "MethodNotAllowed"
	case http.StatusNotAcceptable:
		return "NotAcceptable"
	case http.StatusServiceUnavailable:
		return "ServiceUnavailable"
	}
	return "InternalError"
}

// textHandler answers 200 with a fixed text.
func textHandler(text string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, text)
	})
}

// objectHandler answers 200 with what f returns.
func objectHandler(s Serializer, f func() any) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		writeObject(w, s, http.StatusOK, f())
	})
}

// acceptsJSON reports whether an Accept header admits plain JSON, which a
// media type with parameters of a special representation does not.
func acceptsJSON(accept string) bool {
	if strings.TrimSpace(accept) == "" {
		return true
	}
	for _, entry := range strings.Split(accept, ",") {
		mediaType, params, _ := strings.Cut(strings.TrimSpace(entry), ";")
		switch strings.TrimSpace(mediaType) {
		case "*/*", "application/*", "application/json":
			if !strings.Contains(params, "as=") {
				return true
			}
		}
	}
	return false
}

// EquivalentResourceRegistry knows under which group versions a resource is
// served. All servers of a chain share one. It is safe for concurrent use.
type EquivalentResourceRegistry struct {
	mu       sync.RWMutex
	versions map[string][]string
}

// Register notes that the resource is served under the group version.
func (r *EquivalentResourceRegistry) Register(resource, groupVersion string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.versions == nil {
		r.versions = map[string][]string{}
	}
	if !slices.Contains(r.versions[resource], groupVersion) {
		r.versions[resource] = append(r.versions[resource], groupVersion)
	}
}

// GroupVersionsFor returns the group versions of a resource in the order in
// which they were registered.
func (r *EquivalentResourceRegistry) GroupVersionsFor(resource string) []string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return slices.Clone(r.versions[resource])
}
