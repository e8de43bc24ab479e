//go:build e2e

package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// collectorServer is a real OpenTelemetry collector with the configuration that
// README prints. It listens on loopback only and ends with its test at the
// latest.
type collectorServer struct {
	OTLPHTTP string // HOST:PORT that takes spans by HTTP

	cmd    *exec.Cmd
	ended  chan struct{} // closed when the process is gone
	output logBuffer
}

// collectorBinary returns the path of the executable, as .ci/collector/go.mod
// pins its parts. A first build takes minutes.
var collectorBinary = sync.OnceValues(func() (string, error) {
	return toolBinary("collector", "collector")
})

// startCollector starts a collector that keeps its queue in a directory, which
// another one may take over when this one has ended, and sends to a Jaeger,
// which need not be there yet.
func startCollector(t testing.TB, queueDir, jaegerGRPC string) *collectorServer {
	t.Helper()
	binary, err := collectorBinary()
	if err != nil {
		t.Fatal(err)
	}
	tcp, _ := freeAddresses(t, 2, 0)
	s := &collectorServer{OTLPHTTP: tcp[1], ended: make(chan struct{})}
	s.cmd = exec.Command(binary, "--config="+filepath.Join("..", "..", "testdata", "fleet", "collector.yaml"))
	s.cmd.Env = []string{
		"HOME=" + t.TempDir(), "TMPDIR=" + os.TempDir(),
		"FLEET_QUEUE=" + queueDir, "FLEET_JAEGER=" + jaegerGRPC, "FLEET_OTLP_GRPC=" + tcp[0], "FLEET_OTLP_HTTP=" + tcp[1],
	}
	s.cmd.Stdout, s.cmd.Stderr = &s.output, &s.output
	if err := s.cmd.Start(); err != nil {
		t.Fatalf("starting the collector: %v", err)
	}
	go func() {
		// What became of it is told by what it printed.
		_ = s.cmd.Wait()
		close(s.ended)
	}()
	t.Cleanup(func() {
		// It fails only when the process is gone, which is what is wanted.
		_ = s.cmd.Process.Kill()
		<-s.ended
		if t.Failed() {
			t.Logf("the collector at %s printed:\n%s", s.OTLPHTTP, s.output.tail())
		}
	})
	if err := s.await(); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *collectorServer) await() error {
	deadline := time.Now().Add(3 * time.Minute)
	for {
		conn, err := net.DialTimeout("tcp", s.OTLPHTTP, time.Second)
		if err == nil {
			return conn.Close()
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("the collector does not answer: %w; it printed:\n%s", err, s.output.tail())
		}
		select {
		case <-s.ended:
			return fmt.Errorf("the collector ended at once; it printed:\n%s", s.output.tail())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// stop has the collector shut down and waits until it is gone.
func (s *collectorServer) stop(t testing.TB) {
	t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatalf("stopping the collector: %v", err)
	}
	select {
	case <-s.ended:
	case <-time.After(3 * time.Minute):
		t.Fatalf("the collector does not stop; it printed:\n%s", s.output.tail())
	}
}
