package chain

import (
	"context"
	"sync"
)

// HopKind says by what a request was passed on or answered.
type HopKind string

// The kinds of hop.
const (
	HopWebService  HopKind = "webservice"  // the director found a web service
	HopExact       HopKind = "exact"       // the mux had the very path
	HopPrefix      HopKind = "prefix"      // the mux had a prefix of it
	HopNotFound    HopKind = "notfound"    // the mux passes on to the delegate, or to the end
	HopProxyLocal  HopKind = "proxy"       // an APIService of the chain's own: to the delegate
	HopProxyRemote HopKind = "remote"      // an APIService of another server
	HopUnavailable HopKind = "unavailable" // an APIService whose server is not there
	HopCRD         HopKind = "crd"         // the custom resource handler's decision; Path says which
	HopEnd         HopKind = "end"         // the handler at the end of the chain
)

// Hop is one step of a request's way down the chain.
type Hop struct {
	Server string
	Kind   HopKind
	Path   string // what matched
}

// Hops collects the way of one request. It is safe for concurrent use.
type Hops struct {
	mu   sync.Mutex
	hops []Hop
}

// List returns the hops so far.
func (h *Hops) List() []Hop {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]Hop(nil), h.hops...)
}

type hopsKey struct{}

// WithHops returns a context under which a request's hops are collected.
func WithHops(ctx context.Context) (context.Context, *Hops) {
	h := &Hops{}
	return context.WithValue(ctx, hopsKey{}, h), h
}

func recordHop(ctx context.Context, hop Hop) {
	if h, ok := ctx.Value(hopsKey{}).(*Hops); ok {
		h.mu.Lock()
		h.hops = append(h.hops, hop)
		h.mu.Unlock()
	}
}
