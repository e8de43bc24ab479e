package diff

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/chaintrace/chaintrace/trace/startup"
)

// Options say from when on a difference in time counts.
type Options struct {
	Threshold float64       // share of the shorter of the two times, so that there and back are alike; 0.05 for 5 %
	MinDelta  time.Duration // and at least this
	Alpha     float64       // for several runs a side: how likely chance alone may be; 0.05 for 5 %
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

	// Of errors that only some starts have: how likely chance alone makes such a
	// difference, by Fisher's exact test, and whether that is too likely to call
	// it a change. Else 0 and false.
	P         float64
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

// Diff is all that differs.
type Diff struct {
	RunsA, RunsB int

	Structure    []Change
	Consequences int // differences that follow from those in Structure: copies that other servers inherited, the checks and paths of hooks, what is on a server that came or went, what a start that died did not get to
	Errors       []Change
	Unchanged    []Count  // of the structure, by server and kind
	Timing       []Timing // those that changed, and those that may have; the greatest difference first
	Compared     int      // how many times were compared
}

// Empty reports whether nothing differs, as far as can be told.
func (d *Diff) Empty() bool {
	errors, times, _ := d.Decided()
	return len(d.Structure) == 0 && errors == 0 && times == 0
}

// Decided counts the differences in errors and in time that are more than chance,
// and those of both that may be chance.
func (d *Diff) Decided() (errors, times, undecided int) {
	for _, c := range d.Errors {
		if c.Undecided {
			undecided++
		} else {
			errors++
		}
	}
	for _, t := range d.Timing {
		if t.Verdict == Undecided {
			undecided++
		} else {
			times++
		}
	}
	return errors, times, undecided
}

// Parts names the parts of a Diff, for Only.
func Parts() []string { return []string{"structure", "errors", "timing"} }

// Only leaves out the parts that are not asked for.
func (d *Diff) Only(parts map[string]bool) {
	if !parts["structure"] {
		d.Structure, d.Consequences, d.Unchanged = nil, 0, nil
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
	d.structure(gather(a, structure), gather(b, structure), noneReady(a), noneReady(b))
	m := newRunsMoved(d.Structure)
	d.errors(a, b, m, o)
	d.timing(times(a), times(b), m, o)
	return d
}

// seen is a thing on one side: in how many starts, and what is known of it from
// all of them.
type seen struct {
	fact
	n int
}

func gather(starts []*startup.Startup, read func(*startup.Startup) facts) map[key]seen {
	all := map[key]seen{}
	for _, s := range starts {
		for k, f := range read(s) {
			known := all[k]
			known.learn(f)
			known.n++
			all[k] = known
		}
	}
	return all
}

// changes lists what differs between two sides.
func (d *Diff) changes(a, b map[key]seen) []Change {
	var out []Change
	for k, was := range a {
		is, ok := b[k]
		if !ok {
			out = append(out, Change{Op: Removed, Kind: k.kind, Server: k.server, Name: k.name, InA: was.n})
			continue
		}
		fields := changedFields(was.fact, is.fact)
		if (was.n == d.RunsA) != (is.n == d.RunsB) {
			fields = append(fields, Field{startsField, share(was.n, d.RunsA), share(is.n, d.RunsB)})
		}
		if len(fields) > 0 {
			out = append(out, Change{Op: Changed, Kind: k.kind, Server: k.server, Name: k.name, Fields: fields, InA: was.n, InB: is.n})
		}
	}
	for k, is := range b {
		if _, ok := a[k]; !ok {
			out = append(out, Change{Op: Added, Kind: k.kind, Server: k.server, Name: k.name, InB: is.n})
		}
	}
	slices.SortFunc(out, compareChanges)
	return out
}

// share says in how many starts something is.
func share(n, of int) string { return fmt.Sprintf("%d of %d", n, of) }

func compareChanges(a, b Change) int {
	return cmp.Or(
		strings.Compare(a.Server, b.Server), strings.Compare(a.Kind, b.Kind), strings.Compare(a.Name, b.Name), strings.Compare(string(a.Op), string(b.Op)),
	)
}

// changedFields compares properties that both sides know.
func changedFields(a, b fact) []Field {
	values := map[string]string{}
	for _, p := range b.properties {
		values[p.name] = p.text()
	}
	var out []Field
	for _, p := range a.properties {
		if from, to := p.text(), values[p.name]; from != "" && to != "" && from != to {
			out = append(out, Field{p.name, from, to})
		}
	}
	return out
}

// noneReady reports whether no start of a side got ready.
func noneReady(starts []*startup.Startup) bool {
	return !slices.ContainsFunc(starts, func(s *startup.Startup) bool { return s.Outcome() == startup.OutcomeReady })
}

// structure compares the chains and tells causes from consequences. It is told
// which side did not live to the end of its start.
func (d *Diff) structure(a, b map[key]seen, deadA, deadB bool) {
	all := moved(d.changes(a, b), a, b)
	d.Unchanged = unchanged(all, a, b)
	c := newCauses(all, a, b)
	c.deadA, c.deadB = deadA, deadB
	for _, change := range all {
		if c.isConsequence(change) {
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
		if _, both := b[k]; both && !changed[k] {
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
