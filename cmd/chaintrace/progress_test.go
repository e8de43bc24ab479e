package main

import (
	"bytes"
	"testing"
	"time"
)

// TestProgressIsTakenAway: nothing is written for what is over before there was
// anything to show, of a longer text nothing is left behind a shorter one, and what was
// shown is away at the end.
func TestProgressIsTakenAway(t *testing.T) {
	t.Parallel()
	begun := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for seconds, want := range []string{
		"",
		"\rreading f for 1s\033[K\r\033[K",
		"\rreading f for 1s\033[K\rreading f for 2s\033[K\r\033[K",
	} {
		var out bytes.Buffer
		ticks := make(chan time.Time)
		end := showAt(ticks, begun, &out, "reading f")
		for s := range seconds {
			ticks <- begun.Add(time.Duration(s+1) * time.Second)
		}
		end()
		if got := out.String(); got != want {
			t.Errorf("after %d seconds it wrote %q, want %q", seconds, got, want)
		}
	}
}
