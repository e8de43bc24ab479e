package chain

import (
	"net/http"
	"slices"
	"strings"
)

// crdHandler answers below /apis/ for custom resources, and passes on what no
// custom resource definition knows. It mirrors crdHandler in
// k8s.io/apiextensions-apiserver/pkg/apiserver.
type crdHandler struct {
	server   string
	crds     []CRD
	codec    Serializer
	notFound http.Handler // the delegate's
}

// ServeHTTP implements [http.Handler]. The decision goes by the number of parts
// of the path: three ask for the resources of a version, two for the versions
// of a group, more for a resource.
func (h crdHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	switch {
	case len(parts) == 3:
		h.serveVersion(w, r, parts[1], parts[2])
	case len(parts) == 2:
		h.serveGroup(w, r, parts[1])
	case len(parts) > 3:
		h.serveResource(w, r, parts[1], parts[2], resourceOf(strings.Join(parts[3:], "/")))
	default:
		h.pass(w, r, "no custom resource")
	}
}

func (h crdHandler) serveVersion(w http.ResponseWriter, r *http.Request, group, version string) {
	resources := []object{}
	for _, crd := range h.of(group) {
		if crd.Version == version {
			for _, name := range crd.Resources {
				resources = append(resources, object{"name": name})
			}
		}
	}
	if len(resources) == 0 {
		h.pass(w, r, "version discovery")
		return
	}
	recordHop(r.Context(), Hop{h.server, HopCRD, "version discovery"})
	writeObject(w, h.codec, http.StatusOK, object{
		"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": groupVersion(group, version), "resources": resources,
	})
}

func (h crdHandler) serveGroup(w http.ResponseWriter, r *http.Request, group string) {
	var versions []string
	for _, crd := range h.of(group) {
		if !slices.Contains(versions, crd.Version) {
			versions = append(versions, crd.Version)
		}
	}
	if len(versions) == 0 {
		h.pass(w, r, "group discovery")
		return
	}
	recordHop(r.Context(), Hop{h.server, HopCRD, "group discovery"})
	writeObject(w, h.codec, http.StatusOK, discoveryGroup(group, versions))
}

func (h crdHandler) serveResource(w http.ResponseWriter, r *http.Request, group, version, resource string) {
	for _, crd := range h.of(group) {
		if crd.Version == version && slices.Contains(crd.Resources, resource) {
			recordHop(r.Context(), Hop{h.server, HopCRD, "storage"})
			writeObject(w, h.codec, http.StatusOK, object{"kind": "List", "apiVersion": groupVersion(group, version), "items": []object{}})
			return
		}
	}
	h.pass(w, r, "no custom resource")
}

func (h crdHandler) pass(w http.ResponseWriter, r *http.Request, why string) {
	recordHop(r.Context(), Hop{h.server, HopCRD, why})
	h.notFound.ServeHTTP(w, r)
}

func (h crdHandler) of(group string) []CRD {
	return slices.DeleteFunc(slices.Clone(h.crds), func(c CRD) bool { return c.Group != group })
}
