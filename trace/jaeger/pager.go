package jaeger

import (
	"fmt"
	"slices"
	"time"
)

// How many traces an answer may hold.
const (
	// fewTraces keeps answers small: 100 starts of a kube-apiserver are 60 MB of
	// JSON, and keep a Jaeger busy for seconds.
	fewTraces = 100

	// mostTraces is the most that Jaeger's page offers, so that every storage
	// is known to give as many. Short stretches do not help where many traces
	// overlap: they all have spans in each.
	mostTraces = 1500

	moreTraces = 4 // times as many at once
)

// tick is the shortest time that Jaeger's storages tell apart.
const tick = time.Microsecond

// pager chooses the stretches of time to ask for, the latest first. Jaeger takes
// both ends for a part of a stretch, so each ends where the one before began: Badger
// misses some traces at the very end.
type pager struct {
	start    time.Time // of the whole search
	from, to time.Time // of the stretch to ask for now
	limit    int       // traces to allow
	full     int       // answers in a row that had as many
	done     bool      // there is nothing left to ask
}

func newPager(start, end time.Time) *pager {
	// So that all ends but the start are whole ticks.
	if whole := end.Truncate(tick); whole.Before(end) {
		end = whole.Add(tick)
	}
	return &pager{start: start, from: start, to: end, limit: fewTraces}
}

// next is told when the latest spans of the traces began that came, and chooses
// what to ask now.
func (p *pager) next(traces []time.Time) error {
	if len(traces) < p.limit {
		p.advance(traces)
		return nil
	}
	p.full++
	switch {
	case (p.full > 1 || p.overlap(traces)) && p.limit < mostTraces:
		p.allowMore()
	case p.to.Sub(p.from) <= tick:
		return fmt.Errorf("it has more than %d traces with a span at %s, and cannot tell which: narrow the search, with operation= for example, or have limit= allow enough",
			p.limit, p.from.UTC().Format(time.RFC3339Nano))
	default:
		p.take(p.shorter(traces))
	}
	return nil
}

// overlap reports whether most traces go on after the stretch, so that they
// came already.
func (p *pager) overlap(traces []time.Time) bool {
	n := 0
	for _, latest := range traces {
		if latest.After(p.to) {
			n++
		}
	}
	return 2*n > len(traces)
}

func (p *pager) allowMore() { p.limit = min(moreTraces*p.limit, mostTraces) }

// advance goes on to what lies before, after an answer with these traces.
func (p *pager) advance(traces []time.Time) {
	const fastest, slowest = 16, 0.5
	factor, overlap := float64(fastest), p.overlap(traces)
	switch n := len(traces); {
	case overlap:
		p.allowMore()
	case n < p.limit/(2*moreTraces):
		p.limit = max(p.limit/moreTraces, fewTraces)
	}
	// A stretch that is longer has few more if they overlap. Otherwise the next
	// is like this one, or has up to a third more.
	if n := len(traces); n > 0 && !overlap {
		factor = min(max(0.75*float64(p.limit)/float64(n), slowest), fastest)
	}
	length := factor * float64(p.to.Sub(p.from))
	p.to, p.full = p.from, 0
	p.done = !p.start.Before(p.to)
	if length < float64(p.to.Sub(p.start)) {
		p.take(time.Duration(length))
	} else {
		p.from = p.start
	}
}

// take has the stretch begin a length before its end, by whole ticks.
func (p *pager) take(length time.Duration) {
	p.from = p.to.Add(-max(length.Truncate(tick), tick))
	if p.from.Before(p.start) {
		p.from = p.start
	}
}

// shorter returns a length below the stretch's. Mostly the latest traces of a
// stretch come, so the time back to three quarters of them is a good one.
func (p *pager) shorter(traces []time.Time) time.Duration {
	length := p.to.Sub(p.from)
	if p.full > 1 {
		return length / 2
	}
	known := slices.DeleteFunc(slices.Clone(traces), time.Time.IsZero)
	slices.SortFunc(known, func(a, b time.Time) int { return b.Compare(a) })
	if i := p.limit * 3 / 4; i < len(known) {
		if back := p.to.Sub(known[i]); back >= tick && back < length {
			return back
		}
	}
	return length / 2
}
