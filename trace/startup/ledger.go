package startup

import (
	"slices"
	"time"

	"github.com/chaintrace/chaintrace/trace/attr"
)

// Ledger is the account of a chain: everything that each server has, how it came
// by it, and what of its delegate's it has not.
type Ledger struct {
	Servers []*LedgerServer // outermost first
}

// LedgerServer is the account of one server. Every hook, check and route that the
// trace tells of is in it once, in the trace's order; behind them stands what was
// lost, of which no span tells.
type LedgerServer struct {
	*Server
	Hooks  []LedgerHook
	Checks []LedgerCheck
	Routes []LedgerRoute
}

// LedgerState says how a server came by something, or why it has it not.
type LedgerState string

// The states of an entry. Every entry has one.
const (
	LedgerOwn       LedgerState = "own"       // its own
	LedgerInherited LedgerState = "inherited" // taken over from the delegate
	LedgerSkipped   LedgerState = "skipped"   // a check of the delegate's that a configured one of its name kept out
	LedgerMasked    LedgerState = "masked"    // skipped or lost, and failing while a check of its name here passes
	LedgerLost      LedgerState = "lost"      // the delegate's, and not passed on
	LedgerDisabled  LedgerState = "disabled"  // a hook that the config turns off
	LedgerRejected  LedgerState = "rejected"  // a hook whose registration failed
)

// LedgerMark is something else to know of an entry.
type LedgerMark string

// The marks of an entry, which may have several.
const (
	MarkDuplicate LedgerMark = "duplicate"  // the same name, or path, more than once on this server
	MarkPromoted  LedgerMark = "promoted"   // a delegate's check, now in endpoints where it was not
	MarkLostGrace LedgerMark = "lost-grace" // a delegate's check without the livez grace period that it had there
	MarkReplaced  LedgerMark = "replaced"   // a route that a later one of the same path took the place of
	MarkShadowed  LedgerMark = "shadowed"   // a route whose path another one answers before it is asked
	MarkNamesake  LedgerMark = "namesake"   // a check that was lost, and whose name another check here has
)

// LedgerWords returns all states and marks.
func LedgerWords() []string {
	return []string{
		string(LedgerOwn), string(LedgerInherited), string(LedgerSkipped), string(LedgerMasked), string(LedgerLost),
		string(LedgerDisabled), string(LedgerRejected),
		string(MarkDuplicate), string(MarkPromoted), string(MarkLostGrace), string(MarkReplaced), string(MarkShadowed), string(MarkNamesake),
	}
}

// LedgerEntry is what entries of all kinds have.
type LedgerEntry struct {
	State LedgerState
	Marks []LedgerMark
	// Through names the servers by whose merges it came here: the one that it
	// comes from first and this one last. What is this server's own has this one
	// alone.
	Through []string
}

// Has reports whether the entry has this mark.
func (e *LedgerEntry) Has(mark LedgerMark) bool { return slices.Contains(e.Marks, mark) }

// Is reports whether the word is the entry's state or one of its marks. What is
// lost is so too if that is the grace period alone.
func (e *LedgerEntry) Is(word string) bool {
	return string(e.State) == word || e.Has(LedgerMark(word)) || word == string(LedgerLost) && e.Has(MarkLostGrace)
}

func (e *LedgerEntry) mark(m LedgerMark) {
	if !e.Has(m) {
		e.Marks = append(e.Marks, m)
	}
}

// LedgerHook is a hook in the account of a server.
type LedgerHook struct {
	LedgerEntry
	Hook  *Hook
	Place string // where it was registered; "" when the trace does not know
	Err   string // why its registration failed; "" when it did not
}

// LedgerCheck is a check in the account of a server.
type LedgerCheck struct {
	LedgerEntry
	Check     *Check
	Endpoints []string      // where it is here; for one that is not, where the delegate has it
	Place     string        // where its hook was registered; "" for other checks, or when the trace does not know
	Promoted  []string      // the endpoints that it is new in
	LostGrace time.Duration // the livez grace period that it had on the server that it comes from, if that is longer than here
}

// LedgerRoute is a path in the account of a server.
type LedgerRoute struct {
	LedgerEntry
	Route      Route
	ShadowedBy string // the server that answers the path first: one further out, or this one by a web service; "" for none
}

// Ledger draws up the account of the chain.
func (s *Startup) Ledger() *Ledger {
	b := newBookkeeper(s)
	l := &Ledger{}
	for _, sv := range s.OutermostFirst() {
		l.Servers = append(l.Servers, &LedgerServer{Server: sv, Hooks: b.hooks(sv), Checks: b.checks(sv), Routes: b.routes(sv)})
	}
	return l
}

// bookkeeper draws up a ledger.
type bookkeeper struct {
	start   *Startup
	servers map[string]*Server
	hooksOf map[serverHook]*Hook
	checkOf map[serverCheck]*Check // those that are present; of several the one with the longest grace period
	shadows Shadows
}

type serverHook struct{ server, kind, name string }

type serverCheck struct{ server, name string }

func newBookkeeper(s *Startup) *bookkeeper {
	b := &bookkeeper{
		start: s, servers: map[string]*Server{}, hooksOf: map[serverHook]*Hook{}, checkOf: map[serverCheck]*Check{}, shadows: s.Shadows(),
	}
	for _, sv := range s.Servers {
		b.servers[sv.Name] = sv
		for _, hooks := range [][]*Hook{sv.PostStart, sv.PreShutdown} {
			for _, h := range hooks {
				b.hooksOf[serverHook{sv.Name, h.Kind, h.Name}] = h
			}
		}
		for _, c := range sv.Checks {
			key := serverCheck{sv.Name, c.Name}
			if known := b.checkOf[key]; c.Present() && (known == nil || c.Delay > known.Delay) {
				b.checkOf[key] = c
			}
		}
	}
	return b
}

// through follows delegation from a server down to the one that something comes
// from. Where the origin is unknown, own tells whether a server has it as its own.
func (b *bookkeeper) through(sv *Server, origin string, own func(sv *Server) bool) []string {
	way := []string{sv.Name}
	for at := sv; at.Name != origin; {
		if at = b.servers[at.Delegate]; at == nil || slices.Contains(way, at.Name) {
			// The trace does not tell the way.
			if way = way[:1]; origin != "" {
				way = append(way, origin)
			}
			break
		}
		way = append(way, at.Name)
		if origin == "" && own(at) {
			break
		}
	}
	slices.Reverse(way)
	return way
}

// delegate returns the server that this one takes over from, or nil. One that
// was not made to its end has not taken over all that it would have.
func (b *bookkeeper) delegate(sv *Server) *Server {
	if d := b.servers[sv.Delegate]; d != sv && sv.New.End >= sv.New.Start {
		return d
	}
	return nil
}

// hooks returns the account of a server's hooks.
func (b *bookkeeper) hooks(sv *Server) []LedgerHook {
	var out []LedgerHook
	add := func(hooks []*Hook, state LedgerState) {
		for _, h := range hooks {
			out = append(out, b.hook(sv, h, state))
		}
	}
	add(sv.PostStart, "")
	add(sv.PreShutdown, "")
	add(sv.Disabled, LedgerDisabled)
	for _, r := range sv.Rejected {
		e := b.hook(sv, r.Hook, LedgerRejected)
		e.Err = r.Err
		out = append(out, e)
	}
	type kindName struct{ kind, name string }
	count := map[kindName]int{}
	for _, h := range out {
		if h.State != LedgerDisabled {
			count[kindName{h.Hook.Kind, h.Hook.Name}]++
		}
	}
	for i := range out {
		if h := &out[i]; h.State != LedgerDisabled && count[kindName{h.Hook.Kind, h.Hook.Name}] > 1 {
			h.mark(MarkDuplicate)
		}
	}
	if d := b.delegate(sv); d != nil {
		for _, h := range slices.Concat(d.PostStart, d.PreShutdown) {
			if b.hooksOf[serverHook{sv.Name, h.Kind, h.Name}] == nil {
				out = append(out, b.hook(sv, h, LedgerLost))
			}
		}
	}
	return out
}

// hook makes an entry. Without a state, the hook's own flag says it.
func (b *bookkeeper) hook(sv *Server, h *Hook, state LedgerState) LedgerHook {
	e := LedgerHook{Hook: h, Place: h.RegisteredAt}
	e.State, e.Through = state, []string{sv.Name}
	if state == "" {
		e.State = LedgerOwn
		if h.Inherited {
			e.State = LedgerInherited
		}
	}
	if e.State != LedgerInherited && e.State != LedgerLost {
		return e
	}
	own := func(at *Server) bool {
		found := b.hooksOf[serverHook{at.Name, h.Kind, h.Name}]
		return found != nil && !found.Inherited
	}
	e.Through = b.through(sv, h.Origin, own)
	if e.Place == "" {
		if first := b.hooksOf[serverHook{e.Through[0], h.Kind, h.Name}]; first != nil {
			e.Place = first.RegisteredAt
		}
	}
	return e
}

// routes returns the account of a server's routes.
func (b *bookkeeper) routes(sv *Server) []LedgerRoute {
	out := make([]LedgerRoute, 0, len(sv.Routes))
	type pathMatch struct{ path, match string }
	latest := map[pathMatch]int{}
	for i, r := range sv.Routes {
		e := LedgerRoute{Route: r, ShadowedBy: b.shadows.By(sv.Name, r)}
		e.State, e.Through = LedgerOwn, []string{sv.Name}
		key := pathMatch{r.Path, r.Match}
		if earlier, ok := latest[key]; ok {
			out[earlier].mark(MarkDuplicate)
			e.mark(MarkDuplicate)
			if r.Match != attr.MatchWebService { // of two web services the first answers
				out[earlier].mark(MarkReplaced)
			}
		}
		if r.Replaces {
			e.mark(MarkDuplicate)
		}
		latest[key] = i
		if e.ShadowedBy != "" {
			e.mark(MarkShadowed)
		}
		out = append(out, e)
	}
	return out
}
