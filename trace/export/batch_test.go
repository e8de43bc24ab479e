package export

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/chaintrace/chaintrace/trace"
)

func TestBatches(t *testing.T) {
	big := func(n int) []trace.Attr { return []trace.Attr{{Key: "k", Value: trace.String(strings.Repeat("x", n))}} }
	for _, tt := range []struct {
		name string
		size map[int]int // bytes in the span with this number
		n    int
		want []int
	}{
		{"none", nil, 0, nil},
		{"one", nil, 1, []int{1}},
		{"full", nil, maxSpans, []int{maxSpans}},
		{"one more", nil, maxSpans + 1, []int{maxSpans, 1}},
		{"too big by itself", map[int]int{1: 2 * maxBytes}, 3, []int{1, 1, 1}},
		{"too big first", map[int]int{0: 2 * maxBytes}, 3, []int{1, 2}},
		{"two halves", map[int]int{0: maxBytes / 2, 1: maxBytes / 2}, 3, []int{1, 2}},
		{"two thirds", map[int]int{0: maxBytes / 3, 1: maxBytes / 3}, 3, []int{3}},
	} {
		spans := many(tt.n).Spans
		for i, n := range tt.size {
			spans[i].Attrs = big(n)
		}
		var got []int
		var all []trace.Span
		for batch := range batches(spans) {
			got = append(got, len(batch))
			all = append(all, batch...)
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, d)
		}
		if len(all) != len(spans) || !slices.EqualFunc(all, spans, func(a, b trace.Span) bool { return a.SpanID == b.SpanID }) {
			t.Errorf("%s: the batches do not hold the spans in their order", tt.name)
		}
	}
}

// The estimate must not be less than what is sent, or messages get too long.
func TestSizeIsEnough(t *testing.T) {
	for name, tr := range map[string]*trace.Trace{"whole": whole(), "many": many(100)} {
		s, estimate := newSizer(), 0
		for i := range tr.Spans {
			estimate += s.span(&tr.Spans[i])
		}
		if real := encodedSize(t, newConverter().spans(tr.Spans)); estimate < real || estimate > 4*real {
			t.Errorf("%s: estimated %d bytes, sent are %d", name, estimate, real)
		}
	}
}

// encodedSize sends spans and returns how many bytes arrive.
func encodedSize(t *testing.T, spans []sdktrace.ReadOnlySpan) int {
	t.Helper()
	c := &collector{}
	c.serveHTTP(t, nil)
	e, err := New(t.Context(), Config{Endpoint: c.address})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.export(t.Context(), spans); err != nil {
		t.Fatal(err)
	}
	return c.bytes
}
