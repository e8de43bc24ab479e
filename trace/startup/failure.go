package startup

import (
	"slices"
	"strings"
	"time"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
)

// Failure is what ended the process: a hook's error, or that of a phase.
type Failure struct {
	Hook   string   // the hook's name; "" where it was no hook
	Run    *HookRun // the hook's; nil where it was no hook
	Phase  string   // the name of the phase's span, or startup where the trace says no more; "" for a hook
	Server string   // the hook's or phase's; "" when unknown
	Err    string
	At     time.Duration // when the run or the phase ended, or else when the trace did
}

// What names the hook or the phase, with the phase's server.
func (f *Failure) What() string {
	if f.Hook != "" {
		return f.Hook
	}
	return strings.TrimSpace(f.Phase + " " + f.Server)
}

// failure finds the hook that ended the process and those that wait for it.
func (r *reader) failure() {
	for _, run := range r.out.Runs {
		at := run.End
		if at < run.Start {
			at = r.out.End // nobody saw it fail
		}
		if run.Outcome == attr.OutcomeFailed && (r.out.Failure == nil || at < r.out.Failure.At) {
			r.out.Failure = &Failure{Hook: run.Name, Run: run, Server: run.Origin, Err: run.Err, At: at}
		}
	}
	if r.out.Failure == nil {
		return
	}
	waiting := map[string][]*HookRun{} // unended runs by the hook they wait for
	for _, run := range r.out.Runs {
		if run.Outcome != attr.OutcomeInterrupted && run.Outcome != attr.OutcomeHung {
			continue
		}
		for _, w := range run.WaitsFor {
			if hook, ok := strings.CutPrefix(w, hookStep); ok {
				waiting[hook] = append(waiting[hook], run)
			}
		}
	}
	for stopped := []string{r.out.Failure.Hook}; len(stopped) > 0; stopped = stopped[1:] {
		for _, run := range waiting[stopped[0]] {
			if run.BecauseOf == "" {
				run.BecauseOf = r.out.Failure.Hook
				stopped = append(stopped, run.Name)
			}
		}
		delete(waiting, stopped[0])
	}
}

// phaseFailure finds the phase whose error ended a start that did not get ready,
// where no hook's did; else the start's own error, unless it is only that nobody
// saw it get ready in time.
func (r *reader) phaseFailure() {
	if r.out.Failure != nil || r.out.Ready != nil {
		return
	}
	failed := r.failedPhase()
	if failed == nil {
		isLate := func(s *trace.Span) bool { return s.Name == attr.SpanReady && s.Status.Code == trace.StatusError }
		if r.root == nil || r.root.Status.Code != trace.StatusError || slices.ContainsFunc(r.spans, isLate) {
			return
		}
		failed = r.root
	}
	at := r.interval(failed).End
	if at < 0 {
		at = r.out.End
	}
	r.out.Failure = &Failure{Phase: failed.Name, Server: r.serverName(failed), Err: failed.Status.Message, At: at}
}

// failedPhase returns the span of the failed phase that began last, which is the
// innermost; nil when there is none, or others began after it, so that it was not
// the end.
func (r *reader) failedPhase() *trace.Span {
	var failed *trace.Span
	depth, latest := 0, int64(0)
	for _, s := range r.spans {
		switch s.Name {
		case attr.SpanConfigBuild, attr.SpanConfigComplete, attr.SpanChainCreate, attr.SpanServerCreate,
			attr.SpanServerPrepare, attr.SpanListenerServe, attr.SpanHooksRun:
		case attr.SpanHookRun:
			latest = max(latest, s.Start)
			continue
		default:
			continue
		}
		latest = max(latest, s.Start)
		if s.Status.Code != trace.StatusError {
			continue
		}
		if d := r.depth(s); failed == nil || s.Start > failed.Start || d >= depth {
			failed, depth = s, d
		}
	}
	if failed != nil && failed.End != 0 && latest > failed.End {
		return nil
	}
	return failed
}

// depth is how far a span is below others, as far as the trace tells; where it
// does not, a server's create function is in CreateServerChain all the same.
func (r *reader) depth(s *trace.Span) int {
	depth := 0
	for parent := r.byID[s.ParentID]; parent != nil && depth < maxDepth; parent = r.byID[parent.ParentID] {
		depth++
	}
	if s.Name == attr.SpanServerCreate {
		return max(depth, 1)
	}
	return depth
}
