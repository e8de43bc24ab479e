package chain

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/chaintrace/chaintrace/trace/attr"
)

// APIService says who serves one version of an API group.
type APIService struct {
	Group, Version string
	Local          bool // served by the chain itself
	Available      bool // for one that is not local: whether its server answers
}

// Aggregator is a server that routes API groups by APIServices. It mirrors
// APIAggregator in k8s.io/kube-aggregator/pkg/apiserver.
type Aggregator struct {
	*GenericAPIServer

	mu       sync.RWMutex
	services []APIService
}

// LocalAPIServices derives an APIService for every group version among the
// paths that a delegate lists, in the order of the paths. Whatever it serves
// unlisted stays without one.
func LocalAPIServices(delegate DelegationTarget) []APIService {
	var services []APIService
	for _, path := range delegate.ListedPaths() {
		if path == "/api/v1" {
			services = append(services, APIService{Version: "v1", Local: true})
			continue
		}
		if parts := strings.Split(path, "/"); len(parts) == 4 && parts[1] == "apis" && parts[2] != "" && parts[3] != "" {
			services = append(services, APIService{Group: parts[2], Version: parts[3], Local: true})
		}
	}
	return services
}

// AddAPIService installs the routes of an APIService: the group version's, and
// with the group's first version the group's. It mirrors
// APIAggregator.AddAPIService.
func (a *Aggregator) AddAPIService(ctx context.Context, service APIService) {
	a.mu.Lock()
	first := !slices.ContainsFunc(a.services, func(other APIService) bool { return other.Group == service.Group })
	a.services = append(a.services, service)
	a.mu.Unlock()

	r := routeSpec{phase: attr.PhaseRuntime, installer: "apiserver.(*APIAggregator).AddAPIService"}
	r.path = "/apis/" + service.Group + "/" + service.Version
	if service.Group == "" {
		r.path = "/api"
	}
	proxy := proxyHandler{a.GenericAPIServer, r.path, service}
	a.handle(ctx, r, proxy)
	below := r
	below.path, below.prefix, below.unlisted = r.path+"/", true, true
	a.handle(ctx, below, proxy)
	if service.Group == "" || !first {
		return
	}
	group := objectHandler(a.config.c.Serializer, func() any {
		return discoveryGroup(service.Group, a.versionsOf(service.Group))
	})
	r.path = "/apis/" + service.Group
	a.handle(ctx, r, group)
	r.path, r.unlisted = r.path+"/", true
	a.handle(ctx, r, group)
}

// APIServices returns what was added so far.
func (a *Aggregator) APIServices() []APIService {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return slices.Clone(a.services)
}

func (a *Aggregator) versionsOf(group string) []string {
	var versions []string
	for _, service := range a.APIServices() {
		if service.Group == group {
			versions = append(versions, service.Version)
		}
	}
	return versions
}

// proxyHandler passes requests on to whoever serves an APIService.
type proxyHandler struct {
	server  *GenericAPIServer
	path    string
	service APIService
}

// ServeHTTP implements [http.Handler].
func (h proxyHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case h.service.Local:
		recordHop(r.Context(), Hop{h.server.name, HopProxyLocal, h.path})
		h.server.delegate.UnprotectedHandler().ServeHTTP(w, r)
	case h.service.Available:
		recordHop(r.Context(), Hop{h.server.name, HopProxyRemote, h.path})
		writeObject(w, h.server.config.c.Serializer, http.StatusOK, object{
			"kind": "APIResourceList", "apiVersion": "v1",
			"groupVersion": groupVersion(h.service.Group, h.service.Version), "resources": []object{},
		})
	default:
		recordHop(r.Context(), Hop{h.server.name, HopUnavailable, h.path})
		http.Error(w, "service unavailable", http.StatusServiceUnavailable)
	}
}

// groupList answers at /apis with the groups of all APIServices. Where
// aggregated is set, it has the aggregated form for those who accept nothing
// else; without, they get 406.
func (a *Aggregator) groupList(aggregated bool) http.Handler {
	s := a.config.c.Serializer
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kind := "APIGroupList"
		if !acceptsJSON(r.Header.Get("Accept")) {
			if !aggregated {
				writeStatus(w, s, http.StatusNotAcceptable, "NotAcceptable", "only the plain list of groups is served here; ask for application/json, or at /apis")
				return
			}
			kind = "APIGroupDiscoveryList"
		}
		var names []string
		groups := []object{}
		for _, service := range a.APIServices() {
			if service.Group != "" && !slices.Contains(names, service.Group) {
				names = append(names, service.Group)
				groups = append(groups, discoveryGroup(service.Group, a.versionsOf(service.Group)))
			}
		}
		writeObject(w, s, http.StatusOK, object{"kind": kind, "groups": groups})
	})
}

// servers returns the aggregator and all it delegates to.
func (a *Aggregator) servers() []*GenericAPIServer {
	var servers []*GenericAPIServer
	for s := a.GenericAPIServer; s != nil; {
		servers = append(servers, s)
		s, _ = s.delegate.(*GenericAPIServer)
	}
	return servers
}

// openAPIV2 returns the documents of all servers of the chain as one.
func (a *Aggregator) openAPIV2() any {
	paths := object{}
	for _, path := range a.ListedPaths() {
		paths[path] = object{}
	}
	return object{"swagger": "2.0", "info": object{"title": "Kubernetes", "version": a.config.c.Version}, "paths": paths}
}

// openAPIV3 lists the documents of all servers of the chain at its root, and
// gets each from the server that owns it, not by falling through.
func (a *Aggregator) openAPIV3(w http.ResponseWriter, r *http.Request) {
	var all []string
	wanted := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, "/openapi/v3"), "/")
	for _, s := range a.servers() {
		paths := s.openAPIPaths()
		if wanted != "" && slices.Contains(paths, wanted) {
			if s == a.GenericAPIServer {
				s.serveOpenAPIV3(w, r)
			} else {
				s.Handler.Director.ServeHTTP(w, r)
			}
			return
		}
		all = append(all, paths...)
	}
	if wanted != "" {
		http.NotFound(w, r)
		return
	}
	writeObject(w, a.config.c.Serializer, http.StatusOK, openAPIV3Index(all))
}
