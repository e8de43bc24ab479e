package report

import (
	"slices"

	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// WhichQuestion is what was asked about a path, and what was found.
type WhichQuestion struct {
	Input    string // as it was given
	Method   string // that the handlers were asked with; "" when there were none to ask
	Path     string
	Handlers bool     // the handlers of the model answered, not the routes of a trace
	Notes    []string // what is to be known of the question, in words

	Way   *startup.Way
	Early *startup.Way // as the chain has just begun to serve; nil when not known
}

var whichSchema = register[Which]("which/v1")

// Which is the answer of chaintrace which.
type Which struct {
	Schema string `json:"schema" jsonschema:"which/v1"`
	Start

	Path   string `json:"path" jsonschema:"the path that is asked for, decoded and without a query"`
	Method string `json:"method" jsonschema:"the method that the handlers were asked with; empty for a trace, which records none"`
	By     string `json:"by" jsonschema:"handlers (those of the model were asked) or routes (it was found by the routes in the trace)"`
	WhichWay
	Early          *WhichWay    `json:"early" jsonschema:"the way as the chain has just begun to serve, before MuxAndDiscoveryComplete and before what is installed at runtime; null when it is the same or not known"`
	MuxCompleteNS  *int64       `json:"mux_complete_ns" jsonschema:"when MuxAndDiscoveryComplete was fired, in nanoseconds from the start; null when the trace does not show it"`
	MuxSignalsWait bool         `json:"mux_signals_wait" jsonschema:"whether the chain registers signals that MuxAndDiscoveryComplete waits for"`
	RouteAtNS      *int64       `json:"route_at_ns" jsonschema:"when the first route of the way was installed that comes at runtime, in nanoseconds from the start; null when it goes by none"`
	Unused         []WhichRoute `json:"unused" jsonschema:"routes that match the path as well and are not what it goes by, on all servers from the outermost inwards"`
	Notes          []string     `json:"notes" jsonschema:"what is to be known of the answer, in words"`

	input string
}

// WhichWay is the way of a request.
type WhichWay struct {
	Result   string        `json:"result" jsonschema:"answered, not-found (404), unavailable (503) or undecided (see branches; the trace has no routes where there are neither hops nor branches)"`
	Server   string        `json:"server" jsonschema:"the server whose handler answers; empty for the end of the chain, or when not known"`
	Status   *int          `json:"status" jsonschema:"the HTTP status; null when it is not known"`
	Hops     []WhichHop    `json:"hops" jsonschema:"who is asked, in order"`
	Branches []WhichBranch `json:"branches" jsonschema:"how it may go on after the last hop, where that depends on what the trace does not tell"`
}

// WhichHop is a step of the way.
type WhichHop struct {
	Server    string `json:"server" jsonschema:"the server that is asked; empty for the end of the chain"`
	Kind      string `json:"kind" jsonschema:"webservice, exact, prefix, notfound (nothing matches: passed to the delegate), proxy (an APIService of the chain's own: passed to the delegate), remote (an APIService of another server), unavailable (the same, and that server is not there), crd (the custom resource handler decides) or end (of the chain)"`
	Path      string `json:"path" jsonschema:"what matched: a path, a prefix or the root of a web service; for crd, what it was taken for"`
	Installer string `json:"installer" jsonschema:"the function that installed what matched; empty when unknown"`
	Source    string `json:"source" jsonschema:"the source place that calls the installer; empty when unknown"`
}

// WhichBranch is a way that a request may go on.
type WhichBranch struct {
	When   []string   `json:"when" jsonschema:"the conditions, all of which hold, in words"`
	Result string     `json:"result" jsonschema:"as in the answer"`
	Server string     `json:"server" jsonschema:"as in the answer"`
	Status *int       `json:"status" jsonschema:"as in the answer"`
	Hops   []WhichHop `json:"hops" jsonschema:"the further hops"`
}

// WhichRoute is a route that matches and is not used.
type WhichRoute struct {
	Server    string `json:"server" jsonschema:"apiserver.name"`
	Path      string `json:"path" jsonschema:"route.path"`
	Match     string `json:"match" jsonschema:"exact, prefix or webservice"`
	Installer string `json:"installer" jsonschema:"the function that installed it; empty when unknown"`
	Source    string `json:"source" jsonschema:"the source place that calls the installer; empty when unknown"`
	Why       string `json:"why" jsonschema:"why it is not used, in words"`
}

// NewWhich answers who answers a path.
func NewWhich(s *startup.Startup, q WhichQuestion) *Which {
	a := &Which{
		Schema: whichSchema, Start: newStart(s), Path: q.Path, Method: q.Method, By: "routes",
		WhichWay: newWhichWay(q.Way), Unused: []WhichRoute{}, Notes: append([]string{}, q.Notes...), input: q.Input,
	}
	if q.Handlers {
		a.By = "handlers"
	}
	mux := s.Mux()
	a.MuxSignalsWait = mux.Waits
	if mux.Fired != nil {
		at := int64(mux.Fired.At)
		a.MuxCompleteNS = &at
	}
	for _, h := range q.Way.Hops {
		if a.RouteAtNS == nil && h.Route != nil && h.Route.Phase == attr.PhaseRuntime {
			at := int64(h.Route.At)
			a.RouteAtNS = &at
		}
	}
	if q.Early != nil {
		if early := newWhichWay(q.Early); !early.same(a.WhichWay) {
			a.Early = &early
		}
	}
	for _, u := range s.Router().Unused(q.Path, q.Way) {
		a.Unused = append(a.Unused, WhichRoute{
			u.Server, u.Route.Path, u.Route.Match, u.Route.Installer, u.Route.Source, whyUnused(u, q.Way),
		})
	}
	return a
}

// Answers reports whether it is sure that somebody answers.
func (a *Which) Answers() bool { return a.Result == string(startup.WayAnswered) }

func newWhichWay(w *startup.Way) WhichWay {
	way := WhichWay{
		Result: string(w.End), Server: w.By, Status: statusOf(w), Hops: newWhichHops(w.Hops), Branches: []WhichBranch{},
	}
	way.branch(nil, nil, w.Branches)
	return way
}

// branch adds branches, and the branches of those, each with all that leads to it.
func (way *WhichWay) branch(when []string, hops []startup.Hop, branches []startup.Branch) {
	for i := range branches {
		w := &branches[i].Way
		when, hops := append(slices.Clone(when), branches[i].When), slices.Concat(hops, w.Hops)
		if len(w.Branches) > 0 {
			way.branch(when, hops, w.Branches)
			continue
		}
		way.Branches = append(way.Branches, WhichBranch{when, string(w.End), w.By, statusOf(w), newWhichHops(hops)})
	}
}

func statusOf(w *startup.Way) *int {
	if w.Status == 0 {
		return nil
	}
	return &w.Status
}

func newWhichHops(hops []startup.Hop) []WhichHop {
	out := []WhichHop{}
	for _, h := range hops {
		hop := WhichHop{Server: h.Server, Kind: string(h.Kind), Path: h.Path}
		if h.Route != nil {
			hop.Installer, hop.Source = h.Route.Installer, h.Route.Source
		}
		out = append(out, hop)
	}
	return out
}

// same reports whether two ways go by the same hops to the same end.
func (way WhichWay) same(other WhichWay) bool {
	status := func(a, b *int) bool { return a == b || a != nil && b != nil && *a == *b }
	return way.Result == other.Result && way.Server == other.Server && status(way.Status, other.Status) && way.sameHops(other) &&
		slices.EqualFunc(way.Branches, other.Branches, func(a, b WhichBranch) bool { return a.Result == b.Result && status(a.Status, b.Status) })
}

// sameHops reports whether two ways go by the same hops, wherever they end.
func (way WhichWay) sameHops(other WhichWay) bool {
	return slices.Equal(way.Hops, other.Hops) &&
		slices.EqualFunc(way.Branches, other.Branches, func(a, b WhichBranch) bool { return slices.Equal(a.Hops, b.Hops) })
}

// whyUnused says in words why a route that matches is not used.
func whyUnused(u startup.RouteOf, way *startup.Way) string {
	last := ""
	for _, w := range way.Ways() {
		for _, h := range w.Hops {
			if h.Server != "" {
				last = h.Server
			}
			if h.Server != u.Server {
				continue
			}
			switch {
			case h.Kind == startup.HopWebService && u.Route.Match == string(startup.HopWebService):
				return "the root of the web service " + h.Path + " is longer"
			case h.Kind == startup.HopWebService:
				return "web services are asked first"
			case h.Kind == startup.HopExact:
				return "the exact path is looked for first"
			case h.Kind == startup.HopPrefix:
				return "the prefix " + h.Path + " is longer"
			}
		}
	}
	if way.By != "" {
		return way.By + " answers"
	}
	return "the way ends at " + last
}
