package startup

import (
	"slices"

	"github.com/chaintrace/chaintrace/trace/attr"
)

// checks returns the account of a server's checks.
func (b *bookkeeper) checks(sv *Server) []LedgerCheck {
	var out []LedgerCheck
	for _, c := range sv.Checks {
		out = append(out, b.check(sv, c, ledgerState(c.State)))
	}
	type endpointName struct{ endpoint, name string }
	count := map[endpointName]int{}
	here := map[string]bool{}
	for _, c := range sv.Checks {
		here[c.Name] = true
		for _, e := range presentIn(c) {
			count[endpointName{e, c.Name}]++
		}
	}
	for i := range out {
		c := &out[i]
		if slices.ContainsFunc(presentIn(c.Check), func(e string) bool { return count[endpointName{e, c.Check.Name}] > 1 }) {
			c.mark(MarkDuplicate)
		}
	}
	return b.lostChecks(sv, out)
}

// lostChecks appends the delegate's checks that this server has not taken over
// and that are not in its account yet.
func (b *bookkeeper) lostChecks(sv *Server, out []LedgerCheck) []LedgerCheck {
	d := b.delegate(sv)
	if d == nil {
		return out
	}
	type checkOrigin struct{ name, origin string }
	own, offered, told := map[string]bool{}, map[string]bool{}, map[checkOrigin]bool{}
	for _, c := range sv.Checks {
		switch {
		case c.State == CheckOwn:
			own[c.Name] = true
		case c.State == CheckLost || c.NotOffered:
			told[checkOrigin{c.Name, c.Origin}] = true
		default:
			offered[c.Name] = true
		}
	}
	for _, c := range d.Checks {
		key := checkOrigin{c.Name, c.Origin}
		inHealthz := slices.Contains(c.Endpoints, attr.Healthz)
		if !c.Present() || told[key] || inHealthz && offered[c.Name] || !b.start.missed(sv, c) {
			continue
		}
		e := b.check(sv, c, LedgerLost)
		if own[c.Name] || offered[c.Name] {
			e.mark(MarkNamesake)
		}
		out = append(out, e)
	}
	return out
}

// presentIn returns the endpoints that a check is in, none for one that was
// passed by.
func presentIn(c *Check) []string {
	if !c.Present() {
		return nil
	}
	return c.Endpoints
}

func ledgerState(s CheckState) LedgerState {
	return map[CheckState]LedgerState{
		CheckInherited: LedgerInherited, CheckSkipped: LedgerSkipped, CheckMasked: LedgerMasked, CheckLost: LedgerLost,
	}[s]
}

// check makes an entry. A check without a state is the server's own.
func (b *bookkeeper) check(sv *Server, c *Check, state LedgerState) LedgerCheck {
	e := LedgerCheck{Check: c, Endpoints: c.Endpoints}
	e.State, e.Through = state, []string{sv.Name}
	if state == "" {
		e.State = LedgerOwn
	} else {
		e.Through = b.through(sv, c.Origin, func(at *Server) bool {
			found := b.checkOf[serverCheck{at.Name, c.Name}]
			return found != nil && found.State == CheckOwn
		})
	}
	if c.NotOffered {
		e.mark(MarkNamesake)
	}
	e.Place = b.placeOfCheck(sv, e.Through[0], c)
	var theirs *Check
	if sv.Delegate != sv.Name {
		theirs = b.checkOf[serverCheck{sv.Delegate, c.Name}]
	}
	if theirs == nil || e.State == LedgerOwn {
		return e
	}
	if e.State != LedgerInherited {
		if len(e.Endpoints) == 0 {
			e.Endpoints = theirs.Endpoints
		}
		return e
	}
	e.Promoted = slices.DeleteFunc(slices.Clone(c.Endpoints), func(at string) bool { return slices.Contains(theirs.Endpoints, at) })
	if len(e.Promoted) > 0 {
		e.mark(MarkPromoted)
	}
	if first := b.checkOf[serverCheck{e.Through[0], c.Name}]; first != nil && first.Delay > c.Delay {
		e.LostGrace = first.Delay
		e.mark(MarkLostGrace)
	}
	return e
}

// placeOfCheck returns where the hook was registered that a check is about.
func (b *bookkeeper) placeOfCheck(sv *Server, origin string, c *Check) string {
	name := c.Hook()
	if name == "" {
		return ""
	}
	for _, server := range []string{origin, sv.Name} {
		if h := b.hooksOf[serverHook{server, attr.KindPostStart, name}]; h != nil && h.RegisteredAt != "" {
			return h.RegisteredAt
		}
	}
	return ""
}
