// Package fold shortens long lists for readers: what is alike is counted.
package fold

import (
	"cmp"
	"slices"
)

// Piece is an entry of a list, or several folded into one.
type Piece struct {
	Index  int
	Folded []int // the indices of those folded, in order; nil: none are
}

// List shortens a list of n entries to about budget pieces. The entries of each
// group are shown up to a number that is the same for all groups, those of the
// highest rank, and then those of the highest rank of all that there is room for;
// the rest of the group is folded into one piece behind them. Of more groups than
// there is room for, the last ones count as one.
func List(n, budget int, group func(int) string, rank func(int) int64) []Piece {
	pieces := make([]Piece, 0, min(n, budget))
	if n <= budget {
		for i := range n {
			pieces = append(pieces, Piece{Index: i})
		}
		return pieces
	}
	groups := grouped(n, budget/2, group)
	for _, of := range groups {
		slices.SortStableFunc(of, func(a, b int) int { return cmp.Compare(rank(b), rank(a)) })
	}
	for g, k := range shares(groups, budget, rank) {
		shown, folded := groups[g][:k], groups[g][k:]
		slices.Sort(shown)
		if len(folded) == 0 {
			for _, i := range shown {
				pieces = append(pieces, Piece{Index: i})
			}
			continue
		}
		slices.Sort(folded)
		for _, i := range shown {
			pieces = append(pieces, Piece{Index: i})
		}
		pieces = append(pieces, Piece{Index: folded[0], Folded: folded})
	}
	return pieces
}

// shares returns how many entries of each group are shown. The groups are in order
// of rank.
func shares(groups [][]int, budget int, rank func(int) int64) []int {
	k := perGroup(groups, budget)
	shares := make([]int, len(groups))
	left := budget
	whole := func(g int) bool { return len(groups[g]) <= shares[g]+1 } // a piece for one entry would save nothing
	for g, of := range groups {
		if shares[g] = min(k, len(of)); whole(g) {
			shares[g] = len(of)
		}
		left -= min(len(of), shares[g]+1)
	}
	for ; left > 0; left-- {
		best := -1
		for g, of := range groups {
			if shares[g] < len(of) && (best < 0 || rank(of[shares[g]]) > rank(groups[best][shares[best]])) {
				best = g
			}
		}
		if best < 0 {
			break
		}
		if shares[best]++; whole(best) {
			shares[best] = len(groups[best])
		}
	}
	return shares
}

// grouped returns the indices of each group, in order of first appearance; from
// the given number of groups on, those of all others as the last.
func grouped(n, most int, group func(int) string) [][]int {
	var groups [][]int
	place := map[string]int{}
	for i := range n {
		g := group(i)
		at, ok := place[g]
		if !ok {
			at = min(len(groups), most)
			place[g] = at
			if at == len(groups) {
				groups = append(groups, nil)
			}
		}
		groups[at] = append(groups[at], i)
	}
	return groups
}

// perGroup is how many entries of each group there is room for, beside a piece
// for the rest of the group.
func perGroup(groups [][]int, budget int) int {
	low, high := 0, budget
	for low < high {
		k := (low + high + 1) / 2
		total := 0
		for _, of := range groups {
			total += min(len(of), k+1)
		}
		if total <= budget {
			low = k
		} else {
			high = k - 1
		}
	}
	return low
}
