package diff

import "github.com/aclements/go-moremath/stats"

// fisher returns how likely chance alone puts the x+y starts that have something
// so unevenly, or more so, on sides of ofX and of ofY starts: the p of Fisher's
// exact test, two-sided.
func fisher(x, ofX, y, ofY int) float64 {
	d := stats.HypergeometicDist{N: ofX + ofY, K: x + y, Draws: ofX}
	seen := d.PMF(float64(x))
	// Tables as likely as this one count; their likelihoods are rounded.
	const slack = 1 + 1e-7
	p := 0.0
	for k := max(0, x+y-ofY); k <= min(ofX, x+y); k++ {
		if q := d.PMF(float64(k)); q <= seen*slack {
			p += q
		}
	}
	return min(1, p)
}

// fisherLeast returns the least p that fisher could have returned with as many
// starts on each side and as many that have it.
func fisherLeast(x, ofX, y, ofY int) float64 {
	few, many := max(0, x+y-ofY), min(ofX, x+y)
	return min(fisher(few, ofX, x+y-few, ofY), fisher(many, ofX, x+y-many, ofY))
}
