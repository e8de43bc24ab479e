package stats

import (
	"time"

	"golang.org/x/perf/benchmath"
)

// Direction is where the time to readiness went.
type Direction string

// The directions.
const (
	Steady    Direction = "steady" // no change that chance cannot have made
	Slower    Direction = "slower"
	Faster    Direction = "faster"
	Undecided Direction = "undecided" // there are too few starts to tell
)

// Trend is how the time to readiness went on. The starts that got ready, in order
// of time, are cut into groups of about equal size.
type Trend struct {
	Groups    []Group
	Direction Direction
	P         float64 // of a Mann-Whitney U test of the earlier half against the later one
}

// Group is a stretch of time.
type Group struct {
	First, Last time.Time
	N           int
	Median      time.Duration
}

const (
	mostGroups     = 12
	fewestForTrend = 8    // starts
	alpha          = 0.05 // how likely chance alone may be
	// Relevant is the share of the median that the halves must differ by for a trend.
	Relevant = 0.02
)

// trend looks at records in order of time.
func trend(records []Record) Trend {
	var ready []Record
	for _, r := range records {
		if _, ok := r.times[Key{KindMilestone, "", "ready"}]; ok {
			ready = append(ready, r)
		}
	}
	n := len(ready)
	out := Trend{Direction: Undecided, P: 1}
	groups := min(mostGroups, n)
	for i := range groups {
		of := ready[i*n/groups : (i+1)*n/groups]
		out.Groups = append(out.Groups, Group{of[0].Begun, of[len(of)-1].Begun, len(of), median(of)})
	}
	if n < fewestForTrend {
		return out
	}
	early, late := ready[:n/2], ready[n/2:]
	out.P = min(1, benchmath.AssumeNothing.Compare(sample(early), sample(late)).P) // it is approximated
	from, to := median(early), median(late)
	switch {
	case out.P >= alpha || float64((to-from).Abs()) < Relevant*float64(from):
		out.Direction = Steady
	case to > from:
		out.Direction = Slower
	default:
		out.Direction = Faster
	}
	return out
}

func sample(records []Record) *benchmath.Sample {
	values := make([]float64, len(records))
	for i, r := range records {
		values[i] = float64(r.times[Key{KindMilestone, "", "ready"}])
	}
	return benchmath.NewSample(values, &benchmath.Thresholds{CompareAlpha: alpha})
}

func median(records []Record) time.Duration {
	return time.Duration(benchmath.AssumeNothing.Summary(sample(records), 0.95).Center)
}
