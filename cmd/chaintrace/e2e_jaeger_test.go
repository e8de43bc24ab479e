//go:build e2e

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// jaegerServer is a real Jaeger that listens on loopback only. It ends with its
// test at the latest.
type jaegerServer struct {
	OTLPGRPC string // HOST:PORT that takes spans by gRPC
	OTLPHTTP string // HOST:PORT that takes them by HTTP
	Query    string // HOST:PORT of its page and query API, for jaeger:// addresses

	admin  string
	cmd    *exec.Cmd
	ended  chan struct{} // closed when the process is gone
	output logBuffer
}

// jaegerOptions change how a Jaeger is started. The zero value is one that
// keeps its spans in memory.
type jaegerOptions struct {
	// badgerDir is where it keeps its spans. Another one may take it over when
	// this one has ended. Empty: in memory.
	badgerDir string

	// otlpGRPC is the HOST:PORT that takes spans by gRPC, for whoever sends to a
	// Jaeger that is started again. Empty: any free one.
	otlpGRPC string

	args []string // more of its flags, such as --query.base-path=/jaeger
}

// startJaeger starts a Jaeger on free ports and returns when it takes spans and
// answers. It is the version that .ci/jaeger/go.mod pins, built if it is not in
// Go's cache yet.
func startJaeger(t testing.TB) *jaegerServer {
	t.Helper()
	return startJaegerWith(t, jaegerOptions{})
}

func startJaegerWith(t testing.TB, o jaegerOptions) *jaegerServer {
	t.Helper()
	binary, err := jaegerBinary()
	if err != nil {
		t.Fatal(err)
	}
	const attempts = 5
	for range attempts {
		s := launchJaeger(t, binary, o)
		err = s.await(t.Context())
		if err == nil {
			t.Cleanup(func() {
				if t.Failed() {
					t.Logf("Jaeger at %s printed:\n%s", s.Query, s.output.tail())
				}
			})
			return s
		}
		s.kill()
		// Between finding a port free and using it, anybody may take it.
		if !strings.Contains(s.output.String(), "address already in use") {
			break
		}
	}
	t.Fatal(err)
	return nil
}

// jaegerBinary returns the path of the executable. A first build takes minutes.
var jaegerBinary = sync.OnceValues(func() (string, error) {
	return toolBinary("jaeger", "all-in-one")
})

// toolBinary builds what a module in .ci pins, if it is not in Go's cache.
func toolBinary(module, tool string) (string, error) {
	cmd := exec.Command("go", "-C", filepath.Join("..", "..", ".ci", module), "tool", "-n", tool)
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("building %s: %w\n%s", tool, err, &complaints)
	}
	return strings.TrimSpace(out.String()), nil
}

// launchJaeger starts the process and has the test end it.
func launchJaeger(t testing.TB, binary string, o jaegerOptions) *jaegerServer {
	t.Helper()
	tcp, udp := freeAddresses(t, 8, 3)
	s := &jaegerServer{OTLPGRPC: tcp[0], OTLPHTTP: tcp[1], Query: tcp[2], admin: tcp[3], ended: make(chan struct{})}
	if o.otlpGRPC != "" {
		s.OTLPGRPC = o.otlpGRPC
	}
	args := []string{
		"--log-level=warn",
		"--collector.otlp.grpc.host-port=" + s.OTLPGRPC,
		"--collector.otlp.http.host-port=" + s.OTLPHTTP,
		"--query.http-server.host-port=" + s.Query,
		"--admin.http.host-port=" + s.admin,
		"--query.grpc-server.host-port=" + tcp[4],
		"--collector.grpc-server.host-port=" + tcp[5],
		"--collector.http-server.host-port=" + tcp[6],
		"--http-server.host-port=" + tcp[7],
		"--processor.jaeger-binary.server-host-port=" + udp[0],
		"--processor.jaeger-compact.server-host-port=" + udp[1],
		"--processor.zipkin-compact.server-host-port=" + udp[2],
	}
	storage := "memory"
	if o.badgerDir != "" {
		storage = "badger"
		args = append(args, "--badger.ephemeral=false",
			"--badger.directory-key="+filepath.Join(o.badgerDir, "keys"), "--badger.directory-value="+filepath.Join(o.badgerDir, "values"))
	}
	s.cmd = exec.Command(binary, append(args, o.args...)...)
	// Its flags can be set by the environment too, and by default it sends spans
	// of its own to whoever listens on OTLP's port.
	s.cmd.Env = []string{"HOME=" + t.TempDir(), "TMPDIR=" + os.TempDir(), "SPAN_STORAGE_TYPE=" + storage, "OTEL_TRACES_SAMPLER=always_off"}
	s.cmd.Stdout, s.cmd.Stderr = &s.output, &s.output
	if err := s.cmd.Start(); err != nil {
		t.Fatalf("starting Jaeger: %v", err)
	}
	go func() {
		// What became of it is told by what it printed.
		_ = s.cmd.Wait()
		close(s.ended)
	}()
	t.Cleanup(s.kill)
	return s
}

// freeAddresses returns addresses on loopback whose ports nobody uses now, all
// different.
func freeAddresses(t testing.TB, tcpCount, udpCount int) (tcp, udp []string) {
	t.Helper()
	const loopback = "127.0.0.1:0"
	for range tcpCount {
		l, err := net.Listen("tcp", loopback)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		tcp = append(tcp, l.Addr().String())
	}
	for range udpCount {
		c, err := net.ListenPacket("udp", loopback)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		udp = append(udp, c.LocalAddr().String())
	}
	return tcp, udp
}

// await returns when every part of Jaeger that tests use answers.
func (s *jaegerServer) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	for {
		err := s.check(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-s.ended:
			return fmt.Errorf("Jaeger ended at once; it printed:\n%s", s.output.tail())
		case <-ctx.Done():
			return fmt.Errorf("Jaeger does not answer: %w; it printed:\n%s", err, s.output.tail())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (s *jaegerServer) check(ctx context.Context) error {
	for _, address := range []string{s.admin, s.Query} {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/", http.NoBody)
		if err != nil {
			return err
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return err
		}
		resp.Body.Close()
		// With a base path the query service has nothing at /, which is an
		// answer all the same.
		if address == s.admin && resp.StatusCode != http.StatusOK {
			return errors.New("its health check says " + resp.Status)
		}
	}
	for _, address := range []string{s.OTLPGRPC, s.OTLPHTTP} {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
		if err != nil {
			return err
		}
		conn.Close()
	}
	return nil
}

// awaitDisk returns when Jaeger has stored all that it took. What it holds in
// its queue when it is stopped is lost, although it said that it has it. How long
// the queue is it measures only once a second, so its counters are compared.
func (s *jaegerServer) awaitDisk(t testing.TB) {
	t.Helper()
	deadline := time.Now().Add(3 * time.Minute)
	for range time.Tick(50 * time.Millisecond) {
		resp, err := http.Get("http://" + s.admin + "/metrics")
		if err != nil {
			t.Fatal(err)
		}
		metrics, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		stored, taken := sumOf(t, metrics, "jaeger_collector_spans_saved_by_svc_total"), sumOf(t, metrics, "jaeger_collector_spans_received_total")
		if stored > 0 && stored == taken {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("Jaeger does not store what it took:\n%s", metrics)
		}
	}
}

// sumOf adds up a metric, whatever its labels, in Prometheus' text.
func sumOf(t testing.TB, metrics []byte, name string) float64 {
	t.Helper()
	sum := 0.0
	for _, sample := range regexp.MustCompile(`(?m)^`+name+`\{.*\} (.*)$`).FindAllSubmatch(metrics, -1) {
		n, err := strconv.ParseFloat(string(sample[1]), 64)
		if err != nil {
			t.Fatalf("%s: %v", sample[0], err)
		}
		sum += n
	}
	return sum
}

// kill ends Jaeger at once, as a crash would, and waits until it is gone.
func (s *jaegerServer) kill() {
	// It fails only when the process is gone, which is what is wanted.
	_ = s.cmd.Process.Kill()
	<-s.ended
}

// stop has Jaeger shut down, so that what it took is on its disk, and waits
// until it is gone.
func (s *jaegerServer) stop(t testing.TB) {
	t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatalf("stopping Jaeger: %v", err)
	}
	select {
	case <-s.ended:
	case <-time.After(3 * time.Minute):
		t.Fatalf("Jaeger does not stop; it printed:\n%s", s.output.tail())
	}
}

// logBuffer holds what a process prints. It may be read meanwhile.
type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write implements io.Writer.
func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

// String returns all of it.
func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// tail returns the end of it, which is where the reason stands.
func (b *logBuffer) tail() string {
	const limit = 8 << 10
	s := b.String()
	return s[max(0, len(s)-limit):]
}
