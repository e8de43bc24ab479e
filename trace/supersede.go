package trace

// Supersede joins the records of spans that were written more than once: when
// they began, without an end, and again when there was more to tell of them. So
// a recorder writes whose process may be killed at any time. A span takes the
// place of an earlier one of its trace that has no end and the same ID, name and
// start; the others move up. Any other span that shares an ID stays, and
// [Trace.Anomalies] tells of it. It takes linear time. Read does this.
func (t *Trace) Supersede() {
	first := 0
	for first < len(t.Spans) && !isBegin(&t.Spans[first]) {
		first++
	}
	begun := map[spanKey]int{} // where the spans are that have no end yet
	kept := t.Spans[:first]
	for i := first; i < len(t.Spans); i++ {
		s := &t.Spans[i]
		key := spanKey{s.TraceID, s.SpanID, s.Name, s.Start}
		place, again := begun[key]
		switch {
		case !again && isBegin(s):
			begun[key] = len(kept)
		case again && s.End != 0:
			delete(begun, key) // whatever else has this ID is another span
		}
		if again {
			kept[place] = *s
			continue
		}
		kept = append(kept, *s)
	}
	clear(t.Spans[len(kept):])
	t.Spans = kept
}

// isBegin reports whether this may be the first record of a span, of several.
func isBegin(s *Span) bool { return s.End == 0 && s.Start > 0 && !s.SpanID.IsZero() }

// spanKey is what the records of one span have in common.
type spanKey struct {
	trace TraceID
	span  SpanID
	name  string
	start int64
}
