package describe

import (
	"strings"

	"github.com/chaintrace/chaintrace/chain"
	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// phase is when in its life a server gets something.
type phase uint8

const (
	inNew     phase = iota // by the generic New
	inInstall              // behind New
	inPrepare              // in PrepareRun
	inRuntime              // while it runs
	inPart                 // as a part of something that it gets as a whole
)

// got is something that a server gets.
type got struct {
	*trace.Span
	phase phase
}

func (g got) text(key string) string { return g.Attr(key).Str() }

// path returns the route's path and match.
func (g got) path() (path, match string) { return g.text(attr.RoutePath), g.text(attr.RouteMatch) }

// seen is a server of the trace, and what it gets, in order of time.
type seen struct {
	*startup.Server
	kind      chain.ServerKind
	outermost bool
	all       []got
	routes    map[string]int // of web services, by path
	prepare   int64          // when its or its delegate's PrepareRun begins, 0 when unknown
}

// collect sorts the spans by servers. Those of what came to nothing are left out.
func collect(s *startup.Startup, spans []*trace.Span) []*seen {
	byID, byName := map[trace.SpanID]*trace.Span{}, map[string]*seen{}
	var servers []*seen
	for i, sv := range s.Servers {
		one := &seen{Server: sv, kind: kindOf(sv.Creator), outermost: i == len(s.Servers)-1, routes: map[string]int{}}
		servers, byName[sv.Name] = append(servers, one), one
	}
	for _, sp := range spans {
		byID[sp.SpanID] = sp
	}
	prepared := int64(0) // when the first PrepareRun begins
	for _, sp := range spans {
		if sp.Name == attr.SpanServerPrepare && prepared == 0 {
			prepared = sp.Start
		}
		sv := byName[serverOf(sp, byID)]
		if sv == nil || sp.Status.Code == trace.StatusError {
			continue
		}
		switch sp.Name {
		case attr.SpanHookRegister, attr.SpanCheckAdd, attr.SpanAPIGroup, attr.SpanSignalRegister, attr.SpanRouteInstall:
			sv.all = append(sv.all, got{sp, phaseOf(sp, byID, prepared)})
		}
		if sp.Name == attr.SpanRouteInstall && sp.Attr(attr.RouteMatch).Str() == attr.MatchWebService {
			sv.routes[sp.Attr(attr.RoutePath).Str()] = int(sp.Attr(attr.RouteCount).Int())
		}
	}
	return servers
}

// kindOf finds the kind of server that upstream's function makes.
func kindOf(creator string) chain.ServerKind {
	for _, kind := range []chain.ServerKind{chain.KindAPIExtensions, chain.KindKubeAPIServer, chain.KindAggregator} {
		if kind.Creator() == creator {
			return kind
		}
	}
	return chain.KindGeneric
}

// maxDepth bounds the way up from a span, against cycles.
const maxDepth = 100

// above goes from a span upwards until found says so.
func above(sp *trace.Span, byID map[trace.SpanID]*trace.Span, found func(*trace.Span) bool) {
	for range maxDepth {
		if found(sp) {
			return
		}
		parent, ok := byID[sp.ParentID]
		if !ok {
			return
		}
		sp = parent
	}
}

// serverOf returns the server that a span, or the nearest above it that names one,
// is about.
func serverOf(sp *trace.Span, byID map[trace.SpanID]*trace.Span) (name string) {
	above(sp, byID, func(sp *trace.Span) bool {
		name = sp.Attr(attr.ServerName).Str()
		return name != ""
	})
	return name
}

// phaseOf says when a server gets what a span tells of: by the route's phase, the
// spans above it, or else the time.
func phaseOf(sp *trace.Span, byID map[trace.SpanID]*trace.Span, prepared int64) phase {
	by := inInstall
	if prepared != 0 && sp.Start > prepared {
		by = inPrepare
	}
	above(sp, byID, func(over *trace.Span) bool {
		switch {
		case over == sp:
			return false
		case over.Name == attr.SpanHookRegister, over.Name == attr.SpanAPIGroup:
			by = inPart
		case over.Name == attr.SpanServerNew:
			by = inNew
		case over.Name == attr.SpanServerPrepare:
			by = inPrepare
		case over.Name == attr.SpanServerCreate:
			by = inInstall
		default:
			return false
		}
		return true
	})
	if by == inPart {
		return by
	}
	switch sp.Attr(attr.RoutePhase).Str() {
	case attr.PhaseInstallAPI:
		return inNew
	case attr.PhasePrepareRun:
		return inPrepare
	case attr.PhaseRuntime:
		return inRuntime
	}
	return by
}

// isGeneric reports whether the generic server itself installs a route.
func (g got) isGeneric() bool {
	if g.phase == inNew {
		return true
	}
	path, _ := g.path()
	for _, root := range []string{"/healthz", "/livez", "/readyz"} {
		if path == root || strings.HasPrefix(path, root+"/") {
			return true
		}
	}
	return path == "/flagz" || path == "/statusz" || strings.HasPrefix(g.text(attr.RouteInstaller), "routes.OpenAPI.")
}

// each calls f for what a server gets of a name in a phase.
func (sv *seen) each(name string, during phase, f func(got)) {
	for _, g := range sv.all {
		if g.Name == name && g.phase == during {
			f(g)
		}
	}
}

// has reports whether the generic server installs a path in a phase.
func (sv *seen) has(path string, during phase) (found bool) {
	sv.each(attr.SpanRouteInstall, during, func(g got) {
		p, _ := g.path()
		found = found || p == path && g.isGeneric()
	})
	return found
}
