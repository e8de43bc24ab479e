package render

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/chaintrace/chaintrace/trace/startup"
	"github.com/chaintrace/chaintrace/trace/startup/diff"
)

// TestOverlay draws everything that can differ, with names that would break out
// of their place.
func TestOverlay(t *testing.T) {
	const hostile = `</text><script>alert(1)</script>"\n&`
	a := &startup.Startup{Service: hostile, Servers: []*startup.Server{{Name: "gone"}, {Name: "s", Delegate: "gone"}}}
	b := &startup.Startup{Service: "b", Clock: "simulated", Servers: []*startup.Server{{Name: "s"}, {Name: hostile, Delegate: "s"}}}
	d := &diff.Diff{
		Consequences: 3,
		Errors:       []diff.Change{{Op: diff.Changed, Kind: diff.KindOutcome, Fields: []diff.Field{{Name: "outcome", From: "ready", To: "failed"}}}, {Op: diff.Added, Kind: "hook", Server: "s", Name: hostile}},
		Timing:       []diff.Timing{{Kind: "hook", Server: "s", Name: hostile, From: 1, To: 5e9, Verdict: diff.Slower}, {Kind: "phase", Server: "s", Name: "p", From: 5, To: 1, Verdict: diff.Faster}},
	}
	for i := range 20 {
		d.Structure = append(d.Structure, diff.Change{Op: diff.Added, Kind: diff.KindRoute, Server: "s", Name: strings.Repeat("r", i+1)})
	}
	d.Structure = append(d.Structure, diff.Change{Op: diff.Moved, Kind: diff.KindSignal, Server: "s", Was: hostile, Name: hostile}, diff.Change{Op: diff.Removed, Kind: diff.KindServer, Server: "gone"})
	for _, format := range OverlayFormats() {
		var first, again bytes.Buffer
		if err := WriteOverlay(&first, a, b, d, format); err != nil {
			t.Fatalf("%s: %v", format, err)
		}
		if err := WriteOverlay(&again, a, b, d, format); err != nil || !bytes.Equal(first.Bytes(), again.Bytes()) {
			t.Errorf("%s: written twice it differs (%v)", format, err)
		}
		if format != "svg" {
			continue
		}
		for _, want := range []string{"and 12 more routes", "+ route r", "gone", "the start", "outcome: ready → failed", "22 differences in structure, 2 in errors, 2 in time; 3 more follow"} {
			if !strings.Contains(first.String(), want) {
				t.Errorf("the picture does not show %q", want)
			}
		}
		decoder := xml.NewDecoder(&first)
		for {
			token, err := decoder.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("the SVG is no XML: %v", err)
			}
			if e, ok := token.(xml.StartElement); ok && e.Name.Local == "script" {
				t.Error("a name became a script")
			}
		}
	}
	if err := WriteOverlay(io.Discard, a, b, d, "gif"); err == nil {
		t.Error("an unknown format is no error")
	}
}
