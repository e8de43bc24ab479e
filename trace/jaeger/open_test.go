package jaeger

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// saved returns an answer of a real Jaeger.
func saved(tb testing.TB, name string) string {
	tb.Helper()
	body, err := os.ReadFile(filepath.Join("..", "testdata", "jaeger", name))
	if err != nil {
		tb.Fatal(err)
	}
	return string(body)
}

// served is an answer of the server in a test.
type served struct {
	status int
	kind   string // content type; empty: text/plain, as api/v3 has it
	body   string
}

func (s served) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	if s.kind == "" {
		s.kind = "text/plain; charset=utf-8"
	}
	w.Header().Set("Content-Type", s.kind)
	w.WriteHeader(s.status)
	// The client may have gone.
	_, _ = io.WriteString(w, s.body)
}

// server answers by path; what it does not know, as Jaeger does: with its page.
// asked are the paths that it was asked for.
func server(t *testing.T, answers map[string]served) (address string, asked *[]string) {
	t.Helper()
	asked = new([]string)
	page := served{200, "text/html; charset=utf-8", saved(t, "ui.html")}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*asked = append(*asked, r.URL.Path)
		answer, known := answers[r.URL.Path]
		if !known {
			answer = page
		}
		answer.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return strings.Replace(s.URL, "http", "jaeger", 1), asked
}

func open(t *testing.T, address string) (string, error) {
	t.Helper()
	q, err := ParseAddress(address)
	if err != nil {
		t.Fatal(err)
	}
	body, err := q.Open(t.Context())
	if err != nil {
		return "", err
	}
	defer body.Close()
	got, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return string(got), nil
}

// Each case is the answers to the paths and what comes out: the body of one of
// them, or an error with all these words.
func TestOpen(t *testing.T) {
	const (
		v3, v2             = "/api/v3/traces/" + id, "/api/traces/" + id
		v3search, v2search = "/api/v3/traces", "/api/traces"
		trace, search      = "/" + id, "/?service=nope"
		json               = "application/json"
	)
	file := func(name string) string { return saved(t, name) }
	long := `{"data":[{"traceID":"` + strings.Repeat(" ", headSize) + `"}]}`
	services := served{200, json, file("services.json")}
	tests := []struct {
		name, query string
		answers     map[string]served
		want        string
		errs        []string
		asked       []string
	}{
		{"a trace", trace, map[string]served{v3: {200, "", file("api-v3-trace.json")}}, file("api-v3-trace.json"), nil, []string{v3}},
		{"a trace of many bytes", trace, map[string]served{v3: {200, "", long}}, long, nil, []string{v3}},
		{"a page instead of api/v3", trace, map[string]served{v2: {200, json, file("api-v2-trace-raw.json")}}, file("api-v2-trace-raw.json"), nil, []string{v3, v2}},
		{"404 instead of api/v3", trace, map[string]served{v3: {404, "", "404 page not found\n"}, v2: {200, json, long}}, long, nil, []string{v3, v2}},
		{"404 of another gateway", trace, map[string]served{v3: {404, json, `{"code":5,"message":"Not Found","details":[]}`}, v2: {200, json, long}}, long, nil, []string{v3, v2}},
		{"405 instead of api/v3", trace, map[string]served{v3: {405, "", ""}, v2: {200, json, long}}, long, nil, []string{v3, v2}},
		{"501 instead of api/v3", trace, map[string]served{v3: {501, "", ""}, v2: {200, json, long}}, long, nil, []string{v3, v2}},
		{"no such trace", trace, map[string]served{v3: {404, "", file("api-v3-not-found.json")}}, "",
			[]string{"no trace " + id + ": check the ID, or wait"}, []string{v3}},
		{"no such trace, older API", trace, map[string]served{v2: {404, "", file("api-v2-not-found.json")}}, "",
			[]string{"no trace " + id}, []string{v3, v2}},
		{"a trace without spans", trace, map[string]served{v3: {200, "", file("api-v3-nothing.json")}}, "", []string{"no trace " + id}, []string{v3}},
		{"no API at all", trace, nil, "", []string{"no query API of a Jaeger", "an HTML page (status 200)", "16686 by default", "base path"}, []string{v3, v2}},
		{"another server", trace, map[string]served{v3: {404, "", "404 page not found\n"}, v2: {404, "", "404 page not found\n"}}, "",
			[]string{"no query API", `status 404, "404 page not found"`}, []string{v3, v2}},
		{"Jaeger's other port", trace, map[string]served{v3: {200, json, `{"status":"Server available"}`}, v2: {200, json, `{"status":"Server available"}`}}, "",
			[]string{"no query API", `status 200, "{\"status\":\"Server available\"}"`}, []string{v3, v2}},
		{"nothing is said", trace, map[string]served{v3: {200, "", ""}, v2: {200, "", ""}}, "", []string{"no query API", `answers with status 200, "":`}, []string{v3, v2}},
		{"no HTTP", trace, map[string]served{v3: {400, "", "Client sent an HTTP request to an HTTPS server.\n"}}, "",
			[]string{`refuses: status 400, "Client sent an HTTP request`, "write jaegers://"}, []string{v3}},
		{"a password is missing", trace, map[string]served{v3: {401, "", "no"}}, "", []string{`refuses: status 401, "no"; if it wants a password, write USER:PASSWORD@`}, []string{v3}},
		{"broken storage", trace, map[string]served{v3: {500, "", `{"error":{"httpCode":500,"message":"no\tdisk \u001b[31m"}}`}}, "",
			[]string{"refuses: no disk [31m"}, []string{v3}},
		{"a proxy's error", trace, map[string]served{v3: {502, "", strings.Repeat("bad ", 1000)}}, "", []string{`refuses: status 502, "bad bad`, "…"}, []string{v3}},
		{"a wrong request", search, map[string]served{v3search: {400, "", file("api-v3-error.json")}}, "",
			[]string{"refuses: query.start_time_min and query.start_time_max are required"}, []string{v3search}},
		{"a wrong request, older API", search, map[string]served{v2search: {400, "", file("api-v2-error.json")}}, "",
			[]string{"refuses: parameter 'service' is required"}, []string{v3search, v2search}},
		{"errors in status 200", search, map[string]served{v3search: {200, "", `{"error":{"httpCode":500,"message":"late"}}`}}, "",
			[]string{"refuses: late"}, []string{v3search}},
		{"errors in status 200, older API", search, map[string]served{v2search: {200, json, `{"data":[],"errors":[{"msg":"late"}]}`}}, "",
			[]string{"refuses: late"}, []string{v3search, v2search}},
		{"NaN in the older API", search, map[string]served{v2search: {500, "", `{"data":null,"errors":[{"code":500,"msg":"json: unsupported value: NaN"}]}`}}, "",
			[]string{"refuses: json: unsupported value: NaN"}, []string{v3search, v2search}},

		{"a search", "/?service=kube-apiserver", map[string]served{v3search: {200, "", file("api-v3-search.json")}}, file("api-v3-search.json"), nil, []string{v3search}},
		{"a search, older API", "/?service=kube-apiserver", map[string]served{v2search: {200, json, file("api-v2-search.json")}}, file("api-v2-search.json"), nil, []string{v3search, v2search}},
		{"a search by tags", "/?service=kube-apiserver&tag=error:true", map[string]served{v2search: {200, json, file("api-v2-search.json")}}, file("api-v2-search.json"), nil, []string{v2search}},
		{"below a base path", "/jaeger/?service=kube-apiserver", map[string]served{"/jaeger" + v3search: {200, "", file("api-v3-search.json")}}, file("api-v3-search.json"), nil, []string{"/jaeger" + v3search}},
		{"an unknown service", search, map[string]served{v3search: {200, "", file("api-v3-nothing.json")}, "/api/services": services}, "",
			[]string{`no service "nope": it knows "OTLPResourceNoServiceName", "apiextensions <b>&\"'\\:;#é漢🚀", "kube-aggregator", "kube-apiserver"`},
			[]string{v3search, "/api/services"}},
		{"an unknown service, older API", search, map[string]served{v2search: {200, json, file("api-v2-nothing.json")}, "/api/services": services}, "",
			[]string{`no service "nope": it knows`}, []string{v3search, v2search, "/api/services"}},
		{"version 2 finds nothing", search, map[string]served{v3search: {404, "", `{"error":{"httpCode":404,"message":"No traces found"}}`}, "/api/services": services}, "",
			[]string{`no service "nope"`}, []string{v3search, "/api/services"}},
		{"no service at all", search, map[string]served{v3search: {200, "", file("api-v3-nothing.json")}, "/api/services": {200, json, `{"data":[]}`}}, "",
			[]string{`no service "nope": it knows none, since nothing was sent to it yet`}, []string{v3search, "/api/services"}},
		{"services are a secret", search, map[string]served{v3search: {200, "", file("api-v3-nothing.json")}, "/api/services": {500, "", ""}}, "",
			[]string{`no trace of the service "nope" in which`}, []string{v3search, "/api/services"}},
		{"a known service", "/?service=kube-apiserver&operation=x&tag=a:b&minDuration=1s&start=2026-01-02T03:04:05Z&end=2026-01-02T04:04:05Z",
			map[string]served{v2search: {200, json, file("api-v2-nothing.json")}, "/api/services": services}, "",
			[]string{`no trace of the service "kube-apiserver" with the operation "x" and these tags and such a duration`,
				"began between 2026-01-02T03:04:05Z and 2026-01-02T04:04:05Z: widen the search with lookback= or start="}, []string{v2search, "/api/services"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			address, asked := server(t, tt.answers)
			got, err := open(t, address+tt.query)
			if diff := cmp.Diff(tt.asked, *asked); diff != "" {
				t.Errorf("paths asked for (-want +got):\n%s", diff)
			}
			if len(tt.errs) == 0 {
				if err != nil || got != tt.want {
					t.Errorf("Open: %v, %.100q; want %.100q", err, got, tt.want)
				}
				return
			}
			if err == nil {
				t.Fatalf("Open returns %.100q, want an error with %q", got, tt.errs)
			}
			for _, want := range append(tt.errs, strings.Replace(address, "jaeger", "http", 1)) {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q lacks %q", err, want)
				}
			}
			var none *NotFoundError
			if is := errors.As(err, &none); is != strings.Contains(err.Error(), " has no ") {
				t.Errorf("error %q is a %T", err, err)
			}
		})
	}
}

// What is asked for is held by value, since servers ignore what they do not
// know.
func TestURLs(t *testing.T) {
	now := time.Date(2026, 1, 3, 3, 4, 5, 6789, time.UTC)
	tests := []struct {
		in, path string
		want     url.Values
	}{
		{"/" + id, "/api/v3/traces/" + id, url.Values{"raw_traces": {"true"}}},
		{"/" + id, "/api/traces/" + id, url.Values{"raw": {"true"}}},
		{"/?service=a+b", "/api/v3/traces", url.Values{
			"query.service_name": {"a b"}, "query.start_time_min": {"2026-01-01T03:04:05.000006789Z"}, "query.start_time_max": {"2026-01-03T04:04:05.000006789Z"},
			"query.num_traces": {"20"}, "query.search_depth": {"20"}, "query.raw_traces": {"true"}}},
		{"/?service=a+b", "/api/traces", url.Values{
			"service": {"a b"}, "start": {strconv.FormatInt(now.Add(-DefaultLookback).UnixMicro(), 10)}, "end": {strconv.FormatInt(now.Add(time.Hour).UnixMicro(), 10)}, "limit": {"20"}}},
		{"/?service=a&operation=o&lookback=1h&end=2026-01-02T05:04:05%2B01:00&minDuration=1ms&maxDuration=2s&limit=3", "/api/v3/traces", url.Values{
			"query.service_name": {"a"}, "query.operation_name": {"o"}, "query.start_time_min": {"2026-01-02T03:04:05Z"}, "query.start_time_max": {"2026-01-02T04:04:05Z"},
			"query.duration_min": {"1ms"}, "query.duration_max": {"2s"}, "query.num_traces": {"3"}, "query.search_depth": {"3"}, "query.raw_traces": {"true"}}},
		{"/?service=a&operation=o&start=2026-01-02T03:04:05Z&minDuration=1ms&maxDuration=2s&limit=3&tag=k:v:w&tag=a:b", "/api/traces", url.Values{
			"service": {"a"}, "operation": {"o"}, "start": {"1767323045000000"}, "end": {strconv.FormatInt(now.Add(time.Hour).UnixMicro(), 10)},
			"minDuration": {"1ms"}, "maxDuration": {"2s"}, "limit": {"3"}, "tag": {"a:b", "k:v:w"}}},
	}
	for _, tt := range tests {
		q, err := ParseAddress("jaeger://h" + tt.in)
		if err != nil {
			t.Fatal(err)
		}
		for _, got := range []string{q.v3URL(now), q.v2URL(now)} {
			u, err := url.Parse(got)
			if err != nil {
				t.Fatal(err)
			}
			if u.Path != tt.path {
				continue
			}
			if diff := cmp.Diff(tt.want, u.Query()); diff != "" {
				t.Errorf("%s asks %s (-want +got):\n%s", tt.in, tt.path, diff)
			}
		}
	}
}

func TestOpenSendsThePassword(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, ok := r.BasicAuth(); !ok || user != "me" || password != "s3cret" {
			t.Errorf("user %q, password %q", user, password)
		}
		served{500, "", "no"}.ServeHTTP(w, r)
	}))
	defer s.Close()
	_, err := open(t, strings.Replace(s.URL, "http://", "jaeger://me:s3cret@", 1)+"/1")
	if err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("error %v", err)
	}
}

func TestOpenUnreachable(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := l.Addr().String()
	l.Close()
	plain := httptest.NewServer(served{200, "", ""})
	defer plain.Close()
	secure := httptest.NewUnstartedServer(served{200, "", ""})
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer secure.Close()
	tests := []struct{ address, want string }{
		{"jaeger://me:s3cret@" + closed, "refused: check that it is running, and that this is the port of its page, 16686 by default"},
		{strings.Replace(plain.URL, "http", "jaegers", 1), "write jaeger:// instead of jaegers://"},
		{strings.Replace(secure.URL, "https", "jaeger", 1), "write jaegers://"},
		{strings.Replace(secure.URL, "https", "jaegers", 1), "SSL_CERT_FILE"},
	}
	for _, tt := range tests {
		_, err := open(t, tt.address+"/1")
		if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: error %v lacks %q", tt.address, err, tt.want)
		}
	}
}

// A listener that nobody accepts from takes connections and says nothing.
func TestOpenWithoutAnswer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, scheme := range []string{"jaeger", "jaegers"} {
		q, err := ParseAddress(scheme + "://me:s3cret@" + l.Addr().String() + "/1")
		if err != nil {
			t.Fatal(err)
		}
		_, err = newClient(q, time.Millisecond).open(t.Context())
		begin, end := "Jaeger at "+q.Server+" does not answer within 1ms: ", ": check that it is running, and that this is the port of its page, 16686 by default"
		if err == nil || !strings.HasPrefix(err.Error(), begin) || !strings.HasSuffix(err.Error(), end) {
			t.Errorf("error %v, want %s…%s", err, begin, end)
		}
	}
}

// The context ends the request as well as the reading of a body that goes on.
func TestOpenEndsWithItsContext(t *testing.T) {
	begun := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/1") {
			_, _ = io.WriteString(w, `{"result":{"resourceSpans":[`+strings.Repeat(" ", headSize))
			// It is the writer of a real server.
			w.(http.Flusher).Flush()
		} else {
			close(begun)
		}
		<-r.Context().Done()
	}))
	defer s.Close()
	for _, trace := range []string{"1", "2"} {
		q, err := ParseAddress(strings.Replace(s.URL, "http", "jaeger", 1) + "/" + trace)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		if trace == "2" {
			go func() { <-begun; cancel() }()
		}
		body, err := q.Open(ctx)
		if trace == "1" {
			if err != nil {
				t.Fatal(err)
			}
			cancel()
			_, err = io.ReadAll(body)
			body.Close()
		}
		if !errors.Is(err, context.Canceled) {
			t.Errorf("trace %s: error %v", trace, err)
		}
	}
}

func TestKnownServicesAreNotAll(t *testing.T) {
	var names []string
	for i := range 25 {
		names = append(names, "s"+strconv.Itoa(100+i))
	}
	if got := known(names); !strings.HasSuffix(got, `"s119" and 5 more`) {
		t.Error(got)
	}
}
