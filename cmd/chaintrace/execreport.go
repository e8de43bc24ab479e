package main

import (
	"context"
	"debug/buildinfo"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/follow"
	"github.com/chaintrace/chaintrace/trace/instrument/gobuild"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// Why a server may have recorded nothing: it cannot, or what is recorded has not begun.
const (
	howToBuild = "only a server that chaintrace build has built records its start"
	notBegun   = "its start has not begun"
)

// instrumented reports whether chaintrace build has built a program, and says how to
// build it if Go has and chaintrace build has not. Of anything else, which may be a
// script that runs such a program, nothing is known.
func instrumented(path string) (yes bool, advice string) {
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		return false, ""
	}
	for _, s := range info.Settings {
		if s.Key == "-tags" && slices.Contains(strings.Split(s.Value, ","), gobuild.Tag) {
			return true, ""
		}
	}
	pkg := info.Path
	if pkg == "" || pkg == "command-line-arguments" {
		pkg = "PACKAGE"
	}
	return false, fmt.Sprintf("%s is not instrumented, so it will record nothing; build it with: chaintrace build -o FILE %s",
		render.Printable(path, 200), render.Printable(pkg, 200))
}

// tellUnfinished tells of a server that is not ready what it was at when it was over,
// which hooks had not ended, and which checks had not passed.
func (e *execution) tellUnfinished(ctx context.Context) {
	if e.start.Begin == 0 {
		return
	}
	t, err := e.trace()
	if err != nil {
		return // that was told with the outputs
	}
	s, err := startup.FromTrace(t)
	if err != nil {
		return
	}
	model := modelOf(ctx, s)
	writeUnfinished(e.stderr(), s, &e.start, unfinished(s, &e.start, e.over, model.waits), model.name)
}

// unfinishedHook is a hook that has not ended.
type unfinishedHook struct {
	name, origin string
	running      bool
	elapsed      time.Duration
	waitsFor     string // "" when unknown
	byModel      bool   // the model says what it waits for
}

// unfinished lists the hooks that have not ended at a moment, in the order of
// their begin and then of their registration. What a hook waits for is taken from the trace, or
// else, since a real server does not tell, from the model's hook of that name.
func unfinished(s *startup.Startup, known *follow.Start, at time.Time, model map[string][]string) []unfinishedHook {
	var out []unfinishedHook
	open := map[string]*follow.Hook{}
	for _, h := range known.Hooks {
		if h.State < follow.HookDone {
			open[h.Name] = h
		}
	}
	for _, r := range s.Runs {
		begun := open[r.Name]
		if begun == nil {
			continue
		}
		delete(open, r.Name)
		h := unfinishedHook{name: r.Name, origin: r.Origin, running: true, elapsed: max(0, time.Duration(at.UnixNano()-begun.Begin))}
		switch {
		case r.BlockedOn != "":
			h.waitsFor = waitText([]string{r.BlockedOn}, known)
		case len(r.WaitsFor) > 0:
			h.waitsFor = waitText(r.WaitsFor, known)
		case len(model[r.Name]) > 0:
			h.waitsFor, h.byModel = waitText(model[r.Name], known), true
		}
		out = append(out, h)
	}
	for _, h := range known.Hooks {
		if open[h.Name] != nil {
			out = append(out, unfinishedHook{name: h.Name, origin: h.Origin})
		}
	}
	return out
}

// waitText puts into words what a hook waits for, and leaves out other hooks
// that have ended.
func waitText(waits []string, known *follow.Start) string {
	var out []string
	for _, w := range waits {
		if hook, ok := strings.CutPrefix(w, "hook:"); ok {
			ended := func(h *follow.Hook) bool { return h.Name == hook && h.State == follow.HookDone }
			if slices.ContainsFunc(known.Hooks, ended) {
				continue
			}
		}
		out = append(out, render.Printable(w, 120))
	}
	return strings.Join(out, ", ")
}

// hookModel is what a preset says of hooks.
type hookModel struct {
	name  string // of the preset
	waits map[string][]string
}

// modelOf returns what the preset that is nearest to a start says of hooks: nothing
// where none is near.
func modelOf(ctx context.Context, s *startup.Startup) hookModel {
	name, err := nearestPreset(s)
	if err != nil || name == "" {
		return hookModel{} // then it is not told
	}
	t, err := runModelInput(ctx, presetInput+name)
	if err != nil {
		return hookModel{}
	}
	m := hookModel{name, map[string][]string{}}
	run, err := startup.FromTrace(t)
	if err != nil {
		return hookModel{}
	}
	for _, r := range run.Runs {
		m.waits[r.Name] = r.WaitsFor
	}
	return m
}

// failingChecks returns the readyz checks that were never seen to pass, but for
// those of hooks, which pass when the hook has ended.
func failingChecks(s *startup.Startup, known *follow.Start) []string {
	return slices.DeleteFunc(s.NeverPassed(), func(name string) bool {
		check := startup.Check{Name: name}
		return slices.ContainsFunc(known.Hooks, func(h *follow.Hook) bool { return h.Name == check.Hook() })
	})
}

// writeUnfinished writes what a server that is not ready was at. The model is the
// preset that was asked.
func writeUnfinished(w io.Writer, s *startup.Startup, known *follow.Start, hooks []unfinishedHook, model string) {
	var checks []string
	for _, name := range failingChecks(s, known) {
		checks = append(checks, render.Printable(name, 80))
	}
	failing := strings.Join(checks, ", ")
	switch {
	case known.Failed() != nil && len(hooks) == 0:
		// That it failed is told with the server's end.
	case known.Stage.Name != attr.SpanHooksRun && known.Stage.Name != "":
		fmt.Fprintf(w, "not ready: it got as far as %s, and no hook has begun\n", stageText(known.Stage))
	case known.Stage.Name == "":
		fmt.Fprintln(w, "not ready: it had just begun")
	case len(hooks) == 0 && len(checks) > 0:
		fmt.Fprintf(w, "not ready, though all hooks have ended: never seen to pass in readyz: %s\n", failing)
	case len(hooks) == 0 && len(s.Passed) > 0:
		fmt.Fprintln(w, "not ready, though all hooks have ended: each check of readyz was seen to pass, but not all at once")
	case len(hooks) == 0:
		fmt.Fprintln(w, "not ready, though all hooks have ended: a check of readyz did not pass, and the trace does not say which")
	default:
		writeUnfinishedHooks(w, len(known.Hooks), hooks, model)
		if len(checks) > 0 {
			fmt.Fprintf(w, "nor was ever seen to pass in readyz: %s\n", failing)
		}
	}
}

// writeUnfinishedHooks writes the hooks, of so many, that have not ended.
func writeUnfinishedHooks(w io.Writer, of int, hooks []unfinishedHook, model string) {
	fmt.Fprintf(w, "not ready: of %s, %s not ended", render.Count(of, "hook"), have(len(hooks)))
	if slices.ContainsFunc(hooks, func(h unfinishedHook) bool { return h.byModel }) {
		fmt.Fprintf(w, "; what they wait for is how the model %s knows them", model)
	}
	fmt.Fprintln(w, ":")
	for _, h := range hooks {
		fmt.Fprintf(w, "  %s", render.Printable(h.name, 80))
		if h.origin != "" {
			fmt.Fprintf(w, " of %s", render.Printable(h.origin, 60))
		}
		switch {
		case !h.running:
			fmt.Fprint(w, ", which has not begun")
		case h.waitsFor == "":
			fmt.Fprintf(w, ", after %s; what it waits for is unknown", render.Duration(h.elapsed))
		default:
			fmt.Fprintf(w, ", after %s, waits for %s", render.Duration(h.elapsed), h.waitsFor)
		}
		fmt.Fprintln(w)
	}
}

// have writes a number of things that have or have not done something.
func have(n int) string {
	if n == 1 {
		return "1 has"
	}
	return fmt.Sprintf("%d have", n)
}
