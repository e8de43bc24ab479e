package startup

import (
	"cmp"
	"slices"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
)

// oneStart returns the spans of one start, and how many starts there are. The
// trace of a job may hold several, since all that the job starts are children
// of its span, and spans of its own; then the latest start is read.
//
// A span is of the start whose startup span is above it. One that has none
// above it, as its ancestors are missing, is of the latest start if its name is
// of the vocabulary and it does not begin before another start did.
func oneStart(t *trace.Trace) (one *trace.Trace, starts int) {
	isStartup := func(s *trace.Span) bool { return s.Name == attr.SpanStartup }
	latest := -1
	ids := map[trace.SpanID]bool{}
	for i := range t.Spans {
		s := &t.Spans[i]
		if !isStartup(s) {
			continue
		}
		ids[s.SpanID] = true
		if latest < 0 || compareStarts(s, &t.Spans[latest]) > 0 {
			latest = i
		}
	}
	if latest < 0 {
		return t, 0
	}
	chosen := &t.Spans[latest]
	one = &trace.Trace{}
	for i, above := range t.Nearest(isStartup) {
		s := &t.Spans[i]
		switch {
		case above >= 0 && t.Spans[above].SpanID == chosen.SpanID,
			above < 0 && isPart(s.Name) && (len(ids) == 1 || s.Start >= chosen.Start):
			one.Spans = append(one.Spans, *s)
		}
	}
	return one, len(ids)
}

func compareStarts(a, b *trace.Span) int {
	return cmp.Or(cmp.Compare(a.Start, b.Start), slices.Compare(a.SpanID[:], b.SpanID[:]))
}

// isPart reports whether a span of this name is a part of a start, though it
// may not say much alone.
func isPart(name string) bool {
	switch name {
	case attr.SpanHooksMerge, attr.SpanChecksMerge, attr.SpanAPIInstall, attr.SpanListenerServe, attr.SpanShutdown, attr.SpanHookStop:
		return true
	}
	return InVocabulary(name)
}
