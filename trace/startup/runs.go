package startup

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
)

// runs reads how the post-start hooks ran.
func (r *reader) runs() {
	r.each(attr.SpanHookRun, func(s *trace.Span) {
		run := &HookRun{
			Name: s.Attr(attr.HookName).Str(), Origin: s.Attr(attr.HookOrigin).Str(), Interval: r.interval(s),
			Behavior: s.Attr(attr.HookBehavior).Str(), Outcome: s.Attr(attr.HookOutcome).Str(),
			WaitsFor: s.Attr(attr.HookWaitsFor).StringList(), BlockedOn: s.Attr(attr.HookBlockedOn).Str(),
			Deadline: time.Duration(s.Attr(attr.HookDeadline).Int()), AtDeadline: s.Attr(attr.HookAtDeadline).Str(),
			DeadlineHit: s.Attr(attr.HookDeadlineHit).Bool(), Err: s.Attr(attr.HookError).Str(),
		}
		if run.Outcome == "" && run.End < run.Start {
			run.Outcome = attr.OutcomeHung
		}
		r.out.Runs = append(r.out.Runs, run)
	})
	slices.SortStableFunc(r.out.Runs, func(a, b *HookRun) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), strings.Compare(a.Name, b.Name))
	})
	for _, sv := range r.out.Servers {
		for _, h := range sv.PostStart {
			h.Run = r.runOf(h)
		}
	}
	r.failure()
}

// runOf returns the run of a hook. Two servers may have hooks of one name, of
// which only one runs.
func (r *reader) runOf(h *Hook) *HookRun {
	for _, run := range r.out.Runs {
		if run.Name == h.Name && (run.Origin == h.Origin || run.Origin == "" || h.Origin == "") {
			return run
		}
	}
	return nil
}

// failure finds the hook that ended the process and those that wait for it.
func (r *reader) failure() {
	for _, run := range r.out.Runs {
		if run.Outcome == attr.OutcomeFailed && (r.out.Failure == nil || run.End < r.out.Failure.At) {
			r.out.Failure = &Failure{Hook: run.Name, Err: run.Err, At: run.End}
		}
	}
	if r.out.Failure == nil {
		return
	}
	because := map[string]bool{r.out.Failure.Hook: true}
	for range r.out.Runs { // each round goes one hook further, at most through all
		changed := false
		for _, run := range r.out.Runs {
			unended := run.Outcome == attr.OutcomeInterrupted || run.Outcome == attr.OutcomeHung
			if !unended || run.BecauseOf != "" {
				continue
			}
			if slices.ContainsFunc(run.WaitsFor, func(w string) bool { return because[strings.TrimPrefix(w, "hook:")] && strings.HasPrefix(w, "hook:") }) {
				run.BecauseOf, because[run.Name], changed = r.out.Failure.Hook, true, true
			}
		}
		if !changed {
			return
		}
	}
}

// ready reads when the chain was ready.
func (r *reader) ready() {
	r.each(attr.SpanReady, func(s *trace.Span) {
		if r.out.Ready == nil && s.End != 0 && s.Status.Code != trace.StatusError {
			r.out.Ready = &Ready{At: r.interval(s).End, How: s.Attr(attr.ReadyHow).Str()}
		}
	})
}
