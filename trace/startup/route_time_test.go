package startup_test

import (
	"testing"
	"time"
)

func TestRoutesKnowWhenTheyWereInstalled(t *testing.T) {
	routes := chainOfTwo().read(t).Server("outer").Routes
	if len(routes) != 1 || routes[0].At != 15*time.Millisecond {
		t.Errorf("the routes are %+v, want one that was installed 15ms after the start", routes)
	}
}
