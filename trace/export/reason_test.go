package export

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"syscall"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// What gRPC says of a connection that it does not get, and what is made of it.
func TestConnectionText(t *testing.T) {
	for _, tt := range []struct{ message, want string }{
		{`connection error: desc = "transport: Error while dialing: dial tcp 127.0.0.1:1: connect: connection refused"`, "connection refused"},
		{`last connection error: connection error: desc = "transport: Error while dialing: dial tcp [::1]:1: connect: no route to host"`, "no route to host"},
		{`connection error: desc = "transport: authentication handshake failed: tls: failed to verify certificate: x509: certificate signed by unknown authority"`, "tls: failed to verify certificate: x509: certificate signed by unknown authority; OTEL_EXPORTER_OTLP_CERTIFICATE names a file with the authority's certificate"},
		{`connection error: desc = "error reading server preface: EOF"`, closedText},
		{`connection error: desc = "error reading server preface: read tcp: \"x\""`, `read tcp: "x"`},
		{`connection error: desc = "not closed`, `connection error: desc = "not closed`},
		{"name resolver error: produced zero addresses", "no such host"},
		{"name resolver error: dns: A record lookup error: lookup c on 1.2.3.4:53: server misbehaving", "dns: A record lookup error: lookup c on 1.2.3.4:53: server misbehaving"},
		{"dns: A record lookup error: x", "dns: A record lookup error: x"},
	} {
		if !isNoConnection(tt.message) {
			t.Errorf("%s: is taken for the answer of a server", tt.message)
		}
		if got := connectionText(tt.message); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.message, got, tt.want)
		}
	}
	for message, want := range map[string]string{
		"error reading from server: EOF": closedText,
		"error reading from server: read tcp 127.0.0.1:1->127.0.0.1:2: read: connection reset by peer": "connection reset by peer",
		"write tcp 127.0.0.1:1->127.0.0.1:2: write: broken pipe":                                       "broken pipe",
	} {
		if isNoConnection(message) || !brokenConnection.MatchString(message) {
			t.Errorf("%s: is not taken for a connection that broke", message)
		}
		if got := connectionText(message); got != want {
			t.Errorf("%s:\n got %s\nwant %s", message, got, want)
		}
	}
}

func TestExplain(t *testing.T) {
	post := func(err error) error {
		return fmt.Errorf("traces export: %w", &url.Error{Op: "Post", URL: "http://c:1/v1/traces", Err: err})
	}
	dial := func(err error) error { return post(&net.OpError{Op: "dial", Net: "tcp", Err: err}) }
	for _, tt := range []struct {
		err  error
		want string
	}{
		{dial(os.NewSyscallError("connect", syscall.ECONNREFUSED)), "connection refused"},
		// Of a server of gRPC, whose settings come after the request or before it.
		{post(errors.New(`net/http: HTTP/1.x transport connection broken: malformed HTTP response "\x00\x00\x06"`)), "the answer is not HTTP; for gRPC, write grpc://HOST:PORT, or set OTEL_EXPORTER_OTLP_PROTOCOL=grpc"},
		{post(errors.New("readLoopPeekFailLocked: %!w(<nil>)")), "the answer is not HTTP; for gRPC, write grpc://HOST:PORT, or set OTEL_EXPORTER_OTLP_PROTOCOL=grpc"},
		{dial(&net.DNSError{Err: "no such host", Name: "c", Server: "1.2.3.4:53"}), "no such host c"},
		{post(errors.New("x509: certificate has expired")), "x509: certificate has expired"},
		{post(io.EOF), closedText},
		{fmt.Errorf("traces export: %w", status.Error(codes.DeadlineExceeded, "too late")), "DeadlineExceeded: too late"},
		{errors.New("traces export: request body too\n large"), "request body too large"},
		{fmt.Errorf("traces export: %w", &explained{"known", nil}), "known"},
	} {
		got := explain(tt.err)
		if got.Error() != tt.want {
			t.Errorf("%v:\n got %v\nwant %s", tt.err, got, tt.want)
		}
		var known *explained
		if !errors.As(tt.err, &known) && !errors.Is(got, tt.err) {
			t.Errorf("%v is not wrapped", tt.err)
		}
	}
}

func TestClean(t *testing.T) {
	for _, tt := range []struct{ s, want string }{
		{"  a \t\r\n b ", "a b"},
		{"\x1b[31mred\x00", "[31mred"},
		{"ü\xff", "ü\uFFFD"},
		{"right\u202eto\u2028", "right to"},
	} {
		if got := clean(tt.s); got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.s, got, tt.want)
		}
	}
}
