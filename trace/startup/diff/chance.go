package diff

import (
	"slices"
	"sort"
)

// chance corrects for how much is compared at once: of fifty things that are each
// called changed where chance makes such a difference once in twenty times, two or
// three are always called so.
//
// All that is tested in one comparison is one family, and corrected by the step-up
// procedure of Benjamini and Hochberg: where nothing changed, an alarm is raised in
// no more than alpha of the comparisons, and where something did, no more than alpha
// of what is told is expected to be wrong. What could not have come out as a change,
// however it fell to the sides, is not in the family.
type chance struct {
	alpha      float64
	p          []float64 // of all tests
	candidates int       // how many there would be with enough starts
}

// note adds a test's p to the family.
func (c *chance) note(p float64) {
	c.p = append(c.p, p)
	c.candidates++
}

// correction returns how to correct a p for all that were noted.
func (c *chance) correction() correction {
	sorted := slices.Sorted(slices.Values(c.p))
	adjusted := make([]float64, len(sorted))
	least := 1.0
	for i := len(sorted) - 1; i >= 0; i-- {
		least = min(least, sorted[i]*float64(len(sorted))/float64(i+1))
		adjusted[i] = least
	}
	return correction{c.alpha, sorted, adjusted}
}

// correction knows the p of a family, ascending, and what they are when corrected.
type correction struct {
	alpha       float64
	p, adjusted []float64
}

// of returns a p, corrected; of one that is not in the family, as it is.
func (c correction) of(p float64) float64 {
	i := sort.SearchFloat64s(c.p, p)
	if i == len(c.p) || c.p[i] != p {
		return p
	}
	return c.adjusted[i]
}

// decides reports whether a corrected p is too small for chance.
func (c correction) decides(p float64) bool { return p < c.alpha }

// mostEnough bounds the answer of enough.
const mostEnough = 100

// enough returns how many starts a side suffice to tell even a single one of so many
// times from chance, if it is greater in every start of the one side than in any of
// the other: there are as many ways to deal the starts to the sides as to choose n of
// 2n, and two of them are so uneven.
func enough(tests int, alpha float64) int {
	ways := 1.0
	for n := 1; n < mostEnough; n++ {
		ways *= float64(2*n) * float64(2*n-1) / float64(n*n)
		if n >= fewest && 2/ways*float64(max(1, tests)) < alpha {
			return n
		}
	}
	return mostEnough
}

// counts say how many starts of a side say what, sorted by what they say.
type counts []count

type count struct {
	text string
	n    int
}

func (c counts) of(text string) int {
	if i, found := c.find(text); found {
		return c[i].n
	}
	return 0
}

func (c counts) find(text string) (int, bool) {
	return slices.BinarySearchFunc(c, text, func(x count, text string) int {
		switch {
		case x.text < text:
			return -1
		case x.text > text:
			return 1
		}
		return 0
	})
}

func (c counts) total() int {
	total := 0
	for _, x := range c {
		total += x.n
	}
	return total
}

// sameShares reports whether both sides say everything as often, measured by how many
// starts say anything.
func sameShares(a, b counts) bool {
	ofA, ofB := a.total(), b.total()
	for _, x := range slices.Concat(a, b) {
		if a.of(x.text)*ofB != b.of(x.text)*ofA {
			return false
		}
	}
	return true
}

// test returns how likely chance alone deals what starts say so unevenly to the
// sides, by Fisher's exact test, and notes it. It is 0, and nothing is tested, where
// no start of one side says what any of the other says: that is told for what it is,
// be they few.
func (c *chance) test(a, b counts) float64 {
	if len(a) == 1 && len(b) == 1 && a[0].text == b[0].text {
		return 1
	}
	var texts []string
	both := false
	for _, x := range slices.Concat(a, b) {
		if i, known := slices.BinarySearch(texts, x.text); known {
			both = true
		} else {
			texts = slices.Insert(texts, i, x.text)
		}
	}
	if !both {
		return 0
	}
	ofA, ofB := a.total(), b.total()
	p, least := 1.0, 1.0
	for _, text := range texts {
		x, y := a.of(text), b.of(text)
		p, least = min(p, fisher(x, ofA, y, ofB)), min(least, fisherLeast(x, ofA, y, ofB))
	}
	// Of two texts one test says all; of more, the best of several is no longer as
	// unlikely as it looks (Bonferroni).
	several := float64(max(1, len(texts)-1))
	p = min(1, p*several)
	if least*several < c.alpha {
		c.note(p)
	}
	return p
}
