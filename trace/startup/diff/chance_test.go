package diff

import (
	"math"
	"slices"
	"testing"
)

// TestCorrection: the p are those of R's p.adjust(c(0.01, 0.02, 0.03, 0.5), "BH"), by
// hand.
func TestCorrection(t *testing.T) {
	c := &chance{alpha: 0.05}
	for _, p := range []float64{0.5, 0.03, 0.01, 0.02} {
		c.note(p)
	}
	of := c.correction()
	for p, want := range map[float64]float64{0.01: 0.04, 0.02: 0.04, 0.03: 0.04, 0.5: 0.5, 0.7: 0.7, 0: 0} {
		if got := of.of(p); math.Abs(got-want) > 1e-12 {
			t.Errorf("%v becomes %v, want %v", p, got, want)
		}
	}
}

// TestEnough: one of 48 times needs 7 starts a side, as 2/C(14,7)·48 is 0.028 and
// 2/C(12,6)·48 is 0.104.
func TestEnough(t *testing.T) {
	for tests, want := range map[int]int{0: 4, 1: 4, 2: 5, 48: 7, 1000: 9} {
		if got := enough(tests, 0.05); got != want {
			t.Errorf("%d tests: %d starts a side, want %d", tests, got, want)
		}
	}
}

// TestWhatIsTested: what could not come out as a change is not in the family, and
// what no start of the other side says needs no test.
func TestWhatIsTested(t *testing.T) {
	for _, c := range []struct {
		name  string
		a, b  counts
		p     float64
		noted int
	}{
		{"all say the same", counts{{"x", 9}}, counts{{"x", 9}}, 1, 0},
		{"none says what the others say", counts{{"x", 2}}, counts{{"y", 1}, {"z", 1}}, 0, 0},
		{"one start of nine, which may be chance however it falls", counts{{"x", 9}}, counts{{"x", 8}, {"y", 1}}, 1, 0},
		{"as many of both, which might have been otherwise", counts{{"x", 5}, {"y", 5}}, counts{{"x", 5}, {"y", 5}}, 1, 1},
		{"of three answers the best counts twice", counts{{"x", 4}}, counts{{"x", 1}, {"y", 2}, {"z", 1}}, 2 * 10. / 70, 0},
	} {
		family := &chance{alpha: 0.05}
		if p := family.test(c.a, c.b); math.Abs(p-c.p) > 1e-9 || len(family.p) != c.noted {
			t.Errorf("%s: p %v, %d noted", c.name, p, len(family.p))
		}
		back := &chance{alpha: 0.05}
		if p := back.test(c.b, c.a); math.Abs(p-c.p) > 1e-9 || !slices.Equal(back.p, family.p) {
			t.Errorf("%s: back %v", c.name, p)
		}
	}
}
