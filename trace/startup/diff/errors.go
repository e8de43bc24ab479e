package diff

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/chaintrace/chaintrace/trace/attr"
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
			f.add(key{KindTrouble, r.Origin, r.Name}, true, "outcome", outcomeOf(r), "error", r.Err, "blocked on", r.BlockedOn)
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

// outcomeOf is how a run ended. That the trace does not have its end is not to say that
// the hook hung: the recorder may have been killed.
func outcomeOf(r *startup.HookRun) string {
	if !r.Finished() && r.Outcome == attr.OutcomeHung {
		return "had not ended"
	}
	return r.Outcome
}

// errors compares what went wrong. Of what came or went, all that is known is
// told. A hook that moved takes its errors along.
func (d *Diff) errors(startsA, startsB []*startup.Startup, m runsMoved, c *chance) {
	a, b := gather(startsA, troubles), gather(startsB, troubles)
	a.was = follow(m, KindTrouble, a.seen, b.seen)
	rename(a.seen, a.was)
	settle(a, b)
	d.Errors = c.changes(a, b)
	for i := range d.Errors {
		one := &d.Errors[i]
		k := key{one.Kind, one.Server, one.Name}
		for _, p := range a.seen[k].properties {
			if one.Op == Removed && p.name != countField {
				one.Fields = append(one.Fields, Field{p.name, p.text(), ""})
			}
		}
		for _, p := range b.seen[k].properties {
			if one.Op == Added && p.name != countField {
				one.Fields = append(one.Fields, Field{p.name, "", p.text()})
			}
		}
		one.Was = a.was[k].server
	}
	if one, differs := outcomes(startsA, startsB, c); differs {
		d.Errors = append(d.Errors, one)
	}
	slices.SortFunc(d.Errors, compareChanges)
}

// outcomes compares how the starts ended, as far as their traces show it.
func outcomes(a, b []*startup.Startup, c *chance) (Change, bool) {
	was, is := countOutcomes(a), countOutcomes(b)
	if len(was) == 0 || len(is) == 0 {
		return Change{}, false
	}
	ofA, ofB := was.total(), is.total()
	one := Change{Op: Changed, Kind: KindOutcome, InA: ofA, InB: ofB, OfA: ofA, OfB: ofB, P: c.test(was, is)}
	one.Fields = []Field{{"outcome", outcomeText(was), outcomeText(is)}}
	return one, !sameShares(was, is)
}

// countOutcomes counts the outcomes that are known.
func countOutcomes(starts []*startup.Startup) counts {
	n := map[startup.Outcome]int{}
	for _, s := range starts {
		n[s.Outcome()]++
	}
	var out counts
	for _, outcome := range []startup.Outcome{startup.OutcomeFailed, startup.OutcomeNotReady, startup.OutcomeReady} {
		if n[outcome] > 0 {
			out = append(out, count{string(outcome), n[outcome]})
		}
	}
	return out
}

// outcomeText names the outcome of all starts, or says how many had which.
func outcomeText(outcomes counts) string {
	if len(outcomes) == 1 {
		return outcomes[0].text
	}
	all := slices.Clone(outcomes)
	slices.SortStableFunc(all, func(x, y count) int { return cmp.Compare(y.n, x.n) })
	texts := make([]string, len(all))
	for i, one := range all {
		texts[i] = fmt.Sprintf("%s in %s", one.text, share(one.n, outcomes.total()))
	}
	return strings.Join(texts, ", ")
}
