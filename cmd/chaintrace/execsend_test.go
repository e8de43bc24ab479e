package main

import (
	"strings"
	"testing"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
)

// TestExecSends: the trace of a start is sent once, when the server is ready,
// with each span once; that of one that never gets ready, when it ends.
func TestExecSends(t *testing.T) {
	for _, c := range []struct {
		name   string
		server []string
		code   int
	}{
		{"ready", []string{"begin", "hooks:a", "done:a", "ready", "sleep:1s", "exit:0"}, 0},
		{"never ready", []string{"begin", "hooks:a", "fail:a", "exit:4"}, 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			collector := newCollector(t)
			stdout, stderr := mustRun(t, c.code, append([]string{"exec", "--quiet", "--otlp", collector.url, "--out", "out.json", "--", "fakeserver"}, c.server...)...)
			sent, written := collector.trace(t), readFile(t, "out.json")
			if len(sent.Spans) != len(written.Spans) || len(sent.Spans) == 0 {
				t.Errorf("%d spans were sent, %d written", len(sent.Spans), len(written.Spans))
			}
			if id := sent.Spans[0].TraceID.String(); !strings.Contains(stdout, id) {
				t.Errorf("stdout %q does not name the trace %s; stderr: %s", stdout, id, stderr)
			}
			for _, a := range sent.Anomalies() {
				if a.Kind != trace.AnomalyUnfinished {
					t.Errorf("what was sent: %v", a)
				}
			}
			if ready := has(sent, attr.SpanReady); (c.code == 0) != (ready == 1) {
				t.Errorf("%d spans %s were sent", ready, attr.SpanReady)
			}
		})
	}
}

// has counts the spans of a name.
func has(t *trace.Trace, name string) int {
	n := 0
	for i := range t.Spans {
		if t.Spans[i].Name == name {
			n++
		}
	}
	return n
}
