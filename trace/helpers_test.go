package trace

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// diffTraces compares what traces hold; whether an empty slice is nil is no
// difference.
func diffTraces(want, got *Trace) string {
	return cmp.Diff(want, got, cmpopts.EquateEmpty())
}

func mustWriteJSON(tb testing.TB, t *Trace) []byte {
	tb.Helper()
	var buf bytes.Buffer
	if err := WriteJSON(&buf, t); err != nil {
		tb.Fatal(err)
	}
	return buf.Bytes()
}

// generate returns a trace of n spans over three services that looks like a
// server chain's: the same for the same n and seed.
func generate(n int, seed uint64) *Trace {
	rnd := rand.New(rand.NewPCG(seed, 1))
	scope := &Scope{Name: "chaintrace", Version: "v1.0.0"}
	var resources []*Resource
	for _, name := range []string{"apiextensions-apiserver", "kube-apiserver", "kube-aggregator"} {
		resources = append(resources, &Resource{Attrs: []Attr{
			{Key: "service.name", Value: String(name)},
			{Key: "chaintrace.source", Value: String("model")},
		}})
	}
	names := []string{"hook.register", "check.add", "route.install", "hook.run"}
	t := &Trace{Spans: make([]Span, n)}
	now := int64(1_700_000_000_000_000_000)
	for i := range t.Spans {
		now += rnd.Int64N(1_000_000)
		s := &t.Spans[i]
		binary.BigEndian.PutUint64(s.TraceID[8:], seed+1)
		binary.BigEndian.PutUint64(s.SpanID[:], uint64(i+1))
		if i > 0 {
			binary.BigEndian.PutUint64(s.ParentID[:], uint64(rnd.IntN(i)+1))
		}
		s.Name, s.Kind, s.Flags = names[i%len(names)], KindInternal, 0x101
		s.Start, s.End = now, now+rnd.Int64N(1_000_000)
		s.Resource, s.Scope = resources[i*3/n], scope
		s.Attrs = []Attr{
			{Key: "apiserver.name", Value: s.Resource.Attr("service.name")},
			{Key: "hook.name", Value: String("start-controller-" + strconv.Itoa(i))},
			{Key: "hook.waits_for", Value: Strings("hook:generic-apiserver-start-informers", "timer:1s")},
			{Key: "hook.deadline", Value: Int(rnd.Int64())},
			{Key: "hook.preconfigured", Value: Bool(i%7 == 0)},
		}
	}
	return t
}
