package trace_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/chaintrace/chaintrace/trace"
)

// diffTraces compares what traces hold; whether an empty slice is nil is no
// difference.
func diffTraces(want, got *trace.Trace) string {
	return cmp.Diff(want, got, cmpopts.EquateEmpty())
}

func read(r io.Reader) (*trace.Trace, error) { return trace.Read(r, trace.ReadOptions{}) }

func mustRead(tb testing.TB, in []byte) *trace.Trace {
	tb.Helper()
	t, err := read(bytes.NewReader(in))
	if err != nil {
		tb.Fatal(err)
	}
	return t
}

func mustWriteJSON(tb testing.TB, t *trace.Trace) []byte {
	tb.Helper()
	var buf bytes.Buffer
	if err := trace.WriteJSON(&buf, t); err != nil {
		tb.Fatal(err)
	}
	return buf.Bytes()
}
