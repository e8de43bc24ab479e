package report_test

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/chaintrace/chaintrace/render/report"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// hostile are names that would act on a terminal, or break a table.
var hostile = []string{"\x1b[2J", "a\tb\nc\r\v\f", "\u009b31m", "\u202eabc", "\x00", "\U000e0001", `"quoted"\`, "<b>&", strings.Repeat("long ", 1000)}

// named is a start in which everything that has a name has this one.
func named(name string) *startup.Startup {
	run := &startup.HookRun{
		Name: name, Origin: name, Interval: startup.Interval{Start: 0, End: 5}, Outcome: "failed", Err: name, BlockedOn: "hook:" + name,
		WaitsFor: []string{"hook:" + name, name}, Deadline: 3, AtDeadline: name,
	}
	return &startup.Startup{
		Service: name, Version: name, End: 9 * time.Second, Runs: []*startup.HookRun{run},
		Servers: []*startup.Server{{
			Name: name, Create: startup.Interval{Start: 0, End: 2}, New: startup.Interval{Start: 0, End: 1}, Prepare: startup.Interval{Start: 2, End: 4},
			PostStart: []*startup.Hook{{Name: name, Kind: "post-start", Origin: name, RegisteredAt: name, Run: run}},
			Checks:    []*startup.Check{{Name: name, Origin: name, State: startup.CheckMasked, SkippedBy: name, Endpoints: startup.Endpoints()}},
			Routes:    []startup.Route{{Path: "/" + name, Match: name, Installer: name, Phase: name, Source: name}},
		}},
		Phases:  []startup.Phase{{Name: name, Server: name, Interval: startup.Interval{Start: 0, End: 1}}},
		Signals: []startup.Signal{{Name: name}}, Passed: []startup.Passed{{Check: name}},
		Failure: &startup.Failure{Hook: name, Run: run, Err: name, At: 5}, Problems: []string{name},
	}
}

// answer is what every answer can do.
type answer interface {
	WriteText(w io.Writer, style report.Style) error
}

// answers are all that can be said about one start.
func answers(t *testing.T, s *startup.Startup) map[string]answer {
	t.Helper()
	chain, err := report.NewCriticalChain(s, "", "")
	if err != nil {
		t.Fatal(err)
	}
	return map[string]answer{
		"time": report.NewTime(s), "blame": report.NewBlame(s, false), "blame by server": report.NewBlame(s, true), "critical-chain": chain,
	}
}

// TestHostileNames: no answer sends what a terminal acts on, in either form, and
// programs get the names as they are.
func TestHostileNames(t *testing.T) {
	for _, name := range hostile {
		for what, a := range answers(t, named(name)) {
			var text, list bytes.Buffer
			if err := a.WriteText(&text, report.Style{}); err != nil {
				t.Fatal(err)
			}
			if err := report.WriteJSON(&list, a); err != nil {
				t.Fatal(err)
			}
			for _, written := range []string{text.String(), list.String()} {
				if strings.ContainsAny(written, "\x00\x1b\r\t\v\f\x7f\u009b\u202e\U000e0001") {
					t.Errorf("%s passes on %q: %q", what, name, written)
				}
			}
			for line := range strings.Lines(text.String()) {
				if len(line) > 1500 {
					t.Errorf("%s has a line of %d bytes", what, len(line))
				}
			}
			var read struct{ Service string }
			if err := json.Unmarshal(list.Bytes(), &read); err != nil || read.Service != name {
				t.Errorf("%s: %q is read as %q: %v", what, name, read.Service, err)
			}
		}
	}
}

// TestEmptyAnswers: a start of which next to nothing is known can be asked
// anything.
func TestEmptyAnswers(t *testing.T) {
	for what, a := range answers(t, &startup.Startup{}) {
		var text, list bytes.Buffer
		if err := a.WriteText(&text, report.Style{Color: true}); err != nil || text.Len() == 0 {
			t.Errorf("%s: %v, %d bytes", what, err, text.Len())
		}
		if err := report.WriteJSON(&list, a); err != nil || !strings.Contains(list.String(), `"problems": []`) {
			t.Errorf("%s: %v: %s", what, err, &list)
		}
	}
}

func TestTableAlignsWithAndWithoutColor(t *testing.T) {
	table := func() *report.Table {
		t := &report.Table{Columns: []report.Column{{Title: "N", Right: true}, {Title: "WHAT"}, {Title: "MORE"}}}
		t.Row(report.Cell{Text: "1", Ink: report.InkBad}, report.Cell{Text: "é字"}, report.Cell{Text: "x"})
		t.Row(report.Cell{Text: "100"}, report.Cell{Text: "long name"})
		return t
	}
	var plain, colored strings.Builder
	if err := table().Write(&plain, report.Style{}); err != nil {
		t.Fatal(err)
	}
	if want := "  N  WHAT       MORE\n  1  é字         x\n100  long name\n"; plain.String() != want {
		t.Errorf("the table is\n%swant\n%s", &plain, want)
	}
	if err := table().Write(&colored, report.Style{Color: true}); err != nil {
		t.Fatal(err)
	}
	bare := strings.NewReplacer("\033[1m", "", "\033[31m", "", "\033[0m", "").Replace(colored.String())
	if bare != plain.String() || bare == colored.String() {
		t.Errorf("in colour it is %q", &colored)
	}
}
