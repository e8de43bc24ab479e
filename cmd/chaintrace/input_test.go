package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
)

// startsAt returns a trace of one span for each time.
func startsAt(times ...int64) *trace.Trace {
	t := &trace.Trace{}
	for i, at := range times {
		t.Spans = append(t.Spans, trace.Span{
			TraceID: trace.TraceID{15: byte(i + 1)}, SpanID: trace.SpanID{1}, Name: attr.SpanStartup,
			Start: at, End: at, Resource: &trace.Resource{}, Scope: &trace.Scope{},
		})
	}
	return t
}

func TestParseSize(t *testing.T) {
	for in, want := range map[string]int64{
		"1": 1, "4GiB": 4 << 30, "4gib": 4 << 30, "500MB": 500e6, "500 MB": 500e6, "1.5k": 1500, "2g": 2e9, "7EiB": 7 << 60,
	} {
		if got, err := parseSize("max-input", in); err != nil || got != want {
			t.Errorf("parseSize(%q) = %d, %v; want %d", in, got, err, want)
		}
	}
	for _, in := range []string{"", "0", "0GB", "-1", "GiB", "1 apple", "8EiB", "99999999999999999999", "1e9", "٣"} {
		if got, err := parseSize("max-input", in); err == nil || !strings.HasPrefix(err.Error(), "--max-input: ") {
			t.Errorf("parseSize(%q) = %d, %v; want an error that names the flag", in, got, err)
		}
	}
}

// TestLimitsNameTheirFlag: and suggest a value that the flag takes and that is
// more than there was.
func TestLimitsNameTheirFlag(t *testing.T) {
	for _, c := range []struct {
		what  string
		limit int64
		want  string
	}{
		{trace.LimitInput, 4 << 30, "; raise it with --max-input 8GiB"},
		{trace.LimitInput, 1, "; raise it with --max-input 2B"},
		{trace.LimitInput, 1500, "; raise it with --max-input 2.9KiB"},
		{trace.LimitMemory, 8 << 30, "; raise it with --max-memory 16GiB"},
		{trace.LimitDepth, 128, "; raise it with --max-depth 256"},
		{trace.LimitDepth, 9000, "; raise it with --max-depth 10000"},
		{trace.LimitDepth, mostDepth, ""},
		{"another", 3, ""},
	} {
		limit := &trace.LimitError{What: c.what, Limit: c.limit}
		err := withRaise(fmt.Errorf("reading: %w", limit))
		if want := "reading: " + limit.Error() + c.want; err.Error() != want {
			t.Errorf("got %q, want %q", err, want)
		}
		if !errors.As(err, &limit) {
			t.Errorf("%q does not wrap its cause", err)
		}
	}
	for _, limit := range []int64{1, 1023, 1 << 20, 1<<40 - 1, math.MaxInt64 / 4} {
		if got, err := parseSize("max-input", sizeText(2*limit)); err != nil || got <= limit {
			t.Errorf("for the limit %d it suggests %s, which is %d, %v", limit, sizeText(2*limit), got, err)
		}
	}
}

func TestChoose(t *testing.T) {
	all := startsAt(3e9, 1e9, 2e9, 0, 0, 0, 0)
	for _, c := range []struct {
		name, id, want, note, err string
	}{
		{"the latest", "", "01", "note: FILE holds 7 traces; this is the latest, 00000000000000000000000000000001, begun 1970-01-01T00:00:03.000Z; choose another with --trace (see chaintrace traces FILE)\n", ""},
		{"by ID", "2", "02", "", ""},
		{"a wrong ID", "x", "", "", `--trace: "x" is not a trace ID: want 1 to 32 hex digits`},
		{"another ID", "ff", "", "", "--trace ff: no trace in FILE has that ID; there are 00000000000000000000000000000001, 00000000000000000000000000000003, " +
			"00000000000000000000000000000002, 00000000000000000000000000000007, 00000000000000000000000000000006 and 2 more (see chaintrace traces FILE)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var notes bytes.Buffer
			f := &inputFlags{id: c.id}
			got, err := f.choose(all, "FILE", &notes)
			if errText(err) != c.err || notes.String() != c.note {
				t.Errorf("it says %q and %q, want %q and %q", errText(err), &notes, c.err, c.note)
			}
			if err == nil && (len(got.Spans) != 1 || !strings.HasSuffix(got.Spans[0].TraceID.String(), c.want)) {
				t.Errorf("it takes %+v, want trace %s", got.Spans, c.want)
			}
		})
	}
	one := startsAt(1)
	var notes bytes.Buffer
	if got, err := (&inputFlags{}).choose(one, "FILE", &notes); err != nil || got != one || notes.Len() > 0 {
		t.Errorf("of one trace it takes %p, %v, and says %q", got, err, &notes)
	}
	if _, err := (&inputFlags{id: "2"}).choose(&trace.Trace{}, "-", &notes); errText(err) != "--trace 2: there are no spans in stdin" {
		t.Errorf("without spans it says %v", err)
	}
	if _, err := (&inputFlags{}).choose(startsAt(0, 0), "-", &notes); err != nil || !strings.Contains(notes.String(), "note: stdin holds 2 traces; this is the latest, 00000000000000000000000000000002, begun at no known time; ") {
		t.Errorf("without times it says %v and %q", err, &notes)
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// TestReadingCanBeInterrupted: also while nothing comes.
func TestReadingCanBeInterrupted(t *testing.T) {
	in, out := io.Pipe()
	defer out.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		// It comes back when the reader has taken it.
		_, _ = io.WriteString(out, `{"resourceSpans":`)
		cancel()
	}()
	f := &inputFlags{maxInput: "1GB", maxMemory: "1GB", maxDepth: 10}
	_, err := f.read(ctx, "-", in, io.Discard)
	var coded *exitError
	if errText(err) != "stdin: reading was interrupted" || !errors.As(err, &coded) || coded.code != exitWork {
		t.Errorf("an interrupted read says %v", err)
	}
}

// fakeJaeger answers api/v3 for every trace with all of these.
func fakeJaeger(t *testing.T, answer *trace.Trace) (address string) {
	t.Helper()
	var spans bytes.Buffer
	if err := trace.WriteJSON(&spans, answer); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/api/v3/traces") {
			http.NotFound(w, r)
			return
		}
		fmt.Fprintf(w, `{"result":%s}`, &spans)
	}))
	t.Cleanup(server.Close)
	return "jaeger://user:secret@" + strings.TrimPrefix(server.URL, "http://")
}

// TestJaegerIsAnInput: of every reading command, and no message has the password.
func TestJaegerIsAnInput(t *testing.T) {
	address := fakeJaeger(t, startsAt(2e9, 1e9))
	search := address + "/?service=x"
	code, out, errOut := command("traces", search)
	if code != 0 || len(errOut) > 0 || strings.Count(string(out), "startup") != 2 {
		t.Errorf("traces: exit code %d, %s%s", code, errOut, out)
	}
	code, out, errOut = command("render", search, "--quiet", "--out", "-", "--format", "json")
	if code != 0 || !strings.Contains(string(errOut), "holds 2 traces; this is the latest, 00000000000000000000000000000001, ") || !strings.Contains(string(errOut), "(see chaintrace traces 'jaeger://user@") || strings.Count(string(out), `"spanId"`) != 1 {
		t.Errorf("render: exit code %d, %s%s", code, errOut, out)
	}
	for _, args := range [][]string{
		{"render", search}, {"render", search, "--trace", "9"}, {"render", address + "/?service=x&limit=no"}, {"traces", address},
		{"traces", "jaeger://user:secret@127.0.0.1:1/1"}, {"render", search, "--max-input", "20"}, {"render", "jaeger://user:secret@:x y/1"},
	} {
		code, out, errOut := command(args...)
		if strings.Contains(string(out)+string(errOut), "secret") {
			t.Errorf("%s: the password is shown: %s%s", args, errOut, out)
		}
		if code == 0 != (len(args) == 2 && args[1] == search) {
			t.Errorf("%s: exit code %d: %s", args, code, errOut)
		}
	}
}
