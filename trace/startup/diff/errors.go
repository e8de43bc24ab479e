package diff

import "github.com/chaintrace/chaintrace/trace/startup"

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
	f.add(key{kind: KindOutcome}, true, "outcome", string(s.Outcome()))
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
// told.
func (d *Diff) errors(a, b map[key]seen) {
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
	}
}
