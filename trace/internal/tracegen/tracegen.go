// Package tracegen makes traces for tests and benchmarks, in this module and in
// the one that compares with the OpenTelemetry collector.
package tracegen

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"strconv"

	"github.com/chaintrace/chaintrace/trace"
)

// Chain returns a trace of n spans over three services that looks like a
// server chain's: the same for the same n and seed.
func Chain(n int, seed uint64) *trace.Trace {
	rnd := rand.New(rand.NewPCG(seed, 1))
	scope := &trace.Scope{Name: "chaintrace", Version: "v1.0.0"}
	var resources []*trace.Resource
	for _, name := range []string{"apiextensions-apiserver", "kube-apiserver", "kube-aggregator"} {
		resources = append(resources, &trace.Resource{Attrs: []trace.Attr{
			{Key: "service.name", Value: trace.String(name)},
			{Key: "chaintrace.source", Value: trace.String("model")},
		}})
	}
	names := []string{"hook.register", "check.add", "route.install", "hook.run"}
	t := &trace.Trace{Spans: make([]trace.Span, n)}
	now := int64(1_700_000_000_000_000_000)
	for i := range t.Spans {
		now += rnd.Int64N(1_000_000)
		s := &t.Spans[i]
		binary.BigEndian.PutUint64(s.TraceID[8:], seed+1)
		binary.BigEndian.PutUint64(s.SpanID[:], uint64(i+1))
		if i > 0 {
			binary.BigEndian.PutUint64(s.ParentID[:], uint64(rnd.IntN(i)+1))
		}
		s.Name, s.Kind, s.Flags = names[i%len(names)], trace.KindInternal, 0x101
		s.Start, s.End = now, now+rnd.Int64N(1_000_000)
		s.Resource, s.Scope = resources[i*3/n], scope
		s.Attrs = []trace.Attr{
			{Key: "apiserver.name", Value: s.Resource.Attr("service.name")},
			{Key: "hook.name", Value: trace.String("start-controller-" + strconv.Itoa(i))},
			{Key: "hook.waits_for", Value: trace.Strings("hook:generic-apiserver-start-informers", "timer:1s")},
			{Key: "hook.deadline", Value: trace.Int(rnd.Int64())},
			{Key: "hook.preconfigured", Value: trace.Bool(i%7 == 0)},
		}
	}
	return t
}

// Everything returns a trace that uses every field of every type, with values
// at the edges of what they may be. Only invalid UTF-8 and times before 1970,
// which no format carries, are left out.
func Everything() *trace.Trace {
	res := &trace.Resource{Attrs: []trace.Attr{{Key: "service.name", Value: trace.String("kube-apiserver")}}, SchemaURL: "https://example.com/r", Dropped: 1}
	other := &trace.Resource{Attrs: []trace.Attr{{Key: "service.name", Value: trace.String("kube-aggregator")}}}
	scope := &trace.Scope{
		Name: "chain", Version: "v1", Attrs: []trace.Attr{{Key: "a", Value: trace.Bool(true)}},
		SchemaURL: "https://example.com/s", Dropped: 2,
	}
	plain := &trace.Scope{}
	return &trace.Trace{Spans: []trace.Span{
		{
			TraceID: trace.TraceID{1, 2, 0xab}, SpanID: trace.SpanID{3, 0xcd}, Name: "root", Kind: trace.KindServer,
			Start: 1_581_452_772_000_000_321, End: 1_581_452_773_000_000_789,
			TraceState: "a=b", Flags: 0x301, DroppedAttrs: 4, DroppedEvents: 5, DroppedLinks: 6,
			Attrs: everyValue(),
			Events: []trace.Event{
				{Name: "e", Time: 1_581_452_772_500_000_001, Attrs: []trace.Attr{{Key: "k", Value: trace.Int(1)}}, Dropped: 7},
				{},
			},
			Links: []trace.Link{
				{TraceID: trace.TraceID{9}, SpanID: trace.SpanID{8}, TraceState: "c=d", Attrs: []trace.Attr{{Key: "k", Value: trace.Int(2)}}, Flags: 0x100, Dropped: 8},
				{},
			},
			Status:   trace.Status{Code: trace.StatusError, Message: "failed"},
			Resource: res, Scope: scope,
		},
		{
			TraceID: trace.TraceID{1, 2, 0xab}, SpanID: trace.SpanID{4}, ParentID: trace.SpanID{3, 0xcd}, Name: "unfinished",
			Start: 1_581_452_772_000_000_400, Status: trace.Status{Code: trace.StatusOK}, Resource: res, Scope: plain,
		},
		{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{5}, Start: 5, End: math.MaxInt64, Resource: other, Scope: plain},
	}}
}

func everyValue() []trace.Attr {
	kv := func(key string, v trace.Value) trace.Attr { return trace.Attr{Key: key, Value: v} }
	return []trace.Attr{
		kv("string", trace.String("x")), kv("empty string", trace.String("")),
		kv("true", trace.Bool(true)), kv("false", trace.Bool(false)),
		kv("int", trace.Int(math.MinInt64)), kv("zero", trace.Int(0)),
		kv("float", trace.Float(-1.5e300)), kv("whole", trace.Float(3)), kv("nan", trace.Float(math.NaN())),
		kv("inf", trace.Float(math.Inf(1))), kv("-inf", trace.Float(math.Inf(-1))), kv("-0", trace.Float(math.Copysign(0, -1))),
		kv("bytes", trace.Bytes([]byte{0, 1, 0xff, 0xfe})), kv("no bytes", trace.Bytes(nil)), kv("nothing", trace.Value{}),
		kv("strings", trace.Strings("a", "", "c")), kv("no list", trace.List()), kv("no map", trace.Map()),
		kv("nested", trace.Map(
			kv("l", trace.List(trace.Int(1), trace.Map(kv("deep", trace.List(trace.List()))), trace.Value{})),
			kv("", trace.String("no key")))),
		kv("text", trace.String("quote \" back \\ line \n\r\t\x00\x1f\x7f <b>&' é 漢 🚀 \u2028\u2029")),
	}
}
