package jaeger

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// stored is a trace in a fake Jaeger.
type stored struct {
	ID     string
	Latest time.Time   // of the spans
	Spans  []time.Time `json:"-"` // when they begin
}

// fake is a Jaeger that searches as the real ones do: by spans' times, both ends
// included, up to a limit.
type fake struct {
	traces []stored
	order  string // which ones come first: latest, as in Badger, or oldest, or first, by the span that came first, as in memory
	older  bool   // it has the older API only
	strict bool   // it misses what begins at the very end, as Badger does of some traces

	requests int
	sent     int                         // traces, all together
	broken   func(w http.ResponseWriter) // answers the third request instead
	breaks   int                         // and so many from it on; 0: it alone
}

var fakeStart = time.Date(2026, 1, 2, 3, 4, 5, 678, time.UTC)

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	values := r.URL.Query()
	switch r.URL.Path {
	case "/api/services":
		_, _ = io.WriteString(w, `{"data":["a"]}`)
		return
	case "/api/v3/traces":
		if f.older {
			served{404, "", "404 page not found\n"}.ServeHTTP(w, r)
			return
		}
	}
	f.requests++
	if f.broken != nil && f.requests >= 3 && f.requests < 3+max(f.breaks, 1) {
		f.broken(w)
		return
	}
	found := f.search(window(values))
	f.sent += len(found)
	body, err := json.Marshal(found)
	if err != nil {
		panic(err)
	}
	format := `{"result":{"resourceSpans":%s}}`
	if f.older {
		format = `{"data":%s}`
	}
	// The client may have gone.
	_, _ = fmt.Fprintf(w, format, body)
}

// window reads a request of either API.
func window(values url.Values) (start, end time.Time, limit int) {
	micros := func(name string) time.Time {
		n, err := strconv.ParseInt(values.Get(name), 10, 64)
		if err != nil {
			panic(err)
		}
		return time.UnixMicro(n)
	}
	exact := func(name string) time.Time {
		t, err := time.Parse(time.RFC3339Nano, values.Get(name))
		if err != nil {
			panic(err)
		}
		return t
	}
	if values.Has("service") {
		start, end = micros("start"), micros("end")
	} else {
		start, end = exact("query.start_time_min"), exact("query.start_time_max")
	}
	limit, err := strconv.Atoi(values.Get("limit") + values.Get("query.num_traces"))
	if err != nil {
		panic(err)
	}
	return start, end, limit
}

func (f *fake) search(start, end time.Time, limit int) []stored {
	type hit struct {
		stored
		at time.Time
	}
	var hits []hit
	for _, s := range f.traces {
		var matching []time.Time
		for _, at := range s.Spans {
			if !at.Before(start) && (at.Before(end) || at.Equal(end) && !f.strict) {
				matching = append(matching, at)
			}
		}
		if len(matching) == 0 {
			continue
		}
		at := slices.MaxFunc(matching, time.Time.Compare)
		if f.order == "first" {
			at = s.Spans[0]
		}
		hits = append(hits, hit{s, at})
	}
	slices.SortStableFunc(hits, func(a, b hit) int {
		if f.order == "oldest" {
			a, b = b, a
		}
		return b.at.Compare(a.at)
	})
	found := []stored{}
	for _, h := range hits[:min(len(hits), limit)] {
		found = append(found, h.stored)
	}
	return found
}

// add stores n traces that begin within a time after another, each with spans
// spread over a length.
func (f *fake) add(r *rand.Rand, n int, after, within, length time.Duration, spans int) {
	for range n {
		begin := fakeStart.Add(after + time.Duration(r.Int64N(int64(within))))
		s := stored{ID: strconv.Itoa(len(f.traces))}
		for range spans {
			s.Spans = append(s.Spans, begin.Add(time.Duration(r.Int64N(int64(length)))).Truncate(tick))
		}
		s.Latest = slices.MaxFunc(s.Spans, time.Time.Compare)
		f.traces = append(f.traces, s)
	}
}

// fetch asks a fake for all that is in a day. Without times, read does not tell
// when the traces were.
func (f *fake) fetch(t *testing.T, ctx context.Context, more string, times bool) (ids map[string]int, err error) {
	t.Helper()
	s := httptest.NewServer(f)
	defer s.Close()
	q, err := ParseAddress(strings.Replace(s.URL, "http", "jaeger", 1) + "/?service=a&start=" + fakeStart.Format(time.RFC3339Nano) +
		"&end=" + fakeStart.Add(24*time.Hour).Format(time.RFC3339Nano) + more)
	if err != nil {
		t.Fatal(err)
	}
	ids = map[string]int{}
	c := newClient(q, patience)
	c.pauses = make([]time.Duration, 2)
	err = c.pages(ctx, func(page io.Reader) ([]time.Time, error) {
		var answer struct {
			Result struct{ ResourceSpans []stored }
			Data   []stored
		}
		if err := json.NewDecoder(page).Decode(&answer); err != nil {
			return nil, err
		}
		var found []time.Time
		for _, s := range append(answer.Result.ResourceSpans, answer.Data...) {
			ids[s.ID]++
			at := time.Time{}
			if times {
				at = s.Latest
			}
			found = append(found, at)
		}
		return found, nil
	})
	return ids, err
}

// complain says which traces are missing.
func (f *fake) complain(t *testing.T, ids map[string]int) {
	t.Helper()
	var missing []stored
	for _, s := range f.traces {
		if ids[s.ID] == 0 {
			missing = append(missing, s)
		}
	}
	if len(missing) > 0 || len(ids) != len(f.traces) {
		t.Errorf("%d traces came, %d are missing, such as %v", len(ids), len(missing), missing[:min(len(missing), 1)])
	}
}
