// Package stats sums up many starts: how long their hooks, stages and milestones
// took, which were outliers, and how that went on over time.
//
// A start is kept as a [Record], whose size does not depend on how many spans
// its trace has.
package stats

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
	"unique"

	"github.com/aclements/go-moremath/stats"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// Kinds of time.
const (
	KindMilestone = "milestone" // from the start until then
	KindStage     = "stage"
	KindPhase     = startup.KindPhase
	KindHook      = startup.KindHook
)

// Key identifies a time that every start may have.
type Key struct{ Kind, Server, Name string }

func (k Key) compare(other Key) int {
	return cmp.Or(strings.Compare(k.Kind, other.Kind), strings.Compare(k.Server, other.Server), strings.Compare(k.Name, other.Name))
}

// Record is what is kept of one start.
type Record struct {
	TraceID trace.TraceID
	Begun   time.Time
	Version string // service.version
	Outcome startup.Outcome

	Simulated bool
	LastHook  Key // the hook that was done last, of a start that got ready
	times     map[Key]time.Duration
	troubles  []Trouble // of a start that did not get ready
}

// mostTimes bounds a record: a start has no more hooks than that.
const mostTimes = 1000

// NewRecord keeps of a start what stats are made of. What was cut short, as the
// start died, says nothing of how long it takes and is left out.
func NewRecord(id trace.TraceID, s *startup.Startup) Record {
	r := Record{
		TraceID: id, Begun: s.Start, Version: shared(s.Version), Outcome: s.Outcome(), Simulated: s.Simulated(),
		times: map[Key]time.Duration{}, troubles: troubles(s),
	}
	ready := r.Outcome == startup.OutcomeReady
	for _, b := range s.Blame() { // the slowest first
		if len(r.times) < mostTimes && b.End >= b.Start && !b.Run.InTrouble() {
			r.times[newKey(b.Kind, b.Server, b.Name)] += b.Took
		}
	}
	for _, stage := range s.Timing().Stages {
		if !stage.Unfinished && (ready || stage.Name != startup.StageHooks) {
			r.times[Key{KindStage, "", stage.Name}] += stage.Duration()
		}
	}
	for _, p := range s.Phases {
		if p.Name == attr.SpanListenerServe && p.End >= p.Start {
			r.times[Key{KindMilestone, "", "listening"}] = p.End
		}
	}
	if mux := s.Mux(); mux.Fired != nil {
		r.times[Key{KindMilestone, "", startup.MuxComplete}] = mux.Fired.At
	}
	if ready {
		r.times[Key{KindMilestone, "", "ready"}] = s.Ready.At
		if last := s.LastHook(); last != nil {
			r.times[Key{KindMilestone, "", "last hook done"}] = last.End
			r.LastHook = newKey(KindHook, last.Origin, last.Name)
		}
	}
	return r
}

// newKey makes a key that does not hold on to the trace, whose names are pieces of
// all its text.
func newKey(kind, server, name string) Key { return Key{kind, shared(server), shared(name)} }

// shared returns a copy of a name, the same one for all starts.
func shared(name string) string { return unique.Make(name).Value() }

// Row sums up one time over all starts that have it.
type Row struct {
	Key
	N                          int
	Min, Median, P90, P95, Max time.Duration
	Worst                      trace.TraceID // of the start with Max
	Last                       int           // of a hook: in how many starts it was done last, and held readiness back
}

// Outlier is a time far beyond those of the other starts.
type Outlier struct {
	Key
	TraceID      trace.TraceID
	Begun        time.Time
	Took, Median time.Duration
}

// Stats sums up starts.
type Stats struct {
	Starts, Ready, Failed, NotReady int
	NotShown                        int // of how many the trace does not show whether they got ready
	Simulated                       int // how many of them in simulated time
	First, Last                     time.Time

	Rows           []Row          // by 95th percentile, the slowest first
	NotReadyStarts []Troubled     // those that failed, were not ready or are not shown to be, in order of time
	TroubledHooks  []TroubledHook // what kept them from it, those of most starts first

	Outliers []Outlier // by how much longer than the median they took, the most first
	Trend    Trend
}

// Sum sums up records. Quantiles are estimated without assuming a distribution
// (Hyndman and Fan's method 8).
func Sum(records []Record) *Stats {
	records = slices.SortedFunc(slices.Values(records), func(a, b Record) int {
		return cmp.Or(a.Begun.Compare(b.Begun), slices.Compare(a.TraceID[:], b.TraceID[:]))
	})
	out := &Stats{Starts: len(records), Trend: trend(records)}
	last := map[Key]int{}
	all := map[Key][]taken{}
	for i, r := range records {
		out.count(r)
		last[r.LastHook]++
		for k, d := range r.times {
			all[k] = append(all[k], taken{d, i})
		}
	}
	for _, k := range slices.SortedFunc(maps.Keys(all), Key.compare) {
		row, outliers := sumOne(k, all[k], records)
		if k.Kind == KindHook {
			row.Last = last[k]
		}
		out.Rows = append(out.Rows, row)
		out.Outliers = append(out.Outliers, outliers...)
	}
	out.NotReadyStarts, out.TroubledHooks = troubled(records)
	slices.SortStableFunc(out.Rows, func(a, b Row) int { return cmp.Compare(b.P95, a.P95) })
	slices.SortStableFunc(out.Outliers, func(a, b Outlier) int { return cmp.Compare(b.Took-b.Median, a.Took-a.Median) })
	return out
}

func (s *Stats) count(r Record) {
	switch r.Outcome {
	case startup.OutcomeReady:
		s.Ready++
	case startup.OutcomeFailed:
		s.Failed++
	case startup.OutcomeNotShown:
		s.NotShown++
	default:
		s.NotReady++
	}
	if r.Simulated {
		s.Simulated++
	}
	if s.First.IsZero() {
		s.First = r.Begun
	}
	s.Last = r.Begun
}

// taken is a time, and the number of the record that it is from.
type taken struct {
	time   time.Duration
	record int
}

// fewestForOutliers is the number of starts below which none can be told from
// the others.
const fewestForOutliers = 8

// sumOne sums up one time. An outlier is beyond Tukey's outer fence, three times
// the distance of the quartiles above the upper one, and by a twentieth of the
// median and a millisecond at least, where all others are the same.
func sumOne(k Key, all []taken, records []Record) (Row, []Outlier) {
	slices.SortStableFunc(all, func(a, b taken) int { return cmp.Compare(a.time, b.time) })
	sample := stats.Sample{Sorted: true}
	for _, t := range all {
		sample.Xs = append(sample.Xs, float64(t.time))
	}
	at := func(q float64) time.Duration { return time.Duration(sample.Quantile(q)) }
	worst := all[len(all)-1]
	row := Row{
		Key: k, N: len(all), Min: all[0].time, Median: at(0.5), P90: at(0.9), P95: at(0.95), Max: worst.time,
		Worst: records[worst.record].TraceID,
	}
	if len(all) < fewestForOutliers {
		return row, nil
	}
	fence := max(at(0.75)+3*(at(0.75)-at(0.25)), row.Median+row.Median/20+time.Millisecond)
	var outliers []Outlier
	for _, t := range slices.Backward(all) {
		if t.time <= fence {
			break
		}
		r := records[t.record]
		outliers = append(outliers, Outlier{k, r.TraceID, r.Begun, t.time, row.Median})
	}
	return row, outliers
}
