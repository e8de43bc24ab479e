package startup

import (
	"cmp"
	"slices"
	"time"

	"github.com/chaintrace/chaintrace/trace/attr"
)

// stretch is a stretch of a phase in which no later one was at work within it.
type stretch struct {
	phase    int // index of the phase
	from, to time.Duration
}

// innermost says, in order of time, which of some intervals was at work at every
// moment: of those that overlap, the one that began last, which is the inner one
// where they contain each other, and the last in the list where they are the
// same. One that took no time has a stretch without length. The intervals are finished ones. It takes n log n steps.
func innermost(all []Interval) []stretch {
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		x, y := all[a], all[b]
		if c := cmp.Compare(x.Start, y.Start); c != 0 {
			return c
		}
		if x.Duration() == 0 || y.Duration() == 0 {
			return cmp.Compare(x.Duration(), y.Duration()) // they were over when the others went on
		}
		return cmp.Compare(y.Duration(), x.Duration()) // the longer contains the shorter
	})
	var out []stretch
	var open []int // begun and perhaps not over, the last to begin at the end
	at := time.Duration(0)
	goOn := func(until time.Duration) {
		for len(open) > 0 && at < until {
			top := open[len(open)-1]
			if end := min(all[top].End, until); end > at {
				out = append(out, stretch{top, at, end})
				at = end
			}
			if all[top].End <= at {
				open = open[:len(open)-1]
			}
		}
		at = max(at, until)
	}
	last := time.Duration(0)
	for _, i := range order {
		goOn(all[i].Start)
		if all[i].Duration() == 0 {
			out = append(out, stretch{i, at, at})
			continue
		}
		open = append(open, i)
		last = max(last, all[i].End)
	}
	goOn(last)
	return out
}

// phaseRank is the place of a phase's kind in the course of a start.
func phaseRank(name string) int {
	switch name {
	case attr.SpanConfigBuild, attr.SpanConfigComplete:
		return 0
	case attr.SpanChainCreate, attr.SpanServerCreate:
		return 1
	case attr.SpanServerPrepare:
		return 2
	case attr.SpanListenerServe:
		return 3
	}
	return rankHooks
}

const rankHooks = 4

// closed returns when phases were at work, with an end for each. One that has none
// in the trace was over at the latest when a phase of a later kind began, or when
// the trace ended. Listening is over when the hooks begin, though its span may go
// on for as long as the server listens.
func (s *Startup) closed(phases []Phase) []Interval {
	var starts [rankHooks + 1][]time.Duration
	for _, p := range phases {
		rank := phaseRank(p.Name)
		starts[rank] = append(starts[rank], p.Start)
	}
	if began, ok := s.hooksBegan(); ok {
		starts[rankHooks] = append(starts[rankHooks], began)
	}
	for _, of := range starts {
		slices.Sort(of)
	}
	out := make([]Interval, len(phases))
	for i, p := range phases {
		out[i] = p.Interval
		next, rank := s.End, phaseRank(p.Name)
		for _, of := range starts[min(rank+1, len(starts)):] {
			if k, _ := slices.BinarySearch(of, p.Start+1); k < len(of) {
				next = min(next, of[k])
			}
		}
		if p.End < p.Start || p.Name == attr.SpanListenerServe && next < p.End {
			out[i].End = max(p.Start, next)
		}
	}
	return out
}

// hooksBegan is when the post-start hooks were started; false when the trace does
// not tell.
func (s *Startup) hooksBegan() (began time.Duration, known bool) {
	for _, p := range s.Phases {
		if p.Name == attr.SpanHooksRun && (!known || p.Start < began) {
			began, known = p.Start, true
		}
	}
	first, ran := s.firstRun()
	if ran && (!known || first < began) {
		return first, true
	}
	return began, known
}

// firstRun is when the first hook's run began; false when there is none.
func (s *Startup) firstRun() (began time.Duration, ran bool) {
	for _, r := range s.Runs {
		if !ran || r.Start < began {
			began, ran = r.Start, true
		}
	}
	return began, ran
}
