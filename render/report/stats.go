package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/trace/startup/stats"
)

var statsSchema = register[Stats]("stats/v1")

// Stats is the answer of chaintrace stats.
type Stats struct {
	Schema string       `json:"schema" jsonschema:"stats/v1"`
	Groups []StatsGroup `json:"groups" jsonschema:"with --by version one for each service.version, else one for all"`

	slowest   int
	byVersion bool
}

// StatsGroup sums up starts.
type StatsGroup struct {
	Version        string         `json:"version" jsonschema:"with --by version, the service.version, empty where a start says none; else empty"`
	Starts         int            `json:"starts" jsonschema:"how many starts there are"`
	Ready          int            `json:"ready" jsonschema:"how many got ready"`
	Failed         int            `json:"failed" jsonschema:"how many a hook's error ended"`
	NotReady       int            `json:"not_ready" jsonschema:"how many were not ready when their traces end"`
	NotShown       int            `json:"not_shown" jsonschema:"of how many the trace does not show whether they got ready"`
	Simulated      int            `json:"simulated" jsonschema:"how many have the times of a simulated clock"`
	First          string         `json:"first" jsonschema:"when the first began, RFC 3339 with nanoseconds"`
	Last           string         `json:"last" jsonschema:"when the last began"`
	Times          []StatsTime    `json:"times" jsonschema:"hooks, phases, stages and milestones by 95th percentile, the slowest first"`
	Troubled       []StatsHook    `json:"troubled_hooks" jsonschema:"the hooks, and phases that failed, that kept starts from getting ready, those of most starts first"`
	NotReadyStarts []StatsStart   `json:"not_ready_starts" jsonschema:"the starts that failed, were not ready or are not shown to be, in order of time"`
	Outliers       []StatsOutlier `json:"outliers" jsonschema:"times beyond Tukey's outer fence, those furthest beyond the median first; there are none with less than 8 starts"`
	Trend          StatsTrend     `json:"trend" jsonschema:"how the time to readiness went on"`
}

// StatsTime sums up one time.
type StatsTime struct {
	Kind      string `json:"kind" jsonschema:"hook, phase, stage or milestone (from the start)"`
	Server    string `json:"server" jsonschema:"of the hook or phase; else empty"`
	Name      string `json:"name" jsonschema:"its name"`
	N         int    `json:"n" jsonschema:"how many starts have it; what a dying start cut short does not count"`
	MinNS     int64  `json:"min_ns" jsonschema:"nanoseconds"`
	MedianNS  int64  `json:"median_ns" jsonschema:"nanoseconds"`
	P90NS     int64  `json:"p90_ns" jsonschema:"nanoseconds, the 90th percentile"`
	P95NS     int64  `json:"p95_ns" jsonschema:"nanoseconds, the 95th percentile"`
	MaxNS     int64  `json:"max_ns" jsonschema:"nanoseconds"`
	Worst     string `json:"worst" jsonschema:"trace ID of the start with max_ns"`
	LastInRun int    `json:"last" jsonschema:"of a hook: in how many starts it was the last to be done"`
}

// StatsOutlier is a time far beyond the others.
type StatsOutlier struct {
	Kind       string `json:"kind" jsonschema:"as in times"`
	Server     string `json:"server" jsonschema:"as in times"`
	Name       string `json:"name" jsonschema:"as in times"`
	TraceID    string `json:"trace_id" jsonschema:"of the start"`
	Begun      string `json:"begun" jsonschema:"when the start began, RFC 3339 with nanoseconds"`
	DurationNS int64  `json:"duration_ns" jsonschema:"nanoseconds"`
	MedianNS   int64  `json:"median_ns" jsonschema:"nanoseconds, of all starts"`
}

// StatsTrend is how the time to readiness went on.
type StatsTrend struct {
	Direction string            `json:"direction" jsonschema:"slower or faster (the later half of the starts against the earlier), steady, or undecided with less than 8 starts"`
	P         float64           `json:"p" jsonschema:"of the Mann-Whitney U test of the halves"`
	Groups    []StatsTrendGroup `json:"groups" jsonschema:"starts that got ready, in order of time, in groups of about equal size"`
}

// StatsTrendGroup is a stretch of time.
type StatsTrendGroup struct {
	First    string `json:"first" jsonschema:"when the first of its starts began"`
	Last     string `json:"last" jsonschema:"when the last of its starts began"`
	N        int    `json:"n" jsonschema:"how many starts"`
	MedianNS int64  `json:"median_ns" jsonschema:"nanoseconds, median time to readiness"`
}

// NewStats sums up groups of starts; each is of a version, or there is one of
// all. The text names the slowest so many; 0 is all.
func NewStats(groups map[string][]stats.Record, order []string, byVersion bool, slowest int) *Stats {
	a := &Stats{Schema: statsSchema, Groups: []StatsGroup{}, byVersion: byVersion, slowest: slowest}
	for _, version := range order {
		sum := stats.Sum(groups[version])
		g := StatsGroup{
			Version: version, Starts: sum.Starts, Ready: sum.Ready, Failed: sum.Failed, NotReady: sum.NotReady, NotShown: sum.NotShown, Simulated: sum.Simulated,
			First: rfc3339(sum.First), Last: rfc3339(sum.Last), Times: []StatsTime{}, Outliers: []StatsOutlier{},
			Troubled: newStatsHooks(sum.TroubledHooks), NotReadyStarts: newStatsStarts(sum.NotReadyStarts),
			Trend: StatsTrend{string(sum.Trend.Direction), sum.Trend.P, []StatsTrendGroup{}},
		}
		for _, r := range sum.Rows {
			g.Times = append(g.Times, StatsTime{
				r.Kind, r.Server, r.Name, r.N, int64(r.Min), int64(r.Median), int64(r.P90), int64(r.P95), int64(r.Max), r.Worst.String(), r.Last,
			})
		}
		for _, o := range sum.Outliers {
			g.Outliers = append(g.Outliers, StatsOutlier{o.Kind, o.Server, o.Name, o.TraceID.String(), rfc3339(o.Begun), int64(o.Took), int64(o.Median)})
		}
		for _, t := range sum.Trend.Groups {
			g.Trend.Groups = append(g.Trend.Groups, StatsTrendGroup{rfc3339(t.First), rfc3339(t.Last), t.N, int64(t.Median)})
		}
		a.Groups = append(a.Groups, g)
	}
	return a
}

func rfc3339(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000000Z07:00") }

// WriteText writes each group: counts, times, outliers and trend.
func (a *Stats) WriteText(w io.Writer, style Style) error {
	var b strings.Builder
	for i, g := range a.Groups {
		if i > 0 {
			b.WriteByte('\n')
		}
		a.write(&b, style, g)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (a *Stats) write(b *strings.Builder, style Style, g StatsGroup) {
	title := render.Count(g.Starts, "start")
	switch {
	case g.Version != "":
		title = render.Printable(g.Version, 40) + ": " + title
	case a.byVersion:
		title = "no version: " + title
	}
	fmt.Fprintf(b, "%s, %s to %s: %d ready, %d failed, %d not ready", style.Paint(InkStrong, title), seconds(g.First), seconds(g.Last), g.Ready, g.Failed, g.NotReady)
	if g.NotShown > 0 {
		fmt.Fprintf(b, ", %d not shown", g.NotShown)
	}
	if g.Simulated > 0 {
		fmt.Fprintf(b, "; %d in simulated time", g.Simulated)
	}
	b.WriteByte('\n')
	g.writeTimes(b, style, a.slowest)
	g.writeNotReady(b, style)
	g.writeOutliers(b, style)
	g.writeTrend(b)
}

func (g StatsGroup) writeTimes(b *strings.Builder, style Style, slowest int) {
	t := &Table{Columns: []Column{
		{Title: "MEDIAN", Right: true}, {Title: "P90", Right: true}, {Title: "P95", Right: true}, {Title: "WORST", Right: true}, {Title: "STARTS", Right: true}, {Title: "LAST", Right: true},
		{Title: "WHAT"}, {Title: "SERVER"}, {Title: "WORST TRACE"},
	}}
	shown := len(g.Times)
	if slowest > 0 {
		shown = min(slowest, shown)
	}
	for _, r := range g.Times[:shown] {
		last := ""
		if r.LastInRun > 0 {
			last = fmt.Sprint(r.LastInRun)
		}
		t.Row(Cell{Text: duration(r.MedianNS)}, Cell{Text: duration(r.P90NS)}, Cell{Text: duration(r.P95NS)}, Cell{Text: duration(r.MaxNS)},
			Cell{Text: fmt.Sprint(r.N)}, Cell{Text: last}, Cell{Text: r.Kind + " " + render.Printable(r.Name, 80)}, Cell{Text: render.Printable(r.Server, 40)}, Cell{Text: r.Worst, Ink: InkMuted})
	}
	_ = t.Write(b, style) // a strings.Builder takes everything
	if rest := len(g.Times) - shown; rest > 0 {
		fmt.Fprintln(b, style.Paint(InkMuted, fmt.Sprintf("and %d faster ones; --slowest 0 shows all", rest)))
	}
}

// seconds leaves off the fractions of a time.
func seconds(t string) string {
	whole, _, _ := strings.Cut(t, ".")
	return whole + "Z"
}

func (g StatsGroup) writeOutliers(b *strings.Builder, style Style) {
	if len(g.Outliers) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s\n", style.Paint(InkStrong, "Outliers"))
	const most = 20
	t := &Table{Columns: []Column{{Right: true}, {}, {}, {}, {}, {}}}
	for _, o := range g.Outliers[:min(most, len(g.Outliers))] {
		t.Row(Cell{Text: "  " + duration(o.DurationNS), Ink: InkBad}, Cell{Text: "median " + duration(o.MedianNS)}, Cell{Text: o.Kind + " " + render.Printable(o.Name, 80)},
			Cell{Text: render.Printable(o.Server, 40)}, Cell{Text: seconds(o.Begun)}, Cell{Text: o.TraceID})
	}
	_ = t.Write(b, style) // a strings.Builder takes everything
	if rest := len(g.Outliers) - most; rest > 0 {
		fmt.Fprintln(b, style.Paint(InkMuted, fmt.Sprintf("  and %d more; --output json has all", rest)))
	}
}

func (g StatsGroup) writeTrend(b *strings.Builder) {
	if len(g.Trend.Groups) == 0 {
		return
	}
	low, high := g.Trend.Groups[0].MedianNS, int64(0)
	for _, t := range g.Trend.Groups {
		low, high = min(low, t.MedianNS), max(high, t.MedianNS)
	}
	bars := []rune("▁▂▃▄▅▆▇█")
	line := ""
	for _, t := range g.Trend.Groups {
		i := 0
		if float64(high-low) >= stats.Relevant*float64(low) && high > low { // else chance alone would draw peaks
			i = int(int64(len(bars)-1) * (t.MedianNS - low) / (high - low))
		}
		line += string(bars[i])
	}
	word := map[string]string{
		string(stats.Undecided): "too few starts to tell a trend",
		string(stats.Steady):    "no trend that chance cannot have made",
		string(stats.Slower):    "slower in the later half",
		string(stats.Faster):    "faster in the later half",
	}[g.Trend.Direction]
	switch {
	case g.Trend.Direction == string(stats.Undecided):
	case g.Trend.P < 0.001:
		word += " (p<0.001)"
	default:
		word += fmt.Sprintf(" (p=%.3f)", g.Trend.P)
	}
	fmt.Fprintf(b, "\nTime to readiness  %s  %s to %s, %s\n", line, duration(low), duration(high), word)
}
