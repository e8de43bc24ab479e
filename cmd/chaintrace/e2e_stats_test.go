//go:build e2e

package main

import (
	"bytes"
	"fmt"
	"path/filepath"
	"testing"
)

// TestStatsOfAJaeger sends starts to a Jaeger that keeps them on disk, asks for
// their statistics, and gets those of the same starts out of files.
func TestStatsOfAJaeger(t *testing.T) {
	const starts = 30
	s := startJaegerWith(t, jaegerOptions{badgerDir: t.TempDir()})
	dir := t.TempDir()
	fromFiles := []string{"stats", "--output", "json"}
	for i := range starts {
		file := filepath.Join(dir, fmt.Sprintf("%02d.json", i))
		id := sendRun(t, s, "grpc://"+s.OTLPGRPC, "--slow", fmt.Sprintf("rbac/bootstrap-roles=%dms", 7*i%starts), "--out", file)
		awaitSpans(t, s, id, len(readTraceFile(t, file).Spans))
		fromFiles = append(fromFiles, file)
	}
	_, want, errOut := command(fromFiles...)
	if !bytes.Contains(want, []byte(fmt.Sprintf(`"starts": %d,`, starts))) {
		t.Fatalf("of files: %s%s", want, errOut)
	}
	code, got, errOut := command("stats", fmt.Sprintf("jaeger://%s/?service=kube-apiserver&limit=1000", s.Query), "--output", "json")
	if code != 0 || !bytes.Equal(got, want) {
		t.Errorf("exit code %d, %s: the statistics of Jaeger differ from those of files in line %d", code, errOut, firstDifference(got, want))
	}
}
