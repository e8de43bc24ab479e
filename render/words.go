package render

import (
	"time"

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
