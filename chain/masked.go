package chain

import (
	"net/http"
	"slices"
	"time"

	"go.opentelemetry.io/otel/attribute"

	"github.com/chaintrace/chaintrace/trace/attr"
)

// recordMasked notes the checks of delegates that fail while ones of the same
// name further out pass: those that were skipped, and those that were never
// offered, as they are in no healthz, and whose path a namesake answers.
func (s *GenericAPIServer) recordMasked(sp span, r *http.Request, now time.Time) {
	masked := func(check registeredCheck, by string) {
		sp.event(attr.EventCheckMasked,
			attribute.String(attr.CheckName, check.Name()),
			attribute.String(attr.CheckOrigin, check.origin),
			attribute.String(attr.CheckSkippedBy, by))
	}
	var further []*GenericAPIServer // those further out, the nearest first
	for d := DelegationTarget(s); d != nil; d = d.NextDelegate() {
		server, ok := d.(*GenericAPIServer)
		if !ok {
			return
		}
		for _, check := range server.skipped {
			if check.run(now, r) != nil && passes(server.healthzChecks(), check.Name(), r, now) {
				masked(check.registeredCheck, check.by)
			}
		}
		for _, check := range server.notOffered() {
			if by := check.hiddenBy(further, r, now); by != "" && check.run(now, r) != nil {
				masked(check.registeredCheck, by)
			}
		}
		further = slices.Insert(further, 0, server)
	}
}

// passes reports whether there is a check of a name, and every one of that name
// passes.
func passes(checks []registeredCheck, name string, r *http.Request, now time.Time) bool {
	found := false
	for _, c := range checks {
		if c.Name() == name {
			if c.run(now, r) != nil {
				return false
			}
			found = true
		}
	}
	return found
}

// unoffered is a check that a server further out never learns of.
type unoffered struct {
	registeredCheck
	endpoint string
}

// notOffered returns the server's checks that it does not offer to the one
// further out, since healthz has none of their name.
func (s *GenericAPIServer) notOffered() []unoffered {
	known := map[string]bool{}
	for _, c := range s.healthzChecks() {
		known[c.Name()] = true
	}
	var out []unoffered
	for _, endpoint := range []string{attr.Livez, attr.Readyz} {
		for _, c := range s.health[endpoint].list() {
			if !known[c.Name()] {
				known[c.Name()] = true
				out = append(out, unoffered{c, endpoint})
			}
		}
	}
	return out
}

// hiddenBy returns the nearest of the servers further out whose check of that
// name passes in the same endpoint, if whoever asks sees one pass: that of the
// outermost which has one. Else it returns "".
func (c unoffered) hiddenBy(further []*GenericAPIServer, r *http.Request, now time.Time) string {
	by, seen := "", false
	for _, s := range further {
		checks := s.health[c.endpoint].list()
		if !slices.ContainsFunc(checks, func(other registeredCheck) bool { return other.Name() == c.Name() }) {
			continue
		}
		if seen = passes(checks, c.Name(), r, now); seen && by == "" {
			by = s.name
		}
	}
	if !seen {
		return ""
	}
	return by
}
