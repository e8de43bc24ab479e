package startup_test

import (
	"encoding/binary"
	"testing"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// builder makes traces by hand. Times are milliseconds from the start.
type builder struct {
	trace.Trace
	id       byte
	resource *trace.Resource
}

func newBuilder(attrs ...trace.Attr) *builder {
	return &builder{id: 1, resource: &trace.Resource{Attrs: append([]trace.Attr{kv(attr.ServiceName, "process")}, attrs...)}}
}

const base = int64(1_700_000_000_000_000_000)

func kv(key, value string) trace.Attr       { return trace.Attr{Key: key, Value: trace.String(value)} }
func flag(key string) trace.Attr            { return trace.Attr{Key: key, Value: trace.Bool(true)} }
func list(k string, v ...string) trace.Attr { return trace.Attr{Key: k, Value: trace.Strings(v...)} }

// add adds a span and returns its ID. An end of 0 leaves it unfinished.
func (b *builder) add(parent trace.SpanID, name string, start, end int64, attrs ...trace.Attr) trace.SpanID {
	s := trace.Span{Name: name, ParentID: parent, Start: base + start*1e6, Attrs: attrs, Resource: b.resource, Scope: &trace.Scope{}}
	if end > 0 {
		s.End = base + end*1e6
	}
	s.TraceID[0] = b.id
	binary.BigEndian.PutUint64(s.SpanID[:], uint64(len(b.Spans)+1))
	b.Spans = append(b.Spans, s)
	return s.SpanID
}

// of adds a span that is about a server.
func (b *builder) of(server, name string, start, end int64, attrs ...trace.Attr) trace.SpanID {
	return b.add(trace.SpanID{}, name, start, end, append([]trace.Attr{kv(attr.ServerName, server)}, attrs...)...)
}

func (b *builder) read(t *testing.T) *startup.Startup {
	t.Helper()
	s, err := startup.FromTrace(&b.Trace)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// chainOfTwo is an inner and an outer server with a hook and checks each.
func chainOfTwo() *builder {
	b := newBuilder(kv(attr.ServiceVersion, "v1"), kv(attr.Preset, "two"), kv(attr.Source, attr.SourceModel), kv(attr.Clock, attr.ClockSimulated), kv(attr.Storage, "fresh"))
	b.add(trace.SpanID{}, attr.SpanStartup, 0, 100)
	b.of("inner", attr.SpanServerCreate, 1, 10, kv(attr.ServerDelegate, ""), kv(attr.ServerCreator, "create"))
	b.of("inner", attr.SpanServerNew, 1, 5)
	b.of("inner", attr.SpanHookRegister, 2, 3, kv(attr.HookName, "a"), kv(attr.HookKind, attr.KindPostStart), kv(attr.HookRegisteredAt, "a.go:1"))
	b.of("inner", attr.SpanCheckAdd, 2, 3, kv(attr.CheckName, "db"), list(attr.CheckEndpoints, "readyz", "healthz", "livez"), flag(attr.CheckConfigured))
	b.of("inner", attr.SpanCheckAdd, 3, 3, kv(attr.CheckName, "only-readyz"), list(attr.CheckEndpoints, "readyz"))
	b.of("inner", attr.SpanCheckAdd, 4, 4, kv(attr.CheckName, "both"), list(attr.CheckEndpoints, "readyz"))
	b.of("outer", attr.SpanServerCreate, 10, 20, kv(attr.ServerDelegate, "inner"))
	b.of("outer", attr.SpanServerNew, 10, 15, kv(attr.ServerDelegate, "inner"))
	b.of("outer", attr.SpanHookMerge, 11, 12, kv(attr.HookName, "a"), kv(attr.HookKind, attr.KindPostStart), kv(attr.HookOrigin, "inner"))
	b.of("outer", attr.SpanHookRegister, 12, 13, kv(attr.HookName, "off"), kv(attr.HookKind, attr.KindPostStart), flag(attr.HookDisabled))
	b.of("outer", attr.SpanHookRegister, 13, 14, kv(attr.HookName, "b"), kv(attr.HookKind, attr.KindPostStart))
	b.of("outer", attr.SpanCheckAdd, 11, 11, kv(attr.CheckName, "db"), list(attr.CheckEndpoints, "healthz", "livez", "readyz"), flag(attr.CheckConfigured))
	b.of("outer", attr.SpanCheckSkip, 12, 12, kv(attr.CheckName, "db"), kv(attr.CheckOrigin, "inner"), kv(attr.CheckSkippedBy, "outer"))
	b.of("outer", attr.SpanCheckMerge, 13, 13, kv(attr.CheckName, "poststarthook/a"), kv(attr.CheckOrigin, "inner"))
	b.of("outer", attr.SpanCheckAdd, 14, 14, kv(attr.CheckName, "both"), list(attr.CheckEndpoints, "readyz"))
	b.of("outer", attr.SpanRouteInstall, 15, 15, kv(attr.RoutePath, "/x"), kv(attr.RouteMatch, attr.MatchExact), flag(attr.RouteListed))
	b.of("outer", attr.SpanAPIGroup, 16, 16, kv(attr.APIGroupName, "g"), list(attr.APIGroupVersions, "v1"), list(attr.APIGroupEmpty, "v1beta1"))
	b.of("outer", attr.SpanSignalRegister, 17, 17, kv(attr.SignalName, "s"), kv(attr.SignalScope, attr.SignalMerged))
	outer := b.of("outer", attr.SpanServerPrepare, 20, 40)
	b.add(outer, attr.SpanServerPrepare, 21, 30, kv(attr.ServerName, "inner"))
	run := b.of("outer", attr.SpanHooksRun, 40, 90)
	b.add(run, attr.SpanHookRun, 40, 60, kv(attr.HookName, "a"), kv(attr.HookOrigin, "inner"), kv(attr.HookOutcome, attr.OutcomeRan))
	b.add(run, attr.SpanHookRun, 40, 90, kv(attr.HookName, "b"), kv(attr.HookOrigin, "outer"), kv(attr.HookOutcome, attr.OutcomeRan), list(attr.HookWaitsFor, "hook:a"))
	b.add(trace.SpanID{}, attr.SpanSignal, 95, 95, kv(attr.SignalName, "HasBeenReady"))
	b.of("outer", attr.SpanReady, 40, 95, kv(attr.ReadyHow, "computed"))
	return b
}
