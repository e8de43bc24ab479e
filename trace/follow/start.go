package follow

import (
	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
)

// HookState is how far a post-start hook has come.
type HookState uint8

// The states of a hook, in their order.
const (
	HookPending HookState = iota // registered
	HookRunning
	HookDone
	HookFailed
)

// Hook is a post-start hook as it is known so far. Times are nanoseconds since
// the Unix epoch, and 0 when unknown.
type Hook struct {
	Name       string
	Origin     string // the server that registered it first
	State      HookState
	Begin, End int64
	Err        string // what it failed with
}

func (h *Hook) copy() *Hook {
	c := *h
	return &c
}

// Stage is a stretch of a start.
type Stage struct {
	Name   string // of the span: attr.SpanServerCreate, …; "" before the first
	Server string // the server which that span is about, or ""
}

// Start is what is known of a start so far, of several the one that was seen to begin
// last. The zero value is one that nothing is known of. It is not safe for concurrent
// use.
type Start struct {
	Service, Version string // of the process
	Begin            int64  // of the first span; nanoseconds since the Unix epoch
	Stage            Stage  // the one that began last
	Hooks            []*Hook
	Ready            int64 // when it was ready first; nanoseconds since the Unix epoch; 0: not yet
	Finished         bool  // the span of the start has ended

	id     trace.SpanID // of the span startup
	staged int64        // when Stage began
	byName map[string]*Hook
	// Which start spans are of, those of others included: processes that run at the
	// same time may write to one file.
	roots map[trace.SpanID]trace.SpanID
	begun map[trace.TraceID]trace.SpanID // the start that began last in a trace
}

// Change is one thing that a record told. Exactly one of Stage, Hook, Ready and
// Again is set.
type Change struct {
	At    int64 // nanoseconds since the Unix epoch
	Stage *Stage
	Hook  *Hook // as it became; a copy
	Ready bool
	Again bool // the process was started again: nothing of what was known holds
}

// Add takes account of records, in the order in which they were written, and
// returns what they change. Spans that are not of the vocabulary change nothing.
func (s *Start) Add(spans []trace.Span) []Change {
	var changes []Change
	for i := range spans {
		changes = append(changes, s.add(&spans[i])...)
	}
	return changes
}

func (s *Start) add(span *trace.Span) []Change {
	var changes []Change
	root, isNew := s.rootOf(span)
	if isNew && !s.id.IsZero() {
		*s = Start{roots: s.roots, begun: s.begun}
		changes = []Change{{At: span.Start, Again: true}}
	}
	if !isNew && root != s.id {
		return nil // of a process that began before
	}
	if span.Name == attr.SpanStartup {
		s.id, s.Begin, s.Finished = span.SpanID, span.Start, span.End != 0
		s.Service = span.Service()
		if span.Resource != nil {
			s.Version = span.Resource.Attr(attr.ServiceVersion).Str()
		}
		return changes
	}
	if s.Begin == 0 {
		s.Begin = span.Start
	}
	switch span.Name {
	case attr.SpanConfigBuild, attr.SpanConfigComplete, attr.SpanChainCreate, attr.SpanServerCreate, attr.SpanServerNew, attr.SpanServerPrepare, attr.SpanHooksRun:
		return s.stage(span)
	case attr.SpanHookRegister, attr.SpanHookMerge:
		return s.registered(span)
	case attr.SpanHookRun:
		return s.run(span)
	case attr.SpanReady:
		if s.Ready == 0 && span.End != 0 && span.Status.Code != trace.StatusError {
			s.Ready = span.End
			return []Change{{At: span.End, Ready: true}}
		}
	}
	return nil
}

// rootOf returns the start that a span is of, zero for none that is known, and
// whether the span begins it. A span whose parent has not been written yet is of the
// start that began last in its trace.
func (s *Start) rootOf(span *trace.Span) (root trace.SpanID, isNew bool) {
	if s.roots == nil {
		s.roots, s.begun = map[trace.SpanID]trace.SpanID{}, map[trace.TraceID]trace.SpanID{}
	}
	root, known := s.roots[span.SpanID]
	switch {
	case known:
		return root, false
	case span.Name == attr.SpanStartup:
		root, isNew = span.SpanID, true
		s.begun[span.TraceID] = root
	default:
		if root, known = s.roots[span.ParentID]; !known {
			root = s.begun[span.TraceID]
		}
	}
	s.roots[span.SpanID] = root
	return root, isNew
}

// stage takes account of a stage that has begun, and may have ended too. New is one
// only of a server whose making has no span of its own.
func (s *Start) stage(span *trace.Span) []Change {
	stage := Stage{span.Name, span.Attr(attr.ServerName).Str()}
	if span.Start < s.staged || s.Stage == stage || stage == (Stage{attr.SpanServerNew, s.Stage.Server}) && s.Stage.Name == attr.SpanServerCreate {
		return nil
	}
	s.Stage, s.staged = stage, span.Start
	return []Change{{At: span.Start, Stage: &stage}}
}

// registered adds a hook that is there now, unless the registration failed.
func (s *Start) registered(span *trace.Span) []Change {
	if span.Attr(attr.HookKind).Str() == attr.KindPreShutdown || span.Attr(attr.HookDisabled).Bool() || span.Status.Code == trace.StatusError {
		return nil
	}
	h, isNew := s.hook(span)
	if !isNew {
		return nil
	}
	return []Change{{At: span.Start, Hook: h.copy()}}
}

func (s *Start) run(span *trace.Span) []Change {
	h, _ := s.hook(span)
	before := h.State
	h.Begin, h.State = span.Start, HookRunning
	if span.End != 0 {
		h.End, h.State = span.End, HookDone
	}
	if span.Attr(attr.HookOutcome).Str() == attr.OutcomeFailed || span.Status.Code == trace.StatusError {
		h.State, h.Err = HookFailed, span.Attr(attr.HookError).Str()
		if h.Err == "" {
			h.Err = span.Status.Message
		}
	}
	if h.State == before {
		return nil
	}
	return []Change{{At: max(span.Start, span.End), Hook: h.copy()}}
}

// hook returns the hook that a span is about, and whether it was unknown.
func (s *Start) hook(span *trace.Span) (h *Hook, isNew bool) {
	name := span.Attr(attr.HookName).Str()
	if h := s.byName[name]; h != nil {
		return h, false
	}
	h = &Hook{Name: name, Origin: span.Attr(attr.HookOrigin).Str()}
	if h.Origin == "" {
		h.Origin = span.Attr(attr.ServerName).Str()
	}
	if s.byName == nil {
		s.byName = map[string]*Hook{}
	}
	s.byName[name] = h
	s.Hooks = append(s.Hooks, h)
	return h, true
}

// Ended returns how many hooks have ended, failed ones included.
func (s *Start) Ended() int {
	n := 0
	for _, h := range s.Hooks {
		if h.State >= HookDone {
			n++
		}
	}
	return n
}

// Failed returns the hook that failed first, or nil.
func (s *Start) Failed() *Hook {
	var first *Hook
	for _, h := range s.Hooks {
		if h.State == HookFailed && (first == nil || h.End < first.End) {
			first = h
		}
	}
	return first
}
