package stats_test

import (
	"bytes"
	"encoding/binary"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
	"github.com/chaintrace/chaintrace/trace/startup/stats"
)

func readFile(t testing.TB, path string) *trace.Trace {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	one, err := trace.Read(bytes.NewReader(content), trace.ReadOptions{})
	if err != nil && len(one.Spans) == 0 {
		t.Fatal(err)
	}
	return one
}

// recorded are the traces kept for other tests: sound ones, partial ones, and
// ones of starts that failed.
func recorded(t testing.TB) map[string]*trace.Trace {
	t.Helper()
	all := map[string]*trace.Trace{}
	for _, pattern := range []string{"../../../testdata/golden/*.trace.json", "../../../cmd/chaintrace/testdata/*.json", "../../../cmd/chaintrace/testdata/verify/*.json"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v, %v", pattern, files, err)
		}
		for _, file := range files {
			all[filepath.Base(file)] = readFile(t, file)
		}
	}
	return all
}

// sift reads inputs through a sieve.
func sift(t testing.TB, inputs ...*trace.Trace) stats.Gathered {
	t.Helper()
	var sieve stats.Sieve
	for _, in := range inputs {
		var text bytes.Buffer
		if err := trace.WriteJSON(&text, trace.Portable(in)); err != nil {
			t.Fatal(err)
		}
		if _, err := trace.Read(&text, trace.ReadOptions{Keep: sieve.Take}); err != nil {
			t.Fatal(err)
		}
		sieve.Next()
	}
	return sieve.Gathered()
}

// whole makes records out of all spans.
func whole(t testing.TB, all *trace.Trace) []stats.Record {
	t.Helper()
	var records []stats.Record
	for _, one := range all.Split() {
		if s, err := startup.FromTrace(one); err == nil {
			records = append(records, stats.NewRecord(one.Spans[0].TraceID, s))
		}
	}
	return records
}

// damaged returns some of the spans of a trace, in any order, some of them
// unfinished and some without a time.
func damaged(r *rand.Rand, one *trace.Trace) *trace.Trace {
	out := &trace.Trace{}
	share := r.IntN(4) // of 4, are left out
	for i, s := range one.Spans {
		if r.IntN(4) < share && (i > 0 || r.IntN(2) == 0) {
			continue
		}
		switch r.IntN(30) {
		case 0:
			s.End = 0
		case 1:
			s.Start = 0
		case 2:
			s.Start -= r.Int64N(1e9)
		}
		out.Spans = append(out.Spans, s)
	}
	r.Shuffle(len(out.Spans), func(i, j int) { out.Spans[i], out.Spans[j] = out.Spans[j], out.Spans[i] })
	return out
}

// TestSieve: what the sieve lets pass gives the record that the whole trace does,
// in whatever order and out of however many inputs it comes.
func TestSieve(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	all := recorded(t)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		one := all[name]
		for i := range 60 {
			in := one
			if i > 0 {
				in = damaged(r, one)
			}
			if len(in.Spans) == 0 {
				continue
			}
			want := stats.Sum(whole(t, in))
			cut := r.IntN(len(in.Spans) + 1)
			head, tail, none := &trace.Trace{Spans: in.Spans[:cut]}, &trace.Trace{Spans: in.Spans[cut:]}, &trace.Trace{}
			for inputs, parts := range map[string][]*trace.Trace{
				"one input": {in}, "two inputs": {head, tail}, "apart, some again": {tail, none, head, none, tail}, "twice the same": {in, in},
			} {
				got := sift(t, parts...)
				if diff := cmp.Diff(want, stats.Sum(got.Records)); diff != "" {
					t.Fatalf("%s, damage %d, %s (-whole +sifted):\n%s", name, i, inputs, diff)
				}
			}
		}
	}
}

// TestSieveManyStarts: starts whose spans come in between each other's are told
// apart, and traces of something else are passed by.
func TestSieveManyStarts(t *testing.T) {
	const starts = 50
	all, want := &trace.Trace{}, []stats.Record(nil)
	one := readFile(t, "../../../testdata/golden/aggregated-apiserver.trace.json")
	for i := range starts {
		copied := &trace.Trace{}
		for _, s := range one.Spans {
			binary.BigEndian.PutUint32(s.TraceID[:], uint32(i+1))
			if s.Name == attr.SpanReady {
				s.End += int64(i) * 1e6
			}
			copied.Spans = append(copied.Spans, s)
		}
		want = append(want, whole(t, copied)...)
		all.Spans = append(all.Spans, copied.Spans...)
	}
	all.Spans = append(all.Spans, trace.Span{TraceID: trace.TraceID{9, 9}, SpanID: trace.SpanID{1}, Name: "GET /"})
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(all.Spans), func(i, j int) { all.Spans[i], all.Spans[j] = all.Spans[j], all.Spans[i] })
	got := sift(t, all)
	if got.Again != 0 || got.Foreign != 1 {
		t.Errorf("%d starts again and %d foreign traces, want 0 and 1", got.Again, got.Foreign)
	}
	if diff := cmp.Diff(stats.Sum(want), stats.Sum(got.Records)); diff != "" {
		t.Errorf("(-whole +sifted):\n%s", diff)
	}
	for _, inputs := range [][]*trace.Trace{{all, all}, {all, {}, all}, {all, all, all}} {
		if got = sift(t, inputs...); got.Again != starts || len(got.Records) != starts {
			t.Errorf("of %d starts in %d inputs, %d are told, and there are %d", starts, len(inputs), got.Again, len(got.Records))
		}
	}
}

// TestSieveSameID: reproducible runs of different chains share one trace ID, and
// are different starts all the same.
func TestSieveSameID(t *testing.T) {
	one := readFile(t, "../../../testdata/golden/aggregated-apiserver.trace.json")
	slower := &trace.Trace{}
	for _, s := range one.Spans {
		if s.Name == attr.SpanReady || s.Name == attr.SpanStartup {
			s.End += 1e9
		}
		slower.Spans = append(slower.Spans, s)
	}
	got := sift(t, one, slower, one)
	if len(got.Records) != 2 || got.Again != 1 {
		t.Errorf("%d starts, %d again; want 2 and 1", len(got.Records), got.Again)
	}
}

// TestSieveMemory: what is in memory does not grow with the spans of a start.
func TestSieveMemory(t *testing.T) {
	alive := func(routes int) uint64 {
		one := readFile(t, "../../../testdata/golden/aggregated-apiserver.trace.json")
		for i := range routes {
			s := trace.Span{TraceID: one.Spans[0].TraceID, Name: attr.SpanRouteInstall, Start: one.Spans[0].Start, End: one.Spans[0].Start}
			binary.BigEndian.PutUint32(s.SpanID[:], uint32(i+1))
			s.Attrs = []trace.Attr{{Key: attr.RoutePath, Value: trace.String("/apis/" + s.SpanID.String())}}
			one.Spans = append(one.Spans, s)
		}
		var text bytes.Buffer
		if err := trace.WriteJSON(&text, one); err != nil {
			t.Fatal(err)
		}
		var sieve stats.Sieve
		left, err := trace.Read(bytes.NewReader(text.Bytes()), trace.ReadOptions{Keep: sieve.Take})
		if err != nil || len(left.Spans) > 0 {
			t.Fatal(err, len(left.Spans))
		}
		text = bytes.Buffer{}
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		sieve.Next()
		if n := len(sieve.Gathered().Records); n != 1 {
			t.Errorf("%d starts", n)
		}
		return m.HeapAlloc
	}
	small, large := alive(0), alive(100_000)
	if large > small+4<<20 {
		t.Errorf("%d bytes are in use with 100,000 spans more, %d without", large, small)
	}
}
