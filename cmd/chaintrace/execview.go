package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/render/report"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/follow"
)

// Values of --progress.
const (
	progressAuto  = "auto"
	progressLive  = "live"
	progressLines = "lines"
	progressNone  = "none"
)

// execView shows how a start comes on.
type execView interface {
	// changed shows what records have told.
	changed(s *follow.Start, changes []follow.Change)
	// tick shows how time goes by.
	tick(s *follow.Start)
	// pause leaves stderr as it was, until the next tick.
	pause()
	// close leaves stderr as it was. It may be called more than once.
	close(s *follow.Start)
}

// view returns what shows the start.
func (f *execFlags) view(stderr io.Writer) execView {
	style := (&answerFlags{color: f.color}).style(stderr)
	file, isFile := stderr.(*os.File)
	onTerminal := isFile && term.IsTerminal(int(file.Fd()))
	switch {
	case f.progress == progressNone, f.quiet && f.progress == progressAuto:
		return noView{}
	case f.progress == progressLines, !onTerminal:
		return &linesView{w: stderr, style: style}
	case f.progress == progressAuto && os.Getenv("TERM") == "dumb":
		return &linesView{w: stderr, style: style}
	}
	return newLiveView(file, style)
}

// noView shows nothing.
type noView struct{}

func (noView) changed(*follow.Start, []follow.Change) {}
func (noView) tick(*follow.Start)                     {}
func (noView) pause()                                 {}
func (noView) close(*follow.Start)                    {}

// linesView writes a line for each thing that happens.
type linesView struct {
	w     io.Writer
	style report.Style
	named bool // the pending hooks
}

func (v *linesView) changed(s *follow.Start, changes []follow.Change) {
	for _, c := range changes {
		switch {
		case c.Again:
			v.named = false
			v.line(s, c.At, "it was started again")
		case c.Stage != nil && c.Stage.Name == attr.SpanHooksRun:
			v.pending(s, c.At)
		case c.Stage != nil:
			v.line(s, c.At, stageText(*c.Stage))
		case c.Hook != nil && c.Hook.State != follow.HookPending:
			v.pending(s, c.Hook.Begin)
			v.line(s, c.At, "hook "+v.hook(c.Hook))
		case c.Ready:
			v.line(s, c.At, v.style.Paint(report.InkGood, "ready"))
		}
	}
}

// pending names, once, the hooks that are to run.
func (v *linesView) pending(s *follow.Start, at int64) {
	if v.named {
		return
	}
	v.named = true
	names := make([]string, len(s.Hooks))
	for i, h := range s.Hooks {
		names[i] = render.Printable(h.Name, 80)
	}
	v.line(s, at, render.Count(len(names), "hook")+" pending: "+strings.Join(names, ", "))
}

// hook says how far a hook is that has begun.
func (v *linesView) hook(h *follow.Hook) string {
	name := render.Printable(h.Name, 80)
	took := render.Duration(time.Duration(h.End - h.Begin))
	switch h.State {
	case follow.HookRunning:
		return name + " is running"
	case follow.HookFailed:
		return name + v.style.Paint(report.InkBad, " failed after "+took+": "+render.Printable(h.Err, 400))
	}
	return name + " is done after " + took
}

func (v *linesView) line(s *follow.Start, at int64, text string) {
	fmt.Fprintf(v.w, "chaintrace: %s %s\n", v.style.Paint(report.InkMuted, fmt.Sprintf("%9s", render.Duration(time.Duration(at-s.Begin)))), text)
}

func (v *linesView) tick(*follow.Start)  {}
func (v *linesView) pause()              {}
func (v *linesView) close(*follow.Start) {}

// stageText says in words what a server is at.
func stageText(s follow.Stage) string {
	server := render.Printable(s.Server, 60)
	if server == "" {
		server = "the server"
	}
	switch s.Name {
	case attr.SpanConfigBuild:
		return "building the config"
	case attr.SpanConfigComplete:
		return "completing the config"
	case attr.SpanChainCreate:
		return "creating the chain"
	case attr.SpanServerCreate, attr.SpanServerNew:
		return "creating " + server
	case attr.SpanServerPrepare:
		return "preparing " + server
	case attr.SpanHooksRun:
		return "running the hooks"
	}
	return "beginning"
}
