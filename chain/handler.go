package chain

import (
	"net/http"
	"slices"
	"strings"

	"github.com/emicklei/go-restful/v3"
)

// APIServerHandler holds the handlers of one server, as upstream's type of that
// name: FullHandlerChain is the way in from outside, through the filters;
// Director is the way in from the server further out, behind them.
type APIServerHandler struct {
	FullHandlerChain   http.Handler
	GoRestfulContainer *restful.Container
	NonGoRestfulMux    *PathRecorderMux
	Director           http.Handler
}

// newAPIServerHandler mirrors NewAPIServerHandler. The not-found handler is
// the delegate's; it may be nil.
func newAPIServerHandler(name string, s Serializer, chain func(http.Handler) http.Handler, notFound http.Handler) *APIServerHandler {
	mux := NewPathRecorderMux(name)
	if notFound != nil {
		mux.NotFoundHandler(notFound)
	}
	container := restful.NewContainer()
	container.ServeMux = http.NewServeMux() // not used: requests come through Dispatch
	container.Router(restful.CurlyRouter{})
	container.ServiceErrorHandler(func(err restful.ServiceError, _ *restful.Request, resp *restful.Response) {
		writeStatus(resp, s, err.Code, reasonFor(err.Code), err.Message)
	})
	d := director{name: name, container: container, mux: mux}
	return &APIServerHandler{
		FullHandlerChain:   chain(d),
		GoRestfulContainer: container,
		NonGoRestfulMux:    mux,
		Director:           d,
	}
}

// ListedPaths returns the roots of the web services and the mux's listed
// paths, sorted.
func (h *APIServerHandler) ListedPaths() []string {
	var paths []string
	for _, ws := range h.GoRestfulContainer.RegisteredWebServices() {
		paths = append(paths, ws.RootPath())
	}
	paths = append(paths, h.NonGoRestfulMux.ListedPaths()...)
	slices.Sort(paths)
	return paths
}

// ServeHTTP implements [http.Handler]: the full handler chain.
func (h *APIServerHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.FullHandlerChain.ServeHTTP(w, r)
}

// director asks the web services first and then the mux.
type director struct {
	name      string
	container *restful.Container
	mux       *PathRecorderMux
}

// ServeHTTP implements [http.Handler].
func (d director) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// Any web service that claims the path has the container dispatch the request;
	// which one answers is the router's choice: the longest root.
	root, claimed := "", false
	for _, ws := range d.container.RegisteredWebServices() {
		if claims(ws.RootPath(), r.URL.Path) && (!claimed || len(ws.RootPath()) > len(root)) {
			root, claimed = ws.RootPath(), true
		}
	}
	if !claimed {
		d.mux.ServeHTTP(w, r)
		return
	}
	recordHop(r.Context(), Hop{d.name, HopWebService, root})
	d.container.Dispatch(w, r)
}

// claims reports whether the web service with this root takes the path. The
// root /apis takes no more than itself, for everything below it may belong to
// another server.
func claims(root, path string) bool {
	if root == "/apis" {
		return path == "/apis" || path == "/apis/"
	}
	rest, ok := strings.CutPrefix(path, root)
	return ok && (rest == "" || rest[0] == '/')
}
