package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chaintrace/chaintrace/trace"
)

// manyStarts are n runs of a model, a second from one to the next.
func manyStarts(t *testing.T, n int) []*trace.Trace {
	t.Helper()
	one, err := runModelInput(t.Context(), "preset:aggregated-apiserver")
	if err != nil {
		t.Fatal(err)
	}
	starts := make([]*trace.Trace, n)
	for i := range starts {
		starts[i] = &trace.Trace{}
		for _, s := range one.Spans {
			binary.BigEndian.PutUint32(s.TraceID[:], uint32(i+1))
			s.Start, s.End = s.Start+int64(i)*1e9, s.End+int64(i)*1e9
			starts[i].Spans = append(starts[i].Spans, s)
		}
	}
	return starts
}

// pagingJaeger answers searches as Jaeger does, with the latest of the traces that
// have a span in the time asked for, as many as are allowed. It counts requests,
// and fails at the one that is to fail.
type pagingJaeger struct {
	starts         []*trace.Trace
	requests, fail int
}

func (j *pagingJaeger) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if j.requests++; j.requests == j.fail {
		http.Error(w, `{"error":{"httpCode":403,"message":"not any more"}}`, http.StatusForbidden)
		return
	}
	q := r.URL.Query()
	from, err1 := time.Parse(time.RFC3339Nano, q.Get("query.start_time_min"))
	to, err2 := time.Parse(time.RFC3339Nano, q.Get("query.start_time_max"))
	limit, err3 := strconv.Atoi(q.Get("query.search_depth"))
	if err1 != nil || err2 != nil || err3 != nil {
		http.Error(w, fmt.Sprint(err1, err2, err3), http.StatusBadRequest)
		return
	}
	found := &trace.Trace{}
	for i, n := len(j.starts)-1, 0; i >= 0 && n < limit; i-- {
		for _, s := range j.starts[i].Spans {
			if s.Start >= from.UnixNano() && s.Start <= to.UnixNano() {
				found.Spans = append(found.Spans, j.starts[i].Spans...)
				n++
				break
			}
		}
	}
	var spans bytes.Buffer
	if err := trace.WriteJSON(&spans, found); err != nil {
		panic(err)
	}
	if spans.Len() == 0 {
		spans.WriteString("{}")
	}
	for _, line := range strings.Split(strings.TrimSpace(spans.String()), "\n") {
		fmt.Fprintf(w, "{\"result\":%s}\n", line)
	}
}

// TestStatsReadsAllPages: of a search that finds more than an answer holds, stats
// sums up the same as of a file with all of it.
func TestStatsReadsAllPages(t *testing.T) {
	all := &trace.Trace{}
	jaeger := &pagingJaeger{starts: manyStarts(t, 350)}
	for _, one := range jaeger.starts {
		all.Spans = append(all.Spans, one.Spans...)
	}
	var text bytes.Buffer
	if err := trace.WriteJSON(&text, all); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "all.json")
	if err := os.WriteFile(file, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	code, want, errOut := command("stats", file, "--output", "json")
	if code != 0 || len(errOut) > 0 || !strings.Contains(string(want), `"starts": 350`) {
		t.Fatalf("exit code %d, %s", code, errOut)
	}

	server := httptest.NewServer(jaeger)
	t.Cleanup(server.Close)
	search := "jaeger://" + strings.TrimPrefix(server.URL, "http://") + "/?service=x&start=2020-01-01T00:00:00Z"
	code, got, errOut := command("stats", search, "--output", "json")
	if code != 0 || len(errOut) > 0 {
		t.Fatalf("exit code %d, %s", code, errOut)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%d requests give\n%s\nwant\n%s", jaeger.requests, got, want)
	}
	if jaeger.requests < 4 {
		t.Errorf("%d requests", jaeger.requests)
	}

	jaeger.requests, jaeger.fail = 0, 3
	code, got, errOut = command("stats", search)
	if code != exitWork || len(got) > 0 || !strings.Contains(string(errOut), "not any more") || !strings.Contains(string(errOut), "with --partial, the 1") {
		t.Errorf("a failing page: exit code %d, %s%s", code, errOut, got)
	}
	jaeger.requests = 0
	code, got, errOut = command("stats", search, "--partial")
	if code != 0 || !strings.Contains(string(errOut), "warning: ") || !strings.Contains(string(got), " starts, ") || strings.Contains(string(got), "350 starts") {
		t.Errorf("a failing page with --partial: exit code %d, %s%s", code, errOut, got)
	}
}
