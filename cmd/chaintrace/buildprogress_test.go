package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/chaintrace/chaintrace/trace/instrument/gobuild"
)

// TestBuildTellerOnATerminal shows one line that changes, which is away when
// something else is written and at the end.
func TestBuildTellerOnATerminal(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	tell := &buildTeller{w: &out, terminal: true, width: 40}
	tell.compiled(gobuild.Progress{Package: "example.com/a", Done: 1, AtMost: 3})
	tell.compiled(gobuild.Progress{Package: "example.com/much/longer/than/a/line", Done: 2, AtMost: 3})
	if _, err := tell.Write([]byte("# a complaint\n")); err != nil {
		t.Fatal(err)
	}
	tell.compiled(gobuild.Progress{Package: "example.com/main", Program: true, Done: 3, AtMost: 3})
	tell.end(nil)
	const back = "\r\033[K"
	want := back + "compiling 1 of at most 3: example.com/a" +
		back + "compiling 2 of at most 3: example.com/m" +
		back + "# a complaint\n" +
		back + "linking, after 3 packages" +
		back + "compiled 3 packages in "
	if got := out.String(); !strings.HasPrefix(got, want) {
		t.Errorf("it writes\n%q; want\n%q", got, want)
	}
}

// TestBuildTellerOffATerminal writes a line now and then.
func TestBuildTellerOffATerminal(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	tell := newBuildTeller(&out)
	for done := 1; done <= 250; done++ {
		tell.compiled(gobuild.Progress{Package: "example.com/a", Done: done, AtMost: 300})
	}
	tell.end(gobuild.ErrFailed)
	lines := strings.Split(out.String(), "\n")
	if len(lines) != 4 || lines[1] != "compiling 200 of at most 300: example.com/a" || !strings.HasPrefix(lines[2], "failed after 250 packages in ") {
		t.Errorf("it writes %q", lines)
	}
}
