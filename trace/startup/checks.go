package startup

import (
	"slices"
	"time"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
)

// checks reads which health checks each server has, and has not.
func (r *reader) checks() {
	skipped := map[*Server][]*Check{}
	for _, s := range r.spans {
		if s.Name != attr.SpanCheckAdd && s.Name != attr.SpanCheckMerge && s.Name != attr.SpanCheckSkip {
			continue
		}
		sv := r.servers[r.serverName(s)]
		if sv == nil {
			r.problem("a span %s does not say of which server", s.Name)
			continue
		}
		c := &Check{
			Name: s.Attr(attr.CheckName).Str(), Origin: s.Attr(attr.CheckOrigin).Str(),
			Configured: s.Attr(attr.CheckConfigured).Bool(),
			Endpoints:  inEndpointOrder(s.Attr(attr.CheckEndpoints).StringList()),
			Delay:      time.Duration(s.Attr(attr.CheckDelay).Int()),
			SkippedBy:  s.Attr(attr.CheckSkippedBy).Str(),
		}
		switch s.Name {
		case attr.SpanCheckAdd:
			if c.Origin == "" {
				c.Origin = sv.Name
			}
			sv.Checks = append(sv.Checks, c)
		case attr.SpanCheckMerge:
			c.State = CheckInherited
			if len(c.Endpoints) == 0 {
				c.Endpoints = Endpoints()
			}
			sv.Checks = append(sv.Checks, c)
		case attr.SpanCheckSkip:
			c.State = CheckSkipped
			if c.SkippedBy == "" {
				c.SkippedBy = sv.Name
			}
			skipped[sv] = append(skipped[sv], c)
		}
	}
	// Before the skipped ones are appended: a server offers only what it has.
	lost := map[*Server][]*Check{}
	for _, sv := range r.out.Servers {
		lost[sv] = lostChecks(sv, r.servers[sv.Delegate])
	}
	for _, sv := range r.out.Servers {
		sv.Checks = append(append(sv.Checks, skipped[sv]...), lost[sv]...)
	}
	r.masked()
}

// Endpoints returns the health endpoints in the order in which they are installed.
func Endpoints() []string { return []string{attr.Healthz, attr.Livez, attr.Readyz} }

// inEndpointOrder returns the known endpoints among names, each once.
func inEndpointOrder(names []string) []string {
	return slices.DeleteFunc(Endpoints(), func(e string) bool { return !slices.Contains(names, e) })
}

// lostChecks returns the delegate's checks that it does not offer, as they are
// not in its healthz, and that have no namesake here.
func lostChecks(sv, delegate *Server) []*Check {
	if delegate == nil || delegate == sv {
		return nil
	}
	here := map[string]bool{}
	for _, c := range sv.Checks {
		here[c.Name] = true
	}
	var lost []*Check
	for _, c := range delegate.Checks {
		if slices.Contains(c.Endpoints, attr.Healthz) || here[c.Name] {
			continue
		}
		lost = append(lost, &Check{
			Name: c.Name, Origin: c.Origin, State: CheckLost, Configured: c.Configured, Endpoints: c.Endpoints,
		})
	}
	return lost
}

// masked marks the skipped checks that were failing when the chain was ready.
func (r *reader) masked() {
	type skip struct{ check, by string }
	failing := map[skip]bool{}
	r.each(attr.SpanReady, func(s *trace.Span) {
		for _, e := range s.Events {
			if e.Name == attr.EventCheckMasked {
				span := trace.Span{Attrs: e.Attrs}
				failing[skip{span.Attr(attr.CheckName).Str(), span.Attr(attr.CheckSkippedBy).Str()}] = true
			}
		}
	})
	for _, sv := range r.out.Servers {
		for _, c := range sv.Checks {
			if c.State == CheckSkipped && failing[skip{c.Name, c.SkippedBy}] {
				c.State = CheckMasked
			}
		}
	}
}
