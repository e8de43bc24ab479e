package report

import (
	"bytes"
	"strings"
	"testing"
	"unicode"

	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// hostile is a start all of whose names would act on a terminal.
func hostile() *startup.Startup {
	const bad = "\x1b[31m\u202e\nx"
	hook := &startup.Hook{Name: bad, Kind: bad, Origin: bad, RegisteredAt: bad}
	inner := &startup.Server{
		Name: bad, Creator: bad, New: startup.Interval{Start: 0, End: 1},
		PostStart: []*startup.Hook{hook}, Rejected: []startup.RejectedHook{{Hook: hook, Err: bad}},
		Checks: []*startup.Check{{Name: bad, Origin: bad, Endpoints: startup.Endpoints(), SkippedBy: bad}},
		Routes: []startup.Route{{Path: "/" + bad, Match: bad, Installer: bad, Phase: bad, Source: bad}},
	}
	outer := &startup.Server{
		Name: "outer", Delegate: bad, New: startup.Interval{Start: 0, End: 1},
		Checks: []*startup.Check{{Name: bad, Origin: bad, State: startup.CheckSkipped, SkippedBy: bad}},
		Routes: []startup.Route{{Path: "/" + bad, Match: attr.MatchExact, Installer: bad, Source: bad}},
	}
	return &startup.Startup{Service: bad, Servers: []*startup.Server{inner, outer}, Problems: []string{bad}}
}

// TestNamesDoNotActOnTerminals: no name out of a trace, or off the command line,
// is written as it is.
func TestNamesDoNotActOnTerminals(t *testing.T) {
	s := hostile()
	path := "/\x1b[31m\u202e\nx"
	ledger, err := NewLedger(s, LedgerFilter{All: true})
	if err != nil {
		t.Fatal(err)
	}
	which := NewWhich(s, WhichQuestion{
		Input: path, Method: path, Path: path, Notes: []string{path}, Way: s.Router().Way(path), Early: s.EarlyRouter().Way("/\x1b"),
	})
	for name, write := range map[string]func(b *bytes.Buffer) error{
		"ledger":         func(b *bytes.Buffer) error { return ledger.WriteText(b, Style{}) },
		"which":          func(b *bytes.Buffer) error { return which.WriteText(b, Style{}) },
		"ledger as JSON": func(b *bytes.Buffer) error { return WriteJSON(b, ledger) },
		"which as JSON":  func(b *bytes.Buffer) error { return WriteJSON(b, which) },
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), "outer") {
			t.Errorf("%s: the server outer is not in it:\n%s", name, b.String())
		}
		for _, r := range b.String() {
			if r != '\n' && !unicode.IsGraphic(r) {
				t.Errorf("%s: %q is written as it is", name, r)
			}
		}
	}
}
