package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// Kinds of what is in a ledger.
const (
	LedgerHooks  = startup.SubjectHooks
	LedgerChecks = startup.SubjectChecks
	LedgerRoutes = startup.SubjectRoutes
)

// LedgerFilter says what of a ledger is wanted. The zero value wants everything.
type LedgerFilter struct {
	Server string   // the name of one; "" for all
	Kind   string   // LedgerHooks, LedgerChecks or LedgerRoutes; "" for all
	States []string // states and marks of startup.LedgerWords, one of which an entry has; none for all
	All    bool     // in text, a row for each check's own path
}

// wants reports whether an entry is wanted.
func (f LedgerFilter) wants(kind string, e *startup.LedgerEntry) bool {
	return (f.Kind == "" || f.Kind == kind) && (len(f.States) == 0 || slices.ContainsFunc(f.States, e.Is))
}

var ledgerSchema = register[Ledger]("ledger/v1")

// Ledger is the answer of chaintrace ledger.
type Ledger struct {
	Schema string `json:"schema" jsonschema:"ledger/v1"`
	Start

	Servers []LedgerServer `json:"servers" jsonschema:"the servers, outermost first"`
	NotTold []string       `json:"not_told" jsonschema:"hooks, checks or routes: of what the trace tells nothing at all, which is not to say that there are none"`

	filter LedgerFilter
}

// LedgerServer is the account of one server.
type LedgerServer struct {
	Name     string        `json:"name" jsonschema:"apiserver.name"`
	Delegate string        `json:"delegate" jsonschema:"the server that it delegates to; empty for the innermost"`
	Counts   LedgerCounts  `json:"counts" jsonschema:"how many entries there are, whatever was filtered out"`
	Hooks    []LedgerHook  `json:"hooks" jsonschema:"post-start and pre-shutdown hooks"`
	Checks   []LedgerCheck `json:"checks" jsonschema:"health checks"`
	Routes   []LedgerRoute `json:"routes" jsonschema:"paths, prefixes and web services"`
}

// LedgerCounts are numbers of entries by what they are.
type LedgerCounts struct {
	Hooks  []LedgerCount `json:"hooks" jsonschema:"every hook is counted with its state and again with each of its marks"`
	Checks []LedgerCount `json:"checks" jsonschema:"the same of checks"`
	Routes []LedgerCount `json:"routes" jsonschema:"the same of routes"`
}

// LedgerCount is how many entries have a state or a mark.
type LedgerCount struct {
	Is      string `json:"is" jsonschema:"a state or a mark"`
	Entries int    `json:"entries" jsonschema:"how many have it, 1 or more"`
}

// LedgerItem is what all entries have.
type LedgerItem struct {
	State   string   `json:"state" jsonschema:"own, inherited, skipped (a configured check here has its name), masked (skipped or lost, and failing while a check of its name passes), lost (the delegate's, and not passed on), disabled or rejected (registering it failed)"`
	Marks   []string `json:"marks" jsonschema:"duplicate, promoted (in endpoints where the delegate has it not), lost-grace (without the livez grace period it had), replaced (by a later route of the path), shadowed (another route answers the path first), namesake (a lost check; another here has its name)"`
	Through []string `json:"through" jsonschema:"the servers by whose merges it came here, from where it comes from to this one"`
}

// LedgerHook is a hook of a server.
type LedgerHook struct {
	Name string `json:"name" jsonschema:"hook.name"`
	Kind string `json:"kind" jsonschema:"post-start or pre-shutdown"`
	LedgerItem
	Preconfigured bool   `json:"preconfigured" jsonschema:"whether it was on the config before New"`
	RegisteredAt  string `json:"registered_at" jsonschema:"the source place; empty when unknown"`
	Error         string `json:"error" jsonschema:"why registering it failed; else empty"`
}

// LedgerCheck is a check of a server.
type LedgerCheck struct {
	Name string `json:"name" jsonschema:"check.name"`
	LedgerItem
	Endpoints    []string `json:"endpoints" jsonschema:"of healthz, livez and readyz: where it is; for one that is skipped or lost, where the delegate has it"`
	Configured   bool     `json:"configured" jsonschema:"whether it was on the config before New"`
	DelayNS      int64    `json:"delay_ns" jsonschema:"the livez grace period here, in nanoseconds"`
	LostDelayNS  int64    `json:"lost_delay_ns" jsonschema:"the livez grace period that it had where it comes from, if it was lost on the way"`
	Promoted     []string `json:"promoted" jsonschema:"the endpoints where the delegate has it not"`
	SkippedBy    string   `json:"skipped_by" jsonschema:"the server whose configured check of the same name kept it out, or of a masked one that was lost, whose check hides it; else empty"`
	RegisteredAt string   `json:"registered_at" jsonschema:"the source place that registered its hook; empty for other checks, or when unknown"`
}

// LedgerRoute is a route of a server.
type LedgerRoute struct {
	Path  string `json:"path" jsonschema:"route.path"`
	Match string `json:"match" jsonschema:"exact, prefix or webservice"`
	LedgerItem
	Phase      string `json:"phase" jsonschema:"installAPI, construction, PrepareRun or runtime"`
	Installer  string `json:"installer" jsonschema:"the function that installed it; empty when unknown"`
	Source     string `json:"source" jsonschema:"the source place that calls the installer; empty when unknown"`
	Listed     bool   `json:"listed" jsonschema:"whether the index at / lists it"`
	Replaces   bool   `json:"replaces" jsonschema:"whether the path was there before: this one answers"`
	ShadowedBy string `json:"shadowed_by" jsonschema:"the server that answers the path first: one further out, or this one by a web service; else empty"`
}

// NewLedger answers what each server has and how it came by it. It fails when the
// filter names a server that the trace does not tell of.
func NewLedger(s *startup.Startup, f LedgerFilter) (*Ledger, error) {
	a := &Ledger{Schema: ledgerSchema, Start: newStart(s), Servers: []LedgerServer{}, NotTold: []string{}, filter: f}
	for _, subject := range s.NotToldOfServers() {
		if subject != startup.SubjectReadiness {
			a.NotTold = append(a.NotTold, subject)
		}
	}
	for _, sv := range s.Ledger().Servers {
		if f.Server == "" || f.Server == sv.Name {
			a.Servers = append(a.Servers, newLedgerServer(sv, f))
		}
	}
	if f.Server != "" && len(a.Servers) == 0 {
		var names []string
		for _, sv := range s.OutermostFirst() {
			names = append(names, render.Printable(sv.Name, 60))
		}
		if len(names) == 0 {
			return nil, fmt.Errorf("--server: the trace tells of no server, let alone %q", f.Server)
		}
		return nil, fmt.Errorf("--server: %q is not one of %s", f.Server, strings.Join(names, ", "))
	}
	return a, nil
}

func newLedgerServer(sv *startup.LedgerServer, f LedgerFilter) LedgerServer {
	out := LedgerServer{Name: sv.Name, Delegate: sv.Delegate, Hooks: []LedgerHook{}, Checks: []LedgerCheck{}, Routes: []LedgerRoute{}}
	hooks, checks, routes := ledgerCounter{}, ledgerCounter{}, ledgerCounter{}
	for i := range sv.Hooks {
		h := &sv.Hooks[i]
		if hooks.add(&h.LedgerEntry); f.wants(LedgerHooks, &h.LedgerEntry) {
			out.Hooks = append(out.Hooks, newLedgerHook(h))
		}
	}
	for i := range sv.Checks {
		c := &sv.Checks[i]
		if checks.add(&c.LedgerEntry); f.wants(LedgerChecks, &c.LedgerEntry) {
			out.Checks = append(out.Checks, newLedgerCheck(c))
		}
	}
	for i := range sv.Routes {
		r := &sv.Routes[i]
		if routes.add(&r.LedgerEntry); f.wants(LedgerRoutes, &r.LedgerEntry) {
			out.Routes = append(out.Routes, newLedgerRoute(r))
		}
	}
	out.Counts = LedgerCounts{hooks.list(), checks.list(), routes.list()}
	return out
}

// ledgerCounter counts entries by state and mark.
type ledgerCounter map[string]int

func (c ledgerCounter) add(e *startup.LedgerEntry) {
	c[string(e.State)]++
	for _, m := range e.Marks {
		c[string(m)]++
	}
}

// list returns the counts, states first.
func (c ledgerCounter) list() []LedgerCount {
	counts := []LedgerCount{}
	for _, word := range startup.LedgerWords() {
		if n := c[word]; n > 0 {
			counts = append(counts, LedgerCount{word, n})
		}
	}
	return counts
}

func newLedgerItem(e *startup.LedgerEntry) LedgerItem {
	item := LedgerItem{State: string(e.State), Marks: []string{}, Through: append([]string{}, e.Through...)}
	for _, m := range e.Marks {
		item.Marks = append(item.Marks, string(m))
	}
	return item
}

func newLedgerHook(h *startup.LedgerHook) LedgerHook {
	return LedgerHook{
		Name: h.Hook.Name, Kind: h.Hook.Kind, LedgerItem: newLedgerItem(&h.LedgerEntry),
		Preconfigured: h.Hook.Preconfigured, RegisteredAt: h.Place, Error: h.Err,
	}
}

func newLedgerCheck(c *startup.LedgerCheck) LedgerCheck {
	return LedgerCheck{
		Name: c.Check.Name, LedgerItem: newLedgerItem(&c.LedgerEntry), Endpoints: append([]string{}, c.Endpoints...),
		Configured: c.Check.Configured, DelayNS: int64(c.Check.Delay), LostDelayNS: int64(c.LostGrace),
		Promoted: append([]string{}, c.Promoted...), SkippedBy: c.Check.SkippedBy, RegisteredAt: c.Place,
	}
}

func newLedgerRoute(r *startup.LedgerRoute) LedgerRoute {
	return LedgerRoute{
		Path: r.Route.Path, Match: r.Route.Match, LedgerItem: newLedgerItem(&r.LedgerEntry),
		Phase: r.Route.Phase, Installer: r.Route.Installer, Source: r.Route.Source,
		Listed: r.Route.Listed, Replaces: r.Route.Replaces, ShadowedBy: r.ShadowedBy,
	}
}
