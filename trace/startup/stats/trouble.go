package stats

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// Trouble is a hook, or a phase that failed, that kept a start from getting ready.
type Trouble struct {
	Key
	Failed bool          // it returned an error; else it had not ended
	Took   time.Duration // how long it had run then; 0 where nobody saw it end
	Why    string        // the error, or what it was in; "" when the trace does not say
}

// Troubled is a start that did not get ready, or is not shown to be.
type Troubled struct {
	TraceID  trace.TraceID
	Begun    time.Time
	Outcome  startup.Outcome
	Troubles []Trouble // of many the first few; those that failed first
}

// TroubledHook is in how many starts a hook, or a phase that failed, kept the chain from getting ready.
type TroubledHook struct {
	Key
	Failed, Unfinished int
}

// Bounds of what is kept of a start that did not get ready.
const (
	mostTroubles = 8
	mostWhy      = 200 // bytes of an error
)

// troubles returns the hooks that a start did not get ready for: those that
// failed, or the phase that did; or else those that had not ended, without those that were waiting for
// another hook unless all were.
func troubles(s *startup.Startup) []Trouble {
	if s.Outcome() == startup.OutcomeReady {
		return nil
	}
	if f := s.Failure; f != nil && f.Hook == "" {
		return []Trouble{{Key: newKey(KindPhase, f.Server, f.Phase), Failed: true, Why: shared(clip(f.Err))}}
	}
	var failed, stuck, behind []Trouble
	for _, r := range s.Runs {
		t := Trouble{Key: newKey(KindHook, r.Origin, r.Name)}
		if r.Finished() {
			t.Took = r.Duration()
		}
		switch {
		case r.Outcome == attr.OutcomeFailed:
			t.Failed, t.Why = true, shared(clip(r.Err))
			failed = append(failed, t)
		case r.Finished() && !r.InTrouble():
		case strings.HasPrefix(r.BlockedOn, "hook:"):
			t.Why = shared(clip(r.BlockedOn))
			behind = append(behind, t)
		default:
			t.Why = shared(clip(r.BlockedOn))
			stuck = append(stuck, t)
		}
	}
	for _, some := range [][]Trouble{failed, stuck, behind} {
		if len(some) > 0 {
			return slices.Clone(some[:min(len(some), mostTroubles)])
		}
	}
	return nil
}

// clip bounds a text.
func clip(text string) string {
	if len(text) <= mostWhy {
		return text
	}
	return strings.ToValidUTF8(text[:mostWhy], "") + "…"
}

// troubled returns the starts that did not get ready, in their order, and the
// hooks that kept them from it, those of most starts first.
func troubled(records []Record) ([]Troubled, []TroubledHook) {
	var starts []Troubled
	var hooks []*TroubledHook
	byKey := map[Key]*TroubledHook{}
	for _, r := range records {
		if r.Outcome == startup.OutcomeReady {
			continue
		}
		starts = append(starts, Troubled{r.TraceID, r.Begun, r.Outcome, r.troubles})
		for _, t := range r.troubles {
			h := byKey[t.Key]
			if h == nil {
				h = &TroubledHook{Key: t.Key}
				byKey[t.Key] = h
				hooks = append(hooks, h)
			}
			if t.Failed {
				h.Failed++
			} else {
				h.Unfinished++
			}
		}
	}
	slices.SortStableFunc(hooks, func(a, b *TroubledHook) int {
		return cmp.Or(cmp.Compare(b.Failed+b.Unfinished, a.Failed+a.Unfinished), a.compare(b.Key))
	})
	var out []TroubledHook
	for _, h := range hooks {
		out = append(out, *h)
	}
	return starts, out
}
