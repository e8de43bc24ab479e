package chaintracert

import (
	"reflect"
	"runtime"
	"strings"
)

// Route records that a path is put into a server's mux, which has the server's
// name.
func Route(mux, path, match string, listed, replaces bool) {
	r := active()
	if r == nil {
		return
	}
	installer, source := installerOf(frames(2, isRouting))
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.names.byName[mux]
	if s == nil {
		return // a mux that is no API server's
	}
	attrs := []attribute{str("route.path", path), str("route.match", match)}
	if replaces {
		attrs = append(attrs, flag("route.replaces", true))
	}
	r.route(s, installer, source, listed, attrs...)
}

// WebService records that a web service is put into a server's container.
func WebService(container interface{}, rootPath string, routes func() int) {
	r := active()
	if r == nil {
		return
	}
	installer, source := installerOf(frames(2, isRouting))
	count := routes()
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := r.names.containers[address(container)]; s != nil {
		r.route(s, installer, source, true,
			str("route.path", rootPath), str("route.match", "webservice"), num("route.count", int64(count)))
	}
}

func (r *recorder) route(s *server, installer, source string, listed bool, attrs ...attribute) {
	key := r.keyOf(s)
	attrs = append(attrs,
		str("route.installer", installer), flag("route.listed", listed),
		str("route.phase", r.phase(key)), str("route.source", source))
	r.mark(key, "route.install", s.name, attrs...)
}

// phase returns when in a server's life it is.
func (r *recorder) phase(key uint64) string {
	stack := r.open[key]
	for i := len(stack) - 1; i >= 0; i-- {
		switch stack[i].name {
		case "api.install":
			return "installAPI"
		case "server.prepare":
			return "PrepareRun"
		case "server.new", "server.create", "chain.create":
			return "construction"
		}
	}
	if r.runs {
		return "runtime"
	}
	return "construction"
}

// isRouting reports whether a function only passes on what an installer installs.
func isRouting(function string) bool {
	switch importPath := packageOf(function); {
	case importPath == "k8s.io/apiserver/pkg/server/mux", importPath == "k8s.io/apiserver/pkg/server/healthz",
		strings.HasPrefix(importPath, "github.com/emicklei/go-restful"),
		strings.HasPrefix(importPath, "k8s.io/kube-openapi/"):
		return true
	case importPath == genericServer:
		return strings.Contains(function, ".(*healthCheckRegistry).")
	}
	return false
}

// installerOf returns the function that installs a route and the place that is its
// source: where a function that is made to install things is called, and within
// any other where it does so.
func installerOf(callers []runtime.Frame) (installer, source string) {
	if len(callers) == 0 {
		return "", ""
	}
	installer = shortName(callers[0].Function)
	method := installer[strings.LastIndex(installer, ".")+1:]
	at := callers[0]
	switch {
	case method == "installAPI", strings.HasPrefix(method, "InstallAPIGroup"), strings.HasPrefix(method, "InstallLegacyAPIGroup"):
	case strings.HasPrefix(strings.ToLower(method), "install") && len(callers) > 1:
		at = callers[1]
	}
	return installer, placeOf(at)
}

// InstallAPI records a server's installAPI.
func InstallAPI(upstream interface{}) func(*error) {
	r := active()
	if r == nil {
		return ended
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.names.of(upstream)
	key := r.keyOf(s)
	sp := r.under(key, "api.install", s.known())
	r.push(key, sp)
	return r.ender(sp)
}

// groupName is the span of an API group.
const groupName = "apigroup.install"

// Groups returns what ends the API group that is being installed.
func Groups() func(*error) {
	r := active()
	if r == nil {
		return ended
	}
	return func(err *error) {
		message := failure(err)
		key := goroutine()
		r.mu.Lock()
		defer r.mu.Unlock()
		if top := r.top(key); top != nil && top.name == groupName {
			r.end(top, message)
		}
	}
}

// Group records the installation of an API group, until what it returns is called,
// what Groups returned is called, or another group begins. versions is a slice of
// structs with Group and Version, and storage a map by version of maps, of which
// an empty one leaves its version out.
func Group(upstream, versions, storage interface{}) func(*error) {
	r := active()
	if r == nil {
		return ended
	}
	group, with, without := groupVersions(versions, storage)
	key := goroutine()
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.names.of(upstream)
	if top := r.top(key); top != nil && top.name == groupName {
		r.end(top, "")
	}
	sp := r.under(key, groupName, s.known(),
		str("apigroup.name", group), list("apigroup.versions", with), list("apigroup.empty", without))
	r.push(key, sp)
	return r.ender(sp)
}

// groupVersions reads upstream's description of a group.
func groupVersions(versions, storage interface{}) (group string, with, without []string) {
	slice, stored := reflect.ValueOf(versions), reflect.ValueOf(storage)
	if slice.Kind() != reflect.Slice || stored.Kind() != reflect.Map {
		return "", nil, nil
	}
	for i := 0; i < slice.Len(); i++ {
		gv := slice.Index(i)
		if gv.Kind() != reflect.Struct {
			return "", nil, nil
		}
		name, version := gv.FieldByName("Group"), gv.FieldByName("Version")
		if name.Kind() != reflect.String || version.Kind() != reflect.String {
			return "", nil, nil
		}
		group = name.String()
		of := stored.MapIndex(version)
		if of.IsValid() && of.Kind() == reflect.Map && of.Len() > 0 {
			with = append(with, version.String())
		} else {
			without = append(without, version.String())
		}
	}
	return group, with, without
}
