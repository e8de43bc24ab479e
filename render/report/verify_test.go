package report

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/chaintrace/chaintrace/trace/startup"
	"github.com/chaintrace/chaintrace/trace/startup/verify"
)

// TestVerifyOfHostileNames: names out of a trace do nothing to a terminal, in
// none of the forms.
func TestVerifyOfHostileNames(t *testing.T) {
	const hostile = "\x1b[31m\u202e\u009b\nx"
	rule, err := verify.Lookup("CT101")
	if err != nil {
		t.Fatal(err)
	}
	findings := []verify.Finding{{Rule: rule, Server: hostile, Kind: verify.KindCheck, Name: hostile, Count: 1, Source: hostile, Message: hostile}}
	a := NewVerify(&startup.Startup{Service: hostile, Problems: []string{hostile}}, verify.Suppressions(nil).Apply(findings, time.Now()))
	for form, write := range map[string]func(b *strings.Builder) error{
		"text":  func(b *strings.Builder) error { return a.WriteText(b, Style{}) },
		"sarif": func(b *strings.Builder) error { return a.WriteSARIF(b, SARIF{Input: "stdin"}) },
		"json":  func(b *strings.Builder) error { return WriteJSON(b, a) },
	} {
		var b strings.Builder
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(b.String(), "\x1b\u202e\u009b") {
			t.Errorf("%s: %q", form, b.String())
		}
	}
}

// TestFingerprints: two findings about one thing are not taken for the same, and
// one that sums up several stays the same when there are more.
func TestFingerprints(t *testing.T) {
	a := VerifyFinding{Code: "CT205", Server: "s", Kind: "hook", Name: "h", detail: "missing"}
	b := a
	if b.detail = "h\x00other"; a.fingerprint() == b.fingerprint() {
		t.Error("a missing hook and a circle have the same fingerprint")
	}
	one := VerifyFinding{Code: "CT302", Server: "s", Kind: "server", Name: "s", Names: []string{"/a"}, Count: 1}
	two := one
	if two.Names, two.Count = []string{"/a", "/b"}, 2; one.fingerprint() != two.fingerprint() {
		t.Error("with another path it has another fingerprint")
	}
}

// TestVerifyTellsWhatItCouldNotSee: that nothing is found says nothing of what a trace
// does not tell of.
func TestVerifyTellsWhatItCouldNotSee(t *testing.T) {
	checks := []*startup.Server{{Name: "s", Checks: []*startup.Check{{Name: "c"}}, PostStart: []*startup.Hook{{Name: "h"}}}}
	for want, s := range map[string]*startup.Startup{
		"the trace tells nothing of hooks, checks and routes: no rule about that could find anything": {Ready: &startup.Ready{}},
		"the trace tells nothing of routes: no rule about that could find anything":                   {Ready: &startup.Ready{}, Servers: checks},
		"the trace tells nothing of routes and readiness: no rule about that could find anything":     {Servers: checks},
	} {
		a := NewVerify(s, verify.Suppressions(nil).Apply(nil, time.Now()))
		var text, sarif strings.Builder
		if err := errors.Join(a.WriteText(&text, Style{}), a.WriteSARIF(&sarif, SARIF{Input: "stdin"})); err != nil {
			t.Fatal(err)
		}
		if got := text.String(); !strings.HasSuffix(got, ": no findings\nnote: "+want+"\n") {
			t.Errorf("want %q, got %q", want, got)
		}
		if !strings.Contains(sarif.String(), `"text": "`+want+`"`) {
			t.Errorf("want %q, got %s", want, sarif.String())
		}
	}
}

// TestSARIFTellsWhatIsLeftOut: of a finding that is accepted in part, the log has how
// much is.
func TestSARIFTellsWhatIsLeftOut(t *testing.T) {
	for accepted, want := range map[int]bool{0: false, 39: true} {
		a := &Verify{Findings: []VerifyFinding{{Code: "CT302", Severity: "note", Count: 1, Accepted: accepted}}}
		var b strings.Builder
		if err := a.WriteSARIF(&b, SARIF{Input: "stdin"}); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(b.String(), `"accepted": 39`); got != want {
			t.Errorf("with %d accepted: %s", accepted, b.String())
		}
	}
}
