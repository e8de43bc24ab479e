package page

import (
	"slices"

	"github.com/chaintrace/chaintrace/render/timeline"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// chainContent is what a page on the start of a chain is made of.
func chainContent(s *startup.Startup, o Options) (*content, error) {
	blame := s.BlameWithChecks()
	byRun := make(map[*startup.HookRun]startup.Blame, len(blame))
	for _, b := range blame {
		if b.Run != nil {
			byRun[b.Run] = b
		}
	}
	drawn, err := chainPictures(s, o.Detail)
	if err != nil {
		return nil, err
	}
	bars, ledger := chainTimeline(timeline.FromStart(s, maxBars)), s.Ledger()
	checks := checksTable(ledger)
	if checks.Total == 0 {
		checks = watchedTable(blame)
	}
	return &content{
		About:    "server chain",
		Overview: chainOverview(s, ledger, bars.Milestones),
		Pictures: drawn,
		Timeline: bars,
		Tables:   []*table{hooksTable(s, ledger, byRun), checks, routesTable(s, ledger)},
	}, nil
}

// chainTimeline is the timeline of a start.
func chainTimeline(t *timeline.Timeline) *timelinePart {
	out := newTimeline(t)
	for i := range t.Bars {
		out.Bars = append(out.Bars, newBar(&t.Bars[i], barKey(&t.Bars[i]), t.Whole))
	}
	out.About = out.Whole
	if t.Simulated {
		out.About += " of simulated time"
	}
	if slices.ContainsFunc(t.Bars, func(b timeline.Bar) bool { return b.Kind == startup.KindCheck }) { // as nobody saw the hooks
		out.About += ": checks, from when readyz was first looked at until they passed."
	} else {
		out.About += ": phases and post-start hooks in the order in which they began."
	}
	out.explain()
	return out
}
