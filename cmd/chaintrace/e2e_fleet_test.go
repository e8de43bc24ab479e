//go:build e2e

package main

import (
	"bytes"
	"fmt"
	"path/filepath"
	"testing"
	"time"
)

// TestFleet has a thousand starts go the way that README shows, from servers
// through a collector into a Jaeger that keeps them on disk, and asks for their
// statistics. They are those of the same starts in files, although Jaeger and
// the collector were gone for a while.
func TestFleet(t *testing.T) {
	const starts = 1000
	dir, queue := t.TempDir(), t.TempDir()
	config, err := filepath.Abs(filepath.Join("..", "..", "testdata", "fleet", "jaeger.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	options := jaegerOptions{badgerDir: t.TempDir(), args: []string{"--config-file=" + config}}
	jaeger := startJaegerWith(t, options)
	options.otlpGRPC = jaeger.OTLPGRPC
	collector := startCollector(t, queue, jaeger.OTLPGRPC)

	fromFiles := []string{"stats", "--slowest", "0", "--output", "json"}
	begin := time.Now()
	for i := range starts {
		switch i {
		case starts / 2:
			// In this order nothing is lost, as README says.
			collector.stop(t)
			jaeger.awaitDisk(t)
			jaeger.stop(t)
			collector = startCollector(t, queue, jaeger.OTLPGRPC)
		case starts * 3 / 4:
			collector.stop(t)
			collector = startCollector(t, queue, jaeger.OTLPGRPC)
		}
		t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+collector.OTLPHTTP)
		file := filepath.Join(dir, fmt.Sprintf("%03d.json", i))
		slow := fmt.Sprintf("wait-for-sample-informers=%dms", 100+7*i%starts)
		if code, _, errOut := command("run", "--preset", "aggregated-apiserver", "--slow", slow, "--quiet", "--out", file); code != 0 {
			t.Fatalf("start %d: exit code %d: %s", i, code, errOut)
		}
		fromFiles = append(fromFiles, file)
	}
	t.Logf("%d starts were sent in %v", starts, time.Since(begin))
	_, want, errOut := command(fromFiles...)
	if !bytes.Contains(want, []byte(fmt.Sprintf(`"starts": %d,`, starts))) {
		t.Fatalf("of files: %s%s", want, errOut)
	}

	begin = time.Now()
	jaeger = startJaegerWith(t, options)
	awaitStats(t, jaeger, want)
	t.Logf("Jaeger has them %v later", time.Since(begin))
	jaeger.awaitDisk(t)
	jaeger.stop(t)

	options.otlpGRPC = ""
	jaeger = startJaegerWith(t, options)
	// The second one asks the older API, which knows tags.
	for _, more := range []string{"", "&tag=chaintrace.clock:simulated"} {
		begin = time.Now()
		got, errOut := statsOf(jaeger, more)
		if !bytes.Equal(got, want) {
			t.Errorf("%s: the statistics of Jaeger differ from those of files, %s; %s", more, difference(got, want), errOut)
		}
		t.Logf("asking for statistics%s took %v", more, time.Since(begin))
	}
}

// statsOf asks for the statistics of all starts of the last hour.
func statsOf(s *jaegerServer, more string) (answer, errOut []byte) {
	_, answer, errOut = command("stats", "jaeger://"+s.Query+"/?service=sample-apiserver&lookback=1h"+more, "--slowest", "0", "--output", "json")
	return answer, errOut
}

// awaitStats returns when Jaeger has all that makes these statistics.
func awaitStats(t *testing.T, s *jaegerServer, want []byte) {
	t.Helper()
	deadline := time.Now().Add(5 * time.Minute)
	for {
		got, errOut := statsOf(s, "")
		if bytes.Equal(got, want) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the statistics of Jaeger differ from those of files, %s; %s", difference(got, want), errOut)
		}
		time.Sleep(time.Second)
	}
}

// difference tells the first line in which two outputs differ.
func difference(got, want []byte) string {
	line := firstDifference(got, want)
	at := func(text []byte) []byte {
		lines := bytes.Split(text, []byte("\n"))
		if line > len(lines) {
			return nil
		}
		return lines[line-1]
	}
	return fmt.Sprintf("in line %d: %s, not %s", line, at(got), at(want))
}
