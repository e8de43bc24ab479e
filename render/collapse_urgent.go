package render

import "slices"

// urgency says how much a part must not be overlooked.
type urgency uint8

const (
	notUrgent urgency = iota
	marked            // it has a mark that is none of the following
	decides           // when the chain is ready
	inTrouble         // it failed or did not end
)

// urgencyOf is that of a row with this mark.
func urgencyOf(mark string, r Row) urgency {
	switch mark {
	case markFailed, markUnended:
		return inTrouble
	case markCritical:
		return decides
	case "", markInherited:
		if !slices.ContainsFunc(r.Cells, func(c Cell) bool { return c.Role == RoleProblem }) {
			return notUrgent
		}
	}
	return marked
}

// insist makes sure that one part of the most urgent is shown, that which needs
// fewest entries, and what it is in. It may exceed the budget, up to twice that: a
// picture that names none of what is in trouble but others would mislead.
func (c *chooser) insist() {
	ps := &c.parts
	if ps.root.urgent < decides {
		return
	}
	needs := map[*part]int{ps.root: ps.root.extent()}
	var best *part
	for _, p := range ps.all {
		needs[p] = needs[p.within]
		if p.item.Noun == "" {
			continue // it is shown with what it is in
		}
		needs[p] += p.extent() + 1 // what is beside it may be counted in two entries
		if p.own != ps.root.urgent {
			continue
		}
		if best == nil || needs[p] < needs[best] || needs[p] == needs[best] && compareParts(p, best) < 0 {
			best = p
		}
	}
	if best == nil || needs[best] > 2*c.budget {
		return
	}
	for p := best; p != ps.root; p = p.within {
		p.must = true
	}
}
