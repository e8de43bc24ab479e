package render

import (
	"strings"
	"time"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// Printable returns a string out of a trace as it can be shown to people: cut
// to at most n characters, in which control characters and whatever else would
// not be seen, or would act on a terminal, are spelt out.
func Printable(s string, n int) string { return clip(s, n) }

// Duration writes a duration as pictures and the summary do, with about three
// digits.
func Duration(d time.Duration) string { return duration(d) }

// Count writes a number with its noun: "1 hook", "3 hooks".
func Count(n int, noun string) string { return count(n, noun) }

// Name says which process a start is of, and of which version, in one short line.
func Name(s *startup.Startup) string {
	return joinNonEmpty(" ", clip(orElse(s.Service, "server chain"), maxLabel), clip(s.Version, 24))
}

// Result says in a sentence how a start ended.
func Result(s *startup.Startup) string { return readyText(s) }

// Origin says where a start's trace comes from and what its times are; "" when
// the trace tells nothing of that.
func Origin(s *startup.Startup) string { return originText(s) }

// Problems names the first problems of a trace in one line; "" where it has none.
func Problems(s *startup.Startup) string { return problemsText(s) }

// SpanWords is what pictures say of a trace that shows no server chain.
type SpanWords struct {
	Title    string // what the trace is of
	Result   string // what there is, in a sentence
	Origin   string // that it is no server chain, and which trace it is
	Problems string // what is wrong with it; "" for nothing
	Failed   int    // how many spans have an error
	Start    int64  // of the earliest span, in nanoseconds since 1970; 0 where no span has a valid one
}

// SpansInWords puts a trace into words that shows no server chain.
func SpansInWords(t *trace.Trace) SpanWords {
	f := factsOf(t)
	return SpanWords{f.title(), f.sentence(), f.origin(), f.problemsText(), f.failed, f.start}
}

// SpanProblem says what is wrong with a span, where that is not seen anyway and is
// of account for a picture; else "".
func SpanProblem(kind trace.AnomalyKind) string { return problemText(kind) }

// ValueText writes the value of an attribute in short, printable.
func ValueText(v trace.Value) string { return valueText(v) }

// ASCII spells out what is not ASCII, as people do where there is a way.
func ASCII(s string) string { return toASCII(s) }

// Wrapped returns a text in lines of at most n characters. A word that is longer
// stands alone.
func Wrapped(s string, n int) []string { return wrap(strings.Split(s, " "), "", n) }

// NewIDs returns what makes ids out of keys: words of lower-case letters, digits
// and hyphens, none of them twice.
func NewIDs() func(key string) string { return newIDSet().unique }

// MermaidText writes a string as text of a Mermaid diagram that means nothing to
// Mermaid, nor to the HTML that it becomes.
func MermaidText(s string) string { return mermaidText(s) }

// MermaidTitle writes a string as the title in a Mermaid diagram's front matter.
func MermaidTitle(s string) string { return yamlString(s) }

// MermaidMost is how many bytes of a diagram Mermaid draws by default.
const MermaidMost = mermaidMostText
