package export

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	coltracepb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	statuspb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// checkError compares a whole message, and the counts.
func checkError(t *testing.T, err error, delivered, spans int, want string) {
	t.Helper()
	var failure *Error
	if !errors.As(err, &failure) {
		t.Fatalf("got %v, want an *Error: %s", err, want)
	}
	if failure.Delivered != delivered || failure.Spans != spans {
		t.Errorf("%d of %d spans were delivered, want %d of %d", failure.Delivered, failure.Spans, delivered, spans)
	}
	if failure.Err.Error() != want {
		t.Errorf("the reason is\n%s\nwant\n%s", failure.Err, want)
	}
}

// unusedAddress returns an address that nobody listens on.
func unusedAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

func TestConnectionRefused(t *testing.T) {
	for _, scheme := range []string{"grpc", "grpcs", "http", "https"} {
		t.Run(scheme, func(t *testing.T) {
			clearEnvironment(t)
			t.Setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "0") // it would never end if it went on trying
			err := send(t, scheme+"://"+unusedAddress(t), many(3))
			checkError(t, err, 0, 3, "connection refused")
		})
	}
}

func TestNoAnswer(t *testing.T) {
	forEachProtocol(t, func(t *testing.T, c *collector, scheme string) {
		t.Setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "200")
		ended := make(chan struct{})
		defer close(ended)
		c.answerHTTP = func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			<-ended
		}
		c.answer = func(int) (*coltracepb.ExportTraceServiceResponse, error) {
			<-ended
			return nil, errors.New("too late")
		}
		err := send(t, scheme+"://"+c.address, many(3))
		checkError(t, err, 0, 3, "no answer within 200ms")
	})
}

// A listener that nobody accepts from takes connections and says nothing.
func TestNoGreeting(t *testing.T) {
	for _, scheme := range []string{"grpc", "grpcs", "http", "https"} {
		t.Run(scheme, func(t *testing.T) {
			clearEnvironment(t)
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer listener.Close()
			t.Setenv("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "200")
			t.Setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
			err = send(t, scheme+"://"+listener.Addr().String(), many(3))
			checkError(t, err, 0, 3, "no answer within 200ms")
		})
	}
}

func TestInterrupted(t *testing.T) {
	forEachProtocol(t, func(t *testing.T, c *collector, scheme string) {
		e, err := New(context.Background(), Config{Endpoint: scheme + "://" + c.address})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		err = e.Send(ctx, many(1))
		checkError(t, err, 0, 1, "interrupted")
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%v does not wrap the cause", err)
		}
	})
}

// The first batch is taken, the second is not.
func TestRefusedLater(t *testing.T) {
	for scheme, want := range map[string]string{
		"grpc": "InvalidArgument: no more of this",
		"http": "500 Internal Server Error: rpc error: code = InvalidArgument desc = no more of this",
	} {
		t.Run(scheme, func(t *testing.T) {
			clearEnvironment(t)
			c := &collector{answer: func(n int) (*coltracepb.ExportTraceServiceResponse, error) {
				if n == 0 {
					return &coltracepb.ExportTraceServiceResponse{}, nil
				}
				return nil, status.Error(codes.InvalidArgument, "no more of this")
			}}
			collectors()[scheme](c, t, nil)
			err := send(t, scheme+"://"+c.address, many(maxSpans*3))
			checkError(t, err, maxSpans, maxSpans*3, want)
			if got := len(c.sizes()); got != 2 {
				t.Errorf("%d batches were sent, want 2", got)
			}
		})
	}
}

func TestRefusedOverHTTP(t *testing.T) {
	encoded, err := proto.Marshal(&statuspb.Status{Code: 3, Message: "spans\nare \x1b[31mbad"})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		status      int
		contentType string
		body        string
		want        string
	}{
		{400, "text/plain", "  bad\n", "400 Bad Request: bad"},
		{400, "", "", "400 Bad Request"},
		{400, "application/x-protobuf", string(encoded), "400 Bad Request: spans are [31mbad"},
		{400, "application/x-protobuf", "\xff", "400 Bad Request"},
		{400, "application/json; charset=utf-8", `{"code":3,"message":"bad"}`, "400 Bad Request: bad"},
		{400, "application/json", `{"error":"bad"}`, `400 Bad Request: {"error":"bad"}`},
		{401, "text/html", "<html>", "401 Unauthorized"},
		{404, "text/plain", strings.Repeat("x", 2*maxText), "404 Not Found: " + strings.Repeat("x", maxText-len("404 Not Found: ")) + "…"},
		{302, "text/plain", "", "302 Found"},
		{200, "text/html; charset=utf-8", "<html>", "the answer is a web page, so this is no OTLP endpoint; that of HTTP has port 4318, mostly"},
		{200, "text/plain", "hello\x1b\n", "the answer is text/plain, so this is no OTLP endpoint; that of HTTP has port 4318, mostly: hello"},
		{202, "application/octet-stream", strings.Repeat("x", 2*maxAnswer), "the answer is application/octet-stream, so this is no OTLP endpoint; that of HTTP has port 4318, mostly: " + strings.Repeat("x", maxText) + "…"},
		{200, "?/", "hello", "the answer has no content type of OTLP, so this is no OTLP endpoint; that of HTTP has port 4318, mostly: hello"},
		{429, "text/plain", "slow down", "429 Too Many Requests: slow down (tried for 200ms)"},
		{503, "text/plain", "overloaded", "503 Service Unavailable: overloaded (tried for 200ms)"},
		{503, "", "", "503 Service Unavailable (tried for 200ms)"},
	} {
		t.Run(tt.want, func(t *testing.T) {
			clearEnvironment(t)
			t.Setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "200")
			c := &collector{answerHTTP: func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", tt.contentType)
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, tt.body)
			}}
			c.serveHTTP(t, nil)
			checkError(t, send(t, "http://"+c.address, many(1)), 0, 1, tt.want)
		})
	}
}

// Some collectors take spans without a word, or with a word too many.
func TestTakenOverHTTP(t *testing.T) {
	for _, tt := range []struct {
		status            int
		contentType, body string
	}{
		{200, "", ""}, {202, "", ""}, {204, "", ""}, {200, "text/plain", ""}, {200, "text/html", ""},
		{200, "application/x-protobuf", ""}, {200, "application/json", "{}"}, {200, "application/json; charset=utf-8", "{}"},
	} {
		clearEnvironment(t)
		c := &collector{answerHTTP: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", tt.contentType)
			w.WriteHeader(tt.status)
			_, _ = io.WriteString(w, tt.body)
		}}
		c.serveHTTP(t, nil)
		if err := send(t, "http://"+c.address, many(1)); err != nil {
			t.Errorf("%+v: %v", tt, err)
		}
	}
}

// A collector that says when to come again, but too late, is not waited for.
func TestRetryAfter(t *testing.T) {
	clearEnvironment(t)
	t.Setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "5000")
	c := &collector{answerHTTP: func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "60")
		http.Error(w, "later", http.StatusServiceUnavailable)
	}}
	c.serveHTTP(t, nil)
	checkError(t, send(t, "http://"+c.address, many(1)), 0, 1, "503 Service Unavailable: later")
}

func TestRefusedOverGRPC(t *testing.T) {
	for _, tt := range []struct {
		code codes.Code
		want string
	}{
		{codes.Unauthenticated, "Unauthenticated: said the server"},
		{codes.ResourceExhausted, "ResourceExhausted: said the server"},
		{codes.Unavailable, "Unavailable: said the server (tried for 200ms)"},
	} {
		t.Run(tt.want, func(t *testing.T) {
			clearEnvironment(t)
			t.Setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "200")
			c := &collector{answer: func(int) (*coltracepb.ExportTraceServiceResponse, error) {
				return nil, status.Error(tt.code, "said\tthe server")
			}}
			c.serveGRPC(t, nil)
			checkError(t, send(t, "grpc://"+c.address, many(1)), 0, 1, tt.want)
		})
	}
}

// A collector that is busy for a moment is asked again.
func TestTriedAgain(t *testing.T) {
	forEachProtocol(t, func(t *testing.T, c *collector, scheme string) {
		var again atomic.Bool
		c.answer = func(n int) (*coltracepb.ExportTraceServiceResponse, error) {
			if n == 0 {
				return nil, status.Error(codes.Unavailable, "in a moment")
			}
			return &coltracepb.ExportTraceServiceResponse{}, nil
		}
		if scheme == "http" {
			c.answerHTTP = func(w http.ResponseWriter, r *http.Request) {
				if !again.Swap(true) {
					http.Error(w, "in a moment", http.StatusServiceUnavailable)
					return
				}
				_, _ = io.Copy(io.Discard, r.Body)
			}
		}
		if err := send(t, scheme+"://"+c.address, many(1)); err != nil {
			t.Error(err)
		}
	})
}

func partial(rejected int64, message string) (*coltracepb.ExportTraceServiceResponse, error) {
	return &coltracepb.ExportTraceServiceResponse{
		PartialSuccess: &coltracepb.ExportTracePartialSuccess{RejectedSpans: rejected, ErrorMessage: message},
	}, nil
}

// Batches go on after one of which a part is rejected.
func TestPartialSuccess(t *testing.T) {
	forEachProtocol(t, func(t *testing.T, c *collector, scheme string) {
		c.answer = func(n int) (*coltracepb.ExportTraceServiceResponse, error) {
			switch n {
			case 0:
				return partial(2, "too\nold (1 spans rejected)")
			case 1:
				return partial(3, "other")
			}
			return &coltracepb.ExportTraceServiceResponse{}, nil
		}
		err := send(t, scheme+"://"+c.address, many(3*maxSpans))
		checkError(t, err, 3*maxSpans-5, 3*maxSpans, "the collector rejected 5 spans: too old (1 spans rejected)")
		if got := len(c.sizes()); got != 3 {
			t.Errorf("%d batches were sent, want 3", got)
		}
	})
}

func TestPartialSuccessThenFailure(t *testing.T) {
	forEachProtocol(t, func(t *testing.T, c *collector, scheme string) {
		c.answer = func(n int) (*coltracepb.ExportTraceServiceResponse, error) {
			if n == 0 {
				return partial(2000, "") // more than there are
			}
			return nil, status.Error(codes.PermissionDenied, "no")
		}
		err := send(t, scheme+"://"+c.address, many(3*maxSpans))
		want := map[string]string{
			"grpc": "PermissionDenied: no", "http": "500 Internal Server Error: rpc error: code = PermissionDenied desc = no",
		}[scheme]
		checkError(t, err, 0, 3*maxSpans, want+", and before that the collector rejected 512 spans without a reason")
	})
}

// A remark with nothing rejected is a warning: the standard has it so.
func TestRemark(t *testing.T) {
	forEachProtocol(t, func(t *testing.T, c *collector, scheme string) {
		c.answer = func(int) (*coltracepb.ExportTraceServiceResponse, error) { return partial(0, "a deprecated attribute") }
		var warnings []string
		e, err := New(context.Background(), Config{
			Endpoint: scheme + "://" + c.address, Warn: func(message string) { warnings = append(warnings, message) },
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Send(context.Background(), many(1)); err != nil {
			t.Error(err)
		}
		if len(warnings) != 1 || warnings[0] != "the collector says: a deprecated attribute" {
			t.Errorf("warnings: %q", warnings)
		}
	})
}

// Each protocol on the other one's port.
func TestWrongProtocol(t *testing.T) {
	for scheme, want := range map[string]string{
		"grpc": "the answer is not gRPC; for HTTP, write http://HOST:PORT, or set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
		"http": "the answer is not HTTP; for gRPC, write grpc://HOST:PORT, or set OTEL_EXPORTER_OTLP_PROTOCOL=grpc",
		// TLS where there is none.
		"https": "http: server gave HTTP response to HTTPS client",
		"grpcs": "tls: first record does not look like a TLS handshake",
	} {
		t.Run(scheme, func(t *testing.T) {
			clearEnvironment(t)
			c := &collector{}
			if scheme == "http" {
				c.serveGRPC(t, nil)
			} else {
				c.serveHTTP(t, nil)
			}
			checkError(t, send(t, scheme+"://"+c.address, many(1)), 0, 1, want)
		})
	}
}

func TestClosedConnection(t *testing.T) {
	for _, scheme := range []string{"grpc", "http"} {
		t.Run(scheme, func(t *testing.T) {
			clearEnvironment(t)
			t.Setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "300")
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer listener.Close()
			go func() {
				for {
					conn, err := listener.Accept()
					if err != nil {
						return
					}
					_, _ = conn.Read(make([]byte, 1))
					_ = conn.Close()
				}
			}()
			err = send(t, scheme+"://"+listener.Addr().String(), many(1))
			var failure *Error
			if !errors.As(err, &failure) {
				t.Fatalf("got %v", err)
			}
			// Which of them it is depends on what arrives first.
			reason, _, _ := strings.Cut(failure.Err.Error(), " (tried for")
			if !slices.Contains([]string{closedText, "connection reset by peer", "broken pipe"}, reason) {
				t.Errorf("got %v", err)
			}
		})
	}
}
