package stats

import (
	"cmp"
	"slices"
	"strings"
	"unique"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// kept is what is kept of a span. What it says is the same in nearly all starts,
// and kept once for all of them.
type kept struct {
	id, parent trace.SpanID
	start, end int64
	said       unique.Handle[said]
}

// said is what a span says beside its times.
type said struct {
	name                                                    string
	server, hook, origin, outcome, waitsFor, blocked, error string
	signal                                                  string
	status                                                  trace.StatusCode
	message                                                 string
}

// listSeparator stands between the entries of waitsFor. No name has it.
const listSeparator = "\x00"

func newKept(s *trace.Span) kept {
	w := said{name: s.Name, status: s.Status.Code, message: s.Status.Message}
	for _, a := range s.Attrs {
		switch a.Key {
		case attr.ServerName:
			w.server = a.Value.Str()
		case attr.HookName:
			w.hook = a.Value.Str()
		case attr.HookOrigin:
			w.origin = a.Value.Str()
		case attr.HookOutcome:
			w.outcome = a.Value.Str()
		case attr.HookWaitsFor:
			w.waitsFor = strings.Join(a.Value.StringList(), listSeparator)
		case attr.HookBlockedOn:
			w.blocked = a.Value.Str()
		case attr.HookError:
			w.error = a.Value.Str()
		case attr.SignalName:
			w.signal = a.Value.Str()
		}
	}
	return kept{s.SpanID, s.ParentID, s.Start, s.End, unique.Make(w)}
}

// span makes a span again of what is kept.
func (k kept) span(id trace.TraceID) trace.Span {
	w := k.said.Value()
	s := trace.Span{
		TraceID: id, SpanID: k.id, ParentID: k.parent, Name: w.name, Start: k.start, End: k.end,
		Status: trace.Status{Code: w.status, Message: w.message},
	}
	for _, a := range []struct{ key, value string }{
		{attr.ServerName, w.server},
		{attr.HookName, w.hook},
		{attr.HookOrigin, w.origin},
		{attr.HookOutcome, w.outcome},
		{attr.HookBlockedOn, w.blocked},
		{attr.HookError, w.error},
		{attr.SignalName, w.signal},
	} {
		if a.value != "" {
			s.Attrs = append(s.Attrs, trace.Attr{Key: a.key, Value: trace.String(a.value)})
		}
	}
	if w.waitsFor != "" {
		s.Attrs = append(s.Attrs, trace.Attr{Key: attr.HookWaitsFor, Value: trace.Strings(strings.Split(w.waitsFor, listSeparator)...)})
	}
	return s
}

// contradicts reports whether two cannot be of the same start: one says of a span
// what the other denies. One of them may not have ended yet.
func (k kept) contradicts(other kept) bool {
	return k.said.Value().name != other.said.Value().name || k.start != other.start || k.end != other.end && k.end > 0 && other.end > 0
}

// takesTime reports whether a span tells of a time that is summed up.
func takesTime(s *trace.Span) bool {
	switch s.Name {
	case attr.SpanStartup, attr.SpanConfigBuild, attr.SpanConfigComplete, attr.SpanChainCreate, attr.SpanServerCreate,
		attr.SpanServerPrepare, attr.SpanListenerServe, attr.SpanHooksRun, attr.SpanHookRun, attr.SpanReady:
		return true
	case attr.SpanSignal:
		name := s.Attr(attr.SignalName).Str()
		return name == startup.SignalReady || name == startup.MuxComplete
	}
	return false
}

// about is a span whose resource tells of its start.
type about struct {
	id         trace.SpanID
	start, end int64
	resource   *trace.Resource // nil where there is no span
}

func newAbout(s *trace.Span) about { return about{s.SpanID, s.Start, s.End, s.Resource} }

// earliest takes the other one if that is earlier. One without a time is not.
func (a *about) earliest(other about) {
	timed := other.start > 0
	if other.resource != nil && (a.resource == nil || timed && a.start <= 0 || timed == (a.start > 0) && a.compare(other) > 0) {
		*a = other
	}
}

// latest takes the other one if that is later.
func (a *about) latest(other about) {
	if other.resource != nil && (a.resource == nil || a.compare(other) < 0) {
		*a = other
	}
}

func (a *about) compare(other about) int {
	return cmp.Or(cmp.Compare(a.start, other.start), slices.Compare(a.id[:], other.id[:]))
}
