package verify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/chaintrace/chaintrace/trace/startup"
)

// Finding is a problem in a start. Its texts hold names out of the trace as they
// are.
type Finding struct {
	Rule   *Rule
	Server string // the server that it is on; "" for the chain as a whole
	Kind   string // what Name is: one of the Kind constants
	Name   string // of the thing that it is about; of the server where it sums up several
	// Names are the things that it stands for, where it sums up several of a kind on
	// one server, however many there are in this start; else nil.
	Names []string
	Count int // how many things it stands for, 1 or more
	// Detail tells findings about one thing apart. Like names, it holds no numbers or
	// times, so that the same problem has the same from start to start.
	Detail string
	Source string // where the thing was registered; "" when the trace does not know
	// Message says what was found, with names and numbers.
	Message string

	say    func(names []string) string // the message of some of Names
	chance bool                        // which Names there are differs from start to start
}

// sum tells of several things of one server in one finding, whose message say
// writes. The place is the one that most of them have first.
func sum(sv *startup.LedgerServer, names []string, source string, say func(names []string) string) Finding {
	return Finding{
		Server: sv.Name, Kind: KindServer, Name: sv.Name, Names: names, Count: len(names),
		Source: source, Message: say(names), say: say,
	}
}

// only returns the finding for some of its names.
func (f Finding) only(names []string) Finding {
	rest := len(f.Names) - len(names)
	f.Names, f.Count = names, len(names)
	f.Message = fmt.Sprintf("%s (%d more accepted)", f.say(names), rest)
	return f
}

// The kinds of thing that a finding is about.
const (
	KindCheck  = "check"
	KindHook   = "hook"
	KindRoute  = "route"
	KindSignal = "signal"
	KindServer = "server" // the server, or the chain, as a whole
)

// Options say what counts as a problem.
type Options struct {
	// Near is the part of its deadline that a hook may take before it is found
	// to be near it, from 0 to 1; 0 for DefaultNear.
	Near float64
}

// DefaultNear is the part of its deadline that a hook may take.
const DefaultNear = 0.8

// Find returns the problems of a start: the worst first, and those of one
// severity by code, then from the outermost server inwards and in the order of
// the trace.
func Find(s *startup.Startup, o Options) []Finding {
	f := newFacts(s, o)
	var found []Finding
	for _, rule := range allRules {
		rule.find(f, func(finding Finding) {
			finding.Rule, finding.Count = rule, max(1, finding.Count)
			found = append(found, finding)
		})
	}
	slices.SortStableFunc(found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(b.Rule.Severity, a.Rule.Severity), strings.Compare(a.Rule.Code, b.Rule.Code))
	})
	return found
}

// reporter takes a finding; the rule and a count of 1 are filled in.
type reporter func(Finding)

// facts is a start as rules look at it.
type facts struct {
	*startup.Startup
	ledger    *startup.Ledger
	outermost *startup.LedgerServer // nil where the trace tells of no server
	near      float64
	runs      map[string]*startup.HookRun
	places    map[string]string // where post-start hooks were registered
}

func newFacts(s *startup.Startup, o Options) *facts {
	f := &facts{Startup: s, ledger: s.Ledger(), near: o.Near, runs: s.RunsByName(), places: map[string]string{}}
	if f.near <= 0 {
		f.near = DefaultNear
	}
	if len(f.ledger.Servers) > 0 {
		f.outermost = f.ledger.Servers[0]
	}
	for _, sv := range s.Servers {
		for _, h := range sv.PostStart {
			if f.places[h.Name] == "" {
				f.places[h.Name] = h.RegisteredAt
			}
		}
	}
	return f
}

// built reports whether the trace shows all of a server's construction.
func built(sv *startup.LedgerServer) bool { return sv != nil && sv.New.End >= sv.New.Start }

// signalAt returns when a lifecycle signal was fired.
func (f *facts) signalAt(name string) (at time.Duration, fired bool) {
	for _, s := range f.Signals {
		if s.Name == name {
			return s.At, true
		}
	}
	return 0, false
}
