package diff

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/chaintrace/chaintrace/trace/startup"
)

// Kinds of what went wrong.
const (
	KindOutcome = "outcome"      // the start's
	KindTrouble = "hook"         // a hook that failed, hung or was interrupted
	KindMasked  = "masked check" // a failing check that nobody sees
	KindProblem = "problem"      // what the trace lacks or contradicts
)

// troubles reads what went wrong in a start.
func troubles(s *startup.Startup) facts {
	f := facts{}
	for _, r := range s.Runs {
		if r.InTrouble() || !r.Finished() {
			f.add(key{KindTrouble, r.Origin, r.Name}, true, "outcome", r.Outcome, "error", r.Err, "blocked on", r.BlockedOn)
		}
	}
	for _, sv := range s.Servers {
		for _, c := range sv.ChecksIn(startup.CheckMasked) {
			f.add(key{KindMasked, sv.Name, c.Name}, true, "masked by", c.SkippedBy)
		}
	}
	for _, problem := range s.Problems {
		f.add(key{kind: KindProblem, name: problem}, true)
	}
	return f
}

// errors compares what went wrong. Of what came or went, all that is known is
// told. A hook that moved takes its errors along.
func (d *Diff) errors(startsA, startsB []*startup.Startup, m runsMoved, o Options) {
	b := gather(startsB, troubles)
	a, wasOn := follow(m, gather(startsA, troubles), b)
	d.Errors = d.changes(a, b)
	for i := range d.Errors {
		c := &d.Errors[i]
		k := key{c.Kind, c.Server, c.Name}
		for _, p := range a[k].properties {
			if c.Op == Removed && p.name != countField && p.text() != "" {
				c.Fields = append(c.Fields, Field{p.name, p.text(), ""})
			}
		}
		for _, p := range b[k].properties {
			if c.Op == Added && p.name != countField && p.text() != "" {
				c.Fields = append(c.Fields, Field{p.name, "", p.text()})
			}
		}
		c.Was = wasOn[k]
	}
	d.errorCounts(a, b)
	if c, differs := outcomes(startsA, startsB, o); differs {
		d.Errors = append(d.Errors, c)
	}
	for i := range d.Errors {
		d.decide(&d.Errors[i], o)
	}
	slices.SortFunc(d.Errors, compareChanges)
}

// errorCounts tells of what is wrong in some starts of each side, and in more of
// the one than of the other.
func (d *Diff) errorCounts(a, b map[key]seen) {
	told := map[key]bool{}
	for i := range d.Errors {
		c := &d.Errors[i]
		told[key{c.Kind, c.Server, c.Name}] = true
		if c.Op == Changed && !c.has(startsField) && c.InA*d.RunsB != c.InB*d.RunsA {
			c.Fields = append(c.Fields, Field{startsField, share(c.InA, d.RunsA), share(c.InB, d.RunsB)})
		}
	}
	for k, was := range a {
		is, both := b[k]
		if both && !told[k] && was.n*d.RunsB != is.n*d.RunsA {
			d.Errors = append(d.Errors, Change{
				Op: Changed, Kind: k.kind, Server: k.server, Name: k.name, InA: was.n, InB: is.n,
				Fields: []Field{{startsField, share(was.n, d.RunsA), share(is.n, d.RunsB)}},
			})
		}
	}
}

// decide tests whether an error that not all starts of a side have is in so many
// more of the other one's that chance is no explanation. What all have on one
// side and none on the other needs no test, nor does what all have on both.
func (d *Diff) decide(c *Change, o Options) {
	all := func(n, of int) bool { return n == 0 || n == of }
	if c.Kind == KindOutcome || all(c.InA, d.RunsA) && all(c.InB, d.RunsB) {
		return
	}
	c.P = fisher(c.InA, d.RunsA, c.InB, d.RunsB)
	c.Undecided = c.P >= o.Alpha
}

// outcomes compares how the starts ended, as far as their traces show it.
func outcomes(a, b []*startup.Startup, o Options) (Change, bool) {
	a, b = shown(a), shown(b)
	if len(a) == 0 || len(b) == 0 {
		return Change{}, false
	}
	inA, inB := countOutcomes(a), countOutcomes(b)
	c := Change{Op: Changed, Kind: KindOutcome, InA: len(a), InB: len(b)}
	differs := false
	tests := 0
	p := 1.0
	for _, outcome := range []startup.Outcome{startup.OutcomeReady, startup.OutcomeFailed, startup.OutcomeNotReady} {
		x, y := inA[outcome], inB[outcome]
		if x+y == 0 {
			continue
		}
		tests++
		differs = differs || x*len(b) != y*len(a)
		p = min(p, fisher(x, len(a), y, len(b)))
	}
	c.Fields = []Field{{"outcome", outcomeText(inA, len(a)), outcomeText(inB, len(b))}}
	if len(inA) > 1 || len(inB) > 1 {
		// Of two outcomes one test says all; of three, the best of several is no
		// longer as unlikely as it looks (Bonferroni).
		c.P = min(1, p*float64(max(1, tests-1)))
		c.Undecided = c.P >= o.Alpha
	}
	return c, differs
}

// shown leaves out the starts of which nobody knows how they ended.
func shown(starts []*startup.Startup) []*startup.Startup {
	return slices.DeleteFunc(slices.Clone(starts), func(s *startup.Startup) bool { return s.Outcome() == startup.OutcomeNotShown })
}

func countOutcomes(starts []*startup.Startup) map[startup.Outcome]int {
	n := map[startup.Outcome]int{}
	for _, s := range starts {
		n[s.Outcome()]++
	}
	return n
}

// outcomeText names the outcome of all starts, or says how many had which.
func outcomeText(n map[startup.Outcome]int, of int) string {
	type outcomeCount struct {
		outcome string
		n       int
	}
	var all []outcomeCount
	for outcome, count := range n {
		all = append(all, outcomeCount{string(outcome), count})
	}
	if len(all) == 1 {
		return all[0].outcome
	}
	slices.SortFunc(all, func(x, y outcomeCount) int { return cmp.Or(y.n-x.n, strings.Compare(x.outcome, y.outcome)) })
	var texts []string
	for _, one := range all {
		texts = append(texts, fmt.Sprintf("%s in %s", one.outcome, share(one.n, of)))
	}
	return strings.Join(texts, ", ")
}
