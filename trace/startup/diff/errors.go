package diff

import "github.com/chaintrace/chaintrace/trace/startup"

// Kinds of what went wrong.
const (
	KindOutcome = "outcome"      // the start's
	KindTrouble = "hook"         // a hook that failed, hung or was interrupted
	KindMasked  = "masked check" // a failing check that nobody sees
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
	return f
}

// errors compares what went wrong. Of what came or went, all that is known is
// told.
func (d *Diff) errors(a, b map[key]seen) {
	d.Errors = d.changes(a, b)
	for i := range d.Errors {
		c := &d.Errors[i]
		k := key{c.Kind, c.Server, c.Name}
		for _, f := range a[k].fields {
			if c.Op == Removed && f.Name != countField && f.From != "" {
				c.Fields = append(c.Fields, Field{f.Name, f.From, ""})
			}
		}
		for _, f := range b[k].fields {
			if c.Op == Added && f.Name != countField && f.From != "" {
				c.Fields = append(c.Fields, Field{f.Name, "", f.From})
			}
		}
	}
}
