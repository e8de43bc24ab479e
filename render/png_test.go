package render

import (
	"strings"
	"testing"
)

// TestPNGOfWhatIsHuge: what is a little too large is scaled down, and what nobody
// could read then is an error.
func TestPNGOfWhatIsHuge(t *testing.T) {
	p, err := newPainter("0,0,100,10000")
	if err != nil {
		t.Fatal(err)
	}
	if size := p.dc.Image().Bounds().Size(); size.Y != 16_000 || size.X > 248 {
		t.Errorf("it has %v pixels", size)
	}
	if _, err := newPainter("0,0,100,20000"); err == nil || !strings.Contains(err.Error(), "248×40048 pixels") {
		t.Errorf("the error is %v", err)
	}
}
