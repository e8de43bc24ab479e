package chain

import (
	"context"
	"net/http"
	"strconv"

	"github.com/chaintrace/chaintrace/chain/clock"
)

// retryAfterSeconds is what the Retry-After header says while a server starts
// or shuts down.
const retryAfterSeconds = 5

type muxIncompleteKey struct{}

// withMuxAndDiscoveryComplete marks requests that come in before every path is
// known, as upstream's filter of that name does. The mark is made on entry: a
// request that came too early stays too early however long it takes.
func withMuxAndDiscoveryComplete(next http.Handler, complete *clock.Event) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !complete.Fired() {
			r = r.WithContext(context.WithValue(r.Context(), muxIncompleteKey{}, true))
		}
		next.ServeHTTP(w, r)
	})
}

// notFoundHandler is the end of the chain: 404, but 503 for requests that came
// in before every path was known, so that clients do not take a path that is
// only late for one that is not there. It mirrors
// k8s.io/apiserver/pkg/util/notfoundhandler.
type notFoundHandler struct {
	serializer Serializer
}

// ServeHTTP implements [http.Handler].
func (h notFoundHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	recordHop(r.Context(), Hop{Kind: HopEnd})
	if early, _ := r.Context().Value(muxIncompleteKey{}).(bool); early {
		w.Header().Set("Retry-After", strconv.Itoa(retryAfterSeconds))
		writeStatus(w, h.serializer, http.StatusServiceUnavailable, "ServiceUnavailable",
			"the server does not know all of its paths yet; try again")
		return
	}
	http.NotFound(w, r)
}

// withRetryAfter turns new requests away while a server drains, where
// shutdown-send-retry-after asks for it. Health and metrics are exempt.
func withRetryAfter(next http.Handler, notAccepting *clock.Event) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/readyz", "/livez", "/healthz", "/metrics":
		default:
			if notAccepting.Fired() {
				w.Header().Set("Connection", "close")
				w.Header().Set("Retry-After", strconv.Itoa(retryAfterSeconds))
				http.Error(w, "the server is shutting down; try again later", http.StatusTooManyRequests)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}
