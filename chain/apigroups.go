package chain

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"go.opentelemetry.io/otel/attribute"

	"github.com/chaintrace/chaintrace/trace/attr"
)

// APIGroupInfo is an API group to install. It mirrors
// k8s.io/apiserver/pkg/server.APIGroupInfo.
type APIGroupInfo struct {
	Group    string           // "" for the core group
	Versions []APIVersionInfo // those with resources, in priority order
	Empty    []string         // versions left out for having no resources
}

// APIVersionInfo is one version of a group.
type APIVersionInfo struct {
	Version   string
	Resources []string // plural names; empty: unknown, any is answered
	Routes    int      // how many routes the described server has for it
}

// groupVersion returns G/V, or V alone for the core group.
func groupVersion(group, version string) string {
	if group == "" {
		return version
	}
	return group + "/" + version
}

// InstallAPIGroups installs groups under /apis: for each a web service per
// version and then one for the group. It fails when one is there already. It
// mirrors GenericAPIServer.InstallAPIGroups.
func (s *GenericAPIServer) InstallAPIGroups(ctx context.Context, groups ...APIGroupInfo) error {
	for _, g := range groups {
		r := routeSpec{path: "/apis/" + g.Group, installer: "server.(*GenericAPIServer).InstallAPIGroups"}
		if err := s.installGroup(ctx, r, g, objectHandler(s.config.c.Serializer, func() any { return g.discovery() })); err != nil {
			return err
		}
	}
	return nil
}

// InstallLegacyAPIGroup installs the core group under /api. It mirrors
// GenericAPIServer.InstallLegacyAPIGroup.
func (s *GenericAPIServer) InstallLegacyAPIGroup(ctx context.Context, g APIGroupInfo) error {
	r := routeSpec{path: "/api", installer: "server.(*GenericAPIServer).InstallLegacyAPIGroup"}
	return s.installGroup(ctx, r, g, objectHandler(s.config.c.Serializer, func() any {
		return object{"kind": "APIVersions", "versions": g.versionNames()}
	}))
}

// installGroup installs the versions below the group's path, and then the
// group.
func (s *GenericAPIServer) installGroup(ctx context.Context, group routeSpec, g APIGroupInfo, discovery http.Handler) (err error) {
	ctx, sp := s.spans.start(ctx, attr.SpanAPIGroup,
		attribute.String(attr.ServerName, s.name),
		attribute.String(attr.APIGroupName, g.Group),
		attribute.StringSlice(attr.APIGroupVersions, g.versionNames()),
		attribute.StringSlice(attr.APIGroupEmpty, g.Empty))
	defer func() { _ = sp.endWith(err) }()

	group.phase = attr.PhaseConstruction
	for _, v := range g.Versions {
		r := routeSpec{
			path: group.path + "/" + v.Version, phase: attr.PhaseConstruction,
			installer: "endpoints.(*APIGroupVersion).InstallREST",
		}
		ws := newWebService(r.path, versionHandler{s.config.c.Serializer, r.path, g.Group, v}, true)
		if err := s.addWebService(ctx, r, v.Routes, ws); err != nil {
			return err
		}
		for _, resource := range v.Resources {
			s.config.c.EquivalentResourceRegistry.Register(resource, groupVersion(g.Group, v.Version))
		}
	}
	if err := s.addWebService(ctx, group, 1, newWebService(group.path, discovery, false)); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.groups = append(s.groups, g)
	return nil
}

func (g APIGroupInfo) versionNames() []string {
	names := make([]string, 0, len(g.Versions))
	for _, v := range g.Versions {
		names = append(names, v.Version)
	}
	return names
}

// discovery returns the group's discovery object.
func (g APIGroupInfo) discovery() object { return discoveryGroup(g.Group, g.versionNames()) }

func discoveryGroup(group string, versions []string) object {
	entries := make([]object, 0, len(versions))
	for _, v := range versions {
		entries = append(entries, object{"groupVersion": groupVersion(group, v), "version": v})
	}
	o := object{"kind": "APIGroup", "apiVersion": "v1", "name": group, "versions": entries}
	if len(entries) > 0 {
		o["preferredVersion"] = entries[0]
	}
	return o
}

// apiGroupList returns the discovery object of all groups under /apis.
func (s *GenericAPIServer) apiGroupList() any {
	groups := []object{}
	for _, g := range s.APIGroups() {
		if g.Group != "" {
			groups = append(groups, g.discovery())
		}
	}
	return object{"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}
}

// APIGroups returns the installed groups in order.
func (s *GenericAPIServer) APIGroups() []APIGroupInfo {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.groups)
}

// serves reports whether the group version is installed on this server.
func (s *GenericAPIServer) serves(gv string) bool {
	for _, g := range s.APIGroups() {
		for _, v := range g.Versions {
			if groupVersion(g.Group, v.Version) == gv {
				return true
			}
		}
	}
	return false
}

// versionHandler answers for one group version: the list of its resources at
// the root, and empty lists below it for the resources it has.
type versionHandler struct {
	serializer Serializer
	root       string
	group      string
	version    APIVersionInfo
}

// ServeHTTP implements [http.Handler].
func (h versionHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	gv := groupVersion(h.group, h.version.Version)
	resource := resourceOf(strings.TrimPrefix(r.URL.Path, h.root))
	switch {
	case resource == "":
		resources := make([]object, 0, len(h.version.Resources))
		for _, name := range h.version.Resources {
			resources = append(resources, object{"name": name})
		}
		writeObject(w, h.serializer, http.StatusOK, object{
			"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": gv, "resources": resources,
		})
	case len(h.version.Resources) > 0 && !slices.Contains(h.version.Resources, resource):
		writeStatus(w, h.serializer, http.StatusNotFound, "NotFound", "the server has no resource "+resource+" in "+gv)
	default:
		writeObject(w, h.serializer, http.StatusOK, object{"kind": "List", "apiVersion": gv, "items": []object{}})
	}
}

// resourceOf returns the resource of a path below a group version's: its first
// part, or the one behind namespaces/NAME.
func resourceOf(path string) string {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	if len(parts) > 1 && parts[0] == "watch" {
		parts = parts[1:]
	}
	subresources := []string{"status", "finalize"}
	if len(parts) > 2 && parts[0] == "namespaces" && !slices.Contains(subresources, parts[2]) {
		return parts[2]
	}
	return parts[0]
}
