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
			SkippedBy:  s.Attr(attr.CheckSkippedBy).Str(), At: r.at(s.Start),
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
	for sv, checks := range skipped {
		sv.Checks = append(sv.Checks, checks...)
	}
}

// Endpoints returns the health endpoints in the order in which they are installed.
func Endpoints() []string { return []string{attr.Healthz, attr.Livez, attr.Readyz} }

// inEndpointOrder returns the known endpoints among names, each once.
func inEndpointOrder(names []string) []string {
	return slices.DeleteFunc(Endpoints(), func(e string) bool { return !slices.Contains(names, e) })
}

// Prepared reports whether the trace shows the whole of a server's construction:
// its PrepareRun, which closes its endpoints, or something that comes after it.
func (s *Startup) Prepared(sv *Server) bool {
	return sv.Prepare.End >= sv.Prepare.Start || len(s.Runs) > 0 || s.Ready != nil ||
		slices.ContainsFunc(s.Phases, func(p Phase) bool { return p.Name == attr.SpanListenerServe || p.Name == attr.SpanHooksRun })
}

// passedBy finds the checks of delegates that are on no server further out, and
// those that fail unseen.
func (r *reader) passedBy() {
	lost := map[*Server][]*Check{}
	for _, sv := range r.out.Servers {
		lost[sv] = r.lostChecks(sv, r.servers[sv.Delegate])
	}
	for sv, checks := range lost {
		sv.Checks = append(sv.Checks, checks...)
	}
	r.masked()
}

// lostChecks returns the delegate's checks that it does not offer, as they are
// not in its healthz, and that have no namesake here.
func (r *reader) lostChecks(sv, delegate *Server) []*Check {
	if delegate == nil || delegate == sv {
		return nil
	}
	here := map[string]bool{}
	for _, c := range sv.Checks {
		here[c.Name] = true
	}
	var lost []*Check
	for _, c := range delegate.Checks {
		if !c.Present() || slices.Contains(c.Endpoints, attr.Healthz) || here[c.Name] || !r.out.missed(sv, c) {
			continue
		}
		lost = append(lost, &Check{
			Name: c.Name, Origin: c.Origin, State: CheckLost, Configured: c.Configured, Endpoints: c.Endpoints, At: c.At,
		})
	}
	return lost
}

// missed reports whether a server that has not a check of its delegate's will not
// have it: the check was there when the server took over, or the trace shows all
// that the server did.
func (s *Startup) missed(sv *Server, c *Check) bool {
	made := sv.New.End >= sv.New.Start
	return made && c.At <= sv.New.End || s.Prepared(sv)
}

// masked marks the checks that failed unseen when the chain was ready, or when
// nobody waited for it any more: skipped ones, and those that were not offered and
// have a namesake further out.
func (r *reader) masked() {
	failing := r.failingUnseen()
	marked := map[skip]bool{}
	for _, h := range failing {
		marked[h.skip] = false
	}
	present := map[serverCheck]*Check{}
	for _, sv := range r.out.Servers {
		for _, c := range sv.Checks {
			if _, ok := marked[skip{c.Name, c.SkippedBy}]; ok && c.State == CheckSkipped {
				c.State = CheckMasked
				marked[skip{c.Name, c.SkippedBy}] = true
			}
			if key := (serverCheck{sv.Name, c.Name}); c.Present() && present[key] == nil {
				present[key] = c
			}
		}
	}
	for _, h := range failing {
		sv, c := r.servers[h.by], present[serverCheck{h.origin, h.check}]
		if marked[h.skip] || sv == nil || c == nil {
			continue
		}
		sv.Checks = append(sv.Checks, &Check{
			Name: c.Name, Origin: c.Origin, State: CheckMasked, NotOffered: true, Configured: c.Configured,
			Endpoints: c.Endpoints, SkippedBy: h.by, At: c.At,
		})
	}
}

// hidden is a check that fails, and by which server's check of its name it is
// hidden.
type hidden struct {
	skip
	origin string
}

type skip struct{ check, by string }

// failingUnseen returns the checks that the trace says to fail unseen, each once.
func (r *reader) failingUnseen() []hidden {
	var out []hidden
	seen := map[hidden]bool{}
	r.each(attr.SpanReady, func(s *trace.Span) {
		for _, e := range s.Events {
			if e.Name != attr.EventCheckMasked {
				continue
			}
			span := trace.Span{Attrs: e.Attrs}
			h := hidden{skip{span.Attr(attr.CheckName).Str(), span.Attr(attr.CheckSkippedBy).Str()}, span.Attr(attr.CheckOrigin).Str()}
			if !seen[h] {
				seen[h] = true
				out = append(out, h)
			}
		}
	})
	return out
}
