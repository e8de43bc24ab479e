package diff

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/chaintrace/chaintrace/trace/startup"
)

// Options say from when on a difference in time counts.
type Options struct {
	Threshold float64       // share of the shorter of the two times, so that there and back are alike; 0.05 for 5 %
	MinDelta  time.Duration // and at least this
	Alpha     float64       // for several runs a side: how likely chance alone may make any difference at all that is told; 0.05 for 5 %
}

// DefaultOptions are what nobody has to think of.
func DefaultOptions() Options {
	return Options{Threshold: 0.05, MinDelta: time.Millisecond, Alpha: 0.05}
}

// Op is what happened to a thing.
type Op string

// The operations.
const (
	Added   Op = "added"   // only in B
	Removed Op = "removed" // only in A
	Moved   Op = "moved"   // to another server
	Changed Op = "changed"
)

// Change is a difference between A and B that is not one in time.
type Change struct {
	Op     Op
	Kind   string
	Server string // in B, or for what was removed in A
	Was    string // of what was moved: the server in A
	Name   string // "" for a server
	Fields []Field
	InA    int // in how many starts of A it is
	InB    int
	OfA    int // of how many starts of A that is known
	OfB    int

	// Of what only some starts have: how likely chance alone makes such a difference,
	// by Fisher's exact test; the same, corrected for how much was tested; and whether
	// that is too likely to call it a change. Else 0 and false: what all starts of one
	// side have and none of the other's needs no test.
	P         float64
	Adjusted  float64
	Undecided bool
}

func (c Change) has(field string) bool {
	return slices.ContainsFunc(c.Fields, func(f Field) bool { return f.Name == field })
}

// Count is how many things of a kind on a server are the same on both sides.
type Count struct {
	Kind   string
	Server string
	N      int
}

// Unknown is how many things of a kind are left out, as no trace of a side tells
// whether its starts had them.
type Unknown struct {
	Side string // a or b: the one that does not tell
	Kind string
	Died bool // its starts died before they came to that; else its traces do not tell of such things
	N    int
}

// Diff is all that differs.
type Diff struct {
	RunsA, RunsB int

	Structure    []Change
	Consequences int // differences that follow from those in Structure: copies that other servers inherited, the checks and paths of hooks, what is on a server that came or went
	Errors       []Change
	Unchanged    []Count   // of the structure, by server and kind
	Unknown      []Unknown // of the structure, by side, reason and kind
	Timing       []Timing  // those that changed, and those that may have; the greatest difference first
	Compared     int       // how many times were compared
	Tested       int       // how many differences could have come out by chance, of any part; 0 for one start a side
	Enough       int       // how many starts a side can tell a single time of so many from chance
}

// Empty reports whether nothing differs, as far as can be told.
func (d *Diff) Empty() bool {
	structure, errors, times, _ := d.Decided()
	return structure+errors+times == 0
}

// Decided counts the differences of each part that are more than chance, and those
// of all that may be chance.
func (d *Diff) Decided() (structure, errors, times, undecided int) {
	decided := func(changes []Change) (n int) {
		for _, c := range changes {
			if !c.Undecided {
				n++
			}
		}
		return n
	}
	structure, errors = decided(d.Structure), decided(d.Errors)
	undecided = len(d.Structure) + len(d.Errors) - structure - errors
	for _, t := range d.Timing {
		if t.Verdict == Undecided {
			undecided++
		} else {
			times++
		}
	}
	return structure, errors, times, undecided
}

// Parts names the parts of a Diff, for Only.
func Parts() []string { return []string{"structure", "errors", "timing"} }

// Only leaves out the parts that are not asked for.
func (d *Diff) Only(parts map[string]bool) {
	if !parts["structure"] {
		d.Structure, d.Consequences, d.Unchanged, d.Unknown = nil, 0, nil, nil
	}
	if !parts["errors"] {
		d.Errors = nil
	}
	if !parts["timing"] {
		d.Timing, d.Compared = nil, 0
	}
}

// Compare compares the starts of side A with those of side B. Each side must
// have at least one.
func Compare(a, b []*startup.Startup, o Options) *Diff {
	d := &Diff{RunsA: len(a), RunsB: len(b)}
	c := &chance{alpha: o.Alpha}
	d.structure(gather(a, structure), gather(b, structure), c)
	m := newRunsMoved(d.Structure)
	d.errors(a, b, m, c)
	d.timing(times(a), times(b), m, c, o)
	d.decide(c)
	return d
}

// decide corrects all that was tested and says what is more than chance.
func (d *Diff) decide(c *chance) {
	corrected := c.correction()
	for _, changes := range [][]Change{d.Structure, d.Errors} {
		for i := range changes {
			one := &changes[i]
			one.Adjusted = corrected.of(one.P)
			one.Undecided = !corrected.decides(one.Adjusted)
		}
	}
	if d.RunsA == 1 && d.RunsB == 1 {
		return // nothing to test
	}
	for i := range d.Timing {
		d.Timing[i].decide(corrected)
	}
	d.Tested, d.Enough = c.candidates, enough(c.candidates, c.alpha)
}

// structure compares the chains and tells causes from consequences.
func (d *Diff) structure(a, b *side, c *chance) {
	d.Unknown = settle(a, b)
	all := moved(c.changes(a, b), a.seen, b.seen, c)
	d.Unchanged = unchanged(all, a.seen, b.seen)
	of := newCauses(all, a.seen, b.seen)
	for _, change := range all {
		if of.isConsequence(change) {
			d.Consequences++
			continue
		}
		d.Structure = append(d.Structure, change)
	}
}

// unchanged counts what both sides have and of which nothing is told.
func unchanged(told []Change, a, b map[key]seen) []Count {
	changed := map[key]bool{}
	for _, c := range told {
		changed[key{c.Kind, c.Server, c.Name}] = true
		if c.Op == Moved {
			changed[key{c.Kind, c.Was, c.Name}] = true
		}
	}
	type kindServer struct{ kind, server string }
	counts := map[kindServer]int{}
	for k := range a {
		if a[k].n > 0 && b[k].n > 0 && !changed[k] {
			counts[kindServer{k.kind, k.server}]++
		}
	}
	out := make([]Count, 0, len(counts))
	for of, n := range counts {
		out = append(out, Count{of.kind, of.server, n})
	}
	slices.SortFunc(out, func(x, y Count) int {
		return cmp.Or(strings.Compare(x.Server, y.Server), strings.Compare(x.Kind, y.Kind))
	})
	return out
}
