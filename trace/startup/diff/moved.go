package diff

import (
	"maps"
	"slices"
)

// thing is what may move: of one kind and name, on whatever server.
type thing struct{ kind, name string }

// moved makes one change of a thing that was one server's own and is another's,
// if there is no third. Either of the two may have it as an inherited one on the
// other side: a hook that moves outwards was inherited there before.
func moved(all []Change, a, b map[key]seen) []Change {
	lost, gained := ownOnlyIn(a, b), ownOnlyIn(b, a)
	ends := map[key]bool{} // of the moves: what is told of them
	var moves []Change
	for t, from := range lost {
		to := gained[t]
		if len(from) != 1 || len(to) != 1 {
			continue
		}
		was, is := a[from[0]], b[to[0]]
		ends[from[0]], ends[to[0]] = true, true
		moves = append(moves, Change{
			Op: Moved, Kind: t.kind, Server: to[0].server, Was: from[0].server, Name: t.name,
			Fields: changedFields(was.fact, is.fact), InA: was.n, InB: is.n,
		})
	}
	out := slices.DeleteFunc(all, func(c Change) bool { return ends[key{c.Kind, c.Server, c.Name}] })
	out = append(out, moves...)
	slices.SortFunc(out, compareChanges)
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

// follow puts what is known in A of runs that moved under their keys in B, and
// returns where they were. Where a server of either side has both, they stay.
func follow[T any](m runsMoved, a, b map[key]T) (followed map[key]T, was map[key]string) {
	followed, was = a, map[key]string{}
	for from, to := range m {
		there, ran := a[from]
		_, before := a[to]
		_, still := b[from]
		if !ran || before || still {
			continue
		}
		if len(was) == 0 {
			followed = maps.Clone(a) // the caller's stays as it is
		}
		delete(followed, from)
		followed[to], was[to] = there, from.server
	}
	return followed, was
}

// ownOnlyIn finds what is a server's own on one side and not on the other.
func ownOnlyIn(side, other map[key]seen) map[thing][]key {
	out := map[thing][]key{}
	for k, s := range side {
		if s.own && !other[k].own && k.kind != KindServer && k.kind != KindRoute {
			t := thing{k.kind, k.name}
			out[t] = append(out[t], k)
		}
	}
	return out
}
