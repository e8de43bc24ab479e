package export

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"maps"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	coltracepb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	_ "google.golang.org/grpc/encoding/gzip" // the server unpacks it
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"

	"github.com/chaintrace/chaintrace/trace"
)

// collector takes spans over gRPC or HTTP and remembers what came.
type collector struct {
	coltracepb.UnimplementedTraceServiceServer

	address string // host and port

	// answer says what becomes of the request with this number, from 0; nil
	// takes everything.
	answer func(n int) (*coltracepb.ExportTraceServiceResponse, error)
	// answerHTTP takes the place of all that over HTTP, if it is set.
	answerHTTP http.HandlerFunc

	mu       sync.Mutex
	requests []*coltracepb.ExportTraceServiceRequest
	headers  []map[string][]string // keys in lower case
	paths    []string              // over HTTP
	bytes    int                   // over HTTP, unpacked
}

// serveGRPC starts a gRPC server; config is nil for one without TLS.
func (c *collector) serveGRPC(t *testing.T, config *tls.Config) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var options []grpc.ServerOption
	if config != nil {
		options = append(options, grpc.Creds(credentials.NewTLS(config)))
	}
	server := grpc.NewServer(options...)
	coltracepb.RegisterTraceServiceServer(server, c)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	c.address = listener.Addr().String()
}

// Export implements coltracepb.TraceServiceServer.
func (c *collector) Export(ctx context.Context, r *coltracepb.ExportTraceServiceRequest) (*coltracepb.ExportTraceServiceResponse, error) {
	md, _ := metadata.FromIncomingContext(ctx)
	return c.take(r, md, "")
}

func (c *collector) take(r *coltracepb.ExportTraceServiceRequest, headers map[string][]string, path string) (*coltracepb.ExportTraceServiceResponse, error) {
	c.mu.Lock()
	n := len(c.requests)
	c.requests = append(c.requests, r)
	c.headers = append(c.headers, maps.Clone(headers))
	c.paths = append(c.paths, path)
	c.mu.Unlock()
	if c.answer == nil {
		return &coltracepb.ExportTraceServiceResponse{}, nil
	}
	return c.answer(n)
}

// serveHTTP starts an HTTP server; config is nil for one without TLS.
func (c *collector) serveHTTP(t *testing.T, config *tls.Config) {
	t.Helper()
	server := httptest.NewUnstartedServer(c)
	if config == nil {
		server.Start()
	} else {
		server.TLS = config
		server.StartTLS()
	}
	t.Cleanup(server.Close)
	c.address = server.Listener.Addr().String()
}

// ServeHTTP implements http.Handler.
func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if c.answerHTTP != nil {
		c.answerHTTP(w, r)
		return
	}
	body := r.Body
	if r.Header.Get("Content-Encoding") == "gzip" {
		zr, err := gzip.NewReader(body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		body = zr
	}
	content, err := io.ReadAll(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	c.bytes += len(content)
	c.mu.Unlock()
	request := &coltracepb.ExportTraceServiceRequest{}
	if r.Header.Get("Content-Type") == "application/json" {
		// Read as any OTLP JSON is, in requests: one document, one request.
		c.takeJSON(w, content)
		return
	}
	if err := proto.Unmarshal(content, request); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	headers := map[string][]string{}
	for key, values := range r.Header {
		headers[strings.ToLower(key)] = values
	}
	response, err := c.take(request, headers, r.URL.Path)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	encoded, err := proto.Marshal(response)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/x-protobuf")
	_, _ = w.Write(encoded)
}

// takeJSON counts a request in JSON.
func (c *collector) takeJSON(w http.ResponseWriter, content []byte) {
	if !json.Valid(content) {
		http.Error(w, "this is not JSON", http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.requests = append(c.requests, nil)
	c.headers = append(c.headers, map[string][]string{"content-type": {"application/json"}})
	c.paths = append(c.paths, "")
	w.WriteHeader(http.StatusOK)
}

// sizes returns how many spans each request held.
func (c *collector) sizes() []int {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []int
	for _, r := range c.requests {
		n := 0
		for _, rs := range r.GetResourceSpans() {
			for _, ss := range rs.GetScopeSpans() {
				n += len(ss.GetSpans())
			}
		}
		out = append(out, n)
	}
	return out
}

// trace returns all that came, read as a saved trace is.
func (c *collector) trace(t *testing.T) *trace.Trace {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	all := &tracepb.TracesData{}
	for _, r := range c.requests {
		all.ResourceSpans = append(all.ResourceSpans, r.GetResourceSpans()...)
	}
	encoded, err := proto.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	read, err := trace.Read(bytes.NewReader(encoded), trace.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return read
}

// collectors are the ways to take spans.
func collectors() map[string]func(c *collector, t *testing.T, config *tls.Config) {
	return map[string]func(c *collector, t *testing.T, config *tls.Config){
		"grpc": (*collector).serveGRPC,
		"http": (*collector).serveHTTP,
	}
}

// forEachProtocol runs a test with a collector of each kind.
func forEachProtocol(t *testing.T, test func(t *testing.T, c *collector, scheme string)) {
	for scheme, serve := range collectors() {
		t.Run(scheme, func(t *testing.T) {
			clearEnvironment(t)
			c := &collector{}
			serve(c, t, nil)
			test(t, c, scheme)
		})
	}
}

// clearEnvironment takes out what would get in a test's way.
func clearEnvironment(t *testing.T) {
	t.Helper()
	for _, kv := range os.Environ() {
		if name, _, _ := strings.Cut(kv, "="); strings.HasPrefix(name, "OTEL_") {
			t.Setenv(name, "")
		}
	}
}

// certificate makes a certificate for loopback addresses, which is its own
// authority, and names the files that hold it and its key.
func certificate(t *testing.T) (config *tls.Config, file, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	encodedKey, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for name, block := range map[string]*pem.Block{file: {Type: "CERTIFICATE", Bytes: der}, keyFile: {Type: "PRIVATE KEY", Bytes: encodedKey}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	config = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, ClientCAs: x509.NewCertPool()}
	config.ClientCAs.AddCert(parsed)
	return config, file, keyFile
}
