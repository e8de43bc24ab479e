package render

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
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
		Unchanged:    []diff.Count{{Kind: diff.KindServer, Server: "s", N: 1}, {Kind: diff.KindCheck, Server: "s", N: 7}},
		Timing:       []diff.Timing{{Kind: "hook", Server: "s", Was: hostile, Name: "m", From: 2e9, To: 1, Verdict: diff.Faster}, {Kind: "hook", Server: "s", Name: "chance", From: 1, To: 2e9, Verdict: diff.Undecided}, {Kind: "hook", Server: "s", Name: hostile, From: 1, To: 5e9, Verdict: diff.Slower}, {Kind: "phase", Server: "s", Name: "p", From: 5, To: 1, Verdict: diff.Faster}},
	}
	for i := range 20 {
		d.Structure = append(d.Structure, diff.Change{Op: diff.Added, Kind: diff.KindRoute, Server: "s", Name: strings.Repeat("r", i+1)})
	}
	d.Structure = append(d.Structure, diff.Change{Op: diff.Moved, Kind: diff.KindSignal, Server: "s", Was: hostile, Name: hostile}, diff.Change{Op: diff.Removed, Kind: diff.KindServer, Server: "gone"})
	as, bs := []*startup.Startup{a}, []*startup.Startup{b}
	for format, write := range map[string]func(io.Writer, *Graph) error{"dot": WriteDOT, "svg": WriteSVG, "png": WritePNG} {
		var first, again bytes.Buffer
		if err := write(&first, Overlay(as, bs, d)); err != nil {
			t.Fatalf("%s: %v", format, err)
		}
		if err := write(&again, Overlay(as, bs, d)); err != nil || !bytes.Equal(first.Bytes(), again.Bytes()) {
			t.Errorf("%s: written twice it differs (%v)", format, err)
		}
		if format != "svg" {
			continue
		}
		for _, want := range []string{"and 12 more routes", "+ route r", "gone", "the start", "outcome: ready → failed", "22 differences in structure, 2 in errors, 3 in time; 3 more follow from these; 1 undecided", "unchanged: 7 checks", "was on"} {
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
}

// TestOverlayEdges: delegations of both sides are drawn, those that changed as
// what they are.
func TestOverlayEdges(t *testing.T) {
	chainOf := func(delegates ...string) *startup.Startup { // server and delegate by turns, innermost first
		s := &startup.Startup{}
		for i := 0; i < len(delegates); i += 2 {
			s.Servers = append(s.Servers, &startup.Server{Name: delegates[i], Delegate: delegates[i+1]})
		}
		return s
	}
	server := func(op diff.Op, name string) diff.Change {
		return diff.Change{Op: op, Kind: diff.KindServer, Server: name}
	}
	for _, c := range []struct {
		name    string
		a, b    *startup.Startup
		changes []diff.Change
		want    []overlayEdge
	}{
		{"nothing changed", chainOf("in", "", "out", "in"), chainOf("in", "", "out", "in"), nil, []overlayEdge{{"out", "in", RoleRequest, "delegates to"}}},
		{"a server between the two is gone", chainOf("in", "", "mid", "in", "out", "mid"), chainOf("in", "", "out", "in"),
			[]diff.Change{server(diff.Removed, "mid"), server(diff.Changed, "out")},
			[]overlayEdge{{"out", "in", RoleInherited, "+ delegates to"}, {"out", "mid", RoleLost, "− delegated to"}, {"mid", "in", RoleLost, "− delegated to"}}},
		{"a server outside is new", chainOf("in", ""), chainOf("in", "", "out", "in"), []diff.Change{server(diff.Added, "out")},
			[]overlayEdge{{"out", "in", RoleInherited, "+ delegates to"}}},
		{"b does not tell", chainOf("in", "", "out", "in"), chainOf("in", "", "out", ""), nil, []overlayEdge{{"out", "in", RoleRequest, "delegates to"}}},
	} {
		if got := overlayEdges(overlayServers(c.a, c.b, nil), c.a, c.b, &diff.Diff{Structure: c.changes}); !slices.Equal(got, c.want) {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// TestOverlayText: what may be chance is no difference.
func TestOverlayText(t *testing.T) {
	d := &diff.Diff{Timing: []diff.Timing{{Verdict: diff.Undecided}}, Errors: []diff.Change{{Undecided: true}}}
	if got := overlayText(d); got != "no differences; 2 undecided" {
		t.Errorf("%q", got)
	}
	d.Structure = []diff.Change{{Op: diff.Added, Kind: diff.KindServer, Server: "s", Undecided: true}}
	d.Unknown = []diff.Unknown{{Side: "b", Kind: diff.KindRoute, N: 2}, {Side: "b", Kind: diff.KindCheck, N: 1}}
	if got := overlayText(d); got != "no differences; 3 undecided; 3 not compared, as one side does not tell" {
		t.Errorf("%q", got)
	}
	if rows := overlayRows(d); len(rows) > 0 {
		t.Errorf("%+v", rows)
	}
}

// TestOverlayOfSeveral: the first start of a side may have died before there was a
// server, and the one with the most need not have all that something is told of.
func TestOverlayOfSeveral(t *testing.T) {
	died := &startup.Startup{Service: "p"}
	one := &startup.Startup{Service: "p", Servers: []*startup.Server{{Name: "inner"}}}
	d := &diff.Diff{Timing: []diff.Timing{
		{Kind: "hook", Server: "inner", Name: "h", From: 1e6, To: 5e9, Verdict: diff.Slower},
		{Kind: "hook", Server: "other", Name: "o", From: 1e6, To: 5e9, Verdict: diff.Slower},
	}}
	var out bytes.Buffer
	if err := WriteSVG(&out, Overlay([]*startup.Startup{died, one}, []*startup.Startup{died, one, died}, d)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{">inner<", "hook h", ">other<", "hook o"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the picture does not show %q", want)
		}
	}
}
