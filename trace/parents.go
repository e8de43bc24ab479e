package trace

// Parents returns for each span the index of its parent, or -1 where the trace has
// none. Of several spans with the parent's ID it is the one that [Trace.Anomalies]
// takes for that. A circle of parents is cut above the span in it that starts first,
// so that going up always ends. It takes linear time.
func (t *Trace) Parents() []int {
	f := newFamily(t.Spans)
	inCycle := f.cycles()
	parents := make([]int, len(t.Spans))
	for i, p := range f.parents {
		parents[i] = int(p)
	}
	for i := range parents {
		if !inCycle[i] {
			continue
		}
		first := i
		for at := i; inCycle[at]; at = int(f.parents[at]) {
			inCycle[at] = false // each circle once
			if compareStarts(&t.Spans[at], &t.Spans[first]) < 0 {
				first = at
			}
		}
		parents[first] = -1
	}
	return parents
}
