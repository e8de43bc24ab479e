package jaeger

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const id = "4bf92f3577b34da6a3ce929d0e0e4736"

func TestParseAddress(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	tests := []struct {
		in   string
		want Query
	}{
		{"jaeger://localhost:16686/" + id, Query{Server: "http://localhost:16686", TraceID: id}},
		{"jaegers://jaeger.example.com/" + id, Query{Server: "https://jaeger.example.com:16686", TraceID: id}},
		{"JAEGER://localhost/ABCD", Query{Server: "http://localhost:16686", TraceID: "abcd"}},
		{"jaeger://[::1]/1", Query{Server: "http://[::1]:16686", TraceID: "1"}},
		{"jaeger://[::1]:80/1", Query{Server: "http://[::1]:80", TraceID: "1"}},
		{"jaeger://h/jaeger/" + id, Query{Server: "http://h:16686/jaeger", TraceID: id}},
		{"jaeger://h/a/b//" + id, Query{Server: "http://h:16686/a/b", TraceID: id}},
		{"jaeger://h/trace/" + id, Query{Server: "http://h:16686", TraceID: id}},
		{"jaeger://h/jaeger/trace/" + id, Query{Server: "http://h:16686/jaeger", TraceID: id}},
		{"jaeger://h/a%20b/" + id, Query{Server: "http://h:16686/a%20b", TraceID: id}},
		{"jaeger://me:p%2Fw@h/1", Query{Server: "http://h:16686", User: "me", Password: "p/w", TraceID: "1"}},
		{"jaeger://me@h/1", Query{Server: "http://h:16686", User: "me", TraceID: "1"}},
		{"jaeger://h?service=a", Query{Server: "http://h:16686", Service: "a"}},
		{"jaeger://h/?service=a+b%26%C3%A9", Query{Server: "http://h:16686", Service: "a b&é"}},
		{"jaeger://h/jaeger?service=a", Query{Server: "http://h:16686/jaeger", Service: "a"}},
		{"jaeger://h/abc/?service=a", Query{Server: "http://h:16686/abc", Service: "a"}},
		{"jaeger://h/?service=a&lookback=90m&limit=5", Query{Server: "http://h:16686", Service: "a", Lookback: 90 * time.Minute, Limit: 5}},
		{"jaeger://h/?service=a&lookback=2d", Query{Server: "http://h:16686", Service: "a", Lookback: 48 * time.Hour}},
		{"jaeger://h/?service=a&start=2026-01-02T03:04:05Z&end=2026-01-02T03:04:05.5Z",
			Query{Server: "http://h:16686", Service: "a", Start: at, End: at.Add(time.Second / 2)}},
		{"jaeger://h/?service=a&start=2026-01-02T04:04:05+01:00", Query{Server: "http://h:16686", Service: "a", Start: at}},
		{"jaeger://h/?service=a&start=2026-01-02T04:04:05%2B01:00", Query{Server: "http://h:16686", Service: "a", Start: at}},
		{"jaeger://h/?service=a&lookback=1h&end=2026-01-02T03:04:05Z", Query{Server: "http://h:16686", Service: "a", Lookback: time.Hour, End: at}},
		{"jaeger://h/?service=a&operation=hook.run&minDuration=1ms&maxDuration=1ms&tag=error:true&tag=k:a:b&tag=e:",
			Query{Server: "http://h:16686", Service: "a", Operation: "hook.run", MinDuration: time.Millisecond, MaxDuration: time.Millisecond,
				Tags: map[string]string{"error": "true", "k": "a:b", "e": ""}}},
	}
	for _, tt := range tests {
		got, err := ParseAddress(tt.in)
		if err != nil {
			t.Errorf("ParseAddress(%s): %v", tt.in, err)
			continue
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("ParseAddress(%s) (-want +got):\n%s", tt.in, diff)
		}
		if !IsAddress(tt.in) {
			t.Errorf("IsAddress(%s) is false", tt.in)
		}
	}
}

func TestParseAddressErrors(t *testing.T) {
	tests := []struct{ in, want string }{
		{"chain.json", "begins with neither jaeger:// nor"},
		{"http://h/1", "begins with neither jaeger:// nor"},
		{"jaeger:h/1", "begins with neither jaeger:// nor"},
		{"jaeger:///" + id, "names no host"},
		{"jaeger://:16686/" + id, "names no host"},
		{"jaeger://h:0/1", "port 0 is not between 1 and 65535"},
		{"jaeger://h:65536/1", "port 65536 is not"},
		{"jaeger://::1/1", "host ::1 has more than one colon: write [ and ]"},
		{"jaeger://h:x/1", "host or port are not well-formed"},
		{"jaeger://h/%zz", "well-formed"},
		{"jaeger://h\n/1", "well-formed"},
		{"jaeger://:secret@h/1", "password without a user"},
		{"jaeger://h", "neither a trace, as /TRACE, nor a search, as /?service=NAME"},
		{"jaeger://h/", "neither a trace"},
		{"jaeger://h/jaeger/", "neither a trace"},
		{"jaeger://h/xyz", `"xyz" is not a trace ID, which is 1 to 32 hex digits; a search ends with ?service=NAME`},
		{"jaeger://h/" + id + "0", "is not a trace ID"},
		{"jaeger://h/%1b%5b31m", `"[31m" is not a trace ID`},
		{"jaeger://h/1#x", "# ends an address: write it as %23"},
		{"jaeger://h/?service=a#", "%23"},
		{"jaeger://h/" + id + "?service=a", "both the trace " + id + " and a service"},
		{"jaeger://h/" + id + "?limit=3", "limit= is for a search, and it names the trace"},
		{"jaeger://h/?limit=3", "limit= is for a search, which needs service=NAME too"},
		{"jaeger://h/?service=", "service= has no value"},
		{"jaeger://h/?service=a&service=b", "service= is there 2 times"},
		{"jaeger://h/?servcie=a", `unknown parameter "servcie": there are service, operation, lookback, start, end, minDuration, maxDuration, limit, tag`},
		{"jaeger://h/?service=a;b", "write ; as %3B"},
		{"jaeger://h/?service=a%", "% as %25"},
		{"jaeger://h/?service=a&lookback=1", "lookback=1: it is not a duration above zero, such as 500ms, 1h30m or 2d"},
		{"jaeger://h/?service=a&lookback=-1h", "lookback=-1h: it is not a duration"},
		{"jaeger://h/?service=a&lookback=d", "lookback=d: it is not a duration"},
		{"jaeger://h/?service=a&lookback=-2d", "lookback=-2d: it is not a duration"},
		{"jaeger://h/?service=a&lookback=999999999999d", "it is not a duration"},
		{"jaeger://h/?service=a&minDuration=0s", "minDuration=0s: it is not a duration"},
		{"jaeger://h/?service=a&minDuration=2s&maxDuration=1s", "minDuration= is more than maxDuration="},
		{"jaeger://h/?service=a&limit=0", "limit=0: it is not a number of traces from 1 to 2147483647"},
		{"jaeger://h/?service=a&limit=many", "limit=many: it is not a number"},
		{"jaeger://h/?service=a&limit=2147483648", "it is not a number of traces"},
		{"jaeger://h/?service=a&start=yesterday", "start=yesterday: it is not a time in RFC 3339, such as 2026-01-31T12:00:00Z"},
		{"jaeger://h/?service=a&start=2026-01-02T03:04:05Z&end=2026-01-02T03:04:05Z", "start= is not before end="},
		{"jaeger://h/?service=a&start=2026-01-02T03:04:05Z&lookback=1h", "lookback= and start= say the same"},
		{"jaeger://h/?service=a&tag=error", "tag=error: it is not KEY:VALUE"},
		{"jaeger://h/?service=a&tag=:x", "it is not KEY:VALUE"},
		{"jaeger://h/?service=a&tag=k:1&tag=k:2", `the key "k" is there already`},
	}
	for _, tt := range tests {
		got, err := ParseAddress(tt.in)
		if err == nil {
			t.Errorf("ParseAddress(%s) = %v, want an error with %q", tt.in, got, tt.want)
			continue
		}
		if !strings.Contains(err.Error(), tt.want) {
			t.Errorf("ParseAddress(%s): error %q lacks %q", tt.in, err, tt.want)
		}
	}
}

func TestIsAddress(t *testing.T) {
	for _, s := range []string{"", "-", "chain.json", "jaeger", "jaeger:x", "./jaeger://x", "http://h/1", "xjaeger://h/1"} {
		if IsAddress(s) {
			t.Errorf("IsAddress(%q) is true", s)
		}
	}
}

func TestErrorsHideThePassword(t *testing.T) {
	for _, in := range []string{
		"jaeger://me:s3cret@h/", "jaeger://me:s3cret@h:x/1", "jaeger://me:s3cret%zz@h/1", "jaeger://me:s3cret/1@h/1",
		"jaeger://me:s3cret@/1", "jaeger://:s3cret@h/1", "jaeger://me:s3cret@h/?x=1", "jaeger://me:s3cret\n@h/1",
	} {
		if _, err := ParseAddress(in); err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("ParseAddress(%s): error %v", in, err)
		}
	}
	q, err := ParseAddress("jaeger://me:s3cret@h/1")
	if err != nil || q.String() != "jaeger://me@h:16686/1" {
		t.Errorf("it prints as %s (%v)", q, err)
	}
}

// FuzzParseAddress looks for addresses that are taken and do not mean the same
// when they are written out again.
func FuzzParseAddress(f *testing.F) {
	for _, s := range []string{
		"jaeger://localhost:16686/" + id, "jaegers://me:pw@[::1]:1/jaeger/trace/abc", "jaeger://h/a%2Fb/1", "jaeger://h//1", "jaeger://h/trace/1/1", "jaeger://h/trace/trace/1",
		"jaeger://h/?service=a+b&operation=c&limit=1&lookback=2d&minDuration=1ns&maxDuration=1h&tag=a:b&tag=c:d:&end=2026-01-02T03:04:05.000000001Z",
		"jaeger://h/?service=a&start=2026-01-02T03:04:05+01:00", "jaeger://h/abc/?service=a",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		q, err := ParseAddress(s)
		if err != nil {
			return
		}
		if (q.TraceID == "") == (q.Service == "") {
			t.Fatalf("%s is neither a trace nor a search: %+v", s, q)
		}
		again, err := ParseAddress(q.String())
		if err != nil {
			t.Fatalf("%s is written as %s: %v", s, q, err)
		}
		again.Password = q.Password
		if diff := cmp.Diff(q, again); diff != "" {
			t.Fatalf("%s is written as %s (-want +got):\n%s", s, q, diff)
		}
		now := time.Unix(0, 0)
		for _, u := range []string{q.v3URL(now), q.v2URL(now)} {
			if !strings.HasPrefix(u, q.Server+"/api/") {
				t.Fatalf("%s asks for %s", s, u)
			}
		}
	})
}
