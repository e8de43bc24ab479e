package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/jaeger"
)

// isSearch reports whether an input is a search in a Jaeger that does not say how
// many traces are wanted.
func isSearch(name string) bool {
	q, err := jaeger.ParseAddress(name)
	return err == nil && q.TraceID == "" && q.Limit == 0
}

// readPages reads all traces of a search, one answer after the other, and gives
// what f.keep wants of each to add. A trace that comes again is passed over. When an
// answer fails, what came before is used only with --partial, and with a warning.
func (f *inputFlags) readPages(ctx context.Context, name string, stderr io.Writer, add func(t *trace.Trace)) error {
	o, err := f.options()
	if err != nil {
		return withCode(exitUsage, err)
	}
	q, err := jaeger.ParseAddress(name)
	if err != nil {
		return withCode(exitUsage, err)
	}
	defer progress(stderr, "reading "+inputName(name))()
	known := map[trace.TraceID]bool{}
	err = q.Pages(ctx, func(page io.Reader) ([]time.Time, error) {
		latest := map[trace.TraceID]int64{}
		o.Keep = func(s *trace.Span) bool {
			latest[s.TraceID] = max(latest[s.TraceID], s.Start)
			return !known[s.TraceID] && (f.keep == nil || f.keep(s))
		}
		t, err := trace.Read(page, o)
		if err != nil {
			return nil, withRaise(err)
		}
		add(t)
		times := make([]time.Time, 0, len(latest))
		for _, id := range slices.SortedFunc(maps.Keys(latest), func(a, b trace.TraceID) int { return slices.Compare(a[:], b[:]) }) {
			known[id] = true
			times = append(times, utc(latest[id]))
		}
		return times, nil
	})
	switch {
	case err == nil:
		return nil
	case len(known) == 0:
		return withCode(exitWork, fmt.Errorf("%s: %w", inputName(name), err))
	case !f.partial:
		return withCode(exitWork, fmt.Errorf("%s: %w; with --partial, the %d traces that came before can be used", inputName(name), err, len(known)))
	}
	fmt.Fprintf(stderr, "warning: %s: %v; going on with the %d traces that came before, the latest ones\n", inputName(name), err, len(known))
	return nil
}
