package diff

import "slices"

// thing is what may move: of one kind and name, on whatever server.
type thing struct{ kind, name string }

// moved makes one change of a thing that was one server's own and is another's,
// if there is no third. Either of the two may have it as an inherited one on the
// other side: a hook that moves outwards was inherited there before.
func moved(all []Change, a, b map[key]seen, c *chance) []Change {
	lost, gained := ownOnlyIn(a, b), ownOnlyIn(b, a)
	onlyOn := routesOnOneServer(a, b)
	ends := map[key]bool{} // of the moves: what is told of them
	var moves []Change
	for t, from := range lost {
		to := gained[t]
		if len(from) != 1 || len(to) != 1 || t.kind == KindRoute && !onlyOn[t] {
			continue
		}
		was, is := a[from[0]], b[to[0]]
		ends[from[0]], ends[to[0]] = true, true
		move := Change{
			Op: Moved, Kind: t.kind, Server: to[0].server, Was: from[0].server, Name: t.name,
			InA: was.n, InB: is.n, OfA: was.of, OfB: is.of,
			P: max(goneByChance(was, b[from[0]]), goneByChance(is, a[to[0]])),
		}
		move.Fields, _ = c.changedFields(was, is)
		moves = append(moves, move)
	}
	out := slices.DeleteFunc(all, func(c Change) bool { return ends[key{c.Kind, c.Server, c.Name}] })
	out = append(out, moves...)
	slices.SortFunc(out, compareChanges)
	return out
}

// goneByChance returns how likely a thing that is a server's own in starts of one side
// is that in none of the other by chance; 0 where all starts of its side have it.
func goneByChance(here, there seen) float64 {
	if here.n == here.of {
		return 0
	}
	return fisher(here.n, here.of, 0, there.of)
}

// routesOnOneServer finds the routes that one server alone has on either side. Each
// server has its own of many paths: that one more server has such a one, and another
// has it no more, is no move.
func routesOnOneServer(a, b map[key]seen) map[thing]bool {
	out := map[thing]bool{}
	for _, side := range []map[key]seen{a, b} {
		servers := map[thing]int{}
		for k, s := range side {
			if k.kind == KindRoute && s.n > 0 {
				servers[thing{k.kind, k.name}]++
			}
		}
		for t, n := range servers {
			if _, known := out[t]; !known || n > 1 {
				out[t] = n == 1
			}
		}
	}
	return out
}

// runsMoved says of the hooks that moved from which run in A to which in B.
type runsMoved map[key]key

func newRunsMoved(changes []Change) runsMoved {
	m := runsMoved{}
	for _, c := range changes {
		if c.Op == Moved && c.Kind == KindHook {
			m[key{KindHookRun, c.Was, c.Name}] = key{KindHookRun, c.Server, c.Name}
		}
	}
	return m
}

// follow returns which runs of A are those of which in B, by their keys in B. Where a
// server of either side has both, they stay.
func follow[T any](m runsMoved, kind string, a, b map[key]T) map[key]key {
	was := map[key]key{}
	for from, to := range m {
		from.kind, to.kind = kind, kind
		_, ran := a[from]
		_, before := a[to]
		_, still := b[from]
		if ran && !before && !still {
			was[to] = from
		}
	}
	return was
}

// rename puts what is known of runs that moved under their keys in B.
func rename[T any](a map[key]T, was map[key]key) {
	for to, from := range was {
		a[to] = a[from]
		delete(a, from)
	}
}

// ownOnlyIn finds what is a server's own on one side and not on the other.
func ownOnlyIn(side, other map[key]seen) map[thing][]key {
	out := map[thing][]key{}
	for k, s := range side {
		if s.own && !other[k].own && k.kind != KindServer {
			t := thing{k.kind, k.name}
			out[t] = append(out[t], k)
		}
	}
	return out
}
