package main

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chaintrace/chaintrace/trace/attr"
)

// TestDiffReadsAllPages: a side that is a search has all starts that it finds, and not
// those of the first answer alone; with a limit, as many as that says.
func TestDiffReadsAllPages(t *testing.T) {
	jaeger := &pagingJaeger{starts: manyStarts(t, 250)}
	for i, one := range jaeger.starts {
		for j := range one.Spans {
			if s := &one.Spans[j]; s.Name == attr.SpanHookRun {
				s.End += int64(i) // else the starts went alike and count once
			}
		}
	}
	server := httptest.NewServer(jaeger)
	t.Cleanup(server.Close)
	search := "jaeger://" + strings.TrimPrefix(server.URL, "http://") + "/?service=x&start=2020-01-01T00:00:00Z"
	for input, want := range map[string]string{search: ", 250 starts, ", search + "&limit=30": ", 30 starts, "} {
		code, out, errOut := command("diff", "--a", input, "--b", "preset:aggregated-apiserver", "--only", "errors")
		first, _, _ := strings.Cut(string(out), "\n")
		if code != 0 || !strings.Contains(first, want) {
			t.Errorf("%s: exit code %d, %s\n%s", input, code, errOut, first)
		}
	}
}
