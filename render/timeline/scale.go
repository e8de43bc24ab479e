package timeline

import (
	"slices"
	"strconv"
	"time"
)

// Tick marks the axis at a round time.
type Tick struct {
	At   time.Duration
	Text string
}

// Ticks returns ticks from 0 on, at most so many beside that at 0.
func (t *Timeline) Ticks(most int) []Tick { return ticks(t.Whole, most) }

func ticks(whole time.Duration, most int) []Tick {
	step := tickStep(whole, most)
	var out []Tick
	for at := time.Duration(0); at <= whole && at >= 0; at += step {
		out = append(out, Tick{at, tickText(at)})
	}
	return out
}

// tickStep returns the least of 1, 2, 5, 10, … that makes no more steps than that
// of the whole.
func tickStep(whole time.Duration, most int) time.Duration {
	step := time.Duration(1)
	for _, factor := range slices.Repeat([]float64{2, 2.5, 2}, 20) { // for as long as a duration has digits
		if whole/step <= time.Duration(most) {
			break
		}
		step = time.Duration(float64(step) * factor)
	}
	return step
}

// tickText writes a round time without digits that say nothing.
func tickText(at time.Duration) string {
	if at == 0 {
		return "0"
	}
	for _, u := range []struct {
		unit time.Duration
		name string
	}{{time.Second, " s"}, {time.Millisecond, " ms"}, {time.Microsecond, " µs"}} {
		if at >= u.unit {
			return strconv.FormatFloat(float64(at)/float64(u.unit), 'f', -1, 64) + u.name
		}
	}
	return strconv.FormatInt(int64(at), 10) + " ns"
}

// Number writes a count with its thousands apart.
func Number(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
