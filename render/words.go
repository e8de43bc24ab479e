package render

import "time"

// Printable returns a string out of a trace as it can be shown to people: cut
// to at most n characters, in which control characters and whatever else would
// not be seen, or would act on a terminal, are spelt out.
func Printable(s string, n int) string { return clip(s, n) }

// Duration writes a duration as pictures and the summary do, with about three
// digits.
func Duration(d time.Duration) string { return duration(d) }

// Count writes a number with its noun: "1 hook", "3 hooks".
func Count(n int, noun string) string { return count(n, noun) }
