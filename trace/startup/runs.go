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
		run.Steps = r.steps(s, run.Interval)
		r.out.Runs = append(r.out.Runs, run)
	})
	slices.SortStableFunc(r.out.Runs, func(a, b *HookRun) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), strings.Compare(a.Name, b.Name))
	})
	byName := map[string][]*HookRun{}
	var several []string // names of more than one run
	for _, run := range r.out.Runs {
		byName[run.Name] = append(byName[run.Name], run)
		if len(byName[run.Name]) == 2 && run.Name != "" {
			several = append(several, run.Name)
		}
	}
	switch n := len(several); {
	case n == 1:
		r.problem("hook %s has several runs; where its name is all that is told, the first is meant", several[0])
	case n > 1:
		r.problem("%d hooks have several runs, as %s; where a name is all that is told, the first is meant", n, several[0])
	}
	for _, sv := range r.out.Servers {
		for _, h := range sv.PostStart {
			h.Run = runOf(h, byName[h.Name])
		}
	}
	r.failure()
}

// steps reads what a hook did one after the other. A step ends where the next
// begins, the last one with the run.
func (r *reader) steps(s *trace.Span, run Interval) []Step {
	var steps []Step
	for _, e := range inTime(s.Events) {
		if e.Name != attr.EventHookStep {
			continue
		}
		at := max(run.Start, r.at(e.Time))
		if run.End >= run.Start {
			at = min(at, run.End)
		}
		if len(steps) > 0 {
			steps[len(steps)-1].End = at
		}
		what := trace.Span{Attrs: e.Attrs}
		steps = append(steps, Step{what.Attr(attr.HookStep).Str(), Interval{at, run.End}})
	}
	return steps
}

// inTime returns events in the order of time.
func inTime(events []trace.Event) []trace.Event {
	return slices.SortedStableFunc(slices.Values(events), func(a, b trace.Event) int { return cmp.Compare(a.Time, b.Time) })
}

// runOf returns the run of a hook among those of its name. Two servers may have
// hooks of one name, of which only one runs.
func runOf(h *Hook, runs []*HookRun) *HookRun {
	for _, run := range runs {
		if run.Origin == h.Origin || run.Origin == "" || h.Origin == "" {
			return run
		}
	}
	return nil
}
