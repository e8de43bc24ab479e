package jaeger

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// Each case says how often each trace comes on average, and how many requests
// there are, at most, if read tells when the traces were and the latest come
// first. In any case all traces come.
func TestPages(t *testing.T) {
	const hour, second, ms = time.Hour, time.Second, time.Millisecond
	tests := []struct {
		name     string
		fill     func(f *fake, r *rand.Rand)
		often    float64
		requests int
	}{
		{"few", func(f *fake, r *rand.Rand) { f.add(r, 99, 0, 24*hour, ms, 5) }, 1, 1},
		{"as many as an answer has", func(f *fake, r *rand.Rand) { f.add(r, 100, 0, 24*hour, ms, 5) }, 2.1, 3},
		{"spread evenly", func(f *fake, r *rand.Rand) { f.add(r, 1000, 0, 24*hour, ms, 5) }, 1.5, 20},
		{"in a minute of the day", func(f *fake, r *rand.Rand) { f.add(r, 1000, 17*hour, 60*second, ms, 5) }, 1.5, 25},
		{"in bursts", func(f *fake, r *rand.Rand) {
			for i := range 3 {
				f.add(r, 400, time.Duration(i)*7*hour, second, ms, 5)
			}
		}, 2, 50},
		{"that overlap", func(f *fake, r *rand.Rand) { f.add(r, 1000, 17*hour, ms, 10*second, 50) }, 5, 25},
		{"in waves that overlap", func(f *fake, r *rand.Rand) {
			for i := range 10 {
				f.add(r, 150, time.Duration(i)*hour, ms, 10*second, 20)
			}
		}, 4, 60},
		{"in the same microsecond", func(f *fake, r *rand.Rand) { f.add(r, 1400, 17*hour, 1, 1, 1) }, 3, 10},
	}
	for _, tt := range tests {
		for _, order := range []string{"latest", "first", "oldest"} {
			for _, times := range []bool{true, false} {
				t.Run(fmt.Sprintf("%s, %s first, times %v", tt.name, order, times), func(t *testing.T) {
					f := &fake{order: order, older: order == "first", strict: order == "latest"}
					tt.fill(f, rand.New(rand.NewPCG(1, 2)))
					ids, err := f.fetch(t, t.Context(), "", times)
					if err != nil {
						t.Fatal(err)
					}
					f.complain(t, ids)
					often := float64(f.sent) / float64(len(f.traces))
					t.Logf("%d requests, each trace %.2f times", f.requests, often)
					if times && order != "oldest" && (often > tt.often || f.requests > tt.requests) {
						t.Errorf("there are %d requests, and each trace comes %.2f times", f.requests, often)
					}
				})
			}
		}
	}
}

// What is not a search for everything is one request, as Open makes it.
func TestPagesOfOneAnswer(t *testing.T) {
	f := &fake{order: "latest"}
	f.add(rand.New(rand.NewPCG(1, 2)), 200, 0, time.Hour, time.Second, 2)
	ids, err := f.fetch(t, t.Context(), "&limit=150", true)
	if err != nil || len(ids) != 150 || f.requests != 1 {
		t.Errorf("a search with a limit: %v, %d traces in %d requests", err, len(ids), f.requests)
	}

	const path = "/api/v3/traces/" + id
	address, asked := server(t, map[string]served{path: {200, "", saved(t, "api-v3-trace.json")}})
	q, err := ParseAddress(address + "/" + id)
	if err != nil {
		t.Fatal(err)
	}
	var got []byte
	err = q.Pages(t.Context(), func(page io.Reader) ([]time.Time, error) {
		got, err = io.ReadAll(page)
		return nil, err
	})
	if err != nil || string(got) != saved(t, "api-v3-trace.json") || len(*asked) != 1 {
		t.Errorf("a trace: %v, %.100q, asked for %q", err, got, *asked)
	}
}

func TestPagesErrors(t *testing.T) {
	full := func(f *fake) { f.add(rand.New(rand.NewPCG(1, 2)), 500, 0, time.Hour, time.Second, 2) }
	tests := []struct {
		name     string
		fill     func(f *fake)
		want     string
		requests int
	}{
		{"nothing", func(*fake) {}, `has no trace of the service "a" in which a span began between 2026-01-02T03:04:05Z and 2026-01-03T03:04:05Z: widen the search`, 1},
		{"too much at once", func(f *fake) { f.add(rand.New(rand.NewPCG(1, 2)), 2000, time.Hour, 1, 1, 1) },
			"has more than 1500 traces with a span at 2026-01-02T04:04:05", 0},
		{"the third answer", func(f *fake) {
			full(f)
			f.breaks = 3
			f.broken = func(w http.ResponseWriter) {
				served{500, "", `{"error":{"httpCode":500,"message":"no disk"}}`}.ServeHTTP(w, nil)
			}
		}, "refuses: no disk", 5},
		{"the third page is cut off", func(f *fake) {
			full(f)
			f.breaks = 3
			f.broken = func(w http.ResponseWriter) {
				w.Header().Set("Content-Length", "1000000")
				_, _ = io.WriteString(w, `{"result":{"resourceSpans":[`+strings.Repeat(" ", headSize))
			}
		}, "unexpected EOF", 5},
		{"what read says", func(f *fake) {
			full(f)
			f.broken = func(w http.ResponseWriter) {
				served{200, "", `{"result":{"resourceSpans":{"no":"list"}}}`}.ServeHTTP(w, nil)
			}
		}, "json: cannot unmarshal object", 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := &fake{order: "latest"}
			tt.fill(f)
			_, err := f.fetch(t, t.Context(), "", true)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v lacks %q", err, tt.want)
			}
			if tt.requests > 0 && f.requests != tt.requests {
				t.Errorf("there are %d requests, want %d", f.requests, tt.requests)
			}
			var none *NotFoundError
			if errors.As(err, &none) != (tt.name == "nothing") {
				t.Errorf("error %q is a %T", err, err)
			}
		})
	}
}

// What passes, while asking goes on, costs a request more and nothing else.
func TestPagesAskAgain(t *testing.T) {
	for name, broken := range map[string]func(w http.ResponseWriter){
		"no disk for a moment": func(w http.ResponseWriter) { served{503, "", "no disk"}.ServeHTTP(w, nil) },
		"a page that breaks off": func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "1000000")
			_, _ = io.WriteString(w, `{"result":{"resourceSpans":[`+strings.Repeat(" ", headSize))
		},
		"no answer": func(http.ResponseWriter) { panic(http.ErrAbortHandler) },
	} {
		for breaks := 1; breaks <= 2; breaks++ {
			f := &fake{order: "latest", broken: broken, breaks: breaks}
			f.add(rand.New(rand.NewPCG(1, 2)), 500, 0, time.Hour, time.Second, 2)
			ids, err := f.fetch(t, t.Context(), "", true)
			if err != nil {
				t.Errorf("%s, %d times: %v", name, breaks, err)
			}
			f.complain(t, ids)
		}
	}
}

// The context ends asking in the middle.
func TestPagesEndWithTheirContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	f := &fake{order: "latest", broken: func(http.ResponseWriter) { cancel() }}
	f.add(rand.New(rand.NewPCG(1, 2)), 500, 0, time.Hour, time.Second, 2)
	if _, err := f.fetch(t, ctx, "", true); !errors.Is(err, context.Canceled) || f.requests != 3 {
		t.Errorf("error %v after %d requests", err, f.requests)
	}
}

// FuzzPages looks for stores of which a trace does not come.
func FuzzPages(f *testing.F) {
	f.Add(uint64(1), uint16(250), int64(time.Minute), int64(time.Second), byte(3), byte(0))
	f.Add(uint64(2), uint16(900), int64(1), int64(time.Hour), byte(9), byte(1))
	f.Add(uint64(3), uint16(120), int64(90*time.Microsecond), int64(2*time.Microsecond), byte(1), byte(2))
	f.Add(uint64(4), uint16(450), int64(24*time.Hour), int64(1), byte(40), byte(7))
	f.Fuzz(func(t *testing.T, seed uint64, n uint16, within, length int64, spans, kind byte) {
		store := &fake{order: []string{"latest", "first", "oldest"}[kind%3], older: kind&4 != 0, strict: kind&8 != 0}
		r := rand.New(rand.NewPCG(seed, seed))
		day := int64(24 * time.Hour)
		within, length = 1+min(max(within, 0), day/2), 1+min(max(length, 0), day/8)
		// Three heaps with room between them.
		for _, part := range []int{1, 3, 9} {
			store.add(r, int(n%1200)/part, time.Duration(r.Int64N(day/4)), time.Duration(within)/time.Duration(part)+1, time.Duration(length), 1+int(spans%8))
		}
		if len(store.traces) == 0 {
			return
		}
		ids, err := store.fetch(t, t.Context(), "", kind&16 == 0)
		if err != nil && strings.Contains(err.Error(), "more than 1500 traces with a span at") {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		store.complain(t, ids)
	})
}

// FuzzPager looks for answers that make a pager leave out a part of its search,
// ask for more than that, or go on for ever.
func FuzzPager(f *testing.F) {
	f.Add(int64(0), int64(time.Hour), uint64(1), false)
	f.Add(int64(999), int64(1), uint64(2), true)
	f.Add(int64(-1), int64(1)<<62, uint64(3), true)
	f.Fuzz(func(t *testing.T, begin, length int64, seed uint64, full bool) {
		start := time.Unix(0, begin)
		end := start.Add(time.Duration(length))
		if !start.Before(end) {
			return
		}
		r := rand.New(rand.NewPCG(seed, seed))
		p := newPager(start, end)
		if p.to.Before(end) || p.to.After(end.Add(tick)) {
			t.Fatalf("it begins at %v instead of %v", p.to, end)
		}
		for range 10_000 {
			n := r.IntN(p.limit)
			if full && r.IntN(3) == 0 {
				n = p.limit
			}
			left := p.to
			if n < p.limit {
				left = p.from
			}
			if p.next(slices.Repeat([]time.Time{start.Add(time.Duration(r.Int64N(length)))}, n)) != nil {
				return
			}
			if p.done && left.Equal(start) {
				return
			}
			if p.done || !p.to.Equal(left) || p.from.Before(start) || !p.from.Before(p.to) {
				t.Fatalf("it asks from %v to %v, done %v, where %v to %v is left", p.from, p.to, p.done, start, left)
			}
		}
		if !full {
			t.Fatalf("it is at %v of %v to %v, and goes on", p.to, start, end)
		}
	})
}
