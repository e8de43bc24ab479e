package render

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/chaintrace/chaintrace/trace"
)

// spanFacts is what is known of a trace as a whole.
type spanFacts struct {
	id         trace.TraceID
	service    string // of the first root, or else that which begins first
	root       string // the name of the first root
	spans      int
	services   int
	start, end int64
	failed     int
	anomalies  []trace.Anomaly
}

// factsOf sums a trace up. Of several traces in t, which are drawn all the same, it
// takes the names of the first.
func factsOf(t *trace.Trace) spanFacts {
	f := spanFacts{spans: len(t.Spans), anomalies: t.Anomalies()}
	for i, s := range t.Summaries() {
		if i == 0 {
			f.id, f.root = s.ID, s.Root
			if len(s.Services) > 0 {
				f.service = s.Services[0]
			}
		}
		if s.Start > 0 && (f.start == 0 || s.Start < f.start) {
			f.start = s.Start
		}
		f.end = max(f.end, s.End)
	}
	services := map[string]bool{}
	for i := range t.Spans {
		services[t.Spans[i].Service()] = true
		if t.Spans[i].Status.Code == trace.StatusError {
			f.failed++
		}
	}
	f.services = len(services)
	return f
}

// title says what the trace is of.
func (f *spanFacts) title() string {
	return orElse(joinNonEmpty(": ", clip(f.service, maxLabel), clip(f.root, maxLabel)), "spans")
}

// sentence says in words what there is.
func (f *spanFacts) sentence() string {
	text := count(f.spans, "span")
	if f.services > 1 {
		text += " of " + count(f.services, "service")
	}
	text += " in " + duration(time.Duration(f.end-f.start))
	if f.failed > 0 {
		text += ", " + count(f.failed, "error")
	}
	return text
}

// table is the title of a picture.
func (f *spanFacts) table() *Table {
	t := &Table{}
	role := RoleTitle
	if f.failed > 0 {
		role = RoleFailed
	}
	t.Add(Cell{Text: f.title(), Font: FontTitle})
	t.Add(Cell{Text: f.sentence(), Font: FontBold, Role: role})
	t.Add(Cell{Text: f.origin(), Font: FontSmall, Role: RoleMuted})
	if problems := f.problemsText(); problems != "" {
		t.Add(Cell{Text: problems, Font: FontSmall, Role: RoleProblem})
	}
	return t
}

// origin says which trace it is.
func (f *spanFacts) origin() string {
	return "No server chain: these are the spans of the trace " + f.id.String()
}

// problemsText names the problems of the trace in one line; "" where it has none.
func (f *spanFacts) problemsText() string {
	if len(f.anomalies) == 0 {
		return ""
	}
	return clip("This trace has problems: "+f.problems("; "), 140)
}

func (f *spanFacts) problems(sep string) string {
	texts := make([]string, len(f.anomalies))
	for i, a := range f.anomalies {
		texts[i] = a.String()
	}
	return strings.Join(texts, sep)
}

// WriteSpanSummary writes a trace that shows no server chain in a few lines of plain
// text: what it is, and which spans took longest or failed.
func WriteSpanSummary(w io.Writer, t *trace.Trace) error {
	f := factsOf(t)
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\nno server chain: these are the spans of the trace %v\n", f.title(), f.sentence(), f.id)
	longest := make([]*trace.Span, len(t.Spans))
	for i := range t.Spans {
		longest[i] = &t.Spans[i]
	}
	slices.SortStableFunc(longest, func(a, c *trace.Span) int {
		return cmp.Or(cmp.Compare(c.Duration(), a.Duration()), compareSpans(a, c))
	})
	var slow []string
	for _, s := range longest[:min(slowest, len(longest))] {
		slow = append(slow, name(s.Name)+" "+duration(s.Duration()))
	}
	fmt.Fprintf(&b, "longest spans: %s\n", strings.Join(slow, ", "))
	slices.SortStableFunc(longest, compareSpans)
	f.writeErrors(&b, longest)
	for _, a := range f.anomalies {
		fmt.Fprintf(&b, "note: %v\n", a)
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("writing the summary: %w", err)
	}
	return nil
}

// writeErrors names the first spans that failed.
func (f *spanFacts) writeErrors(b *strings.Builder, spans []*trace.Span) {
	const most = 5
	shown := 0
	for _, s := range spans {
		if s.Status.Code != trace.StatusError {
			continue
		}
		if shown == most {
			fmt.Fprintf(b, "and %s\n", count(f.failed-most, "more error"))
			return
		}
		shown++
		fmt.Fprintf(b, "error in %s after %s%s\n", name(s.Name), duration(s.Duration()), colon(s.Status.Message))
	}
}

// colon writes what follows one, if anything does.
func colon(s string) string {
	if s == "" {
		return ""
	}
	return ": " + clip(s, 160)
}
