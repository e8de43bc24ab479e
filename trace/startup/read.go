package startup

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
)

// ErrNoChain is returned for a trace in which nothing is of chaintrace's
// vocabulary; it is wrapped with what there is instead.
var ErrNoChain = errors.New("the trace shows no server chain")

// FromTrace reads a start out of its spans; of several traces it takes the one
// that [Latest] names, and of several starts in that the latest. What is missing or
// contradictory is no error but goes to Problems: a trace of a server that died is
// worth reading. It fails only when no span is of the vocabulary of package attr.
func FromTrace(t *trace.Trace) (*Startup, error) {
	spans, t, starts := chosen(t)
	if !slices.ContainsFunc(spans, func(s *trace.Span) bool { return InVocabulary(s.Name) }) {
		return nil, fmt.Errorf("%w: %s", ErrNoChain, found(spans))
	}
	r := newReader(spans)
	if starts > 1 {
		r.problem("the trace holds %d starts; this is the latest", starts)
	}
	r.header()
	r.phases()
	r.serversInOrder()
	r.hooks()
	r.checks()
	r.routes()
	r.runs()
	r.ready()
	r.passedBy()
	r.phaseFailure()
	r.anomalies(t.Anomalies())
	return r.out, nil
}

// Spans returns the spans of the start that [FromTrace] reads, in order of time.
func Spans(t *trace.Trace) []*trace.Span {
	spans, _, _ := chosen(t)
	return spans
}

// chosen returns the start that is read, as sorted spans and as a trace, and how
// many starts there are.
func chosen(t *trace.Trace) (spans []*trace.Span, one *trace.Trace, starts int) {
	id, _ := Latest(t)
	one, starts = oneStart(t.Select(id))
	return sorted(one), one, starts
}

// InVocabulary reports whether spans of this name tell of a server chain, so that a
// trace with one of them can be read as a start.
func InVocabulary(name string) bool {
	switch name {
	case attr.SpanStartup, attr.SpanConfigBuild, attr.SpanConfigComplete, attr.SpanChainCreate,
		attr.SpanServerCreate, attr.SpanServerNew, attr.SpanHookMerge, attr.SpanHookRegister,
		attr.SpanCheckMerge, attr.SpanCheckSkip, attr.SpanCheckAdd, attr.SpanRouteInstall,
		attr.SpanAPIGroup, attr.SpanSignalRegister, attr.SpanServerPrepare, attr.SpanHooksRun,
		attr.SpanHookRun, attr.SpanSignal, attr.SpanReady:
		return true
	}
	return false
}

// found says in words what a trace holds that is of no use here.
func found(spans []*trace.Span) string {
	if len(spans) == 0 {
		return "it has no spans"
	}
	distinct := map[string]bool{}
	for _, s := range spans {
		distinct[s.Name] = true
	}
	names := slices.Sorted(maps.Keys(distinct))
	const shown = 5
	more := ""
	if len(names) > shown {
		more = fmt.Sprintf(" and %d more", len(names)-shown)
		names = names[:shown]
	}
	return fmt.Sprintf("its spans are named %q%s", names, more)
}

// sorted returns the spans in order of time. What was delivered twice is there
// once.
func sorted(t *trace.Trace) []*trace.Span {
	spans := make([]*trace.Span, len(t.Spans))
	for i := range t.Spans {
		spans[i] = &t.Spans[i]
	}
	slices.SortFunc(spans, compareSpans)
	return slices.CompactFunc(spans, func(a, b *trace.Span) bool {
		return compareSpans(a, b) == 0 && !a.SpanID.IsZero()
	})
}

// compareSpans puts spans in order of time; those that begin together, in an
// order that their content decides.
func compareSpans(a, b *trace.Span) int {
	return cmp.Or(
		cmp.Compare(a.Start, b.Start),
		slices.Compare(a.SpanID[:], b.SpanID[:]),
		strings.Compare(a.Name, b.Name),
		cmp.Compare(a.End, b.End),
	)
}

// reader fills a Startup from the spans of one trace.
type reader struct {
	spans   []*trace.Span
	byID    map[trace.SpanID]*trace.Span // of duplicates the first
	root    *trace.Span                  // the earliest span startup; nil when there is none
	base    int64                        // what times are offsets from; never negative
	out     *Startup
	servers map[string]*Server
}

func newReader(spans []*trace.Span) *reader {
	r := &reader{
		spans: spans, byID: make(map[trace.SpanID]*trace.Span, len(spans)), out: &Startup{},
		servers: map[string]*Server{},
	}
	for _, s := range spans {
		if _, ok := r.byID[s.SpanID]; !ok && !s.SpanID.IsZero() {
			r.byID[s.SpanID] = s
		}
	}
	r.findBase()
	for _, s := range spans {
		r.out.End = max(r.out.End, r.at(max(s.End, s.Start)))
		for _, e := range s.Events {
			if e.Name == attr.EventWatched && s.Name == attr.SpanStartup {
				r.out.End = max(r.out.End, r.at(e.Time))
			}
		}
	}
	return r
}

func (r *reader) problem(format string, args ...any) {
	r.out.Problems = append(r.out.Problems, fmt.Sprintf(format, args...))
}

// anomalies tells of what is wrong with single spans.
func (r *reader) anomalies(found []trace.Anomaly) {
	for _, a := range found {
		if a.Kind == trace.AnomalyNoTime {
			r.problem("%v; shown at the beginning", a)
			continue
		}
		r.problem("%v", a)
	}
	r.clamped()
}

// each calls f for the spans of a name, in order of time.
func (r *reader) each(name string, f func(s *trace.Span)) {
	for _, s := range r.spans {
		if s.Name == name {
			f(s)
		}
	}
}

// ofServer calls f for the spans of a name that tell of a server.
func (r *reader) ofServer(name string, f func(sv *Server, s *trace.Span)) {
	nameless := 0
	r.each(name, func(s *trace.Span) {
		if sv := r.servers[r.serverName(s)]; sv != nil {
			f(sv, s)
		} else {
			nameless++
		}
	})
	if nameless > 0 {
		r.problem("%d of the spans %s do not say of which server", nameless, name)
	}
}

// maxDepth bounds the way up from a span, against cycles.
const maxDepth = 100

// serverName returns the server that a span, or the nearest span above it that
// names one, is about.
func (r *reader) serverName(s *trace.Span) string {
	for range maxDepth {
		if name := s.Attr(attr.ServerName).Str(); name != "" {
			return name
		}
		parent, ok := r.byID[s.ParentID]
		if !ok {
			break
		}
		s = parent
	}
	return ""
}

// header reads what is said of the start as a whole.
func (r *reader) header() {
	about := r.root
	if about == nil {
		about = r.spans[0]
		r.problem("there is no span %s: the trace begins in the middle", attr.SpanStartup)
	}
	r.out.Start = time.Unix(0, r.base).UTC()
	r.out.CutOff = r.root == nil || r.root.End == 0
	r.out.Service = about.Service()
	if about.Resource != nil {
		r.out.Version = about.Resource.Attr(attr.ServiceVersion).Str()
		r.out.Preset = about.Resource.Attr(attr.Preset).Str()
		r.out.Source = about.Resource.Attr(attr.Source).Str()
		r.out.Clock = about.Resource.Attr(attr.Clock).Str()
		r.out.Storage = about.Resource.Attr(attr.Storage).Str()
	}
}

func (r *reader) phases() {
	for _, s := range r.spans {
		switch s.Name {
		case attr.SpanServerPrepare:
			if parent := r.byID[s.ParentID]; parent != nil && parent.Name == attr.SpanServerPrepare {
				continue
			}
		case attr.SpanConfigBuild, attr.SpanConfigComplete, attr.SpanChainCreate, attr.SpanListenerServe, attr.SpanHooksRun:
		default:
			continue
		}
		r.out.Phases = append(r.out.Phases, Phase{s.Name, s.Attr(attr.ServerName).Str(), r.interval(s)})
	}
}
