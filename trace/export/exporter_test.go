package export

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/chaintrace/chaintrace/trace"
)

// base is some time that no backend rounds away.
const base = 1_700_000_000_123_456_789

// whole returns a trace that holds one of everything that can be sent.
func whole() *trace.Trace {
	id := trace.TraceID{0xab, 15: 1}
	server := &trace.Resource{SchemaURL: "https://example.com/schema", Attrs: []trace.Attr{
		{Key: "chaintrace.source", Value: trace.String("model")},
		{Key: "service.name", Value: trace.String("kube-apiserver")},
	}}
	process := &trace.Resource{Attrs: []trace.Attr{{Key: "service.name", Value: trace.String("process")}}}
	scope := &trace.Scope{Name: "chain", Version: "v1", SchemaURL: "https://example.com/scope", Attrs: []trace.Attr{
		{Key: "a", Value: trace.Int(1)}, {Key: "b", Value: trace.Strings("x")},
	}}
	nameless := &trace.Scope{Attrs: []trace.Attr{{Key: "only", Value: trace.Bool(true)}}}
	return &trace.Trace{Spans: []trace.Span{
		{
			TraceID: id, SpanID: trace.SpanID{7: 1}, ParentID: trace.SpanID{1}, Flags: 0x301, TraceState: "vendor=x,other=y",
			Name: "startup", Kind: trace.KindServer, Start: base, End: base + 1_000_000, Status: trace.Status{Code: trace.StatusOK},
			DroppedAttrs: 1, DroppedEvents: 2, DroppedLinks: 3, Resource: process, Scope: scope,
		},
		{
			TraceID: id, SpanID: trace.SpanID{7: 2}, ParentID: trace.SpanID{7: 1}, Flags: 0x100,
			Name: "server.new ünïcödé", Kind: trace.KindInternal, Start: base + 1, End: base + 7,
			Status: trace.Status{Code: trace.StatusError, Message: "no"}, Resource: server, Scope: scope,
			Attrs: values(),
			Events: []trace.Event{
				{Name: "check.masked", Time: base + 3, Attrs: []trace.Attr{{Key: "n", Value: trace.Int(1)}}, Dropped: 4},
				{Name: "", Time: base + 4},
			},
			Links: []trace.Link{
				{TraceID: id, SpanID: trace.SpanID{7: 1}, Flags: 0x101, Attrs: []trace.Attr{{Key: "n", Value: trace.Int(2)}}, Dropped: 5},
				{TraceID: trace.TraceID{9}, SpanID: trace.SpanID{9}, Flags: 0x300},
			},
		},
		{
			TraceID: id, SpanID: trace.SpanID{7: 3}, ParentID: trace.SpanID{7: 2}, Flags: 0x101,
			Name: "hook.run", Kind: trace.KindClient, Start: base + 5, Resource: server, Scope: nameless,
		},
	}}
}

// values are one of every kind, and every kind of list.
func values() []trace.Attr {
	all := []trace.Value{
		{}, trace.String(""), trace.String("s"), trace.Bool(true), trace.Bool(false), trace.Int(math.MinInt64), trace.Float(0.5),
		trace.Float(math.Inf(-1)), trace.Float(math.NaN()), trace.Bytes(nil), trace.Bytes([]byte{0, 0xff}),
		trace.List(), trace.Strings("x", ""), trace.List(trace.Bool(true), trace.Bool(false)), trace.List(trace.Int(7)),
		trace.List(trace.Float(1.5), trace.Float(2)), trace.List(trace.Int(1), trace.String("s")), trace.List(trace.Value{}, trace.Value{}),
		trace.List(trace.Bytes([]byte("b"))), trace.List(trace.List(trace.Int(1)), trace.List()), trace.Map(),
		trace.Map(trace.Attr{Key: "a", Value: trace.Map(trace.Attr{Key: "k", Value: trace.Float(1)})}, trace.Attr{Key: "b", Value: trace.Value{}}),
	}
	attrs := make([]trace.Attr, 0, len(all)+1)
	for i, v := range all {
		attrs = append(attrs, trace.Attr{Key: "key" + string(rune('A'+i)), Value: v})
	}
	return append(attrs, trace.Attr{Key: "keyA", Value: trace.String("a key for the second time")})
}

// many returns a trace of n spans.
func many(n int) *trace.Trace {
	resource := &trace.Resource{Attrs: []trace.Attr{{Key: "service.name", Value: trace.String("s")}}}
	scope := &trace.Scope{Name: "many"}
	t := &trace.Trace{Spans: make([]trace.Span, n)}
	for i := range t.Spans {
		t.Spans[i] = trace.Span{
			TraceID: trace.TraceID{1}, Flags: 0x101, Name: "span", Kind: trace.KindInternal,
			Start: base + int64(i), End: base + int64(i) + 1, Resource: resource, Scope: scope,
		}
		binary.BigEndian.PutUint64(t.Spans[i].SpanID[:], uint64(i+1))
	}
	return t
}

func diff(want, got *trace.Trace) string { return cmp.Diff(want, got, cmpopts.EquateEmpty()) }

// send sends a trace to an endpoint, or to what the environment says.
func send(t *testing.T, endpoint string, tr *trace.Trace) error {
	t.Helper()
	e, err := New(context.Background(), Config{Endpoint: endpoint, Warn: func(message string) { t.Errorf("warning: %s", message) }})
	if err != nil {
		t.Fatal(err)
	}
	err = e.Send(context.Background(), tr)
	if closeErr := e.Shutdown(context.Background()); closeErr != nil {
		t.Error(closeErr)
	}
	return err
}

// What arrives, once read, is what was sent.
func TestSendEverything(t *testing.T) {
	forEachProtocol(t, func(t *testing.T, c *collector, scheme string) {
		if err := send(t, scheme+"://"+c.address, whole()); err != nil {
			t.Fatal(err)
		}
		if d := diff(whole(), c.trace(t)); d != "" {
			t.Errorf("what arrived (-sent +got):\n%s", d)
		}
	})
}

// The standard environment alone says where to, and how.
func TestSendByEnvironment(t *testing.T) {
	forEachProtocol(t, func(t *testing.T, c *collector, scheme string) {
		t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+c.address+"/base")
		t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", map[string]string{"grpc": "grpc", "http": "http/protobuf"}[scheme])
		t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20token,x-tenant=t1")
		t.Setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip")
		if scheme == "grpc" {
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+c.address)
		}
		if err := send(t, "", whole()); err != nil {
			t.Fatal(err)
		}
		if d := diff(whole(), c.trace(t)); d != "" {
			t.Errorf("what arrived (-sent +got):\n%s", d)
		}
		headers := c.headers[0]
		if got := headers["authorization"]; !slices.Equal(got, []string{"Bearer token"}) {
			t.Errorf("authorization: %q", got)
		}
		if got := headers["x-tenant"]; !slices.Equal(got, []string{"t1"}) {
			t.Errorf("x-tenant: %q", got)
		}
		if got := headers["content-encoding"]; scheme == "http" && !slices.Equal(got, []string{"gzip"}) {
			t.Errorf("content-encoding: %q", got)
		}
		if scheme == "http" && c.paths[0] != "/base/v1/traces" {
			t.Errorf("path %q", c.paths[0])
		}
	})
}

// Headers and compression of the environment apply to an endpoint of one's own
// as well, and its certificates do not turn plain text into TLS.
func TestSendToEndpointWithEnvironment(t *testing.T) {
	forEachProtocol(t, func(t *testing.T, c *collector, scheme string) {
		_, file, _ := certificate(t)
		t.Setenv("OTEL_TRACES_EXPORTER", "none")
		t.Setenv("OTEL_SDK_DISABLED", "true")
		t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
		t.Setenv("OTEL_EXPORTER_OTLP_CERTIFICATE", file)
		t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=t1")
		t.Setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip")
		if err := send(t, scheme+"://"+c.address, many(3)); err != nil {
			t.Fatal(err)
		}
		if d := diff(many(3), c.trace(t)); d != "" {
			t.Errorf("what arrived (-sent +got):\n%s", d)
		}
		if got := c.headers[0]["x-tenant"]; !slices.Equal(got, []string{"t1"}) {
			t.Errorf("x-tenant: %q", got)
		}
	})
}

func TestSendOverTLS(t *testing.T) {
	for scheme, serve := range collectors() {
		t.Run(scheme, func(t *testing.T) {
			clearEnvironment(t)
			config, file, _ := certificate(t)
			c := &collector{}
			serve(c, t, config)

			err := send(t, scheme+"s://"+c.address, many(1))
			if err == nil || !strings.Contains(err.Error(), "certificate signed by unknown authority") {
				t.Errorf("without the certificate: %v", err)
			}
			t.Setenv("OTEL_EXPORTER_OTLP_CERTIFICATE", file)
			if err := send(t, scheme+"s://"+c.address, whole()); err != nil {
				t.Fatal(err)
			}
			if d := diff(whole(), c.trace(t)); d != "" {
				t.Errorf("what arrived (-sent +got):\n%s", d)
			}
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "https://"+c.address)
			t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", map[string]string{"grpc": "grpc", "http": "http/protobuf"}[scheme])
			if err := send(t, "", many(1)); err != nil {
				t.Errorf("by the environment: %v", err)
			}
		})
	}
}

// The collector wants to see a certificate as well.
func TestSendOverMutualTLS(t *testing.T) {
	for scheme, serve := range collectors() {
		t.Run(scheme, func(t *testing.T) {
			clearEnvironment(t)
			config, file, key := certificate(t)
			config.ClientAuth = tls.RequireAndVerifyClientCert
			c := &collector{}
			serve(c, t, config)
			t.Setenv("OTEL_EXPORTER_OTLP_CERTIFICATE", file)
			t.Setenv("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", file)
			t.Setenv("OTEL_EXPORTER_OTLP_CLIENT_KEY", key)
			if err := send(t, scheme+"s://"+c.address, many(1)); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestSendJSON(t *testing.T) {
	clearEnvironment(t)
	c := &collector{}
	c.serveHTTP(t, nil)
	t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+c.address)
	if err := send(t, "", whole()); err != nil {
		t.Fatal(err)
	}
	if got := c.headers[0]["content-type"]; !slices.Equal(got, []string{"application/json"}) {
		t.Errorf("content-type: %q", got)
	}
}

func TestSendInBatches(t *testing.T) {
	forEachProtocol(t, func(t *testing.T, c *collector, scheme string) {
		sent := many(2*maxSpans + 1)
		// Three of these are more than a gRPC server takes in one message.
		big := trace.Attr{Key: "big", Value: trace.String(strings.Repeat("x", maxBytes-maxBytes/4))}
		for i := range 3 {
			sent.Spans[i].Attrs = []trace.Attr{big}
		}
		if err := send(t, scheme+"://"+c.address, sent); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]int{1, 1, maxSpans, maxSpans - 1}, c.sizes()); d != "" {
			t.Errorf("spans in each batch (-want +got):\n%s", d)
		}
		if d := diff(sent, c.trace(t)); d != "" {
			t.Errorf("what arrived (-sent +got):\n%.2000s", d)
		}
	})
}

// One string that is not UTF-8 must not cost the batch.
func TestSendBrokenText(t *testing.T) {
	forEachProtocol(t, func(t *testing.T, c *collector, scheme string) {
		sent := many(1)
		sent.Spans[0].Name = "a\xffb"
		sent.Spans[0].Attrs = []trace.Attr{{Key: "k\xff", Value: trace.List(trace.String("v\xff"), trace.Int(1))}}
		sent.Spans[0].TraceState = "not a trace state"
		sent.Spans[0].Resource, sent.Spans[0].Scope = nil, nil
		if err := send(t, scheme+"://"+c.address, sent); err != nil {
			t.Fatal(err)
		}
		got := c.trace(t).Spans[0]
		want := []trace.Attr{{Key: "k\uFFFD", Value: trace.List(trace.String("v\uFFFD"), trace.Int(1))}}
		if d := cmp.Diff(want, got.Attrs); got.Name != "a\uFFFDb" || got.TraceState != "" || d != "" {
			t.Errorf("name %q, trace state %q, attributes (-want +got):\n%s", got.Name, got.TraceState, d)
		}
	})
}

func TestTarget(t *testing.T) {
	for _, tt := range []struct {
		endpoint string
		env      map[string]string
		want     string
	}{
		{"127.0.0.1:4317", nil, "127.0.0.1:4317"},
		{"", nil, "http://localhost:4318"},
		{"", map[string]string{"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "https://localhost:4317"},
		{"", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://u:secret@c:1/x"}, "http://u:xxxxx@c:1/x"},
		{"", map[string]string{"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://t:1", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:1"}, "http://t:1"},
		{"", map[string]string{"OTEL_TRACES_EXPORTER": "console"}, "console"},
	} {
		clearEnvironment(t)
		for k, v := range tt.env {
			t.Setenv(k, v)
		}
		e, err := New(context.Background(), Config{Endpoint: tt.endpoint})
		if err != nil {
			t.Errorf("%+v: %v", tt, err)
			continue
		}
		if e.Target() != tt.want {
			t.Errorf("%+v: target %q", tt, e.Target())
		}
	}
}
