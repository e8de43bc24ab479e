package render

import "testing"

// TestRectangles: what is drawn as a rectangle is one, and nothing else is.
func TestRectangles(t *testing.T) {
	const box = "M20,0C20,0 88,0 88,0 94,0 100,-6 100,-12 100,-12 100,-38 100,-38 100,-44 94,-50 88,-50 88,-50 20,-50 20,-50 14,-50 8,-44 8,-38 8,-38 8,-12 8,-12 8,-6 14,0 20,0"
	for _, c := range []struct{ element, points, want string }{
		{"polygon", "1,2 1,5.04 4,5.04 4,2 1,2", ` x="1" y="2" width="3" height="3"`},
		{"polygon", "1,2 2,5 4,5 4,2 1,2", ""},
		{"polygon", "1,2 1,2 4,2 4,2 1,2", ""}, // a line
		{"polygon", "1,2 1,5 4,5 4,2", ""},     // an arrow's head
		{"path", box, ` x="8" y="-50" width="92" height="50" rx="12"`},
		{"path", "M88,-50C88,-50 20,-50 20,-50 14,-50 8,-44 8,-38 8,-38 8,-12 8,-12 8,-6 14,0 20,0 20,0 88,0 88,0 94,0 100,-6 100,-12 100,-12 100,-38 100,-38 100,-44 94,-50 88,-50", ` x="8" y="-50" width="92" height="50" rx="12"`},
		{"path", "M100,-12C100,-12 100,-38 100,-38 100,-44 94,-50 88,-50 88,-50 20,-50 20,-50 14,-50 8,-44 8,-38 8,-38 8,-12 8,-12 8,-6 14,0 20,0 20,0 88,0 88,0 94,0 100,-6 100,-12", ` x="8" y="-50" width="92" height="50" rx="12"`},
		{"path", "M100,-38C100,-38 100,-44 94,-50 88,-50 88,-50 20,-50 20,-50 14,-50 8,-44 8,-38 8,-38 8,-12 8,-12 8,-6 14,0 20,0 20,0 88,0 88,0 94,0 100,-6 100,-12 100,-38", ""}, // a piece too few
		{"path", "M0,0C1,1 2,2 3,3", ""},
		{"polygon", box, ""},
		{"path", "", ""},
	} {
		got, ok := rectangleOf(c.element, pointsOf(c.points))
		if got != c.want || ok != (c.want != "") {
			t.Errorf("%s %s is %q (%t), want %q", c.element, c.points, got, ok, c.want)
		}
	}
}
