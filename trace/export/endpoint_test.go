package export

import (
	"strings"
	"testing"
)

func TestParseEndpoint(t *testing.T) {
	for _, tt := range []struct {
		s, protocol string
		want        endpoint
	}{
		{"http://c:4318", "", endpoint{url: "http://c:4318/v1/traces"}},
		{"http://c:4318/", "", endpoint{url: "http://c:4318/v1/traces"}},
		{"https://c", "", endpoint{url: "https://c/v1/traces", secure: true}},
		{"https://c/otlp/", "", endpoint{url: "https://c/otlp/v1/traces", secure: true}},
		{"http://c:4318/v1/traces", "", endpoint{url: "http://c:4318/v1/traces"}},
		{"http://c:4318/x/v1/traces/", "", endpoint{url: "http://c:4318/x/v1/traces"}},
		{"c:4318", "", endpoint{url: "http://c:4318/v1/traces"}},
		{"c:4318/base", "", endpoint{url: "http://c:4318/base/v1/traces"}},
		{"[::1]:4318", "", endpoint{url: "http://[::1]:4318/v1/traces"}},
		{"c:4317", "", endpoint{url: "http://c:4317", grpc: true}},
		{"https://c:4317/", "", endpoint{url: "https://c:4317", grpc: true, secure: true}},
		{"c:4317", protocolProtobuf, endpoint{url: "http://c:4317/v1/traces"}},
		{"c:4317", protocolJSON, endpoint{url: "http://c:4317/v1/traces"}},
		{"http://c:4318", protocolGRPC, endpoint{url: "http://c:4318", grpc: true}},
		{"grpc://c", protocolProtobuf, endpoint{url: "http://c:4317", grpc: true}},
		{"grpc://[::1]", "", endpoint{url: "http://[::1]:4317", grpc: true}},
		{"grpcs://c:443", "", endpoint{url: "https://c:443", grpc: true, secure: true}},
	} {
		got, err := parseEndpoint(tt.s, tt.protocol)
		if err != nil || got != tt.want {
			t.Errorf("%s with protocol %q: got %+v, %v, want %+v", tt.s, tt.protocol, got, err, tt.want)
		}
	}
}

func TestParseEndpointErrors(t *testing.T) {
	for s, want := range map[string]string{
		"collector":            `endpoint "collector": it names no port; want HOST:PORT, or a URL such as http://localhost:4318`,
		":4318":                "it names no host",
		"http://":              "it names no host",
		"http://c:x":           `invalid port ":x" after host; want HOST:PORT`,
		"c:0":                  "0 is not a port",
		"c:65536":              "65536 is not a port",
		"ftp://c:1":            `"ftp" is not one of http, https, grpc, grpcs`,
		"://c:1":               "missing protocol scheme; want HOST:PORT",
		"http://u:p@c:4318":    "credentials go into OTEL_EXPORTER_OTLP_HEADERS",
		"http://c:4318?x=y":    "it holds a query",
		"http://c:4318/#x":     "it holds a query or a fragment",
		"grpc://c:4317/base":   "gRPC has no paths; leave out /base",
		"c:4317/v1/traces":     "gRPC has no paths; leave out /v1/traces",
		"unix:///run/otlp":     `"unix" is not one of`,
		"http://c:4318\nx":     "invalid control character",
		"http://c:4318 /space": "want HOST:PORT",
	} {
		_, err := parseEndpoint(s, "")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got error %v, want one with %s", s, err, want)
		}
	}
}
