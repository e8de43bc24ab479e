package chain_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/emicklei/go-restful/v3"

	"github.com/chaintrace/chaintrace/chain"
)

// TestHopOfNestedWebServices: the hop names the web service that answers, in
// whatever order they were installed.
func TestHopOfNestedWebServices(t *testing.T) {
	for _, roots := range [][]string{{"/apis/g", "/apis/g/v1"}, {"/apis/g/v1", "/apis/g"}} {
		s := newServer(t, newConfig(), "s", end())
		for _, root := range roots {
			ws := new(restful.WebService).Path(root)
			answer := func(_ *restful.Request, w *restful.Response) { _, _ = io.WriteString(w, root) }
			ws.Route(ws.GET("/").To(answer))
			ws.Route(ws.GET("/{rest:*}").To(answer))
			s.Handler.GoRestfulContainer.Add(ws)
		}
		for path, want := range map[string]string{
			"/apis/g": "/apis/g", "/apis/g/v2": "/apis/g", "/apis/g/v1": "/apis/g/v1", "/apis/g/v1/things": "/apis/g/v1",
		} {
			ctx, hops := chain.WithHops(context.Background())
			w := httptest.NewRecorder()
			s.Handler.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, path, nil))
			list := hops.List()
			if len(list) != 1 || list[0].Path != want || w.Body.String() != want {
				t.Errorf("%v: %s goes %v and is answered by %q, want %q", roots, path, list, w.Body, want)
			}
		}
	}
}
