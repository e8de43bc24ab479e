package diff

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/chaintrace/chaintrace/trace/startup"
)

// side is what is known of all starts of a side.
type side struct {
	seen  map[key]seen
	whole int         // how many starts tell everything
	some  []told      // the others
	was   map[key]key // of what moved here from another server: what it is in these starts
}

// seen is a thing on one side, as far as it is known.
type seen struct {
	own        bool // in any start the server's own
	n          int  // in how many starts it is
	of         int  // of how many that is known
	properties []tally
}

// tally is what the starts of a side say of a thing in one respect.
type tally struct {
	name string
	says counts
}

func (t tally) text() string {
	texts := make([]string, len(t.says))
	for i, c := range t.says {
		texts[i] = c.text
	}
	return strings.Join(texts, " or ")
}

// shares writes what is said, and by how many starts.
func (t tally) shares() string {
	texts := make([]string, len(t.says))
	for i, c := range t.says {
		texts[i] = c.text + " in " + share(c.n, t.says.total())
	}
	return strings.Join(texts, " or ")
}

// share says in how many starts something is.
func share(n, of int) string { return fmt.Sprintf("%d of %d", n, of) }

// learn adds what one start says of the thing.
func (s *seen) learn(f fact) {
	s.n++
	s.own = s.own || f.own
	if s.properties == nil {
		s.properties = make([]tally, 0, len(f.properties))
	}
	for _, p := range f.properties {
		text := p.text()
		if text == "" {
			continue
		}
		at := slices.IndexFunc(s.properties, func(t tally) bool { return t.name == p.name })
		if at < 0 {
			at = len(s.properties)
			s.properties = append(s.properties, tally{name: p.name})
		}
		says := &s.properties[at].says
		if i, known := says.find(text); known {
			(*says)[i].n++
		} else {
			*says = slices.Insert(*says, i, count{text, 1})
		}
	}
}

// says is what is said of a property; nothing where nobody does.
func (s seen) says(property string) tally {
	for _, t := range s.properties {
		if t.name == property {
			return t
		}
	}
	return tally{name: property}
}

// some reports whether some starts have the thing and some have it not.
func (s seen) some() bool { return s.n > 0 && s.n < s.of }

// there is in how many starts the thing is, and in how many it is not.
func (s seen) there() counts {
	var c counts
	if s.n < s.of {
		c = append(c, count{"absent", s.of - s.n})
	}
	if s.n > 0 {
		c = append(c, count{"there", s.n})
	}
	return c
}

func gather(starts []*startup.Startup, read func(*startup.Startup) facts) *side {
	all := &side{seen: map[key]seen{}}
	for _, s := range starts {
		has := read(s)
		if t := newTold(s, has); t.has == nil {
			all.whole++
		} else {
			all.some = append(all.some, t)
		}
		for k, f := range has {
			known := all.seen[k]
			known.learn(f)
			all.seen[k] = known
		}
	}
	return all
}

// known counts of how many starts it is known whether they have a thing, and says
// why it is not known of the others.
func (s *side) known(k key, phase string) (of int, why answer) {
	if from, moved := s.was[k]; moved {
		k = from
	}
	of = s.whole
	for _, t := range s.some {
		switch a := t.whether(k, phase); a {
		case hasIt, hasNot:
			of++
		default:
			why = max(why, a)
		}
	}
	return of, why
}

// settle fills in of how many starts each thing is known, on both sides, and takes
// out those of which one side knows nothing: they are returned, counted by side and
// kind.
func settle(a, b *side) []Unknown {
	counted := map[Unknown]int{}
	var gone []key
	for _, k := range keys(a, b) {
		was, is := a.seen[k], b.seen[k]
		phase := cmp.Or(was.says(phaseField).text(), is.says(phaseField).text())
		var whyA, whyB answer
		was.of, whyA = a.known(k, phase)
		is.of, whyB = b.known(k, phase)
		a.seen[k], b.seen[k] = was, is
		switch {
		case was.of == 0:
			counted[Unknown{Side: "a", Kind: k.kind, Died: whyA == diedBefore}]++
			gone = append(gone, k)
		case is.of == 0:
			counted[Unknown{Side: "b", Kind: k.kind, Died: whyB == diedBefore}]++
			gone = append(gone, k)
		}
	}
	for _, k := range gone {
		for _, kind := range without(k.kind) {
			delete(a.seen, key{kind, k.server, k.name})
			delete(b.seen, key{kind, k.server, k.name})
		}
	}
	return inOrder(counted)
}

// keys returns the keys of both sides, each once, in no order.
func keys(a, b *side) []key {
	out := slices.Collect(maps.Keys(a.seen))
	for k := range b.seen {
		if _, both := a.seen[k]; !both {
			out = append(out, k)
		}
	}
	return out
}

// without returns a kind and those that say what became of a thing in its absence, of
// which nothing is known with it: a check that the server did not come to add itself
// is lost on it, or skipped, as long as that is so.
func without(kind string) []string {
	if kind == KindCheck {
		return []string{KindCheck, KindLostCheck, KindSkippedCheck}
	}
	return []string{kind}
}

// inOrder puts what is unknown into the order of sides, reasons and kinds.
func inOrder(unknown map[Unknown]int) []Unknown {
	out := make([]Unknown, 0, len(unknown))
	for u, n := range unknown {
		u.N = n
		out = append(out, u)
	}
	slices.SortFunc(out, func(x, y Unknown) int {
		died := func(u Unknown) int {
			if u.Died {
				return 1
			}
			return 0
		}
		return cmp.Or(strings.Compare(x.Side, y.Side), cmp.Compare(died(x), died(y)), cmp.Compare(slices.Index(Kinds(), x.Kind), slices.Index(Kinds(), y.Kind)))
	})
	return out
}

// changes lists what differs between two sides, and notes what was tested.
func (c *chance) changes(a, b *side) []Change {
	var out []Change
	for k, was := range a.seen {
		is := b.seen[k]
		change := Change{Op: Changed, Kind: k.kind, Server: k.server, Name: k.name, InA: was.n, InB: is.n, OfA: was.of, OfB: is.of}
		p := 0.0 // what all have or none has needs no test
		if was.some() || is.some() {
			p = c.test(was.there(), is.there())
		}
		switch {
		case was.n == 0:
			change.Op, change.P = Added, p
		case is.n == 0:
			change.Op, change.P = Removed, p
		default:
			change.Fields, change.P = c.changedFields(was, is)
			if was.n*is.of != is.n*was.of {
				if len(change.Fields) == 0 || p < change.P {
					change.P = p
				}
				change.Fields = append(change.Fields, Field{startsField, share(was.n, was.of), share(is.n, is.of)})
			}
			if len(change.Fields) == 0 {
				continue
			}
		}
		out = append(out, change)
	}
	slices.SortFunc(out, compareChanges)
	return out
}

func compareChanges(a, b Change) int {
	return cmp.Or(
		strings.Compare(a.Server, b.Server), strings.Compare(a.Kind, b.Kind), strings.Compare(a.Name, b.Name), strings.Compare(string(a.Op), string(b.Op)),
	)
}

// changedFields compares properties that both sides know. Where one of them changed,
// those that may differ by chance are left out; the p is the least.
func (c *chance) changedFields(a, b seen) ([]Field, float64) {
	var out []Field
	var ps []float64
	for _, was := range a.properties {
		is := b.says(was.name)
		if len(is.says) == 0 {
			continue
		}
		p := c.test(was.says, is.says)
		if sameShares(was.says, is.says) {
			continue
		}
		from, to := was.text(), is.text()
		if p > 0 { // both sides have some of it
			from, to = was.shares(), is.shares()
		}
		out, ps = append(out, Field{was.name, from, to}), append(ps, p)
	}
	if len(out) == 0 {
		return nil, 0
	}
	least := slices.Min(ps)
	if least < c.alpha {
		kept := out[:0]
		for i, f := range out {
			if ps[i] < c.alpha {
				kept = append(kept, f)
			}
		}
		out = kept
	}
	return out, least
}
