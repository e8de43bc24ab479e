package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"github.com/chaintrace/chaintrace/trace/instrument/gobuild"
)

// buildTeller shows how far a build is: in a line that changes on a terminal that can
// do that, else in a line each hundred packages. What is written to it appears in between. Its
// methods must not be called at the same time.
type buildTeller struct {
	w        io.Writer
	terminal bool
	width    int
	shown    bool // the line that changes is there
	begun    time.Time
	last     gobuild.Progress
}

// everyPackages is how many packages have a line in common off a terminal.
const everyPackages = 100

func newBuildTeller(w io.Writer) *buildTeller {
	t := &buildTeller{w: w}
	if file, ok := w.(*os.File); ok && term.IsTerminal(int(file.Fd())) && os.Getenv("TERM") != "dumb" {
		t.terminal = true
		t.width, _, _ = term.GetSize(int(file.Fd()))
	}
	if t.width <= 0 {
		t.width = 80
	}
	return t
}

// begin tells what is going to be built.
func (t *buildTeller) begin(plan *gobuild.Plan) {
	t.begun = time.Now()
	changed := 0
	for _, p := range plan.Packages {
		if len(p.Result.Files) > 0 {
			changed++
		}
	}
	fmt.Fprintf(t.w, "building %s with %s; insertions in %s\n", packageCount(plan.Len()), plan.GoVersion, packageCount(changed))
}

func packageCount(n int) string {
	if n == 1 {
		return "1 package"
	}
	return fmt.Sprintf("%d packages", n)
}

// compiled tells of a package that is being compiled.
func (t *buildTeller) compiled(p gobuild.Progress) {
	t.last = p
	text := fmt.Sprintf("compiling %d of at most %d: %s", p.Done, p.AtMost, p.Package)
	if p.Program {
		text = fmt.Sprintf("linking, after %s", packageCount(p.Done))
	}
	switch {
	case t.terminal:
		if len(text) >= t.width {
			text = text[:t.width-1]
		}
		fmt.Fprintf(t.w, "\r\033[K%s", text)
		t.shown = true
	case p.Done%everyPackages == 0 && !p.Program:
		fmt.Fprintln(t.w, text)
	}
}

// clear takes the line that changes away.
func (t *buildTeller) clear() {
	if t.shown {
		fmt.Fprint(t.w, "\r\033[K")
		t.shown = false
	}
}

// Write writes what go build complains of.
func (t *buildTeller) Write(text []byte) (int, error) {
	t.clear()
	return t.w.Write(text)
}

// end tells of the build's end.
func (t *buildTeller) end(err error) {
	t.clear()
	done := "compiled"
	if errors.Is(err, gobuild.ErrFailed) {
		done = "failed after"
	} else if err != nil {
		return
	}
	fmt.Fprintf(t.w, "%s %s in %v\n", done, packageCount(t.last.Done), time.Since(t.begun).Round(100*time.Millisecond))
}
